"""Scores made probabilities: Platt's calibration of the abuse rules."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from moderation.training.corpora import MEASURED, RULES, Example

__all__ = ["calibrate"]

Floats = npt.NDArray[np.float64]
#: Comments of either kind that a calibration of their own needs.
_FEW = 30


def calibrate(
    logits: Floats, seen: npt.NDArray[np.bool_], examples: Sequence[Example]
) -> tuple[Floats, Floats]:
    """Fit Platt's slope and offset on out-of-fold logits of the sources in `MEASURED`.

    One pair per rule for comments without evidence of it in the word lists, one for the others.

    Returns
    -------
    slope, offset : ndarray of float64, shape (n_rules, 2)
    """
    slope, offset = np.ones((len(RULES), 2)), np.zeros((len(RULES), 2))
    measured = np.array([example.source in MEASURED for example in examples])
    for position, rule in enumerate(RULES):
        labels = np.array([example.labels.get(rule, -1) for example in examples])
        known = measured & (labels >= 0)
        for group in (0, 1):
            rows = np.flatnonzero(known & (seen[:, position] == group))
            if np.bincount(labels[rows], minlength=2).min() < _FEW:
                rows = np.flatnonzero(known)  # too few of one kind to tell: with all others
            if len(np.unique(labels[rows])) < 2:
                continue  # nothing to tell apart: the logit stays as it is
            platt = LogisticRegression(C=1e6, max_iter=500)
            platt.fit(logits[rows, position, None], labels[rows])
            slope[position, group] = platt.coef_[0, 0]
            offset[position, group] = platt.intercept_[0]
    return slope, offset
