"""Phone numbers spelled out in words, such as «صفر نهصد و دوازده، سیصد و چهل و پنج…»."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["NUMBER_WORDS", "spelled_numbers"]

_UNITS = "یک|یه دو سه چهار|چار پنج شش|شیش هفت هشت نه"
_TEENS = (
    "ده یازده دوازده سیزده چهارده|چارده پانزده|پونزده شانزده|شونزده هفده|هیفده هجده|هیجده نوزده"
)
_TENS = "بیست سی چهل|چل پنجاه شصت هفتاد هشتاد نود"
_HUNDREDS = "صد|یکصد دویست سیصد چهارصد|چارصد پانصد|پونصد ششصد|شیشصد|شیصد هفتصد هشتصد نهصد"


def _words() -> dict[str, int]:
    table = {"صفر": 0}
    for words, first, step in (
        (_UNITS, 1, 1),
        (_TEENS, 10, 1),
        (_TENS, 20, 10),
        (_HUNDREDS, 100, 100),
    ):
        for position, spellings in enumerate(words.split()):
            table.update(dict.fromkeys(spellings.split("|"), first + step * position))
    return table


#: Words for the numbers that phone numbers are read out in.
NUMBER_WORDS = _words()
_PIECE = re.compile(r"[^\W\d_]+|[0-9]+")
_GAP = re.compile(r"[\s\u200c.\-_،,/*]{0,4}")
_PHONE = re.compile(r"(?:0098|98|0)?9[0-9]{9}|0[1-8][0-9]{9}")
_FEWEST_WORDS = 3
# No phone number is read out without a zero or a hundred, unless its head is in digits.
_MAYBE = re.compile(r"صفر|صد|09[0-9]{2}")

#: A number or digits with its place; the flag says whether «و» stands before it.
_Piece = tuple[int, bool, str, int, int]


def spelled_numbers(read: str) -> Iterator[tuple[str, int, int]]:
    """Yield phone numbers of which at least three parts are words.

    Parameters
    ----------
    read : str
        Text as :func:`moderation.rules.contacts.plain` leaves it.

    Yields
    ------
    tuple of (str, int, int)
        The digits, and where they stand.
    """
    if not _MAYBE.search(read):
        return
    for run in _runs(read):
        if sum(not piece[2] for piece in run) < _FEWEST_WORDS:
            continue
        # «بیست سه» may be 23 or 20 3: both readings are tried.
        for loose in (False, True):
            found = _phone(_groups(run, loose))
            if found:
                yield found
                break


def _runs(read: str) -> Iterator[list[_Piece]]:
    """Yield stretches of number words and digits with nothing else but «و» between."""
    run: list[_Piece] = []
    end, joined = 0, False
    for match in _PIECE.finditer(read):
        word = match.group()
        if not _GAP.fullmatch(read, end, match.start()):
            yield run
            run, joined = [], False
        end = match.end()
        if word == "و":
            joined = True
            continue
        if word[0] == "و" and word[1:] in NUMBER_WORDS:
            word, joined = word[1:], True
        if word.isdecimal():
            run.append((-1, False, word, *match.span()))
        elif word in NUMBER_WORDS:
            run.append((NUMBER_WORDS[word], joined, "", *match.span()))
        else:
            yield run
            run = []
        joined = False
    yield run


def _rank(value: int) -> int:
    return 3 if value >= 100 else 2 if value >= 20 else 1


def _groups(run: list[_Piece], loose: bool) -> list[tuple[str, int, int]]:
    """Return digits by spoken number: «نهصد و دوازده» is one group, 912."""
    groups: list[tuple[str, int, int]] = []
    value, rank = 0, 0  # of the number under way; rank 0: none
    for number, joined, digits, start, end in run:
        if digits:
            groups.append((digits, start, end))
            rank = 0
        elif rank > _rank(number) and number and (joined or loose):
            value += number
            groups[-1] = (str(value), groups[-1][1], end)
            rank = 0 if number < 20 else _rank(number)
        else:
            groups.append((str(number), start, end))
            value = number
            rank = _rank(number) if number >= 20 else 0
    return groups


def _phone(groups: list[tuple[str, int, int]]) -> tuple[str, int, int] | None:
    joined = "".join(digits for digits, _, _ in groups)
    if len(joined) > 200:
        return None
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    place = 0
    for digits, start, end in groups:
        starts[place] = start
        place += len(digits)
        ends[place] = end
    for place, start in starts.items():
        match = _PHONE.match(joined, place)
        if match and match.end() in ends:
            return match.group(), start, ends[match.end()]
    return None
