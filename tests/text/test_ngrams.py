"""Hashes against the same thing computed slowly, letter by letter."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.text.ngrams import (
    BASE,
    char_ngrams,
    finalise,
    join_hashes,
    one_hash,
    power,
    word_hashes,
)

MASK = 2**64 - 1
words = st.lists(st.text(min_size=1, max_size=70), max_size=12)


def slow_hash(text: str) -> int:
    value = 0
    for character in text:
        value = (value * int(BASE) + ord(character)) & MASK
    return value


def slow_finalise(value: int, salt: int) -> int:
    value = (value + salt) * int(BASE) & MASK
    value ^= value >> 30
    value = value * 0xBF58476D1CE4E5B9 & MASK
    return value ^ value >> 27


def slow_ngrams(tokens: list[str], orders: tuple[int, ...]) -> Counter[tuple[int, int]]:
    grams: Counter[tuple[int, int]] = Counter()
    for owner, token in enumerate(tokens):
        padded = f" {token[:64]} "
        for order in orders:
            for start in range(len(padded) - order + 1):
                hashed = slow_finalise(slow_hash(padded[start : start + order]), order)
                grams[owner, hashed] += 1
    return grams


@settings(deadline=None, max_examples=100)
@given(words)
def test_word_hashes(tokens: list[str]) -> None:
    hashes, lengths = word_hashes(tokens)
    assert hashes.tolist() == [slow_hash(token[:64]) for token in tokens]
    assert lengths.tolist() == [min(len(token), 64) for token in tokens]


@settings(deadline=None, max_examples=100)
@given(words.filter(bool), st.integers(0, 2**40))
def test_one_hash(tokens: list[str], salt: int) -> None:
    together = finalise(word_hashes(tokens)[0], salt)
    assert [one_hash(token, salt) for token in tokens] == together.tolist()


@settings(deadline=None, max_examples=100)
@given(words, st.sampled_from([(2,), (3, 4, 5), (2, 3, 4, 5), (40,)]))
def test_char_ngrams(tokens: list[str], orders: tuple[int, ...]) -> None:
    owner, hashes = char_ngrams(tokens, orders)
    fast = Counter(zip(owner.tolist(), hashes.tolist()))
    assert fast == slow_ngrams(tokens, orders)


def test_ngrams_do_not_cross_words() -> None:
    together = char_ngrams(["بی", "شعور"], (2, 3))
    apart = [char_ngrams([word], (2, 3))[1] for word in ("بی", "شعور")]
    assert Counter(together[1].tolist()) == Counter(np.concatenate(apart).tolist())


def test_surrogates() -> None:
    assert word_hashes(["\ud800"])[0].tolist() == [0xD800]
    assert len(char_ngrams(["\udfff\ud800"], (2,))[0]) == 3


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_join(first: str, second: str) -> None:
    (left,), _ = word_hashes([first])
    right, lengths = word_hashes([second])
    joined = join_hashes(np.array([left]), right, lengths)
    assert joined.tolist() == word_hashes([first + second])[0].tolist()


def test_power() -> None:
    expected = [pow(int(BASE), n, 2**64) for n in range(65)]
    assert power(np.arange(65)).tolist() == expected
    assert power(np.array([1000])).tolist() == expected[-1:]  # longer words are cut at 64


def test_families_are_apart() -> None:
    hashes, _ = word_hashes(["سلام"])
    assert finalise(hashes, 1) != finalise(hashes, 2)


def test_nothing() -> None:
    assert all(len(array) == 0 for array in (*word_hashes([]), *char_ngrams([], (2,))))
    assert all(len(array) == 0 for array in char_ngrams(["آب"], (50,)))
    assert all(len(array) == 0 for array in char_ngrams(["آب"], ()))
