"""Hate: the group and what is said of it."""

from __future__ import annotations

import pytest

from moderation import Rule
from moderation.lexicon.store import Lexicon, bit
from moderation.rules.hate import HateRule
from moderation.text.letters import fold


def test_group_and_attack(lab) -> None:
    text = "افغانی‌ها همه کثافت هستند"
    reason, places = lab.explain(HateRule, text)
    assert reason == "group_attack"
    assert "افغانی‌ها" in " ".join(places)
    assert "کثافت" in " ".join(places)


def test_slur_first(lab) -> None:
    lexicon = Lexicon.load()
    slur = next(t for t, mask in lexicon._masks.items() if mask & bit("slur") and len(t) > 3)
    text = f"این {slur} را ببین"
    reason, places = lab.explain(HateRule, text)
    assert reason == "slur"
    assert [fold(place) for place in places] == [slur]


def test_wording(lab) -> None:
    assert lab.explain(HateRule, "یک حرف عادی درباره هوا")[0] == "wording"


@pytest.mark.parametrize(
    "text",
    [
        "هموطنان کرد و لر و بلوچ همیشه پای کشور ایستاده‌اند",
        "مهاجران افغانستانی در این محله کار می‌کنند",
        "نماز عید اهل سنت در مسجد جامع برگزار شد",
    ],
)
def test_naming_a_group_is_no_hate(moderator, text: str) -> None:
    assert all(f.rule is not Rule.HATE for f in moderator.classify(text).findings)
