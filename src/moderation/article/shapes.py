"""What one line of a news page is, told by its shape and the words of `markers`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from moderation.article import markers

__all__ = ["Line", "key", "split_tags", "strip"]

#: Furniture is short; longer lines are never looked at for it, which bounds the work.
MAX_FURNITURE = 240

_HIDDEN = "\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\xa0\ufeff"
# One character for one, so that a place in the folded line is a place in the line.
_FOLD = str.maketrans(
    "يىكةۀأإٱ۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩：" + _HIDDEN,
    "ییکههااا" + "0123456789" * 2 + ":" + " " * len(_HIDDEN),
)
_ENDS = " \t\r\n\v\f" + _HIDDEN


def strip(text: str) -> str:
    """Return `text` without blanks and invisible marks at its ends."""
    return text.strip(_ENDS)


def key(text: str) -> str:
    """Return the bare letters of `text`, the same for every way of spelling it."""
    return "".join(char for char in text.translate(_FOLD).lower() if char.isalpha() and char != "ـ")


def split_tags(text: str) -> list[str]:
    """Return the tags of a line, however it parts them."""
    parts = re.split(r"[،,;؛|#•·/\n\t]|\s[-–—]\s", text)
    return [tag for part in parts if (tag := strip(part).strip(".:- ").replace("_", " "))]


def _any(phrases: Iterable[str]) -> str:
    """Return a pattern for any of `phrases`, the longest first."""
    words = sorted((phrase.translate(_FOLD) for phrase in phrases), key=len, reverse=True)
    spelled = "|".join(r"\s*".join(map(re.escape, phrase.split())) for phrase in words)
    return rf"(?<!\w)(?:{spelled})(?!\w)"


def _keys(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(key(phrase) for phrase in phrases)


_MONTH, _GREGORIAN_MONTH = _any(markers.MONTHS), _any(markers.GREGORIAN_MONTHS)
_TIME = (
    r"(?:ساعت\s{0,3}:?\s{0,3})?(?<!\d)\d{1,2}\s?:\s?\d{2}(?:\s?:\s?\d{2})?(?!\d)"
    r"(?:\s?(?:ق\.?\s?ظ|ب\.?\s?ظ|صبح|عصر|ظهر|شب|AM|PM)(?!\w)\.?)?"
)
_SEP = r"[\s\-–—|/،,.ـ•·»«()]{0,8}"
_DAY = rf"(?:{_any(markers.WEEKDAYS)}{_SEP})?"
_YEAR = r"(?:1[34]\d\d|\d\d(?!\d))(?![\d:])"
_JALALI = (
    rf"(?<!\d)\d{{1,2}}\s?[\s/\-]?\s?{_MONTH}(?:\s?ماه)?\s?[/\-،,]?\s?{_YEAR}"
    r"|(?<!\d)1[34]\d\d\s?[/\-.]\s?\d{1,2}\s?[/\-.]\s?\d{1,2}(?!\d)"
    r"|(?<!\d)\d{1,2}\s?[/\-.]\s?\d{1,2}\s?[/\-.]\s?1[34]\d\d(?!\d)"
)
_GREGORIAN = (
    rf"(?<!\d)\d{{1,2}}\s?{_GREGORIAN_MONTH}\s?[،,]?\s?(?:19|20)\d\d"
    rf"|{_GREGORIAN_MONTH}\s?\d{{1,2}}\s?[،,]?\s?(?:19|20)\d\d"
    r"|(?<!\d)(?:19|20)\d\d[/\-.]\d{1,2}[/\-.]\d{1,2}(?:T[\d:+.]*Z?)?"
)


def _stamp(date: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_TIME}{_SEP})?{_DAY}(?:{date})(?:{_SEP}{_TIME})?", re.IGNORECASE)


_JALALI_STAMP, _GREGORIAN_STAMP = _stamp(_JALALI), _stamp(_GREGORIAN)
_TIME_ONLY = re.compile(_TIME)
_CODE = re.compile(_any(markers.CODE_LABELS) + r"[\s:#]{0,5}(\d[\d\-/]{0,40})(?!\w)")
_VIEWS = _any(markers.VIEW_COUNTS)
_COUNT = re.compile(rf"{_VIEWS}[\s:(]{{0,5}}\d[\d,٬]*\)?(?:\s?{_VIEWS})?|\d[\d,٬]*\s?{_VIEWS}")
_URL = re.compile(r"(?:https?://|www\.)\S+|(?<![\w@.])[a-z0-9\-]+(?:\.[a-z0-9\-]+)+/\S*", re.I)
_DATE_LABEL = re.compile(_any(markers.DATE_LABELS))
_TOOLS = re.compile(_any(markers.TOOLS), re.IGNORECASE)
_WEAK = re.compile(_any(markers.WEAK_TOOLS), re.IGNORECASE)
_PLACES = re.compile(_any((*markers.HOME, *markers.SECTIONS)), re.IGNORECASE)
_END = _any(markers.END_MARKS)
_END_LINE = re.compile(rf"[\s/\\*(\[.…\-–]*{_END}\s*(?:$|\d[\d\s/]*$|[/\\.…*|()\]\-–].{{0,30}}$)")
_END_INLINE = re.compile(rf"[/\\]?{_END}\s*[/\\]|(?<=[.؟!»)])\s*{_END}[\s.*…]*\d*\s*$")
_LABEL = re.compile(r"\W{0,3}([^:\d]{1,30}?)\s*:\s*(.*)$", re.DOTALL)
_HASHTAGS = re.compile(r"(?:#[\w\u200c]+[\s،,]*)+$")

_COMMENT_KEYS = _keys(markers.COMMENT_HEADINGS)
_COMMENT_STARTS = tuple(_keys(markers.COMMENT_PHRASES))
_RELATED_KEYS, _READ_MORE_KEYS = _keys(markers.RELATED_HEADINGS), _keys(markers.READ_MORE)
_TAG_KEYS, _CREDIT_KEYS = _keys(markers.TAG_LABELS), _keys(markers.CREDIT_LABELS)
_CATEGORY_KEYS, _CODE_KEYS = _keys(markers.CATEGORY_LABELS), _keys(markers.CODE_LABELS)
_DATE_KEYS = _keys(markers.DATE_LABELS)
_HOME_KEYS, _SECTION_KEYS = _keys(markers.HOME), _keys(markers.SECTIONS)
_SITE_STARTS = tuple(_keys(markers.SITE_WORDS))


@dataclass(frozen=True)
class Line:
    """A line of a page, and what its shape says of it."""

    raw: str

    @cached_property
    def short(self) -> bool:
        return len(self.raw) <= MAX_FURNITURE

    @cached_property
    def folded(self) -> str:
        return self.raw.translate(_FOLD)

    @cached_property
    def key(self) -> str:
        return key(self.raw) if self.short else ""

    @cached_property
    def end(self) -> tuple[int, int] | None:
        """Where the item ends in this line, and where the end mark is over."""
        found = _END_LINE.match(self.folded)
        if found:
            mark = re.search(_END + r"[\s/\\]*", self.folded)
            return 0, mark.end() if mark else found.end()
        found = _END_INLINE.search(self.folded)
        return found.span() if found else None

    @cached_property
    def label(self) -> tuple[str, str]:
        """The key before a colon and the text after it, or two empty strings."""
        found = _LABEL.match(self.folded) if self.short else None
        return (key(found.group(1)), strip(self.raw[found.start(2) :])) if found else ("", "")

    @cached_property
    def date(self) -> str:
        """The Jalali date, with its time, as printed."""
        found = _JALALI_STAMP.search(self.folded) if self.short else None
        return strip(self.raw[found.start() : found.end()]) if found else ""

    @cached_property
    def gregorian(self) -> str:
        """The Gregorian date as printed."""
        found = _GREGORIAN_STAMP.search(self.folded) if self.short else None
        return strip(self.raw[found.start() : found.end()]) if found else ""

    @cached_property
    def time(self) -> str:
        """The time, when the line holds nothing else."""
        found = _TIME_ONLY.fullmatch(strip(self.folded)) if self.short else None
        return strip(self.raw) if found else ""

    @cached_property
    def code(self) -> str:
        found = _CODE.search(self.folded) if self.short else None
        return found.group(1).strip("-/") if found else ""

    @cached_property
    def is_meta(self) -> bool:
        """Whether the line is only date, code, counts, links and what belongs to them."""
        if not self.short:
            return False
        rest = self.folded
        for pattern in (_URL, _CODE, _JALALI_STAMP, _GREGORIAN_STAMP, _COUNT):
            rest = pattern.sub(" ", rest)
        if rest == self.folded:
            return bool(self.time) or self.key in _DATE_KEYS | _CODE_KEYS
        for pattern in (_DATE_LABEL, _TIME_ONLY, _TOOLS, _PLACES, _WEAK):
            rest = pattern.sub(" ", rest)
        left = sum(char.isalnum() for char in rest)
        return left == 0 or (bool(self.code) and left <= 30)

    @cached_property
    def is_tools(self) -> bool:
        """Whether the line is only buttons or a menu."""
        if not self.short:
            return False
        rest = _TOOLS.sub(" ", self.folded)
        menu = any(name in self.key for name in _HOME_KEYS)
        if rest == self.folded and not menu:
            return self.key == "" and not any(char.isalnum() for char in self.folded)
        rest = _WEAK.sub(" ", _PLACES.sub(" ", rest) if menu else rest)
        return not any(char.isalpha() for char in rest)

    @cached_property
    def is_weak_tool(self) -> bool:
        return self.short and not any(char.isalpha() for char in _WEAK.sub(" ", self.folded))

    @cached_property
    def path(self) -> list[str]:
        """The sections of a breadcrumb line, without the front page."""
        if not self.short:
            return []
        parts = [strip(part) for part in re.split(r"[»›>/\\|←]", self.raw) if strip(part)]
        if not parts or not (key(parts[0]) in _HOME_KEYS or key(parts[0]) in _SECTION_KEYS):
            return []
        if len(parts) == 1 and key(parts[0]) in _HOME_KEYS:
            return []
        return [part for part in parts if key(part) not in _HOME_KEYS]

    @cached_property
    def is_home(self) -> bool:
        return self.key in _HOME_KEYS

    @cached_property
    def is_section(self) -> bool:
        return self.key in _SECTION_KEYS

    @cached_property
    def is_site_name(self) -> bool:
        return self.key.startswith(_SITE_STARTS) and len(self.folded.split()) <= 7

    @cached_property
    def is_credit(self) -> bool:
        name, value = self.label
        few = len(value.split()) <= 5 and not value.endswith((".", "؟", "!"))
        return name in _CREDIT_KEYS and few

    @cached_property
    def category(self) -> str:
        """The section of a line such as «سرویس: شهری»."""
        name, value = self.label
        return value if name in _CATEGORY_KEYS and 0 < len(value.split()) <= 4 else ""

    @cached_property
    def tags(self) -> list[str] | None:
        """The tags of a tag line (none when they follow below), or ``None`` for no such line."""
        if self.key in _TAG_KEYS:
            return []
        name, value = self.label
        if name in _TAG_KEYS:
            return split_tags(value)
        if self.short and _HASHTAGS.fullmatch(strip(self.raw)):
            return split_tags(self.raw)
        return None

    @cached_property
    def is_comment_heading(self) -> bool:
        return self.key in _COMMENT_KEYS or self.label[0] in _COMMENT_KEYS - {"نام"}

    @cached_property
    def is_comment_form(self) -> bool:
        """Whether the line is one of the form's own sentences, which stand nowhere else."""
        return bool(self.key) and self.key.startswith(_COMMENT_STARTS)

    @cached_property
    def is_related(self) -> bool:
        return self.key in _RELATED_KEYS

    @cached_property
    def is_read_more(self) -> bool:
        return self.key in _READ_MORE_KEYS or self.label[0] in _READ_MORE_KEYS

    @cached_property
    def is_link(self) -> bool:
        """Whether the line may be another item's title: short, and not a sentence."""
        return len(self.raw) <= 120 and not strip(self.folded).endswith((".", "؟", "!", ":", "»"))
