"""The table of training sources: one place decides what is read, and by which rule."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moderation.text.known import KnownWords
from moderation.training import expectation, relevance, relevance_vectors, spam, train
from moderation.training.corpora import load_examples
from moderation.training.known import train_known
from moderation.training.language_data import read_texts
from moderation.training.names import train_names
from moderation.training.relevance_corpus import documents
from moderation.training.sources import NEWS, SOURCES, Corpora, TrainingError

FOLDER = Path(spam.__file__).parent
FILES = [source for source in SOURCES if source.file]
#: One made-up row with every field that a reader of some source asks for.
ROW = {
    "text": "این متن را برای آزمون نوشتیم", "labels": ["ok"], "label": ["Normal"], "severity": 0,
    "spam": 0, "offensive": 0, "kind": "on", "lang": "fa", "set": "made", "id": "1",
    "article_id": "a", "category": "c", "outlet": "o", "title": "عنوان خبر", "lead": "لید خبر",
    "body": "متن خبر", "tags": ["برچسب"], "comments": [{"text": "پاسخ آزمون"}], "claim": "ادعا",
    "headline": "تیتر", "word": "واژه", "definition": "معنا", "tokens": ["چند", "واژه"],
}  # fmt: skip


class Watched(Corpora):
    """Corpora that remember which sources were asked for."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.read: set[str] = set()

    def path(self, name: str) -> Path:
        self.read.add(name)
        return super().path(name)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for source in FILES:
        path = folder / source.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(ROW) + "\n" if path.suffix == ".jsonl" else "واژه 30\n", "utf-8")
    return folder


def _off_topic(corpora: Corpora) -> Iterator[Any]:
    yield from documents(corpora, ())
    yield relevance_vectors._background_items(corpora)
    yield relevance_vectors._threads(corpora, ())
    yield from corpora.rows("authored")  # one item is too few to draw others for its comments
    yield relevance._forum_pairs(corpora, 0)
    yield list(expectation.news_sentences(corpora, 0))
    yield expectation.item_comments(corpora)


def _abuse(corpora: Corpora) -> Iterator[Any]:
    yield load_examples(corpora)
    # Names are targets of a charge: the abuse rules rest on what tells them.
    yield train_names(corpora, KnownWords(np.zeros(0, np.uint64), np.zeros(0, np.uint8)))


#: What is read to measure a trained model, and by no rule.
MEASURED = "measuring explanations"
READERS: dict[str, Callable[[Corpora], Any]] = {
    "abuse": lambda corpora: list(_abuse(corpora)),
    "spam": lambda corpora: spam._read(corpora, FOLDER / "examples", 0),
    "language": lambda corpora: list(read_texts(corpora)),
    "off_topic": lambda corpora: list(_off_topic(corpora)),
    "known words": train_known,
}


@pytest.mark.parametrize("rule", READERS)
def test_a_rule_reads_the_sources_that_the_table_says(data: Path, rule: str) -> None:
    corpora = Watched(data)
    READERS[rule](corpora)
    assert corpora.read == {source.name for source in corpora.sources(rule) if source.file}


@pytest.mark.parametrize("rule", READERS)
def test_a_source_left_out_is_read_by_no_rule(data: Path, rule: str, tmp_path: Path) -> None:
    needed = {source.name for source in SOURCES if source.needed_by}
    kept = needed | {"fars"}
    for source in FILES:  # what is left out need not even be there
        if source.name in kept:
            path = tmp_path / source.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((data / source.file).read_bytes())
    corpora = Watched(tmp_path, {source.name for source in SOURCES} - kept)
    corpora.check()
    corpora.read.clear()
    READERS[rule](corpora)
    assert corpora.read <= kept


def test_names_and_rules_of_the_table() -> None:
    names = [source.name for source in SOURCES]
    assert len(set(names)) == len(names)
    assert {rule for source in SOURCES for rule in source.rules} == {*READERS, MEASURED}
    assert all(source.licence and source.origin and source.rules for source in SOURCES)
    assert all(source.needed_by in ("", *source.rules) for source in SOURCES)
    assert set(spam.SPAM_SOURCES) == {s.name for s in SOURCES if "spam" in s.rules}


def test_no_trainer_goes_round_the_table() -> None:
    for path in FOLDER.glob("*.py"):
        if path.name != "sources.py":
            text = path.read_text("utf-8")
            assert not [source.file for source in FILES if source.file in text], path.name


def test_an_unknown_name_is_an_error_that_tells_the_names() -> None:
    with pytest.raises(TrainingError, match=r"no such training source: no_such; .*parsinlu"):
        Corpora(Path("nowhere"), ["parsinlu", "no_such"])


def test_a_missing_file_is_named_with_the_way_out(tmp_path: Path) -> None:
    place = tmp_path / "abuse" / "parsoff.jsonl"
    with pytest.raises(TrainingError) as caught:
        Corpora(tmp_path).rows("parsoff")
    assert str(caught.value).startswith(f"{place}: missing; leave the source out with --without")
    with pytest.raises(TrainingError, match="missing; language cannot be trained without it"):
        Corpora(tmp_path).path("language")


@pytest.mark.parametrize("source", [s for s in SOURCES if s.needed_by], ids=lambda s: s.name)
def test_what_a_rule_rests_on_cannot_be_left_out(data: Path, source: Any) -> None:
    said = f"^{source.name} cannot be left out: {source.needed_by} cannot be trained without it$"
    with pytest.raises(TrainingError, match=said):
        Corpora(data, [source.name]).check()


def test_one_news_source_must_stay(data: Path) -> None:
    for kept in NEWS:
        Corpora(data, set(NEWS) - {kept}).check()
    with pytest.raises(TrainingError, match="isna, fars, varzesh3, namnak cannot all be left out"):
        Corpora(data, NEWS).check()


def test_the_manifest_tells_every_source_that_is_read(data: Path) -> None:
    records = train._data_records(Corpora(data, ["parsinlu"]))
    assert [r["name"] for r in records] == [s.name for s in SOURCES if s.name != "parsinlu"]
    for record in records:
        assert {"file", "licence", "origin", "rules", "rows"} <= set(record)
        assert len(record["sha256"]) == 64
    by_name = {record["name"]: record for record in records}
    assert by_name["isna"]["rows"] == 1
    assert by_name["isna"]["rules"] == ["spam", "language", "off_topic", "known words"]
    assert by_name["language"]["needed_by"] == "language"
    assert by_name["examples"]["rows"] > 100


def test_training_fails_before_any_work(data: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no such training source"):
        train.main_train(data, tmp_path / "model", ["nonsense"])
    with pytest.raises(TrainingError, match="forum_threads cannot be left out"):
        train.main_train(data, tmp_path / "model", ["forum_threads"])
    assert not (tmp_path / "model").exists()
