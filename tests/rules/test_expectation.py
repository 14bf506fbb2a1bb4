"""What item a comment leads one to expect: directions, the map, and what is measured."""

from __future__ import annotations

import numpy as np

from moderation.rules.expectation import DIMENSIONS, EXPECTED, Expectation, unit_rows
from moderation.text.lexis import Lexis
from moderation.text.vocabulary import TokenTable


def columns(lexis: Lexis, *texts: str):
    batch = TokenTable(lexis.encoders).batch(texts)
    return batch.column("relevance"), batch.column("relevance_key"), batch.starts


def learnt(lexis: Lexis, seed: int = 1):
    chance = np.random.default_rng(seed)
    vectors, _ = lexis.heads(DIMENSIONS)
    rows, size = vectors.shape
    words = chance.integers(-127, 127, (rows, size)).astype(np.int8)
    words[-1] = 0
    return {
        "expectation_map": chance.normal(size=(size, size)),
        "expectation_mean": chance.normal(size=size),
        "expectation_words": words,
        "expectation_unit": np.array([0.01]),
    }


def test_unit_rows() -> None:
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]]))
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0.0, 0.0]])


TEXTS = ["خیابان شهر", "ژژژژژژ", "شهر خیابان خیابان خراب"]


def test_a_comment_without_known_words_leads_to_nothing(lexis: Lexis) -> None:
    expectation = Expectation(lexis, learnt(lexis))
    items = np.ones((2, expectation.dimensions))
    assert not expectation.measure(*columns(lexis, "ژژژژژژ", "؟!"), items).any()


def test_company_changes_no_measure(lexis: Lexis) -> None:
    expectation = Expectation(lexis, learnt(lexis))
    items = np.random.default_rng(2).normal(size=(3, expectation.dimensions))
    together = expectation.measure(*columns(lexis, *TEXTS), items)
    for index, text in enumerate(TEXTS):
        alone = expectation.measure(*columns(lexis, text), items[index : index + 1])
        np.testing.assert_allclose(together[index], alone[0], rtol=1e-6, atol=1e-12)


def test_measures_are_those_of_the_formula(lexis: Lexis) -> None:
    arrays = learnt(lexis)
    expectation = Expectation(lexis, arrays)
    items = np.random.default_rng(2).normal(size=(3, expectation.dimensions))
    units, keys, starts = columns(lexis, *TEXTS)
    found = expectation.measure(units, keys, starts, items)
    assert found.shape == (3, len(EXPECTED))
    vectors, _ = lexis.heads(DIMENSIONS)
    rows, weight = Expectation.word_weights(lexis, units, keys)
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(units)])):
        total, own = np.zeros(vectors.shape[1]), np.zeros(vectors.shape[1])
        for row, w in zip(rows[start:end], weight[start:end]):
            total += w * vectors[row]
            own += w * arrays["expectation_words"][row] * 0.01
        length = max(np.linalg.norm(total), 1e-6)
        plain = total / length @ arrays["expectation_map"]
        given = items[number] - arrays["expectation_mean"]
        known = weight[start:end].sum() / (weight[start:end].sum() + 8.0)
        wanted: list[float] = []
        for expected in (plain, plain + own / length):
            size = np.linalg.norm(expected)
            cosine = expected @ given / max(size, 1e-6) / np.linalg.norm(given)
            wanted += [cosine, expected @ given, size]
        np.testing.assert_allclose(found[number], np.array(wanted) * known, rtol=1e-4, atol=1e-6)
