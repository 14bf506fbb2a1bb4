"""What holds for any text at all."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation import Article, Comment, Decision, Moderator, Rule, Verdict
from moderation.text.letters import fold
from moderation.text.tokens import tokenize, tokenize_spans
from moderation.text.unmask import Unmasker

quick = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# Any code point, lone surrogates too; and what a nasty reader would put together.
anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)
pieces = st.sampled_from(
    [
        "ا", "ح", "م", "ق", "احمق", "بی", "شعور", "کس", "کش", "کثافت", "شهردار", "رشوه", "دزد",
        "سلام", "پارک", "خوب", "می‌روم", "«", "»", '"', "(", ")", ".", "..", "*", "-", "_", "/",
        "،", "؟", "!", "#", "@", "@ali", "www.a.ir", "http://", "a@b.ir", "۰۹۱۲۳۴۵۶۷۸۹", "123",
        "hello", "ahmagh", "привет", "اردو ہے", "🖕", "😂", "\u200c", "\u200d", "\u202e", "ـ",
        "\u064e", "\ufe0f", "\ud800", "\x00", "\n", " ", "  ", "\t",
    ]
)  # fmt: skip
composed = st.lists(pieces, max_size=25).map("".join)
texts = anything | composed
comments = st.builds(Comment, texts, st.none() | st.text(max_size=5), st.none() | texts)
articles = st.none() | st.builds(Article, texts, texts, texts)


def check(text: str, verdict: Verdict) -> None:
    assert verdict.decision is Decision.worst([f.decision for f in verdict.findings])
    assert list(verdict.scores) == list(Rule)
    for score in verdict.scores.values():
        assert score is None or 0 <= score <= 1
    for finding in verdict.findings:
        assert finding.decision is not Decision.PUBLISH
        assert finding.reason
        assert finding.message
        for start, end in finding.spans:
            assert 0 <= start < end <= len(text)
    json.dumps(verdict.to_dict(), allow_nan=False)


@quick
@given(comments, articles)
def test_any_comment_gets_a_sound_verdict(
    moderator: Moderator, comment: Comment, article: Article | None
) -> None:
    verdict = moderator.classify(comment, article)
    check(comment.text, verdict)
    assert verdict == moderator.classify(comment, article)
    reads = article is not None or comment.reply_to is not None
    assert reads or verdict.scores[Rule.OFF_TOPIC] is None


@quick
@given(st.lists(st.tuples(comments, articles), max_size=6))
def test_any_batch(moderator: Moderator, pairs: list[tuple[Comment, Article | None]]) -> None:
    verdicts = moderator.classify_batch([c for c, _ in pairs], [a for _, a in pairs])
    assert len(verdicts) == len(pairs)
    for (comment, article), verdict in zip(pairs, verdicts):
        check(comment.text, verdict)
        alone = moderator.classify(comment, article)
        assert alone.decision is verdict.decision
        assert alone.scores == pytest.approx(verdict.scores, abs=2e-6)


@quick
@given(texts, texts)
def test_long_comments(small: Moderator, head: str, tail: str) -> None:
    text = head + "خوب است " * 10 + tail
    verdict = small.classify(text)
    check(text, verdict)
    too_long = [f for f in verdict.findings if f.reason == "too_long"]
    assert len(too_long) == (len(text) > 40)


@pytest.fixture(scope="module")
def small(model: Any) -> Moderator:
    from moderation import Policy
    from moderation.policy import Limits

    limits = Limits(max_chars=40, head_chars=25, tail_chars=15)
    return Moderator(model, Policy(Policy.default().rules, limits=limits))


@quick
@given(texts)
def test_tokens_are_the_text(text: str) -> None:
    tokens = tokenize_spans(text)
    at, between = 0, ""
    for token in tokens:
        assert at <= token.start < token.end <= len(text)
        assert token.text == text[token.start : token.end]
        between += text[at : token.start]
        at = token.end
    assert not (between + text[at:]).strip()
    assert tokenize(text) == [token.text for token in tokens]


@quick
@given(texts)
def test_unmasked_tokens_keep_their_place(unmasker: Unmasker, text: str) -> None:
    tokens = unmasker.spans(text)
    assert unmasker.tokens(text) == [token.text for token in tokens]
    assert all(0 <= t.start < t.end <= len(text) for t in tokens)
    assert all(a.end <= b.start for a, b in pairwise(tokens))


@quick
@given(texts)
def test_folding_ends(text: str) -> None:
    once = fold(text)
    assert fold(once) == once or len(fold(once)) < len(once)
