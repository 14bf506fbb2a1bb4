"""The token table: every distinct token is looked at once, a comment is a sum over rows.

Words repeat (Zipf), so whatever a rule has to know of a single token is worked out when the
token is first seen and kept in a row of numbers. Scoring a batch is then a dictionary look-up
per token and a few numpy sums per rule. The table forgets everything when it is full; it
never changes an answer, only how fast it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from moderation.text.letters import fold
from moderation.text.tokens import kind_of, tokenize

__all__ = ["Analysis", "Batch", "Encoder", "TokenTable", "analyse"]

Array = npt.NDArray[Any]
_CAPACITY = 100_000
_LONGEST_KEPT = 64


class Analysis(NamedTuple):
    """A distinct token: as written (`surface`), its matching form (`folded`), its kind."""

    surface: str
    folded: str
    kind: int


#: Turns newly seen tokens into rows: ``(n,)`` or ``(n, d)`` with a fixed dtype and d.
Encoder = Callable[[Sequence[Analysis]], Array]


@lru_cache(maxsize=1 << 15)
def analyse(surface: str) -> Analysis:
    """Fold and classify one token; the latest are kept."""
    # Only the head of an endless "word" is looked at: no language has such words.
    head = surface[:_LONGEST_KEPT] if len(surface) > 4 * _LONGEST_KEPT else surface
    folded = fold(head)
    return Analysis(surface, folded[:_LONGEST_KEPT], kind_of(head, folded))


class TokenTable:
    """Rows of numbers for distinct tokens, one column (array) per encoder.

    Parameters
    ----------
    encoders : mapping of str to Encoder
        Column name to the function that computes it.
    capacity : int
        Distinct tokens kept; past it the table starts anew at the next batch.
    """

    def __init__(self, encoders: Mapping[str, Encoder], capacity: int = _CAPACITY) -> None:
        self._encoders = dict(encoders)
        self._capacity = capacity
        self._ids: dict[str, int] = {}
        self._columns: dict[str, Array] = {}
        self._lock = Lock()  # web servers classify from several threads

    def __getstate__(self) -> tuple[Mapping[str, Encoder], int]:
        """Send an empty table to another process: a lock cannot go there, rows need not."""
        return self._encoders, self._capacity

    def __setstate__(self, state: tuple[Mapping[str, Encoder], int]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def __len__(self) -> int:
        return len(self._ids)

    def tokens(self) -> list[str]:
        """Return the distinct tokens in the order of their rows."""
        return list(self._ids)

    def batch(self, texts: Sequence[str]) -> Batch:
        """Tokenise `texts` and return them as rows of this table."""
        # A comment without tokens gets an empty one: sums then need no special case.
        tokens = [tokenize(text) or [""] for text in texts]
        return self.batch_of_tokens(tokens)

    def batch_of_tokens(self, tokens: Sequence[Sequence[str]]) -> Batch:
        """Return comments given as non-empty token lists as rows of this table."""
        with self._lock:
            return self._batch(tokens)

    def _batch(self, tokens: Sequence[Sequence[str]]) -> Batch:
        if len(self._ids) > self._capacity:
            # New objects, not clear(): a batch handed out before keeps its own rows.
            self._ids, self._columns = {}, {}
        flat = [token for comment in tokens for token in comment]
        ids = self._ids
        # dict.fromkeys keeps first-seen order: the same input always makes the same table.
        fresh = [token for token in dict.fromkeys(flat) if token not in ids]
        if fresh:
            self._add(fresh)
        lengths = np.fromiter(map(len, tokens), dtype=np.int64, count=len(tokens))
        rows = np.fromiter(map(ids.__getitem__, flat), dtype=np.int64, count=len(flat))
        return Batch(flat, rows, np.cumsum(lengths) - lengths, lengths, self._columns)

    def _add(self, fresh: list[str]) -> None:
        analyses = [analyse(token) for token in fresh]
        used = len(self._ids)
        for name, encode in self._encoders.items():
            rows = encode(analyses)
            column = self._columns.get(name)
            if column is None:
                column = np.zeros((1024, *rows.shape[1:]), dtype=rows.dtype)
            if used + len(rows) > len(column):
                grown = np.zeros(
                    (max(2 * len(column), used + len(rows)), *rows.shape[1:]), dtype=rows.dtype
                )
                grown[:used] = column[:used]
                column = grown
            column[used : used + len(rows)] = rows
            self._columns[name] = column
        self._ids.update(zip(fresh, range(used, used + len(fresh))))


@dataclass(frozen=True)
class Batch:
    """Comments as rows of a token table.

    Attributes
    ----------
    tokens : list of str
        All tokens as written, comment after comment.
    rows : ndarray of int64, shape (n_tokens,)
        Each token's row.
    starts, lengths : ndarray of int64, shape (n_comments,)
        Where each comment begins in `tokens` and how many tokens it has (at least one).
    columns : mapping of str to ndarray
        The table's columns, to be indexed with `rows`.
    """

    tokens: list[str]
    rows: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    columns: Mapping[str, Array]

    def __len__(self) -> int:
        return len(self.starts)

    def column(self, name: str) -> Array:
        """Return column `name` for every token: shape ``(n_tokens,)`` or ``(n_tokens, d)``."""
        return self.columns[name].take(self.rows, axis=0)

    def sum(self, values: Array) -> Array:
        """Sum per-token `values` over each comment: shape ``(n_comments, ...)``."""
        if not len(self.starts):
            return np.zeros((0, *values.shape[1:]), dtype=values.dtype)
        return np.add.reduceat(values, self.starts, axis=0)

    def any(self, values: Array) -> Array:
        """Bitwise or of per-token `values` over each comment."""
        if not len(self.starts):
            return np.zeros((0, *values.shape[1:]), dtype=values.dtype)
        return np.bitwise_or.reduceat(values, self.starts, axis=0)

    @cached_property
    def owner(self) -> npt.NDArray[np.int64]:
        """Index of the comment each token belongs to, shape ``(n_tokens,)``."""
        return np.repeat(np.arange(len(self.starts)), self.lengths)

    def of(self, index: int) -> list[str]:
        """Return the tokens of comment `index`."""
        return self.tokens[self.slice(index)]

    def slice(self, index: int) -> slice:
        """Return the slice of `tokens` that comment `index` occupies."""
        start = int(self.starts[index])
        return slice(start, start + int(self.lengths[index]))
