"""Tokens: their borders, kinds and places, and agreement with hazm on plain words."""

from __future__ import annotations

import random

import pytest

from moderation.text.letters import fold
from moderation.text.tokens import Kind, kind_of, located, tokenize, tokenize_spans


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("  \n\t ", []),
        ("سلام", ["سلام"]),
        ("می‌روم خانه", ["می‌روم", "خانه"]),
        ("چرا؟؟!! نه...", ["چرا", "؟؟", "!!", "نه", "..."]),
        ("«نه» (بله)", ["«", "نه", "»", "(", "بله", ")"]),
        ("سلام_دوستان", ["سلام", "_", "دوستان"]),
        ("#حمل_و_نقل", ["#", "حمل", "_", "و", "_", "نقل"]),
        ("به www.example.ir/a?b=1 بروید", ["به", "www.example.ir/a?b=1", "بروید"]),
        ("https://t.me/abc", ["https://t.me/abc"]),
        ("HTTPS://A.B/ج", ["HTTPS://A.B/ج"]),
        ("«https://a.ir»", ["«", "https://a.ir", "»"]),
        ("shop.example.com", ["shop.example.com"]),
        ("a.b@mail.co به", ["a.b@mail.co", "به"]),
        ("@city.admin سلام", ["@city.admin", "سلام"]),
        ("۰۹۱۲۳۴۵۶۷۸۹", ["۰۹۱۲۳۴۵۶۷۸۹"]),
        ("۴۵٪ بود", ["۴۵", "٪", "بود"]),
        ("🙂👍", ["🙂", "👍"]),
        ("ک*ش", ["ک", "*", "ش"]),
        ("\ud800", ["\ud800"]),
        ("\x00a\x00", ["\x00", "a", "\x00"]),
    ],
)
def test_tokenize(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


@pytest.mark.parametrize(
    "text",
    [
        "سلام، خوبی؟ www.a.ir @b c@d.ir «نه»!!",
        "  جا  به‌  جا \n خط\t نو ",
        "🖕🏽 ‌ ‌ ـــ \u202eالف\u202c \ud800",
        "",
    ],
)
def test_spans_rebuild_the_text(text: str) -> None:
    at, gaps = 0, []
    for token in tokenize_spans(text):
        assert text[token.start : token.end] == token.text
        assert at <= token.start < token.end
        gaps.append(text[at : token.start])
        at = token.end
    gaps.append(text[at:])
    assert not "".join(gaps).strip()
    assert [token.text for token in tokenize_spans(text)] == tokenize(text)
    assert located(text, tokenize(text)) == tokenize_spans(text)


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("سلام", Kind.PERSIAN),
        ("پشتو۲", Kind.PERSIAN),
        ("sلاm", Kind.PERSIAN),  # Latin look-alikes in a Persian word
        ("hello", Kind.LATIN),
        ("éa", Kind.LATIN),
        ("привет", Kind.CYRILLIC),
        ("你好", Kind.OTHER),
        ("ελ", Kind.OTHER),
        ("۱۲۳", Kind.NUMBER),
        ("42", Kind.NUMBER),
        ("؟", Kind.MARK),
        ("@", Kind.MARK),
        ("🖕", Kind.EMOJI),
        ("☎", Kind.EMOJI),
        ("https://a.b", Kind.LINK),
        ("news.example.ir", Kind.LINK),
        ("a@b.ir", Kind.MAIL),
        ("@admin", Kind.MENTION),
        ("", Kind.NOTHING),
        ("\u200c", Kind.NOTHING),
        ("ـــ", Kind.NOTHING),
    ],
)
def test_kind(token: str, kind: int) -> None:
    assert kind_of(token, fold(token)) == kind


WORDS = """
    شهرداری منطقه خیابان برف‌روبی می‌شود نمی‌دانم کتاب‌ها مردم خانه‌ای آسفالت جواب‌گو
    مسئولان محله‌مان رسیدگی پارک فرهنگی بیمارستان ترافیک سال گذشته امروز فردا بزرگ‌تر آینده
"""


def test_plain_words_as_hazm() -> None:
    from hazm import WordTokenizer

    hazm = WordTokenizer(join_verb_parts=False)
    chance = random.Random(1)
    for _ in range(400):
        words = chance.choices(WORDS.split(), k=chance.randint(1, 12))
        marked = [word + chance.choice(["", "", "", "،", "؛", "!", "؟", "..."]) for word in words]
        if chance.random() < 0.3:
            marked[0] = f"«{marked[0]}»"
        text = " ".join(marked)
        assert tokenize(text) == hazm.tokenize(text), text


def test_no_pattern_runs_away() -> None:
    """A hundred kilobytes of what a pattern could stumble over take no time to speak of."""
    for piece in ("a.", "a@", "@.", "www.", "http://", "ا_", "._-", "a-", "ـ", "\u200c", "!؟."):
        text = piece * (100_000 // len(piece))
        assert "".join(token.text for token in tokenize_spans(text)) == text
