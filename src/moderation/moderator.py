"""The moderator: comments and their news items in, verdicts out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from moderation.lexicon.store import Lexicon
from moderation.model.store import Model, ModelError, load_model
from moderation.policy import Policy
from moderation.repeats import find_repeats
from moderation.rules.base import Explanation, Reading, RuleModel
from moderation.rules.registry import build_rules, build_unmasker
from moderation.site import SiteList
from moderation.text.vocabulary import Encoder, TokenTable
from moderation.types import Article, Comment, Decision, Finding, Rule, Span, Verdict

__all__ = ["Moderator"]

#: What :meth:`Moderator.classify_stream` takes: a comment, or a comment with its item.
StreamItem = Comment | str | tuple[Comment | str, Article | None]
_TOO_LONG = "too_long"


class Moderator:
    """Judges comments by a stored model and a site's policy.

    Building one loads and verifies the model (well under a second); keep it and use it for
    every comment. It may be used from several threads.

    Parameters
    ----------
    model : str, Path, Model or None
        A model directory or a loaded model; the shipped model by default.
    policy : Policy or None
        Thresholds, messages and the site's own lists; the default policy otherwise.

    Raises
    ------
    ModelError
        When the model is missing, was changed, or does not fit this version.

    Examples
    --------
    >>> verdict = Moderator().classify("عملکرد شهرداری در برف‌روبی ضعیف بود")
    >>> verdict.decision.value
    'publish'
    """

    def __init__(
        self, model: str | Path | Model | None = None, policy: Policy | None = None
    ) -> None:
        self._model = model if isinstance(model, Model) else load_model(model)
        self.policy = policy if policy is not None else Policy.default()
        lexicon = Lexicon.load()
        trained_with = self._model.manifest.get("lexicon")
        if trained_with != lexicon.digest:
            raise ModelError(
                f"{self._model.path}: trained with other word lists than this version of "
                "moderation has; train it again or install the version it came with"
            )
        try:
            self._build(lexicon)
        except ModelError:
            raise
        except (KeyError, IndexError, ValueError) as error:
            raise ModelError(
                f"{self._model.path}: does not fit this version of moderation "
                f"({type(error).__name__}: {error})"
            ) from error

    def _build(self, lexicon: Lexicon) -> None:
        self._unmasker = build_unmasker(self._model, lexicon)
        self._rules: list[RuleModel] = build_rules(
            self._model, self.policy, lexicon, self._unmasker
        )
        encoders: dict[str, Encoder] = {}
        for rule in self._rules:
            encoders.update(rule.encoders)
        self._table = TokenTable(encoders)
        self._site = SiteList(self.policy.terms)
        # Arrays of another shape than the code wants show here, not at a reader's comment.
        self._judge([Comment("آ")], [Article("آ")])

    @property
    def model_id(self) -> str:
        """Identity of the model, as verdicts carry it."""
        return self._model.identity

    def classify(self, comment: Comment | str, article: Article | None = None) -> Verdict:
        """Judge one comment.

        Parameters
        ----------
        comment : Comment or str
            Any text at all; it never raises for what a reader sent.
        article : Article, optional
            The news item it stands under; without one (and without `reply_to`) the
            off-topic rule has nothing to go on.

        Returns
        -------
        Verdict
        """
        return self.classify_batch([comment], article)[0]

    def classify_batch(
        self,
        comments: Sequence[Comment | str],
        articles: Article | Sequence[Article | None] | None = None,
    ) -> list[Verdict]:
        """Judge comments together, which is several times faster than one by one.

        Parameters
        ----------
        comments : sequence of Comment or str
        articles : Article, sequence of Article or None, or None
            One item for all, or one (or None) for each comment.

        Returns
        -------
        list of Verdict
            In the order of `comments`.

        Raises
        ------
        ValueError
            When `articles` is a sequence of another length than `comments`.
        """
        if isinstance(comments, str):
            raise TypeError("comments is one string; give a list, or call classify")
        if not comments:
            return []
        given = [_as_comment(comment) for comment in comments]
        if articles is None or isinstance(articles, Article):
            items: Sequence[Article | None] = [articles] * len(given)
        elif len(articles) == len(given):
            items = articles
        else:
            raise ValueError(f"{len(given)} comments but {len(articles)} articles")
        return self._judge(given, items)

    def classify_stream(
        self,
        items: Iterable[StreamItem],
        article: Article | None = None,
        *,
        chunk_size: int = 2000,
    ) -> Iterator[Verdict]:
        """Judge an endless row of comments in bounded memory, order kept.

        Parameters
        ----------
        items : iterable of Comment, str or (comment, article) pairs
        article : Article, optional
            The item of every comment that does not come with its own.
        chunk_size : int
            Comments judged together and held in memory at once.

        Yields
        ------
        Verdict
        """
        if chunk_size < 1:
            raise ValueError(f"chunk_size must be at least 1, not {chunk_size}")
        source = iter(items)
        while chunk := list(islice(source, chunk_size)):
            pairs = [item if isinstance(item, tuple) else (item, article) for item in chunk]
            yield from self.classify_batch([c for c, _ in pairs], [a for _, a in pairs])

    def _judge(
        self, comments: Sequence[Comment], articles: Sequence[Article | None]
    ) -> list[Verdict]:
        windows = [self.policy.limits.windows(len(comment.text)) for comment in comments]
        texts = [
            "\n".join(comment.text[start:end] for start, end in parts)
            for comment, parts in zip(comments, windows)
        ]
        tokens, places = self._unmasker.read(texts)
        batch = self._table.batch_of_tokens([found or [""] for found in tokens])
        reading = Reading(comments, texts, articles, batch, places)
        findings: list[list[Finding]] = [[] for _ in comments]
        for index, repeated in find_repeats(comments, texts, self.policy).items():
            findings[index].append(repeated)
        columns: dict[Rule, list[float | None]] = {}
        for rule in self._rules:
            # What is told is what is decided by: a score shown as 0.5 has reached 0.5.
            scores = np.round(rule.score(reading), 6)
            columns[rule.rule] = [None if np.isnan(s) else float(s) for s in scores]
            for index in np.flatnonzero(scores >= self._lowest(rule.rule)).tolist():
                finding = self._finding(rule, reading, index, float(scores[index]))
                if finding is not None:
                    findings[index].append(finding)
        return [
            self._verdict(
                comment,
                [*self._site.findings(text, self.policy), *found],
                {rule: column[index] for rule, column in columns.items()},
                parts,
            )
            for index, (comment, text, found, parts) in enumerate(
                zip(comments, texts, findings, windows)
            )
        ]

    def _lowest(self, rule: Rule) -> float:
        """Return the lowest score at which any reason of `rule` may speak."""
        settings = self.policy.rules[rule]
        return min(
            [settings.review, *(pair.review for pair in settings.reason_thresholds.values())]
        )

    def _finding(
        self, rule: RuleModel, reading: Reading, index: int, score: float
    ) -> Finding | None:
        why: Explanation = rule.explain(reading, index)
        decision = self.policy.decide(rule.rule, score, why.reason)
        if decision is Decision.PUBLISH:
            return None
        message = self.policy.message(rule.rule, why.reason)
        return Finding(rule.rule, score, decision, why.reason, why.spans, message, why.roles)

    def _verdict(
        self,
        comment: Comment,
        findings: list[Finding],
        scores: dict[Rule, float | None],
        windows: tuple[Span, ...],
    ) -> Verdict:
        read = sum(end - start for start, end in windows)
        if read < len(comment.text):
            findings = [_in_original(finding, windows) for finding in findings]
            unread = (windows[0][1], windows[1][0] if len(windows) > 1 else len(comment.text))
            # Nobody has read that part, so the comment is never published unseen.
            findings.append(
                Finding(
                    Rule.SPAM,
                    scores.get(Rule.SPAM) or 0.0,
                    Decision.REVIEW,
                    _TOO_LONG,
                    (unread,),
                    self.policy.message(Rule.SPAM, _TOO_LONG),
                )
            )
        decision = Decision.worst([finding.decision for finding in findings])
        return Verdict(
            decision, tuple(findings), scores, self.model_id, self.policy.identity, comment.id
        )


def _as_comment(given: Comment | str) -> Comment:
    comment = given if isinstance(given, Comment) else Comment(given)
    if not isinstance(comment.text, str):
        raise TypeError(f"a comment's text must be str, not {type(comment.text).__name__}")
    return comment


def _in_original(finding: Finding, windows: tuple[Span, ...]) -> Finding:
    """Move spans from the text that was read (head, line break, tail) to the original."""
    if len(windows) == 1:
        return finding
    (_, head_end), (tail_start, _) = windows
    spans: list[Span] = []
    roles: list[str] = []
    for (start, end), role in zip(finding.spans, finding.roles or [""] * len(finding.spans)):
        before = len(spans)
        if start < head_end:
            spans.append((start, min(end, head_end)))
        if end > head_end + 1:
            shift = tail_start - head_end - 1
            spans.append((max(start + shift, tail_start), end + shift))
        roles += [role] * (len(spans) - before)
    return replace(finding, spans=tuple(spans), roles=tuple(roles) if finding.roles else ())
