"""Verdicts to rows of JSON, CSV or Parquet, on standard output or in a file.

A file appears under its final name only when it is whole: rows go to a temporary file beside
it, which takes its place at the end and is removed when anything goes wrong.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from moderation.batch.formats import suffix
from moderation.batch.rows import BadRow, RowId
from moderation.types import Rule, Verdict

__all__ = ["OutputError", "Writer", "bad_record", "dump_json", "open_writer", "record"]

_DIGITS = 6
_SURROGATE = re.compile("[\ud800-\udfff]")
_RULES = tuple(rule.value for rule in Rule)
_COLUMNS = ("id", "decision", *_RULES, "findings", "model", "policy", "line", "error")


class OutputError(ValueError):
    """An output file that cannot be written; the message is one line that names it."""


class Writer(Protocol):
    """Writes rows of one format to an open stream."""

    def write(self, rows: list[dict[str, Any]]) -> None:
        """Write some rows."""

    def close(self) -> None:
        """Write what the format wants at its end; leave the stream open."""


def record(row_id: RowId, verdict: Verdict) -> dict[str, Any]:
    """Return the output row of a verdict, scores rounded."""
    row = verdict.to_dict()
    row["id"] = row_id
    row["scores"] = {
        rule: None if score is None else round(score, _DIGITS)
        for rule, score in row["scores"].items()
    }
    for finding in row["findings"]:
        finding["score"] = round(finding["score"], _DIGITS)
    return row


def bad_record(bad: BadRow) -> dict[str, Any]:
    """Return the output row that stands for a row that could not be used."""
    return {"id": bad.id, "line": bad.line, "error": bad.error}


def dump_json(value: Any) -> str:
    r"""Return `value` as one line of JSON that can always be encoded as UTF-8.

    Persian stays readable; halves of surrogate pairs, which UTF-8 cannot carry, are escaped.

    >>> print(dump_json({"id": "الف"}))
    {"id": "الف"}
    >>> print(dump_json(chr(0xD800)))
    "\ud800"
    """
    return _escape_surrogates(json.dumps(value, ensure_ascii=False))


def _escape_surrogates(text: str) -> str:
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@contextmanager
def open_writer(path: str | Path | None, stdout: BinaryIO) -> Iterator[Writer]:
    """Open an output for rows; its name's ending says the format.

    Parameters
    ----------
    path : str, Path or None
        ``.jsonl``, ``.csv``, ``.tsv`` or ``.parquet``, each also ``.gz``. ``None`` or ``"-"``
        means JSONL on `stdout`.
    stdout : binary file
        Standard output.

    Raises
    ------
    OutputError
        If the file cannot be created or written, or its kind is unknown.
    """
    if path is None or str(path) == "-":
        name = Path("standard output")
        yield _Guarded(_JsonWriter(stdout), name)
        with _naming(name):
            stdout.flush()
        return
    path = Path(path)
    kind, compressed = suffix(path)
    with _open_output(path, kind) as file:
        # No time stamp in the header: the same input gives the same bytes.
        stream = cast(
            BinaryIO, gzip.GzipFile("", "wb", fileobj=file, mtime=0) if compressed else file
        )
        # Any other OSError, such as one from reading, is not this file's.
        guarded = _Guarded(_make_writer(kind, stream, path), path)
        try:
            yield guarded
        except BaseException:
            # Some formats would else write their end when collected, to a closed file.
            with suppress(Exception):
                guarded.close()
                stream.close()
            raise
        guarded.close()
        with _naming(path):
            if compressed:
                stream.close()
            file.flush()


def _make_writer(kind: str, stream: BinaryIO, path: Path) -> Writer:
    if kind == ".parquet":
        return _ParquetWriter(stream)
    if kind == ".jsonl":
        return _JsonWriter(stream)
    return _CsvWriter(stream, "\t" if kind == ".tsv" else ",")


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from None


@contextmanager
def _open_output(path: Path, kind: str) -> Iterator[BinaryIO]:
    if path.is_dir():
        raise OutputError(f"{path}: is a directory, not a file")
    if path.exists() and not path.is_file():  # /dev/null, a named pipe: nothing to replace
        with _naming(path):
            device = path.open("wb")
        with _closed(device, path):
            yield device
        return
    if kind not in (".jsonl", ".csv", ".tsv", ".parquet"):
        raise OutputError(
            f"{path}: unknown kind of output; its name should end in "
            ".jsonl, .csv, .tsv, .parquet (or .gz)"
        )
    target = Path(os.path.realpath(path))  # a link stays a link
    if not target.parent.is_dir():
        raise OutputError(f"{path}: no folder {target.parent}")
    with _naming(path):
        mode = _mode(target)
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
    temporary = Path(name)
    try:
        file = cast(BinaryIO, os.fdopen(handle, "wb"))
        with _closed(file, path):
            yield file
            with _naming(path):
                file.flush()
                os.fsync(file.fileno())
        with _naming(path):
            temporary.chmod(mode)
            os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


@contextmanager
def _closed(file: BinaryIO, path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):  # a full disk fails here again; the first error is the one
            file.close()
        raise
    with _naming(path):
        file.close()


def _mode(target: Path) -> int:
    """Return the permissions the file has, or would get if it were created plainly."""
    if target.exists():
        if not os.access(target, os.W_OK):
            raise PermissionError(13, "it is write-protected")
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


class _Guarded:
    """Turns a writer's OSErrors into errors that name the file."""

    def __init__(self, inner: Writer, path: Path) -> None:
        self._inner = inner
        self._path = path

    def write(self, rows: list[dict[str, Any]]) -> None:
        with _naming(self._path):
            self._inner.write(rows)

    def close(self) -> None:
        with _naming(self._path):
            self._inner.close()


