"""HTML taken apart with the standard library: metadata, scripts of data, visible text."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser

from moderation.article.shapes import strip

__all__ = ["Markup", "decode", "read_markup"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHARSET = re.compile(rb"(?:charset|encoding)\s{0,5}=\s{0,5}[\"']?\s{0,5}([\w\-]{2,30})", re.I)
# Only these: some of Python's codecs are slow or do not decode text at all.
_LEGACY = re.compile(r"(?:windows-?|cp)(125[0-8])$|iso-?8859-?(\d{1,2})$|x-(mac)-?arabic$", re.I)

#: Skipped with all they hold.
_SILENT = frozenset(
    ["script", "style", "noscript", "template", "svg", "textarea", "select", "option", "iframe"]
)
#: Furniture by its very element; left out where enough text stands outside of them.
_ASIDE = frozenset(["nav", "header", "footer", "aside", "form", "button"])
_VOID = frozenset(
    [
        "br",
        "hr",
        "img",
        "input",
        "meta",
        "link",
        "source",
        "wbr",
        "col",
        "area",
        "base",
        "embed",
        "track",
    ]
)
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "cite",
        "code",
        "data",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "u",
        "var",
        "wbr",
    ]
)
#: Enough text for the main part of a page, in characters.
_ENOUGH = 200


def decode(raw: bytes) -> str:
    """Return the text of a page's bytes; what cannot be read becomes U+FFFD."""
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(name, "replace")
    # Text in another encoding is hardly ever valid UTF-8, whatever the page declares.
    with suppress(UnicodeDecodeError):
        return raw.decode("utf-8")
    declared = _CHARSET.search(raw[:4096])
    name = declared.group(1).decode("ascii", "replace") if declared else "utf-8"
    if _LEGACY.match(name):
        with suppress(LookupError):
            return raw.decode(name, "replace")
    return raw.decode("utf-8", "replace")


@dataclass
class Markup:
    """What a page holds: `meta` by name, data scripts, its headings and its text."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    title: str = ""
    heading: str = ""
    text: str = ""


def read_markup(html: str) -> Markup:
    """Take a page apart; broken markup gives what can be made of it."""
    # No tag can close after the last ">"; looking for that end from each "<" takes long.
    end = html.rfind(">") + 1
    html = html[:end] + html[end:].replace("<", " ")
    parser = _Parser()
    # The parser gives up on some broken declarations; what it read until then counts.
    with suppress(AssertionError, ValueError):
        parser.feed(html)
        parser.close()
    return parser.markup()


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._found = Markup()
        self._silent: list[str] = []
        self._aside: list[str] = []
        self._holder = ""  # the element whose own text is wanted: title, h1, data script
        self._held: list[str] = []
        self._lines: list[tuple[list[str], bool]] = [([], False)]

    def markup(self) -> Markup:
        self._release()
        lines = [
            (strip(re.sub(r"\s+", " ", "".join(parts))), aside) for parts, aside in self._lines
        ]
        main = [line for line, aside in lines if line and not aside]
        if sum(map(len, main)) < _ENOUGH:
            main = [line for line, _ in lines if line]
        self._found.text = "\n".join(main)
        return self._found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "meta":
            name = (values.get("property") or values.get("name") or "").lower()
            if name and strip(values.get("content", "")):
                self._found.meta.setdefault(name, []).append(strip(values["content"]))
        is_data = tag == "script" and "ld+json" in values.get("type", "").lower()
        if is_data or tag in ("title", "h1"):
            self._release()
            self._holder = tag
        if tag in _SILENT or tag == "head":
            self._silent.append(tag)
        elif tag == "body":
            self._silent.clear()  # a page may well forget to close its head
        elif tag in _ASIDE:
            self._aside.append(tag)
        if tag not in _INLINE:
            self._break()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._holder:
            self._release()
        for open_tags in (self._silent, self._aside):
            if tag in open_tags:
                while open_tags.pop() != tag:
                    pass
        if tag not in _INLINE:
            self._break()

    def handle_data(self, data: str) -> None:
        if self._holder:
            self._held.append(data)
        if not self._silent:
            self._lines[-1][0].append(data)

    def _break(self) -> None:
        self._lines.append(([], bool(self._aside)))

    def _release(self) -> None:
        """Hand over the text of the element that was held."""
        text = "".join(self._held)
        if self._holder == "script":
            self._found.scripts.append(text)
        elif self._holder == "title":
            self._found.title = self._found.title or strip(re.sub(r"\s+", " ", text))
        elif self._holder == "h1":
            self._found.heading = self._found.heading or strip(re.sub(r"\s+", " ", text))
        self._holder, self._held = "", []
