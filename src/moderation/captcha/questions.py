"""Questions that a captcha asks: a sum, or a phrase to copy; a site can add its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from secrets import SystemRandom
from typing import Protocol

from moderation.captcha.numerals import LONGEST, plain, read_number, say_number
from moderation.captcha.wording import table, wording

__all__ = ["Arithmetic", "CopyPhrase", "Question", "QuestionKind"]

_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_SIGNS = {"+": "plus", "\u2212": "minus"}


@dataclass(frozen=True)
class Question:
    """One question with its answer.

    Attributes
    ----------
    text : str
        As shown.
    spoken : str
        The same in words, for those who listen.
    answer : str
        The one right answer, as the kind's ``read`` returns it.
    numeric : bool
        Whether the answer is a number: such a question can be shown as a picture, is set from
        left to right, and gets a keyboard of digits.
    """

    text: str
    spoken: str
    answer: str
    numeric: bool = False


class QuestionKind(Protocol):
    """What a site's own kind of question has to have.

    Attributes
    ----------
    name : str
        Up to 32 small Latin letters, digits, ``_`` and ``-``; it stands in the token.
    answers : int
        How many answers there are, each as likely as any other.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - see the class

    @property
    def answers(self) -> int: ...  # noqa: D102 - see the class

    def ask(self, random: SystemRandom) -> Question:
        """Return a new question, by nothing but the given source of randomness."""
        ...

    def read(self, answer: str) -> str | None:
        """Return the one form of what somebody answered, or None where it can't be an answer.

        It gets any string and must not raise. A form lets through 64 characters.
        """
        ...


class Arithmetic:
    """Addition and subtraction of whole numbers: «۴۳۱۷ + ۵ = ؟».

    The answer is drawn first, every one as likely as any other; then the sign; then the step
    (what is added or taken away), every one as likely as any other of those that keep the
    first number from falling below zero. With the defaults all three are independent.

    By default a short step from a long number: as easy as «۱ + ۱۲» for who can copy, but with
    9,000 answers, where «۱ + ۱۲» has two dozen and guessing them pays. The classical form is
    ``Arithmetic(answers=(2, 24), steps=(1, 12))``; see ``docs/captcha.md`` for what it is worth.

    Parameters
    ----------
    answers : tuple of int
        Smallest and largest answer, both included.
    steps : tuple of int
        Smallest and largest step, both included.
    subtraction : bool
        Whether to subtract as well as to add.

    Raises
    ------
    ValueError
        If a range is empty or negative, leads beyond 999,999, or leaves an answer without a step.
    """

    name = "arithmetic"

    def __init__(
        self,
        answers: tuple[int, int] = (1000, 9999),
        steps: tuple[int, int] = (1, 9),
        subtraction: bool = True,
    ) -> None:
        for what, (low, high) in (("answers", answers), ("steps", steps)):
            if not 0 <= low <= high:
                raise ValueError(f"{what}: {low} to {high} is not a range of numbers from 0 up")
        if answers[0] < steps[0]:
            raise ValueError(
                f"the smallest answer, {answers[0]}, is no sum with the smallest step, {steps[0]}"
            )
        if answers[1] + steps[1] > 999_999:
            raise ValueError("numbers go up to 999,999")
        self._answers, self._steps = answers, steps
        self._signs = "+\u2212" if subtraction else "+"

    @property
    def answers(self) -> int:
        """How many answers there are."""
        return self._answers[1] - self._answers[0] + 1

    def ask(self, random: SystemRandom) -> Question:
        """Return a sum."""
        answer, sign = random.randint(*self._answers), random.choice(self._signs)
        low, high = self._steps
        step = random.randint(low, min(high, answer) if sign == "+" else high)
        first = answer - step if sign == "+" else answer + step
        said, unknown = wording()[_SIGNS[sign]], wording()["unknown"]
        text = f"{first} {sign} {step} = {unknown}".translate(_PERSIAN)
        spoken = f"{say_number(first)} {said} {say_number(step)} {wording()['asked']}"
        return Question(text, spoken, str(answer), numeric=True)

    def read(self, answer: str) -> str | None:
        """Return the number in ASCII digits."""
        number = read_number(answer)
        return None if number is None else str(number)


class CopyPhrase:
    """A phrase to copy, for readers whom numbers give trouble: «عبارت سوم را بنویسید: …».

    A noun and an adjective, every pair as likely as any other; what stands beside it, and its
    place, are drawn alike.

    Parameters
    ----------
    shown : int
        How many phrases to show, 2 to 5.

    Raises
    ------
    ValueError
        If `shown` is outside that range.
    """

    name = "copy"

    def __init__(self, shown: int = 4) -> None:
        self._ordinals = wording()["ordinals"].split()
        if not 2 <= shown <= len(self._ordinals):
            raise ValueError(f"shown: {shown} is not between 2 and {len(self._ordinals)}")
        self._shown = shown

    @property
    def answers(self) -> int:
        """How many answers there are."""
        nouns, adjectives = _phrases()
        return len(nouns) * len(adjectives)

    def ask(self, random: SystemRandom) -> Question:
        """Return a row of phrases, one of which is asked for."""
        nouns, adjectives = _phrases()
        # Each word stands once, so that no two phrases can be mixed up.
        pairs = zip(random.sample(nouns, self._shown), random.sample(adjectives, self._shown))
        phrases = [f"{noun} {adjective}" for noun, adjective in pairs]
        place = random.randrange(self._shown)
        separator = f"{wording()['comma']} "
        text = wording()["copy"].format(
            ordinal=self._ordinals[place], phrases=separator.join(phrases)
        )
        return Question(text, text, _letters(phrases[place]))

    def read(self, answer: str) -> str | None:
        """Return the phrase's letters."""
        letters = _letters(answer) if len(answer) <= LONGEST else ""
        return letters if letters.isalpha() else None


@cache
def _phrases() -> tuple[list[str], list[str]]:
    nouns, adjectives = (words.split() for _, words in table("phrases.tsv"))
    return nouns, adjectives


def _letters(phrase: str) -> str:
    return plain(phrase).replace(" ", "")
