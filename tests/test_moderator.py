"""The moderator: every way in gives the same verdict."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from moderation import Article, Comment, Decision, Moderator, Policy, Rule, Verdict
from moderation.model.store import Model, ModelError
from moderation.policy import Limits, Protected, RulePolicy, Terms

ARTICLE = Article(
    "بازگشایی پارک بزرگ محله",
    "پارک محله پس از دو سال تعمیر باز شد.",
    "شهردار منطقه در آیین بازگشایی گفت درختان تازه کاشته و نیمکت‌ها نو شده‌اند.",
    ("پارک", "شهرداری"),
)
OTHER = Article("گرانی دلار", "بهای دلار بالا رفت.", "بازار ارز امروز پرنوسان بود.")


@pytest.fixture(scope="module")
def comments(conformance) -> list[Comment]:
    rows = [*conformance("must_pass"), *conformance("must_hold")]
    random.Random(0).shuffle(rows)
    given = [Comment(row["text"], str(i), row.get("reply_to")) for i, row in enumerate(rows[:250])]
    return [*given, Comment(""), Comment("  "), Comment("خوب " * 3000, "long")]


@pytest.fixture(scope="module")
def articles(comments: list[Comment]) -> list[Article | None]:
    return [(None, ARTICLE, OTHER)[i % 3] for i in range(len(comments))]


@pytest.fixture(scope="module")
def verdicts(
    moderator: Moderator, comments: list[Comment], articles: list[Article | None]
) -> list[Verdict]:
    return moderator.classify_batch(comments, articles)


def same(one: Verdict, other: Verdict) -> bool:
    """Tell whether two verdicts are the same but for the last digit of a score."""

    def plain(verdict: Verdict) -> list[Any]:
        findings = [(f.rule, f.decision, f.reason, f.spans, f.message) for f in verdict.findings]
        return [verdict.id, verdict.decision, findings, verdict.model, verdict.policy]

    for rule in Rule:
        a, b = one.scores[rule], other.scores[rule]
        if (a is None) != (b is None) or (a is not None and abs(a - b) > 2e-6):
            return False
    return plain(one) == plain(other)


class TestEveryWayIn:
    def test_one_by_one(self, moderator, comments, articles, verdicts) -> None:
        for comment, article, verdict in zip(comments, articles, verdicts):
            assert same(moderator.classify(comment, article), verdict)

    @pytest.mark.parametrize("chunk_size", [1, 7, 100, 5000])
    def test_stream(self, moderator, comments, articles, verdicts, chunk_size) -> None:
        stream = moderator.classify_stream(zip(comments, articles), chunk_size=chunk_size)
        assert all(same(a, b) for a, b in zip(stream, verdicts, strict=True))

    def test_any_order(self, moderator, comments, articles, verdicts) -> None:
        order = list(range(len(comments)))
        random.Random(1).shuffle(order)
        mixed = moderator.classify_batch([comments[i] for i in order], [articles[i] for i in order])
        assert all(same(mixed[place], verdicts[i]) for place, i in enumerate(order))

    def test_a_new_moderator(self, model: Model, comments, articles, verdicts) -> None:
        fresh = Moderator(model).classify_batch(comments, articles)
        assert all(same(a, b) for a, b in zip(fresh, verdicts, strict=True))

    def test_twice(self, moderator, comments, articles, verdicts) -> None:
        assert moderator.classify_batch(comments, articles) == verdicts

    def test_threads(self, moderator, comments, articles, verdicts) -> None:
        def work(index: int) -> list[Verdict]:
            part = slice(index * 20, index * 20 + 40)
            return moderator.classify_batch(comments[part], articles[part])

        with ThreadPoolExecutor(8) as pool:
            for index, result in enumerate(pool.map(work, [*range(12)] * 3)):
                start = index % 12 * 20
                assert all(same(a, b) for a, b in zip(result, verdicts[start : start + 40]))

    def test_one_article_for_all(self, moderator, comments) -> None:
        part = comments[:30]
        one = moderator.classify_batch(part, ARTICLE)
        assert one == moderator.classify_batch(part, [ARTICLE] * 30)
        assert one == list(moderator.classify_stream(part, ARTICLE))
        assert all(verdict.scores[Rule.OFF_TOPIC] is not None for verdict in one)

    def test_strings(self, moderator) -> None:
        text = "خسته نباشید، گزارش خوبی بود"
        assert moderator.classify(text) == moderator.classify(Comment(text))
        assert moderator.classify_batch([text]) == [moderator.classify(text)]


class TestUsage:
    def test_nothing(self, moderator) -> None:
        assert moderator.classify_batch([]) == []
        assert moderator.classify_batch([], []) == []
        assert list(moderator.classify_stream([])) == []

    def test_articles_must_align(self, moderator) -> None:
        with pytest.raises(ValueError, match="2 comments but 1 articles"):
            moderator.classify_batch(["الف", "ب"], [ARTICLE])

    def test_chunk_size(self, moderator) -> None:
        with pytest.raises(ValueError, match="chunk_size must be at least 1, not 0"):
            list(moderator.classify_stream(["الف"], chunk_size=0))

    def test_stream_is_lazy(self, moderator) -> None:
        taken = 0

        def endless():
            nonlocal taken
            while True:
                taken += 1
                yield f"نظر شماره {taken}"

        stream = moderator.classify_stream(endless(), chunk_size=10)
        for _ in range(25):
            next(stream)
        assert taken == 30

    def test_stream_takes_what_comes(self, moderator) -> None:
        items = ["الف", Comment("ب", "b"), ("پ", ARTICLE), (Comment("ت", "t"), None)]
        verdicts = list(moderator.classify_stream(items, OTHER))
        assert [verdict.id for verdict in verdicts] == [None, "b", None, "t"]
        assert verdicts[3].scores[Rule.OFF_TOPIC] is None
        assert verdicts[0].scores[Rule.OFF_TOPIC] is not None

    def test_model_by_path(self, moderator, model_path) -> None:
        assert Moderator(str(model_path)).model_id == moderator.model_id

    def test_a_missing_model(self, tmp_path) -> None:
        with pytest.raises(ModelError, match="no such model directory"):
            Moderator(tmp_path / "none")


class TestVerdict:
    def test_contract(self, moderator) -> None:
        verdict = moderator.classify(Comment("شهردار بی‌شعور است", "c7"), ARTICLE)
        row = json.loads(json.dumps(verdict.to_dict(), ensure_ascii=False))
        assert list(row) == ["id", "decision", "scores", "findings", "model", "policy"]
        assert row["id"] == "c7"
        assert row["decision"] in ("review", "reject")
        assert list(row["scores"]) == [rule.value for rule in Rule]
        assert row["findings"]
        for finding in row["findings"]:
            keys = ["rule", "score", "decision", "reason", "spans", "message"]
            assert list(finding) == keys
            assert finding["reason"]
            assert finding["message"]
        assert row["model"] == moderator.model_id
        assert row["policy"] == Policy.default().identity

    def test_all_verdicts_keep_the_contract(self, comments, verdicts) -> None:
        for comment, verdict in zip(comments, verdicts):
            assert verdict.id == comment.id
            assert list(verdict.scores) == list(Rule)
            worst = Decision.worst([finding.decision for finding in verdict.findings])
            assert verdict.decision is worst
            for score in verdict.scores.values():
                assert score is None or (0 <= score <= 1 and round(score, 6) == score)
            for finding in verdict.findings:
                assert finding.decision is not Decision.PUBLISH
                assert all(0 <= s < e <= len(comment.text) for s, e in finding.spans)
                if finding.reason not in ("too_long", "blocked_term", "watched_term"):
                    assert finding.score == verdict.scores[finding.rule]

    def test_off_topic_needs_something_to_go_on(self, moderator) -> None:
        text = "قیمت دلار چرا بالا رفت؟"
        assert moderator.classify(text).scores[Rule.OFF_TOPIC] is None
        assert moderator.classify(text, OTHER).scores[Rule.OFF_TOPIC] is not None
        reply = moderator.classify(Comment(text, reply_to="دلار امروز گران شد"))
        assert reply.scores[Rule.OFF_TOPIC] is not None
        for verdict in moderator.classify_batch([text, text], [None, OTHER]):
            others = {rule: verdict.scores[rule] for rule in Rule if rule is not Rule.OFF_TOPIC}
            assert None not in others.values()


@pytest.fixture(scope="module")
def with_policy(model: Model) -> Callable[..., Moderator]:
    default = Policy.default()

    def make(rules: dict[Rule, Any] | None = None, **parts: Any) -> Moderator:
        return Moderator(model, Policy({**default.rules, **(rules or {})}, name="own", **parts))

    return make


class TestPolicy:
    def test_identity(self, with_policy) -> None:
        own = with_policy(terms=Terms(block=("فلان",)))
        verdict = own.classify("سلام")
        assert verdict.policy == own.policy.identity
        assert verdict.policy.startswith("own@")
        assert verdict.policy != Policy.default().identity

    def test_site_lists(self, with_policy) -> None:
        own = with_policy(terms=Terms(block=("فلان‌کالا",), review=("رقیب ما",)))
        blocked = own.classify("من فلان‌کالا خریدم")
        assert blocked.decision is Decision.REJECT
        assert [f.reason for f in blocked.findings] == ["blocked_term"]
        assert blocked.findings[0].spans == ((3, 12),)
        assert own.classify("سایت رقیب ما بهتر است").decision is Decision.REVIEW
        assert own.classify("سایت بهتر است").decision is Decision.PUBLISH

    def test_block_holds_in_every_batch(self, with_policy) -> None:
        own = with_policy(terms=Terms(block=("فلان‌کالا",)))
        verdicts = own.classify_batch(["سلام", "فلان‌کالا", "ممنون"])
        assert [v.decision is Decision.REJECT for v in verdicts] == [False, True, False]

    def test_thresholds(self, model: Model) -> None:
        text = "شهردار بی‌شعور جواب نمی‌دهد"
        off = "\n".join(f'[rules.{rule}]\nreview = "never"' for rule in Rule)
        assert Moderator(model, Policy.from_toml(off)).classify(text).decision is Decision.PUBLISH
        strict = Policy.from_toml("[rules.insult]\nreview = 0.0\nreject = 0.0")
        assert Moderator(model, strict).classify("سلام").decision is Decision.REJECT

    def test_a_score_at_the_threshold_is_held(self, moderator, model: Model) -> None:
        text = "شهردار بی‌شعور جواب نمی‌دهد"
        score = moderator.classify(text).scores[Rule.INSULT]
        policy = Policy.from_toml(f"[rules.insult]\nreview = {score!r}\nreject = {score!r}")
        assert Moderator(model, policy).classify(text).decision is Decision.REJECT

    def test_reason_thresholds(self, moderator, model: Model) -> None:
        text = "this is an english comment about the park"
        (finding,) = [f for f in moderator.classify(text).findings if f.rule is Rule.LANGUAGE]
        policy = Policy.from_toml(
            f'[rules.language.reasons.{finding.reason}]\nreview = "never"\nreject = "never"'
        )
        found = Moderator(model, policy).classify(text).findings
        assert all(f.rule is not Rule.LANGUAGE for f in found)

    def test_messages(self, model: Model) -> None:
        policy = Policy.from_toml('[rules.insult]\nmessage = "با احترام بنویسید."')
        verdict = Moderator(model, policy).classify("شهردار بی‌شعور است")
        messages = {f.message for f in verdict.findings if f.rule is Rule.INSULT}
        assert messages == {"با احترام بنویسید."}

    def test_allowed_terms(self, moderator, with_policy) -> None:
        text = "آقای کثافت‌زاده مدیر مدرسه ما است"
        own = with_policy(terms=Terms(allow=("کثافت‌زاده",)))
        before, after = moderator.classify(text), own.classify(text)
        assert after.scores[Rule.INSULT] <= before.scores[Rule.INSULT]
        assert all(f.rule is not Rule.INSULT for f in after.findings)
        # Only the name is allowed, not what is said of its bearer.
        abused = own.classify("کثافت‌زاده بی‌شعور احمق")
        assert Rule.INSULT in [f.rule for f in abused.findings]

    def test_protected_names(self, moderator, with_policy) -> None:
        text = "زیکلان فرضی‌زاده رشوه گرفته و اختلاس کرده است"
        every = {Rule.ACCUSATION: RulePolicy(0.0, 1.0, "پیام")}
        for protected, reason in (
            (Protected(), "unnamed_target"),
            (Protected(persons=("زیکلان فرضی‌زاده",)), "natural_person"),
            (Protected(organisations=("زیکلان فرضی‌زاده",)), "legal_person"),
        ):
            found = with_policy(every, protected=protected).classify(text).findings
            assert [f.reason for f in found if f.rule is Rule.ACCUSATION] == [reason]


LIMITS = Limits(max_chars=100, head_chars=60, tail_chars=40)


@pytest.fixture(scope="module")
def short(with_policy) -> Moderator:
    return with_policy(limits=LIMITS)


class TestLongComments:
    def padded(self, head: str, tail: str, length: int = 400) -> str:
        filler = "این خیابان خوب است و " * 40
        text = head + " " + filler
        return text[: length - len(tail)] + tail

    def test_at_the_limit_is_read_whole(self, short) -> None:
        text = ("سلام و درود " * 20)[:100]
        assert all(f.reason != "too_long" for f in short.classify(text).findings)
        assert any(f.reason == "too_long" for f in short.classify(text + "ب").findings)

    def test_never_published_unseen(self, short) -> None:
        text = self.padded("سلام", "ممنون")
        verdict = short.classify(text)
        assert verdict.decision is Decision.REVIEW
        (finding,) = [f for f in verdict.findings if f.reason == "too_long"]
        assert finding.spans == ((60, 360),)
        assert finding.message

    def test_head_and_tail_are_judged(self, short) -> None:
        for head, tail in (("بی‌شعور احمق", "پایان"), ("آغاز", " بی‌شعور احمق")):
            text = self.padded(head, tail)
            verdict = short.classify(text)
            (finding,) = [f for f in verdict.findings if f.rule is Rule.INSULT]
            marked = " ".join(text[start:end] for start, end in finding.spans)
            assert "بی‌شعور" in marked
            assert all(0 <= start < end <= len(text) for start, end in finding.spans)

    def test_the_middle_is_not(self, short) -> None:
        middle = "بی‌شعور احمق"
        text = "سلام خوبید " * 20 + middle + " خیلی ممنون" * 20
        assert all(f.rule is not Rule.INSULT for f in short.classify(text).findings)

    def test_words_do_not_meet_across_the_gap(self, short) -> None:
        """Half a word at the cut and half a word after it are not read as one."""
        text = "آ " * 28 + "بی " + " " + "خ " * 200 + "شعور" + " خ" * 18
        verdict = short.classify(text)
        for finding in verdict.findings:
            assert all(0 <= start < end <= len(text) for start, end in finding.spans)

    def test_without_a_tail(self, with_policy) -> None:
        own = with_policy(limits=Limits(max_chars=50, head_chars=50, tail_chars=0))
        text = "خوب " * 50
        (finding,) = [f for f in own.classify(text).findings if f.reason == "too_long"]
        assert finding.spans == ((50, 200),)

    def test_site_terms_in_the_tail(self, with_policy) -> None:
        own = with_policy(limits=LIMITS, terms=Terms(block=("فلان‌کالا",)))
        text = self.padded("سلام", " فلان‌کالا")
        verdict = own.classify(text)
        assert verdict.decision is Decision.REJECT
        places = [s for f in verdict.findings if f.reason == "blocked_term" for s in f.spans]
        assert [text[start:end] for start, end in places] == ["فلان‌کالا"]


@pytest.mark.parametrize(
    "text",
    [
        "خسته نباشید، گزارش دقیقی بود ولی مسئول بی‌شعور جواب نمی‌دهد",
        "مدیر احمق جواب نداد",
        "مدیر بی‌شرف کاری نکرد",
    ],
)
def test_neither_a_polite_half_nor_a_verb_in_the_negative_excuses_abuse(moderator, text) -> None:
    verdict = moderator.classify(text)
    assert verdict.decision is not Decision.PUBLISH
    assert Rule.INSULT in {finding.rule for finding in verdict.findings}
