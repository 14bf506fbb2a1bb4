"""The letters of a comment: weights of character n-grams, of words and of neighbouring words.

Every distinct token carries, per head, the sum of the weights of its character n-grams and of
the word itself (one row of the token table); pairs of neighbouring words add theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from moderation.rules.weights import WeightTable
from moderation.text.ngrams import char_ngrams, finalise, word_hashes
from moderation.text.phrases import Words
from moderation.text.vocabulary import Array, Batch

__all__ = [
    "HEADS",
    "ORDERS",
    "STATISTICS",
    "Letters",
    "LettersView",
    "pair_buckets",
    "token_buckets",
]

#: Outputs of the linear layer, in the order of the stored weights' columns. Each is learnt
#: twice: on features scaled by log-count ratio, which is best where examples are many, and
#: by inverse document frequency, which is best where they are few.
HEADS = (
    "offensive", "insult", "accusation", "hate", "threat",
    "offensive:idf", "insult:idf", "accusation:idf", "hate:idf", "threat:idf",
)  # fmt: skip
ORDERS = (2, 3, 4, 5)
_WORD_SALT = 99
#: How the weights lie in a comment: all together, the strongest word and pair, the weakest word,
#: and what speaks for the head alone.
STATISTICS = ("sum", "peak", "pair_peak", "trough", "positive")


def token_buckets(
    forms: Sequence[str], bits: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the hashed features of tokens: their n-grams and the word itself.

    Returns
    -------
    owner, bucket : ndarray of int64, shape (n_features,)
        Token index, and the feature's row in a table of ``2**bits`` weights.
    """
    owner, grams = char_ngrams(forms, ORDERS)
    words, _ = word_hashes(forms)
    owner = np.concatenate([owner, np.arange(len(forms))])
    hashes = np.concatenate([grams, finalise(words, _WORD_SALT)])
    return owner, (hashes >> np.uint64(64 - bits)).astype(np.int64)


def pair_buckets(hashes: npt.NDArray[np.uint64], bits: int) -> npt.NDArray[np.int64]:
    """Return the bucket of neighbouring words; the same as if they were written together."""
    return (finalise(hashes, _WORD_SALT) >> np.uint64(64 - bits)).astype(np.int64)


@dataclass(frozen=True)
class LettersView:
    """What the letters of a batch say.

    Attributes
    ----------
    statistics : ndarray of float32, shape (n_comments, n_statistics * n_heads)
        Each of `STATISTICS` for every head, one after another.
    weights : ndarray of float32, shape (n_tokens, n_heads)
        Each token's own weight with that of the pair it ends.
    number : ndarray of float64, shape (n_comments,)
        How many features each comment has, at least 1.
    """

    statistics: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    number: npt.NDArray[np.float64]


class Letters:
    """Scores the letters of comments.

    Parameters
    ----------
    weights : WeightTable
        Its heads are :data:`HEADS`.
    """

    def __init__(self, weights: WeightTable) -> None:
        self._weights = weights
        self.bits = weights.bits

    def encode(self, forms: Sequence[str]) -> Array:
        """Return each word's weight per head, and how many features it has."""
        owner, bucket = token_buckets(forms, self.bits)
        rows = np.zeros((len(forms), len(HEADS) + 1), dtype=np.float32)
        values = self._weights.take(bucket)
        for head in range(len(HEADS)):
            rows[:, head] = np.bincount(owner, values[:, head], minlength=len(forms))
        rows[:, -1] = np.bincount(owner, minlength=len(forms))
        return rows

    def measure(self, batch: Batch, words: Words, allowed: npt.NDArray[np.bool_]) -> LettersView:
        """Return what the letters of a batch say.

        Parameters
        ----------
        batch : Batch
            With the column "abuse" of :meth:`encode`.
        words : Words
            Its words.
        allowed : ndarray of bool, shape (n_words,)
            Words that say nothing, since the site allows them.
        """
        own = batch.column("abuse")
        own[words.position[allowed]] = 0.0
        second, joined = words.pairs()
        pair = self._weights.take(pair_buckets(joined, self.bits))
        pair[allowed[second] | allowed[second - 1]] = 0.0
        at, before = words.position[second], words.position[second - 1]

        # A word said twice counts once, as in a binary bag of words.
        owner = batch.owner
        _, first_seen = np.unique(owner.astype(np.int64) << 32 | batch.rows, return_index=True)
        once = np.zeros((len(owner), 1), dtype=bool)
        once[first_seen] = True

        heads = own[:, :-1]
        total = batch.sum(np.where(once, own, 0.0))
        paired = np.zeros((len(owner), len(HEADS)), dtype=np.float32)
        paired[at] = pair
        total[:, :-1] += batch.sum(paired)
        number = np.maximum(total[:, -1] + np.bincount(owner[at], minlength=len(batch)), 1.0)
        root = np.sqrt(number)[:, None]
        company = heads + paired
        weights = company.copy()
        company[at] += heads[before]
        positive = batch.sum(np.where(once, np.maximum(heads, 0.0), 0.0))
        statistics = [
            total[:, :-1] / root,
            np.maximum.reduceat(heads, batch.starts),
            np.maximum.reduceat(company, batch.starts),
            np.minimum.reduceat(heads, batch.starts),
            positive / root,
        ]
        return LettersView(np.hstack(statistics), weights, number)
