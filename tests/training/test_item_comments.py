"""Fitting what item a comment leads one to expect, and the comments written for it."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from moderation.training.expectation import item_comments, title_digest
from moderation.training.sources import Corpora

ROWS = [
    line.split("\t")
    for line in files("moderation.training")
    .joinpath("item_comments.tsv")
    .read_text("utf-8")
    .splitlines()
    if not line.startswith("#")
]
DATA = Path(__file__).parents[3] / "shared" / "data"


def test_rows_are_whole_and_in_order() -> None:
    assert len(ROWS) > 2000
    assert all(len(row) == 3 for row in ROWS)
    assert all(re.fullmatch("[0-9a-f]{12}", row[0]) and row[2].strip() for row in ROWS)
    assert {row[1] for row in ROWS} == {"on", "tangent", "critic", "generic"}
    assert sorted(ROWS) == ROWS
    assert len({tuple(row) for row in ROWS}) == len(ROWS)


def test_a_title_is_known_by_its_digest() -> None:
    assert title_digest(" خبر تازه\n") == title_digest("خبر تازه") != title_digest("خبر دیگر")


@pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not there: not checked against it")
def test_every_comment_finds_its_item_and_none_that_is_measured() -> None:
    corpora = Corpora(DATA)
    comments = item_comments(corpora)
    assert len(comments) == len(ROWS)
    measured = {str(row["title"]).strip() for row in corpora.rows("articles")}
    assert not [head for _, (head, _), *_ in comments if head.split("\n")[0].strip() in measured]
    assert item_comments(Corpora(DATA, {"item_comments"})) == []
    fewer = item_comments(Corpora(DATA, {"isna"}))
    assert 0 < len(fewer) < len(comments)
