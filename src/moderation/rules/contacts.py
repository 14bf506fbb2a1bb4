"""Contact details in a comment: phone numbers, ids, links, e-mails, card numbers.

They are read as people write them: in Persian, Arabic, Latin, circled or keycap digits,
parted by spaces, dots or stars, spelled out in words («صفر نهصد و دوازده…»), with «دات» or
"dot" for the dot of a link. Whether a detail is there to solicit is not decided here; that
is the rule's work (:mod:`moderation.rules.spam`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from moderation.rules.spelled import spelled_numbers
from moderation.text.letters import letter_table

__all__ = ["Contact", "find_contacts", "plain"]


class Contact(NamedTuple):
    """A contact detail and where it stands.

    Attributes
    ----------
    kind : str
        ``phone``, ``sms``, ``link``, ``mail``, ``id``, ``name`` (a Latin name after a word
        such as «پیج», weaker than an id), ``card``, ``iban``, ``mention`` or ``channel``
        (the word for a messenger, spelled out letter by letter).
    value : str
        What was read: digits as ASCII, letters in lower case.
    start, end : int
        Code-point offsets in the text.
    official : bool
        Whether it belongs to the state, a university, a news agency or an encyclopedia.
    disguised : bool
        Whether it is written so that a filter would miss it: in words, with «دات», in pieces.
    """

    kind: str
    value: str
    start: int
    end: int
    official: bool = False
    disguised: bool = False


_SEP = r"[\s\u200c.\-_*()|~,،]{0,3}"
_TIGHT = r"[\s\u200c.\-()]{0,2}"
_MOBILE = rf"(?<![0-9.])(?:(?:\+|00)?{_SEP}98|[0o]){_SEP}9(?:{_SEP}[0-9]){{9}}(?![0-9])"
_BARE = rf"(?<![0-9.,،])9[01239][0-9](?:{_TIGHT}[0-9]){{7}}(?![0-9])"
_LANDLINE = rf"(?<![0-9.])(?:(?:\+|00)98|[0o]){_SEP}[1-8][0-9](?:{_SEP}[0-9]){{8}}(?![0-9])"
_ABROAD = rf"(?<![0-9])\+{_TIGHT}[1-9](?:{_TIGHT}[0-9]){{8,13}}(?![0-9])"
_PHONE = re.compile("|".join((_MOBILE, _LANDLINE, _ABROAD, _BARE)))
# Eight digits or an area code are a phone number only where the text says so.
_LOCAL = re.compile(
    r"(?:تلفن|تماس|زنگ|واتس|فکس|☎|📞|📱)[^0-9\n]{0,24}"
    r"((?<![0-9])(?:0[0-9]{2,3}[\s\-]{0,2})?[2-8][0-9]{3}[\s\u200c\-.]{0,2}[0-9]{3,4}(?![0-9]))"
)
_SMS = re.compile(
    r"(?:پیامک|اس ?ام ?اس|ارسال|بفرست|سامانه)[^0-9\n]{0,20}"
    r"(?:[0-9]{1,2}[^0-9\n]{1,10})?([0-9]{5,8})(?![0-9])"
    r"|(?<![0-9])([0-9]{5,8})[^0-9\n]{0,12}(?:پیامک|اس ?ام ?اس|ارسال کن|بفرست)"
)
_CARD = re.compile(r"(?<![0-9])[56][0-9]{3}(?:[\s\u200c.\-_*]{0,3}[0-9]{4}){3}(?![0-9])")
_IBAN = re.compile(r"(?<![a-z0-9])ir(?:[\s\u200c\-]{0,2}[0-9]){24}(?![0-9])")

_TOP = (
    "com|ir|net|org|info|me|io|app|shop|xyz|site|online|link|top|bet|vip|co|tv|ws|club|store|"
    "example|gg|ly|biz|pro|live|edu|int|uk|de|fr|ru|ae|tr|us|ca"
)
_DOT = r"(?:\.|\[\.\]|\(\.\)|\{\.\}| ?(?:dot|دات|نقطه) ?)"
_NAME = r"[a-z0-9][a-z0-9_\-]{0,40}"
_PATH = r"(?:\s?(?:/|slash|اسلش)\s?[^\s<>«»\"]*)?"
_LINK = re.compile(
    r"h[tx]{2}ps?\s?:\s?/\s?/\s?[^\s<>«»\"]+"
    r"|(?<![\w@])www\s?\.\s?[^\s<>«»\"]+"
    rf"|(?<![\w@.]){_NAME}(?:{_DOT}{_NAME}){{0,3}}{_DOT}(?:{_TOP})(?![\w@]){_PATH}"
    rf"|(?<![\w@.]){_NAME}(?: ?\. ?)(?:com|ir|net|org|me)(?![\w@]){_PATH}"
    r"|(?<!\w)[^\W_]{1,20}[ \u200c]?(?:دات|نقطه)[ \u200c]?"
    rf"(?:کام|نت|[آا]ی ?[آا]ر|[آا]رگ|شاپ|می)(?!\w){_PATH}"
)
_MAIL = re.compile(
    rf"(?<![\w.])[a-z0-9][a-z0-9_.+\-]{{1,60}}(?:\s?@\s?|\s?\[at\]\s?| at | ات ){_NAME}"
    rf"(?:{_DOT}{_NAME}){{0,2}}{_DOT}(?:com|ir|net|org|info|edu|gov|co)(?!\w)"
)
_HANDLE = r"[a-z][a-z0-9_.]{3,31}"
_ID = re.compile(rf"@[\s\u200c]?({_HANDLE})|(?<![\w@.])({_HANDLE})[\s\u200c]?@(?!\w)")
_NAMED = re.compile(
    r"(?P<word>[آا]ی[ \u200c]?دی|(?<![a-z])id(?![a-z])|یوزر\w*|پیج|کانال|چنل|تلگرام|اینستا\w*|"
    r"دایرکت|روبیکا|(?<!\w)ایتا|واتس[ \u200c]?[آا]پ|گروه|(?<!\w)عضو|سرچ|سایت)"
    r"[^\n.!؟?a-z@0-9]{0,16}(?<![a-z0-9_])(?P<after>[a-z][a-z0-9_.\-]{3,31})(?![a-z0-9@])"
    r"|(?<![\w@.])(?P<before>[a-z][a-z0-9_\-]{3,31})\s(?:رو |را )?(?:سرچ|جستجو|دنبال|فالو|چک) ?کن"
)
_REFERENCE = re.compile(
    r"(?:پیگیری|رهگیری|پرونده|دادنامه|نامه|کد ملی|کدملی|شناسه|پلاک|حکم|قرارداد)[^0-9\n]{0,12}$"
)
# What each family of patterns cannot do without; most comments stop here.
_MAY_LINK = re.compile(r"http|hxxp|www|[a-z0-9][\])} ]?[.\[({] ?[.a-z]|dot|دات|نقطه")
_LATIN = re.compile(r"[a-z]{3}")
_DIGITS = re.compile(r"[0-9](?:[^0-9\n]{0,6}[0-9]){4}")
# «ت ل گ ر ا م»: nobody spells out a channel's name for any other purpose.
_LETTERS = re.compile(r"(?<!\w)[^\W\d_](?:[\s\u200c.\-_*]{1,3}[^\W\d_]){3,9}(?!\w)")
_CHANNELS = frozenset(
    [
        "تلگرام",
        "واتساپ",
        "واتسآپ",
        "اینستا",
        "اینستاگرام",
        "دایرکت",
        "ایتا",
        "روبیکا",
        "کانال",
        "آیدی",
        "ایدی",
        "پیوی",
        "فالو",
        "telegram",
        "whatsapp",
        "instagram",
        "direct",
    ]
)
_PLACEHOLDERS = frozenset(("user", "url", "mention", "username"))
_OFFICIAL = re.compile(
    r"(?:^|[/.@])(?:[a-z0-9\-]+\.(?:gov|ac|sch)\.ir|[a-z0-9\-]+\.(?:edu|int|gov)|amar\.org\.ir|rrk\.ir|"
    r"gsi\.ir|haj\.ir|dolat\.ir|president\.ir|majlis\.ir|parliran\.ir|leader\.ir|tehran\.ir|"
    r"my\.tax\.ir|irna\.ir|isna\.ir|tasnimnews\.\w+|farsnews\.\w+|mehrnews\.com|ilna\.ir|ilna\.news|"
    r"yjc\.(?:ir|news)|iribnews\.ir|hamshahrionline\.ir|khabaronline\.ir|tabnak\.ir|asriran\.com|"
    r"entekhab\.ir|isti\.ir|varzesh3\.com|wikipedia\.org|who\.int|un\.org|bbc\.com|nature\.com|"
    r"sciencedirect\.com|doi\.org|aparat\.com|youtube\.com|youtu\.be|t\.co|twitter\.com|x\.com)(?:[/:?]|$)"
)


@cache
def _table() -> dict[int, str]:
    """Return the folding that keeps every character's place: one character for one."""
    table = {point: text or "\u200c" for point, text in letter_table().items() if len(text) <= 1}
    table.update((point, chr(point + 32)) for point in range(ord("A"), ord("Z") + 1))
    for point in (*range(0x2460, 0x2474), 0x24EA, *range(0x24F5, 0x24FE), *range(0x2776, 0x2794)):
        digit = unicodedata.digit(chr(point), None)
        if digit is not None:
            table[point] = str(digit)
    table[0x20E3] = "\u200c"  # the box of a keycap digit
    return table


