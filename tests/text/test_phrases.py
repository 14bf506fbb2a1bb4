"""Phrases: several words that are one term."""

from __future__ import annotations

import numpy as np
import pytest

from moderation.text.letters import fold
from moderation.text.ngrams import word_hashes
from moderation.text.phrases import PhraseTable, Words


def words(*comments: str) -> Words:
    """Return the words of comments written with plain spaces."""
    tokens = [word for comment in comments for word in comment.split()]
    owner = [i for i, comment in enumerate(comments) for _ in comment.split()]
    hashes, lengths = word_hashes(tokens)
    return Words(np.arange(len(tokens)), np.array(owner, dtype=np.int64), hashes, lengths)


def marks(table: PhraseTable, *comments: str, smallest: int = 2) -> list[int]:
    given = words(*comments)
    none = np.zeros(len(given.hashes), dtype=np.uint32)
    return table.mark(given, none, smallest=smallest).tolist()


TERMS = PhraseTable.of_terms({"بی شعور": 1, "خاک بر سر": 2, "زن به مزد بی غیرت": 4, "احمق": 8})


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("بی شعور", [1, 1]),
        ("آدم بی شعور بود", [0, 1, 1, 0]),
        ("شعور بی", [0, 0]),
        ("خاک بر سر شما", [2, 2, 2, 0]),
        ("خاک بر", [0, 0]),
        ("زن به مزد بی غیرت", [4, 4, 4, 4, 4]),
        ("بی شعور خاک بر سر", [1, 1, 2, 2, 2]),
        ("احمق", [0]),  # one word is no phrase
        ("", []),
    ],
)
def test_marks(comment: str, expected: list[int]) -> None:
    assert marks(TERMS, comment) == expected


def test_single_words_when_asked() -> None:
    assert marks(TERMS, "این احمق بی شعور", smallest=1) == [0, 8, 1, 1]


def test_parted_otherwise_than_written() -> None:
    """A term is its letters: wherever the writer puts the space, it is found."""
    assert marks(TERMS, "بیش عور") == [1, 1]
    assert marks(TERMS, "خاکبر سر") == [2, 2]
    assert marks(TERMS, "بیشعور", smallest=1) == [1]


def test_comments_are_apart() -> None:
    assert marks(TERMS, "آدم بی", "شعور داشت") == [0, 0, 0, 0]
    assert marks(TERMS, "بی", "شعور") == [0, 0]


def test_earlier_marks_stay() -> None:
    given = words("بی شعور")
    before = np.array([16, 0], dtype=np.uint32)
    assert TERMS.mark(given, before).tolist() == [17, 1]
    assert before.tolist() == [16, 0]


def test_overlapping_terms_add_up() -> None:
    table = PhraseTable.of_terms({"خاک بر": 1, "بر سر": 2, "خاک بر سر": 4})
    assert marks(table, "خاک بر سر") == [5, 7, 6]


def test_guards() -> None:
    hashes, _ = word_hashes(["کسکش"])
    table = PhraseTable(hashes, np.array([1], np.uint32), {"کس": ("هر", "هیچ")})
    assert marks(table, "کس کش") == [1, 1]
    assert marks(table, "هر کس کش") == [0, 0, 0]
    assert marks(table, "هیچ کس کش") == [0, 0, 0]
    assert marks(table, "این کس کش") == [0, 1, 1]
    # The guard must stand in the same comment, directly before.
    assert marks(table, "هر", "کس کش") == [0, 1, 1]
    assert marks(table, "هر دو کس کش") == [0, 0, 1, 1]


def test_written_forms_meet() -> None:
    table = PhraseTable.of_terms({"بي‌شعور": 1, "علي اكبر": 2})
    assert marks(table, "بی شعور") == [1, 1]
    assert marks(table, "علی اکبر") == [2, 2]
    assert len(table) == 2


def test_no_terms() -> None:
    table = PhraseTable.of_terms({})
    assert marks(table, "بی شعور", smallest=1) == [0, 0]
    assert len(PhraseTable.of_terms({"": 1, " ": 2, "\u200c": 4})) == 0


def test_against_a_loop() -> None:
    """Every run of two to five words, looked up one by one."""
    chance = np.random.default_rng(3)
    letters = ["ا", "ب", "اب", "با"]
    drawn = ["".join(chance.choice(letters, 3)) for _ in range(30)]
    # A letter three times in a row would be squeezed, in terms alone.
    masks = {term: 1 << i for i, term in enumerate(drawn) if fold(term) == term}
    table = PhraseTable.of_terms(masks)
    comments = [" ".join(chance.choice(letters, chance.integers(1, 9))) for _ in range(200)]
    expected = []
    for comment in comments:
        parts = comment.split()
        found = [0] * len(parts)
        for size in range(2, 6):
            for first in range(len(parts) - size + 1):
                mask = masks.get("".join(parts[first : first + size]), 0)
                for place in range(first, first + size):
                    found[place] |= mask
        expected += found
    assert marks(table, *comments) == expected
