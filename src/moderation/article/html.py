"""A news page's HTML: what it says of itself for machines first, then its main text.

JSON-LD and OpenGraph name title, lead, tags and date exactly. The body often stands
nowhere but in the page, among menus and other items; trafilatura finds it, and where
that is not installed or finds nothing, the visible text is read like a copied page.
"""

from __future__ import annotations

import json
import logging
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any

from moderation.article.markup import Markup, decode, read_markup
from moderation.article.page import Page, read_page, trim_body
from moderation.article.shapes import key, split_tags, strip
from moderation.types import Article

__all__ = ["parse_html_page"]

#: A shorter ``articleBody`` is a teaser, and the page itself is read for the body.
_MIN_BODY = 200
#: A main text with a smaller share of the page's text than this missed the item.
_MIN_SHARE = 0.4

_ARTICLE_TYPES = frozenset(
    [
        "Article",
        "NewsArticle",
        "ReportageNewsArticle",
        "AnalysisNewsArticle",
        "OpinionNewsArticle",
        "BackgroundNewsArticle",
        "ReviewNewsArticle",
        "BlogPosting",
        "Report",
    ]
)
_TITLE_SEPARATOR = re.compile(r"\s+[|:\-–—«»•]+\s+|\s*::\s*|\s*\|\s*")
_HALF_SPACE = re.compile("\u200c|&zwnj;|&#8204;|&#x200c;", re.IGNORECASE)
#: Printable signs that no news page uses, to stand for the half-space.
_STAND_INS = "\u2040\u203f\u2054\u204a"


@dataclass
class _Fields:
    """What one source says of the item; empty where it says nothing."""

    title: str = ""
    lead: str = ""
    body: str = ""
    tags: list[str] = field(default_factory=list)
    category: str = ""
    date: str = ""


def parse_html_page(html: str | bytes) -> Article:
    """Read the news item from a page's HTML; no input raises.

    Parameters
    ----------
    html : str or bytes
        The page. Of bytes the encoding is found from the byte-order mark, the page's
        own ``meta`` and the bytes themselves; UTF-8 is the fallback.

    Returns
    -------
    Article
        Each field from the first source that has it: JSON-LD, OpenGraph and other
        ``meta``, the page's text.
    """
    text = decode(html) if isinstance(html, bytes) else html
    markup = read_markup(text)
    linked, meta = _from_json_ld(markup), _from_meta(markup)
    printed = read_page(markup.text)
    first = printed.lines[0] if printed.lines else ""
    title = linked.title or meta.title or _heading(markup) or first
    below = _below(title, markup.text)
    page = _body(linked, below, text)
    lead = linked.lead or meta.lead
    if not lead and key(title) == key("".join(below.lines[:1])):
        lead = "".join(below.lines[1:2])
    lead, body = _without_repeats(title, lead, page.lines)
    return Article(
        title=title,
        lead=lead,
        body=body,
        tags=tuple(dict.fromkeys(linked.tags or meta.tags or below.tags or printed.tags)),
        category=linked.category or meta.category or printed.category,
        date=linked.date or meta.date or printed.date or page.date,
        code=below.code or printed.code or page.code,
    )


def _body(linked: _Fields, below: Page, html: str) -> Page:
    """Return the body, with the furniture after its end mark cut off.

    Where the copied page shows both ends of the item, the title and an end mark, it
    is surer than a guess at the main text; so it is where the guess is far shorter.
    """
    if len(linked.body) >= _MIN_BODY:
        return trim_body(linked.body)
    if below.ended:
        return below
    found = trim_body(_main_text(html))
    enough = sum(map(len, below.lines)) * _MIN_SHARE
    return found if sum(map(len, found.lines)) >= max(1, enough) else below


def _below(title: str, text: str) -> Page:
    """Read a page's text from the line on that is its title, or whole where none is."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if key(line) == key(title):
            return read_page("\n".join(lines[number:]))
    return replace(read_page(text), ended=False)


def _main_text(html: str) -> str:
    """Return the page's main text as trafilatura finds it, or nothing."""
    try:
        import trafilatura
    except ImportError:
        return ""
    # Its word on broken pages is not for those who read a verdict.
    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    # It drops half-spaces as unprintable, and Persian words with them fall apart.
    stand_in = next((char for char in _STAND_INS if char not in html), "")
    html = _HALF_SPACE.sub(stand_in, html).encode("utf-8", "replace").decode("utf-8")
    try:
        found = trafilatura.extract(html, include_comments=False)
    except Exception:  # a page may be broken in any way; its visible text is still there
        return ""
    return (found or "").replace(stand_in, "\u200c") if stand_in else found or ""


