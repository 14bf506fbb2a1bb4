"""The shape of a sentence: parts of words, and runs and pairs of them against plain loops."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.lexicon.grades import GRADES
from moderation.lexicon.store import CLASSES, bit
from moderation.rules.syntax import SYNTAX_HEADS, Syntax, part_of
from moderation.text.ngrams import BASE, finalise, one_hash, word_hashes
from moderation.text.vocabulary import Batch, TokenTable

BITS = 64  # of a whole hash: no two features meet by chance
NOTHING = np.zeros(0, np.int64)
MORPHOLOGY = [
    line.split("\t")
    for line in files("moderation.lexicon")
    .joinpath("morphology.tsv")
    .read_text("utf-8")
    .split("\n")
    if line and not line.startswith("#")
]


def grade(*names: str) -> int:
    return sum(1 << GRADES.index(name) for name in names)


@pytest.mark.parametrize(
    ("form", "part"),
    [
        ("", ""),
        (" ", " "),
        ("!", "!"),
        ("؟", "؟"),
        ("...", "."),
        ("0", "0"),  # every number's form
        ("@", "@"),
        ("و", "و"),
        ("\ud800", "\ud800"),
        ("http", "other"),  # every link's form
        ("با", "با"),
        ("خودت", "خودت"),
        ("است", "است"),
        ("میروم", "present_1"),
        ("میخورید", "present_2"),
        ("نمیرود", "present_3"),
        ("میگیرن", "present_3_plural"),
        ("کردی", "past_2"),
        ("ساخت", "past_3"),
        ("فروختند", "past_3_plural"),
        ("خانهتان", "yours"),
        ("مدیرشون", "theirs"),
        ("کتابهای", "plural"),
        ("سنگ", "other"),
    ],
)
def test_part_by_its_shape(form: str, part: str) -> None:
    assert part_of(form, 0) == part


@pytest.mark.parametrize("form", ["میروند", "نمیدانند", "میگیرند"])
def test_the_written_plural_is_no_singular(form: str) -> None:
    """«می‌روند» ends in the letter of «می‌رود», too."""
    assert part_of(form, 0) == "present_3_plural"


@pytest.mark.parametrize(
    ("form", "grades", "part"),
    [
        ("سنگ", grade("negative"), "negative"),
        ("سنگ", grade("negative", "crime"), "crime"),
        ("سنگ", grade(*GRADES), "gross"),
        # A strong grade says more than an ending, a weak one less.
        ("میروم", grade("crime"), "crime"),
        ("میروم", grade("negative"), "present_1"),
        ("با", grade("positive"), "با"),
        # Marks have no grade.
        ("!", grade("gross"), "!"),
    ],
)
def test_grades_and_endings_by_precedence(form: str, grades: int, part: str) -> None:
    assert part_of(form, grades) == part


@pytest.mark.parametrize("name", GRADES)
def test_every_grade_is_a_part(name: str) -> None:
    assert part_of("سنگ", grade(name)) == name


@given(st.text(st.characters(codec=None, exclude_categories=())), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_any_word_has_a_part(form: str, grades: int) -> None:
    part = part_of(form, grades)
    own = {form[:1]} if not form.isalpha() or len(form) == 1 else {form}
    assert part in {"other", *GRADES, *(part for part, _ in MORPHOLOGY)} - {"itself"} | own


def test_morphology_is_read_whole() -> None:
    """Each row is a part and a pattern of folded letters that no earlier row hides."""
    assert len(MORPHOLOGY) > 10
    for row in MORPHOLOGY:
        assert len(row) == 2
        re.compile(row[1])
    words = [
        word for part, pattern in MORPHOLOGY if part == "itself" for word in pattern.split("|")
    ]
    assert len(words) == len(set(words))
    assert all(part_of(word, 0) == word for word in words)


def read(syntax: Syntax, *comments: list[str]) -> Batch:
    """Return comments as a batch that has what `syntax` reads."""
    table = TokenTable({
        "part": lambda found: syntax.encode([analysis.folded for analysis in found]),
        "word": lambda found: word_hashes([analysis.folded for analysis in found])[0],
    })  # fmt: skip
    return table.batch_of_tokens(comments)


class Whole(Syntax):
    """Keeps whole hashes, so that a loop can be compared with without collisions."""

    def __init__(self, syntax: Syntax) -> None:
        self.__dict__.update(syntax.__dict__)
        self.bits = BITS


def features(
    syntax: Syntax, batch: Batch, masks: np.ndarray | None = None, silent: np.ndarray = NOTHING
) -> list[Counter[int]]:
    """Return each comment's features with how often it has them."""
    none = np.zeros(len(batch.tokens), np.uint32)
    owner, bucket = Whole(syntax).buckets(batch, none if masks is None else masks, silent)
    assert len(owner) == len(bucket)
    return [Counter(bucket[owner == index].tolist()) for index in range(len(batch))]


