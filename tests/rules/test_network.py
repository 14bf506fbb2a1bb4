"""The network against the same sums done one number at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from moderation.rules.abuse import ABUSE_RULES
from moderation.rules.features import feature_names
from moderation.rules.network import EVIDENCE, Network, calibrated, evidence, sigmoid

FEATURES, RULES, UNITS = len(feature_names()), len(ABUSE_RULES), 4
COLUMNS = [[feature_names().index(name) for name in names] for names in EVIDENCE]


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    chance = np.random.default_rng(0)
    return {
        "mean": chance.normal(size=FEATURES),
        "scale": chance.uniform(0.5, 2, FEATURES),
        "hidden": chance.normal(size=(FEATURES, RULES * UNITS)),
        "hidden_bias": chance.normal(size=RULES * UNITS),
        "output": chance.normal(size=(RULES, UNITS)),
        "output_bias": chance.normal(size=RULES),
        "linear": chance.normal(size=(FEATURES, RULES)),
        "linear_bias": chance.normal(size=RULES),
        "slope": chance.uniform(0.5, 2, (RULES, 2)),
        "offset": chance.normal(size=(RULES, 2)),
    }


def slow(a: dict[str, np.ndarray], row: np.ndarray, rule: int) -> float:
    inputs = [
        min(max((float(row[i]) - a["mean"][i]) / a["scale"][i], -6), 6) for i in range(FEATURES)
    ]
    deep = a["output_bias"][rule]
    for unit in range(UNITS):
        column = rule * UNITS + unit
        active = a["hidden_bias"][column]
        for i in range(FEATURES):
            active += inputs[i] * a["hidden"][i, column]
        deep += max(active, 0) * a["output"][rule, unit]
    flat = a["linear_bias"][rule]
    for i in range(FEATURES):
        flat += inputs[i] * a["linear"][i, rule]
    return float((deep + flat) / 2)


def test_logits_and_scores(arrays: dict[str, np.ndarray]) -> None:
    network = Network(arrays)
    dense = np.random.default_rng(1).normal(scale=5, size=(20, FEATURES)).astype(np.float32)
    every = [column for columns in COLUMNS for column in columns]
    dense[:8, every] = -abs(dense[:8, every])  # some comments without any evidence
    logits, scores = network.logits(dense), network.scores(dense)
    assert logits.shape == scores.shape == (20, RULES)
    for i in range(20):
        for rule in range(RULES):
            expected = slow(arrays, dense[i], rule)
            assert logits[i, rule] == pytest.approx(expected, abs=1e-3)
            group = int(any(dense[i, column] > 0 for column in COLUMNS[rule]))
            assert evidence(dense)[i, rule] == group
            logit = expected * arrays["slope"][rule, group] + arrays["offset"][rule, group]
            assert scores[i, rule] == pytest.approx(1 / (1 + math.exp(-logit)), abs=1e-4)


def test_calibration_is_by_rule_and_evidence() -> None:
    slope = np.array([[1.0, 2.0], [3.0, 0.0]])
    offset = np.array([[0.0, -1.0], [0.5, 0.25]])
    seen = np.array([[False, False], [True, True], [True, False]])
    logits = np.array([[1.0, 1.0], [1.0, 1.0], [-2.0, -2.0]])
    wanted = sigmoid(np.array([[1.0, 3.5], [1.0, 0.25], [-5.0, -5.5]]))
    np.testing.assert_allclose(calibrated(logits, seen, slope, offset), wanted)


def test_far_inputs_are_clipped(arrays: dict[str, np.ndarray]) -> None:
    network = Network(arrays)
    far = np.full((1, FEATURES), 1e30, np.float32)
    further = np.full((1, FEATURES), 1e35, np.float32)
    np.testing.assert_array_equal(network.logits(far), network.logits(further))
    assert np.isfinite(network.scores(far)).all()


def test_sigmoid() -> None:
    with np.errstate(all="raise"):
        values = sigmoid(np.array([-1e6, -2.0, 0.0, 2.0, 1e6]))
    assert values[0] == 0.0
    assert values[2] == 0.5
    assert values[4] == 1.0
    assert values[3] == pytest.approx(1 / (1 + math.exp(-2)))
    assert values[1] + values[3] == pytest.approx(1.0)


def test_every_rule_has_evidence() -> None:
    assert len(EVIDENCE) == len(ABUSE_RULES)
    assert all(names and set(names) <= set(feature_names()) for names in EVIDENCE)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("مدیر احمق هم آمد", [True, False, False, False]),
        ("به من گفت «احمق»", [False, False, False, False]),
        ("من احمق نیستم", [False, False, False, False]),
        ("مدیر جواب نداد", [False, False, False, False]),
        ("", [False, False, False, False]),
        ("مدیر رشوه گرفت", [False, True, False, False]),
        ("افغانستانی‌ها آمدند", [False, False, True, False]),
        ("او را کشتند", [False, False, False, True]),
    ],
)
def test_evidence_of_a_comment(lab, text: str, seen: list[bool]) -> None:
    """Abuse that is quoted or denied, and names without more, are none of an insult."""
    assert evidence(lab.features.dense(lab.read(text))).tolist() == [seen]
