"""How well scores match labels: one rule's figures, and all rules' as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    f1_score,
    precision_recall_curve,
    precision_score,
    recall_score,
    roc_auc_score,
)

__all__ = ["BINS", "FEW", "format_table", "rule_report"]

#: Equal-width bins of score that calibration is measured in.
BINS = 10
#: With fewer comments of either kind than this, one comment more or less shows in the figures.
FEW = 30
_PRECISIONS = (0.9, 0.95)
_DIGITS = 6
_NEVER = "never"
Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def rule_report(
    labels: npt.ArrayLike, scores: npt.ArrayLike, review: float, reject: float
) -> dict[str, Any]:
    """Measure one rule's scores against labels.

    Parameters
    ----------
    labels : array of int, shape (n,)
        1 where the comment breaks the rule, else 0.
    scores : array of float, shape (n,)
        Probabilities, 0 to 1.
    review, reject : float
        The policy's thresholds; ``math.inf`` is never.

    Returns
    -------
    dict
        JSON values only. ``n``, ``positives``, ``auc``, ``average_precision``, ``best_f1``
        (``f1`` and ``threshold``; found on these very comments, so it flatters),
        ``best_macro_f1`` (of both classes, found so, too), ``recall_at_precision`` (precision to
        the largest recall at it), ``review`` and
        ``reject`` (``threshold``, ``precision``, ``recall``, ``f1``, ``held``, ``right``),
        ``brier``, ``calibration_error`` (expected calibration error) and ``reliability``, a
        row per bin. A figure that is not defined, such as the precision where nothing was
        held, is ``None``.

    Raises
    ------
    ValueError
        Labels and scores of different lengths or outside their ranges.

    Examples
    --------
    >>> report = rule_report([0, 0, 1, 1], [0.1, 0.6, 0.7, 0.9], 0.5, math.inf)
    >>> report["auc"], report["review"]["precision"], report["reject"]["held"]
    (1.0, 0.666667, 0)
    """
    truth, given = _checked(labels, scores)
    n, positives = len(truth), int(truth.sum())
    reliability = _reliability(truth, given)
    gaps = [
        bin_["n"] * abs(bin_["share"] - bin_["mean_score"]) for bin_ in reliability if bin_["n"]
    ]
    both = 0 < positives < n
    return {
        "n": n,
        "positives": positives,
        "auc": _rounded(roc_auc_score(truth, given)) if both else None,
        "average_precision": (
            _rounded(average_precision_score(truth, given)) if positives else None
        ),
        "best_f1": _best_f1(truth, given),
        "best_macro_f1": _best_macro_f1(truth, given) if both else None,
        "recall_at_precision": (
            {str(p): _recall_at(truth, given, p) for p in _PRECISIONS} if positives else None
        ),
        "review": _at(truth, given, review),
        "reject": _at(truth, given, reject),
        "brier": _rounded(brier_score_loss(truth, given, pos_label=1)) if n else None,
        "calibration_error": _rounded(sum(gaps) / n) if n else None,
        "reliability": reliability,
    }


def _checked(labels: npt.ArrayLike, scores: npt.ArrayLike) -> tuple[Labels, Floats]:
    truth, given = np.asarray(labels), np.asarray(scores, dtype=np.float64)
    if truth.ndim != 1 or truth.shape != given.shape:
        raise ValueError(
            f"labels and scores must be rows of one length, not {truth.shape} and {given.shape}"
        )
    if not np.isin(truth, (0, 1)).all():
        raise ValueError("labels must be 0 or 1")
    # Written so that nan fails too.
    if not ((given >= 0) & (given <= 1)).all():
        raise ValueError("scores must lie between 0 and 1")
    return truth.astype(np.int64), given


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS)


def _best_f1(truth: Labels, given: Floats) -> dict[str, float] | None:
    if not truth.any():
        return None
    precision, recall, thresholds = precision_recall_curve(truth, given)
    # The last point has no threshold: nothing is held there.
    both = np.maximum(precision[:-1] + recall[:-1], 1e-12)
    f1 = 2 * precision[:-1] * recall[:-1] / both
    # Of equals the highest threshold: it holds the fewest comments.
    best = len(f1) - 1 - int(np.argmax(f1[::-1]))
    return {"f1": _rounded(f1[best]), "threshold": _rounded(thresholds[best])}


def _best_macro_f1(truth: Labels, given: Floats) -> float:
    """Return the mean F1 of both classes at the threshold where it is highest."""
    order = np.argsort(-given, kind="stable")
    right = np.cumsum(truth[order])
    held = np.arange(1, len(truth) + 1)
    positives, negatives = int(right[-1]), len(truth) - int(right[-1])
    passed = negatives - (held - right)
    f1 = 2 * right / (held + positives)
    f1_clean = 2 * passed / (len(truth) - held + negatives)
    # Only between different scores can a threshold lie.
    last = np.append(given[order][1:] != given[order][:-1], True)
    return _rounded(((f1 + f1_clean) / 2)[last].max())


def _recall_at(truth: Labels, given: Floats, least: float) -> float:
    """Return the largest recall among thresholds of at least this precision, 0 if none."""
    precision, recall, _ = precision_recall_curve(truth, given)
    return _rounded(recall[:-1][precision[:-1] >= least].max(initial=0.0))


def _at(truth: Labels, given: Floats, threshold: float) -> dict[str, Any]:
    """Return what comes of holding every score from `threshold` on."""
    held = (given >= threshold).astype(np.int64)
    some_held, some_true = bool(held.any()), bool(truth.any())
    figures = {
        "precision": precision_score(truth, held, zero_division=0) if some_held else None,
        "recall": recall_score(truth, held, zero_division=0) if some_true else None,
        "f1": f1_score(truth, held, zero_division=0) if some_held or some_true else None,
    }
    return {
        "threshold": _NEVER if math.isinf(threshold) else float(threshold),
        **{name: None if value is None else _rounded(value) for name, value in figures.items()},
        "held": int(held.sum()),
        "right": int((held & truth).sum()),
    }


def _reliability(truth: Labels, given: Floats) -> list[dict[str, Any]]:
    edges = np.arange(BINS + 1) / BINS  # linspace would make 0.3 a little more than 0.3
    place = np.clip(np.digitize(given, edges) - 1, 0, BINS - 1)  # a score of 1 is in the last bin
    counts = np.bincount(place, minlength=BINS)
    means = np.bincount(place, given, BINS) / np.maximum(counts, 1)
    shares = np.bincount(place, truth, BINS) / np.maximum(counts, 1)
    return [
        {
            "from": _rounded(edges[i]),
            "to": _rounded(edges[i + 1]),
            "n": int(counts[i]),
            "mean_score": _rounded(means[i]) if counts[i] else None,
            "share": _rounded(shares[i]) if counts[i] else None,
        }
        for i in range(BINS)
    ]


_HEAD = (
    "rule", "n", "breaking", "AUC", "AP", "best F1", "hold, reject", "precision", "recall", "F1",
    "rejected", "ECE", "",
)  # fmt: skip
_LEGEND = """\
breaking: comments that break the rule. AP: average precision. best F1: at the best threshold
for these very comments. hold, reject: the policy's thresholds; precision, recall and F1 are
those of holding, with the counts they come from; rejected: rightly, of all that were.
ECE: expected calibration error, how far the scores are from being probabilities."""


def format_table(report: Mapping[str, Any]) -> str:
    """Return a report of :func:`moderation.training.evaluate.evaluate` for people to read.

    Precision and recall stand with the counts they are made of, and a rule with too few
    comments of either kind to tell much is marked.
    """
    lines = [f"model {report['model']}, policy {report['policy']}"]
    lines += [f"{file['file']}: {file['n']:,} comments" for file in report["files"]]
    lines += [f"WARNING: {warning}" for warning in report["warnings"]]
    rows = [_row(rule, figures) for rule, figures in report["rules"].items()]
    lines += ["", *_aligned([_HEAD, *rows])]
    if any(row[-1] for row in rows):
        lines.append(f"* fewer than {FEW} comments that break the rule, or that do not")
    unscored = {
        rule: figures["unscored"]
        for rule, figures in report["rules"].items()
        if figures.get("unscored")
    }
    lines += [
        f"{rule}: {count:,} more had nothing to go on and are not counted"
        for rule, count in unscored.items()
    ]
    lines += ["", *_decisions(report["decisions"])]
    lines += ["", _LEGEND]
    return "\n".join(lines)


def _decisions(decisions: Mapping[str, Mapping[str, int]]) -> list[str]:
    lines = []
    for kind, counts in decisions.items():
        total = sum(counts.values())
        parts = (
            f"{count:,} {name} ({count / total:.1%})" if total else f"{count:,} {name}"
            for name, count in counts.items()
        )
        lines.append(f"decisions, {kind} ({total:,}): {', '.join(parts)}")
    return lines


def _row(rule: str, figures: Mapping[str, Any]) -> tuple[str, ...]:
    positives, n = figures["positives"], figures["n"]
    best = figures["best_f1"]
    review, reject = figures["review"], figures["reject"]
    return (
        rule,
        f"{n:,}",
        f"{positives:,}",
        _figure(figures["auc"]),
        _figure(figures["average_precision"]),
        f"{best['f1']:.3f} at {best['threshold']:.2f}" if best else "-",
        f"{_threshold(review)}, {_threshold(reject)}",
        _of(review["precision"], review["right"], review["held"]),
        _of(review["recall"], review["right"], positives),
        _figure(review["f1"]),
        f"{reject['right']:,}/{reject['held']:,}" if reject["held"] else "-",
        _figure(figures["calibration_error"]),
        "*" if min(positives, n - positives) < FEW else "",
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _of(value: float | None, part: int, whole: int) -> str:
    return "-" if value is None else f"{value:.3f} {part:,}/{whole:,}"


def _threshold(at: Mapping[str, Any]) -> str:
    threshold = at["threshold"]
    return threshold if isinstance(threshold, str) else f"{threshold:.2f}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows)]
    return [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    ]
