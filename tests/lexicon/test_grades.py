"""Grades of single words and endings of words: the tables as data, and how they are read."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files

import pytest

from moderation.lexicon import store
from moderation.lexicon.grades import GRADES, Grades
from moderation.lexicon.store import Lexicon
from moderation.text.letters import fold


def rows(name: str) -> list[list[str]]:
    lines = files("moderation.lexicon").joinpath(name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


ROWS = rows("grades.tsv")
WORDS = [row[0] for row in ROWS]


@pytest.fixture(scope="module")
def grades() -> Grades:
    return Grades.load()


def test_rows_are_words_and_grades() -> None:
    assert len(ROWS) > 8000
    for row in ROWS:
        assert len(row) == 2, row
        names = row[1].split(" ")
        assert names, row
        # Bits are added up: a grade said twice would be another grade.
        assert len(set(names)) == len(names), row
        assert set(names) <= set(GRADES), row


def test_words_are_as_comments_have_them() -> None:
    """Looked up in folded form: a word that is not would never be found."""
    assert [word for word in WORDS if fold(word) != word or not word.isalpha()] == []
    assert [word for word in WORDS if len(word) < 2] == []


def test_words_are_in_order_each_once() -> None:
    assert [word for word, number in Counter(WORDS).items() if number > 1] == []
    assert sorted(WORDS) == WORDS


def test_every_grade_is_given_and_described() -> None:
    given = Counter(name for row in ROWS for name in row[1].split())
    assert set(given) == set(GRADES)
    assert min(given.values()) >= 100  # of fewer words a weight could not be learnt
    lines = files("moderation.lexicon").joinpath("grades.tsv").read_text("utf-8").splitlines()
    header = " ".join(line for line in lines if line.startswith("#"))
    assert [name for name in GRADES if name not in header] == []


def test_grades_are_bits() -> None:
    assert len(GRADES) == len(set(GRADES)) <= 32  # of a uint32


def test_masks(grades: Grades) -> None:
    assert len(grades) == len(ROWS)
    for word, names in ROWS:
        mask = grades.mask(word)
        assert {GRADES[i] for i in range(len(GRADES)) if mask >> i & 1} == set(names.split()), word
        assert mask < 1 << len(GRADES)


@pytest.mark.parametrize("word", ["", " ", "!", "\ud800", "خقثصض", "ا" * 10_000, "#", "\t"])
def test_what_has_no_grade(grades: Grades, word: str) -> None:
    assert grades.mask(word) == 0


def test_unlike_classes_grades_have_no_endings(grades: Grades) -> None:
    """The table lists words as they are met: an ending may turn a word into another."""
    ungraded = [word + "هایتان" for word in WORDS if word + "هایتان" not in set(WORDS)]
    assert len(ungraded) > 1000
    assert not any(map(grades.mask, ungraded))


def test_read_once() -> None:
    assert Grades.load() is Grades.load()
    assert Lexicon.load().grades is Grades.load()


def test_digest_follows_the_table(monkeypatch: pytest.MonkeyPatch, grades: Grades) -> None:
    """A model is trained with grades and endings as with lists, and refuses others."""
    assert len(grades.digest) == 64
    assert Grades().digest == grades.digest
    plain = Lexicon().digest
    regraded = Lexicon()
    regraded.grades = Grades()
    regraded.grades.digest = "0" * 64
    assert regraded.digest != plain
    read = store._terms
    monkeypatch.setattr(
        store,
        "_terms",
        lambda name, *suffix: ["x\tx"] if name == "morphology" else read(name, *suffix),
    )
    assert Lexicon().digest != plain


class TestMorphology:
    ROWS = rows("morphology.tsv")

    def test_rows_are_parts_and_patterns(self) -> None:
        for row in self.ROWS:
            assert len(row) == 2, row
            part, pattern = row
            assert re.fullmatch(r"[a-z]+(?:_[a-z0-9]+)*", part), part
            re.compile(pattern)

    def test_no_part_is_a_grade_or_a_class(self) -> None:
        """Parts share a space of names with them: «group» must be one thing."""
        parts = {part for part, _ in self.ROWS}
        assert not parts & {*GRADES, *store.CLASSES, "other"}

    def test_letters_of_patterns_are_folded(self) -> None:
        for _, pattern in self.ROWS:
            letters = re.findall(r"[^\W\d_]+", pattern)
            assert [part for part in letters if fold(part) != part] == []

    def test_no_pattern_fits_nothing(self) -> None:
        """Every word would have that part."""
        assert [p for _, p in self.ROWS if re.fullmatch(p, "") or re.fullmatch(p, "ژ")] == []

    def test_no_pattern_runs_away(self) -> None:
        for _, pattern in self.ROWS:
            assert not re.fullmatch(pattern, "می" + "ان" * 5000 + "ژ")
