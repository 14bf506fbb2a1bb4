"""The shipped model: naming a group is no insult, and a disguise neither saves nor condemns."""

from __future__ import annotations

import pytest

from moderation import Decision, Moderator, Rule
from moderation.training import robustness
from moderation.training.disguises import DISGUISES, disguise

SHIFT_BAR = 0.05
#: Shares of held cases still held, and of published ones held, over all disguises together.
KEPT_BAR, HELD_BAR = 0.9, 0.03
#: A letter away a word may be another word, and letters of other alphabets may be another
#: language: these hide some words for good, from people as well.
LOSSY = {
    "reversed", "swapped letters", "split", "one dot", "look-alikes", "homophones",
    "other alphabets",
}  # fmt: skip
LOSSY_KEPT_BAR, LOSSY_HELD_BAR = 0.65, 0.2


@pytest.fixture(scope="module")
def cases(moderator: Moderator, conformance) -> tuple[list[str], list[str]]:
    """Comments of the conformance files that are caught for abuse, and that are published."""
    abuse = {Rule.INSULT, Rule.ACCUSATION, Rule.HATE, Rule.THREAT}
    bad = [row["text"] for row in conformance("must_hold") if row["group"] != "insult_disguised"]
    caught = [
        text
        for text, verdict in zip(bad, moderator.classify_batch(bad))
        if abuse & {finding.rule for finding in verdict.findings}
    ]
    good = [row["text"] for row in conformance("must_pass") if "article_id" not in row]
    clean = [
        text
        for text, verdict in zip(good, moderator.classify_batch(good))
        if verdict.decision is Decision.PUBLISH
    ]
    assert len(caught) > 150
    assert len(clean) > 300
    return caught, clean


def test_naming_a_group_does_not_make_an_insult(moderator: Moderator) -> None:
    report = robustness.groups(moderator)
    assert report["largest"]["insult"] < SHIFT_BAR, report


@pytest.mark.parametrize("name", DISGUISES)
def test_disguise(moderator: Moderator, cases: tuple[list[str], list[str]], name: str) -> None:
    caught, clean = cases
    shares = []
    for texts in (caught, clean):
        hidden = [disguise(text, name, seed) for seed, text in enumerate(texts)]
        held = [v.decision is not Decision.PUBLISH for v in moderator.classify_batch(hidden)]
        shares.append(sum(held) / len(held))
    kept, held = shares
    bars = (LOSSY_KEPT_BAR, LOSSY_HELD_BAR) if name in LOSSY else (KEPT_BAR, HELD_BAR)
    assert kept >= bars[0], f"{name}: {kept:.3f} of {len(caught)} are still held"
    assert held <= bars[1], f"{name}: {held:.3f} of {len(clean)} are held for it"


def test_places_lie_in_the_disguised_text(moderator: Moderator, cases) -> None:
    """A finding points at the letters that hide the word, not at where it would have been."""
    caught, _ = cases
    for seed, text in enumerate(caught[:60]):
        for name in DISGUISES:
            hidden = disguise(text, name, seed)
            for finding in moderator.classify(hidden).findings:
                for start, end in finding.spans:
                    assert 0 <= start < end <= len(hidden)
