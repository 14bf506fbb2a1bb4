"""The token table: whatever it keeps or forgets, the answers stay."""

from __future__ import annotations

import pickle
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from moderation.text.tokens import Kind
from moderation.text.vocabulary import Analysis, TokenTable, analyse


def lengths(found: Sequence[Analysis]) -> np.ndarray:
    return np.array([len(a.folded) for a in found], dtype=np.int64)


def points(found: Sequence[Analysis]) -> np.ndarray:
    rows = [[sum(map(ord, a.surface)), len(a.surface), a.kind] for a in found]
    return np.array(rows, dtype=np.float64)


ENCODERS = {"length": lengths, "points": points}


def texts(seed: int, count: int = 300) -> list[str]:
    chance = random.Random(seed)
    letters = "ابپتثجچ" + "xyz" + "🙂؟"
    return [
        " ".join("".join(chance.choices(letters, k=3)) for _ in range(chance.randint(0, 9)))
        for _ in range(count)
    ]


def test_sums_are_those_of_a_loop() -> None:
    table = TokenTable(ENCODERS)
    comments = texts(1)
    batch = table.batch(comments)
    sums = batch.sum(batch.column("points"))
    flags = batch.any(batch.column("length").astype(np.uint32))
    for index in range(len(comments)):
        own = [analyse(token) for token in batch.tokens[batch.slice(index)]]
        assert sums[index].tolist() == points(own).sum(axis=0).tolist()
        assert flags[index] == np.bitwise_or.reduce(lengths(own))
    assert batch.owner.tolist() == [i for i, n in enumerate(batch.lengths) for _ in range(n)]
    assert len(batch) == len(comments)


@pytest.mark.parametrize("capacity", [0, 1, 10, 500])
def test_forgetting_changes_no_answer(capacity: int) -> None:
    small, large = TokenTable(ENCODERS, capacity=capacity), TokenTable(ENCODERS)
    for seed in range(12):
        comments = texts(seed, 60)
        one, other = small.batch(comments), large.batch(comments)
        for name in ENCODERS:
            np.testing.assert_array_equal(one.column(name), other.column(name))


def test_table_is_bounded() -> None:
    table = TokenTable(ENCODERS, capacity=100)
    for seed in range(30):
        table.batch(texts(seed, 20))
        assert len(table) <= 100 + 20 * 27  # what one batch adds before the table starts anew


def test_an_earlier_batch_survives_the_forgetting() -> None:
    table = TokenTable(ENCODERS, capacity=5)
    batch = table.batch(["یک دو سه چهار پنج شش هفت"])
    before = batch.column("points").copy()
    for seed in range(5):
        table.batch(texts(seed, 50))
    np.testing.assert_array_equal(batch.column("points"), before)


def test_an_earlier_batch_survives_growth() -> None:
    table = TokenTable(ENCODERS)
    batch = table.batch(["یک دو سه"])
    before = batch.column("points").copy()
    table.batch([" ".join(f"و{number}" for number in range(5000))])
    np.testing.assert_array_equal(batch.column("points"), before)


def test_threads() -> None:
    table, alone = TokenTable(ENCODERS, capacity=50), TokenTable(ENCODERS)

    def work(seed: int) -> np.ndarray:
        batch = table.batch(texts(seed, 40))
        return batch.sum(batch.column("points"))

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(60)))
    for seed, result in enumerate(results):
        batch = alone.batch(texts(seed, 40))
        np.testing.assert_array_equal(result, batch.sum(batch.column("points")))


def test_nothing_to_read() -> None:
    table = TokenTable(ENCODERS)
    empty = table.batch([])
    assert len(empty) == 0
    batch = table.batch(["", "  ", "آب"])
    assert batch.tokens == ["", "", "آب"]
    assert batch.lengths.tolist() == [1, 1, 1]
    assert batch.sum(batch.column("points")).shape == (3, 3)
    assert empty.sum(np.zeros((0, 2))).shape == (0, 2)
    assert empty.any(np.zeros(0, np.uint32)).shape == (0,)


def test_tokens_keep_their_order() -> None:
    table = TokenTable(ENCODERS)
    table.batch(["دو یک دو", "سه یک"])
    assert table.tokens() == ["دو", "یک", "سه"]
    assert len(table) == 3


def test_endless_word() -> None:
    found = analyse("ا" * 1_000_000)
    assert found.folded == "ا"
    assert found.kind == Kind.PERSIAN
    assert len(analyse("بپ" * 500_000).folded) <= 64
    assert analyse("").kind == Kind.NOTHING


def test_a_table_reaches_another_process_empty_and_usable() -> None:
    table = TokenTable({"length": lengths})
    table.batch(["یک دو"])
    other = pickle.loads(pickle.dumps(table))
    assert len(other) == 0
    assert other.batch(["یک"]).column("length").tolist() == [2]
