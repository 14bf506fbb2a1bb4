from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from moderation.training.metrics import FEW, format_table, rule_report

LABELS = [0, 0, 1, 1, 0, 1]
SCORES = [0.05, 0.62, 0.41, 0.97, 0.12, 0.88]


def test_figures_by_hand() -> None:
    report = rule_report(LABELS, SCORES, 0.5, 0.95)
    assert (report["n"], report["positives"]) == (6, 3)
    assert report["auc"] == pytest.approx(8 / 9, abs=1e-6)
    # Ranks of the three: 1, 2 and 4 of all, after which 1, 2 and 3 are right.
    assert report["average_precision"] == pytest.approx((1 + 1 + 3 / 4) / 3, abs=1e-6)
    assert report["review"] == {
        "threshold": 0.5, "precision": 0.666667, "recall": 0.666667, "f1": 0.666667,
        "held": 3, "right": 2,
    }  # fmt: skip
    assert report["reject"]["held"] == report["reject"]["right"] == 1
    assert report["reject"]["precision"] == 1.0
    assert report["reject"]["recall"] == pytest.approx(1 / 3, abs=1e-6)
    assert report["best_f1"] == {"f1": pytest.approx(6 / 7, abs=1e-6), "threshold": 0.41}
    squares = [(s - y) ** 2 for s, y in zip(SCORES, LABELS)]
    assert report["brier"] == pytest.approx(sum(squares) / 6, abs=1e-6)
    # Every bin holds one comment, so the error is the mean distance from the label.
    gaps = [abs(s - y) for s, y in zip(SCORES, LABELS)]
    assert report["calibration_error"] == pytest.approx(sum(gaps) / 6, abs=1e-6)


def test_of_equal_best_thresholds_the_highest_is_told() -> None:
    # From 0.3 on both are right and one wrong; from 0.8 on one is right: F1 0.8 and 0.667.
    assert rule_report([0, 1, 1], [0.3, 0.3, 0.8], 0.5, 0.9)["best_f1"] == {
        "f1": 0.8,
        "threshold": 0.3,
    }
    # 2 of 2 found with 2 wrong, or 1 of 2 with none: both 0.667.
    report = rule_report([1, 0, 0, 1], [0.9, 0.5, 0.4, 0.3], 0.5, 0.9)
    assert report["best_f1"] == {"f1": 0.666667, "threshold": 0.9}


def test_reliability() -> None:
    scores = np.array([0.0, 0.05, 0.3, 0.35, 0.99, 1.0])
    report = rule_report([0, 0, 1, 0, 1, 1], scores, 0.5, 0.9)
    bins = report["reliability"]
    assert [b["n"] for b in bins] == [2, 0, 0, 2, 0, 0, 0, 0, 0, 2]
    assert sum(b["n"] for b in bins) == report["n"]
    assert (bins[0]["from"], bins[3]["to"], bins[-1]["to"]) == (0.0, 0.4, 1.0)
    assert bins[3] == {"from": 0.3, "to": 0.4, "n": 2, "mean_score": 0.325, "share": 0.5}
    assert bins[1]["mean_score"] is None
    assert bins[1]["share"] is None
    error = (2 * 0.025 + 2 * 0.175 + 2 * 0.005) / 6
    assert report["calibration_error"] == pytest.approx(error, abs=1e-6)


@pytest.mark.parametrize(
    ("labels", "scores", "undefined"),
    [
        (
            [],
            [],
            {
                "auc",
                "average_precision",
                "best_f1",
                "best_macro_f1",
                "recall_at_precision",
                "brier",
                "calibration_error",
            },
        ),
        (
            [0, 0],
            [0.1, 0.2],
            {"auc", "average_precision", "best_f1", "best_macro_f1", "recall_at_precision"},
        ),
        ([1, 1], [0.1, 0.2], {"auc", "best_macro_f1"}),
    ],
)
def test_what_is_not_defined_is_none(
    labels: list[int], scores: list[float], undefined: set[str], recwarn: pytest.WarningsRecorder
) -> None:
    report = rule_report(labels, scores, 0.5, math.inf)
    assert {name for name, value in report.items() if value is None} == undefined
    assert report["review"]["held"] == 0
    assert report["review"]["precision"] is None
    assert report["reject"]["threshold"] == "never"
    assert "nan" not in json.dumps(report, allow_nan=False).lower()
    assert not recwarn.list


