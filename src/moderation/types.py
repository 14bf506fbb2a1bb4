"""The words every part of the package speaks: article, comment, finding, verdict.

Plain frozen dataclasses without numpy, so that ``import moderation`` stays cheap.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

__all__ = ["Article", "Comment", "Decision", "Finding", "Rule", "Span", "Verdict"]

#: Half-open ``(start, end)`` code-point offsets in the original comment text.
Span = tuple[int, int]


class Rule(str, Enum):
    """A rule a comment can break; the value is the name used in files and JSON."""

    INSULT = "insult"
    ACCUSATION = "accusation"
    HATE = "hate"
    THREAT = "threat"
    SPAM = "spam"
    LANGUAGE = "language"
    OFF_TOPIC = "off_topic"

    def __str__(self) -> str:
        return self.value


class Decision(str, Enum):
    """What to do with a comment, from mildest to gravest."""

    PUBLISH = "publish"
    REVIEW = "review"
    REJECT = "reject"

    def __str__(self) -> str:
        return self.value

    @property
    def severity(self) -> int:
        """Rank for comparison: 0 (publish), 1 (review), 2 (reject)."""
        return _SEVERITY[self.value]

    @classmethod
    def worst(cls, decisions: list[Decision]) -> Decision:
        """Return the gravest of `decisions`, or ``PUBLISH`` when there is none."""
        return max(decisions, key=lambda decision: decision.severity, default=cls.PUBLISH)


_SEVERITY = {"publish": 0, "review": 1, "reject": 2}


@dataclass(frozen=True)
class Article:
    """A news item that comments stand under.

    Parameters
    ----------
    title, lead, body : str
        The item itself. Only these three are compared with comments.
    tags : tuple of str
        The page's own tags.
    category : str
        The section the site files it under.
    id : str or None
        The key that rows of a batch file name in ``article_id``.
    date : str
        The date line as the page prints it (Jalali, with time where given).
    code : str
        The site's news code («کد خبر»), digits as ASCII.
    """

    title: str = ""
    lead: str = ""
    body: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""
    id: str | None = None
    date: str = ""
    code: str = ""

    @classmethod
    def from_text(cls, text: str) -> Article:
        """Read an item from a news page copied as plain text.

        See :func:`moderation.article.page.parse_text_page`.
        """
        from moderation.article.page import parse_text_page

        return parse_text_page(text)

    @classmethod
    def from_html(cls, html: str | bytes) -> Article:
        """Read an item from a news page's HTML.

        See :func:`moderation.article.html.parse_html_page`.
        """
        from moderation.article.html import parse_html_page

        return parse_html_page(html)

    @cached_property
    def text(self) -> str:
        """Title, lead, body and tags, one a line: what a comment is held against."""
        parts = (self.title, self.lead, self.body, " ".join(self.tags))
        return "\n".join(part for part in parts if part)


@dataclass(frozen=True)
class Comment:
    """A reader's comment; `reply_to` is the text of the comment it answers, if any."""

    text: str
    id: str | None = None
    reply_to: str | None = None


@dataclass(frozen=True)
class Finding:
    """A rule that spoke about a comment.

    Attributes
    ----------
    rule : Rule
        The rule.
    score : float
        Calibrated probability that the comment breaks the rule, 0 to 1.
    decision : Decision
        What the policy makes of that score.
    reason : str
        Short code such as ``profanity``, ``finglish`` or ``advert_link``.
    spans : tuple of (int, int)
        Where, as code-point offsets in the original text; may be empty when the
        whole comment is meant.
    message : str
        The site's own sentence for the reader, in Persian.
    roles : tuple of str
        For an accusation, of each span whether it is the ``charge`` or the ``target``; empty
        otherwise. Not part of the JSON object.
    """

    rule: Rule
    score: float
    decision: Decision
    reason: str
    spans: tuple[Span, ...] = ()
    message: str = ""
    roles: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as the JSON object of the output contract."""
        return {
            "rule": self.rule.value,
            "score": self.score,
            "decision": self.decision.value,
            "reason": self.reason,
            "spans": [list(span) for span in self.spans],
            "message": self.message,
        }


@dataclass(frozen=True)
class Verdict:
    """The outcome for one comment, with all that is needed to replay and explain it.

    Attributes
    ----------
    decision : Decision
        The worst of the findings' decisions.
    findings : tuple of Finding
        Rules whose score reached the policy's review threshold.
    scores : dict of Rule to float or None
        Every rule's score; ``None`` where it had nothing to go on.
    model, policy : str
        Identities of the model and the policy that judged.
    id : str or None
        The comment's own id.
    """

    decision: Decision
    findings: tuple[Finding, ...]
    scores: dict[Rule, float | None]
    model: str
    policy: str
    id: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as the JSON object of the output contract."""
        return {
            "id": self.id,
            "decision": self.decision.value,
            "scores": {rule.value: score for rule, score in self.scores.items()},
            "findings": [finding.to_dict() for finding in self.findings],
            "model": self.model,
            "policy": self.policy,
        }
