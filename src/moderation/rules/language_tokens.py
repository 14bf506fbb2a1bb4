"""What the language rule reads in a single token: letters, n-grams, laughter, formulas.

Training and judging share these functions, so that a weight always meets the feature it was
learnt for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from moderation.text.known import KnownWords
from moderation.text.letters import INVISIBLE, fold
from moderation.text.ngrams import char_ngrams, finalise, word_hashes

__all__ = [
    "ARABIC_ORDERS",
    "LATIN_ORDERS",
    "PERSIAN_LETTERS",
    "formula_words",
    "is_filler",
    "is_one_letter_run",
    "light_fold",
    "token_features",
]

ARABIC_ORDERS = (1, 2, 3, 4)
LATIN_ORDERS = (1, 2, 3, 4, 5)
#: Letters of Persian words in their light form.
PERSIAN_LETTERS = frozenset("آأؤئءابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی")
_WHOLE_WORD = 97  # salt of the feature that stands for a whole word
_KNOWN = 131  # salts from here on: the word's frequency bucket among Persian words
_LONGEST = 40

_RUN = re.compile(r"(\w)\1{2,}")
# Laughter and sighs as readers type them: خخخخ, ههههه, هاهاها, هههاا, ahahah, hehe, xD, lol.
_LAUGHTER = re.compile(
    r"[خ]{2,}|ه{2,}|ه[اآهی]+?ه[اآهی]+|[اآ]*(?:ها|خا){2,}|ع{2,}|او{2,}ه*|[اآ]+[هخی]*|هو+ر+ا+|وا+[یو]+|"
    r"x{3,}|h{3,}|j{3,}|[aeiou]?(?:[hj]+[aeiou]+){2,}h*|l+o+l+|xd+|k{3,}"
)


@cache
def _light_table() -> dict[int, str]:
    table: dict[int, str] = {}
    for low, high in ((0xFB50, 0xFDFF), (0xFE70, 0xFEFF), (0xFF00, 0xFFEF), (0x1D400, 0x1D7FF)):
        for point in range(low, high + 1):
            plain = unicodedata.normalize("NFKC", chr(point))
            if plain != chr(point):
                table[point] = "".join(c for c in plain if c.isalnum()).translate(_KEYBOARD)
    table.update(_KEYBOARD)
    for low, high in re.findall(r"(.)(?:-(.))?", INVISIBLE):
        table.update((point, "") for point in range(ord(low), ord(high or low) + 1))
    return table


# Persian readers type these on Arabic keyboards, so they say nothing about the language.
_KEYBOARD = {0x64A: "ی", 0x643: "ک"}


def light_fold(surface: str) -> str:
    """Return `surface` in the form that keeps sister languages apart.

    Unlike :func:`moderation.text.letters.fold` it keeps ``ێ ۆ ٹ ے ہ ې ښ ة ى أ`` and their
    like; only marks, presentation forms, case, stretching and ``ي``/``ك`` go.
    """
    return _RUN.sub(r"\1", surface.translate(_light_table()).lower())[:_LONGEST]


def is_filler(folded: str, surface: str) -> bool:
    """Tell whether a token is laughter or a sigh, which is no language of its own.

    Parameters
    ----------
    folded : str
        The token's matching form, in which long runs are one letter.
    surface : str
        The token as written; only runs that are there in full make one letter laughter.
    """
    plain = surface[:_LONGEST].lower()
    return _LAUGHTER.fullmatch(plain) is not None or (
        len(plain) > 2 and len(folded) <= 2 and set(folded) <= set("هخحاآعوی")
    )


def is_one_letter_run(folded: str, surface: str) -> bool:
    """Tell whether a token is one letter held down, which is no word."""
    return len(folded) == 1 and len(surface) >= 4 and folded.isalpha()


@cache
def formula_words() -> frozenset[str]:
    """Return the folded words of Arabic formulas that are Persian usage."""
    text = files("moderation.lexicon").joinpath("religious_formulas.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return frozenset(fold(word) for line in lines for word in line.split())


def token_features(
    tokens: Sequence[str],
    orders: Sequence[int],
    size: int,
    known: KnownWords | None = None,
    folded: Sequence[str] = (),
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the hashed features of tokens as (owner, feature index) pairs.

    Parameters
    ----------
    tokens : sequence of str
        Non-empty tokens in their light form.
    orders : sequence of int
        Orders of the character n-grams.
    size : int
        Number of weights, a power of two.
    known : KnownWords, optional
        Adds how common each word of `folded` is in Persian.
    folded : sequence of str
        The tokens' matching forms, non-empty.

    Returns
    -------
    owner, feature : ndarray of int64, shape (n_features,)
    """
    mask = np.uint64(size - 1)
    owner, grams = char_ngrams(tokens, orders)
    whole, lengths = word_hashes(tokens)
    owners, hashes = [owner, np.arange(len(lengths))], [grams, finalise(whole, _WHOLE_WORD)]
    if known is not None:
        salts = known.bucket(known.hash(folded)).astype(np.uint64) + np.uint64(_KNOWN)
        # Long unknown words say more than short ones.
        salts += np.where(lengths > 6, np.uint64(8), np.uint64(0))
        owners.append(np.arange(len(lengths)))
        hashes.append(finalise(salts, _KNOWN))
    return np.concatenate(owners), (np.concatenate(hashes) & mask).astype(np.int64)