def test_never() -> None:
    report = rule_report([0, 1], [1.0, 1.0], 1.0, math.inf)
    assert report["review"]["held"] == 2
    assert report["reject"] == {
        "threshold": "never", "precision": None, "recall": 0.0, "f1": 0.0, "held": 0, "right": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([0, 1], [0.1], "one length"),
        ([[0, 1]], [[0.1, 0.2]], "one length"),
        ([0, 2], [0.1, 0.2], "0 or 1"),
        ([0, 1], [0.1, math.nan], "between 0 and 1"),
        ([0, 1], [0.1, 1.5], "between 0 and 1"),
    ],
)
def test_wrong_input(labels: Any, scores: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rule_report(labels, scores, 0.5, 0.9)


def _report(**rules: dict[str, Any]) -> dict[str, Any]:
    counts = {"publish": 8, "review": 1, "reject": 1}
    return {
        "model": "small-1",
        "policy": "default@2",
        "files": [{"file": "a.jsonl", "sha256": "0" * 64, "n": 10}],
        "n": 10,
        "rules": rules,
        "decisions": {"all": counts, "clean": dict.fromkeys(counts, 0)},
        "warnings": ["a.jsonl: these figures are no test"],
        "errors": [],
    }


def test_table() -> None:
    few = {**rule_report(LABELS, SCORES, 0.5, math.inf), "unscored": 4}
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1], 1200)
    scores = np.clip(labels * 0.5 + rng.random(2400) * 0.5, 0, 1)
    many = {**rule_report(labels, scores, 0.5, 0.95), "unscored": 0}
    table = format_table(_report(insult=many, off_topic=few))
    lines = table.splitlines()
    (head,) = [line for line in lines if line.startswith("rule ")]
    (insult,) = [line for line in lines if line.startswith("insult ")]
    off_topic, more = [line for line in lines if line.startswith("off_topic")]
    assert head.index("ECE") + 3 == len(insult)  # figures stand under their heads
    assert "2,400" in insult
    assert "1,200/1,200" in insult
    assert "0.50, 0.95" in insult
    assert "0.50, never" in off_topic
    assert "0.667 2/3" in off_topic  # precision, with what it comes from
    assert off_topic.endswith("*")
    assert f"* fewer than {FEW}" in table
    assert "4 more had nothing to go on" in more
    assert "model small-1, policy default@2" in table
    assert "WARNING: a.jsonl: these figures are no test" in table
    assert "decisions, all (10): 8 publish (80.0%), 1 review (10.0%), 1 reject (10.0%)" in table
    assert "decisions, clean (0): 0 publish, 0 review, 0 reject" in table
    assert max(map(len, lines)) < 140


def test_table_without_figures() -> None:
    table = format_table(_report(hate={**rule_report([], [], 0.5, 0.9), "unscored": 0}))
    (row,) = [line for line in table.splitlines() if line.startswith("hate ")]
    assert row.split()[:6] == ["hate", "0", "0", "-", "-", "-"]


def test_figures_that_bars_speak_of() -> None:
    """Against scikit-learn at every threshold, tied scores among them."""
    random = np.random.default_rng(5)
    truth = random.integers(0, 2, 200)
    scores = np.round(np.clip(0.3 * truth + random.random(200) * 0.7, 0, 1), 2)
    report = rule_report(truth, scores, 0.5, 0.9)
    held = [scores >= threshold for threshold in np.unique(scores)]
    best = max(f1_score(truth, h, average="macro") for h in held)
    assert report["best_macro_f1"] == pytest.approx(best, abs=1e-6)
    for least, recall in report["recall_at_precision"].items():
        precise = [h for h in held if precision_score(truth, h) >= float(least)]
        assert recall == pytest.approx(max(recall_score(truth, h) for h in precise), abs=1e-6)
