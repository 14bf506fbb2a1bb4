"""The site's own lists."""

from __future__ import annotations

import pytest

from moderation import Decision, Finding, Policy, Rule
from moderation.policy import Terms
from moderation.site import SiteList


def find(text: str, **terms: list[str]) -> list[Finding]:
    listed = SiteList(Terms(**{name: tuple(words) for name, words in terms.items()}))
    return listed.findings(text, Policy.default())


def places(text: str, **terms: list[str]) -> list[tuple[str, list[str]]]:
    found = find(text, **terms)
    return [(f.reason, [text[start:end] for start, end in f.spans]) for f in found]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("کالای فلان را بخرید", ["فلان"]),
        ("فلان و فلان", ["فلان", "فلان"]),
        ("«فلان»!", ["فلان"]),
        ("فـــلان", ["فـــلان"]),
        ("فُلان", ["فُلان"]),
        ("فلااااان", ["فلااااان"]),
        ("ﻓﻼﻥ", ["ﻓﻼﻥ"]),
        ("فلانی آمد", []),  # whole words only
        ("", []),
        ("🙂", []),
    ],
)
def test_words(text: str, marked: list[str]) -> None:
    expected = [("blocked_term", marked)] if marked else []
    assert places(text, block=["فلان"]) == expected


def test_phrases() -> None:
    terms = {"block": ["شرکت فلان"], "review": ["کانال ما"]}
    assert places("این شرکت فلان است", **terms) == [("blocked_term", ["شرکت فلان"])]
    assert places("شرکت «فلان»", **terms) == [("blocked_term", ["شرکت «فلان"])]
    assert places("شرکت خوب فلان", **terms) == []
    assert places("کانال ما", **terms) == [("watched_term", ["کانال ما"])]


def test_decisions_and_messages() -> None:
    findings = find("فلان در کانال ما", block=["فلان"], review=["کانال"])
    assert {(f.reason, f.decision) for f in findings} == {
        ("blocked_term", Decision.REJECT),
        ("watched_term", Decision.REVIEW),
    }
    assert all(f.score == 1.0 and f.message and f.rule is Rule.INSULT for f in findings)


def test_block_wins_over_review() -> None:
    (finding,) = find("فلان", block=["فلان"], review=["فلان"])
    assert finding.decision is Decision.REJECT


def test_arabic_keyboard_in_the_policy() -> None:
    assert places("کتابی", block=["كتابي"]) == [("blocked_term", ["کتابی"])]


def test_digits_and_latin() -> None:
    assert places("با ۰۹۱۲ تماس", block=["0912"]) == [("blocked_term", ["۰۹۱۲"])]
    assert places("از BrandX بخر", block=["brandx"]) == [("blocked_term", ["BrandX"])]


def test_terms_without_a_letter_match_nothing() -> None:
    assert places("هر متنی! «»", block=["!", "«»", "\u200c"]) == []


def test_spans_are_sorted() -> None:
    (finding,) = find("ب الف ب ب الف", block=["الف", "ب ب"])
    assert list(finding.spans) == sorted(finding.spans)


def test_no_terms() -> None:
    assert find("هر متنی") == []


def test_neighbouring_words_are_not_a_term() -> None:
    assert places("ما در خانه هستیم", block=["مادر"]) == []
    assert places("مادرم", block=["مادر"]) == []


def test_a_term_in_parts_is_found_in_any_parting() -> None:
    terms = {"block": ["ارزان\u200cسرا"]}
    assert places("به ارزان سرا بروید", **terms) == [("blocked_term", ["ارزان سرا"])]
    assert places("به ارزان\u200cسرا بروید", **terms) == [("blocked_term", ["ارزان\u200cسرا"])]
    assert places("به ارزانسرا بروید", **terms) == [("blocked_term", ["ارزانسرا"])]


def test_emoji_are_terms_too() -> None:
    assert places("خوب 😀 بود", review=["😀"]) == [("watched_term", ["😀"])]
