"""Known Persian words: which words readers and newspapers use, and how often.

Two small arrays hold about sixty thousand hashed words with a frequency bucket each. Rules
use them as evidence («a word nobody writes is no Persian word»), never as proof.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from moderation.text.ngrams import Hashes, finalise, one_hash, word_hashes

__all__ = ["SALT", "KnownWords"]

#: Keeps these hashes apart from the n-gram features made of the same letters.
SALT = 0x6B6E6F776E


class KnownWords:
    """Frequency buckets of words by the hash of their folded form.

    Parameters
    ----------
    hashes : ndarray of uint64, shape (n_words,)
        Sorted hashes, from :meth:`hash`.
    buckets : ndarray of uint8, shape (n_words,)
        1 (seen a few times) to 5 (among the commonest words).
    """

    def __init__(self, hashes: Hashes, buckets: npt.NDArray[np.uint8]) -> None:
        self.hashes = hashes
        self.buckets = buckets

    def __len__(self) -> int:
        return len(self.hashes)

    def __contains__(self, word: str) -> bool:
        """Tell whether a non-empty folded word is known at all."""
        return self.rank(word) > 0

    def rank(self, word: str) -> int:
        """Return the bucket of one non-empty folded word, 0 where it is not known."""
        wanted = one_hash(word, SALT)
        place = int(self.hashes.searchsorted(np.uint64(wanted)))
        found = place < len(self.hashes) and int(self.hashes[place]) == wanted
        return int(self.buckets[place]) if found else 0

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> KnownWords:
        """Return the table stored as ``hashes`` and ``buckets``."""
        return cls(
            np.asarray(arrays["hashes"], dtype=np.uint64),
            np.asarray(arrays["buckets"], dtype=np.uint8),
        )

    @property
    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """The table as arrays to store."""
        return {"hashes": self.hashes, "buckets": self.buckets}

    @staticmethod
    def hash(words: Sequence[str]) -> Hashes:
        """Return the hashes of non-empty words in their folded form."""
        return finalise(word_hashes(words)[0], SALT)

    def bucket(self, hashes: Hashes) -> npt.NDArray[np.uint8]:
        """Return each word's bucket, 0 where the word is not known."""
        if not len(self.hashes):
            return np.zeros(len(hashes), dtype=np.uint8)
        place = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        found: npt.NDArray[np.uint8] = np.where(
            self.hashes[place] == hashes, self.buckets[place], np.uint8(0)
        )
        return found
