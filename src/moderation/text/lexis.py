"""The stored vocabulary of the `off_topic` rule: which words belong together.

Words of one stem share a unit; a unit has a vector (units that keep the same company lie
close together), an inverse document frequency and a place among the subject areas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.text.ngrams import char_ngrams, finalise, word_hashes
from moderation.text.tokens import Kind
from moderation.text.vocabulary import Analysis, Encoder

__all__ = [
    "GRAM_BUCKETS",
    "GRAM_ORDERS",
    "NOT_A_WORD",
    "UNKNOWN",
    "Lexis",
    "is_member",
    "word_keys",
]

Array = npt.NDArray[Any]
UNKNOWN, NOT_A_WORD = -1, -2
GRAM_BUCKETS, GRAM_ORDERS, GRAMS_PER_TOKEN = 1 << 15, (3, 4, 5), 24
_WORD_SALT = 41

# Endings of the written and the spoken language, longest first; a word that the vocabulary
# does not know is looked up again without them. Not hazm's stemmer: its releases disagree.
_ENDINGS = tuple(
    sorted(
        [
            "هایشان",
            "هایمان",
            "هایتان",
            "هاشون",
            "هامون",
            "هاتون",
            "هایش",
            "هایم",
            "هایت",
            "هایی",
            "های",
            "هاش",
            "هام",
            "هات",
            "هارو",
            "ها",
            "اشون",
            "امون",
            "اتون",
            "اشان",
            "شان",
            "مان",
            "تان",
            "شون",
            "مون",
            "تون",
            "یها",
            "ترین",
            "تر",
            "اش",
            "ام",
            "ات",
            "ای",
            "یی",
            "رو",
            "ان",
            "ون",
            "یم",
            "ید",
            "ند",
            "و",
            "م",
            "ت",
            "ش",
            "ی",
            "ه",
            "ا",
        ],
        key=len,
        reverse=True,
    )
)
_BEGINNINGS = ("نمی", "می", "بی", "نا", "ن", "ب")


def word_keys(words: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Return the key of each folded word in the stored vocabulary."""
    return finalise(word_hashes(words)[0], _WORD_SALT)


def _shorter(word: str) -> list[str]:
    """Return `word` and what remains without one ending, or without a beginning."""
    forms = [word]
    for ending in _ENDINGS if word.endswith(_ENDINGS) else ():
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            rest = word[: -len(ending)]
            forms.append(rest)
            if rest.endswith("ون"):  # خیابونا: the spoken ون is the written ان
                forms.append(rest[:-2] + "ان")
    if word.endswith("ون"):
        forms.append(word[:-2] + "ان")
    for beginning in _BEGINNINGS:
        if word.startswith(beginning) and len(word) - len(beginning) >= 4:
            forms.append(word[len(beginning) :])
    return forms


