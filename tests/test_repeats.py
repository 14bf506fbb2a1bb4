"""The same text again and again: found in one batch, and only where the policy asks for it."""

from __future__ import annotations

import random

import numpy as np
import pytest

from moderation import Comment, Decision, Moderator, Policy, Rule
from moderation.policy import PolicyError, Repeats
from moderation.repeats import find_repeats
from moderation.text.minhash import first_alike, letters_of, signatures

ADVICE = "هموطن عزیز امشب ساعت نه همه چراغ‌ها را خاموش کنید تا صدایمان به گوش وزیر نیرو برسد"
CHANGED = "هموطن عزیز، امشب ساعت نه همه‌ی چراغ‌ها را خاموش کنيد تا صدایمان به گوش وزیر نیرو برسد!!"
OTHER = "قبض برق ما این دوره سه برابر شده و هیچ‌کس در اداره جواب درستی به این همه آدم نمی‌دهد"


def policy(after: str = "2", more: str = "") -> Policy:
    return Policy.from_toml(f"[repeats]\nafter = {after}\n{more}")


def repeated(texts: list[str], given: Policy) -> dict[int, str]:
    comments = [Comment(text, id=f"c{number}") for number, text in enumerate(texts)]
    return {i: found.message for i, found in find_repeats(comments, texts, given).items()}


def test_the_default_policy_compares_nothing() -> None:
    assert repeated([ADVICE] * 50, Policy.default()) == {}


def test_copies_beyond_the_allowed_number_are_found_with_the_first_ones_id() -> None:
    found = repeated([OTHER, ADVICE, "سلام", CHANGED, ADVICE, OTHER, CHANGED], policy())
    assert sorted(found) == [4, 6]
    assert all("(دیدگاه c1)" in message for message in found.values())


def test_without_an_id_the_first_one_is_named_by_its_number() -> None:
    comments = [Comment(text) for text in (OTHER, ADVICE, ADVICE)]
    found = find_repeats(comments, [c.text for c in comments], policy("1"))
    assert list(found) == [2]
    assert "(دیدگاه 2)" in found[2].message


def test_short_and_different_texts_are_left_alone() -> None:
    assert repeated(["عالی بود، خدا قوت"] * 20, policy("1")) == {}
    assert repeated([ADVICE, OTHER], policy("1")) == {}
    assert sorted(repeated(["عالی بود"] * 3, policy("1", "min_letters = 4"))) == [1, 2]
    assert repeated(["😂", "", "\ud800", "۱۲"] * 3, policy("1", "min_letters = 1")) != {}


def test_a_finding_holds_and_can_be_set_otherwise() -> None:
    moderator = Moderator(policy=policy("1"))
    first, second = moderator.classify_batch([Comment(ADVICE, id="a"), Comment(CHANGED, id="b")])
    assert first.decision is Decision.PUBLISH
    (finding,) = second.findings
    assert (finding.rule, finding.reason) == (Rule.SPAM, "repeated")
    assert finding.decision is Decision.REVIEW
    assert finding.spans == ((0, len(CHANGED)),)
    assert 0.8 <= finding.score <= 1.0
    more = '[rules.spam.reasons.repeated]\nreview = "never"'
    quiet = Moderator(policy=policy("1", more)).classify_batch([ADVICE, ADVICE])
    assert [verdict.decision for verdict in quiet] == [Decision.PUBLISH] * 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("after = 0", "repeats.after: must be a whole number from 1"),
        ('after = "often"', "repeats.after"),
        ("after = true", "repeats.after"),
        ("similarity = 0", "repeats.similarity: must be above 0"),
        ('similarity = "never"', "repeats.similarity"),
        ("min_letters = 1.5", "repeats.min_letters: must be a whole number"),
        ("often = 3", "repeats.often: unknown key"),
    ],
)
def test_mistakes_are_named(text: str, expected: str) -> None:
    with pytest.raises(PolicyError, match=expected):
        Policy.from_toml(f"[repeats]\n{text}", "site.toml")


def test_parts_made_by_hand_are_checked() -> None:
    with pytest.raises(PolicyError):
        Repeats(similarity=1.5)
    assert policy("3").identity != policy("4").identity


def test_estimates_are_near_the_true_share() -> None:
    chance = random.Random(3)
    words = ["".join(chance.choice("ابپتجچدرزسشعفقکگلمنوهی") for _ in range(5)) for _ in range(400)]
    texts = []
    for kept in (0, 10, 20, 30, 36):
        base = chance.sample(words, 40)
        texts += [base, base[:kept] + chance.sample(words, 40 - kept)]
    letters = [letters_of(" ".join(text)) for text in texts]
    table = signatures(letters)

    def grams(text: str) -> set[str]:
        return {text[i : i + 4] for i in range(len(text) - 3)}

    for one in range(0, len(letters), 2):
        first, second = grams(letters[one]), grams(letters[one + 1])
        true = len(first & second) / len(first | second)
        assert abs(float((table[one] == table[one + 1]).mean()) - true) < 0.2


def test_grouping_is_that_of_comparing_all() -> None:
    chance = random.Random(5)
    texts = [ADVICE, OTHER, CHANGED]
    texts += [" ".join(chance.sample(OTHER.split(), 12)) for _ in range(30)]
    table = signatures([letters_of(text) for text in texts * 3])
    found = first_alike(table, 0.8)
    roots: list[int] = []
    for index, row in enumerate(table):
        near = [root for root in roots if (table[root] == row).mean() >= 0.8]
        assert found[index] == (near[0] if near else index)
        if not near:
            roots.append(index)
    assert table.dtype == np.uint32
