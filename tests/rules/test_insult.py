"""Insult: which word is shown, and why."""

from __future__ import annotations

import pytest

from moderation import Rule
from moderation.rules.insult import InsultRule


@pytest.mark.parametrize(
    ("text", "reason", "marked"),
    [
        ("این آدم احمق است", "contempt", ["احمق"]),
        ("شما بی‌شعور هستید", "contempt", ["بی‌شعور"]),
        ("شما بی شعور هستید", "contempt", ["بی شعور"]),
        ("برو کثافت", "abuse", ["کثافت"]),
        ("خفه شو", "abusive_imperative", ["خفه شو"]),
        ("خاک بر سرتون", "curse", ["خاک بر سرتون"]),
        ("خیلی ا.ح.م.ق است", "contempt", ["ا.ح.م.ق"]),
        ("خیلی ک*افت است", "abuse", ["ک*افت"]),
        ("خیلی kesafat است", "abuse", ["kesafat"]),
        ("جوابت این است 🖕", "obscene_gesture", ["🖕"]),
    ],
)
def test_reason_and_place(lab, text: str, reason: str, marked: list[str]) -> None:
    found, places = lab.explain(InsultRule, text)
    assert (found, places) == (reason, marked)


def test_the_gravest_class_gives_the_reason(lab) -> None:
    reason, places = lab.explain(InsultRule, "احمق جنده")
    assert reason == "profanity"
    assert places == ["احمق جنده"]  # neighbours are one place


def test_what_is_quoted_comes_last(lab) -> None:
    text = "«احمق» گفت ولی خودش کثافت است"
    assert lab.explain(InsultRule, text) == ("abuse", ["کثافت"])
    assert lab.explain(InsultRule, "به او «احمق» گفت") == ("quoted", ["احمق"])


def test_wording_where_no_word_is_listed(lab) -> None:
    reason, places = lab.explain(InsultRule, "یک حرف عادی درباره هوا")
    assert reason == "wording"
    assert all(place in "یک حرف عادی درباره هوا" for place in places)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("شهردار بی‌شعور جواب نمی‌دهد", "بی‌شعور"),
        ("ا ح م ق بی شعور عوضی", "ا ح م ق بی شعور عوضی"),
        ("کثافت آشغال گمشو", "کثافت"),
    ],
)
def test_plain_insults_are_held(moderator, text: str, marked: str) -> None:
    verdict = moderator.classify(text)
    (finding,) = [f for f in verdict.findings if f.rule is Rule.INSULT]
    assert verdict.decision.severity >= 1
    assert any(marked in text[start:end] for start, end in finding.spans)


@pytest.mark.parametrize(
    "text",
    [
        "هر کس ده تا نان برداشت و رفت",
        "کسب‌وکار محله خوابیده، پیگیری کنید",
        "عملکرد شهرداری در برف‌روبی بسیار ضعیف بود",
        "خرداد ماه آگهی واحد مسکونی منتشر شد",
    ],
)
def test_ordinary_words_are_no_insult(moderator, text: str) -> None:
    assert all(f.rule is not Rule.INSULT for f in moderator.classify(text).findings)
