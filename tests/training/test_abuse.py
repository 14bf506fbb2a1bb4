"""Training of the abuse rules, on a part of the project's own examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from moderation.policy import Policy
from moderation.rules.features import feature_names
from moderation.rules.letters import HEADS
from moderation.rules.meaning import DIMENSIONS, MEANING_HEADS
from moderation.rules.syntax import SYNTAX_HEADS
from moderation.text.known import KnownWords
from moderation.text.lexis import Lexis
from moderation.training import abuse
from moderation.training.abuse import AbuseTraining, fold_numbers, train_abuse
from moderation.training.abuse_report import abuse_report
from moderation.training.corpora import RULES, Example, group_key, own_examples


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    own = own_examples()
    # Some from a second source that only says what is offensive, as the public sets do.
    public = [
        replace(e, source="parsoff", weight=0.5, labels={"offensive": e.labels["offensive"]})
        for e in own[1::19]
    ]
    return own[::9] + public


Train = Callable[..., AbuseTraining]


@pytest.fixture(scope="module")
def train(
    known_words: Callable[..., KnownWords], lexis: Lexis, names: dict[str, np.ndarray[Any, Any]]
) -> Train:
    """Train with small tables: ``train(examples, bits, seed)``."""

    def trained(examples: Sequence[Example], bits: int, seed: int) -> AbuseTraining:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(abuse, "BITS", bits)
            patch.setattr(abuse, "SYNTAX_BITS", bits)
            return train_abuse(
                examples, known_words(), lexis, names, seed=seed, say=lambda step: None
            )

    return trained


@pytest.fixture(scope="module")
def training(examples: list[Example], train: Train) -> AbuseTraining:
    return train(examples, bits=15, seed=3)


def test_arrays_have_the_shapes_that_scoring_reads(training: AbuseTraining) -> None:
    weights, network = training.groups["abuse"], training.groups["network"]
    assert weights["codes"].shape == (1 << 15, len(HEADS))
    assert weights["codes"].dtype == np.int8
    assert network["mean"].shape == (len(feature_names()),)
    assert network["linear"].shape == (len(feature_names()), len(RULES))
    assert network["output"].shape[0] == len(RULES)
    syntax, meaning = training.groups["syntax"], training.groups["meaning"]
    assert syntax["codes"].shape == (1 << 15, len(SYNTAX_HEADS))
    assert meaning["mean"].shape == meaning["scale"].shape == (3 * DIMENSIONS,)
    assert meaning["output"].shape[0] == len(MEANING_HEADS)
    for arrays in (network, meaning, syntax):
        assert all(np.isfinite(array).all() for array in arrays.values())


def test_the_unseen_model_is_one_of_the_same_shape(
    training: AbuseTraining, examples: list[Example]
) -> None:
    assert set(training.unseen_groups) == set(training.groups)
    for group, arrays in training.groups.items():
        others = training.unseen_groups[group]
        assert {n: a.shape for n, a in others.items()} == {n: a.shape for n, a in arrays.items()}
    # It has not seen the first fold, and is another model for it.
    folds = fold_numbers(examples, seed=3)
    assert list(training.unseen) == [e for e, fold in zip(examples, folds) if fold == 0]
    codes = (training.groups["abuse"]["codes"], training.unseen_groups["abuse"]["codes"])
    assert (codes[0] != codes[1]).any()


def test_out_of_fold_scores_know_something(training: AbuseTraining) -> None:
    out = training.out_of_fold
    assert out.scores.shape == (len(out.examples), len(RULES))
    assert ((out.scores >= 0) & (out.scores <= 1)).all()
    for position, rule in enumerate(RULES):
        labels = np.array([e.labels.get(rule, -1) for e in out.examples])
        rows = labels >= 0
        assert roc_auc_score(labels[rows], out.scores[rows, position]) > 0.6, rule


def test_out_of_fold_scores_are_calibrated_as_a_whole(training: AbuseTraining) -> None:
    out = training.out_of_fold
    by_policy = np.array([e.source == "examples" for e in out.examples])
    for position, rule in enumerate(RULES):
        rate = np.mean([e.labels[rule] for e in out.examples if e.source == "examples"])
        assert abs(out.scores[by_policy, position].mean() - rate) < 0.02, rule


def test_near_duplicates_share_a_fold() -> None:
    texts = ["خیلی بد بود", "خیلی بد بود!!", "بد بود خیلی", "بد بوووود خیلی", "خیلی خوب بود"]
    assert len({group_key(text) for text in texts[:4]}) == 1
    folds = fold_numbers([Example(text, "examples", 1.0) for text in texts], seed=0)
    assert len(set(folds[:4])) == 1


def test_the_same_seed_gives_the_same_model(examples: list[Example], train: Train) -> None:
    few = examples[::3]
    first, second = (train(few, bits=12, seed=1) for _ in range(2))
    for group, arrays in first.groups.items():
        for name, array in arrays.items():
            assert np.array_equal(array, second.groups[group][name]), (group, name)


def test_report_is_by_rule_and_source(training: AbuseTraining) -> None:
    report = abuse_report(training.out_of_fold, Policy.default())
    assert set(report) == {*RULES, "offensive"}
    assert set(report["insult"]) == {"examples"}
    assert set(report["offensive"]) == {"parsoff"}
    n = sum(e.source == "examples" for e in training.out_of_fold.examples)
    assert report["insult"]["examples"]["n"] == n


def test_missing_corpora_are_named(tmp_path: Path) -> None:
    from moderation.training.sources import TrainingError
    from moderation.training.train import main_train

    with pytest.raises(TrainingError, match=str(tmp_path)):
        main_train(tmp_path, tmp_path / "model", say=lambda step: None)
    assert not (tmp_path / "model").exists()
