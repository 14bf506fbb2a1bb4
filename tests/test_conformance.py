"""The site's rules as cases: what must be published, what must be held."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from moderation import Article, Comment, Decision, Moderator, Rule, Verdict
from moderation.text.letters import fold

PASS_BAR, HOLD_BAR, RULE_BAR = 0.96, 0.88, 0.75
PASS_KEYS = {"text", "group", "article_id", "reply_to", "note"}
HOLD_KEYS = PASS_KEYS | {"rule"}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def must_pass(conformance) -> list[Row]:
    return conformance("must_pass")


@pytest.fixture(scope="module")
def must_hold(conformance) -> list[Row]:
    return conformance("must_hold")


@pytest.fixture(scope="module")
def articles(conformance) -> dict[str, Article]:
    return {
        row["id"]: Article(
            row["title"], row["lead"], row["body"], tuple(row["tags"]), row["category"], row["id"]
        )
        for row in conformance("articles")
    }


def judge(moderator: Moderator, rows: list[Row], articles: dict[str, Article]) -> list[Verdict]:
    return moderator.classify_batch(
        [Comment(row["text"], reply_to=row.get("reply_to")) for row in rows],
        [articles.get(row.get("article_id", "")) for row in rows],
    )


def table(rows: list[Row], verdicts: list[Verdict], good: list[bool]) -> str:
    """Return shares per group, the worst first, with a few of the failures."""
    groups: dict[str, list[tuple[bool, str]]] = defaultdict(list)
    for row, verdict, right in zip(rows, verdicts, good):
        spoke = ", ".join(f"{f.rule} {f.score:.2f} {f.reason}" for f in verdict.findings)
        groups[row["group"]].append((right, f"[{spoke}] {row['text']}"))
    lines = []
    shares = {name: sum(r for r, _ in found) / len(found) for name, found in groups.items()}
    for name in sorted(shares, key=shares.__getitem__):
        failed = [text for right, text in groups[name] if not right]
        lines.append(f"{shares[name]:7.1%} of {len(groups[name]):3}  {name}")
        lines += [f"            {text}" for text in failed[:5]]
    return "\n".join(lines)


def test_must_pass(moderator, must_pass, articles) -> None:
    verdicts = judge(moderator, must_pass, articles)
    published = [verdict.decision is Decision.PUBLISH for verdict in verdicts]
    share = sum(published) / len(published)
    assert share >= PASS_BAR, f"{share:.1%} published\n{table(must_pass, verdicts, published)}"


def test_must_hold(moderator, must_hold, articles) -> None:
    verdicts = judge(moderator, must_hold, articles)
    held = [verdict.decision is not Decision.PUBLISH for verdict in verdicts]
    share = sum(held) / len(held)
    assert share >= HOLD_BAR, f"{share:.1%} held\n{table(must_hold, verdicts, held)}"


def test_must_hold_for_the_right_rule(moderator, must_hold, articles) -> None:
    verdicts = judge(moderator, must_hold, articles)
    named = [
        Rule(row["rule"]) in [finding.rule for finding in verdict.findings]
        for row, verdict in zip(must_hold, verdicts)
    ]
    share = sum(named) / len(named)
    assert share >= RULE_BAR, (
        f"{share:.1%} held for their rule\n{table(must_hold, verdicts, named)}"
    )


def test_there_are_enough(must_pass, must_hold) -> None:
    assert len(must_pass) >= 300
    assert len(must_hold) >= 300


def test_rows_are_well_formed(must_pass, must_hold, articles) -> None:
    for rows, keys in ((must_pass, PASS_KEYS), (must_hold, HOLD_KEYS)):
        for row in rows:
            assert set(row) <= keys, row
            assert all(isinstance(value, str) and value for value in row.values()), row
            assert row.get("group"), row
            assert "article_id" not in row or row["article_id"] in articles, row
    assert all(row["rule"] in list(Rule) for row in must_hold)
    assert all("article_id" in r or "reply_to" in r for r in must_hold if r["rule"] == "off_topic")


def test_articles_are_well_formed(conformance, articles) -> None:
    rows = conformance("articles")
    assert len(articles) == len(rows)
    for row in rows:
        assert list(row) == ["id", "title", "lead", "body", "tags", "category"]
        assert row["title"]
        assert row["body"]


def test_no_case_twice(must_pass, must_hold) -> None:
    """Under another item the same words are another case; with the same item they are not."""
    for rows in (must_pass, must_hold):
        seen = [(row["text"], row.get("article_id"), row.get("reply_to")) for row in rows]
        assert len(seen) == len(set(seen)), {case for case in seen if seen.count(case) > 1}


def test_no_case_in_both_files(must_pass, must_hold) -> None:
    # Under an item it has nothing to do with, the mildest sentence is to be held.
    passed = {fold(row["text"]) for row in must_pass}
    both = [
        row["text"]
        for row in must_hold
        if fold(row["text"]) in passed and row["rule"] != "off_topic"
    ]
    assert not both
    same = {(row["text"], row.get("article_id")) for row in must_pass} & {
        (row["text"], row.get("article_id")) for row in must_hold
    }
    assert not same
