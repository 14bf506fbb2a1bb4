"""What a whole moderator does beyond scores: to disguises, to names of groups, and where it points.

Measured with a moderator whose abuse rules have not seen the comments: the model trained without
the first fold, on that fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.moderator import Moderator
from moderation.training.disguises import disguise_report
from moderation.training.fairness import GROUP_RULES, group_report
from moderation.types import Decision, Rule, Span

__all__ = ["disguises", "groups", "spans"]

_SAMPLE, _LONGEST = 400, 300
_ABUSE = (Rule.INSULT, Rule.HATE, Rule.THREAT)


def _held(moderator: Moderator, texts: Sequence[str]) -> list[bool]:
    verdicts = moderator.classify_batch(texts)
    return [verdict.decision is not Decision.PUBLISH for verdict in verdicts]


def disguises(
    moderator: Moderator, breaking: Sequence[str], clean: Sequence[str], seed: int
) -> dict[str, Any]:
    """Measure every disguise on comments that are held and on harmless ones that are not.

    Parameters
    ----------
    moderator : Moderator
    breaking, clean : sequence of str
        Comments that break a rule of abuse, and that break none.
    seed : int
        Fixes which of them are taken.
    """
    taken = []
    for texts, wanted in ((breaking, True), (clean, False)):
        short = sorted({text for text in texts if len(text) <= _LONGEST})
        Random(seed).shuffle(short)
        short = short[: 3 * _SAMPLE]
        held = _held(moderator, short)
        taken.append([t for t, is_held in zip(short, held) if is_held is wanted][:_SAMPLE])
    report = disguise_report(lambda texts: _held(moderator, texts), *taken)
    return {"caught": len(taken[0]), "clean": len(taken[1]), **report}


def groups(moderator: Moderator) -> dict[str, Any]:
    """Measure how far naming a group of people moves the scores of a neutral sentence."""

    def score(texts: Sequence[str]) -> npt.NDArray[np.float64]:
        verdicts = moderator.classify_batch(texts)
        return np.array([[verdict.scores[rule] for rule in GROUP_RULES] for verdict in verdicts])

    return group_report(score)


def spans(moderator: Moderator, rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Compare where findings point with the words that human readers marked.

    Parameters
    ----------
    moderator : Moderator
    rows : iterable of dict
        ``text`` and ``spans`` (a list of ``start`` and ``end``) of offensive comments.

    Returns
    -------
    dict
        Of the ``flagged`` comments: ``touching`` (share whose findings touch a marked word),
        and, over all letters, ``precision`` and ``recall`` of the marked ones; ``letters``, the
        share of a comment's letters that findings point at.
    """
    marked = [row for row in rows if row.get("spans")]
    verdicts = moderator.classify_batch([row["text"] for row in marked])
    touching = flagged = found = right = wanted = letters = 0
    for row, verdict in zip(marked, verdicts):
        here = [f.spans for f in verdict.findings if f.rule in _ABUSE]
        if not here:
            continue
        length = len(row["text"])
        pointed = _covered(length, [span for some in here for span in some])
        human = _covered(length, [(span["start"], span["end"]) for span in row["spans"]])
        flagged += 1
        touching += bool((pointed & human).any())
        found += int(pointed.sum())
        right += int((pointed & human).sum())
        wanted += int(human.sum())
        letters += length
    return {
        "n": len(marked),
        "flagged": flagged,
        "touching": touching / max(flagged, 1),
        "precision": right / max(found, 1),
        "recall": right / max(wanted, 1),
        "letters": found / max(letters, 1),
    }


def _covered(length: int, places: Sequence[Span]) -> npt.NDArray[np.bool_]:
    covered = np.zeros(length, dtype=bool)
    for start, end in places:
        covered[start:end] = True
    return covered
