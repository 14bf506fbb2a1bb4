"""Files to rows: JSONL, CSV, TSV, Parquet and plain text, each also gzipped.

A file that cannot be used at all raises :class:`InputError` on opening. A row that cannot be
used becomes a :class:`BadRow` in its place, and reading goes on. No file is ever held whole.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfileobj
from types import TracebackType
from typing import BinaryIO, cast

from moderation.batch.lines import InputError, LineError, LineReader, open_binary
from moderation.batch.rows import BadRow, Row, RowId, build_row, is_key, kind_of, not_utf8
from moderation.types import Comment

__all__ = ["BadRow", "InputError", "Row", "RowId", "Source", "open_source", "suffix"]

_KNOWN = (".jsonl", ".csv", ".tsv", ".parquet", ".txt")
_ALIASES = {".ndjson": ".jsonl", ".pq": ".parquet"}


class Source:
    """The rows of one open file; iterate over it, and close it.

    Parameters
    ----------
    rows : iterator of Row or BadRow
        What the file holds.
    close : callable
        Lets go of the file.
    total : int or None
        The measure of the whole file for a progress bar; ``None`` when not known.
    done : callable
        How much of `total` has been read.
    unit : str
        What both count: ``"B"`` or ``"row"``.
    """

    def __init__(
        self,
        rows: Iterator[Row | BadRow],
        close: Callable[[], None],
        *,
        total: int | None,
        done: Callable[[], int],
        unit: str,
    ) -> None:
        self._rows = rows
        self.close = close
        self.total = total
        self.done = done
        self.unit = unit

    def __iter__(self) -> Iterator[Row | BadRow]:
        return self._rows

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def suffix(path: Path) -> tuple[str, bool]:
    """Return the format a file name says (``".csv"``) and whether it is gzipped.

    >>> suffix(Path("comments.JSONL.gz"))
    ('.jsonl', True)
    """
    name = path.name.lower()
    compressed = name.endswith(".gz")
    ending = Path(name.removesuffix(".gz")).suffix
    return _ALIASES.get(ending, ending), compressed


def open_source(path: str | Path, text_column: str = "text") -> Source:
    """Open a file of comments; its name's ending says the format.

    Parameters
    ----------
    path : str or Path
        The file, or ``"-"`` for JSONL on standard input.
    text_column : str
        The column or key that holds the comment.

    Raises
    ------
    InputError
        If the file is missing, of an unknown kind, or without the column.
    """
    if str(path) == "-":
        lines = LineReader(_standard_input(), "standard input")
        return Source(
            _json_rows(lines, text_column),
            lambda: None,
            total=None,
            done=lambda: 0,
            unit="B",
        )
    path = Path(path)
    kind, compressed = suffix(path)
    if kind not in _KNOWN and not path.is_dir():
        known = ", ".join(_KNOWN)
        raise InputError(f"{path}: unknown kind of file; its name should end in {known} (or .gz)")
    raw = open_binary(path)
    try:
        if kind == ".parquet":
            return _open_parquet(raw, path, text_column, compressed=compressed)
        return _open_lines(raw, path, kind, text_column, compressed=compressed)
    except BaseException:
        raw.close()
        raise


def _open_lines(raw: BinaryIO, path: Path, kind: str, column: str, *, compressed: bool) -> Source:
    lines = LineReader(raw, str(path), compressed=compressed)
    if kind == ".jsonl":
        rows = _json_rows(lines, column)
    elif kind == ".txt":
        rows = _text_rows(lines)
    else:
        from moderation.batch.tables import csv_rows

        rows = csv_rows(lines, str(path), column, delimiter="\t" if kind == ".tsv" else ",")
    size = path.stat().st_size if path.is_file() else None
    return Source(rows, raw.close, total=size, done=_position(raw), unit="B")


def _open_parquet(raw: BinaryIO, path: Path, column: str, *, compressed: bool) -> Source:
    from moderation.batch.tables import parquet_rows

    if compressed:
        # Parquet is read from its end, which a gzip stream cannot offer: unpack to disk.
        raw = _unpacked(raw, path)
    rows, total, done = parquet_rows(raw, str(path), column)
    return Source(rows, raw.close, total=total, done=done, unit="row")


def _unpacked(raw: BinaryIO, path: Path) -> BinaryIO:
    plain = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the source closes it
    try:
        with raw:
            copyfileobj(gzip.GzipFile(fileobj=raw), plain)
    except (EOFError, OSError, ValueError) as error:
        plain.close()
        raise InputError(f"{path}: is not a gzip file, or a damaged one ({error})") from None
    plain.seek(0)
    return plain


def _position(raw: BinaryIO) -> Callable[[], int]:
    def position() -> int:
        try:
            return 0 if raw.closed else raw.tell()
        except OSError:  # a pipe has no position
            return 0

    return position


def _standard_input() -> BinaryIO:
    if sys.stdin is None:  # a service without the stream
        return io.BytesIO()
    return sys.stdin.buffer


def _json_rows(lines: LineReader, column: str) -> Iterator[Row | BadRow]:
    while True:
        try:
            line = next(lines)
        except StopIteration:
            return
        except LineError as error:
            yield BadRow(None, lines.number, str(error))
            continue
        if line.strip():  # blank lines are spacing, not rows
            yield _json_row(lines.number, line, column)


def _json_row(number: int, line: bytes, column: str) -> Row | BadRow:
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return BadRow(None, number, not_utf8(error.start))
    except json.JSONDecodeError as error:
        return BadRow(None, number, _json_error(error))
    except (ValueError, RecursionError) as error:  # a number or a nesting beyond all measure
        return BadRow(None, number, f"not usable JSON: {error}")
    if not isinstance(value, dict):
        return BadRow(None, number, f"expected a JSON object, found {kind_of(value)}")
    if column not in value:
        row_id = value.get("id")
        return BadRow(row_id if is_key(row_id) else None, number, f"no field {column!r}")
    return build_row(
        number,
        value[column],
        value.get("id"),
        value.get("article_id"),
        value.get("reply_to"),
        column,
    )


def _json_error(error: json.JSONDecodeError) -> str:
    message = error.msg.removesuffix(" starting at")
    cut = message.startswith("Unterminated") or error.pos >= len(error.doc.rstrip())
    hint = "; is the line cut short?" if cut else ""
    return f"not valid JSON: {message} (column {error.colno}){hint}"


def _text_rows(lines: LineReader) -> Iterator[Row | BadRow]:
    # Blank lines count: without ids, only the position tells which verdict is whose.
    while True:
        try:
            line = next(lines)
            text = line.removesuffix(b"\r").decode("utf-8")
        except StopIteration:
            return
        except LineError as error:
            yield BadRow(None, lines.number, str(error))
        except UnicodeDecodeError as error:
            yield BadRow(None, lines.number, not_utf8(error.start))
        else:
            yield Row(lines.number, None, Comment(text), None)
