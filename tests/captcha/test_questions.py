"""Numbers and questions: what is said is read again, and every answer is as likely as any."""

from __future__ import annotations

from collections import Counter
from secrets import SystemRandom

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from moderation.captcha import Arithmetic, CopyPhrase, check_expression
from moderation.captcha.numerals import read_number, say_number
from moderation.captcha.wording import table

RANDOM = SystemRandom()
#: What fair dice fail once in a million runs.
UNFAIR = 1e-6


@given(st.integers(-999_999, 999_999))
def test_numbers_that_are_said_are_read(number: int) -> None:
    assert read_number(say_number(number)) == number


def test_numbers_beyond_a_million_are_not_said() -> None:
    with pytest.raises(ValueError, match="999,999"):
        say_number(1_000_000)


@pytest.mark.parametrize(
    "text",
    [
        "۱۳",
        "١٣",
        "13",
        "1٣",
        " ۱ ۳ ",
        "+13",
        "+ ۱۳",
        "\u200f۱۳\u200e",
        "سیزده",
        "مثبت سیزده",
        "۰۰۱۳",
    ],
)
def test_thirteen(text: str) -> None:
    assert read_number(text) == 13


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("بیست‌ویک", 21), ("صد و پنج", 105), ("هزار", 1000), ("یک هزار و دو", 1002),
        ("منفی سه", -3), ("\u2212۳", -3), ("-۰", 0), ("۴٬۳۲۲", 4322), ("4,322", 4322),
        ("شونزده", 16), ("صفر", 0), ("نهصد و نود و نه هزار و نهصد و نود و نه", 999_999),
        ("سي و يك", 31), ("بیستویک", 21), ("چهار صد و پنج", 405), ("چهار‌صد", 400), ("یک صد", 100),
        ("دوهزار و شش صد", 2600), ("پنجهزارودویست", 5200), ("نودویک", 91),
    ],
)  # fmt: skip
def test_other_numbers(text: str, number: int) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", "۱۳ تومان", "۱.۵", "٤٫٥", "12,3", "1e3", "0x10", "بیست پنج", "پنج و بیست",
        "بیست و", "و بیست", "بیست و دوازده", "صفر هزار", "هزار و صفر", "هزار هزار", "--3", "+-3",
        "صد و صد",
        "بیستپنج", "ده صد", "صد صد", "پنجسلام", "و" * 60, "یک" * 30 + "ا",
        "ده و یک", "۱۳ و", "Ⅻ", "१३", "1" * 65, "\ud800", "½",
    ],
)  # fmt: skip
def test_no_numbers(text: str) -> None:
    assert read_number(text) is None


@given(st.text(max_size=80))
def test_any_text_is_read_or_not(text: str) -> None:
    assert read_number(text) is None or isinstance(read_number(text), int)
    assert check_expression(text, text) is not None
    CopyPhrase().read(text)


def parts(text: str) -> tuple[int, str, int]:
    first, sign, step, *_ = text.split()
    return int(first), sign, int(step)


def test_sums_are_right_and_never_below_zero() -> None:
    for kind in (Arithmetic(), Arithmetic((0, 5), (0, 9)), Arithmetic((2, 24), (1, 12))):
        for _ in range(500):
            question = kind.ask(RANDOM)
            first, sign, step = parts(question.text)
            assert first >= 0
            assert question.answer == str(first + step if sign == "+" else first - step)
            for shown in (question.text, question.spoken):
                assert check_expression(shown, question.answer).value == "ok"


def test_answers_signs_and_steps_are_uniform() -> None:
    kind = Arithmetic((50, 149), (1, 9))
    answers, signs, steps = Counter[str](), Counter[str](), Counter[int]()
    for _ in range(20_000):
        question = kind.ask(RANDOM)
        _, sign, step = parts(question.text)
        answers[question.answer] += 1
        signs[sign] += 1
        steps[step] += 1
    assert (len(answers), len(signs), len(steps)) == (kind.answers, 2, 9)
    for counts in (answers, signs, steps):
        assert chisquare(list(counts.values())).pvalue > UNFAIR


