"""Further labels by the policy: the stored readings, and what they change of the examples."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from moderation.training import corpora as module
from moderation.training.corpora import (
    RULES,
    Example,
    load_examples,
    load_readings,
    own_examples,
    text_digest,
)
from moderation.training.sources import SOURCES, Corpora
from moderation.types import Rule

LINES = files("moderation.training").joinpath("readings.tsv").read_text("utf-8").splitlines()
ROWS = [line.split("\t") for line in LINES if not line.startswith("#")]


class TestStored:
    def test_rows(self) -> None:
        assert len(ROWS) > 10_000
        broken = {"ok", *(rule.value for rule in Rule)}
        for row in ROWS:
            assert len(row) == 3, row
            digest, labels, severity = row
            assert re.fullmatch("[0-9a-f]{16}", digest), row
            assert severity in ("0", "1", "2"), row
            names = labels.split("+")
            assert len(set(names)) == len(names), row
            assert set(names) <= broken, row
            assert "ok" not in names or names == ["ok"], row
            # What breaks a rule does so with some severity.
            assert names == ["ok"] or severity != "0", row

    def test_each_text_once_in_order(self) -> None:
        digests = [row[0] for row in ROWS]
        assert len(set(digests)) == len(digests)
        assert sorted(digests) == digests

    def test_no_text_stands_there(self) -> None:
        assert not [line for line in LINES if re.search(r"[\u0600-\u06ff]", line)]

    def test_every_rule_has_readings(self) -> None:
        readings = load_readings()
        for rule in RULES:
            assert sum(rule in labels for labels, _ in readings.values()) > 50, rule
        assert sum(not labels for labels, _ in readings.values()) > 1000

    def test_read_as_stored(self) -> None:
        readings = load_readings()
        assert len(readings) == len(ROWS)
        for digest, labels, severity in ROWS:
            names = set() if labels == "ok" else set(labels.split("+"))
            assert readings[digest] == (names, int(severity))


@pytest.mark.parametrize("text", ["", "سلام", "\ud800", "ك و ک", "a" * 10_000])
def test_digest(text: str) -> None:
    whole = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    assert text_digest(text) == whole[:16]


def test_digest_is_of_the_very_text() -> None:
    """Another spelling is another text: it may have been read in another way."""
    assert len({text_digest(text) for text in ("کتاب", "كتاب", "کتاب ", "کـتاب")}) == 4


# --- what training makes of them

Row = dict[str, Any]
Load = Callable[..., list[Example]]
#: The texts that these tests read: rules broken, severity.
READ = {
    "متن الف": ({"insult"}, 2),
    "متن ب": (set(), 0),
    "متن پ": ({"hate", "threat"}, 1),
    "متن ت": ({"spam"}, 2),
}


def row(text: str, **fields: Any) -> Row:
    return {"text": text, **fields}


def policy(text: str, *labels: str, severity: int = 2, **fields: Any) -> Row:
    return row(text, labels=list(labels) or ["ok"], severity=severity, **fields)


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Load examples from made-up sources, `READ` being what was read once more."""
    readings = {text_digest(t): (frozenset(labels), n) for t, (labels, n) in READ.items()}
    monkeypatch.setattr(module, "load_readings", lambda: readings)

    def examples(without: tuple[str, ...] = (), **sources: list[Row]) -> list[Example]:
        files_of = {source.name: source.file for source in SOURCES}
        for name, rows in sources.items():
            path = tmp_path / files_of[name]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
        present = {*sources, "reread"} - set(without)
        return load_examples(Corpora(tmp_path, {s.name for s in SOURCES} - present))

    return examples


NONE = dict.fromkeys((*RULES, "offensive"), 0)


def test_a_text_of_another_source_teaches_what_was_read(load: Load) -> None:
    first, second, third = load(parsoff=[row("متن الف", offensive=0), row("متن دیگر", offensive=1)])
    assert (first.source, first.labels) == ("parsoff", {"offensive": 0})
    assert (second.source, second.labels) == ("parsoff", {"offensive": 1})
    # The source's own label stays beside it, for the source's own constant.
    assert third == Example("متن الف", "reread", 1.0, {**NONE, "insult": 1, "offensive": 1})


