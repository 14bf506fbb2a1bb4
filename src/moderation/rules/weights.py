"""The linear layer's weights: one byte each, finest near zero where nearly all of them lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["WeightTable"]

_LEVELS = 127.0


class WeightTable:
    """Weights of hashed features, by bucket and head.

    A byte ``c`` stands for ``scale * c * |c|``: the square root of a weight is what is
    stored, so that small weights keep their relative precision and large ones their place.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        ``codes`` (n_buckets, n_heads) int8, n_buckets a power of two; ``scale`` (n_heads,).
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self._codes = np.asarray(arrays["codes"])
        self._scale = np.asarray(arrays["scale"], dtype=np.float32)
        self.bits = int(self._codes.shape[0]).bit_length() - 1

    @staticmethod
    def pack(weights: npt.NDArray[np.float32]) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays that stand for `weights`, shape (n_buckets, n_heads)."""
        largest = np.maximum(np.abs(weights).max(axis=0), np.float32(1e-12))
        roots = np.rint(np.sqrt(np.abs(weights) / largest) * _LEVELS)
        return {
            "codes": (np.sign(weights) * roots).astype(np.int8),
            "scale": (largest / _LEVELS**2).astype(np.float32),
        }

    def take(self, buckets: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Return the weights of `buckets`, shape (n, n_heads)."""
        # Sixteen bits hold the square of eight; the array without its file is a plain one.
        codes = self._codes.take(buckets, axis=0).astype(np.int16)
        codes *= np.abs(codes)
        return codes * self._scale
