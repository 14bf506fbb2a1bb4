"""What an item is about, worked out once: its strongest words, their vectors, its subjects.

Readers seldom repeat an item's words, so overlap alone says little. A profile therefore holds
the item's strongest words as vectors as well (words that keep the same company in news,
threads and comments lie close together), the subject areas it touches and its character
n-grams. Whatever number of comments stand under an item, its profile is made once.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.text.lexis import GRAM_BUCKETS, Lexis
from moderation.text.vocabulary import TokenTable

__all__ = ["NEAR", "STRONG", "Profile", "Profiler"]

Array = npt.NDArray[Any]
#: Words of an item that comments are held against; the first `NEAR` of them count most.
STRONG, NEAR = 100, 30
#: Profiles kept, and how many times a word of title, lead or tags counts.
_KEPT_PROFILES, _HEAD = 128, 3


@dataclass(frozen=True)
class Profile:
    """What comments are held against.

    Attributes
    ----------
    strong : ndarray of float32, shape (at most `STRONG`, dimensions)
        Vectors of the strongest words, strongest first.
    centre : ndarray of float32, shape (dimensions,)
        Their weighted mean.
    units, keys : ndarray
        All words of the item, sorted.
    subjects : ndarray of float32, shape (n_subjects,)
        Share of each subject area, the largest being 1.
    grams : ndarray of float32, shape (GRAM_BUCKETS,)
        Character n-gram weights, of length 1.
    length : int
        Number of words the vocabulary knows.
    """

    strong: npt.NDArray[np.float32]
    centre: npt.NDArray[np.float32]
    units: npt.NDArray[np.int32]
    keys: npt.NDArray[np.uint64]
    subjects: npt.NDArray[np.float32]
    grams: npt.NDArray[np.float32]
    length: int


class Profiler:
    """Makes profiles and keeps the latest of them."""

    def __init__(self, lexis: Lexis, kept: int = _KEPT_PROFILES) -> None:
        self._lexis = lexis
        self._table = TokenTable(lexis.encoders)
        self._kept: OrderedDict[tuple[str, str], Profile] = OrderedDict()
        self._size = kept
        self._lock = Lock()

    def profile(self, head: str, body: str) -> Profile:
        """Return the profile of an item; words of `head` (title, lead, tags) weigh more."""
        key = (head, body)
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
        made = self._make(head, body)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return made

    def _make(self, head: str, body: str) -> Profile:
        lexis = self._lexis
        batch = self._table.batch([head, body])
        weight = np.repeat(np.array([_HEAD, 1], dtype=np.float32), batch.lengths)
        rows, inverse = np.unique(batch.rows, return_inverse=True)
        counts = np.bincount(inverse, weight)
        units = batch.columns["relevance"][rows]
        keys = batch.columns["relevance_key"][rows]
        known = units >= 0
        distinct, place = np.unique(units[known], return_inverse=True)
        times = np.bincount(place, counts[known], minlength=len(distinct))
        strength = ((1 + np.log(np.maximum(times, 1))) * lexis.idf[distinct]).astype(np.float32)
        order = np.argsort(-strength, kind="stable")[:STRONG]
        strong = lexis.vectors(distinct[order])
        centre = strength[order] @ strong if len(order) else np.zeros(strong.shape[1], np.float32)
        centre = centre / max(float(np.linalg.norm(centre)), 1e-6)
        plain = known & ((keys & np.uint64(1)) == 0)
        areas = np.sqrt(counts[plain]) @ lexis.areas(units[plain])
        return Profile(
            strong=strong,
            centre=centre.astype(np.float32),
            units=distinct,
            keys=np.unique(keys[keys > 0]),
            subjects=(areas / max(float(areas.max(initial=0)), 1.0)).astype(np.float32),
            grams=self._grams(batch.columns["relevance_grams"][rows], counts),
            length=int(known.sum()),
        )

    def _grams(self, grams: Array, counts: Array) -> npt.NDArray[np.float32]:
        buckets, place = np.unique(grams.ravel(), return_inverse=True)
        times = np.bincount(place.ravel(), np.repeat(counts, grams.shape[1]))
        weights = np.log1p(times) * self._lexis.gram_idf[buckets] * (buckets > 0)
        result = np.zeros(GRAM_BUCKETS, dtype=np.float32)
        result[buckets] = weights / max(float(np.linalg.norm(weights)), 1e-6)
        return result