def plain(text: str) -> str:
    """Return `text` with letters and digits unified, every character in its place."""
    return text.translate(_table())


def find_contacts(text: str) -> list[Contact]:
    """Return the contact details in `text`, in the order they stand, never overlapping."""
    read = plain(text)
    taken = [False] * len(read)
    found: list[Contact] = []
    for contact in _candidates(read):
        if not any(taken[contact.start : contact.end]):
            taken[contact.start : contact.end] = [True] * (contact.end - contact.start)
            found.append(contact._replace(disguised=_is_disguised(contact, text)))
    return sorted(found, key=lambda contact: contact.start)


def _is_disguised(contact: Contact, text: str) -> bool:
    written = text[contact.start : contact.end]
    if contact.kind == "channel":
        return True
    if contact.kind == "phone":
        # Three groups are how numbers are written anyway; eleven single digits are not.
        parts = len(re.findall(r"[^\W_]+", plain(written)))
        return parts > 5 or any(c.isalpha() for c in written)
    return contact.kind in ("link", "mail") and bool(re.search(r"\s|[\[({]\.|دات|نقطه", written))


def _candidates(read: str) -> Iterator[Contact]:
    """Yield what may be a contact detail, the surest kinds first."""
    if _MAY_LINK.search(read):
        for match in _MAIL.finditer(read):
            value = re.sub(r"\s", "", match.group())
            yield Contact("mail", value, *match.span(), bool(_OFFICIAL.search(value)))
        for match in _LINK.finditer(read):
            value = _link_value(match.group())
            if len(value) > 3:
                yield Contact("link", value, *match.span(), bool(_OFFICIAL.search(value)))
    if "@" in read:
        yield from _ids(read)
    if _LATIN.search(read):
        for match in _NAMED.finditer(read):
            yield _named(match)
    if _DIGITS.search(read):
        yield from _numbers(read)
    for number in spelled_numbers(read):
        yield Contact("phone", *number)
    for match in _LETTERS.finditer(read):
        word = re.sub(r"[\W_]", "", match.group())
        if word in _CHANNELS:
            yield Contact("channel", word, *match.span())


