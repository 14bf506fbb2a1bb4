"""The second layer: a small network on a comment's dense features, as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Network", "sigmoid"]

_LIMIT = 6.0


def sigmoid(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return ``1 / (1 + exp(-logits))`` without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * logits))


class Network:
    """Several one-hidden-layer networks and a linear one per rule, averaged and calibrated.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        ``mean``, ``scale`` (n_features,): the inputs' standardisation;
        ``hidden`` (n_features, n_rules * n_units), ``hidden_bias``: the first layer of all
        networks side by side; ``output`` (n_rules, n_units), ``output_bias`` (n_rules,);
        ``linear`` (n_features, n_rules), ``linear_bias`` (n_rules,);
        ``slope``, ``offset`` (n_rules,): Platt calibration of the averaged logit.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self._arrays = {name: np.asarray(a, dtype=np.float64) for name, a in arrays.items()}
        self.n_rules = len(self._arrays["output_bias"])

    def logits(self, dense: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Return uncalibrated logits, shape (n_comments, n_rules)."""
        a = self._arrays
        inputs = np.clip((dense - a["mean"]) / a["scale"], -_LIMIT, _LIMIT)
        units = np.maximum(inputs @ a["hidden"] + a["hidden_bias"], 0.0)
        units = units.reshape(len(dense), self.n_rules, -1)
        deep = np.einsum("nru,ru->nr", units, a["output"]) + a["output_bias"]
        flat = inputs @ a["linear"] + a["linear_bias"]
        return np.asarray((deep + flat) / 2.0)

    def scores(self, dense: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_comments, n_rules)."""
        a = self._arrays
        return sigmoid(self.logits(dense) * a["slope"] + a["offset"])
