"""The second layer: a small network on a comment's dense features, as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.rules.context import PLAIN_ABUSE
from moderation.rules.features import feature_names

__all__ = ["EVIDENCE", "Network", "calibrated", "evidence", "sigmoid"]

_LIMIT = 6.0
#: What the word lists see of each rule, in the order of the network's outputs: abuse in the open,
#: a charge, a group of people, violence. A comment without it is judged by its wording alone.
EVIDENCE = (
    (PLAIN_ABUSE,),
    ("count:charge", "grade:crime"),
    ("count:group_name", "count:slur", "grade:group"),
    ("count:threat", "count:violence", "grade:violent", "grade:wishing_harm"),
)


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
        comments without and with what :data:`EVIDENCE` names. The network is less sure of the
        latter than it should be where the rest of a comment is polite, and too sure of the
        former where only the tone is that of a threat or a charge.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self._arrays = {name: np.asarray(a, dtype=np.float64) for name, a in arrays.items()}
        self.n_rules = len(self._arrays["output_bias"])

    def logits(self, dense: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Return uncalibrated logits, shape (n_comments, n_rules)."""
        a = self._arrays
        inputs = np.maximum(np.minimum((dense - a["mean"]) / a["scale"], _LIMIT), -_LIMIT)
        units = np.maximum(inputs @ a["hidden"] + a["hidden_bias"], 0.0)
        units = units.reshape(len(dense), self.n_rules, -1)
        deep = np.einsum("nru,ru->nr", units, a["output"]) + a["output_bias"]
        flat = inputs @ a["linear"] + a["linear_bias"]
        return np.asarray((deep + flat) / 2.0)

    def scores(self, dense: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_comments, n_rules)."""
        slope, offset = self._arrays["slope"], self._arrays["offset"]
        return calibrated(self.logits(dense), evidence(dense), slope, offset)


def calibrated(
    logits: npt.NDArray[np.float64],
    seen: npt.NDArray[np.bool_],
    slope: npt.NDArray[np.float64],
    offset: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return probabilities, shape (n_comments, n_rules).

    Parameters
    ----------
    logits : ndarray of float64, shape (n_comments, n_rules)
    seen : ndarray of bool, the same shape
        As :func:`evidence` has it.
    slope, offset : ndarray of float64, shape (n_rules, 2)
        Without and with evidence.
    """
    steep = np.where(seen, slope[:, 1], slope[:, 0])
    return sigmoid(logits * steep + np.where(seen, offset[:, 1], offset[:, 0]))


def evidence(dense: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Tell for each comment and rule whether it has what :data:`EVIDENCE` names."""
    return np.stack([(dense[:, columns] > 0).any(axis=1) for columns in _columns()], axis=1)


@cache
def _columns() -> list[list[int]]:
    names = feature_names()
    return [[names.index(name) for name in wanted] for wanted in EVIDENCE]
