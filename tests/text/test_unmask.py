"""Disguises: found where they are, with the right place, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from moderation.lexicon.store import Lexicon
from moderation.text.known import KnownWords
from moderation.text.letters import fold
from moderation.text.tokens import Kind, kind_of, tokenize, tokenize_spans
from moderation.text.unmask import Unmasker


def behind(unmasker: Unmasker, token: str) -> str:
    """Return the word that stands behind one token."""
    folded = fold(token)
    return unmasker.words.behind(folded, kind_of(token, folded))


# A disguise between plain words, and the word that it hides.
DISGUISED = [
    ("ک.ث.ا.ف.ت", "کثافت"),
    ("ک ث ا ف ت", "کثافت"),
    ("ک-ث-ا-ف-ت", "کثافت"),
    ("ک..ث..ا..ف..ت", "کثافت"),
    ("ک*افت", "کثافت"),
    ("کث*فت", "کثافت"),
    ("کسافط", "کثافت"),
    ("کثاافت", "کثافت"),
    ("تفاثک", "کثافت"),
    ("kesafat", "کثافت"),
    ("k3safat", "کثافت"),
    ("ا ح م ق", "احمق"),
    ("ا.ح.م.ق", "احمق"),
    ("ا/ح/م/ق", "احمق"),
    ("ا_ح_م_ق", "احمق"),
    ("ا-ح-م-ق", "احمق"),
    ("ا😂ح😂م😂ق", "احمق"),
    ("ا 😂 ح 😂 م 😂 ق", "احمق"),
    ("اح*ق", "احمق"),
    ("احمغ", "احمق"),
    ("ahmagh", "احمق"),
    ("ا ح م ق ی", "احمقی"),
    ("ع و ض ی", "عوضی"),
    ("ع‌و‌ض‌ی", "عوضی"),
    ("عـــوضی", "عوضی"),
    ("عوووضی", "عوضی"),
    ("عَوَضی", "عوضی"),
    ("ع\u200bو\u200bض\u200bی", "عوضی"),
    ("ﻋﻮﺿﻰ", "عوضی"),
    ("عوضي", "عوضی"),
    ("بی*شرف", "بیشرف"),
    ("بی.شرف", "بیشرف"),
    ("بی_شعور", "بیشعور"),
    ("ب ی ش ع و ر", "بیشعور"),
    ("bishoor", "بیشعور"),
    ("ج*نده", "جنده"),
    ("جن*ه", "جنده"),
    ("ک*س*ک*ش", "کسکش"),
    ("ح*رامزاده", "حرامزاده"),
    ("ک*افت‌ها", "کثافتها"),
    ("بی‌ش*ف‌ها", "بیشرفها"),
    ("خ۰ر", "خر"),
    ("bishooor", "بیشعور"),
    ("ahmaghi", "احمق"),
    ("ahmaqha", "احمق"),
    ("bi sharaf", "بیشرف"),
    ("khafe sho", "خفهشو"),
    ("madar jende", "مادرجنده"),
]


@pytest.mark.parametrize(
    "text",
    [
        "very good article about kosher food",
        "the cost of iron went up",
        "Karim Khan came to the office",
        "we past the gas station at Gavin street",
        "ye adame past o napak nabood",
        "مدل خ1ر و م0ت و ساعت 3م",
        "دو*ستان ب*رادران خ*وب",
        "#حقوق_شهروندی #سلامت_جامعه #کاهش_قیمت",
    ],
)
def test_nothing_is_behind_plain_words(unmasker: Unmasker, text: str) -> None:
    assert [behind(unmasker, token) for token in unmasker.tokens(text)] == [
        fold(token) for token in unmasker.tokens(text)
    ]


def test_two_letters_rule_no_listed_word_out(unmasker: Unmasker) -> None:
    spelled = {"kh": "x", "gh": "q", "oo": "ou", "ee": "i", "v": "w", "i": "y"}
    for latin in Lexicon.load().finglish:
        ways = [latin, *(latin.replace(one, other) for one, other in spelled.items())]
        assert all(unmasker.words.is_parted_finglish(way) for way in ways if len(way) >= 6), ways


def test_nothing_to_read(unmasker: Unmasker) -> None:
    assert unmasker.read([]) == ([], {})


def test_parted_finglish_keeps_its_letters(unmasker: Unmasker) -> None:
    # The language rule is still to see that this is no Persian.
    assert unmasker.tokens("kheili bi sharaf hastid") == ["kheili", "bisharaf", "hastid"]


@pytest.mark.parametrize(("disguise", "word"), DISGUISED, ids=range(len(DISGUISED)))
@pytest.mark.parametrize(("before", "after"), [("", ""), ("واقعا ", " هستند"), ("«", "»")])
def test_disguise(unmasker: Unmasker, disguise: str, word: str, before: str, after: str) -> None:
    text = before + disguise + after
    places = [(t.start, t.end) for t in unmasker.spans(text) if behind(unmasker, t.text) == word]
    assert places == [(len(before), len(before) + len(disguise))]
    assert unmasker.tokens(text) == [token.text for token in unmasker.spans(text)]


def test_several_in_one_comment(unmasker: Unmasker) -> None:
    text = "این ا.ح.م.ق با آن ک*افت رفت"
    found = {behind(unmasker, t.text): text[t.start : t.end] for t in unmasker.spans(text)}
    assert found["احمق"] == "ا.ح.م.ق"
    assert found["کثافت"] == "ک*افت"
    assert list(found) == ["این", "احمق", "با", "آن", "کثافت", "رفت"]


ORDINARY = [
    "هر کس ده تا نان برداشت و رفت",
    "هر کس کش بیاورد جایزه می‌گیرد",
    "هیچ کس شعر نمی‌خواند",
    "قیمت آن ۴۵۵ تومان بود",
    "کرایه از ۱۰.۵۰۰ به ۱۲/۵۰۰ تومان رسید",
    "گزینه‌ها: الف. ب. پ. ت.",
    "الف) آب ب) برق پ) گاز",
    "الف - ب - ج - د",
    "۱. آب ۲. برق ۳. گاز",
    "تاریخ ۱۴۰۲/۰۵/۱۲ ساعت ۱۰:۳۰",
    "۱۲-۵-۱۴۰۱ در دفتر ثبت شد",
    "سفر به ج.ا. ایران",
    "نیروهای ا.ب.ت در شهر",
    "کارشناس ا.ب گفت",
    "م.ر متهم ردیف اول است",
    "آقای م. ح. ک. در دادگاه حاضر شد",
    "متهم س.م.ر به حبس محکوم شد",
    "استاد ع. ر. آمد",
    "سال ۱۳۹۹ ه.ش برابر ۲۰۲۰ م.",
    "۱۴۰۰ ق.م تا ۵۰۰ ق.م",
    "شرکت ب.ام.و نمایندگی ندارد",
    "بی.بی.سی گزارش داد",
    "اف.بی.آی وارد شد",
    "ان.بی.ای دیشب پخش شد",
    "دی.وی.دی و سی.دی دیگر فروش ندارد",
    "www.example.ir را ببینید",
    "نشانی info@example.ir است",
    "سلام.خوبی؟ممنون.",
    "رفتم.نبود.برگشتم",
    "گفت:بله،آمدم",
    "می‌گوید -با خنده- که نمی‌آید",
    "واقعا؟! چه عالی!!!",
    "خخخخ خیلی خوب بود",
    "هههه",
    "سلااااام خسته نباشیییید",
    "عاااالی بود",
    "ب ب ب باشه",
    "ا ا ا راست میگی",
    "آ آ آ",
    "و و و همین",
    "من و تو و او",
    "از آ تا ی",
    "گروه خونی آ ب او",
    "ویتامین آ، ب، ث و د",
    "ضلع ا ب ج را رسم کنید",
    "مثلث ا-ب-ج قائم است",
    "پلاک ۱۲ ب ۳۴۵ ایران ۱۱",
    "کلاس دهم الف/ب",
    "زن/مرد فرقی ندارد",
    "و/یا",
    "کیلومتر/ساعت",
    "شهرداری - منطقه ۹ - ناحیه ۳",
    "تهران-کرج بسته است",
    "خیابان آزادی*میدان انقلاب",
    "۲*۲=۴",
    "۵ * ۶ متر",
    "**مهم** لطفا بخوانید",
    "#حمل_و_نقل #مترو",
    "@shahrdari پاسخ دهید",
    "دانشجو+کارت=تخفیف",
    "آب|برق|گاز",
    "نه... یعنی... شاید",
    "(با خنده)",
    "«سلام»، «خداحافظ»",
    "پیگیری کنید، کسب‌وکار مردم خوابید",
    "خرداد و آگهی و مسکونی و گوهر و خریدار",
    "کسی نیست جواب بدهد؟",
    "کسانی که رفتند برگشتند",
    "خرید خانه در این محله سخت است",
    "عنوان کتاب را بگویید",
    "hello my friends",
    "in khabar kheili khob bod",
    "test 1234 abc",
    "ok",
    "☎ ۰۲۱-۸۸۸۸۸۸۸۸",
    "🙂 🙂 🙂",
    "🌹🌹🌹 ممنون",
    "سطر اول\nسطر دوم\tستون",
]


def test_enough_ordinary_sentences() -> None:
    assert len(set(ORDINARY)) >= 60


@pytest.mark.parametrize("text", ORDINARY, ids=range(len(ORDINARY)))
def test_ordinary_text_is_untouched(unmasker: Unmasker, text: str) -> None:
    assert unmasker.tokens(text) == tokenize(text)
    assert unmasker.spans(text) == tokenize_spans(text)
    for token in tokenize(text):
        assert behind(unmasker, token) == fold(token)


def test_ordinary_pages_are_untouched(unmasker: Unmasker, conformance) -> None:
    """News items name nobody by a disguised word."""
    for article in conformance("articles"):
        for text in (article["title"], article["lead"], article["body"]):
            assert unmasker.tokens(text) == tokenize(text)
            for token in tokenize(text):
                assert behind(unmasker, token) == fold(token)


def test_known_words_stay(known_words: Callable[..., KnownWords]) -> None:
    """The same letters are read as a disguise only where no reader knows the word."""
    lexicon = Lexicon.load()
    suspicious = Unmasker(lexicon, known_words())
    trusting = Unmasker(lexicon, known_words(["احمغ"], rank=1))
    assert suspicious.words.behind("احمغ", Kind.PERSIAN) == "احمق"
    assert trusting.words.behind("احمغ", Kind.PERSIAN) == "احمغ"


def test_other_kinds_stay(unmasker: Unmasker) -> None:
    for token in ("455", "۱۲", "https://ahmagh.ir", "@ahmagh", "a@ahmagh.ir", "!", "🙂", "дурак"):
        assert behind(unmasker, token) == fold(token)


@pytest.mark.parametrize("piece", ["ا ", "**", "ا*", "ا.", "ک\u200c", "ا😂"], ids=range(6))
def test_endless_disguises_end(unmasker: Unmasker, piece: str) -> None:
    text = piece * 50_000
    tokens = unmasker.spans(text)
    assert all(0 <= t.start < t.end <= len(text) for t in tokens)
    assert all(a.end <= b.start for a, b in pairwise(tokens))
