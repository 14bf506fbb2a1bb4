"""Lexicon classes of single tokens and of phrases that run over several tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from moderation.text.letters import fold
from moderation.text.ngrams import join_hashes, word_hashes
from moderation.text.tokens import tokenize

__all__ = ["PhraseTable", "Words"]

_LONGEST = 5
_BITMAP_BITS = 20
_BITMAP_SHIFT = np.uint64(64 - _BITMAP_BITS)


@dataclass(frozen=True)
class Words:
    """The word tokens of a batch, signs between them skipped.

    Attributes
    ----------
    position : ndarray of int64, shape (n_words,)
        Index of each word among the batch's tokens.
    owner : ndarray of int64, shape (n_words,)
        Comment of each word.
    hashes, lengths : ndarray, shape (n_words,)
        As :func:`moderation.text.ngrams.word_hashes` gives them.
    """

    position: npt.NDArray[np.int64]
    owner: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint64]
    lengths: npt.NDArray[np.int64]

    def pairs(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
        """Return, for neighbouring words, the index of the second and their joined hash."""
        second = np.flatnonzero(self.owner[1:] == self.owner[:-1]) + 1
        first = self.hashes[second - 1]
        return second, join_hashes(first, self.hashes[second], self.lengths[second])


class PhraseTable:
    """Finds phrases by the hash of their words written together.

    Parameters
    ----------
    hashes : ndarray of uint64, shape (n_terms,)
        Ascending.
    masks : ndarray of uint32, shape (n_terms,)
        Lexicon classes of each term.
    guards : mapping of str to sequence of str
        A phrase that begins with the key is none after one of the values:
        «هیچ کس شعر نمی‌خواند».
    """

    def __init__(
        self,
        hashes: npt.NDArray[np.uint64],
        masks: npt.NDArray[np.uint32],
        guards: Mapping[str, Sequence[str]],
    ) -> None:
        self._hashes = hashes
        self._masks = masks
        self._guards = [
            (word_hashes([word])[0], word_hashes(before)[0]) for word, before in guards.items()
        ]
        # A million booleans say "surely not" to nearly every pair before the binary search.
        self._maybe = np.zeros(1 << _BITMAP_BITS, dtype=bool)
        self._maybe[hashes >> _BITMAP_SHIFT] = True

    @classmethod
    def of_terms(cls, masks: Mapping[str, int]) -> PhraseTable:
        """Return a table of terms as a person writes them, each with its mask."""
        folded: dict[str, int] = {}
        for term, mask in masks.items():
            joined = "".join(fold(word) for word in tokenize(term))
            if joined:
                folded[joined] = folded.get(joined, 0) | mask
        hashes, _ = word_hashes(list(folded))
        order = np.argsort(hashes, kind="stable")
        return cls(hashes[order], np.array(list(folded.values()), dtype=np.uint32)[order], {})

    def __len__(self) -> int:
        return len(self._hashes)

    def _look_up(self, hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
        masks = np.zeros(len(hashes), dtype=np.uint32)
        maybe = self._maybe.take((hashes >> _BITMAP_SHIFT).astype(np.int64)).nonzero()[0]
        if len(maybe):
            wanted = hashes[maybe]
            place = np.minimum(np.searchsorted(self._hashes, wanted), len(self._hashes) - 1)
            masks[maybe] = np.where(self._hashes[place] == wanted, self._masks[place], 0)
        return masks

    def _guarded(self, words: Words, first: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Tell which phrases, by their first word's index, stand after a guard word."""
        before = np.maximum(first - 1, 0)
        inside = (first > 0) & (words.owner[before] == words.owner[first])
        guarded = np.zeros(len(first), dtype=bool)
        for word, guards in self._guards:
            guarded |= (words.hashes[first] == word) & np.isin(words.hashes[before], guards)
        return guarded & inside

    def mark(
        self, words: Words, masks: npt.NDArray[np.uint32], smallest: int = 2
    ) -> npt.NDArray[np.uint32]:
        """Add the classes of phrases to `masks`, on every word of the phrase.

        Parameters
        ----------
        words : Words
            The batch's words.
        masks : ndarray of uint32, shape (n_words,)
            Classes of the single words.
        smallest : int
            Words of the shortest phrase looked for; 1 also looks for single words.

        Returns
        -------
        ndarray of uint32, shape (n_words,)
        """
        out = masks.copy()
        if not len(self._hashes):
            return out
        if smallest == 1:
            out |= self._look_up(words.hashes)
        ending = np.arange(len(words.hashes))
        joined = words.hashes
        for size in range(2, _LONGEST + 1):
            # joined[j] is the hash of the `size - 1` words that end at ending[j].
            follows = ending + 1
            inside = follows < len(words.owner)
            ending, follows, joined = ending[inside], follows[inside], joined[inside]
            same = words.owner[follows] == words.owner[ending]
            follows, joined = follows[same], joined[same]
            joined = join_hashes(joined, words.hashes[follows], words.lengths[follows])
            found = self._look_up(joined)
            hits = found.nonzero()[0]
            if len(hits):
                if self._guards:
                    hits = hits[~self._guarded(words, follows[hits] - size + 1)]
                for back in range(size):
                    out[follows[hits] - back] |= found[hits]
            ending = follows
        return out
