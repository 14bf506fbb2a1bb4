"""Tokens: the pieces of a comment that everything else counts, one regular expression.

A token is kept exactly as written, so that its place in the original text is known without
any offset map; :mod:`moderation.text.letters` unifies it afterwards, once per distinct token.
On plain Persian words the pieces are hazm's (``WordTokenizer(join_verb_parts=False)``), which
the tests check; links, addresses and single punctuation marks stay tokens of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from moderation.text.letters import INVISIBLE

__all__ = ["Kind", "Token", "kind_of", "located", "tokenize", "tokenize_spans"]

_TOP_LEVEL = "com|ir|net|org|info|me|io|app|shop|xyz|site|online|link|top|bet|vip|co|tv|ws"
_LINK = (
    r"(?:[hH][tT][tT][pP][sS]?://|www\.)[^\s<>«»\"]+"
    rf"|[A-Za-z0-9][\w.-]{{0,60}}\.(?:{_TOP_LEVEL})\b(?:/[^\s<>«»\"]*)?"
)
_MAIL = r"[\w.+-]{1,60}@[\w-]{1,60}\.[\w.-]{1,60}"
_MENTION = r"@[\w.]+"
_WORD = rf"(?:[^\W_]+|[{INVISIBLE}]+)+"  # an underscore parts words, as a space does
_TOKEN = re.compile(rf"{_MAIL}|{_LINK}|{_MENTION}|{_WORD}|[.…]+|[!！]+|[?؟]+|\S")


class Token(NamedTuple):
    """A token and its code-point offsets in the original text."""

    text: str
    start: int
    end: int


class Kind:
    """What a token is; plain integers, since they live in arrays."""

    PERSIAN = 0  # Arabic-script word
    LATIN = 1
    CYRILLIC = 2
    OTHER = 3  # a word in another script
    NUMBER = 4
    MARK = 5  # punctuation and symbols
    EMOJI = 6
    LINK = 7
    MAIL = 8
    MENTION = 9
    NOTHING = 10  # only invisible characters


def tokenize(text: str) -> list[str]:
    """Split `text` into its tokens, in order."""
    return _TOKEN.findall(text)


def tokenize_spans(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Split ``text[start:end]`` into tokens that know their place in `text`."""
    if not start and end is None:
        return [Token(m.group(), *m.span()) for m in _TOKEN.finditer(text)]
    found = _TOKEN.finditer(text[start:end])
    return [Token(m.group(), m.start() + start, m.end() + start) for m in found]


def located(text: str, tokens: Sequence[str]) -> list[Token]:
    """Return `text`'s tokens, from :func:`tokenize`, with their places.

    Between two tokens there are only blanks, so each is found where it stands; that takes a third
    of the time of :func:`tokenize_spans`.
    """
    places: list[Token] = []
    end = 0
    for token in tokens:
        start = text.index(token, end)
        end = start + len(token)
        places.append(Token(token, start, end))
    return places


_IS_LINK = re.compile(_LINK)
_IS_MAIL = re.compile(_MAIL)
_ARABIC = re.compile(
    r"[\u0620-\u064a\u066e-\u06d3\u06d5\u06ee-\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c9]"
)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_EMOJI = re.compile(r"[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")


def kind_of(token: str, folded: str) -> int:
    """Return the :class:`Kind` of `token`, whose matching form is `folded`.

    A word of several scripts counts as the Arabic script where it has any of it: a Latin
    look-alike inside a Persian word is a disguise, not a foreign word.
    """
    if "@" in token and len(token) > 1:
        return Kind.MAIL if _IS_MAIL.fullmatch(token) else Kind.MENTION
    if ("." in token and _IS_LINK.fullmatch(token)) or "://" in token:
        return Kind.LINK
    if not folded:
        return Kind.NOTHING
    if _ARABIC.search(folded):
        return Kind.PERSIAN
    if _LATIN.search(folded):
        return Kind.LATIN
    if _CYRILLIC.search(folded):
        return Kind.CYRILLIC
    if folded.isdecimal():
        return Kind.NUMBER
    if _EMOJI.match(folded):
        return Kind.EMOJI
    return Kind.OTHER if any(c.isalpha() for c in folded) else Kind.MARK