def loop(words: list[str], parts: list[str]) -> Counter[int]:
    """Return what `features` should be, one by one."""
    mask, mix = 2**64 - 1, 0x9E3779B97F4A7C55

    def raw(text: str) -> int:
        return int(word_hashes([text])[0][0])

    def final(value: int, salt: int) -> int:
        hashed = finalise(np.array([value & mask], np.uint64), salt)
        return int(hashed.astype(np.int64)[0])

    symbols = [raw(part) for part in parts]
    found: Counter[int] = Counter()
    padded = [0x20, *symbols, 0x20]
    for order in (1, 2, 3, 4):
        for start in range(len(padded) - order + 1):
            value = 0
            for symbol in padded[start : start + order]:
                value = value * int(BASE) + symbol
            found[final(value, order)] += 1
    for first, part in enumerate(parts):
        if part == "other":
            continue
        for second in range(first + 2, min(first + 7, len(parts))):
            if parts[second] != "other":
                found[final(symbols[first] * mix + symbols[second], 50)] += 1
        if first > 0:
            found[final(raw(words[first]) * mix + symbols[first - 1], 51)] += 1
        if first + 1 < len(parts):
            found[final(raw(words[first]) * mix + symbols[first + 1], 52)] += 1
    return found


COMMENTS = [
    ["مدیر", "این", "اداره", "رشوه", "گرفت", "و", "رفت", "!"],
    ["سنگ"],
    [""],
    ["!"],
    ["سنگ", "سنگ", "سنگ"],
    ["با", "سنگ", "سنگ", "سنگ", "سنگ", "سنگ", "با", "سنگ", "سنگ", "سنگ", "سنگ", "سنگ", "سنگ", "با"],
    ["\ud800", "میروند", "کتابهای", "؟", "🙂"],
]


def parts_of(syntax: Syntax, words: list[str]) -> list[str]:
    return [part_of(word, syntax._grades.mask(word)) or " " for word in words]


def test_features_against_a_loop(syntax: Syntax) -> None:
    found = features(syntax, read(syntax, *COMMENTS))
    for words, counts in zip(COMMENTS, found, strict=True):
        plain = [word or " " for word in words]
        assert counts == loop(plain, parts_of(syntax, words)), words


@given(st.lists(st.lists(st.sampled_from([*"!و", "با", "سنگ", "میروند", "مدیرشون"]), min_size=1)))
@settings(deadline=None, max_examples=50)
def test_any_company_against_a_loop(syntax: Syntax, comments: list[list[str]]) -> None:
    """Nothing of one comment is seen in another's features."""
    comments.append(["سنگ"])
    for words, counts in zip(comments, features(syntax, read(syntax, *comments)), strict=True):
        assert counts == loop(words, parts_of(syntax, words))


def test_a_class_goes_before_grades_and_endings(syntax: Syntax) -> None:
    words = ["مدیر", "این", "اداره", "رشوه", "گرفت"]
    batch = read(syntax, words)
    masks = np.array([bit("target_person"), 0, bit("target_org"), bit("charge"), 0], np.uint32)
    parts = ["target_person", "این", "target_org", "charge", parts_of(syntax, words)[-1]]
    assert features(syntax, batch, masks) == [loop(words, parts)]


