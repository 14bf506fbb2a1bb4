r"""Bytes to lines: opening a file, undoing gzip, and bounding what one line can cost.

Lines are cut at ``\n`` alone. Python's own text mode would also cut at a lone ``\r``, and
would give up on the whole file at the first byte that is not UTF-8.
"""

from __future__ import annotations

import gzip
import zlib
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

__all__ = ["MAX_LINE_BYTES", "InputError", "LineError", "LineReader", "open_binary"]

#: A longer line is reported and skipped: without a limit, a file that has no line end at
#: all would be read into memory whole.
MAX_LINE_BYTES = 32 * 1024 * 1024

_CHUNK = 256 * 1024
_BOM = b"\xef\xbb\xbf"
_DAMAGE = (EOFError, zlib.error, OSError)


class InputError(ValueError):
    """An input file that cannot be used at all; the message is one line that names it."""


class LineError(Exception):
    """One line that cannot be used; reading goes on after it."""


def open_binary(path: Path) -> BinaryIO:
    """Open `path` for reading bytes.

    Raises
    ------
    InputError
        If it is missing, a directory, or not readable.
    """
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a directory, not a file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None


class LineReader:
    r"""Iterate over the lines of a stream as bytes, without their ``\n``.

    Iteration raises :class:`LineError` for a line that is too long and for compressed data
    that breaks off, and can be continued after either.

    Parameters
    ----------
    raw : binary file
        Where the bytes come from.
    name : str
        What error messages call it.
    compressed : bool
        Whether the bytes are gzip.

    Attributes
    ----------
    number : int
        The number, from 1, of the line last returned or reported.
    """

    def __init__(self, raw: BinaryIO, name: str, *, compressed: bool = False) -> None:
        # typeshed gives BinaryIO no read1, which every buffered stream has.
        stream = gzip.GzipFile(fileobj=raw) if compressed else raw
        self._read = cast("gzip.GzipFile", stream).read1
        self._name = name
        self._lines: deque[bytes | LineError] = deque()
        self._tail: list[bytes] = []
        self._tail_size = 0
        self._skipping = False
        self._done = False
        self.number = 0
        self._start(compressed)

    def _start(self, compressed: bool) -> None:
        """Read the first bytes, so that a wrong kind of file is refused before any work."""
        try:
            first = self._read(_CHUNK)
        except _DAMAGE as error:
            what = "is not a gzip file, or a damaged one" if compressed else "cannot be read"
            raise InputError(f"{self._name}: {what} ({error})") from None
        if first.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise InputError(f"{self._name}: is UTF-16; save it as UTF-8")
        if first.startswith(b"\x1f\x8b"):
            raise InputError(f"{self._name}: is gzip data; its name should end in .gz")
        self._take(first.removeprefix(_BOM), end=not first)

    def __iter__(self) -> LineReader:
        return self

    def __next__(self) -> bytes:
        while not self._lines:
            if self._done:
                raise StopIteration
            self._fill()
        self.number += 1
        line = self._lines.popleft()
        if isinstance(line, LineError):
            raise line
        return line

    def unread(self, lines: Sequence[bytes | LineError]) -> None:
        """Give back the lines returned or raised last, to come again."""
        self._lines.extendleft(reversed(lines))
        self.number -= len(lines)

    def _fill(self) -> None:
        try:
            # One underlying read at a time: a longer one that fails half-way would throw
            # away the good bytes before the damage.
            chunk = self._read(_CHUNK)
        except _DAMAGE as error:
            self._done = True
            self._lines.append(LineError(f"the file is damaged from here on ({error})"))
            return
        self._take(chunk, end=not chunk)

    def _take(self, chunk: bytes, *, end: bool) -> None:
        *whole, rest = chunk.split(b"\n")
        for part in whole:
            self._close(part)
        if rest and not self._skipping:
            self._tail.append(rest)
            self._tail_size += len(rest)
            if self._tail_size > MAX_LINE_BYTES:
                self._reset(skipping=True)
        if end:
            self._done = True
            if self._tail or self._skipping:
                self._close(b"")

    def _close(self, part: bytes) -> None:
        if self._skipping or self._tail_size + len(part) > MAX_LINE_BYTES:
            megabytes = MAX_LINE_BYTES // 1024 // 1024
            self._lines.append(LineError(f"the line is longer than {megabytes} MB"))
        else:
            self._lines.append(b"".join([*self._tail, part]) if self._tail else part)
        self._reset(skipping=False)

    def _reset(self, *, skipping: bool) -> None:
        self._tail = []
        self._tail_size = 0
        self._skipping = skipping
