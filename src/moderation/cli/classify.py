"""``moderation classify``: one comment, or a file of them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from moderation.cli.errors import Unusable, clear_errors, leave_quietly

if TYPE_CHECKING:
    from moderation.batch.formats import Source
    from moderation.batch.runner import Counts
    from moderation.moderator import Moderator
    from moderation.types import Article

__all__ = ["classify"]

_PATH = click.Path(path_type=Path)


class _TextCommand(click.Command):
    """Says what to do about a comment that looks like an option, or like several."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            hint = "" if error.possibilities else " If it is the comment, put -- before it."
            raise click.UsageError(error.format_message() + hint, ctx) from None
        except click.UsageError as error:
            extra = "unexpected extra argument" in error.message
            hint = " Put the whole comment in quotes." if extra else ""
            raise click.UsageError(error.format_message() + hint, ctx) from None


@click.command(cls=_TextCommand, short_help="Decide about a comment, or a file of them.")
@click.argument("text", required=False)
@click.option("--article", type=_PATH, metavar="FILE", help="The news item it stands under.")
@click.option("--reply-to", metavar="TEXT", help="The comment that TEXT answers.")
@click.option("--policy", type=_PATH, metavar="FILE", help="The site's policy (see policy init).")
@click.option("--model", type=_PATH, metavar="DIR", help="Another model than the shipped one.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
@click.option(
    "--input", "source", type=_PATH, metavar="FILE",
    help="A file of comments; - reads JSONL from stdin.",
)  # fmt: skip
@click.option("--output", type=_PATH, metavar="FILE", help="Where verdicts go, instead of stdout.")
@click.option("--articles", type=_PATH, metavar="FILE", help="News items as JSONL, by id.")
@click.option("--text-column", metavar="NAME", help="The column of the comment.  [default: text]")
@click.option("--jobs", type=int, default=1, metavar="N", help="Processes; -1 is one a core.")
def classify(
    text: str | None,
    article: Path | None,
    reply_to: str | None,
    policy: Path | None,
    model: Path | None,
    as_json: bool,
    source: Path | None,
    output: Path | None,
    articles: Path | None,
    text_column: str | None,
    jobs: int,
) -> None:
    """Decide about one comment (TEXT) or about every comment in a file (--input).

    \b
    One comment:
      moderation classify "متن دیدگاه"
      moderation classify --article news.txt --reply-to "متن قبلی" "متن دیدگاه"
      moderation classify -- "-متنی که با خط تیره آغاز می‌شود"

    \b
    A file: .jsonl, .csv, .tsv, .parquet or .txt (a comment a line), each also .gz,
    with a column "text" and, if there are any, "id", "article_id" and "reply_to":
      moderation classify --input comments.csv --output verdicts.jsonl
      moderation classify --input all.jsonl.gz --articles news.jsonl --jobs 4 > verdicts.jsonl
      cat comments.jsonl | moderation classify --input -

    A news item is a page copied as text, an HTML file, or JSON. Verdicts of a file are JSONL in
    the order of its rows, or CSV, TSV or Parquet if the name of the output says so.

    Exit code: 0 whatever the decision, 1 if a row of the file could not be read, 2 if nothing
    could be done.
    """
    _check_usage(text, source, as_json, reply_to, article, articles, output, text_column, jobs)
    if text is not None:
        _classify_one(text, article, reply_to, policy, model, as_json=as_json)
        return
    assert source is not None
    with _input(source, text_column or "text") as rows:
        counts = _classify_file(rows, source, output, article, articles, policy, model, jobs)
    if counts.errors:
        click.get_current_context().exit(1)


def _check_usage(
    text: str | None,
    source: Path | None,
    as_json: bool,
    reply_to: str | None,
    article: Path | None,
    articles: Path | None,
    output: Path | None,
    text_column: str | None,
    jobs: int,
) -> None:
    if text is None and source is None:
        raise click.UsageError("give a comment (TEXT) or a file of them (--input FILE).")
    if text is not None and source is not None:
        raise click.UsageError("give either a comment (TEXT) or --input FILE, not both.")
    if article is not None and articles is not None:
        raise click.UsageError("give either --article or --articles, not both.")
    file_only = {
        "--output": output is not None,
        "--articles": articles is not None,
        "--text-column": text_column is not None,
        "--jobs": jobs != 1,
    }
    text_only = {"--reply-to": reply_to is not None, "--json": as_json}
    for name, given in (file_only if source is None else text_only).items():
        if given:
            with_what = "--input FILE" if source is None else "TEXT"
            raise click.UsageError(f"{name} goes with {with_what}.")
    if jobs == 0 or jobs < -1:
        raise click.UsageError("--jobs is 1 or more, or -1 for one a core.")


def _moderator(policy: Path | None, model: Path | None) -> Moderator:
    from moderation.moderator import Moderator
    from moderation.policy import Policy

    return Moderator(model=model, policy=None if policy is None else Policy.load(policy))


def _article(path: Path | None) -> Article | None:
    if path is None:
        return None
    from moderation.article.files import load_article

    return load_article(path)


def _classify_one(
    text: str,
    article: Path | None,
    reply_to: str | None,
    policy: Path | None,
    model: Path | None,
    *,
    as_json: bool,
) -> None:
    from moderation.types import Comment

    with clear_errors():
        item = _article(article)
        moderator = _moderator(policy, model)
    verdict = moderator.classify(Comment(text, reply_to=reply_to), item)
    if as_json:
        from moderation.batch.writer import dump_json, record

        click.echo(dump_json(record(verdict.id, verdict)))
    else:
        from moderation.cli.show import render

        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        click.echo(render(text, verdict, colour=colour))


@contextmanager
def _input(path: Path, column: str) -> Iterator[Source]:
    from moderation.batch.formats import open_source

    with clear_errors():
        source = open_source(path, column)
    with source:
        yield source


def _classify_file(
    rows: Source,
    path: Path,
    output: Path | None,
    article: Path | None,
    articles: Path | None,
    policy: Path | None,
    model: Path | None,
    jobs: int,
) -> Counts:
    from moderation.batch.runner import WorkerError, run
    from moderation.batch.writer import OutputError, open_writer

    if output is not None and _same_file(path, output):
        raise Unusable(f"{output}: is the input itself; name another --output")
    with clear_errors():
        item = _article(article)
        items = None
        if articles is not None:
            from moderation.article.files import load_articles

            items = load_articles(articles)
        # Also where workers make their own: a bad policy or model is told before any work.
        moderator = _moderator(policy, model)
    make = partial(_moderator, policy, model) if jobs != 1 else partial(_itself, moderator)
    started = time.monotonic()
    try:
        with (
            open_writer(output, sys.stdout.buffer) as writer,
            _progress(rows, path) as progress,
        ):
            counts = run(
                rows,
                writer.write,
                make,
                article=item,
                articles=items,
                jobs=jobs,
                progress=progress,
            )
    except BrokenPipeError:
        leave_quietly()
    except (OutputError, WorkerError) as error:
        raise Unusable(str(error)) from error
    click.echo(_summary(counts, time.monotonic() - started), err=True)
    return counts


def _itself(moderator: Moderator) -> Moderator:
    return moderator


def _same_file(path: Path, output: Path) -> bool:
    try:
        return output.is_file() and os.path.samefile(path, output)
    except OSError:
        return False


@contextmanager
def _progress(rows: Source, path: Path) -> Iterator[Callable[[int], None] | None]:
    """Show a bar on standard error, where that is a terminal."""
    if not sys.stderr.isatty() or rows.total is None:
        yield None
        return
    from tqdm import tqdm

    written = 0
    with tqdm(total=rows.total, unit=rows.unit, unit_scale=True, desc=path.name) as bar:

        def advance(count: int) -> None:
            nonlocal written
            written += count
            bar.set_postfix_str(f"{written:,} comments", refresh=False)
            bar.update(rows.done() - bar.n)

        yield advance


def _summary(counts: Counts, seconds: float) -> str:
    from moderation.types import Decision

    parts = [f"{counts.decisions[d.value]:,} {d.value}" for d in Decision]
    if counts.errors:
        parts.append(f"{counts.errors:,} could not be read")
    speed = f"{counts.rows / seconds:,.0f} a second" if seconds > 0 else ""
    noun = "comment" if counts.rows == 1 else "comments"
    return f"{counts.rows:,} {noun} in {seconds:.1f} s ({speed}): {', '.join(parts)}"