def is_member(values: npt.NDArray[Any], ascending: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Tell which of `values` are in a sorted array; for a few values, faster than np.isin."""
    if not len(ascending):
        return np.zeros(len(values), dtype=bool)
    place = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return ascending[place] == values


class Lexis:
    """The stored vocabulary: word to unit (words of one stem), and what is known of a unit.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        ``words`` (sorted keys), ``units`` (their unit), ``vectors`` (int8, one row a unit),
        ``idf``, ``subjects`` (bit mask), ``general`` (sorted keys of words that fit any
        news), ``gram_idf``; see :mod:`moderation.training.relevance`.
    """

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._keys = arrays["words"]
        self._units = arrays["units"]
        self._general = np.unique(arrays["general"])
        self._vectors = arrays["vectors"]
        self._latest: tuple[Sequence[Analysis], npt.NDArray[np.int32]] = (
            (),
            np.zeros(0, dtype=np.int32),
        )
        self._heads: dict[int, tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]] = {}
        self.gram_idf = arrays["gram_idf"].astype(np.float32)
        self.idf = arrays["idf"].astype(np.float32)
        names = bytes(arrays["subject_names"]).decode().split()
        self.subject_names: tuple[str, ...] = tuple(names)
        bits = np.arange(len(names), dtype=np.uint32)
        self.subjects = ((arrays["subjects"][:, None] >> bits) & 1).astype(np.float32)
        self._centres = arrays["subject_centres"].astype(np.float32)
        self._spread = arrays["subject_spread"].astype(np.float32)

    @property
    def encoders(self) -> dict[str, Encoder]:
        """Token-table columns: unit, key, generality and character n-grams of a token."""
        return {
            "relevance": self.encode_units,
            "relevance_key": self.encode_keys,
            "relevance_grams": self.encode_grams,
            "relevance_areas": self.encode_areas,
        }

    def vectors(self, units: Array) -> npt.NDArray[np.float32]:
        """Return the unit-length vectors of `units`."""
        rows = self._vectors[units].astype(np.float32)
        norms = np.sqrt(np.einsum("ij,ij->i", rows, rows))
        rows /= np.maximum(norms, 1e-6)[:, None]
        return rows

    def heads(self, dimensions: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Return the first axes of every unit's vector, scaled to length 1, and its idf.

        A last row of zeros stands for words without a unit, so that one index takes all. They are
        kept: whoever asks for them asks for every batch.

        Parameters
        ----------
        dimensions : int

        Returns
        -------
        vectors : ndarray of float32, shape (n_units + 1, dimensions)
        idf : ndarray of float32, shape (n_units + 1,)
        """
        if dimensions not in self._heads:
            rows = self._vectors[:, :dimensions].astype(np.float32)
            norms = np.linalg.norm(rows, axis=1, keepdims=True)
            rows /= np.maximum(norms, np.float32(1e-6))
            padded = np.vstack([rows, np.zeros((1, rows.shape[1]), dtype=np.float32)])
            self._heads[dimensions] = padded, np.append(self.idf, np.float32(0.0))
        return self._heads[dimensions]

    def areas(self, units: Array) -> npt.NDArray[np.float32]:
        """Return how far each of `units` belongs to each subject area, 0 to 1, by idf."""
        mean, std = self._spread
        near = (self.vectors(units) @ self._centres.T - mean) / std
        soft = np.clip((near - 1.5) / 3.0, 0, 0.8)
        return np.asarray(np.maximum(soft, self.subjects[units]) * self.idf[units][:, None])

    def look_up(self, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
        """Return the unit of each key, `UNKNOWN` where there is none."""
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        found = self._keys[places] == keys
        return np.where(found, self._units[places].astype(np.int32), UNKNOWN).astype(np.int32)

    def encode_units(self, analyses: Sequence[Analysis]) -> npt.NDArray[np.int32]:
        """Return each token's unit, `UNKNOWN` or `NOT_A_WORD`."""
        # Two columns rest on them: the token table asks for both in turn.
        latest = self._latest
        if latest[0] is not analyses:
            latest = self._latest = (analyses, self._units_of(analyses))
        return latest[1]

    def _units_of(self, analyses: Sequence[Analysis]) -> npt.NDArray[np.int32]:
        result = np.full(len(analyses), NOT_A_WORD, dtype=np.int32)
        words = [i for i, a in enumerate(analyses) if _is_word(a)]
        if not words:
            return result
        found = self.look_up(word_keys([analyses[i].folded for i in words]))
        result[words] = found
        missing = [words[i] for i in np.flatnonzero(found == UNKNOWN)]
        forms = [_shorter(analyses[i].folded) for i in missing]
        flat = [form for group in forms for form in group]
        if flat:
            looked_up = self.look_up(word_keys(flat)).tolist()
            start = 0
            for index, group in zip(missing, forms):
                hits = looked_up[start : start + len(group)]
                start += len(group)
                # The longest form that is known: it has lost the least.
                known = [(len(f), u) for f, u in zip(group, hits) if u != UNKNOWN]
                if known:
                    result[index] = max(known)[1]
        return result

    def encode_keys(self, analyses: Sequence[Analysis]) -> npt.NDArray[np.uint64]:
        """Return each word's key; the lowest bit says that it fits under any news."""
        result = np.zeros(len(analyses), dtype=np.uint64)
        words = [i for i, a in enumerate(analyses) if _is_word(a)]
        if words:
            keys = word_keys([analyses[i].folded for i in words])
            general = is_member(keys, self._general).astype(np.uint64)
            result[words] = (keys & ~np.uint64(1)) | general
        return result

    def encode_areas(self, analyses: Sequence[Analysis]) -> npt.NDArray[np.float16]:
        """Return each word's subject areas; words that fit any news have none."""
        result = np.zeros((len(analyses), len(self.subject_names)), dtype=np.float16)
        units = self.encode_units(analyses)
        plain = (units >= 0) & ((self.encode_keys(analyses) & np.uint64(1)) == 0)
        result[plain] = self.areas(units[plain])
        return result

    def encode_grams(self, analyses: Sequence[Analysis]) -> npt.NDArray[np.uint16]:
        """Return the n-gram buckets of each word, padded with 0, which stays empty."""
        result = np.zeros((len(analyses), GRAMS_PER_TOKEN), dtype=np.uint16)
        words = [i for i, a in enumerate(analyses) if _is_word(a)]
        if words:
            owner, hashes = char_ngrams([analyses[i].folded for i in words], GRAM_ORDERS)
            buckets = 1 + hashes % np.uint64(GRAM_BUCKETS - 1)
            order = np.argsort(owner, kind="stable")
            owner, buckets = owner[order], buckets[order]
            counts = np.bincount(owner, minlength=len(words))
            place = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
            kept = place < GRAMS_PER_TOKEN
            result[np.asarray(words)[owner[kept]], place[kept]] = buckets[kept]
        return result


def _is_word(analysis: Analysis) -> bool:
    return len(analysis.folded) > 1 and analysis.kind in (Kind.PERSIAN, Kind.LATIN)
