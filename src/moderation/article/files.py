"""News items from files: one from a page or a JSON object, many from JSONL."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from pathlib import Path
from typing import Any

from moderation.article.html import parse_html_page
from moderation.article.page import parse_text_page
from moderation.article.shapes import split_tags, strip
from moderation.types import Article

__all__ = ["ArticleError", "load_article", "load_articles"]

_TEXT_FIELDS = ("title", "lead", "body", "category", "date", "code")
_CONTENT = ("title", "lead", "body")
_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*<\0?\s*(?:!\0?[dD-]|\?\0?x|"
    rb"(?:html|head|body|meta|title|div|article|section|main|p|h1)[\s>])",
    re.IGNORECASE,
)


class ArticleError(ValueError):
    """A file of news items that cannot be used; the message names file, line and field."""


def load_article(path: str | Path) -> Article:
    """Read one news item from a file.

    Parameters
    ----------
    path : str or Path
        ``.json`` holds an object with the fields of `Article`; ``.html`` and ``.htm``,
        and content that begins like HTML, a page; anything else a page copied as
        plain text. Any of them may be ``.gz``.

    Raises
    ------
    ArticleError
        The file cannot be read, is not UTF-8 (text and JSON), or holds a wrong field.
    """
    raw = _read(path)
    name = str(path).lower().removesuffix(".gz")
    if name.endswith(".json"):
        return _article(_parse(_decode(raw, path), f"{path}"), f"{path}")
    if name.endswith((".jsonl", ".ndjson")):
        raise ArticleError(f"{path}: holds many news items, one a line, where one is wanted")
    if name.endswith((".html", ".htm")) or _HTML_START.match(raw):
        return parse_html_page(raw)
    return parse_text_page(_decode(raw, path))


def load_articles(path: str | Path) -> dict[str, Article]:
    """Read news items from JSONL, one object a line, into a dictionary by their id.

    Parameters
    ----------
    path : str or Path
        Lines hold ``id``, ``title``, ``lead``, ``body``, ``tags`` (a list, or text with
        commas), ``category``; other fields are passed over. May be ``.gz``.

    Raises
    ------
    ArticleError
        As in :func:`load_article`; or an id is missing or stands twice.
    """
    articles: dict[str, Article] = {}
    lines: dict[str, int] = {}
    # Not splitlines: JSON strings may hold U+2028 and other breaks as they are.
    for number, line in enumerate(_decode(_read(path), path).split("\n"), 1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        article = _article(_parse(line, place), place)
        if not article.id:
            raise ArticleError(f"{place}: id: is missing")
        if article.id in articles:
            raise ArticleError(
                f"{place}: id: {article.id!r} also stands on line {lines[article.id]}"
            )
        articles[article.id] = article
        lines[article.id] = number
    return articles


def _read(path: str | Path) -> bytes:
    try:
        raw = Path(path).read_bytes()
        return gzip.decompress(raw) if str(path).lower().endswith(".gz") else raw
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise ArticleError(f"{path}: cannot be read: {reason}") from error
    except ValueError as error:  # a path with a NUL in it
        raise ArticleError(f"{path}: cannot be read: {error}") from error


def _decode(raw: bytes, path: str | Path) -> str:
    name = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return raw.decode(name)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ArticleError(f"{path}:{line}: is not {name[:6].rstrip('-').upper()} text") from error


def _parse(text: str, place: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        where = f"{place}:{error.lineno}" if error.lineno > 1 else place
        raise ArticleError(f"{where}: is not JSON: {error.msg} (column {error.colno})") from error
    except (RecursionError, ValueError) as error:
        raise ArticleError(f"{place}: is not JSON that can be read: {error}") from error


def _article(value: Any, place: str) -> Article:
    if not isinstance(value, dict):
        raise ArticleError(f"{place}: must be an object with title, lead, body; not {_kind(value)}")
    if not any(name in value for name in _CONTENT):
        raise ArticleError(f"{place}: has none of the fields title, lead, body")
    texts: dict[str, str] = {}
    for name in _TEXT_FIELDS:
        text = value.get(name)
        if name == "code" and isinstance(text, int) and not isinstance(text, bool):
            text = str(text)
        if text is not None and not isinstance(text, str):
            raise ArticleError(f"{place}: {name}: must be text, not {_kind(text)}")
        texts[name] = strip(text or "")
    return Article(tags=_tags(value.get("tags"), place), id=_id(value.get("id"), place), **texts)


def _id(value: Any, place: str) -> str | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise ArticleError(f"{place}: id: must be text or a whole number, not {_kind(value)}")


def _tags(value: Any, place: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(dict.fromkeys(split_tags(value)))
    if not isinstance(value, list):
        raise ArticleError(f"{place}: tags: must be a list or text, not {_kind(value)}")
    for number, tag in enumerate(value):
        if not isinstance(tag, str):
            raise ArticleError(f"{place}: tags[{number}]: must be text, not {_kind(tag)}")
    return tuple(dict.fromkeys(strip(tag) for tag in value if strip(tag)))


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return {"str": "text", "list": "a list"}.get(type(value).__name__, "an object")
