"""Hashes of words and of their character n-grams, for many tokens at once.

A token's hash is a polynomial over its code points modulo 2**64, so the hash of two words
written together follows from the hashes of the parts: «بی شعور», «بی‌شعور» and «بیشعور»
meet in one feature. Every n-gram of every token takes a few numpy operations per order (see
`char_ngrams`). Overflow is meant: numpy wraps arrays of unsigned integers without a word.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = [
    "BASE",
    "char_ngrams",
    "finalise",
    "join_hashes",
    "one_hash",
    "power",
    "sequence_ngrams",
    "word_hashes",
]

Hashes = npt.NDArray[np.uint64]
BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_BOUNDARY = 0x20
_MAX_TOKEN = 64
_ALL_BITS = 2**64 - 1


def finalise(hashes: Hashes, salt: int | Hashes) -> Hashes:
    """Scatter polynomial hashes over all 64 bits (splitmix64); `salt` keeps families apart."""
    mixed = (hashes + (salt if isinstance(salt, np.ndarray) else np.uint64(salt))) * BASE
    mixed ^= mixed >> np.uint64(30)
    mixed *= _MIX
    mixed ^= mixed >> np.uint64(27)
    return mixed


def power(lengths: npt.NDArray[np.int64]) -> Hashes:
    """Return ``BASE ** lengths`` modulo 2**64."""
    return _POWERS[np.minimum(lengths, _MAX_TOKEN)]


def _powers() -> Hashes:
    table = np.full(_MAX_TOKEN + 1, BASE, dtype=np.uint64)
    table[0] = 1
    return np.multiply.accumulate(table)


_POWERS = _powers()


def _code_points(tokens: Sequence[str]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Return the code points of all tokens in one array, and each token's length."""
    clipped = [token[:_MAX_TOKEN] for token in tokens]
    lengths = np.fromiter(map(len, clipped), dtype=np.int64, count=len(clipped))
    joined = "".join(clipped).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(joined, dtype=np.uint32).astype(np.uint64), lengths


def word_hashes(tokens: Sequence[str]) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """Return each token's polynomial hash and its length.

    Parameters
    ----------
    tokens : sequence of str
        Non-empty tokens; only the first 64 code points count.

    Returns
    -------
    hashes : ndarray of uint64, shape (n_tokens,)
    lengths : ndarray of int64, shape (n_tokens,)
    """
    points, lengths = _code_points(tokens)
    if not len(lengths):
        return np.zeros(0, np.uint64), lengths
    starts = np.cumsum(lengths) - lengths
    position = np.arange(len(points)) - np.repeat(starts, lengths)
    weighted = points * power(np.repeat(lengths, lengths) - 1 - position)
    return np.add.reduceat(weighted, starts), lengths


def one_hash(token: str, salt: int) -> int:
    """Return the finalised hash of one word; for a single word numpy only gets in the way.

    The same as ``finalise(word_hashes([token])[0], salt)[0]``.
    """
    base, mixed = int(BASE), 0
    for character in token[:_MAX_TOKEN]:
        mixed = (mixed * base + ord(character)) & _ALL_BITS
    mixed = (mixed + salt) * base & _ALL_BITS
    mixed = (mixed ^ mixed >> 30) * int(_MIX) & _ALL_BITS
    return mixed ^ mixed >> 27


def join_hashes(first: Hashes, second: Hashes, second_lengths: npt.NDArray[np.int64]) -> Hashes:
    """Return the hash of ``first + second`` written as one word, element by element."""
    return first * power(second_lengths) + second


def char_ngrams(
    tokens: Sequence[str], orders: Sequence[int]
) -> tuple[npt.NDArray[np.int64], Hashes]:
    """Return every character n-gram of every token, with a boundary mark at both ends.

    Parameters
    ----------
    tokens : sequence of str
        Non-empty tokens.
    orders : sequence of int
        The n of the n-grams.

    Returns
    -------
    owner : ndarray of int64, shape (n_grams,)
        Index of the token each n-gram comes from, ascending within an order.
    hashes : ndarray of uint64, shape (n_grams,)
        Finalised hashes; orders do not collide with one another on purpose.
    """
    points, lengths = _code_points(tokens)
    return sequence_ngrams(points, lengths, orders)


def sequence_ngrams(
    symbols: Hashes, lengths: npt.NDArray[np.int64], orders: Sequence[int]
) -> tuple[npt.NDArray[np.int64], Hashes]:
    """Return every n-gram of every sequence, with a boundary mark at both ends.

    Parameters
    ----------
    symbols : ndarray of uint64, shape (n_symbols,)
        All sequences, one after another.
    lengths : ndarray of int64, shape (n_sequences,)
        How many symbols each has; none has none.
    orders : sequence of int
        The n of the n-grams, ascending.

    Returns
    -------
    owner : ndarray of int64, shape (n_grams,)
        Index of the sequence each n-gram comes from, ascending within an order.
    hashes : ndarray of uint64, shape (n_grams,)
        Finalised hashes; orders do not collide with one another on purpose.
    """
    if not len(lengths) or not orders:
        return np.zeros(0, np.int64), np.zeros(0, np.uint64)
    padded_lengths = lengths + 2
    ends = np.cumsum(padded_lengths)
    padded = np.full(int(ends[-1]), _BOUNDARY, dtype=np.uint64)
    inside = np.ones(len(padded), dtype=bool)
    inside[ends - 1] = False
    inside[ends - padded_lengths] = False
    padded[inside] = symbols
    sequence_of = np.repeat(np.arange(len(lengths)), padded_lengths)
    owners, grams, counts = [], [], []
    gram = np.zeros(len(padded), dtype=np.uint64)
    for order in range(1, max(orders) + 1):
        count = len(padded) - order + 1
        if count <= 0:
            break
        # The n-gram that begins at a place is the shorter one there and one more symbol.
        gram = gram[:count] * BASE + padded[order - 1 :]
        if order in orders:
            whole = sequence_of[:count] == sequence_of[order - 1 :]
            owners.append(sequence_of[:count][whole])
            grams.append(gram[whole])
            counts.append(len(grams[-1]))
    if not owners:
        return np.zeros(0, np.int64), np.zeros(0, np.uint64)
    salts = np.repeat(np.array(orders[: len(counts)], dtype=np.uint64), counts)
    return np.concatenate(owners), finalise(np.concatenate(grams), salts)
