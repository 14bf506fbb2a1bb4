"""A moderator that looks for one word, so that files and streams are tested without a model."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from moderation.types import Article, Comment, Decision, Finding, Rule, Verdict

BAD = "زشت"
made = 0


class FakeModerator:
    """Rejects a comment that holds ``BAD``, and tells which article it was given."""

    model_id = "fake-1"
    policy: Any = None

    def __init__(self, model: str | Path | None = None, policy: Any = None) -> None:
        global made
        made += 1
        if model is not None:
            raise ValueError(f"{model}: no model here")
        self.largest_batch = 0

    def classify(self, comment: Comment | str, article: Article | None = None) -> Verdict:
        comment = Comment(comment) if isinstance(comment, str) else comment
        if comment.text == "die":
            os._exit(1)
        at = comment.text.find(BAD)
        findings: tuple[Finding, ...] = ()
        if at >= 0:
            span = (at, at + len(BAD))
            findings = (
                Finding(Rule.INSULT, 0.98765432, Decision.REJECT, "profanity", (span,), "توهین"),
            )
        scores: dict[Rule, float | None] = dict.fromkeys(Rule, 0.01)
        scores[Rule.INSULT] = 0.98765432 if findings else 0.1
        scores[Rule.OFF_TOPIC] = None if article is None else len(article.title) / 100
        return Verdict(
            Decision.worst([finding.decision for finding in findings]),
            findings,
            scores,
            f"fake-1 {os.getpid()}" if comment.text == "pid" else "fake-1",
            "fake-policy",
            comment.id,
        )

    def classify_batch(
        self,
        comments: Sequence[Comment | str],
        articles: Article | Sequence[Article | None] | None = None,
    ) -> list[Verdict]:
        self.largest_batch = max(self.largest_batch, len(comments))
        if articles is None or isinstance(articles, Article):
            articles = [articles] * len(comments)
        return [self.classify(c, a) for c, a in zip(comments, articles, strict=True)]
