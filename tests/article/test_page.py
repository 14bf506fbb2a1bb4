"""Pages copied as plain text, in the shapes that news sites print them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.article.page import parse_text_page, trim_body
from moderation.types import Article

TITLE = "خط تازه‌ی اتوبوس در شمال شهر راه افتاد"
LEAD = "مدیرعامل اتوبوس‌رانی از آغاز کار خطی تازه میان دو میدان شمالی شهر خبر داد."
FIRST = (
    "به گزارش روابط عمومی، این خط با دوازده دستگاه اتوبوس از ساعت ۶ تا ۲۲ کار می‌کند و "
    "هر پانزده دقیقه یک بار از میدان گلها به میدان سپیدار می‌رود."
)
SECOND = "او افزود: ایستگاه‌ها تا ۲۰ آذر ۱۴۰۵ سایبان خواهند داشت و کرایه تغییری نمی‌کند."
BODY = f"{FIRST}\n{SECOND}"
ITEM = f"{TITLE}\n{LEAD}\n{BODY}\n"
FORM = """\
نظر شما
نظرات حاوی توهین یا نسبت ناروا به اشخاص حقیقی و حقوقی منتشر نمی‌شود.
نظراتی که به زبانی جز فارسی یا نامرتبط با خبر باشد منتشر نمی‌شود.
نام
ایمیل
۷ + ۵ =
ارسال
"""
OTHERS = """\
اخبار مرتبط
پارک محله‌ی نارون بازسازی می‌شود
۱۷ آبان ۱۴۰۵
کتابخانه‌ی مرکزی تا شب باز می‌ماند
"""

# Each page holds the same item; what is expected besides it stands beside the page.
PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "bare item": (ITEM, {}),
    "end mark, date, code, tags, form": (
        f"{ITEM}انتهای پیام/\n۱۸ آبان ۱۴۰۵ - ۱۰:۳۲\nکد خبر: ۱۲۳۴۵\n"
        f"برچسب‌ها: اتوبوس، شهرداری\n{FORM}",
        {"date": "۱۸ آبان ۱۴۰۵ - ۱۰:۳۲", "code": "12345", "tags": ("اتوبوس", "شهرداری")},
    ),
    "breadcrumb, date and code on top": (
        f"صفحه اصلی » شهری » حمل و نقل\nشنبه ۱۸ آبان ۱۴۰۵ ساعت ۱۰:۳۲\nکد خبر: ٩٨٧\n\n{ITEM}"
        f"پایان پیام\n{FORM}",
        {"date": "شنبه ۱۸ آبان ۱۴۰۵ ساعت ۱۰:۳۲", "code": "987", "category": "حمل و نقل"},
    ),
    "one line of data under the title": (
        f"{TITLE}\nتاریخ انتشار: 1405/08/18 10:32 | کد خبر: 4455 | بازدید: ۳۲۰\n{LEAD}\n{BODY}\n"
        f"انتهای پیام/ ۱۲۳\nکلیدواژه‌ها\nاتوبوس\nترافیک شهری\n\n{OTHERS}",
        {"date": "1405/08/18 10:32", "code": "4455", "tags": ("اتوبوس", "ترافیک شهری")},
    ),
    "no end mark": (
        f"{ITEM}کد خبر ۷۷\nبرچسب ها : اتوبوس | شهرداری\n{OTHERS}{FORM}",
        {"code": "77", "tags": ("اتوبوس", "شهرداری")},
    ),
    "share buttons round the item": (
        f"{TITLE}\nچاپ  ارسال به دوستان\nA+ A-\nتلگرام\nبله\nواتساپ\n{ITEM.partition(chr(10))[2]}"
        f"انتهای پیام./م.ک\nاشتراک‌گذاری\nفیسبوک توییتر ایتا\nلینک کوتاه: https://news.example/x/1\n",
        {},
    ),
    "end mark on the last line of the body, Arabic letters": (
        f"{TITLE}\n{LEAD}\n{BODY} انتهاي پيام/\nشنبه، ۱۸ آبان ماه ۱۴۰۵، ۱۰:۳۲\nكد خبر : ۱۲-۳۴\n",
        {"date": "شنبه، ۱۸ آبان ماه ۱۴۰۵، ۱۰:۳۲", "code": "12-34"},
    ),
    "links to other items in the body": (
        f"{TITLE}\n{LEAD}\n{FIRST}\nبیشتر بخوانید:\nنرخ کرایه تغییر نمی‌کند\n\n{SECOND}\n"
        "در همین زمینه: ایستگاه‌های تازه\nانتهای پیام/\n#اتوبوس #حمل_و_نقل\n",
        {"tags": ("اتوبوس", "حمل و نقل")},
    ),
    "menu, section, credits": (
        f"پایگاه خبری شهر نو\nصفحه اصلی\nشهری\n\n{TITLE}\n۳ نظر\n{LEAD}\nعکس: مینا راد\n{BODY}\n"
        "خبرنگار: بهرام نیک\n(انتهای پیام)\nسرویس: عمران\n۱۸ آبان ۱۴۰۵\n10:32\n",
        {"category": "شهری", "date": "۱۸ آبان ۱۴۰۵ 10:32"},
    ),
    "comments heading above the text, Windows lines, marks of direction": (
        ("\ufeff" + f"{TITLE}\nنظرات (۳)\n\u200f{LEAD}\n\n\xa0\n{BODY}\n/انتهای پیام/\n"
         f"زمان انتشار: ۱۰:۳۲ - ۱۴۰۵/۰۸/۱۸\nشناسه خبر:\n۵۵۶\n{FORM}").replace("\n", "\r\n"),
        {"date": "۱۰:۳۲ - ۱۴۰۵/۰۸/۱۸", "code": "556"},
    ),
    "comments follow without an end mark": (
        f"{ITEM}نظرات کاربران\nرضا\n۱۹ آبان ۱۴۰۵\nچه خوب، دستتان درد نکند.\nکد خبر: ۸\n",
        {"code": "8", "date": ""},
    ),
    "two dates": (
        f"{ITEM}انتهای پیام/\n2026-11-09\n۱۸ آبان ۱۴۰۵ | 9 November 2026\n",
        {"date": "۱۸ آبان ۱۴۰۵"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", PAGES)
def test_the_item_and_its_fields_are_found(shape: str) -> None:
    page, fields = PAGES[shape]
    article = parse_text_page(page)
    assert (article.title, article.lead, article.body) == (TITLE, LEAD, BODY)
    for name in ("date", "code", "tags", "category"):
        assert getattr(article, name) == fields.get(name, () if name == "tags" else ""), name


@pytest.mark.parametrize("text", ["", " \n\t\r\n", "\ufeff\u200c"])
def test_nothing_gives_an_empty_article(text: str) -> None:
    assert parse_text_page(text) == Article()


@pytest.mark.parametrize("line", [TITLE, "تلگرام", "۲۲ بهمن ۱۳۵۷", "شهری", "نظرات", "👏"])
def test_a_lone_line_is_a_title(line: str) -> None:
    assert parse_text_page(f"\n {line} \n") == Article(title=line)


def test_a_title_and_an_end_mark() -> None:
    assert parse_text_page(f"{TITLE}\nانتهای پیام/\nکد خبر: ۱") == Article(title=TITLE, code="1")
    assert parse_text_page(f"{TITLE} انتهای پیام/") == Article(title=TITLE)
    assert parse_text_page("انتهای پیام/") == Article()


@pytest.mark.parametrize(
    "sentence",
    [
        "او در انتهای پیام خود از مردم خواست صرفه‌جویی کنند.",
        "پایان پیام او این بود که شهر از آن همه است.",
        "این طرح از ۱۸ آبان ۱۴۰۵ ساعت ۱۰:۳۲ آغاز شده است.",
        "نظرات مردم درباره‌ی این طرح گردآوری می‌شود.",
        "خبرنگار: نظر شما درباره‌ی این طرح چیست؟",
        "تلگرام از دسترس خارج شد.",
        "برچسب‌های تازه‌ی خودروها از فردا توزیع می‌شود.",
        "بله.",
    ],
)
def test_sentences_that_speak_of_such_things_stay_in_the_body(sentence: str) -> None:
    article = parse_text_page(f"{TITLE}\n{LEAD}\n{FIRST}\n{sentence}\n{SECOND}\nانتهای پیام/\n")
    assert article.body == f"{FIRST}\n{sentence}\n{SECOND}"


def test_a_body_alone_is_cut_after_its_end_mark() -> None:
    assert trim_body(f"{BODY} انتهای پیام/ کد خبر: ۵ {FORM}").lines == [FIRST, SECOND]
    assert trim_body(f"{FIRST}\nانتهای پیام/\nکد خبر: ۵").code == "5"


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.text(),
        st.lists(
            st.sampled_from(
                [
                    *"".join(page for page, _ in PAGES.values()).split("\n"),
                    "",
                    "«",
                    "1405/",
                    "کد خبر",
                ]
            )
        ).map("\n".join),
    )
)
def test_no_text_raises(text: str) -> None:
    article = parse_text_page(text)
    assert isinstance(article.text, str)


@pytest.mark.parametrize(
    "unit",
    ["ا", "\n", "صفحه اصلی\n", "شهری\n\n", "انتهای", "انتهای پیام/\n", "تاریخ: ", "۱۴۰۵/۰۸/", "#ا ",
     "برچسب‌ها\n\n\n", "بیشتر بخوانید\nا\n", "انتهای پیام ", "\ud800\0", ". ", "کد خبر: "],
)  # fmt: skip
def test_a_huge_page_is_read_in_a_moment(unit: str) -> None:
    start = time.perf_counter()
    parse_text_page(unit * (200_000 // len(unit)))
    assert time.perf_counter() - start < 5
