"""The word lists as data, and the table made of them."""

from __future__ import annotations

import itertools
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from moderation.lexicon import store
from moderation.lexicon.store import CLASSES, SEVERE, Lexicon, bit
from moderation.text.letters import fold
from moderation.text.ngrams import word_hashes

FOLDER = Path(str(files("moderation.lexicon")))
LISTS = sorted(FOLDER.glob("**/*.txt")) + sorted(FOLDER.glob("*.tsv"))


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_header(path: Path) -> None:
    """Every list says what it holds and what it leaves out or where it comes from."""
    header = _header(path)
    assert len(header) >= 2
    text = " ".join(header).lower()
    assert "source" in text or "written for this project" in text or "left out" in text
    assert len(_terms(path)) > 0


@pytest.mark.parametrize("name", CLASSES)
def test_header_of_a_class(name: str) -> None:
    header = _header(FOLDER / f"{name}.txt")
    assert header[0].startswith(f"# {name}: "), "the header does not begin with the list's name"
    assert any("left out" in line.lower() for line in header), "nothing said of what is left out"
    assert any("source" in line.lower() for line in header), "no source named"


@pytest.mark.parametrize("name", [*CLASSES, "lookalike", "guards"])
def test_no_term_twice(name: str) -> None:
    terms = _terms(FOLDER / f"{name}.txt")
    assert all(term == term.strip() for term in terms)
    assert len(terms) == len(set(terms)), sorted({t for t in terms if terms.count(t) > 1})


def _header(path: Path) -> list[str]:
    lines = path.read_text("utf-8").splitlines()
    return list(itertools.takewhile(lambda line: line.startswith("#"), lines))


def _terms(path: Path) -> list[str]:
    lines = path.read_text("utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def test_every_class_has_its_list() -> None:
    assert len(CLASSES) == len(set(CLASSES)) <= 32  # bits of a uint32
    assert set(SEVERE) <= set(CLASSES)
    for name in CLASSES:
        assert (FOLDER / f"{name}.txt").is_file()


def test_bits() -> None:
    assert bit() == 0
    assert bit(CLASSES[0]) == 1
    assert bit(*CLASSES) == 2 ** len(CLASSES) - 1
    with pytest.raises(ValueError, match="not in tuple"):
        bit("nonsense")


def test_every_term_is_found_in_its_class(lexicon: Lexicon) -> None:
    for name in CLASSES:
        for term in store._terms(name):
            joined = store._join(term)
            if joined:
                assert lexicon.mask(joined) & bit(name), (name, term)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("احمق", "insult_mind"),
        ("احمق‌ها", "insult_mind"),
        ("احمقی", "insult_mind"),
        ("احمقند", "insult_mind"),
        ("بی‌شعور", "insult_mind"),
        ("بیشعورها", "insult_mind"),
        ("شهردار", "target_person"),
        ("شهرداری", "target_org"),
        ("سگ‌ها", "animal"),
    ],
)
def test_classes(lexicon: Lexicon, word: str, name: str) -> None:
    found = lexicon.mask(fold(word))
    names = [known for known in CLASSES if found & bit(known)]
    assert name in names, names


ORDINARY = """
    کسب کسبه مسکونی آگهی پیگیری خرداد گوهر خرید خریدار خرما خرم عقربه کسی کسانی نفهمید پسته
    تخمین گندم جلادت عنوان مکارم ساسان دگمه اسکله منگنه کتاب شهر
"""


@pytest.mark.parametrize("word", ORDINARY.split())
def test_ordinary_words_are_no_abuse(lexicon: Lexicon, word: str) -> None:
    assert not lexicon.severe(fold(word))
    assert not lexicon.mask(fold(word)) & bit("obscene", "animal", "slur", "ambiguous")


def test_lookalikes_have_no_class_by_their_stem(lexicon: Lexicon) -> None:
    """A look-alike may be listed itself, but is never cut down to another term."""
    for word in store._terms("lookalike"):
        assert lexicon.mask(fold(word)) == lexicon._masks.get(fold(word), 0), word


def test_suffixes_leave_a_stem(lexicon: Lexicon) -> None:
    assert lexicon.mask("") == 0
    assert lexicon.mask("ها") == 0
    assert lexicon.mask("ی") == 0


def test_phrases_are_sorted(lexicon: Lexicon) -> None:
    hashes, masks = lexicon.phrases
    assert len(hashes) == len(masks) > 0
    assert np.all(hashes[1:] > hashes[:-1]), "two terms share a hash"
    assert masks.all()


def test_only_parted_terms_are_phrases(lexicon: Lexicon) -> None:
    hashes, _ = lexicon.phrases
    assert word_hashes(["بیشعور"])[0][0] in hashes
    assert word_hashes(["احمق"])[0][0] not in hashes


def test_guards(lexicon: Lexicon) -> None:
    assert "هر" in lexicon.guards["کس"]
    assert "هیچ" in lexicon.guards["کس"]
    assert all(word and all(before) for word, before in lexicon.guards.items())


def test_finglish_leads_to_severe_words(lexicon: Lexicon) -> None:
    assert len(lexicon.finglish) > 50
    for latin, persian in lexicon.finglish.items():
        assert latin.isascii(), latin
        assert lexicon.mask(persian), (latin, persian)


def test_finglish_holds_no_english_word(lexicon: Lexicon) -> None:
    english = {line.strip() for line in store._terms("english_words")}
    assert not english & set(lexicon.finglish)


def test_disguised_terms(lexicon: Lexicon) -> None:
    assert "احمق" in lexicon.disguised_terms
    assert "الاغ" in lexicon.disguised_terms
    assert "خر" not in lexicon.disguised_terms
    assert all(lexicon.worth_spelling(term) for term in lexicon.disguised_terms)


@pytest.mark.parametrize("word", ["فرومایگان", "فرومایگانی", "احمق‌ها", "زالوهایی", "خوکانی"])
def test_inflected_terms(lexicon: Lexicon, word: str) -> None:
    assert lexicon.mask(fold(word)), word


def test_digest_follows_the_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Lexicon()
    assert first.digest == Lexicon().digest == Lexicon.load().digest
    assert len(first.digest) == 64
    changed = Lexicon()
    changed._masks["واژه"] = 1
    assert changed.digest != first.digest
    reclassed = Lexicon()
    reclassed._masks["احمق"] = 1
    assert reclassed.digest != first.digest


def test_loaded_once() -> None:
    assert Lexicon.load() is Lexicon.load()