def _numbers(read: str) -> Iterator[Contact]:
    for pattern, kind in ((_IBAN, "iban"), (_CARD, "card")):
        for match in pattern.finditer(read):
            yield Contact(kind, re.sub(r"[^a-z0-9]", "", match.group()), *match.span())
    for match in _PHONE.finditer(read):
        if not _REFERENCE.search(read, max(0, match.start() - 30), match.start()):
            yield Contact("phone", _digits(match.group()), *match.span())
    for match in _LOCAL.finditer(read):
        yield Contact("phone", _digits(match.group(1)), *match.span(1))
    for match in _SMS.finditer(read):
        group = 1 if match.group(1) else 2
        yield Contact("sms", match.group(group), *match.span(group))


def _digits(text: str) -> str:
    return re.sub(r"[^0-9+]", "", text.replace("o", "0"))


def _link_value(text: str) -> str:
    text = re.sub(r"[\[({]\.[\])}]|\s?(?:dot|دات|نقطه)\s?", ".", text)
    text = re.sub(r"\s?(?:slash|اسلش)\s?", "/", text)
    return re.sub(r"\s", "", text).rstrip(".،,)»")


def _ids(read: str) -> Iterator[Contact]:
    first_word = re.match(r"(?:[\s\u200c]*@[\w.]+)*[\s\u200c]*", read)
    address_ends = first_word.end() if first_word and first_word.end() < len(read) else 0
    for match in _ID.finditer(read):
        value = (match.group(1) or match.group(2)).rstrip(".")
        # «@someone …» at the head only says whom the comment answers.
        addressed = match.start() < address_ends or value in _PLACEHOLDERS
        yield Contact("mention" if addressed else "id", value, *match.span())


def _named(match: re.Match[str]) -> Contact:
    group = "after" if match.group("after") else "before"
    value = match.group(group).rstrip(".-")
    word = match.group("word") or ""
    sure = word.startswith(("id", "یوزر")) or word.endswith("دی")
    made_up = "_" in value or any(c.isdigit() for c in value)
    kind = "id" if sure or made_up or group == "before" else "name"
    return Contact(kind, value, match.start(group), match.start(group) + len(value))