class _JsonWriter:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, rows: list[dict[str, Any]]) -> None:
        self._stream.write("".join(dump_json(row) + "\n" for row in rows).encode("utf-8"))

    def close(self) -> None:
        pass


class _CsvWriter:
    def __init__(self, stream: BinaryIO, delimiter: str) -> None:
        self._stream = stream
        self._buffer = io.StringIO(newline="")
        self._csv = csv.DictWriter(self._buffer, _COLUMNS, delimiter=delimiter)
        self._csv.writeheader()

    def write(self, rows: list[dict[str, Any]]) -> None:
        self._csv.writerows(map(_flat, rows))
        self._stream.write(self._buffer.getvalue().encode("utf-8", "backslashreplace"))
        self._buffer.seek(0)
        self._buffer.truncate()

    def close(self) -> None:
        self.write([])  # a file without rows still has its header


class _ParquetWriter:
    def __init__(self, stream: BinaryIO) -> None:
        import pyarrow as pa  # slow to import, and only Parquet needs it
        import pyarrow.parquet

        pq: Any = pyarrow.parquet  # only in part typed
        self._pa = pa
        kinds = {**dict.fromkeys(_RULES, pa.float64()), "line": pa.int64()}
        self._schema = pa.schema([(name, kinds.get(name, pa.string())) for name in _COLUMNS])
        self._table = pq.ParquetWriter(stream, self._schema)

    def write(self, rows: list[dict[str, Any]]) -> None:
        flat = [_flat(row) for row in rows]
        for row in flat:
            if row["id"] is not None:  # one column, one type
                row["id"] = str(row["id"]).encode("utf-8", "backslashreplace").decode("utf-8")
            if row["error"] is not None:
                row["error"] = _escape_surrogates(row["error"])
        self._table.write_table(self._pa.Table.from_pylist(flat, schema=self._schema))

    def close(self) -> None:
        self._table.close()


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Spread a row over columns: a score each, the findings as JSON."""
    flat: dict[str, Any] = {name: row.get(name) for name in _COLUMNS}
    flat.update(row.get("scores", {}))
    flat["findings"] = None if "error" in row else dump_json(row["findings"])
    return flat
