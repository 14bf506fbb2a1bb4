"""Ways of hiding words: what each changes of a comment, and what it leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.text.letters import fold
from moderation.text.tokens import tokenize
from moderation.training.disguises import DISGUISES, disguise, disguise_report

SENTENCE = "مدیر این اداره (خیلی) نادان است؛ چرا هیچ کس از ما نمی‌پرسد؟ ۱۲ بار گفتیم!"
WORDS = re.findall(r"[^\W\d_]{3,}", SENTENCE)
#: Undone by folding letters, word by word.
FOLDED = (
    "kashida", "half-spaces", "zero-width", "bidi marks", "stretched", "Arabic letters",
    "other alphabets", "presentation forms", "harakat",
)  # fmt: skip
#: Change every letter that they change in one way.
WITHOUT_CHOICE = ("Arabic letters", "other alphabets", "reversed")
#: Put something between the letters of a word.
PARTED = {"spaced": " ", "dotted": ".", "starred": "*", "one dot": ".", "split": " "}


@pytest.mark.parametrize("name", DISGUISES)
def test_every_disguise_hides_something_and_its_seed_fixes_what(name: str) -> None:
    hidden = disguise(SENTENCE, name, seed=1)
    assert hidden != SENTENCE
    assert disguise(SENTENCE, name, seed=1) == hidden


@pytest.mark.parametrize("name", [name for name in DISGUISES if name not in WITHOUT_CHOICE])
def test_another_seed_hides_in_another_way(name: str) -> None:
    whole = {"spaced", "dotted", "starred"}  # a sign between any two letters leaves no choice
    ways = {disguise(SENTENCE, name, seed) for seed in range(8)}
    assert (len(ways) == 1) == (name in whole)


@pytest.mark.parametrize("name", DISGUISES)
@pytest.mark.parametrize("text", ["", " ", "!؟ 🙂", "به ما و تو", "۱۲۳۴ 1234", "a_b_c", "\n"])
def test_short_words_and_signs_stay(name: str, text: str) -> None:
    expected = "  ".join(text.split()) if name == "spaced" else text
    assert disguise(text, name) == expected


def test_what_folding_undoes() -> None:
    assert {*FOLDED} < {*DISGUISES}
    plain = [fold(token) for token in tokenize(SENTENCE)]
    for name in FOLDED:
        for seed in range(20):
            hidden = disguise(SENTENCE, name, seed)
            assert [fold(token) for token in tokenize(hidden)] == plain, (name, hidden)


@pytest.mark.parametrize("name", PARTED)
def test_parted_words_have_their_letters(name: str) -> None:
    for seed in range(20):
        hidden = disguise(SENTENCE, name, seed)
        bare = hidden.replace(PARTED[name], "").replace(" ", "")
        assert bare == SENTENCE.replace(PARTED[name], "").replace(" ", "")


def test_each_word_is_parted_once() -> None:
    for seed in range(20):
        assert disguise(SENTENCE, "one dot", seed).count(".") == len(WORDS)
        extra = disguise(SENTENCE, "split", seed).count(" ") - SENTENCE.count(" ")
        assert extra == len(WORDS)


def test_spaced_words_stand_two_spaces_apart() -> None:
    assert disguise("سلام به همه", "spaced") == "س ل ا م  به  ه م ه"


def test_reversed_twice_is_plain() -> None:
    once = disguise(SENTENCE, "reversed")
    assert "ریدم" in once
    assert disguise(once, "reversed") == SENTENCE


def test_swapped_letters_keep_the_word_recognisable() -> None:
    for seed in range(20):
        hidden = re.findall(r"[^\W\d_]{3,}", disguise(SENTENCE, "swapped letters", seed))
        for word, changed in zip(WORDS, hidden, strict=True):
            assert sorted(changed) == sorted(word)
            assert (changed[0], changed[-1]) == (word[0], word[-1])
            assert sum(a != b for a, b in zip(word, changed)) in (0, 2)


@pytest.mark.parametrize("name", ["homophones", "look-alikes"])
def test_one_letter_is_replaced(name: str) -> None:
    for seed in range(20):
        hidden = disguise(SENTENCE, name, seed)
        assert len(hidden) == len(SENTENCE)
        changed = [place for place, (a, b) in enumerate(zip(SENTENCE, hidden)) if a != b]
        assert 0 < len(changed) <= len(WORDS)
        if name == "look-alikes":  # never at a word's ends, where nothing could be told of it
            assert all(SENTENCE[i - 1].isalpha() and SENTENCE[i + 1].isalpha() for i in changed)


anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@given(anything, st.sampled_from([*DISGUISES]), st.integers(0, 2**32))
@settings(deadline=None, max_examples=300)
def test_any_text_can_be_hidden(text: str, name: str, seed: int) -> None:
    hidden = disguise(text, name, seed)
    assert hidden == disguise(text, name, seed)
    if name in PARTED:
        assert len(hidden.replace(" ", "")) >= len("".join(text.split()))


def test_an_unknown_disguise() -> None:
    with pytest.raises(KeyError, match="in Klingon"):
        disguise(SENTENCE, "in Klingon")


class TestReport:
    def test_shares(self) -> None:
        """A rule that only knows plain «نادان» loses what no folding undoes."""
        asked: list[Sequence[str]] = []

        def is_held(texts: Sequence[str]) -> list[bool]:
            asked.append(texts)
            return ["نادان" in map(fold, tokenize(text)) for text in texts]

        report = disguise_report(is_held, ["مدیر نادان", "نادان!"], ["مدیر خوب", "نان", "سلام"])
        assert list(report) == list(DISGUISES)
        for name in FOLDED:
            assert report[name] == {"kept": 1.0, "held": 0.0}, name
        for name in ("spaced", "dotted", "starred", "one dot", "split", "reversed"):
            assert report[name]["kept"] == (1.0 if name == "reversed" else 0.0), name
        assert [len(texts) for texts in asked] == [2, 3] * len(DISGUISES)

    def test_harmless_comments_that_a_disguise_condemns(self) -> None:
        def is_held(texts: Sequence[str]) -> list[bool]:
            return ["*" in text for text in texts]

        report = disguise_report(is_held, ["بد است"], ["سلام همه", "با ما"])
        assert report["starred"] == {"kept": 1.0, "held": 0.5}
        assert report["dotted"] == {"kept": 0.0, "held": 0.0}

    def test_each_comment_is_hidden_with_a_seed_of_its_own(self) -> None:
        hidden: set[str] = set()

        def is_held(texts: Sequence[str]) -> list[bool]:
            hidden.update(texts)
            return [False] * len(texts)

        disguise_report(is_held, ["آزمایشگاهیان"] * 9, [])
        assert len([text for text in hidden if "." in text.strip(".") and "ز.م.ا" not in text]) > 2

    def test_nothing_to_measure(self) -> None:
        report = disguise_report(lambda texts: [], [], [])
        assert all(shares == {"kept": 0.0, "held": 0.0} for shares in report.values())
