"""What item a comment leads one to expect: a learnt map from its words to an item's.

Words that keep company are close in the word vectors, but readers answer a matter with words of
another kind: under a bank's news they write of their loan. A linear map, fitted on sentences and
comments with the items that they belong to, takes a comment's mean vector to where its item should
lie; how far the item at hand lies from there is evidence. Words that are frequent enough to have
been learnt one by one move the place by what the map does not know of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.text.lexis import Lexis

__all__ = ["DIMENSIONS", "EXPECTED", "Expectation", "unit_rows"]

#: Axes of the word vectors that are mapped, the first of them.
DIMENSIONS = 128
#: What `Expectation.measure` returns of the plain map and of the map with words: cosine and
#: product with the item, and how much is expected.
EXPECTED = (
    "expected_cosine", "expected_product", "expected_length",
    "worded_cosine", "worded_product", "worded_length",
)  # fmt: skip
#: What words that fit any news count for; evidence below the prior is drawn towards nothing.
_GENERAL, _PRIOR = 0.3, 8.0
Floats = npt.NDArray[np.float64]


def unit_rows(rows: npt.NDArray[Any]) -> Floats:
    """Return `rows` at length 1; those of length 0 stay so."""
    wide = np.asarray(rows, dtype=np.float64)
    return np.asarray(wide / np.maximum(np.linalg.norm(wide, axis=1, keepdims=True), 1e-6))


class Expectation:
    """Compares items with what comments lead one to expect.

    Parameters
    ----------
    lexis : Lexis
        The vocabulary with its vectors.
    arrays : mapping of str to ndarray
        ``expectation_map`` (DIMENSIONS, DIMENSIONS), from a comment's direction to its item's;
        ``expectation_mean`` (DIMENSIONS,), what all items have in common;
        ``expectation_words`` of int8 (n_words, DIMENSIONS), what each word adds, in units of
        ``expectation_unit`` (1,).
    """

    def __init__(self, lexis: Lexis, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self._lexis = lexis
        self._map = np.asarray(arrays["expectation_map"], dtype=np.float64)
        self._mean = np.asarray(arrays["expectation_mean"], dtype=np.float64)
        self._words = arrays["expectation_words"]
        self._unit = float(arrays["expectation_unit"][0])
        self.dimensions = len(self._mean)  # fewer where the vocabulary is very small

    @staticmethod
    def word_weights(
        lexis: Lexis, units: npt.NDArray[np.int32], keys: npt.NDArray[np.uint64]
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]:
        """Return the row of each word among the vectors, and what the word counts for.

        Parameters
        ----------
        lexis : Lexis
        units, keys : ndarray, shape (n_tokens,)
            Columns "relevance" and "relevance_key" of all tokens, comment after comment.
        """
        vectors, idf = lexis.heads(DIMENSIONS)
        rows = np.where(units >= 0, units, len(vectors) - 1)  # the last one is nothing
        general = (keys & np.uint64(1)).astype(np.float32)
        return rows, idf.take(rows) * (1 - (1 - _GENERAL) * general)

    @staticmethod
    def item(centre: npt.NDArray[np.float32]) -> Floats:
        """Return an item's direction, from its profile's centre."""
        return unit_rows(centre[None, :DIMENSIONS])[0]

    def measure(
        self,
        units: npt.NDArray[np.int32],
        keys: npt.NDArray[np.uint64],
        starts: npt.NDArray[np.int64],
        items: Floats,
    ) -> Floats:
        """Return `EXPECTED` of each comment, shape (n_comments, 6).

        Parameters
        ----------
        units, keys : ndarray, shape (n_tokens,)
            As :meth:`word_weights` takes them.
        starts : ndarray of int64, shape (n_comments,)
            Where each comment begins; none is empty.
        items : ndarray of float64, shape (n_comments, DIMENSIONS)
            The directions of the items that the comments stand under.
        """
        rows, weight = self.word_weights(self._lexis, units, keys)
        vectors, _ = self._lexis.heads(DIMENSIONS)
        sums = np.add.reduceat(vectors.take(rows, axis=0) * weight[:, None], starts, axis=0)
        own = np.add.reduceat(self._words.take(rows, axis=0) * weight[:, None], starts, axis=0)
        length = np.maximum(np.linalg.norm(sums.astype(np.float64), axis=1, keepdims=True), 1e-6)
        plain = (sums / length) @ self._map
        known = np.add.reduceat(weight.astype(np.float64), starts)
        known /= known + _PRIOR
        given = items - self._mean
        measured = [
            self._compare(plain, given),
            self._compare(plain + own * (self._unit / length), given),
        ]
        return np.hstack(measured) * known[:, None]

    @staticmethod
    def _compare(expected: Floats, given: Floats) -> Floats:
        cosine = (unit_rows(expected) * unit_rows(given)).sum(axis=1)
        product = (expected * given).sum(axis=1)
        return np.stack([cosine, product, np.linalg.norm(expected, axis=1)], axis=1)
