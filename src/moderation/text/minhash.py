"""MinHash: which texts are nearly the same, without comparing each with each.

A text is the set of its letter n-grams. The share of random hash functions under which two sets
have the same least member estimates their Jaccard similarity (Broder 1997). Signatures are cut
in bands, and only texts that agree on a whole band are compared (locality-sensitive hashing).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from moderation.text.letters import fold
from moderation.text.ngrams import sequence_ngrams
from moderation.text.tokens import Kind, kind_of, tokenize

__all__ = ["first_alike", "letters_of", "signatures"]

_ORDER = 4
#: 16 bands of 4: of pairs that are 0.8 alike, one in five thousand is missed; of pairs that are
#: 0.3 alike, one in eight is compared.
_BANDS, _ROWS = 16, 4
_FUNCTIONS = _BANDS * _ROWS
_random = np.random.default_rng(20261125)
_FACTORS = _random.integers(1, 2**63, _FUNCTIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_SHIFT = np.uint64(32)


def letters_of(text: str) -> str:
    """Return the folded words of `text` written together: what two copies share."""
    folded = ((token, fold(token)) for token in tokenize(text))
    return "".join(word for token, word in folded if kind_of(token, word) <= Kind.NUMBER)


def signatures(letters: Sequence[str]) -> npt.NDArray[np.uint32]:
    """Return the MinHash signatures of non-empty texts, shape (n_texts, 64).

    Parameters
    ----------
    letters : sequence of str
        As :func:`letters_of` returns them.
    """
    points = [text.encode("utf-32-le", "surrogatepass") for text in letters]
    symbols = np.frombuffer(b"".join(points), dtype="<u4").astype(np.uint64)
    lengths = np.array([len(text) for text in letters], dtype=np.int64)
    # With a mark at both ends even one letter has a gram of three.
    owner, grams = sequence_ngrams(symbols, lengths, (3, _ORDER))
    order = np.argsort(owner, kind="stable")
    owner, grams = owner[order], grams[order]
    starts = np.searchsorted(owner, np.arange(len(letters)))
    table = np.empty((len(letters), _FUNCTIONS), dtype=np.uint32)
    for column, factor in enumerate(_FACTORS):
        # Multiplying by an odd number is a permutation; the high bits are the mixed ones.
        hashed = ((grams * factor) >> _SHIFT).astype(np.uint32)
        table[:, column] = np.minimum.reduceat(hashed, starts)
    return table


def first_alike(table: npt.NDArray[np.uint32], similarity: float) -> list[int]:
    """Return for each text the first one that it is nearly the same as, itself if there is none.

    Parameters
    ----------
    table : ndarray of uint32, shape (n_texts, 64)
        Signatures.
    similarity : float
        Least share of n-grams that two texts have in common.
    """
    first: list[int] = []
    buckets: list[dict[bytes, list[int]]] = [{} for _ in range(_BANDS)]
    bands = np.ascontiguousarray(table).view(f"V{_ROWS * table.itemsize}")
    for index in range(len(table)):
        keys = [band.tobytes() for band in bands[index]]
        seen = {root for bucket, key in zip(buckets, keys) for root in bucket.get(key, ())}
        alike = [root for root in sorted(seen) if _share(table, root, index) >= similarity]
        first.append(alike[0] if alike else index)
        if not alike:
            for bucket, key in zip(buckets, keys):
                bucket.setdefault(key, []).append(index)
    return first


def _share(table: npt.NDArray[np.uint32], one: int, other: int) -> float:
    return float((table[one] == table[other]).mean())
