"""Names learnt from tagged sentences: which words are surely, perhaps or never part of one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from moderation.lexicon.store import Lexicon
from moderation.text.known import KnownWords
from moderation.text.letters import fold
from moderation.text.names import ORGANISATION, PERHAPS, PERSON, Names
from moderation.text.ngrams import word_hashes
from moderation.training.names import train_names
from moderation.training.sources import SOURCES, Corpora, TrainingError

FILES = {source.name: source.file for source in SOURCES}
PEYMA, TWINER = "peyma_train", "parstwiner_train"
Sentence = Sequence[tuple[str, str]]
Learn = Callable[..., Names]


def uses(word: str, tag: str, named: int, plain: int) -> list[Sentence]:
    """Return sentences in which `word` is tagged `named` times and `plain` times is not."""
    return [[(word, tag)]] * named + [[(word, "O")]] * plain


def write(folder: Path, **sentences: list[Sentence]) -> Corpora:
    for name, rows in sentences.items():
        path = folder / FILES[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            json.dumps({"tokens": [t for t, _ in row], "tags": [tag for _, tag in row]})
            for row in rows
        ]
        path.write_text("\n".join(['{"about": "made up"}', *lines]), "utf-8")
    return Corpora(folder, {PEYMA, TWINER} - set(sentences))


@pytest.fixture
def learn(tmp_path: Path, known_words: Callable[..., KnownWords]) -> Learn:
    """Learn names from sentences of the first source."""

    def names(*groups: list[Sentence], known: KnownWords | None = None) -> Names:
        corpora = write(tmp_path, **{PEYMA: [row for rows in groups for row in rows]})
        return Names(train_names(corpora, known or known_words()))

    return names


def kinds(names: Names, *words: str) -> list[int]:
    return names.kinds(word_hashes(words)[0]).tolist()


@pytest.mark.parametrize(
    ("named", "plain", "kind"),
    [
        (3, 0, PERSON),
        (3, 2, PERSON),  # six in ten
        (30, 20, PERSON),
        (2, 0, PERSON | PERHAPS),  # always, but seen too seldom
        (3, 3, PERSON | PERHAPS),
        (3, 7, PERSON | PERHAPS),  # three in ten
        (3, 8, 0),
        (1, 0, 0),
        (0, 5, 0),
    ],
)
def test_how_surely_a_word_is_a_name(learn: Learn, named: int, plain: int, kind: int) -> None:
    assert kinds(learn(uses("فرضیان", "B-PER", named, plain)), "فرضیان") == [kind]


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("B-PER", PERSON), ("I-PER", PERSON), ("B_PER", PERSON), ("I_ORG", ORGANISATION),
        ("B-ORG", ORGANISATION), ("B-LOC", 0), ("I-EVE", 0), ("O", 0), ("", 0),
    ],
)  # fmt: skip
def test_tags(learn: Learn, tag: str, kind: int) -> None:
    assert kinds(learn(uses("فرضیان", tag, 4, 0)), "فرضیان") == [kind]


def test_a_name_of_both_kinds(learn: Learn) -> None:
    names = learn(uses("فرضیان", "B-PER", 5, 0), uses("فرضیان", "B-ORG", 4, 1))
    # Half of its uses are of persons, four in ten of organisations: neither is sure.
    assert kinds(names, "فرضیان") == [PERSON | ORGANISATION | PERHAPS]


def test_spellings_meet(learn: Learn) -> None:
    one, other = uses("كبودان", "B-PER", 2, 0), uses("کبـودان", "I-PER", 1, 2)
    assert kinds(learn(one, other), "کبودان") == [PERSON]
    assert kinds(learn(uses("علی‌فرض", "B-PER", 3, 0)), "علیفرض") == [PERSON]


def listed() -> str:
    return next(word for word in Lexicon.load()._masks if word.isalpha() and len(word) > 4)


def graded() -> str:
    lexicon = Lexicon.load()
    return next(w for w in lexicon.grades._masks if not lexicon.mask(w) and len(w) > 4)


@pytest.mark.parametrize("word", ["آن", "فرض۲", "فرض-یان", "", "؟", listed(), graded()])
def test_words_that_are_never_names(learn: Learn, word: str) -> None:
    """Short words, signs, and those that lists or grades already say something of."""
    names = learn(uses(word, "B-PER", 9, 0), uses("فرضیان", "B-PER", 9, 0))
    assert kinds(names, fold(word) or " ", "فرضیان") == [0, PERSON]


@pytest.mark.parametrize(("rank", "kind"), [(4, PERSON), (5, PERSON | PERHAPS)])
def test_the_commonest_words_are_words_first(
    learn: Learn, known_words: Callable[..., KnownWords], rank: int, kind: int
) -> None:
    known = known_words(["امید"], rank=rank)
    assert kinds(learn(uses("امید", "B-PER", 9, 0), known=known), "امید") == [kind]


def test_arrays_are_as_scoring_reads_them(
    tmp_path: Path, known_words: Callable[..., KnownWords]
) -> None:
    words = [f"فرض{letter}یان" for letter in "ابپتثجچح"]
    rows = [row for word in words for row in uses(word, "B-PER", 3, 0)]
    corpora = write(tmp_path, **{PEYMA: rows, TWINER: uses("فرضسازان", "B-ORG", 3, 0)})
    arrays = train_names(corpora, known_words())
    assert set(arrays) == {"hashes", "kinds"}
    assert arrays["hashes"].dtype == np.uint64
    assert arrays["kinds"].dtype == np.uint8
    assert len(arrays["hashes"]) == len(arrays["kinds"]) == len(words) + 1
    assert (arrays["hashes"][1:] > arrays["hashes"][:-1]).all()
    assert kinds(Names(arrays), *words, "فرضسازان") == [PERSON] * len(words) + [ORGANISATION]
    again = train_names(corpora, known_words())
    for name, array in arrays.items():
        np.testing.assert_array_equal(again[name], array)


def test_both_sources_are_counted_together(
    tmp_path: Path, known_words: Callable[..., KnownWords]
) -> None:
    corpora = write(
        tmp_path,
        **{PEYMA: uses("فرضیان", "B_PER", 2, 0), TWINER: uses("فرضیان", "B-PER", 2, 0)},
    )
    assert kinds(Names(train_names(corpora, known_words())), "فرضیان") == [PERSON]
    alone = Corpora(tmp_path, [TWINER])
    assert kinds(Names(train_names(alone, known_words())), "فرضیان") == [PERSON | PERHAPS]


def test_without_the_sources_nobody_is_named(
    tmp_path: Path, known_words: Callable[..., KnownWords]
) -> None:
    arrays = train_names(Corpora(tmp_path, [PEYMA, TWINER]), known_words())
    assert arrays["hashes"].shape == arrays["kinds"].shape == (0,)
    assert arrays["hashes"].dtype == np.uint64
    assert kinds(Names(arrays), "فرضیان") == [0]


def test_a_missing_file_is_named(tmp_path: Path, known_words: Callable[..., KnownWords]) -> None:
    with pytest.raises(TrainingError, match="peyma_train"):
        train_names(Corpora(tmp_path), known_words())
