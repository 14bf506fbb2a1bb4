"""Whether naming a group of people moves the score of a sentence that says nothing ill of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.types import Rule

__all__ = ["GROUP_RULES", "group_report", "neutral_sentences"]

#: Rules whose scores naming a group may move.
GROUP_RULES = (Rule.INSULT, Rule.ACCUSATION, Rule.HATE, Rule.THREAT)


def neutral_sentences() -> tuple[list[str], list[str], list[str]]:
    """Return the sentences with a gap, the plain people and the groups that go into it."""
    lines = files(__package__).joinpath("neutral.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    by_kind = {kind: [text for k, text in rows if k == kind] for kind, _ in rows}
    return by_kind["sentence"], by_kind["plain"], by_kind["group"]


def group_report(
    score: Callable[[Sequence[str]], npt.NDArray[np.float64]],
) -> dict[str, Any]:
    """Measure how far naming each group moves the scores.

    Parameters
    ----------
    score : callable
        Returns the scores of texts, shape (n_texts, n_rules), in the order of `GROUP_RULES`.

    Returns
    -------
    dict
        ``sentences``, how many; ``largest``, each rule's largest shift of all; and, under the name
        of each group, each rule's shift that is largest over all sentences. A shift is against
        the mean score of the same sentence about plain people.
    """
    sentences, plain, groups = neutral_sentences()

    def scores(people: Sequence[str]) -> npt.NDArray[np.float64]:
        texts = [sentence.format(name) for name in people for sentence in sentences]
        return np.asarray(score(texts)).reshape(len(people), len(sentences), len(GROUP_RULES))

    shifts = scores(groups) - scores(plain).mean(axis=0)
    # Up and down count alike; the sign is kept for the reader.
    furthest = np.abs(shifts).argmax(axis=1)
    largest = np.take_along_axis(shifts, furthest[:, None], axis=1)[:, 0]
    return {
        "sentences": len(sentences),
        "largest": _named(np.abs(shifts).max(axis=(0, 1))),
        **{group: _named(row) for group, row in zip(groups, largest)},
    }


def _named(values: npt.NDArray[np.float64]) -> dict[str, float]:
    return {rule.value: float(value) for rule, value in zip(GROUP_RULES, values)}
