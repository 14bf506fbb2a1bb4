"""Fit the spam rule: one logistic regression over hashed n-grams and measured features.

Public adverts in Persian are few, and come from places unlike a news site (a trade channel,
Instagram), so their subjects must not become evidence: news and forum texts stand among the
negatives, each source counts by how near it is to the task, and copies of one advert count
together.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from moderation.rules.base import Reading
from moderation.rules.spam import SpamRule
from moderation.rules.spam_features import FEATURES, Measured, SpamFeatures, token_buckets
from moderation.text.letters import fold
from moderation.text.tokens import tokenize
from moderation.text.vocabulary import TokenTable, analyse
from moderation.training.sources import Corpora, read_jsonl
from moderation.types import Comment

__all__ = ["SPAM_SOURCES", "train_spam"]

_BITS = 16
_STRENGTH = 2.0
_DENSE_SCALE = 0.6  # how freely measured features may be weighed beside n-grams
_SMOOTHING = 0.5
_MIN_DOCUMENTS = 3
_FOLDS = 5
_SHINGLE = 6
#: This rule's own examples beside those that all rules share.
_OWN = Path(__file__).with_name("spam_comments.jsonl")

#: Sources in the order in which they are read.
SPAM_SOURCES = (
    "telegram_ads", "phicad_subset", "policy", "authored", "parsoffensive", "digikala", "taaghche",
    "deepsentipers", "parsinlu", "isna", "forum_threads", "examples",
)  # fmt: skip
#: Comments drawn from each of the large sources that have no label of their own.
_DRAWN = {
    "digikala": 2500, "taaghche": 2000, "deepsentipers": 2500, "parsinlu": 1000, "isna": 3000,
    "forum_threads": 3000,
}  # fmt: skip
#: Weight of a source's adverts and of its other texts.
_WEIGHTS = {
    "telegram_ads": (0.6, 0.6), "phicad_subset": (0.25, 0.4), "policy": (0.5, 1.0),
    "authored": (3.0, 2.0), "examples": (3.0, 3.0), "isna": (0.3, 0.3), "forum_threads": (0.4, 0.4),
}  # fmt: skip
_REVIEW_WEIGHT = 0.4
#: Sources of readers' comments, and the share of their clean ones that 0.5 may hold.
_NEAR = ("policy", "authored", "parsoffensive")
_HELD_CLEAN = 0.002


@dataclass(frozen=True)
class _Text:
    text: str
    source: str
    spam: int

    @property
    def weight(self) -> float:
        return _WEIGHTS.get(self.source, (_REVIEW_WEIGHT, _REVIEW_WEIGHT))[1 - self.spam]


def _rows(source: str, path: Path) -> Iterator[tuple[str, int]]:
    for row in read_jsonl(path):
        if source == "isna":
            yield row["title"], 0
            yield row["lead"], 0
        elif source == "forum_threads":
            yield from ((reply["text"], 0) for reply in row["comments"])
        elif source == "phicad_subset":
            # What is only obscene may solicit as well: it has no label for this rule.
            if row["spam"] or row["label"] == "clean":
                yield row["text"], int(row["spam"])
        elif source == "authored":
            yield row["text"], int(row["kind"] == "spam")
        elif "labels" in row:
            yield row["text"], int("spam" in row["labels"])
        else:
            yield row["text"], int(row.get("spam", 0))


def _read(corpora: Corpora, examples: Path, seed: int) -> list[_Text]:
    texts: list[_Text] = []
    for source in SPAM_SOURCES:
        if not corpora.has(source):
            continue
        own = source == "examples"
        paths = [*sorted(examples.glob("*.jsonl")), _OWN] if own else [corpora.path(source)]
        rows = [row for path in paths for row in _rows(source, path) if row[0] and row[0].strip()]
        if source in _DRAWN:
            rows = random.Random(seed).sample(rows, min(_DRAWN[source], len(rows)))
        texts += [_Text(text, source, spam) for text, spam in rows]
    # Texts of a source without this label may have been labelled as adverts in another.
    adverts = {_key(text.text) for text in texts if text.spam}
    return [text for text in texts if text.spam or _key(text.text) not in adverts]


def _key(text: str) -> str:
    return "".join(map(fold, tokenize(text)))


def _groups(texts: list[_Text]) -> npt.NDArray[np.int64]:
    """Return one number for texts that share six words in a row, or all of a few."""
    parent = list(range(len(texts)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    seen: dict[tuple[str, ...], int] = {}
    for index, text in enumerate(texts):
        words = [word for word in map(fold, tokenize(text.text)) if word.isalpha()]
        last = max(1, len(words) - _SHINGLE + 1)
        for start in range(last if text.spam else 1):
            shingle = tuple(words[start : start + _SHINGLE])
            parent[root(index)] = root(seen.setdefault(shingle, index))
    return np.array([root(index) for index in range(len(texts))])


def _weights(texts: list[_Text], groups: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return sample weights; copies of one advert share theirs, softened by the root."""
    sizes: dict[int, int] = defaultdict(int)
    for text, group in zip(texts, groups):
        sizes[int(group)] += text.spam
    return np.array(
        [
            text.weight / (np.sqrt(sizes[int(group)]) if text.spam else 1.0)
            for text, group in zip(texts, groups)
        ]
    )