def test_the_gravest_class_counts(syntax: Syntax) -> None:
    batch = read(syntax, ["سنگ"])
    for names, part in (
        (CLASSES, "obscene"),
        (("charge", "target_person"), "charge"),
        (("address", "negation"), "negation"),
        # Classes that say nothing of a sentence's shape.
        (("spam", "emoji_insult"), "other"),
    ):
        masks = np.array([bit(*names)], np.uint32)
        assert features(syntax, batch, masks) == [loop(["سنگ"], [part])], names


def test_a_silent_word_is_as_one_that_nobody_knows(syntax: Syntax) -> None:
    words = ["مدیر", "این", "اداره", "رشوه", "گرفت", "!"]
    batch = read(syntax, words)
    masks = np.array([0, 0, 0, bit("charge"), 0, 0], np.uint32)
    parts = parts_of(syntax, words)
    parts[3] = "other"
    assert features(syntax, batch, masks, np.array([3])) == [loop(words, parts)]
    assert features(syntax, batch, masks, np.array([3])) != features(syntax, batch, masks)


def test_measuring_changes_nothing_it_was_given(syntax: Syntax) -> None:
    batch = read(syntax, *COMMENTS)
    masks = np.full(len(batch.tokens), bit("charge"), np.uint32)
    first = syntax.measure(batch, masks, np.array([0, 2]))
    assert (masks == bit("charge")).all()
    np.testing.assert_array_equal(syntax.measure(batch, masks, np.array([0, 2])), first)
    assert (syntax.measure(batch, masks, NOTHING) != first).any()


def test_scores_are_sums_over_the_root_of_their_number(syntax: Syntax) -> None:
    batch = read(syntax, *COMMENTS)
    masks = np.zeros(len(batch.tokens), np.uint32)
    owner, bucket = syntax.buckets(batch, masks, NOTHING)
    assert bucket.min() >= 0
    assert bucket.max() < 1 << syntax.bits
    scores = syntax.measure(batch, masks, NOTHING)
    assert scores.shape == (len(COMMENTS), len(SYNTAX_HEADS))
    assert scores.dtype == np.float32
    for index in range(len(COMMENTS)):
        own = syntax._weights.take(bucket[owner == index])
        np.testing.assert_allclose(
            scores[index], own.sum(axis=0) / np.sqrt(len(own)), rtol=1e-4, atol=1e-5
        )


def test_the_order_of_words_counts(syntax: Syntax) -> None:
    there = features(syntax, read(syntax, ["مدیرشون", "با", "میروند"]))
    back = features(syntax, read(syntax, ["میروند", "با", "مدیرشون"]))
    assert there != back


def test_ten_thousand_words(syntax: Syntax) -> None:
    batch = read(syntax, ["میروند", "با"] * 5000, ["سنگ"])
    scores = syntax.measure(batch, np.zeros(len(batch.tokens), np.uint32), NOTHING)
    assert np.isfinite(scores).all()


def test_no_comment_at_all(syntax: Syntax) -> None:
    table = read(syntax, ["سنگ"])
    none = Batch([], NOTHING, NOTHING, NOTHING, table.columns)
    scores = syntax.measure(none, np.zeros(0, np.uint32), NOTHING)
    assert scores.shape == (0, len(SYNTAX_HEADS))


def test_equal_parts_share_a_symbol(syntax: Syntax) -> None:
    """What was learnt of one verb in the third person holds for the others."""
    codes = syntax.encode(["میروند", "میخورند", "سنگ", "پنجره", "با", ""])
    assert codes[0] == codes[1]
    assert codes[2] == codes[3]
    assert len(set(codes.tolist())) == 4
    assert len(syntax.encode([])) == 0


def test_no_two_parts_share_a_symbol() -> None:
    """A word hash is the word itself for one letter: «!» must be no part's name."""
    names = {*GRADES, *CLASSES, "other", *(part for part, _ in MORPHOLOGY)}
    assert len({one_hash(name, 0) for name in names}) == len(names)
