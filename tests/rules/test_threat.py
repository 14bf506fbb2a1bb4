"""Threat: the words of violence."""

from __future__ import annotations

import pytest

from moderation import Rule
from moderation.rules.threat import ThreatRule


@pytest.mark.parametrize(
    ("text", "reason", "piece"),
    [
        ("یه روز می‌کشمت", "threat", "می‌کشمت"),
        ("باید اعدام شوند", "threat", "اعدام"),
    ],
)
def test_threat_phrases(lab, text: str, reason: str, piece: str) -> None:
    found, places = lab.explain(ThreatRule, text)
    assert found in (reason, "violence")
    assert piece in " ".join(places)


def test_violence_without_a_threat(lab) -> None:
    reason, places = lab.explain(ThreatRule, "قتل در خیابان")
    assert reason == "violence"
    assert places == ["قتل"]


def test_wording(lab) -> None:
    assert lab.explain(ThreatRule, "یک حرف عادی درباره هوا")[0] == "wording"


@pytest.mark.parametrize("text", ["می‌کشمت، خودم خفه‌ات می‌کنم", "باید همه‌شان را اعدام کرد"])
def test_threats_are_held(moderator, text: str) -> None:
    verdict = moderator.classify(text)
    assert verdict.decision.severity >= 1
    assert Rule.THREAT in [f.rule for f in verdict.findings]


@pytest.mark.parametrize(
    "text",
    ["از قتل آن جوان خیلی ناراحت شدم", "می‌ترسم بچه‌ها در این خیابان تصادف کنند"],
)
def test_news_and_fear_are_none(moderator, text: str) -> None:
    assert all(f.rule is not Rule.THREAT for f in moderator.classify(text).findings)