@pytest.mark.parametrize(
    ("text", "labels", "weight"),
    [
        ("متن الف", {"insult": 1, "offensive": 1}, 1.0),
        ("متن ب", {}, 1.0),
        ("متن پ", {"hate": 1, "threat": 1, "offensive": 1}, 0.7),  # readers differ most there
        ("متن ت", {}, 1.0),  # spam is none of the four rules
    ],
)
def test_labels_and_weights(load: Load, text: str, labels: dict[str, int], weight: float) -> None:
    (example,) = load(phicad_subset=[row(text, spam=0)])
    assert example == Example(text, "reread", weight, {**NONE, **labels})


def test_sources_that_lend_texts_alone(load: Load) -> None:
    """What nobody read by the policy has no label to teach."""
    lent = ("unlabelled_topic_tweets", "aux_armanemo", "aux_shortpersianemo", "phicad_subset")
    rows = {name: [row("متن الف"), row(f"نخوانده {name}")] for name in lent}
    examples = load(**rows)
    # Lent by four sources, read once: it teaches once.
    assert [(e.text, e.source) for e in examples] == [("متن الف", "reread")]


def test_policy_texts_are_read_twice_not_taught_twice(load: Load) -> None:
    examples = load(policy=[policy("متن الف", "insult")], parsoff=[row("متن الف", offensive=1)])
    assert [example.source for example in examples] == ["policy", "parsoff"]


def test_where_two_readings_differ_the_text_teaches_nothing(load: Load) -> None:
    insult, clean, other, unread = load(
        policy=[
            policy("متن الف", "insult", "accusation"),  # read again: insult alone
            policy("متن ب", "threat"),  # read again: nothing
            policy("متن پ", "hate", "threat", severity=1),  # read again: the same
            policy("متن خوانده‌نشده", "hate"),
        ]
    )
    assert insult.labels == {**NONE, "insult": 1, "accusation": 1, "offensive": 1}
    assert insult.contested == {"accusation"}
    assert clean.labels == {**NONE, "threat": 1, "offensive": 1}
    assert clean.contested == {"threat", "offensive"}
    assert other.contested == unread.contested == frozenset()
    assert other.labels == {**NONE, "hate": 1, "threat": 1, "offensive": 1}
    assert unread.labels == {**NONE, "hate": 1, "offensive": 1}
    assert [e.weight for e in (insult, clean, other, unread)] == [1.0, 1.0, 0.7, 1.0]


def test_a_second_reader_is_for_measuring(load: Load) -> None:
    """The second of two human readers changes no label that is learnt."""
    rows = [policy("یک", "insult", second={"labels": ["ok"]}), policy("دو", "insult")]
    first, second = load(policy=rows)
    assert first.labels == second.labels == {**NONE, "insult": 1, "offensive": 1}
    assert first.second == NONE
    assert second.second is None


def test_readings_left_out(load: Load) -> None:
    examples = load(
        without=("reread",),
        policy=[policy("متن الف", "accusation")],
        parsoff=[row("متن پ", offensive=0)],
        aux_armanemo=[row("متن ب")],
    )
    assert [(e.text, e.source) for e in examples] == [("متن الف", "policy"), ("متن پ", "parsoff")]
    assert examples[0].labels == {**NONE, "accusation": 1}


def test_a_source_left_out_lends_no_text(load: Load) -> None:
    examples = load(without=("phate",), phate=[row("متن الف", offensive=1, label=["Hate"])])
    assert examples == []


def test_the_examples_here_are_no_texts_of_others() -> None:
    """What is written for training is our own; only a few words may be written twice by chance."""
    readings = load_readings()
    copied = [e.text for e in own_examples() if text_digest(e.text) in readings]
    assert [text for text in copied if len(text) >= 30] == []