@dataclass(frozen=True)
class _Matrix:
    """Texts as the rule sees them: n-gram counts over the root of their number, and dense."""

    counts: Any
    present: Any
    measured: Measured

    @classmethod
    def of(cls, texts: list[str]) -> _Matrix:
        """Measure `texts`."""
        features = SpamFeatures(np.zeros(1 << _BITS, np.float16))
        table = TokenTable(features.encoders, capacity=1 << 40)
        batch = table.batch(texts)
        reading = Reading([Comment(text) for text in texts], texts, [None] * len(texts), batch)
        measured = features.measure(reading)
        tokens = table.tokens()
        token, bucket = token_buckets([analyse(text) for text in tokens], _BITS)
        by_token = _ones(token, bucket, (len(tokens), 1 << _BITS))
        in_text = _ones(batch.owner, batch.rows, (len(texts), len(tokens)))
        counts = (in_text @ by_token + _ones(*measured.pairs, (len(texts), 1 << _BITS))).tocsr()
        number = np.maximum(np.asarray(counts.sum(axis=1)).ravel(), 1.0)
        present = counts.copy()
        present.data = np.ones_like(present.data)
        scaled = (sp.diags(1.0 / np.sqrt(number)) @ counts).tocsr()
        return cls(scaled, present, measured)


def _ones(rows: npt.NDArray[Any], columns: npt.NDArray[Any], shape: tuple[int, int]) -> Any:
    return sp.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)


def _fit(
    matrix: _Matrix,
    rows: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64],
) -> dict[str, np.ndarray[Any, Any]]:
    """Fit on `rows`: n-grams scaled by their log-count ratio, measured features as they are."""
    present = matrix.present[rows]

    def count(label: int) -> npt.NDArray[np.float64]:
        chosen = sp.diags(weights[rows] * (labels[rows] == label)) @ present
        return _SMOOTHING + np.asarray(chosen.sum(axis=0)).ravel()

    yes, no = count(1), count(0)
    ratio = np.log((yes / yes.sum()) / (no / no.sum()))
    ratio[np.asarray(present.sum(axis=0)).ravel() < _MIN_DOCUMENTS] = 0.0
    dense = sp.csr_matrix(matrix.measured.dense[rows] * _DENSE_SCALE)
    inputs = sp.hstack([matrix.counts[rows] @ sp.diags(ratio), dense]).tocsr()
    model = LogisticRegression(C=_STRENGTH, max_iter=300)
    model.fit(inputs, labels[rows], sample_weight=weights[rows])
    coefficients = model.coef_[0]
    return {
        "weights": (ratio * coefficients[: len(ratio)]).astype(np.float16),
        "coefficients": (coefficients[len(ratio) :] * _DENSE_SCALE).astype(np.float32),
        "intercept": model.intercept_.astype(np.float32),
        "calibration": np.array([1.0, 0.0], np.float32),
    }


def _margins(
    matrix: _Matrix, rows: npt.NDArray[np.int64], arrays: dict[str, np.ndarray[Any, Any]]
) -> npt.NDArray[np.float64]:
    sums = (matrix.counts[rows] @ arrays["weights"].astype(np.float32)).astype(np.float32)
    measured = Measured(sums, matrix.measured.dense[rows], {}, matrix.measured.pairs)
    return SpamRule(arrays).margins(measured)


def train_spam(
    corpora: Corpora, examples: Path, seed: int = 0
) -> tuple[dict[str, np.ndarray[Any, Any]], dict[str, Any]]:
    """Fit the spam rule and measure it by grouped cross-validation.

    Parameters
    ----------
    corpora : Corpora
    examples : Path
        The project's own examples, one file per label.
    seed : int
        Of the draw from the large unlabelled sources.

    Returns
    -------
    arrays : dict of str to ndarray
        What :class:`moderation.rules.spam.SpamRule` is made from.
    metrics : dict
        Share held at 0.5 by source, adverts and other texts apart, with n.
    """
    texts = _read(corpora, examples, seed)
    matrix = _Matrix.of([text.text for text in texts])
    labels = np.array([text.spam for text in texts])
    groups = _groups(texts)
    weights = _weights(texts, groups)
    margins = np.zeros(len(texts))
    for train, test in GroupKFold(_FOLDS).split(labels, groups=groups):
        margins[test] = _margins(matrix, test, _fit(matrix, train, labels, weights))
    scale = LogisticRegression(C=1e6).fit(margins[:, None], labels, sample_weight=weights)
    arrays = _fit(matrix, np.arange(len(texts)), labels, weights)
    slope = scale.coef_[0, 0]
    # Adverts are far rarer on a news site than here: 0.5 is where few clean comments lie.
    near = np.array([not text.spam and text.source in _NEAR for text in texts])
    limit = np.quantile(margins[near if near.any() else labels == 0], 1 - _HELD_CLEAN)
    calibration = np.array([slope, min(scale.intercept_[0], -slope * limit)], np.float32)
    arrays["calibration"] = calibration
    scores = 1.0 / (1.0 + np.exp(-(calibration[0] * margins + calibration[1])))
    return arrays, _metrics(texts, scores, weights)


def _metrics(
    texts: list[_Text], scores: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> dict[str, Any]:
    labels = np.array([text.spam for text in texts])
    sources = np.array([text.source for text in texts])

    def share(rows: npt.NDArray[np.bool_]) -> dict[str, float]:
        held = scores[rows] >= 0.5
        return {"n": int(rows.sum()), "held": round(float(held.mean()), 4)}

    by_source: dict[str, Any] = {"spam": {}, "clean": {}}
    for name, label in (("spam", 1), ("clean", 0)):
        for source in SPAM_SOURCES:
            rows = (labels == label) & (sources == source)
            if rows.any():
                by_source[name][source] = share(rows)
    error = float(np.average((scores - labels) ** 2, weights=weights))
    return {
        "threshold": 0.5,
        "folds": _FOLDS,
        "features": len(FEATURES),
        "held": by_source,
        "held_of_all_clean": share(labels == 0),
        "brier": round(error, 5),
    }
