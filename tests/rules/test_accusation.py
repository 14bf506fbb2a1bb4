"""Accusation: the charge and whom it is laid on."""

from __future__ import annotations

import pytest

from moderation import Rule
from moderation.rules.accusation import AccusationRule
from moderation.rules.features import SiteTerms


@pytest.mark.parametrize(
    ("text", "reason", "marked"),
    [
        ("شهردار رشوه گرفته است", "natural_person", ["شهردار رشوه"]),
        ("در این پروژه شهرداری اختلاس کرده", "legal_person", ["شهرداری اختلاس"]),
        ("اختلاس شده", "unnamed_target", ["اختلاس"]),
    ],
)
def test_charge_and_target(lab, text: str, reason: str, marked: list[str]) -> None:
    found, places = lab.explain(AccusationRule, text)
    assert found == reason
    joined = " ".join(places)
    for piece in marked:
        assert all(word in joined for word in piece.split())


def test_the_nearest_target_is_meant(lab) -> None:
    text = "شهرداری این خیابان را ساخت ولی همه می‌دانند که شهردار رشوه گرفت"
    reason, places = lab.explain(AccusationRule, text)
    assert reason == "natural_person"
    assert not any("شهرداری" in place for place in places)


def test_protected_names_are_targets(abuse_lab) -> None:
    text = "مهران فرضی‌زاده رشوه گرفته"
    plain = abuse_lab()
    assert plain.explain(AccusationRule, text)[0] == "unnamed_target"
    site = SiteTerms(persons=["مهران فرضی‌زاده"], organisations=["آب‌سازان فرضی"])
    guarded = abuse_lab(site=site)
    reason, places = guarded.explain(AccusationRule, text)
    assert reason == "natural_person"
    assert "فرضی‌زاده" in " ".join(places)
    assert guarded.explain(AccusationRule, "آب‌سازان فرضی اختلاس کرد")[0] == "legal_person"


@pytest.mark.parametrize(
    "text", ["شهردار این منطقه رشوه گرفته و دزد است", "این بانک میلیاردها اختلاس کرده است"]
)
def test_accusations_are_held(moderator, text: str) -> None:
    verdict = moderator.classify(text)
    assert Rule.ACCUSATION in [f.rule for f in verdict.findings]
    assert verdict.decision.severity >= 1


@pytest.mark.parametrize(
    "text",
    [
        "بودجه این پروژه دقیقا کجا خرج شد؟",
        "چرا گزارش مالی منتشر نمی‌شود؟ شفاف باشید",
        "خیابان ما هنوز آسفالت نشده است",
    ],
)
def test_questions_about_money_are_none(moderator, text: str) -> None:
    assert all(f.rule is not Rule.ACCUSATION for f in moderator.classify(text).findings)
