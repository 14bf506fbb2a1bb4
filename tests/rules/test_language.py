"""The language rule, on a small rule fitted here and on its parts."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from moderation.rules.base import Reading
from moderation.rules.language import ARABIC_CLASSES, LATIN_CLASSES, LanguageRule
from moderation.rules.language_names import name_cyrillic, name_latin, name_other
from moderation.rules.language_tokens import is_filler, is_one_letter_run, light_fold
from moderation.text.known import KnownWords
from moderation.text.letters import fold
from moderation.text.vocabulary import TokenTable
from moderation.types import Comment, Rule

SIZE = 2**12

# A sentence or two of each: enough to tell letters and frequent words apart.
PERSIAN = (
    "این خبر خیلی خوب بود ممنون از شما",
    "چرا شهردار جواب مردم را نمی‌دهد",
    "عالی بود دست شما درد نکند",
    "آب و برق نداریم رسیدگی کنید",
    "من با این طرح موافق نیستم",
)
URDU = ("یہ خبر بہت اچھی ہے", "آپ کا بہت شکریہ بھائی", "میں نہیں جانتا کہ یہ کیا ہے")
ARABIC = ("هذا الخبر ليس صحيحا", "شكرا لكم على هذه المقالة", "لا أعرف ماذا أقول في ذلك")
ENGLISH = ("this news is not true at all", "thank you very much for the article")
FINGLISH = ("in khabar kheyli khoob bood", "chera shahrdar javab nemide", "dastet dard nakone")


def known_words() -> KnownWords:
    """Return a table of the Persian words above."""
    words = sorted({fold(word) for text in PERSIAN for word in text.split()})
    hashes = KnownWords.hash(words)
    return KnownWords(np.sort(hashes), np.full(len(words), 4, np.uint8))


@pytest.fixture(scope="module")
def rule() -> LanguageRule:
    """Return a rule fitted on the sentences above."""
    from moderation.training.language import fit_linear, stored
    from moderation.training.language_data import keyboard_mash

    known = known_words()
    chance = random.Random(0)
    arrays: dict[str, np.ndarray] = {
        "margins": np.zeros(6, np.float32),
        "slopes": np.ones(6, np.float32),
        "mash_margins": np.zeros(6, np.float32),
    }
    families = (
        (
            "arabic",
            ARABIC_CLASSES,
            {"persian": PERSIAN, "urdu": URDU, "arabic": ARABIC},
            (1, 2, 3, 4),
        ),
        ("latin", LATIN_CLASSES, {"finglish": FINGLISH, "foreign": ENGLISH}, (1, 2, 3, 4, 5)),
    )
    for family, classes, texts, orders in families:
        samples: Counter[tuple[tuple[str, ...], int]] = Counter()
        for label, name in enumerate(classes):
            for text in texts.get(name, ()):
                words = [light_fold(word) for word in text.split()]
                samples.update({((word,), label): 5 for word in words})
                samples[tuple(words), label] += 5
            if name == "gibberish":
                for _ in range(60):
                    samples[(keyboard_mash(chance, family == "latin"),), label] += 1
            elif name not in texts:  # every class has to be seen
                samples[("ݐ" + chr(0x750 + label),), label] += 1
        weights, intercepts = fit_linear(
            samples, orders, SIZE, known if family == "arabic" else None, c=10.0
        )
        arrays[f"{family}_weights"], arrays[f"{family}_scale"] = stored(weights)
        arrays[f"{family}_intercepts"] = intercepts
    return LanguageRule(arrays, known)


def read(rule: LanguageRule, *texts: str) -> Reading:
    """Return the texts as the moderator hands them over."""
    batch = TokenTable(rule.encoders).batch(texts)
    return Reading([Comment(text) for text in texts], texts, [None] * len(texts), batch)


def reason(rule: LanguageRule, text: str) -> str:
    """Return the reason for one text, ``""`` where it passes."""
    given = read(rule, text)
    if rule.score(given)[0] < 0.5:
        return ""
    return rule.explain(given, 0).reason


def test_rule_name(rule: LanguageRule) -> None:
    assert rule.rule is Rule.LANGUAGE
    assert list(rule.encoders) == ["language"]


@pytest.mark.parametrize("text", [*PERSIAN, "عالی", "خبر خوب", "خخخخ", "ههههه", "و", "ج.ا"])
def test_persian_passes(rule: LanguageRule, text: str) -> None:
    assert reason(rule, text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "سلام علیکم و رحمه الله و برکاته",
        "إنا لله وإنا إليه راجعون",
        "اللهم صل علی محمد و آل محمد",
        "ان‌شاءالله",
        "ما شاء الله",
    ],
)
def test_formulas_pass(rule: LanguageRule, text: str) -> None:
    assert reason(rule, text) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (URDU[0], "urdu"),
        (ARABIC[0], "arabic"),
        (FINGLISH[0], "finglish"),
        (ENGLISH[0], "english"),
        ("Ин хабар дуруст нест", "tajik"),
        ("Это неправда", "russian"),
        ("זה לא נכון", "hebrew"),
        ("这是假新闻", "chinese"),
        ("شسیبشسیبشسیب", "gibberish"),
        ("بببببببب", "gibberish"),
        ("aaaaaaaa", "gibberish"),
        ("", "no_words"),
        ("😂😂 👍", "no_words"),
        ("۱۲۳۴ ... !!", "no_words"),
        ("@ali https://example.com/x", "no_words"),
    ],
)
def test_reasons(rule: LanguageRule, text: str, expected: str) -> None:
    assert reason(rule, text) == expected


def test_no_words_is_held_not_rejected(rule: LanguageRule) -> None:
    score = rule.score(read(rule, "۱۲۳"))[0]
    assert 0.5 <= score < 0.95


def test_persian_carries_a_mixed_comment(rule: LanguageRule) -> None:
    assert reason(rule, "این خبر خیلی خوب بود thank you very much") == ""


def test_persian_does_not_carry_a_foreign_comment(rule: LanguageRule) -> None:
    text = "خبر: " + ENGLISH[0] + " " + ENGLISH[1]
    given = read(rule, text)
    assert rule.score(given)[0] >= 0.5
    explanation = rule.explain(given, 0)
    assert explanation.reason == "english"
    marked = " ".join(text[start:end] for start, end in explanation.spans)
    assert "true" in marked
    assert "خبر" not in marked


def test_scores_do_not_depend_on_the_batch(rule: LanguageRule) -> None:
    texts = [*PERSIAN, *URDU, *ARABIC, *ENGLISH, *FINGLISH, "", "123", "خخخخ"]
    together = rule.score(read(rule, *texts))
    alone = [rule.score(read(rule, text))[0] for text in texts]
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-5)
    assert np.all((together >= 0) & (together <= 1))


@pytest.mark.parametrize(
    "text", ["\ud800", "\x00", "ا" * 100_000, "\u202e", "\u200c", "a\u0300" * 500]
)
def test_hostile_text_gets_a_score(rule: LanguageRule, text: str) -> None:
    given = read(rule, text)
    assert 0 <= rule.score(given)[0] <= 1
    rule.explain(given, 0)


def test_light_fold_keeps_sister_letters() -> None:
    assert light_fold("كتابي") == "کتابی"
    assert light_fold("می‌روم") == "میروم"
    assert light_fold("عاااالی") == "عالی"
    assert light_fold("ێۆڵڕېښټٹڈےہة") == "ێۆڵڕېښټٹڈےہة"


@pytest.mark.parametrize("word", ["خخخخ", "ههههه", "هاهاها", "ahaha", "lol", "وااای"])
def test_laughter(word: str) -> None:
    assert is_filler(fold(word), word)


def test_one_letter_run() -> None:
    assert is_one_letter_run(fold("ببببب"), "ببببب")
    assert not is_one_letter_run(fold("ب"), "ب")


@pytest.mark.parametrize(
    ("words", "name"),
    [(["very", "good"], "english"), (["haber"], "foreign"), (["bu", "xəbər"], "azerbaijani"),
     (["Das", "ist", "eine", "gute", "Nachricht"], "german")],
)  # fmt: skip
def test_latin_names(words: list[str], name: str) -> None:
    assert [name_latin(words) for _ in range(5)] == [name] * 5


def test_other_names() -> None:
    assert name_cyrillic("Бұл жақсы жаңалық") == "kazakh"
    assert name_cyrillic("Ҷумҳурии Тоҷикистон") == "tajik"
    assert name_cyrillic("abc") == ""
    assert name_other("この記事はいい") == "japanese"
    assert name_other("؟") == "foreign"


def test_known_words() -> None:
    known = known_words()
    assert known.bucket(KnownWords.hash([fold("خبر"), "ژژژژ"])).tolist() == [4, 0]
    again = KnownWords.from_arrays(known.arrays)
    assert len(again) == len(known)
    empty = KnownWords(np.zeros(0, np.uint64), np.zeros(0, np.uint8))
    assert empty.bucket(KnownWords.hash(["خبر"])).tolist() == [0]


def test_same_text_is_always_held_out_or_never() -> None:
    from moderation.training.known import held_out

    texts = [f"دیدگاه شماره {'الف' * n}" for n in range(1, 200)]
    aside = [text for text in texts if held_out(text)]
    assert aside
    assert len(aside) < len(texts) / 2
    assert all(held_out(text + " !! 12") == held_out(text) for text in texts)
