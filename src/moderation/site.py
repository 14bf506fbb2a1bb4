"""The site's own block and review lists, applied beside the rules."""

from __future__ import annotations

import re

from moderation.policy import Policy, Terms
from moderation.text.letters import fold
from moderation.text.tokens import Kind, Token, kind_of, tokenize_spans
from moderation.types import Decision, Finding, Rule, Span

__all__ = ["SiteList"]


class SiteList:
    """Finds the terms that a site's policy blocks or wants an editor to see.

    A term matches whole words in their folded form. One of several words, or with a
    half-space in it, also matches written apart or together; any other only as one word, so
    that «مادر» is not found in «ما در خانه».

    Parameters
    ----------
    terms : Terms
        The policy's lists.
    """

    def __init__(self, terms: Terms) -> None:
        self._whole: dict[str, Decision] = {}
        self._parted: dict[str, Decision] = {}
        self._longest = 1
        for listed, decision in ((terms.review, Decision.REVIEW), (terms.block, Decision.REJECT)):
            for term in listed:
                parts = [word for part in _PARTS.split(term) for word, _ in _words(part)]
                joined = "".join(parts)
                self._whole[joined] = decision
                if len(parts) > 1:
                    self._parted[joined] = decision
                    self._longest = max(self._longest, len(parts))

    def findings(self, text: str, policy: Policy) -> list[Finding]:
        """Return at most one finding per list for `text`, with all places of its terms."""
        if not self._whole:
            return []
        words = _words(text)
        places: dict[Decision, list[Span]] = {}
        for first, (_, start) in enumerate(words):
            joined, terms = "", self._whole
            for word, token in words[first : first + self._longest]:
                joined += word
                decision = terms.get(joined)
                if decision is not None:
                    places.setdefault(decision, []).append((start.start, token.end))
                terms = self._parted
        return [
            Finding(
                Rule.INSULT,
                1.0,
                decision,
                _REASONS[decision],
                tuple(spans),
                policy.message(Rule.INSULT, _REASONS[decision]),
            )
            for decision, spans in places.items()
        ]


_PARTS = re.compile(r"[\s\u200c]+")
_SIGNS = (Kind.MARK, Kind.NOTHING)
_REASONS = {Decision.REJECT: "blocked_term", Decision.REVIEW: "watched_term"}


def _words(text: str) -> list[tuple[str, Token]]:
    """Return the folded words and emoji of `text` with their places."""
    folded = ((fold(token.text), token) for token in tokenize_spans(text))
    return [(word, token) for word, token in folded if kind_of(token.text, word) not in _SIGNS]
