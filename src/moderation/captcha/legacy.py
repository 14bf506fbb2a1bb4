"""Check the question that a site's own form already prints, such as «1 + 12 =»."""

from __future__ import annotations

import re
from functools import cache

from moderation.captcha.checker import Result
from moderation.captcha.numerals import LONGEST, plain, read_number
from moderation.captcha.wording import table, wording

__all__ = ["check_expression"]

_END = re.compile(r"[=?؟\s]*$")


def check_expression(question: str, answer: str) -> Result:
    """Compare an answer with a sum that is printed as text.

    There is no token: that the question was asked, and asked once, is the site's own business.

    Parameters
    ----------
    question : str
        Two whole numbers with ``+``, ``-``, ``−`` or ``×`` or one of these in words between
        them, in any digits or words; ``=``, a question mark or «چند می‌شود؟» may follow.
    answer : str
        As the reader sent it.

    Returns
    -------
    Result
        ``ok`` or ``wrong``; ``malformed`` where either can't be read.

    Examples
    --------
    >>> check_expression("1 + 12 =", "۱۳").value
    'ok'
    """
    if not isinstance(question, str) or not isinstance(answer, str):
        return Result.MALFORMED
    wanted, given = _value(question), read_number(answer)
    if wanted is None or given is None:
        return Result.MALFORMED
    return Result.OK if wanted == given else Result.WRONG


@cache
def _operators() -> re.Pattern[str]:
    """Return what matches an operator with its group's number telling which."""
    groups = []
    for row in table("operators.tsv"):
        signs = [re.escape(text) for text in row if len(text) == 1]
        words = sorted({plain(text) for text in row if len(text) > 1}, key=len, reverse=True)
        spoken = "|".join(rf"(?<=[\s\d]){word}(?=[\s\d])" for word in map(re.escape, words))
        groups.append(f"([{''.join(signs)}]{'|' if spoken else ''}{spoken})")
    return re.compile("|".join(groups))


@cache
def _asked() -> re.Pattern[str]:
    """Return what matches «چند می‌شود» at the end, however it is spaced."""
    letters = plain(wording()["asked"]).rstrip("?؟").replace(" ", "")
    return re.compile(r"\s*".join(map(re.escape, letters)) + "$")


def _value(question: str) -> int | None:
    if len(question) > 2 * LONGEST:
        return None
    text = _END.sub("", plain(question))
    text = _END.sub("", _asked().sub("", text))
    # The first number may have a sign of its own, so an operator never stands first.
    for found in _operators().finditer(text):
        left, right = text[: found.start()], text[found.end() :]
        if not left.strip():
            continue
        first, second = read_number(left), read_number(right)
        if first is None or second is None:
            return None
        return (first + second, first - second, first * second)[(found.lastindex or 1) - 1]
    return None
