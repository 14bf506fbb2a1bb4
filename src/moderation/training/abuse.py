"""Training of the abuse rules: three views, the network on top, and calibration.

The network must never see a score that was learnt from the comment it looks at, or it would
trust that view too much. So letters, shape and meaning are fitted five times, each time
without a fifth of the comments, and those supply the network's training inputs; the same
folds give the out-of-fold scores that calibration and the reported figures rest on.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from moderation.lexicon.store import Lexicon
from moderation.rules.base import Reading
from moderation.rules.features import AbuseFeatures
from moderation.rules.letters import HEADS
from moderation.rules.meaning import MEANING_HEADS, pool
from moderation.rules.network import Network, calibrated, evidence
from moderation.rules.registry import build_features
from moderation.rules.syntax import SYNTAX_HEADS
from moderation.rules.weights import WeightTable
from moderation.text.known import KnownWords
from moderation.text.lexis import Lexis
from moderation.text.unmask import Unmasker
from moderation.text.vocabulary import TokenTable
from moderation.training.calibration import calibrate
from moderation.training.corpora import MEASURED, RULES, Example, group_key
from moderation.training.linear import Corpus, fit_head, letters_corpus, shape_corpus
from moderation.training.networks import (
    Layers,
    constants,
    fit_networks,
    side_by_side,
    standardisation,
)
from moderation.types import Comment

__all__ = ["BITS", "SYNTAX_BITS", "AbuseTraining", "OutOfFold", "dense_features", "train_abuse"]

BITS, SYNTAX_BITS = 19, 18
_FOLDS, _JOBS = 5, 2
#: Sources labelled by the policy itself: what scoring takes a comment for.
BY_POLICY = (*MEASURED, "reread")
Arrays = dict[str, npt.NDArray[Any]]
Floats = npt.NDArray[np.float64]
_NOTHING = np.zeros(0, dtype=np.int64)


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
    """What training gives.

    Attributes
    ----------
    groups : dict of str to dict of str to ndarray
        The arrays to store.
    out_of_fold : OutOfFold
        Scores to report.
    unseen_groups : dict of str to dict of str to ndarray
        A model like the stored one that has not seen the first fold.
    unseen : sequence of Example
        The first fold.
    """

    groups: dict[str, Arrays]
    out_of_fold: OutOfFold
    unseen_groups: dict[str, Arrays]
    unseen: Sequence[Example]


@dataclass(frozen=True)
class Tools:
    """What measuring needs beside what is learnt here."""

    lexicon: Lexicon
    unmasker: Unmasker
    lexis: Lexis
    names: Arrays

    def features(self, views: Mapping[str, Arrays]) -> AbuseFeatures:
        """Return the measuring object with these views."""
        groups = {**views, "names": self.names}
        return build_features(groups, self.lexicon, self.unmasker, self.lexis)

    def blank(self) -> AbuseFeatures:
        """Return a measuring object that has learnt nothing."""
        zeros = np.zeros((1, 1), dtype=np.float32)
        return self.features({
            "abuse": WeightTable.pack(np.zeros((1 << BITS, len(HEADS)), np.float32)),
            "syntax": WeightTable.pack(np.zeros((1 << SYNTAX_BITS, len(SYNTAX_HEADS)), np.float32)),
            "meaning": {"mean": zeros, "scale": zeros + 1},
        })  # fmt: skip


def fold_numbers(examples: Sequence[Example], seed: int) -> npt.NDArray[np.int64]:
    """Assign each example a fold; near-duplicates share theirs."""
    keys = [group_key(example.text) for example in examples]
    numbers: dict[str, int] = {}
    rng = np.random.default_rng(seed)
    for key in sorted(set(keys)):
        numbers[key] = int(rng.integers(_FOLDS))
    return np.array([numbers[key] for key in keys])


class _Data:
    """The examples as arrays, made once and used by every fold."""

    def __init__(self, examples: Sequence[Example], tools: Tools) -> None:
        self.examples = examples
        self.tools = tools
        self.weights = np.array([example.weight for example in examples])
        names = sorted({example.source for example in examples} - set(BY_POLICY))
        number = {name: 1 + position for position, name in enumerate(names)}
        self.sources = np.array([number.get(example.source, 0) for example in examples])
        features = tools.blank()
        table = TokenTable(features.encoders, capacity=1 << 40)
        reading = _reading(examples, tools.unmasker, table)
        self.letters = letters_corpus(reading, table, features)
        self.shape = shape_corpus(reading, features)
        self.pooled = pool(tools.lexis, reading.batch, _NOTHING)

    def labels(self, name: str) -> npt.NDArray[np.int64]:
        """Return every example's label to learn from, -1 where it has none."""
        learnt = (-1 if name in e.contested else e.labels.get(name, -1) for e in self.examples)
        return np.fromiter(learnt, dtype=np.int64, count=len(self.examples))

    def rows(self, head: str, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Return the chosen examples that have a label for `head`."""
        return np.flatnonzero(chosen & (self.labels(head) >= 0))

    def views(self, chosen: npt.NDArray[np.bool_]) -> dict[str, Arrays]:
        """Fit letters, shape and meaning on the chosen examples."""
        letters = [
            # The second of each head's two layers is learnt from the policy's own labels where
            # there are any: few, but to the point.
            self._linear(self.letters, name, chosen, by_ratio=not idf, own=bool(idf))
            for name, _, idf in (head.partition(":") for head in HEADS)
        ]
        shape = [
            self._linear(self.shape, name, chosen, by_ratio=False, own=True)
            for name in SYNTAX_HEADS
        ]
        return {
            "abuse": WeightTable.pack(np.stack(letters, axis=1)),
            "syntax": WeightTable.pack(np.stack(shape, axis=1)),
            "meaning": self._meaning(chosen),
        }

    def _linear(
        self,
        corpus: Corpus,
        name: str,
        chosen: npt.NDArray[np.bool_],
        *,
        by_ratio: bool,
        own: bool,
    ) -> npt.NDArray[np.float32]:
        if own and name != "offensive":
            chosen = chosen & (self.sources == 0)
        rows = self.rows(name, chosen)
        labels = self.labels(name)[rows]
        return fit_head(
            corpus, rows, labels, self.weights[rows], self.sources[rows], by_ratio=by_ratio
        )

    def _meaning(self, chosen: npt.NDArray[np.bool_]) -> Arrays:
        mean, scale = standardisation(self.pooled[chosen])
        layers = []
        for name in MEANING_HEADS:
            rows = self.rows(name, chosen)
            layers.append(fit_networks(
                np.clip((self.pooled[rows] - mean) / scale, -6.0, 6.0),
                constants(self.sources)[rows], self.labels(name)[rows], self.weights[rows],
                units=48, passes=8, strength=1.0, rate=1e-3, seeds=(0,),
            ))  # fmt: skip
        return {
            name: np.asarray(array, dtype=np.float32)
            for name, array in {"mean": mean, "scale": scale, **side_by_side(layers)}.items()
        }

    def dense(self, views: Mapping[str, Arrays], rows: npt.NDArray[np.int64]) -> Any:
        """Return the network's inputs for `rows`, measured as the moderator does."""
        return dense_features([self.examples[i] for i in rows], self.tools.features(views))


def _reading(examples: Sequence[Example], unmasker: Unmasker, table: TokenTable) -> Reading:
    texts = [example.text for example in examples]
    batch = table.batch_of_tokens([found or [""] for found in unmasker.read(texts)[0]])
    articles = [example.article for example in examples]
    return Reading([Comment(text) for text in texts], texts, articles, batch)


def dense_features(examples: Sequence[Example], features: AbuseFeatures) -> npt.NDArray[np.float32]:
    """Return :meth:`AbuseFeatures.dense` of the examples, in chunks, as the moderator does."""
    table = TokenTable(features.encoders, capacity=1 << 40)
    return np.concatenate([
        features.dense(_reading(examples[start : start + 4000], features.unmasker, table))
        for start in range(0, len(examples), 4000)
    ])  # fmt: skip


def _rule_rows(data: _Data, rule: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the rows that have a label for `rule`, and the labels.

    What public sets call offensive stands for an insult: the sets' constants absorb that
    each draws the line elsewhere.
    """
    labels = data.labels(rule)
    if rule == "insult":
        labels = np.where(labels >= 0, labels, data.labels("offensive"))
    rows = np.flatnonzero(labels >= 0)
    return rows, labels[rows]


def _fit_network(
    dense: npt.NDArray[np.float32], data: _Data, chosen: npt.NDArray[np.bool_], seed: int
) -> dict[str, npt.NDArray[np.float32]]:
    """Fit every rule's networks and a linear model on standardised features."""
    mean, scale = standardisation(dense[chosen])
    inputs = np.clip((dense - mean) / scale, -6.0, 6.0)
    sources = constants(data.sources)
    layers: list[Layers] = []
    linear, linear_bias = [], []
    for rule in RULES:
        rows, labels = _rule_rows(data, rule)
        here = chosen[rows]
        rows, labels = rows[here], labels[here]
        weights = data.weights[rows]
        plain = LogisticRegression(C=0.3, max_iter=500)
        plain.fit(np.hstack([inputs[rows], sources[rows]]), labels, sample_weight=weights)
        # Source 0 is the policy's own labels: its constant is what scoring uses.
        linear.append(plain.coef_[0][: inputs.shape[1]])
        linear_bias.append(plain.intercept_[0] + plain.coef_[0][inputs.shape[1]])
        layers.append(fit_networks(
            inputs[rows], sources[rows], labels, weights,
            units=24, passes=12, strength=0.5, rate=2e-3, seeds=range(seed, seed + 3),
        ))  # fmt: skip
    arrays = {
        "mean": mean, "scale": scale, **side_by_side(layers),
        "linear": np.stack(linear, axis=1), "linear_bias": np.array(linear_bias),
        "slope": np.ones((len(RULES), 2)), "offset": np.zeros((len(RULES), 2)),
    }  # fmt: skip
    return {name: np.asarray(array, dtype=np.float32) for name, array in arrays.items()}


def train_abuse(
    examples: Sequence[Example],
    known: KnownWords,
    lexis: Lexis,
    names: Arrays,
    seed: int = 0,
    say: Callable[[str], None] = print,
) -> AbuseTraining:
    """Train the abuse rules.

    Parameters
    ----------
    examples : sequence of Example
    known : KnownWords
        Ordinary Persian words.
    lexis : Lexis
        Word vectors, made without labels.
    names : dict of str to ndarray
        The table of :class:`moderation.text.names.Names`.
    seed : int
        Fixes folds and networks.
    say : callable
        Told of progress.

    Returns
    -------
    AbuseTraining
    """
    lexicon = Lexicon.load()
    data = _Data(examples, Tools(lexicon, Unmasker(lexicon, known), lexis, names))
    folds = fold_numbers(examples, seed)
    numbers = range(_FOLDS)
    work = Parallel(_JOBS, max_nbytes=None)
    parts = work(delayed(_without_fold)(data, folds, n) for n in numbers)
    dense = _in_place(folds, [part for _, part in parts])
    say(f"letters, shape and meaning without each of {_FOLDS} folds")
    networks = work(delayed(_network_without_fold)(dense, data, folds, n, seed) for n in numbers)
    logits = _in_place(folds, [part for _, part in networks])
    say(f"network without each of {_FOLDS} folds")
    everything = np.ones(len(examples), dtype=bool)
    views, arrays = work([
        delayed(_quietly)(data.views, everything),
        delayed(_quietly)(_fit_network, dense, data, everything, seed),
    ])  # fmt: skip
    say("everything with all folds")
    seen = evidence(dense)
    slope, offset = calibrate(logits, seen, examples)
    calibration = {"slope": slope.astype(np.float32), "offset": offset.astype(np.float32)}
    scores = calibrated(logits, seen, slope, offset)
    return AbuseTraining(
        {**views, "network": arrays | calibration},
        OutOfFold(examples, scores),
        {**parts[0][0], "network": networks[0][0] | calibration},
        [example for example, fold in zip(examples, folds.tolist()) if fold == 0],
    )


def _quietly(work: Callable[..., Any], *arguments: Any) -> Any:
    with warnings.catch_warnings():
        # Both kinds of model are stopped early on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return work(*arguments)


def _without_fold(
    data: _Data, folds: npt.NDArray[np.int64], number: int
) -> tuple[dict[str, Arrays], Any]:
    """Return the views fitted without a fold, and what they make of it."""
    views = _quietly(data.views, folds != number)
    return views, data.dense(views, np.flatnonzero(folds == number))


def _network_without_fold(
    dense: npt.NDArray[np.float32],
    data: _Data,
    folds: npt.NDArray[np.int64],
    number: int,
    seed: int,
) -> tuple[Arrays, Any]:
    """Return the network fitted without a fold, and its logits there."""
    arrays = _quietly(_fit_network, dense, data, folds != number, seed)
    return arrays, Network(arrays).logits(dense[folds == number])


def _in_place(folds: npt.NDArray[np.int64], parts: Sequence[Any]) -> Any:
    """Return the folds' rows in the order of the examples."""
    rows = np.zeros((len(folds), parts[0].shape[1]), dtype=parts[0].dtype)
    for number, part in enumerate(parts):
        rows[folds == number] = part
    return rows
