"""Accusation: the charge and whom it is laid on."""

from __future__ import annotations

import pytest

from moderation import Decision, Finding, Rule
from moderation.moderator import _in_original
from moderation.rules.accusation import AccusationRule
from moderation.rules.site_terms import SiteTerms


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


@pytest.mark.parametrize(
    ("text", "charge", "target"),
    [
        ("شهردار این منطقه رشوه گرفته و دزد است", "رشوه", "شهردار"),
        ("این بانک میلیاردها اختلاس کرده است", "اختلاس", "بانک"),
    ],
)
def test_roles_say_which_words_are_charge_and_target(
    moderator, text: str, charge: str, target: str
) -> None:
    (finding,) = [f for f in moderator.classify(text).findings if f.rule is Rule.ACCUSATION]
    assert len(finding.roles) == len(finding.spans)
    said = {
        role: " ".join(text[a:b] for (a, b), r in zip(finding.spans, finding.roles) if r == role)
        for role in finding.roles
    }
    assert charge in said["charge"]
    assert target in said["target"]
    assert finding.spans == tuple(sorted(finding.spans))
    assert "roles" not in finding.to_dict(), "the JSON contract has no such key"


def test_other_rules_have_no_roles(moderator) -> None:
    (finding,) = moderator.classify("واقعا احمق و بی‌شعوری").findings
    assert finding.rule is Rule.INSULT
    assert finding.roles == ()


def test_roles_stay_in_step_where_only_head_and_tail_are_read() -> None:
    """A place that runs over the seam becomes two, with the same role."""
    spans, roles = ((2, 6), (8, 14), (15, 18)), ("target", "charge", "charge")
    finding = Finding(Rule.ACCUSATION, 0.9, Decision.REVIEW, "natural_person", spans, "", roles)
    moved = _in_original(finding, ((0, 10), (50, 60)))
    assert moved.spans == ((2, 6), (8, 10), (50, 53), (54, 57))
    assert moved.roles == ("target", "charge", "charge", "charge")
