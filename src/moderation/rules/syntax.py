"""The shape of a sentence: who does what to whom, without the words themselves.

Every token is reduced to its part: the lexicon class it has, else what its grades or its
endings say, else nothing. Runs of parts («office, charge, verb in the third person»), parts
that stand near each other, and words beside parts are features of a linear layer, as letters
are in :mod:`moderation.rules.features`. A charge and its target are seen so where neither word
has been met beside the other before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from moderation.lexicon.grades import GRADES, Grades
from moderation.lexicon.store import bit
from moderation.rules.weights import WeightTable
from moderation.text.ngrams import finalise, sequence_ngrams, word_hashes
from moderation.text.vocabulary import Batch

__all__ = ["SYNTAX_HEADS", "Syntax", "part_of"]

#: Outputs, in the order of the stored weights' columns.
SYNTAX_HEADS = ("offensive", "insult", "accusation", "hate", "threat")
_ORDERS = (1, 2, 3, 4)
#: Parts this far from each other are still seen together, in this order.
_STEPS = np.arange(2, 7)
#: Keep parts near each other, a part before a word and one after it from meeting.
_PAIR_SALTS = np.array([50, 51, 52], dtype=np.uint64)
#: Keeps the two halves of a pair apart.
_MIX = np.uint64(0x9E3779B97F4A7C55)
_OTHER = "other"
#: Classes by precedence: what a word is first of all.
_BY_CLASS = (
    "obscene", "insult_strong", "slur", "insult_formal", "insult_mind", "imperative", "curse",
    "threat", "charge", "violence", "animal", "ambiguous", "group_name", "target_org",
    "target_person", "report", "quote", "anticorruption", "negation", "question", "literal",
    "address",
)  # fmt: skip
#: Grades by precedence, before and after what a word's ending tells.
_STRONG = (
    "gross", "insulting", "crime", "wishing_harm", "belittling", "violent", "camp", "group",
    "mocking", "dirt", "bodily", "role", "body",
)  # fmt: skip
_WEAK = ("reported", "negative", "positive", "addressed")
_STRONG_BITS = [(name, 1 << GRADES.index(name)) for name in _STRONG]
_WEAK_BITS = [(name, 1 << GRADES.index(name)) for name in _WEAK]
Hashes = npt.NDArray[np.uint64]


@cache
def _morphology() -> tuple[tuple[str, ...], re.Pattern[str]]:
    """Return the parts, and one pattern whose last matching group is the part's number."""
    lines = files("moderation.lexicon").joinpath("morphology.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple(part for part, _ in rows), re.compile("|".join(f"({p})" for _, p in rows))


def part_of(form: str, grades: int) -> str:
    """Return the part that a word plays by its grades, its endings and itself.

    Parameters
    ----------
    form : str
        The undisguised word, as :func:`moderation.rules.features.word_form` returns it.
    grades : int
        Its mask of :data:`moderation.lexicon.grades.GRADES`.

    Returns
    -------
    str
        A grade, a part of ``morphology.tsv``, the mark or particle itself, or ``other``.
    """
    if not form.isalpha() or len(form) == 1:
        return form[:1]
    for name, mark in _STRONG_BITS:
        if grades & mark:
            return name
    parts, pattern = _morphology()
    match = pattern.fullmatch(form)
    if match is not None and match.lastindex is not None:
        part = parts[match.lastindex - 1]
        return form if part == "itself" else part
    return next((name for name, mark in _WEAK_BITS if grades & mark), _OTHER)


@cache
def _symbol(part: str) -> int:
    """Return what stands for a part; there are few of them."""
    return int(word_hashes([part or " "])[0][0])


class Syntax:
    """Scores the shape of comments.

    Parameters
    ----------
    weights : WeightTable
        Its heads are :data:`SYNTAX_HEADS`.
    grades : Grades
        Grades of single words.
    """

    def __init__(self, weights: WeightTable, grades: Grades) -> None:
        self._weights = weights
        self._grades = grades
        self._classes = [
            (np.uint32(bit(name)), np.uint64(_symbol(name))) for name in reversed(_BY_CLASS)
        ]
        self._listed = np.uint32(bit(*_BY_CLASS))
        self._silent = np.uint64(_symbol(_OTHER))
        self.bits = weights.bits

    def encode(self, forms: Sequence[str]) -> Hashes:
        """Return the symbol of each word's part; its lexicon class, if any, goes before."""
        parts = (part_of(form, self._grades.mask(form)) for form in forms)
        return np.fromiter(map(_symbol, parts), dtype=np.uint64, count=len(forms))

    def _symbols(self, batch: Batch, masks: npt.NDArray[np.uint32]) -> Hashes:
        symbols = batch.column("part")
        listed = np.flatnonzero(masks & self._listed)
        classes, found = masks[listed], symbols[listed]
        for mask, symbol in self._classes:
            found[classes & mask != 0] = symbol
        symbols[listed] = found
        return symbols

    def buckets(
        self, batch: Batch, masks: npt.NDArray[np.uint32], silent: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the hashed features of comments.

        Parameters
        ----------
        batch : Batch
            With the columns "part" and "word".
        masks : ndarray of uint32, shape (n_tokens,)
            Lexicon classes, phrases included.
        silent : ndarray of int64
            Indices of tokens that are to say nothing, such as words that the site allows.

        Returns
        -------
        owner, bucket : ndarray of int64, shape (n_features,)
            Comment, and the feature's row in a table of ``2**bits`` weights.
        """
        symbols = self._symbols(batch, masks)
        symbols[silent] = self._silent
        owner, hashes = sequence_ngrams(symbols, batch.lengths, _ORDERS)
        owners, families = [owner], [hashes]
        telling = symbols != self._silent
        owner = batch.owner
        first, second = self._near(telling, owner)
        words = batch.column("word")
        follows = np.flatnonzero(telling[:-1] & (owner[:-1] == owner[1:]))
        leads = np.flatnonzero(telling[1:] & (owner[:-1] == owner[1:])) + 1
        pairs = np.concatenate([
            symbols[first] * _MIX + symbols[second],
            words[leads] * _MIX + symbols[leads - 1],
            words[follows] * _MIX + symbols[follows + 1],
        ])  # fmt: skip
        salts = np.repeat(_PAIR_SALTS, [len(first), len(leads), len(follows)])
        owners += [owner[first], owner[leads], owner[follows]]
        families.append(finalise(pairs, salts))
        bucket = np.concatenate(families) >> np.uint64(64 - self.bits)
        return np.concatenate(owners), bucket.astype(np.int64)

    @staticmethod
    def _near(
        telling: npt.NDArray[np.bool_], owner: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the indices of telling tokens near each other but not side by side."""
        here = np.flatnonzero(telling)
        there = here[:, None] + _STEPS
        inside = there < len(telling)
        there[~inside] = 0
        near = inside & telling[there] & (owner[there] == owner[here][:, None])
        row, step = np.nonzero(near)
        return here[row], there[row, step]

    def measure(
        self, batch: Batch, masks: npt.NDArray[np.uint32], silent: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        """Return the scores of comments, shape (n_comments, n_heads); see :meth:`buckets`."""
        owner, bucket = self.buckets(batch, masks, silent)
        values = self._weights.take(bucket)
        number = np.maximum(np.bincount(owner, minlength=len(batch)), 1.0)
        sums = [np.bincount(owner, column, minlength=len(batch)) for column in values.T]
        return (np.stack(sums, axis=1) / np.sqrt(number)[:, None]).astype(np.float32)
