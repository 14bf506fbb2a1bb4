"""Small networks with a constant per source, as arrays that scoring multiplies by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.neural_network import MLPClassifier

__all__ = ["Layers", "constants", "fit_networks", "side_by_side", "standardisation"]

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Layers:
    """One or more networks with one hidden layer, averaged.

    Attributes
    ----------
    hidden : ndarray, shape (n_inputs, n_units)
    hidden_bias, output : ndarray, shape (n_units,)
    output_bias : float
    """

    hidden: npt.NDArray[Any]
    hidden_bias: npt.NDArray[Any]
    output: npt.NDArray[Any]
    output_bias: float


def standardisation(inputs: npt.NDArray[Any]) -> tuple[Floats, Floats]:
    """Return the mean and the scale of each column; no scale is zero."""
    return inputs.mean(axis=0), inputs.std(axis=0) + np.float32(1e-3)


def constants(sources: npt.NDArray[np.int64]) -> Floats:
    """Return one column per source, 1 where the comment is of it.

    With it a source keeps its own rate of offence without teaching it to the words. Source 0
    is the policy's own labels: scoring uses its constant alone.
    """
    return np.eye(int(sources.max()) + 1, dtype=np.float32)[sources]


def fit_networks(
    inputs: Floats,
    sources: Floats,
    labels: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64],
    *,
    units: int,
    passes: int,
    strength: float,
    rate: float,
    seeds: Sequence[int],
) -> Layers:
    """Fit one network a seed, stopped early on purpose.

    Parameters
    ----------
    inputs : ndarray of float32, shape (n, n_inputs)
        Standardised.
    sources : ndarray of float32, shape (n, n_sources)
        As :func:`constants` makes them.
    labels, weights : ndarray, shape (n,)
    units, passes : int
        Hidden units of each network, and passes over the data.
    strength, rate : float
        Weight of the L2 penalty, and the first learning rate.
    seeds : sequence of int

    Returns
    -------
    Layers
        Without the sources' constants but that of source 0.
    """
    n = inputs.shape[1]
    both = np.hstack([inputs, sources])
    hidden, biases, output, bias = [], [], [], 0.0
    for seed in seeds:
        network = MLPClassifier(
            (units,), alpha=strength, learning_rate_init=rate, batch_size=min(256, len(labels)),
            max_iter=passes, random_state=seed,
        )  # fmt: skip
        network.fit(both, labels, sample_weight=weights)
        first, second = network.coefs_
        hidden.append(first[:n])
        biases.append(network.intercepts_[0] + first[n])
        output.append(second[:, 0] / len(seeds))
        bias += float(network.intercepts_[1][0]) / len(seeds)
    return Layers(np.hstack(hidden), np.concatenate(biases), np.concatenate(output), bias)


def side_by_side(layers: Sequence[Layers]) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of several outputs' networks, their hidden units side by side."""
    return {
        "hidden": np.hstack([one.hidden for one in layers]),
        "hidden_bias": np.concatenate([one.hidden_bias for one in layers]),
        "output": np.stack([one.output for one in layers]),
        "output_bias": np.array([one.output_bias for one in layers]),
    }