def _heading(markup: Markup) -> str:
    return markup.heading or strip(_TITLE_SEPARATOR.split(markup.title)[0])


def _without_repeats(title: str, lead: str, lines: list[str]) -> tuple[str, str]:
    """Return lead and body, without the lines that say title or lead once more.

    A description cut short gives way to the line it was cut from, and where the page
    has no description the first line is the lead, as on a copied page.
    """
    lines = list(lines)
    while lines and key(lines[0]) == key(title):
        lines.pop(0)
    start, is_cut = key(lead), lead.endswith(("...", "…"))
    for number, line in enumerate(lines[:3]):
        if start and (key(line) == start or (is_cut and key(line).startswith(start))):
            lead = lines.pop(number)
            break
    if not lead and len(lines) > 1:
        lead = lines.pop(0)
    return lead, "\n".join(lines)


# -- OpenGraph and other meta ------------------------------------------------


def _from_meta(markup: Markup) -> _Fields:
    def first(*names: str) -> str:
        found = next((markup.meta[name][0] for name in names if name in markup.meta), "")
        return " ".join(found.split())

    title, site = first("og:title", "twitter:title"), first("og:site_name")
    if site:
        parts = _TITLE_SEPARATOR.split(title)
        if len(parts) > 1 and key(parts[-1]) == key(site):
            title = strip(title[: title.rindex(parts[-1])].rstrip(" |:-–—«»•"))
    tags = markup.meta.get("article:tag") or markup.meta.get("keywords") or []
    return _Fields(
        title=title,
        lead=first("og:description", "description", "twitter:description"),
        tags=[tag for line in tags for tag in split_tags(line)],
        category=first("article:section"),
        date=first("article:published_time", "og:article:published_time"),
    )


# -- JSON-LD -------------------------------------------------------------------


def _from_json_ld(markup: Markup) -> _Fields:
    best = _Fields()
    for script in markup.scripts:
        for item in _articles(_load(script)):
            fields = _Fields(
                title=_text(item.get("headline")) or _text(item.get("name")),
                lead=_text(item.get("description")),
                body=_paragraphs(item.get("articleBody")),
                tags=_tags(item.get("keywords")),
                category=_text(item.get("articleSection")),
                date=_text(item.get("datePublished")),
            )
            # A page may also list other items; its own is the one told most of.
            if _weight(fields) > _weight(best):
                best = fields
    return best


def _weight(fields: _Fields) -> int:
    return len(fields.body) + len(fields.lead) + len(fields.title)


def _load(script: str) -> Any:
    """Return a data script's value, or nothing for one that is broken."""
    bare = re.sub(r"^\s*(?:<!--|//<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\]\]>|\]\]>)\s*$", "", script)
    try:
        return json.loads(bare.strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _articles(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the articles that stand at the top of a value, in lists and in graphs."""
    waiting = deque([value])
    while waiting:
        item = waiting.popleft()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            kinds = item.get("@type")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(kind, str) and kind in _ARTICLE_TYPES for kind in kinds):
                yield item
            waiting.extend(item[name] for name in ("@graph", "mainEntity") if name in item)


def _text(value: Any) -> str:
    """Return a value as one line of text: the first of a list, the name of a thing."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value")
    return strip(re.sub(r"\s+", " ", _plain(value))) if isinstance(value, str) else ""


def _paragraphs(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_plain(part) for part in value if isinstance(part, str))
    return _plain(value) if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """Return text without the markup that some sites leave in their data."""
    if re.search(r"&(?:#\d|#x|\w{2,8};)", text):
        text = unescape(text)
    return read_markup(text).text if re.search(r"</?[a-zA-Z]", text) else text


def _tags(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else [value]
    return [tag for part in parts if (text := _text(part)) for tag in split_tags(text)]
