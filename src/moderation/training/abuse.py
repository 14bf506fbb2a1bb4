"""Training of the abuse rules: the linear layer, the network on top, and calibration.

The network must never see a weight that was learnt from the comment it looks at, or it
would trust the linear layer too much. So the linear layer is fitted five times, each time
without a fifth of the comments, and those supply the network's training inputs; the same
folds give the out-of-fold scores that calibration and the reported figures rest on.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from moderation.lexicon.store import Lexicon
from moderation.rules.base import Reading
from moderation.rules.features import HEADS, AbuseFeatures
from moderation.rules.network import Network, plain_abuse, sigmoid
from moderation.rules.weights import WeightTable
from moderation.text.unmask import Unmasker
from moderation.text.vocabulary import TokenTable
from moderation.training.corpora import RULES, Example, group_key
from moderation.training.linear import Corpus, fit_head, vectorise
from moderation.types import Comment

__all__ = ["BITS", "AbuseTraining", "OutOfFold", "train_abuse"]

BITS = 19
_FOLDS = 5
_UNITS = 24
_SEEDS = 3
#: Sources labelled by the policy itself; scores are calibrated on them alone.
_BY_POLICY = ("policy", "authored", "examples")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class OutOfFold:
    """Scores of comments that the scoring model was not trained on.

    Attributes
    ----------
    examples : sequence of Example
    scores : ndarray of float64, shape (n_examples, n_rules)
        Calibrated probabilities in the order of :data:`RULES`.
    """

    examples: Sequence[Example]
    scores: Floats


@dataclass(frozen=True)
class AbuseTraining:
    """What training gives: arrays to store, by group, and out-of-fold scores."""

    groups: dict[str, dict[str, npt.NDArray[Any]]]
    out_of_fold: OutOfFold


def fold_numbers(examples: Sequence[Example], seed: int) -> npt.NDArray[np.int64]:
    """Assign each example a fold; near-duplicates share theirs."""
    keys = [group_key(example.text) for example in examples]
    numbers: dict[str, int] = {}
    rng = np.random.default_rng(seed)
    for key in sorted(set(keys)):
        numbers[key] = int(rng.integers(_FOLDS))
    return np.array([numbers[key] for key in keys])


def _labels(examples: Sequence[Example], name: str) -> npt.NDArray[np.int64]:
    return np.array([example.labels.get(name, -1) for example in examples])


class _Data:
    """The examples as arrays, made once and used by every fold."""

    def __init__(self, examples: Sequence[Example], features: AbuseFeatures) -> None:
        self.examples = examples
        self.texts = [example.text for example in examples]
        self.weights = np.array([example.weight for example in examples])
        names = sorted({example.source for example in examples} - set(_BY_POLICY))
        number = {name: 1 + position for position, name in enumerate(names)}
        self.sources = np.array([number.get(example.source, 0) for example in examples])
        self.corpus: Corpus = vectorise(self.texts, features)

    def linear_layer(self, chosen: npt.NDArray[np.bool_]) -> dict[str, npt.NDArray[Any]]:
        """Fit every head on the chosen examples and return the packed weights."""
        columns = []
        for head in HEADS:
            name, _, scaled_by_idf = head.partition(":")
            labels = _labels(self.examples, name)
            wanted = chosen & (labels >= 0)
            if scaled_by_idf and name != "offensive":
                wanted &= self.sources == 0  # the policy's own labels: few, but to the point
            rows = np.flatnonzero(wanted)
            columns.append(
                fit_head(
                    self.corpus,
                    rows,
                    labels[rows],
                    self.weights[rows],
                    self.sources[rows],
                    by_ratio=not scaled_by_idf,
                )
            )
        return WeightTable.pack(np.stack(columns, axis=1))


def dense_features(texts: Sequence[str], features: AbuseFeatures) -> npt.NDArray[np.float32]:
    """Return :meth:`AbuseFeatures.dense` of `texts`, in chunks, exactly as the moderator does."""
    table = TokenTable(features.encoders, capacity=1 << 40)
    parts = []
    for start in range(0, len(texts), 4000):
        part = texts[start : start + 4000]
        batch = table.batch_of_tokens([features.unmasker.tokens(text) or [""] for text in part])
        comments = [Comment(text) for text in part]
        parts.append(features.dense(Reading(comments, part, [None] * len(part), batch)))
    return np.concatenate(parts)


def _rule_rows(data: _Data, rule: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the rows that have a label for `rule`, and the labels.

    What public sets call offensive stands for an insult: the sets' constants absorb that
    each draws the line elsewhere.
    """
    labels = _labels(data.examples, rule)
    if rule == "insult":
        labels = np.where(labels >= 0, labels, _labels(data.examples, "offensive"))
    rows = np.flatnonzero(labels >= 0)
    return rows, labels[rows]


