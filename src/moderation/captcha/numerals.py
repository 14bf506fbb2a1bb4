"""Numbers in Persian: said in words, and read from digits or words by a closed grammar.

What is read: an optional sign, then either digits (Persian, Arabic, Latin, mixed, grouped by
thousands) or the words for a whole number below a million. Bidi marks make no difference, nor do
blanks and half-spaces between digits, or left out or put in between words («بیستویک»، «چهار صد»).
Anything else is not a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from moderation.captcha.wording import table, wording
from moderation.text.letters import letter_table

__all__ = ["LONGEST", "plain", "read_number", "say_number"]

#: Characters of an answer that are looked at; a longer one is no answer.
LONGEST = 64
_THOUSAND = 1000
_HALF_SPACE = "\u200c"
_DIGITS = re.compile(r"[0-9]+(?: [0-9]+)*|[0-9]{1,3}(?:[,٬][0-9]{3})+")
_MINUS, _PLUS = ("-", "\u2212"), ("+",)


@cache
def _words() -> dict[str, int]:
    values: dict[str, int] = {}
    for value, word, *more in table("numerals.tsv"):
        for spelling in (word, *" ".join(more).split()):
            values[spelling.translate(letter_table())] = int(value)
    return values


@cache
def _spoken() -> dict[int, str]:
    return {int(value): word for value, word, *_ in table("numerals.tsv")}


def plain(text: str) -> str:
    """Return `text` with one spelling for each letter and digit, and single blanks."""
    return " ".join(text.replace(_HALF_SPACE, " ").translate(letter_table()).lower().split())


def say_number(number: int) -> str:
    """Return a whole number in words.

    Parameters
    ----------
    number : int
        Between -999,999 and 999,999.

    Raises
    ------
    ValueError
        If it is outside that range.
    """
    if abs(number) >= _THOUSAND**2:
        raise ValueError(f"numbers are said up to 999,999, not {number}")
    if number < 0:
        return f"{wording()['minus_sign']} {say_number(-number)}"
    words = _spoken()
    thousands, rest = divmod(number, _THOUSAND)
    parts = []
    if thousands:
        head = "" if thousands == 1 else f"{say_number(thousands)} "
        parts.append(head + words[_THOUSAND])
    if rest >= 100:
        parts.append(words[rest - rest % 100])
        rest %= 100
    if rest > 20:
        parts.append(words[rest - rest % 10])
        rest %= 10
    if rest or not parts:
        parts.append(words[rest])
    return f" {wording()['and']} ".join(parts)


def read_number(text: str) -> int | None:
    """Return the number that somebody wrote, or None where it is not one.

    Parameters
    ----------
    text : str
        An answer as it was sent.
    """
    if len(text) > LONGEST:
        return None
    sign, rest = _split_sign(plain(text))
    if _DIGITS.fullmatch(rest):
        value: int | None = int(re.sub("[ ,٬]", "", rest))
    else:
        value = _read_words(rest.split())
    return None if value is None else sign * value


def _split_sign(text: str) -> tuple[int, str]:
    for sign, marks in (
        (-1, (*_MINUS, wording()["minus_sign"])),
        (1, (*_PLUS, wording()["plus_sign"])),
    ):
        for mark in marks:
            if text.startswith(mark):
                return sign, text[len(mark) :].lstrip()
    return 1, text


def _read_words(words: Sequence[str]) -> int | None:
    """Read words: thousands, then what is below them."""
    tokens = _hundreds([part for word in words for part in _parted(word)])
    thousand, joint = _spoken()[_THOUSAND], wording()["and"]
    if tokens.count(thousand) != 1:
        return _below_thousand(tokens)
    at = tokens.index(thousand)
    head, tail = tokens[:at], tokens[at + 1 :]
    thousands = _below_thousand(head) if head else 1
    if not tail:
        rest: int | None = 0
    else:
        rest = _below_thousand(tail[1:]) if tail[0] == joint else None
    # «صفر هزار» and «هزار و صفر» are not what anybody calls a number.
    if not thousands or rest is None or (tail and not rest):
        return None
    return thousands * _THOUSAND + rest


@lru_cache(maxsize=1024)
def _parted(word: str) -> tuple[str, ...]:
    """Part words that were written together, such as «بیستویک»; what has no parts stays whole."""
    joint = wording()["and"]
    if word in _words() or word == joint:
        return (word,)
    for end in range(len(word) - 1, 0, -1):
        if word[:end] in _words() or word[:end] == joint:
            rest = _parted(word[end:])
            if all(part in _words() or part == joint for part in rest):
                return (word[:end], *rest)
    return (word,)


def _hundreds(tokens: Sequence[str]) -> list[str]:
    """Join «چهار» and «صد» to the word for their product."""
    values, hundred = _words(), _spoken()[100]
    joined: list[str] = []
    for token in tokens:
        if token == hundred and joined and 1 <= values.get(joined[-1], 0) <= 9:
            joined[-1] = _spoken()[100 * values[joined[-1]]]
        else:
            joined.append(token)
    return joined


def _below_thousand(tokens: Sequence[str]) -> int | None:
    """Read hundreds, tens and ones, each once at most, joined by «و»."""
    if len(tokens) % 2 == 0 or any(token != wording()["and"] for token in tokens[1::2]):
        return None
    values = [_words().get(token) for token in tokens[::2]]
    total, smallest = 0, _THOUSAND
    for value in values:
        if value is None or value >= _THOUSAND or (value == 0 and len(values) > 1):
            return None
        # After hundreds anything below a hundred, after tens only ones.
        limit = 100 if smallest >= 100 else 10
        if smallest < _THOUSAND and (value >= limit or smallest < 20):
            return None
        total, smallest = total + value, value
    return total
