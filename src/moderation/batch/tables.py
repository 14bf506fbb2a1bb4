"""Rows from tables with named columns: CSV, TSV and Parquet."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from moderation.batch.lines import InputError, LineError, LineReader
from moderation.batch.rows import BadRow, Row, build_row

__all__ = ["csv_rows", "parquet_rows"]

_MAX_FIELD = 16 * 1024 * 1024
#: A quoted cell may run over line ends. One stray quote mark would then swallow every row
#: up to the next one, so a cell that runs on for longer is taken as a mistake.
_MAX_CELL_LINES = 1000
_BATCH = 1024
_OPTIONAL = ("id", "article_id", "reply_to")

# Bytes that are not UTF-8 are decoded to these, which proper UTF-8 never gives.
_UNDECODABLE = re.compile("[\udc80-\udcff]")
# Stands in for NUL, which the csv module of Python 3.10 refuses; outside the range above.
_NUL = "\udc00"


class _RunawayCellError(Exception):
    """A quoted cell that is not closed."""


class _Record:
    """Feeds lines to the csv module, remembering those of the record being read."""

    def __init__(self, lines: LineReader) -> None:
        self._lines = lines
        self._taken: list[bytes] = []

    def begin(self) -> int:
        """Forget the last record; return the number of the line the next one starts on."""
        self._taken = []
        return self._lines.number + 1

    def rewind(self) -> None:
        """Give back all lines of this record but its first."""
        self._lines.unread(self._taken[1:])
        del self._taken[1:]

    def __iter__(self) -> _Record:
        return self

    def __next__(self) -> str:
        if len(self._taken) >= _MAX_CELL_LINES:
            raise _RunawayCellError
        try:
            line = next(self._lines)
        except StopIteration:
            # The csv module asks for more only inside quotes or between records.
            if self._taken:
                raise _RunawayCellError from None
            raise
        except LineError as error:
            if self._taken:  # inside quotes: the lines before it are rows of their own
                self._lines.unread([error])
                raise _RunawayCellError from None
            raise
        self._taken.append(line)
        return line.decode("utf-8", "surrogateescape").replace("\0", _NUL) + "\n"


def csv_rows(
    lines: LineReader, name: str, column: str, *, delimiter: str
) -> Iterator[Row | BadRow]:
    """Return the rows of a CSV or TSV file, having read its header.

    Raises
    ------
    InputError
        If it is empty or has no column named `column`.
    """
    csv.field_size_limit(max(csv.field_size_limit(), _MAX_FIELD))
    record = _Record(lines)
    reader = csv.reader(record, delimiter=delimiter)
    header: list[str] | None = []
    try:
        while header == []:  # blank lines before it
            record.begin()
            header = next(reader, None)
    except (csv.Error, LineError, _RunawayCellError) as error:
        what = str(error) or "a quote mark that is not closed"
        raise InputError(f"{name}: the header cannot be read: {what}") from None
    if header is None:
        raise InputError(f"{name}: is empty; expected a header with a column {column!r}")
    names = [cell.strip() for cell in header]
    _check_columns(names, name, column)
    return _csv_body(reader, record, lines, names, column)


def _csv_body(
    reader: Iterator[list[str]],
    record: _Record,
    lines: LineReader,
    names: list[str],
    column: str,
) -> Iterator[Row | BadRow]:
    where = {"text": names.index(column)}
    where.update((key, names.index(key)) for key in _OPTIONAL if key in names)
    while True:
        start = record.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except LineError as error:
            yield BadRow(None, lines.number, str(error))
        except _RunawayCellError:
            record.rewind()
            yield BadRow(None, start, "a quote mark that is not closed")
        except csv.Error as error:
            record.rewind()
            yield BadRow(None, start, f"not valid CSV: {error}")
        else:
            if cells:
                yield _csv_row(start, cells, len(names), where, column)


def _csv_row(
    line: int, cells: list[str], width: int, where: dict[str, int], column: str
) -> Row | BadRow:
    values = {
        key: cells[index].replace(_NUL, "\0") for key, index in where.items() if index < len(cells)
    }
    row_id = values.get("id") or None
    if row_id is not None and _UNDECODABLE.search(row_id):
        row_id = None  # what is wrong with it is reported below
    if "text" not in values or any(cells[width:]):
        return BadRow(row_id, line, f"{len(cells)} cells where the header has {width}")
    broken = [key for key, value in values.items() if _UNDECODABLE.search(value)]
    if broken:
        return BadRow(row_id, line, _broken(broken[0], column))
    article_id = values.get("article_id") or None
    return build_row(line, values["text"], row_id, article_id, values.get("reply_to"), column)


def _check_columns(names: list[str], name: str, column: str) -> None:
    if column not in names:
        found = ", ".join(map(repr, names[:12])) + (", …" if len(names) > 12 else "")
        raise InputError(f"{name}: no column {column!r}; it has {found or 'none'}")
    for key in (column, *_OPTIONAL):
        if names.count(key) > 1:
            raise InputError(f"{name}: the column {key!r} appears twice")


def _broken(key: str, column: str) -> str:
    return f"{column if key == 'text' else key!r} is not valid UTF-8"


def parquet_rows(
    raw: BinaryIO, name: str, column: str
) -> tuple[Iterator[Row | BadRow], int, Callable[[], int]]:
    """Return the rows of a Parquet file, how many there are, and a count of those read.

    Raises
    ------
    InputError
        If it is not Parquet, or has no text column named `column`.
    """
    import pyarrow as pa  # slow to import, and only Parquet needs it
    import pyarrow.parquet

    pq: Any = pyarrow.parquet  # only in part typed
    try:
        # Without these two, whole column chunks are held: as much as the file in the worst case.
        file = pq.ParquetFile(raw, buffer_size=1 << 20, pre_buffer=False)
        schema = file.schema_arrow
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{name}: is not a Parquet file ({_first_line(error)})") from None
    _check_columns(schema.names, name, column)
    kind = schema.field(column).type
    if not (_is_text(kind) or pa.types.is_null(kind)):
        raise InputError(f"{name}: the column {column!r} must be text, found {kind}")
    seen = 0

    def rows() -> Iterator[Row | BadRow]:
        nonlocal seen
        wanted = [key for key in (column, *_OPTIONAL) if key in schema.names]
        batches = file.iter_batches(batch_size=_BATCH, columns=list(dict.fromkeys(wanted)))
        while True:
            try:
                batch = next(batches)
            except StopIteration:
                return
            except (pa.ArrowException, OSError) as error:
                what = f"the file is damaged from here on ({_first_line(error)})"
                yield BadRow(None, seen + 1, what)
                return
            held = {key: _values(batch.column(key)) for key in batch.schema.names}
            gap = [None] * batch.num_rows
            parts = (held.get(key, gap) for key in (column, *_OPTIONAL))
            for text, row_id, article_id, reply_to in zip(*parts, strict=True):
                seen += 1
                yield _parquet_row(seen, text, row_id, article_id, reply_to, column)

    return rows(), file.metadata.num_rows, lambda: seen


def _parquet_row(
    line: int, text: Any, row_id: Any, article_id: Any, reply_to: Any, column: str
) -> Row | BadRow:
    values = {"text": text, "id": row_id, "article_id": article_id, "reply_to": reply_to}
    for key, value in values.items():
        if isinstance(value, str) and _UNDECODABLE.search(value):
            return BadRow(None if key == "id" else row_id, line, _broken(key, column))
    return build_row(line, text, row_id, article_id, reply_to, column)


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    test = pa.types
    if test.is_dictionary(kind):
        kind = kind.value_type
    return any(
        check(kind)
        for check in (
            test.is_string,
            test.is_large_string,
            test.is_string_view,
            test.is_binary,
            test.is_large_binary,
        )
    )


def _values(array: Any) -> list[Any]:
    """Return a column as Python values, with undecodable bytes kept rather than fatal."""
    import pyarrow as pa

    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if not _is_text(array.type):
        plain = (str, int, float, bool, list, dict, type(None))
        # Dates, decimals and the like have no JSON of their own.
        return [v if isinstance(v, plain) else str(v) for v in array.to_pylist()]
    if pa.types.is_string_view(array.type):
        array = array.cast(pa.large_string())
    held = array.cast(pa.large_binary()).to_pylist()
    return [v if v is None else v.decode("utf-8", "surrogateescape") for v in held]


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
