"""The language rule as readers meet it: through the moderator, at the shipped thresholds."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from moderation import Decision, Moderator, Policy, Rule
from moderation.reasons import language_names
from moderation.training.language_data import keyboard_mash

CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "conformance" / "languages.tsv")
    .read_text("utf-8")
    .splitlines()
    if not line.startswith("#")
]
CASPIAN = (
    "می برار جان ته خنه کجه هسته",
    "اما شه شهر ره دوست دارمی",
    "امی شهر هوا امروز خیلی خوب ایسه",
    "تو کویه شوئون دری بوگو",
)
FINGLISH_INSULTS = ("kheili bishoori to", "ahmagh", "bi sharaf hastid hamatoon", "k0skesh")


@pytest.fixture(scope="module")
def moderator() -> Moderator:
    return Moderator()


def reason(moderator: Moderator, text: str) -> str:
    found = [f for f in moderator.classify(text).findings if f.rule is Rule.LANGUAGE]
    return found[0].reason if found else "-"


@pytest.mark.parametrize(("expected", "text"), CASES, ids=[text for _, text in CASES])
def test_reason(moderator: Moderator, expected: str, text: str) -> None:
    assert reason(moderator, text) == expected


@pytest.mark.parametrize(("code", "text"), [case for case in CASES if case[0] in language_names()])
def test_the_reader_is_told_which_language_it_seems_to_be(
    moderator: Moderator, code: str, text: str
) -> None:
    (finding,) = (f for f in moderator.classify(text).findings if f.rule is Rule.LANGUAGE)
    assert f"زبان {language_names()[code]} باشد" in finding.message


@pytest.mark.parametrize("text", CASPIAN)
def test_caspian_is_never_rejected(moderator: Moderator, text: str) -> None:
    assert moderator.classify(text).decision is not Decision.REJECT


@pytest.mark.parametrize("text", FINGLISH_INSULTS)
def test_an_insult_in_finglish_is_an_insult_as_well(moderator: Moderator, text: str) -> None:
    rules = {finding.rule for finding in moderator.classify(text).findings}
    assert {Rule.INSULT, Rule.LANGUAGE} <= rules


@pytest.mark.parametrize("latin", [False, True])
def test_keyboard_mash_is_held_as_gibberish(moderator: Moderator, latin: bool) -> None:
    chance = random.Random(7)
    texts = [
        " ".join(keyboard_mash(chance, latin) for _ in range(1 + number % 3))
        for number in range(300)
    ]
    held = [v for v in moderator.classify_batch(texts) if v.decision is not Decision.PUBLISH]
    assert len(held) >= 0.85 * len(texts)
    reasons = [f.reason for verdict in held for f in verdict.findings if f.rule is Rule.LANGUAGE]
    assert reasons.count("gibberish") >= 0.85 * len(held)


def test_a_site_may_like_emoji() -> None:
    policy = Policy.from_toml('[rules.language.reasons.no_words]\nreview = "never"')
    site = Moderator(policy=policy)
    assert site.classify("😂😂👏").decision is Decision.PUBLISH
    assert site.classify(CASES[-1][1]).decision is not Decision.REJECT


def test_every_process_gives_the_same_answers() -> None:
    texts = [text for _, text in CASES]
    script = (
        "import json, sys\n"
        "from moderation import Moderator\n"
        "texts = json.load(sys.stdin)\n"
        "verdicts = Moderator().classify_batch(texts)\n"
        "print(json.dumps([verdict.to_dict() for verdict in verdicts]))\n"
    )
    answers = [
        subprocess.run(
            [sys.executable, "-c", script], input=json.dumps(texts), text=True, check=True,
            capture_output=True, env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
        ).stdout
        for seed in ("0", "1", "2")
    ]  # fmt: skip
    assert answers[0] == answers[1] == answers[2]
    backwards = Moderator().classify_batch(texts[::-1])[::-1]
    for one, other in zip(json.loads(answers[0]), backwards):
        assert one["decision"] == other.decision.value
        assert [f["reason"] for f in one["findings"]] == [f.reason for f in other.findings]
