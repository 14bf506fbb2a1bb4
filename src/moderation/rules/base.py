"""The contract of a rule: score the whole batch at once, explain only what was flagged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from moderation.text.tokens import Token, located
from moderation.text.vocabulary import Batch, Encoder
from moderation.types import Article, Comment, Rule, Span

__all__ = ["Explanation", "Reading", "RuleModel", "Scores", "merge_spans"]

#: Calibrated probabilities, shape (n_comments,); nan where a rule had nothing to go on.
Scores = npt.NDArray[np.float64]


@dataclass
class Reading:
    """What the rules are given: a batch of comments, already tokenised.

    Attributes
    ----------
    comments : sequence of Comment
        The comments; `texts` holds what is read of each (the head and tail of a very
        long one), and spans refer to it.
    articles : sequence of Article or None
        The item each comment stands under.
    batch : Batch
        Tokens and their rows in the shared token table.
    places : dict of int to list of Token
        The places of tokens that are not simply those of the text, by comment.
    shared : dict
        Work that one rule did and another may reuse, by name.
    """

    comments: Sequence[Comment]
    texts: Sequence[str]
    articles: Sequence[Article | None]
    batch: Batch
    places: dict[int, list[Token]] = field(default_factory=dict)
    shared: dict[str, Any] = field(default_factory=dict)

    def tokens(self, index: int) -> list[Token]:
        """Return comment `index`'s tokens with their places, in step with the batch."""
        if index not in self.places:
            self.places[index] = located(self.texts[index], self.batch.of(index))
        return self.places[index]


@dataclass(frozen=True)
class Explanation:
    """Why a rule spoke: a short code and the places in the text that was read.

    `roles` says of each place what part it has, where a rule tells more than one kind.
    """

    reason: str
    spans: tuple[Span, ...] = ()
    roles: tuple[str, ...] = ()


def merge_spans(tokens: Sequence[Token], chosen: Sequence[bool]) -> tuple[Span, ...]:
    """Return the places of the chosen tokens; neighbours become one span."""
    spans: list[Span] = []
    last = -2
    for position, (token, wanted) in enumerate(zip(tokens, chosen)):
        if not wanted or token.end <= token.start:
            continue
        if last == position - 1 and spans:
            spans[-1] = (spans[-1][0], token.end)
        else:
            spans.append((token.start, token.end))
        last = position
    return tuple(spans)


class RuleModel(Protocol):
    """A rule as the moderator sees it.

    A rule is built once from the stored model and is then read-only, apart from caches
    that never change an answer.
    """

    @property
    def rule(self) -> Rule:
        """The rule whose scores these are."""

    @property
    def encoders(self) -> Mapping[str, Encoder]:
        """Columns this rule needs in the token table; a name stands for one thing in all rules."""

    def score(self, reading: Reading) -> Scores:
        """Return the probability that each comment breaks the rule."""

    def explain(self, reading: Reading, index: int) -> Explanation:
        """Return reason and spans for comment `index`, which was flagged."""
