"""The shared words: decisions, articles, verdicts and their JSON."""

from __future__ import annotations

import json
import pickle
from dataclasses import FrozenInstanceError

import pytest

import moderation
from moderation import Article, Comment, Decision, Finding, Rule, Verdict


def test_decisions_from_mildest_to_gravest() -> None:
    assert [decision.value for decision in Decision] == ["publish", "review", "reject"]
    assert [decision.severity for decision in Decision] == [0, 1, 2]
    assert str(Decision.REVIEW) == "review"
    assert Decision("reject") is Decision.REJECT


@pytest.mark.parametrize(
    ("given", "worst"),
    [
        ([], "publish"),
        (["publish"], "publish"),
        (["review", "publish"], "review"),
        (["review", "reject", "publish"], "reject"),
    ],
)
def test_worst(given: list[str], worst: str) -> None:
    assert Decision.worst([Decision(value) for value in given]).value == worst


def test_rules() -> None:
    names = "insult accusation hate threat spam language off_topic"
    assert " ".join(str(rule) for rule in Rule) == names


def test_article_text() -> None:
    article = Article("عنوان", "لید", "متن", ("یک", "دو"), "شهری", "7", "۱۴۰۲", "12")
    assert article.text == "عنوان\nلید\nمتن\nیک دو"
    assert Article(body="متن").text == "متن"
    assert Article().text == ""


def test_article_readers() -> None:
    page = "پارک تازه افتتاح شد\nاین پارک در محله ما است\nشهردار در مراسم سخن گفت و رفت."
    assert Article.from_text(page).title == "پارک تازه افتتاح شد"
    html = "<html><head><title>پارک</title><meta property='og:title' content='پارک تازه'></head>"
    assert Article.from_html(html).title == "پارک تازه"
    assert Article.from_html(html.encode()).title == "پارک تازه"


def test_values_are_frozen_and_travel() -> None:
    finding = Finding(Rule.INSULT, 0.9, Decision.REVIEW, "abuse", ((0, 3),), "پیام")
    verdict = Verdict(Decision.REVIEW, (finding,), {Rule.INSULT: 0.9}, "m", "p", "7")
    for value in (Comment("متن", "1", "پاسخ"), Article("عنوان"), finding, verdict):
        assert pickle.loads(pickle.dumps(value)) == value
        with pytest.raises(FrozenInstanceError):
            value.id = "other"  # type: ignore[misc,union-attr]


def test_json() -> None:
    finding = Finding(Rule.LANGUAGE, 0.75, Decision.REVIEW, "urdu", ((0, 3), (5, 9)), "پیام")
    scores = {Rule.LANGUAGE: 0.75, Rule.OFF_TOPIC: None}
    verdict = Verdict(Decision.REVIEW, (finding,), scores, "model-1", "policy@1", None)
    assert json.loads(json.dumps(verdict.to_dict())) == {
        "id": None,
        "decision": "review",
        "scores": {"language": 0.75, "off_topic": None},
        "findings": [
            {
                "rule": "language",
                "score": 0.75,
                "decision": "review",
                "reason": "urdu",
                "spans": [[0, 3], [5, 9]],
                "message": "پیام",
            }
        ],
        "model": "model-1",
        "policy": "policy@1",
    }
    assert list(verdict.to_dict()) == ["id", "decision", "scores", "findings", "model", "policy"]


def test_public_names() -> None:
    for name in moderation.__all__:
        assert getattr(moderation, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        moderation.nonsense  # noqa: B018
    assert moderation.__version__.count(".") == 2
