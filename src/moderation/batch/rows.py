"""One row of a file of comments: checked and made usable, or told what is wrong with it."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from moderation.types import Comment

__all__ = ["BadRow", "Row", "RowId", "build_row", "is_key", "kind_of", "not_utf8"]

#: An identifier as the file gave it.
RowId = str | int | float | None


class Row(NamedTuple):
    """A row to judge: where it stood, its own id, the comment, the article it names."""

    line: int
    id: RowId
    comment: Comment
    article_id: str | None


class BadRow(NamedTuple):
    """A row that could not be used, and why."""

    id: RowId
    line: int
    error: str


def build_row(
    line: int, text: Any, row_id: Any, article_id: Any, reply_to: Any, column: str
) -> Row | BadRow:
    """Check the values of one row and make it a :class:`Row`, or say what is wrong."""
    if isinstance(row_id, float) and math.isnan(row_id):  # how tables write "none"
        row_id = None
    if not is_key(row_id):
        return BadRow(None, line, f"'id' must be text or a number, found {kind_of(row_id)}")
    if not isinstance(text, str):
        return BadRow(row_id, line, f"{column!r} must be text, found {kind_of(text)}")
    if isinstance(article_id, float) and math.isnan(article_id):
        article_id = None
    if not is_key(article_id):
        found = kind_of(article_id)
        return BadRow(row_id, line, f"'article_id' must be text or a number, found {found}")
    if not (reply_to is None or isinstance(reply_to, str)):
        return BadRow(row_id, line, f"'reply_to' must be text, found {kind_of(reply_to)}")
    comment = Comment(text, _key(row_id), reply_to or None)
    return Row(line, row_id, comment, _key(article_id) or None)


def not_utf8(position: int) -> str:
    """Return the message for text that is not UTF-8 from byte `position` of its line."""
    return f"not valid UTF-8 (byte {position + 1} of the line)"


def is_key(value: Any) -> bool:
    """Tell whether `value` can be an identifier."""
    if value is None or isinstance(value, str):
        return True
    if isinstance(value, float):
        return math.isfinite(value)  # infinity has no JSON
    return isinstance(value, int) and not isinstance(value, bool)


def _key(value: RowId) -> str | None:
    if value is None:
        return None
    # Tables with gaps turn whole numbers into floats: 12.0 means the article 12.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def kind_of(value: Any) -> str:
    """Return what `value` is, in the words of JSON."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    return "text" if isinstance(value, str) else f"a {type(value).__name__}"
