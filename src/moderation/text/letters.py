"""Letters: one code point for every way of writing the same Persian letter.

The character map is hazm's own (`letters.tsv` holds what hazm's ``Normalizer`` makes of
every code point; the tests compare it with the hazm that is installed), followed by a few
foldings that only matter for matching: hamza carriers, ``ة``/``ۀ``, digits to ASCII. It is a
table so that classifying never has to build hazm's normaliser (1.2 s and 140 MB), and so
that every hazm release gives the same verdict.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

__all__ = ["INVISIBLE", "fold", "letter_table", "squeeze"]

#: Marks and controls that change neither the word nor its boundaries: harakat, kashida,
#: half-space and other zero-width characters, bidi controls, variation selectors.
INVISIBLE = (
    "\u00ad\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8"
    "\u06ea-\u06ed\u08d3-\u08ff\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
)
_RUN = re.compile(r"(\w)\1{2,}")
# What hazm leaves apart and readers' keyboards do not.
# The dotted capital I would leave its dot behind in lower case.
_OURS = {"أ": "ا", "إ": "ا", "ٱ": "ا", "ؤ": "و", "ئ": "ی", "ة": "ه", "ۀ": "ه", "İ": "I"}


@cache
def letter_table() -> dict[int, str]:
    """Return the folding as a table for :meth:`str.translate`.

    Returns
    -------
    dict of int to str
        Code point to its folded text; ``""`` drops it.
    """
    table: dict[int, str] = {}
    for low, high in ((0xFB50, 0xFDFF), (0xFE70, 0xFEFF), (0xFF00, 0xFFEF), (0x1D400, 0x1D7FF)):
        for point in range(low, high + 1):
            plain = unicodedata.normalize("NFKC", chr(point))
            if plain != chr(point):
                table[point] = "".join(c for c in plain if c.isalnum()) or plain
    for line in files(__package__).joinpath("letters.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            target, _, sources = line.partition("\t")
            table.update((int(source, 16), target) for source in sources.split())
    for source, target in _OURS.items():
        table[ord(source)] = target
    for zero in (0x660, 0x6F0, 0xFF10):
        table.update((zero + digit, str(digit)) for digit in range(10))
    for low, high in re.findall(r"(.)(?:-(.))?", INVISIBLE):
        table.update((point, "") for point in range(ord(low), ord(high or low) + 1))
    # Once more, since a presentation form may stand for a letter that is itself folded.
    return {point: target.translate(table) for point, target in table.items()}


def squeeze(text: str) -> str:
    """Reduce every run of three or more of one letter to a single letter."""
    return _RUN.sub(r"\1", text)


@lru_cache(maxsize=1 << 15)
def fold(token: str) -> str:
    """Return the matching form of one token; that of the latest tokens is kept.

    Parameters
    ----------
    token : str
        Any text; lone surrogates are kept.

    Returns
    -------
    str
        Letters unified, invisible characters dropped, digits ASCII, lower case, runs of
        three and more squeezed to one.
    """
    return sys.intern(squeeze(token.translate(letter_table()).lower()))
