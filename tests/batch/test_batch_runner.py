"""Judging streams: order, alignment, bounds, workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import fake_moderation
import pytest
from fake_moderation import BAD, FakeModerator

from moderation.batch import runner
from moderation.batch.formats import BadRow, Row
from moderation.batch.runner import Counts, WorkerError, run
from moderation.types import Article, Comment

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def rows(count: int) -> Iterator[Row | BadRow]:
    for i in range(count):
        if i % 7 == 3:
            yield BadRow(i, i + 1, "bad")
        else:
            text = BAD if i % 5 == 0 else "خوب"
            yield Row(i + 1, i, Comment(text, str(i)), f"a{i % 3}" if i % 2 else None)


ARTICLES = {f"a{i}": Article(title="x" * (i + 1)) for i in range(3)}


def judge(count: int, **options: Any) -> tuple[list[dict[str, Any]], Counts]:
    out: list[dict[str, Any]] = []
    counts = run(rows(count), out.extend, FakeModerator, **options)
    return out, counts


def test_order_ids_articles_and_counts() -> None:
    out, counts = judge(50, articles=ARTICLES, chunk_rows=8)
    assert [row["id"] for row in out] == list(range(50))
    for i, row in enumerate(out):
        if i % 7 == 3:
            assert row == {"id": i, "line": i + 1, "error": "bad"}
        else:
            expected = (i % 3 + 1) / 100 if i % 2 else None
            assert row["scores"]["off_topic"] == expected
            assert row["decision"] == ("reject" if i % 5 == 0 else "publish")
    errors = sum(i % 7 == 3 for i in range(50))
    rejects = sum("error" not in row and row["decision"] == "reject" for row in out)
    decisions = {"reject": rejects, "publish": 50 - errors - rejects}
    assert counts == Counts(50, errors, Counter(decisions), Counter(insult=rejects))


def test_workers_give_the_same() -> None:
    plain, counts = judge(60, articles=ARTICLES, chunk_rows=8)
    seen: list[int] = []
    parallel, same = judge(60, articles=ARTICLES, chunk_rows=8, jobs=2, progress=seen.append)
    assert parallel == plain
    assert same == counts
    assert sum(seen) == 60


def test_a_worker_makes_its_moderator_once() -> None:
    out: list[dict[str, Any]] = []
    before = fake_moderation.made
    source = [Row(i, i, Comment("pid"), None) for i in range(20)]
    run(source, out.extend, FakeModerator, jobs=2, chunk_rows=2)
    assert fake_moderation.made == before  # none was made here
    assert 1 <= len({row["model"] for row in out}) <= 2


def test_one_article_for_all() -> None:
    out, _ = judge(10, article=Article(title="xxxx"))
    assert {row["scores"]["off_topic"] for row in out if "scores" in row} == {0.04}


def test_unknown_article_is_an_error_row() -> None:
    out, counts = judge(3, articles={})
    assert out[1] == {"id": 1, "line": 2, "error": "no article with id 'a1'"}
    assert counts.errors == 1


def test_article_ids_without_articles_are_let_be() -> None:
    assert judge(3)[1].errors == 0


def test_chunks_are_bounded_by_rows_and_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    moderator = FakeModerator()
    run(rows(100), lambda _: None, lambda: moderator, chunk_rows=9)
    assert moderator.largest_batch <= 9
    monkeypatch.setattr(runner, "CHUNK_CHARACTERS", 10)
    moderator = FakeModerator()
    run(rows(100), lambda _: None, lambda: moderator)
    assert moderator.largest_batch <= 5


@pytest.mark.parametrize("jobs", [1, 2])
def test_input_is_read_only_as_far_as_needed(jobs: int) -> None:
    read = 0
    ahead: list[int] = []

    def counting() -> Iterator[Row | BadRow]:
        nonlocal read
        for row in rows(200):
            read += 1
            yield row

    written = 0

    def write(out: list[dict[str, Any]]) -> None:
        nonlocal written
        ahead.append(read - written)
        written += len(out)

    run(counting(), write, FakeModerator, jobs=jobs, chunk_rows=5)
    assert max(ahead) <= 5 * 2 * jobs
    assert written == 200


def test_only_bad_rows_and_none_at_all() -> None:
    out: list[dict[str, Any]] = []
    counts = run([BadRow(None, 1, "x")], out.extend, FakeModerator)
    assert (counts.rows, counts.errors, len(out)) == (1, 1, 1)
    assert run([], out.extend, FakeModerator) == Counts()


def test_a_worker_that_dies_is_told() -> None:
    source = [Row(1, 1, Comment("die"), None)]
    with pytest.raises(WorkerError, match="a worker process died"):
        run(source, lambda _: None, FakeModerator, jobs=2)
