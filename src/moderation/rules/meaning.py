"""What a comment means as a whole: its words' vectors, pooled, and a small network on them.

The vectors are those of the `off_topic` rule: words that keep the same company lie close
together, whether or not anybody labelled a comment with them. So a word that no labelled
comment had is judged by its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.text.lexis import UNKNOWN, Lexis
from moderation.text.vocabulary import Batch

__all__ = ["DIMENSIONS", "MEANING_HEADS", "Meaning", "pool"]

#: Outputs, in the order of the stored arrays.
MEANING_HEADS = ("offensive", "insult", "accusation", "hate", "threat")
#: The vectors come from a singular value decomposition: the first axes say most.
DIMENSIONS = 64
_LIMIT = 6.0
Floats = npt.NDArray[np.float32]


def pool(lexis: Lexis, batch: Batch, silent: npt.NDArray[np.int64]) -> Floats:
    """Return the mean, the largest and the least of the word vectors of each comment.

    Parameters
    ----------
    lexis : Lexis
        The vocabulary; words outside it count as zeros.
    batch : Batch
        With the column "relevance".
    silent : ndarray of int64
        Indices of tokens that are to say nothing.

    Returns
    -------
    ndarray of float32, shape (n_comments, 3 * DIMENSIONS)
    """
    units = batch.column("relevance")
    units[silent] = UNKNOWN
    heads, idf = lexis.heads(DIMENSIONS)
    rows = np.where(units >= 0, units, len(heads) - 1)
    vectors, weight = heads.take(rows, axis=0), idf.take(rows)
    total = np.maximum(batch.sum(weight), np.float32(1e-6))
    mean = batch.sum(vectors * weight[:, None]) / total[:, None]
    largest = np.maximum.reduceat(vectors, batch.starts, axis=0)
    least = np.minimum.reduceat(vectors, batch.starts, axis=0)
    return np.hstack([mean, largest, least])


class Meaning:
    """One small network a head on pooled word vectors.

    Parameters
    ----------
    lexis : Lexis
        The vocabulary with its vectors.
    arrays : mapping of str to ndarray
        ``mean``, ``scale`` (3 * DIMENSIONS,): the inputs' standardisation; ``hidden``
        (3 * DIMENSIONS, n_heads * n_units), ``hidden_bias``; ``output`` (n_heads, n_units),
        ``output_bias`` (n_heads,).
    """

    def __init__(self, lexis: Lexis, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self.lexis = lexis
        self._arrays = {name: np.asarray(a, dtype=np.float64) for name, a in arrays.items()}

    def measure(self, batch: Batch, silent: npt.NDArray[np.int64]) -> Floats:
        """Return the logits of comments, shape (n_comments, n_heads); see :func:`pool`."""
        a = self._arrays
        # In double precision, a comment's score does not hang on what else is in the batch.
        pooled = pool(self.lexis, batch, silent).astype(np.float64)
        inputs = np.maximum(np.minimum((pooled - a["mean"]) / a["scale"], _LIMIT), -_LIMIT)
        units = np.maximum(inputs @ a["hidden"] + a["hidden_bias"], 0.0)
        units = units.reshape(len(batch), len(MEANING_HEADS), -1)
        logits = np.einsum("nhu,hu->nh", units, a["output"]) + a["output_bias"]
        return logits.astype(np.float32)
