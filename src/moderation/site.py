"""The site's own block and review lists, applied beside the rules."""

from __future__ import annotations

from moderation.policy import Policy, Terms
from moderation.text.letters import fold
from moderation.text.tokens import Token, tokenize_spans
from moderation.types import Decision, Finding, Rule, Span

__all__ = ["SiteList"]

#: Tokens more than a term has words that may make it up: «بی شرف» for «بی‌شرف».
_EXTRA_PARTS = 2


class SiteList:
    """Finds the terms that a site's policy blocks or wants an editor to see.

    A term matches whole words in their folded form, written apart, with half-spaces or
    together.

    Parameters
    ----------
    terms : Terms
        The policy's lists.
    """

    def __init__(self, terms: Terms) -> None:
        self._terms: dict[str, Decision] = {}
        self._longest = 0
        for listed, decision in ((terms.review, Decision.REVIEW), (terms.block, Decision.REJECT)):
            for term in listed:
                words = [word for word, _ in _words(term)]
                if words:
                    self._terms["".join(words)] = decision
                    self._longest = max(self._longest, len(words) + _EXTRA_PARTS)

    def findings(self, text: str, policy: Policy) -> list[Finding]:
        """Return at most one finding per list for `text`, with all places of its terms."""
        if not self._terms:
            return []
        words = _words(text)
        places: dict[Decision, list[Span]] = {}
        for first, (_, start) in enumerate(words):
            joined = ""
            for word, token in words[first : first + self._longest]:
                joined += word
                decision = self._terms.get(joined)
                if decision is not None:
                    places.setdefault(decision, []).append((start.start, token.end))
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


_REASONS = {Decision.REJECT: "blocked_term", Decision.REVIEW: "watched_term"}


def _words(text: str) -> list[tuple[str, Token]]:
    """Return the folded words of `text` with their places."""
    folded = ((fold(token.text), token) for token in tokenize_spans(text))
    return [(word, token) for word, token in folded if any(c.isalnum() for c in word)]