def test_steps_are_uniform_below_small_answers() -> None:
    kind = Arithmetic((4, 4), (1, 9), subtraction=False)
    steps = Counter(parts(kind.ask(RANDOM).text)[2] for _ in range(8_000))
    assert sorted(steps) == [1, 2, 3, 4]
    assert chisquare(list(steps.values())).pvalue > UNFAIR


@pytest.mark.parametrize(
    ("answers", "steps"),
    [
        ((5, 4), (1, 2)),
        ((-1, 4), (0, 2)),
        ((0, 9), (1, 2)),
        ((1, 999_999), (1, 9)),
        ((3, 9), (5, 2)),
    ],
)
def test_ranges_that_make_no_sense(answers: tuple[int, int], steps: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"range|sum|999,999"):
        Arithmetic(answers, steps)


def test_phrases_are_uniform_and_shown_once() -> None:
    (_, nouns), (_, adjectives) = table("phrases.tsv")
    for words in (nouns.split(), adjectives.split()):
        assert len(set(words)) == len(words)
    kind = CopyPhrase(shown=4)
    assert kind.answers == len(nouns.split()) * len(adjectives.split()) > 9_000
    first, place = Counter[str](), Counter[int]()
    for _ in range(10_000):
        question = kind.ask(RANDOM)
        phrases = question.text.partition(":")[2].split("،")
        asked = [kind.read(phrase) for phrase in phrases].index(question.answer)
        place[asked] += 1
        first[phrases[asked].split()[0]] += 1
    assert sorted(place) == [0, 1, 2, 3]
    assert len(first) == len(nouns.split())
    for counts in (place, first):
        assert chisquare(list(counts.values())).pvalue > UNFAIR


def test_a_phrase_is_read_however_it_is_spaced() -> None:
    kind = CopyPhrase()
    wanted = kind.read("فنجان قهوه‌ای")
    assert wanted
    for text in ("فنجان قهوه ای", " فنجان  قهوه‌اي\u200f", "فنجانقهوهای"):
        assert kind.read(text) == wanted
    for text in ("", "۱۲", "فنجان!", "ا" * 65):
        assert kind.read(text) is None
    with pytest.raises(ValueError, match="between 2 and"):
        CopyPhrase(shown=1)


@pytest.mark.parametrize(
    ("question", "answer", "result"),
    [
        ("1 + 12 =", "۱۳", "ok"), ("۱+۱۲=؟", "13", "ok"), ("٣ × ٥ =", "پانزده", "ok"),
        ("3 - 5 =", "-2", "ok"), ("۵ منهای ۲", "سه", "ok"), ("-3 - 5 =", "-8", "ok"),
        ("سه ضرب در پنج چند می‌شود؟", "۱۵", "ok"), ("دو به‌علاوهٔ دو", "۴", "ok"),
        ("7 \u2212 2", "5", "ok"), ("3 + 4 چند میشود؟", "7", "ok"), ("5منهای3", "2", "ok"),
        ("3 + 4 چند می شود ؟", "7", "ok"), ("1 + 12 =", "14", "wrong"),
        ("1 + 12 =", "?", "malformed"),
        ("2 / 3", "1", "malformed"), ("1 + 2 + 3 =", "6", "malformed"), ("1 * 2", "2", "malformed"),
        ("1 +", "1", "malformed"), ("+ 1", "1", "malformed"), ("", "", "malformed"),
        ("1 + 1" + " " * 200, "2", "malformed"), ("سلام + ۱", "۲", "malformed"),
    ],
)  # fmt: skip
def test_printed_sums(question: str, answer: str, result: str) -> None:
    assert check_expression(question, answer).value == result


def test_a_missing_answer_is_malformed() -> None:
    assert check_expression("1 + 1", None).value == "malformed"  # type: ignore[arg-type]
