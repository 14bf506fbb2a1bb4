"""The second layer: a small network on a comment's dense features, as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.rules.context import PLAIN_ABUSE
from moderation.rules.features import feature_names

__all__ = ["Network", "plain_abuse", "sigmoid"]

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
        ``slope``, ``offset`` (n_rules, 2): Platt calibration of the averaged logit, for
        comments without and with a word of abuse in the open. The network is less sure
        of the latter than it should be where the rest of a comment is polite.
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
        slope, offset = self._arrays["slope"], self._arrays["offset"]
        plain = plain_abuse(dense)
        return sigmoid(self.logits(dense) * slope[:, plain].T + offset[:, plain].T)


def plain_abuse(dense: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Return 1 for each comment with a word of abuse in the open, else 0."""
    column = dense[:, feature_names().index(PLAIN_ABUSE)]
    return (column > 0).astype(np.int64)
