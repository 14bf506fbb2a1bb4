"""Small networks: what is stored scores as scikit-learn's own do, for the policy's own source."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from moderation.training.networks import (
    Layers,
    constants,
    fit_networks,
    side_by_side,
    standardisation,
)

N, INPUTS = 240, 5
OPTIONS = {"units": 4, "passes": 5, "strength": 0.1, "rate": 1e-2}


def examples(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return inputs, sources, and labels that follow the first input."""
    chance = np.random.default_rng(seed)
    inputs = chance.normal(size=(N, INPUTS)).astype(np.float32)
    return inputs, chance.integers(0, 3, N), (inputs[:, 0] > 0).astype(np.int64)


def fit(inputs: np.ndarray, sources: np.ndarray, labels: np.ndarray, **options: object) -> Layers:
    weights = options.pop("weights", np.ones(len(labels)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early on purpose
        given = {**OPTIONS, "seeds": (0,), **options}
        return fit_networks(inputs, constants(sources), labels, weights, **given)


def logits(layers: Layers, inputs: np.ndarray) -> np.ndarray:
    held = np.maximum(inputs @ layers.hidden + layers.hidden_bias, 0)
    return held @ layers.output + layers.output_bias


class TestStandardisation:
    def test_columns_are_centred_and_scaled(self) -> None:
        inputs = np.random.default_rng(0).normal(3, [1, 10, 0.5], size=(500, 3))
        mean, scale = standardisation(inputs)
        scaled = (inputs - mean) / scale
        np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-9)
        np.testing.assert_allclose(scaled.std(axis=0), 1, atol=5e-3)

    def test_a_constant_column_divides_nothing_by_zero(self) -> None:
        inputs = np.full((10, 2), 7.0, dtype=np.float32)
        mean, scale = standardisation(inputs)
        assert (scale > 0).all()
        assert ((inputs - mean) / scale == 0).all()

    def test_one_row(self) -> None:
        mean, scale = standardisation(np.array([[1.0, -2.0]]))
        assert mean.tolist() == [1.0, -2.0]
        assert (scale > 0).all()


def test_constants_mark_each_comment_with_its_source() -> None:
    marks = constants(np.array([0, 2, 1, 0, 2]))
    assert marks.dtype == np.float32
    assert marks.tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 0, 1]]


def test_layers_score_as_the_networks_do_for_the_first_source() -> None:
    """Averaged over seeds, with the constant of source 0, which scoring uses alone."""
    inputs, sources, labels = examples()
    seeds = (3, 4, 5)
    layers = fit(inputs, sources, labels, seeds=seeds)
    own = np.hstack([inputs, constants(np.zeros_like(sources))])
    own = np.hstack([own, np.zeros((N, 2), np.float32)])  # the columns of the other two
    expected = np.zeros(N)
    for seed in seeds:
        network = MLPClassifier(
            (OPTIONS["units"],), alpha=OPTIONS["strength"], learning_rate_init=OPTIONS["rate"],
            batch_size=N, max_iter=OPTIONS["passes"], random_state=seed,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            both = np.hstack([inputs, constants(sources)])
            network.fit(both, labels, sample_weight=np.ones(N))
        chance = np.clip(network.predict_proba(own)[:, 1], 1e-7, 1 - 1e-7)
        expected += np.log(chance / (1 - chance)) / len(seeds)
    np.testing.assert_allclose(logits(layers, inputs), expected, atol=1e-3)


def test_shapes() -> None:
    inputs, sources, labels = examples()
    layers = fit(inputs, sources, labels, seeds=range(3))
    assert layers.hidden.shape == (INPUTS, 12)
    assert layers.hidden_bias.shape == layers.output.shape == (12,)
    assert isinstance(layers.output_bias, float)


def test_something_is_learnt() -> None:
    inputs, sources, labels = examples()
    layers = fit(inputs, sources, labels, passes=100)
    others, _, wanted = examples(seed=1)
    assert ((logits(layers, others) > 0) == wanted).mean() > 0.9


def test_a_source_keeps_its_rate_to_itself() -> None:
    """All of source 1 is called offensive whatever it says: its constant takes that up."""
    inputs, _, labels = examples()
    sources = np.arange(N) % 2
    labels = np.where(sources == 1, 1, labels)
    kept = fit(inputs, sources, labels, passes=60)
    mixed = fit(inputs, np.zeros_like(sources), labels, passes=60)
    own = sources == 0
    rate = labels[own].mean()

    def chance(layers: Layers) -> float:
        return float((1 / (1 + np.exp(-logits(layers, inputs[own])))).mean())

    assert abs(chance(kept) - rate) < 0.1
    assert chance(mixed) - rate > 0.15


def test_weights_count() -> None:
    inputs, sources, labels = examples()
    # The second half says the contrary of the first, and counts for next to nothing.
    labels[N // 2 :] = 1 - labels[N // 2 :]
    weights = np.where(np.arange(N) < N // 2, 1.0, 1e-3)
    layers = fit(inputs, sources, labels, weights=weights, passes=60)
    others, _, wanted = examples(seed=1)
    assert ((logits(layers, others) > 0) == wanted).mean() > 0.85


def test_fewer_comments_than_a_batch() -> None:
    inputs, sources, labels = (array[:10] for array in examples())
    labels[:2] = 0, 1
    assert np.isfinite(logits(fit(inputs, sources, labels), inputs)).all()


def test_the_same_seed_gives_the_same_network() -> None:
    first, second = (fit(*examples(), seeds=(7, 8)) for _ in range(2))
    other = fit(*examples(), seeds=(8, 9))
    np.testing.assert_array_equal(first.hidden, second.hidden)
    assert first.output_bias == second.output_bias
    assert (first.hidden != other.hidden).any()


@pytest.mark.parametrize("n_outputs", [1, 4])
def test_side_by_side_each_output_has_its_own_units(n_outputs: int) -> None:
    chance = np.random.default_rng(2)
    layers = [
        Layers(
            chance.normal(size=(INPUTS, 3)), chance.normal(size=3), chance.normal(size=3),
            float(chance.normal()),
        )
        for _ in range(n_outputs)
    ]  # fmt: skip
    arrays = side_by_side(layers)
    assert arrays["hidden"].shape == (INPUTS, 3 * n_outputs)
    assert arrays["output"].shape == (n_outputs, 3)
    assert arrays["output_bias"].shape == (n_outputs,)
    inputs = chance.normal(size=(20, INPUTS))
    # As Network and Meaning read them.
    held = np.maximum(inputs @ arrays["hidden"] + arrays["hidden_bias"], 0)
    held = held.reshape(20, n_outputs, -1)
    together = np.einsum("nhu,hu->nh", held, arrays["output"]) + arrays["output_bias"]
    for position, one in enumerate(layers):
        np.testing.assert_allclose(together[:, position], logits(one, inputs))
