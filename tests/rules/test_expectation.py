"""What item a comment leads one to expect: directions, the map, and what is measured."""

from __future__ import annotations

import numpy as np

from moderation.rules.expectation import EXPECTED, Expectation, unit_rows
from moderation.text.lexis import Lexis
from moderation.text.vocabulary import TokenTable

SIZE = 3


def directions(lexis: Lexis, *texts: str):
    batch = TokenTable(lexis.encoders).batch(texts)
    units, keys = batch.column("relevance"), batch.column("relevance_key")
    return Expectation.directions(lexis, units, keys, batch.starts)


def test_unit_rows() -> None:
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]]))
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0.0, 0.0]])


def test_a_comment_without_known_words_points_nowhere(lexis: Lexis) -> None:
    pointing, weights = directions(lexis, "ژژژژژژ", "؟!")
    assert not pointing.any()
    assert not weights.any()


def test_company_changes_no_direction(lexis: Lexis) -> None:
    texts = ["خیابان شهر", "ژژژژژژ", "شهر خیابان خیابان خراب"]
    together, weights = directions(lexis, *texts)
    for index, text in enumerate(texts):
        alone, weight = directions(lexis, text)
        np.testing.assert_array_equal(together[index], alone[0])
        assert weights[index] == weight[0]
    lengths = np.linalg.norm(together, axis=1)
    assert set(np.round(lengths, 6).tolist()) <= {0.0, 1.0}


def test_measures_are_those_of_the_formula(lexis: Lexis) -> None:
    chance = np.random.default_rng(1)
    arrays = {
        "expectation_map": chance.normal(size=(SIZE, SIZE)),
        "expectation_mean": chance.normal(size=SIZE),
    }
    expectation = Expectation(lexis, arrays)
    pointing, items = unit_rows(chance.normal(size=(5, SIZE))), chance.normal(size=(5, SIZE))
    weights = np.array([0.0, 1.0, 8.0, 20.0, 400.0])
    found = expectation.measure(pointing, weights, items)
    assert found.shape == (5, len(EXPECTED))
    for row in range(5):
        expected = pointing[row] @ arrays["expectation_map"]
        given = items[row] - arrays["expectation_mean"]
        product, length = expected @ given, np.linalg.norm(expected)
        known = weights[row] / (weights[row] + 8.0)
        wanted = [product / length / np.linalg.norm(given), product, length]
        np.testing.assert_allclose(found[row], np.array(wanted) * known)
