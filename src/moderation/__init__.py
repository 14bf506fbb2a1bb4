"""Persian news-comment moderation: a comment and its news item in, a verdict out.

>>> from moderation import Moderator
>>> Moderator().classify("خسته نباشید، گزارش خوبی بود").decision.value
'publish'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.policy import Policy, PolicyError
from moderation.types import Article, Comment, Decision, Finding, Rule, Span, Verdict

if TYPE_CHECKING:
    from moderation.model.store import ModelError
    from moderation.moderator import Moderator

__version__ = "0.2.0"
__all__ = [
    "Article",
    "Comment",
    "Decision",
    "Finding",
    "ModelError",
    "Moderator",
    "Policy",
    "PolicyError",
    "Rule",
    "Span",
    "Verdict",
    "__version__",
]


def __getattr__(name: str) -> object:
    """Import what needs numpy only when it is asked for: ``import moderation`` stays cheap."""
    if name == "Moderator":
        from moderation.moderator import Moderator

        return Moderator
    if name == "ModelError":
        from moderation.model.store import ModelError

        return ModelError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
