"""What a comment means: pooled word vectors and the networks on them, against plain loops."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from moderation.rules.meaning import DIMENSIONS, MEANING_HEADS, Meaning, pool
from moderation.text.lexis import Lexis
from moderation.text.vocabulary import Batch, TokenTable

NOTHING = np.zeros(0, np.int64)
# The lab's vocabulary has «شهردار», «مردم» and «کبریت», but no «غول».
COMMENTS = [
    "شهردار مردم مردم کبریت",
    "غول",
    "",
    "!",
    "کبریت غول",
    "\ud800 🙂 123 hello",
    "مردم " * 500,
]


def read(lexis: Lexis, *texts: str) -> Batch:
    return TokenTable({"relevance": lexis.encode_units}).batch(texts)


def known_units(lexis: Lexis, batch: Batch, index: int, silent: Sequence[int] = ()) -> list[int]:
    """Return the units of a comment's words, -1 for each without a vector or to be silent."""
    here = batch.slice(index)
    units = batch.column("relevance").tolist()
    return [-1 if i in silent else units[i] for i in range(here.start, here.stop)]


def pooled_by_hand(lexis: Lexis, units: list[int]) -> np.ndarray:
    vectors, weights = [], []
    for unit in units:
        raw = lexis._vectors[unit][:DIMENSIONS].astype(float) if unit >= 0 else np.zeros(DIMENSIONS)
        vectors.append(raw / (np.linalg.norm(raw) or 1.0))
        weights.append(float(lexis.idf[unit]) if unit >= 0 else 0.0)
    total = sum(weights)
    mean = sum(w * v for w, v in zip(weights, vectors)) / (total or 1.0)
    return np.concatenate([mean, np.max(vectors, axis=0), np.min(vectors, axis=0)])


def test_pooled_vectors_against_a_loop(lexis: Lexis) -> None:
    batch = read(lexis, *COMMENTS)
    pooled = pool(lexis, batch, NOTHING)
    assert pooled.shape == (len(COMMENTS), 3 * DIMENSIONS)
    assert pooled.dtype == np.float32
    for index in range(len(COMMENTS)):
        expected = pooled_by_hand(lexis, known_units(lexis, batch, index))
        np.testing.assert_allclose(pooled[index], expected, atol=1e-5)


def test_words_without_a_vector_say_nothing(lexis: Lexis) -> None:
    pooled = pool(lexis, read(lexis, "غول", "", "!؟", "غول 🙂 غول"), NOTHING)
    assert (pooled == 0).all()
    mean = slice(0, DIMENSIONS)
    alone, with_others = pool(lexis, read(lexis, "کبریت", "غول کبریت غول"), NOTHING)
    np.testing.assert_allclose(alone[mean], with_others[mean], atol=1e-6)
    # The largest and the least are over the others' zeros, too.
    assert (alone[DIMENSIONS:] != with_others[DIMENSIONS:]).any()


def test_rare_words_weigh_more(lexis: Lexis) -> None:
    """«کبریت» has four times the weight of «شهردار»: the mean lies nearer to it."""
    first, rare, both = pool(lexis, read(lexis, "شهردار", "کبریت", "شهردار کبریت"), NOTHING)
    expected = (first + 4 * rare)[:DIMENSIONS] / 5
    np.testing.assert_allclose(both[:DIMENSIONS], expected, atol=2e-3)


def test_a_silent_word_is_as_one_without_a_vector(lexis: Lexis) -> None:
    said, unsaid = read(lexis, "شهردار کبریت"), read(lexis, "شهردار غول")
    silent = np.array([1])
    np.testing.assert_array_equal(pool(lexis, said, silent), pool(lexis, unsaid, NOTHING))
    expected = pooled_by_hand(lexis, known_units(lexis, said, 0, silent=[1]))
    np.testing.assert_allclose(pool(lexis, said, silent)[0], expected, atol=1e-5)
    assert (pool(lexis, said, NOTHING) != pool(lexis, said, silent)).any()


def test_pooling_leaves_the_table_as_it_is(lexis: Lexis) -> None:
    batch = read(lexis, *COMMENTS)
    before = batch.column("relevance").copy()
    pool(lexis, batch, np.arange(3))
    np.testing.assert_array_equal(batch.column("relevance"), before)


