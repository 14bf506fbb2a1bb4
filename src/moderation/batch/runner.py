"""Judging a stream of rows in chunks, in this process or in several, order kept.

Memory is bounded by the chunks in flight, never by the length of the input.
"""

from __future__ import annotations

import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from moderation.batch.rows import BadRow, Row
from moderation.batch.writer import bad_record, record
from moderation.types import Article, Comment, Verdict

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["Counts", "Judge", "WorkerError", "run"]

CHUNK_ROWS = 2_000
#: A chunk also ends here, so that rows of a megabyte each do not add up to gigabytes.
CHUNK_CHARACTERS = 4_000_000


class WorkerError(RuntimeError):
    """A worker process died, most often for want of memory."""


class Judge(Protocol):
    """The part of :class:`moderation.moderator.Moderator` that is used here."""

    def classify_batch(
        self,
        comments: Sequence[Comment | str],
        articles: Article | Sequence[Article | None] | None = None,
    ) -> list[Verdict]:
        """Return a verdict for each comment."""


@dataclass
class Counts:
    """What a run came to.

    Attributes
    ----------
    rows, errors : int
        Rows read, and those among them that could not be used.
    decisions, rules : Counter
        Verdicts by decision, and findings by rule.
    """

    rows: int = 0
    errors: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Count some output rows."""
        self.rows += len(rows)
        for row in rows:
            if "error" in row:
                self.errors += 1
                continue
            self.decisions[row["decision"]] += 1
            self.rules.update(finding["rule"] for finding in row["findings"])


@dataclass
class _Chunk:
    """Rows in input order, with the article of each; ``None`` also for bad rows."""

    rows: list[Row | BadRow]
    articles: list[Article | None]

    def comments(self) -> tuple[list[Comment], list[Article | None]]:
        """Return what there is to judge, aligned."""
        pairs = [
            (row.comment, article)
            for row, article in zip(self.rows, self.articles, strict=True)
            if isinstance(row, Row)
        ]
        return [comment for comment, _ in pairs], [article for _, article in pairs]

    def merge(self, judged: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Put judged rows and bad rows back in order, under the ids the file gave."""
        results = iter(judged)
        merged = []
        for row in self.rows:
            if isinstance(row, BadRow):
                merged.append(bad_record(row))
            else:
                result = next(results)
                result["id"] = row.id
                merged.append(result)
        return merged


_Judged = tuple[_Chunk, list[dict[str, Any]]]


def run(
    rows: Iterable[Row | BadRow],
    write: Callable[[list[dict[str, Any]]], None],
    make: Callable[[], Judge],
    *,
    article: Article | None = None,
    articles: Mapping[str, Article] | None = None,
    jobs: int = 1,
    chunk_rows: int = CHUNK_ROWS,
    progress: Callable[[int], None] | None = None,
) -> Counts:
    """Judge `rows` and hand the output rows to `write`, a chunk at a time, in order.

    Parameters
    ----------
    rows : iterable of Row or BadRow
        As :func:`moderation.batch.formats.open_source` gives them.
    write : callable
        Takes a list of output rows.
    make : callable
        Makes the moderator: called once here, or once in each worker, so it must be
        picklable where `jobs` is more than one.
    article : Article, optional
        The news item that all rows stand under.
    articles : mapping of str to Article, optional
        News items by id, for rows that name one; a row naming another becomes an error row.
    jobs : int
        Worker processes; 1 works in this process, -1 means one a core.
    chunk_rows : int
        Rows judged at once.
    progress : callable, optional
        Told the number of rows written after every chunk.

    Raises
    ------
    WorkerError
        If a worker process dies.
    """
    counts = Counts()
    chunks = _chunks(rows, article, articles, chunk_rows)
    judge = _in_turn if jobs == 1 else partial(_in_parallel, jobs=jobs)
    for chunk, judged in judge(chunks, make):
        merged = chunk.merge(judged)
        write(merged)
        counts.add(merged)
        if progress is not None:
            progress(len(merged))
    return counts


def _chunks(
    rows: Iterable[Row | BadRow],
    article: Article | None,
    articles: Mapping[str, Article] | None,
    size: int,
) -> Iterator[_Chunk]:
    chunk = _Chunk([], [])
    characters = 0
    for row in rows:
        found = article
        if isinstance(row, Row):
            characters += len(row.comment.text) + len(row.comment.reply_to or "")
            if articles is not None and row.article_id is not None:
                found = articles.get(row.article_id)
                if found is None:
                    row = BadRow(row.id, row.line, f"no article with id {row.article_id!r}")
        chunk.rows.append(row)
        chunk.articles.append(found)
        if len(chunk.rows) >= size or characters >= CHUNK_CHARACTERS:
            yield chunk
            chunk = _Chunk([], [])
            characters = 0
    if chunk.rows:
        yield chunk


def _judge(
    judge: Judge, comments: list[Comment], articles: list[Article | None]
) -> list[dict[str, Any]]:
    if not comments:
        return []
    same = all(article is articles[0] for article in articles)
    verdicts = judge.classify_batch(comments, articles[0] if same else articles)
    return [record(verdict.id, verdict) for verdict in verdicts]


def _in_turn(chunks: Iterator[_Chunk], make: Callable[[], Judge]) -> Iterator[_Judged]:
    judge = make()
    for chunk in chunks:
        yield chunk, _judge(judge, *chunk.comments())


# One moderator a worker process, made with its first chunk and kept.
_make: Callable[[], Judge] | None = None
_kept: Judge | None = None


def _start_worker(make: Callable[[], Judge]) -> None:
    global _make, _kept
    _make, _kept = make, None


def _work(comments: list[Comment], articles: list[Article | None]) -> list[dict[str, Any]]:
    global _kept
    if _kept is None:
        assert _make is not None
        _kept = _make()
    return _judge(_kept, comments, articles)


def _in_parallel(
    chunks: Iterator[_Chunk], make: Callable[[], Judge], jobs: int
) -> Iterator[_Judged]:
    from joblib import cpu_count
    from joblib.externals.loky.process_executor import BrokenProcessPool

    workers = jobs if jobs > 0 else cpu_count()
    waiting: deque[tuple[_Chunk, Future[list[dict[str, Any]]]]] = deque()
    with _executor(make, workers) as executor:
        try:
            # joblib's own generator keeps every finished result until it is asked for;
            # a window of futures bounds both ends.
            for chunk in chunks:
                work = chunk.comments()
                # The first submission starts the processes.
                with nullcontext() if waiting else _deaf_to_interrupts():
                    waiting.append((chunk, executor.submit(_work, *work)))
                if len(waiting) >= 2 * workers:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        except BrokenProcessPool:
            raise WorkerError(
                "a worker process died, perhaps for want of memory; try fewer --jobs"
            ) from None


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Start processes that ignore Ctrl-C, which reaches the whole group: the parent answers it.

    They inherit this from their first moment on. Telling them when they are up would be too
    late for one that is still importing, and it would die with a traceback.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may, and only there does Ctrl-C arrive
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _executor(make: Callable[[], Judge], workers: int) -> Iterator[Any]:
    from joblib.externals.loky import ProcessPoolExecutor

    executor = ProcessPoolExecutor(
        max_workers=workers,
        initializer=_start_worker,
        initargs=(make,),
        # The processes are the parallelism; threads under each would only get in the way.
        env={name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")},
    )
    try:
        yield executor
    except BaseException:
        executor.shutdown(wait=True, kill_workers=True)
        raise
    executor.shutdown(wait=True)
