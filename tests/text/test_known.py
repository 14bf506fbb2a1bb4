"""The table of known words: found one by one as in bulk."""

from __future__ import annotations

import numpy as np

from moderation.text.known import KnownWords

WORDS = ["سلام", "شهرداری", "خوب", "ا", "واژه‌ای" * 20]


def table() -> KnownWords:
    hashes = KnownWords.hash(WORDS)
    order = np.argsort(hashes)
    return KnownWords(hashes[order], np.arange(1, len(WORDS) + 1, dtype=np.uint8)[order])


def test_membership() -> None:
    known = table()
    assert len(known) == len(WORDS)
    assert all(word in known for word in WORDS)
    assert not any(word in known for word in ("سلامت", "بد", "x", "\ud800", "z" * 100))


def test_buckets() -> None:
    known = table()
    asked = [*WORDS, "سلامت", "بد"]
    assert known.bucket(KnownWords.hash(asked)).tolist() == [1, 2, 3, 4, 5, 0, 0]
    assert [word in known for word in asked] == [True] * 5 + [False] * 2


def test_no_words() -> None:
    empty = KnownWords(np.zeros(0, np.uint64), np.zeros(0, np.uint8))
    assert "سلام" not in empty
    assert empty.bucket(KnownWords.hash(["سلام"])).tolist() == [0]


def test_arrays_and_back() -> None:
    known = table()
    again = KnownWords.from_arrays(known.arrays)
    np.testing.assert_array_equal(again.hashes, known.hashes)
    np.testing.assert_array_equal(again.buckets, known.buckets)


def test_the_shipped_table(model) -> None:
    known = KnownWords.from_arrays(model.groups["known"])
    assert len(known) > 10_000
    assert np.all(known.hashes[1:] > known.hashes[:-1])
    assert known.buckets.min() >= 1
    assert all(word in known for word in ("خوب", "مردم", "شهرداری", "نیست"))
    assert "خقثصض" not in known
