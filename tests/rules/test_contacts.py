"""Contact details are read however they are written, and nothing else is taken for one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.rules.contacts import find_contacts, plain

NUMBER = "09000012233"


@pytest.mark.parametrize(
    "text",
    [
        "09000012233",
        "۰۹۰۰۰۰۱۲۲۳۳",
        "٠٩٠٠٠٠١٢٢٣٣",
        "۰۹۰۰ ۰۰۱ ۲۲ ۳۳",
        "۰۹۰۰-۰۰۱-۲۲۳۳",
        "۰ ۹ ۰ ۰ ۰ ۰ ۱ ۲ ۲ ۳ ۳",
        "0.9.0.0.0.0.1.2.2.3.3",
        "0️⃣9️⃣0️⃣0️⃣0️⃣0️⃣1️⃣2️⃣2️⃣3️⃣3️⃣",
        "𝟎𝟗𝟎𝟎𝟎𝟎𝟏𝟐𝟐𝟑𝟑",
        "صفر نهصد، صفر صفر یک، بیست و دو، سی و سه",
        "صفر نه صفر صفر صفر صفر یک دو دو سه سه",
        "۰۹۰۰ صفر صفر یک بیست و دو سی‌و‌سه",
    ],
)
def test_one_mobile_number_in_many_guises(text: str) -> None:
    (contact,) = find_contacts(f"تماس {text}")
    assert (contact.kind, contact.value) == ("phone", NUMBER)
    assert contact.start == 5
    assert contact.end >= len(f"تماس {text}") - 2


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("دفتر: ۰۲۱-۰۰۰۰۱۱۲۲", "phone", "02100001122"),
        ("تلفن ۳۳۴۴۰۰۱۱", "phone", "33440011"),
        ("+98 900 001 2233", "phone", "+989000012233"),
        ("کانال t.me/arzan_x", "link", "t.me/arzan_x"),
        ("بیا t dot me/arzan_x", "link", "t.me/arzan_x"),
        ("بیا t دات me اسلش arzan_x", "link", "t.me/arzan_x"),
        ("ببین shop-x.example", "link", "shop-x.example"),
        ("فروشگاه لاله دات کام", "link", "لاله.کام"),
        ("پیام به x.shop@mail.com", "mail", "x.shop@mail.com"),
        ("بیا @arzan_x", "id", "arzan_x"),
        ("کانال arzan_x@", "id", "arzan_x"),
        ("آی‌دی: golkade", "id", "golkade"),
        ("پیج golkade", "name", "golkade"),
        ("کارت ۶۰۳۷-۰۰۰۰-۱۱۱۱-۲۲۲۲", "card", "6037000011112222"),
        ("شبا IR00 0000 0000 1111 2222 3333 44", "iban", "ir000000000011112222333344"),
        ("عدد ۱ را به ۳۰۰۰۰۰ بفرستید", "sms", "300000"),
        ("بیا ت ل گ ر ا م", "channel", "تلگرام"),
        ("بیا ت.ل.گ.ر.ا.م", "channel", "تلگرام"),
    ],
)
def test_kinds(text: str, kind: str, value: str) -> None:
    (contact,) = find_contacts(text)
    assert (contact.kind, contact.value) == (kind, value)


@pytest.mark.parametrize(
    "text",
    [
        "قیمت ۹,۱۲۳,۴۵۶,۷۸۹ تومان",
        "سال ۱۴۰۳/۰۵/۰۶ ساعت ۱۲:۳۰",
        "شماره‌ی پیگیری ۰۹۰۰۰۰۱۲۲۳۳",
        "بیست و سه نفر و چهل و پنج نفر و صد نفر",
        "با ۱۱۰ و ۱۲۵ تماس گرفتیم",
        "نه، ده بار گفتم، صد بار هم می‌گویم",
        "دو صفر بردیم، سه هیچ هم می‌توانستیم",
        "رشد ۲.۵ درصدی",
        "م م م م م",
    ],
)
def test_plain_numbers_are_no_contact(text: str) -> None:
    assert find_contacts(text) == []


@pytest.mark.parametrize(
    "text", ["در amar.org.ir ببینید", "https://www.isna.ir/news/1", "info@shahr.gov.ir", "x.ac.ir"]
)
def test_official_addresses_are_known(text: str) -> None:
    (contact,) = find_contacts(text)
    assert contact.official


def test_an_address_that_only_resembles_an_official_one() -> None:
    (contact,) = find_contacts("isna.ir.example")
    assert not contact.official


def test_a_mention_at_the_head_says_whom_the_comment_answers() -> None:
    assert [c.kind for c in find_contacts("@reader_1 موافقم")] == ["mention"]
    assert [c.kind for c in find_contacts("@reader_1")] == ["id"]


def test_disguise_is_noticed() -> None:
    def disguised(text: str) -> bool:
        return find_contacts(text)[0].disguised

    assert disguised("t dot me/arzan_x")
    assert disguised("۰ ۹ ۰ ۰ ۰ ۰ ۱ ۲ ۲ ۳ ۳")
    assert disguised("صفر نهصد صفر صفر یک بیست و دو سی و سه")
    assert not disguised("۰۹۰۰ ۰۰۱ ۲۲ ۳۳")
    assert not disguised("t.me/arzan_x")


@given(st.text(alphabet="09۱۲٣ .@-_/\u200cabتماسo:صفرنهد+️⃣\ud800", max_size=60) | st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_and_places_lie_inside(text: str) -> None:
    assert len(plain(text)) == len(text)
    end = 0
    for contact in find_contacts(text):
        assert end <= contact.start < contact.end <= len(text)
        end = contact.end


@pytest.mark.parametrize(
    "piece", ["9 ", "a.b", "صفر نه ", "@a", "ارسال 1 ", "کانال ", "a-", "+1", "http://", "ت "]
)
def test_endless_text_is_read_in_time(piece: str) -> None:
    started = time.perf_counter()
    find_contacts(piece * 10_000)
    assert time.perf_counter() - started < 2