def _fit_network(
    dense: npt.NDArray[np.float32], data: _Data, chosen: npt.NDArray[np.bool_], seed: int
) -> dict[str, npt.NDArray[np.float32]]:
    """Fit every rule's networks on standardised features and a constant per source."""
    mean, scale = dense[chosen].mean(axis=0), dense[chosen].std(axis=0) + 1e-3
    inputs = np.clip((dense - mean) / scale, -6.0, 6.0)
    n_sources = int(data.sources.max()) + 1
    constants = np.eye(n_sources, dtype=np.float32)[data.sources]
    both = np.hstack([inputs, constants])
    n = inputs.shape[1]
    hidden, hidden_bias, output, output_bias, linear, linear_bias = [], [], [], [], [], []
    for rule in RULES:
        rows, labels = _rule_rows(data, rule)
        here = chosen[rows]
        rows, labels = rows[here], labels[here]
        weights = data.weights[rows]
        plain = LogisticRegression(C=0.3, max_iter=500)
        plain.fit(both[rows], labels, sample_weight=weights)
        # Source 0 is the policy's own labels: its constant is what scoring uses.
        linear.append(plain.coef_[0][:n])
        linear_bias.append(plain.intercept_[0] + plain.coef_[0][n])
        units, biases, outs, out_bias = [], [], [], 0.0
        for number in range(_SEEDS):
            network = MLPClassifier(
                (_UNITS,), alpha=0.5, learning_rate_init=2e-3, batch_size=min(256, len(rows)),
                max_iter=12, random_state=seed + number,
            )  # fmt: skip
            network.fit(both[rows], labels, sample_weight=weights)
            first, second = network.coefs_
            units.append(first[:n])
            biases.append(network.intercepts_[0] + first[n])
            outs.append(second[:, 0] / _SEEDS)
            out_bias += float(network.intercepts_[1][0]) / _SEEDS
        hidden.append(np.hstack(units))
        hidden_bias.append(np.concatenate(biases))
        output.append(np.concatenate(outs))
        output_bias.append(out_bias)
    arrays = {
        "mean": mean, "scale": scale,
        "hidden": np.hstack(hidden), "hidden_bias": np.concatenate(hidden_bias),
        "output": np.stack(output), "output_bias": np.array(output_bias),
        "linear": np.stack(linear, axis=1), "linear_bias": np.array(linear_bias),
        "slope": np.ones((len(RULES), 2)), "offset": np.zeros((len(RULES), 2)),
    }  # fmt: skip
    return {name: np.asarray(array, dtype=np.float32) for name, array in arrays.items()}


def _calibrate(logits: Floats, plain: npt.NDArray[np.int64], data: _Data) -> tuple[Floats, Floats]:
    """Fit Platt's slope and offset on out-of-fold logits of policy-labelled rows.

    One pair per rule for comments without a word of abuse in the open, one for the others.

    Returns
    -------
    slope, offset : ndarray of float64, shape (n_rules, 2)
    """
    by_policy = np.array([example.source in _BY_POLICY for example in data.examples])
    slope, offset = np.ones((len(RULES), 2)), np.zeros((len(RULES), 2))
    for position, rule in enumerate(RULES):
        labels = _labels(data.examples, rule)
        for group in (0, 1):
            rows = np.flatnonzero(by_policy & (labels >= 0) & (plain == group))
            if len(np.unique(labels[rows])) < 2:
                continue  # too few of them to tell: the logit stays as it is
            platt = LogisticRegression(C=1e6, max_iter=500)
            platt.fit(logits[rows, position, None], labels[rows])
            slope[position, group] = platt.coef_[0, 0]
            offset[position, group] = platt.intercept_[0]
    return slope, offset


def train_abuse(
    examples: Sequence[Example],
    is_known: Callable[[str], bool],
    seed: int = 0,
    say: Callable[[str], None] = print,
) -> AbuseTraining:
    """Train the abuse rules.

    Parameters
    ----------
    examples : sequence of Example
    is_known : callable
        Tells ordinary Persian words, see :class:`Unmasker`.
    seed : int
        Fixes folds and networks.
    say : callable
        Told of progress.

    Returns
    -------
    AbuseTraining
    """
    with warnings.catch_warnings():
        # Both kinds of model are stopped early on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return _train(examples, is_known, seed, say)


def _train(
    examples: Sequence[Example],
    is_known: Callable[[str], bool],
    seed: int,
    say: Callable[[str], None],
) -> AbuseTraining:
    lexicon = Lexicon.load()
    unmasker = Unmasker(lexicon, is_known)

    def features(weights: dict[str, npt.NDArray[Any]]) -> AbuseFeatures:
        return AbuseFeatures(WeightTable(weights), lexicon, unmasker)

    blank = WeightTable.pack(np.zeros((1 << BITS, len(HEADS)), dtype=np.float32))
    data = _Data(examples, features(blank))
    folds = fold_numbers(examples, seed)
    dense: npt.NDArray[np.float32] | None = None
    for fold in range(_FOLDS):
        out = np.flatnonzero(folds == fold)
        weights = data.linear_layer(folds != fold)
        part = dense_features([data.texts[i] for i in out], features(weights))
        if dense is None:
            dense = np.zeros((len(examples), part.shape[1]), dtype=np.float32)
        dense[out] = part
        say(f"linear layer {fold + 1} of {_FOLDS}")
    assert dense is not None
    logits = np.zeros((len(examples), len(RULES)))
    for fold in range(_FOLDS):
        out = np.flatnonzero(folds == fold)
        network = Network(_fit_network(dense, data, folds != fold, seed))
        logits[out] = network.logits(dense[out])
        say(f"network {fold + 1} of {_FOLDS}")
    everything = np.ones(len(examples), dtype=bool)
    arrays = _fit_network(dense, data, everything, seed)
    plain = plain_abuse(dense)
    slope, offset = _calibrate(logits, plain, data)
    arrays["slope"], arrays["offset"] = slope.astype(np.float32), offset.astype(np.float32)
    scores = sigmoid(logits * slope[:, plain].T + offset[:, plain].T)
    groups: dict[str, dict[str, npt.NDArray[Any]]] = {
        "abuse": data.linear_layer(everything),
        "network": dict(arrays),
    }
    return AbuseTraining(groups, OutOfFold(examples, scores))