def test_inflected_words_have_the_vector_of_their_stem(lexis: Lexis) -> None:
    pooled = pool(lexis, read(lexis, "خیابان", "خیابان‌ها", "خيابان"), NOTHING)
    assert (pooled == pooled[0]).all()
    assert pooled.any()


def test_heads_of_vectors_have_length_one_and_are_kept(lexis: Lexis) -> None:
    for dimensions in (2, DIMENSIONS):
        heads, idf = lexis.heads(dimensions)
        assert heads.shape == (len(lexis.idf) + 1, dimensions)
        np.testing.assert_allclose(np.linalg.norm(heads[:-1], axis=1), 1.0, rtol=1e-5)
        np.testing.assert_array_equal(idf[:-1], lexis.idf)
        assert not heads[-1].any()
        assert not idf[-1]
        assert lexis.heads(dimensions)[0] is heads


@pytest.fixture
def meaning(lab, lexis: Lexis) -> Callable[[dict[str, np.ndarray]], Meaning]:
    """The lab's networks, with some arrays changed."""

    def make(changed: dict[str, np.ndarray]) -> Meaning:
        return Meaning(lexis, {**lab.features.meaning._arrays, **changed})

    return make


def test_scores_against_a_loop(meaning, lexis: Lexis) -> None:
    batch = read(lexis, *COMMENTS)
    # Scales this small push many inputs to the limit.
    network = meaning({"scale": np.full(3 * DIMENSIONS, 0.02)})
    a = network._arrays
    scores = network.measure(batch, NOTHING)
    assert scores.shape == (len(COMMENTS), len(MEANING_HEADS))
    n_units = a["output"].shape[1]
    clipped = 0
    for index in range(len(COMMENTS)):
        pooled = pooled_by_hand(lexis, known_units(lexis, batch, index))
        inputs = (pooled - a["mean"]) / a["scale"]
        clipped += int((np.abs(inputs) > 6).sum())
        inputs = np.clip(inputs, -6, 6)
        for head in range(len(MEANING_HEADS)):
            total = float(a["output_bias"][head])
            for unit in range(n_units):
                column = head * n_units + unit
                held = inputs @ a["hidden"][:, column] + a["hidden_bias"][column]
                total += max(held, 0.0) * a["output"][head, unit]
            assert scores[index, head] == pytest.approx(total, rel=1e-3, abs=2e-3)
    assert clipped > 0


def test_heads_do_not_mix(meaning, lexis: Lexis) -> None:
    batch = read(lexis, *COMMENTS)
    plain = meaning({})
    output = plain._arrays["output"].copy()
    output[2] = 0
    changed = meaning({"output": output}).measure(batch, NOTHING)
    before = plain.measure(batch, NOTHING)
    others = [0, 1, 3, 4]
    np.testing.assert_array_equal(changed[:, others], before[:, others])
    assert (changed[:, 2] == plain._arrays["output_bias"][2]).all()


def test_company_changes_no_score(meaning, lexis: Lexis) -> None:
    network = meaning({})
    together = network.measure(read(lexis, *COMMENTS), NOTHING)
    alone = [network.measure(read(lexis, text), NOTHING)[0] for text in COMMENTS]
    assert np.isfinite(together).all()
    np.testing.assert_allclose(together, alone, atol=2e-6)


def test_a_neighbour_of_a_word_scores_as_the_word(meaning, lexis_of) -> None:
    """That is what the view is for: a word no comment had is judged by its neighbours."""
    lexis = lexis_of(["دیدهشده", "ناشناخته", "دوردست"])
    near, far = (lexis._vectors[i].copy() for i in (0, 2))
    lexis._vectors[1] = near
    lexis.idf[:] = 1.0
    network = Meaning(lexis, meaning({})._arrays)
    scores = network.measure(read(lexis, "دیدهشده", "ناشناخته", "دوردست"), NOTHING)
    assert (near != far).any()
    np.testing.assert_allclose(scores[0], scores[1], atol=1e-6)
    assert np.abs(scores[0] - scores[2]).max() > 1e-2
