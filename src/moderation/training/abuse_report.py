"""The abuse rules' figures: each rule against every source that has its label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.policy import Policy
from moderation.training.abuse import OutOfFold
from moderation.training.corpora import MEASURED, RULES, Example
from moderation.training.metrics import rule_report
from moderation.types import Rule

__all__ = ["abuse_report"]

#: Public sets that say what is offensive.
_PUBLIC = ("parsoff", "phate", "parsoffensive")
Rows = npt.NDArray[np.bool_]


def abuse_report(out_of_fold: OutOfFold, policy: Policy) -> dict[str, Any]:
    """Measure the abuse rules on comments their model has not seen, per source.

    Parameters
    ----------
    out_of_fold : OutOfFold
    policy : Policy
        Whose thresholds are measured.

    Returns
    -------
    dict
        Rule to source to :func:`moderation.training.metrics.rule_report`; under
        ``offensive``, the largest of the insult, hate and threat scores against what each
        public set calls offensive. Source ``two readers`` are the policy's comments whose
        second reader agrees on the rule.
    """
    examples, scores = out_of_fold.examples, out_of_fold.scores
    sources = np.array([example.source for example in examples])
    report: dict[str, Any] = {}

    def measure(label: str, rule: Rule, values: Any, texts: Mapping[str, Rows]) -> None:
        labels = np.array([example.labels.get(label, -1) for example in examples])
        thresholds = policy.rules[rule]
        for source, chosen in texts.items():
            rows = np.flatnonzero(chosen & (labels >= 0))
            if len(rows):
                report.setdefault(label, {})[source] = rule_report(
                    labels[rows], values[rows], thresholds.review, thresholds.reject
                )

    by_policy = {source: sources == source for source in MEASURED}
    for position, rule in enumerate(RULES):
        texts = {**by_policy, "two readers": np.array([_agreed(e, rule) for e in examples])}
        measure(rule, Rule(rule), scores[:, position], texts)
    largest = scores[:, [RULES.index(rule) for rule in ("insult", "hate", "threat")]].max(axis=1)
    public = {source: sources == source for source in _PUBLIC}
    measure("offensive", Rule.INSULT, largest, public)
    return report


def _agreed(example: Example, rule: str) -> bool:
    return example.second is not None and example.second[rule] == example.labels.get(rule)
