"""Where each key of a TOML text stands, which TOML parsers do not tell.

The text is walked leniently, so that a place can also be named in a text the real
parser refuses; whether the text is valid is that parser's business alone.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from contextlib import suppress

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["KeyPath", "TomlLines"]

#: Table and key names from the top; array elements by their number.
KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[^\s.=\[\]{},#\"']+")
_SCALAR = re.compile(r"[^\s,\]}#]*")
_STRING = re.compile(
    r'"""(?:[^\\"]|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)


class _LostError(Exception):
    """The text at hand is not TOML; what was found before it still counts."""


class TomlLines:
    """Line numbers of the tables, keys and array elements of a TOML text.

    Parameters
    ----------
    text : str
        TOML, valid or not.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._pos = 0
        self._ends = [found.start() for found in re.finditer("\n", text)]
        self._lines: dict[KeyPath, int] = {}
        self._seen: list[tuple[int, KeyPath]] = []
        # A lenient walk ends where the text stops making sense.
        with suppress(_LostError, RecursionError):
            self._walk()

    def line(self, path: KeyPath) -> int:
        """Return the line of `path`, or of the nearest table around it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 1

    def at(self, line: int) -> tuple[int, KeyPath]:
        """Return the last key that begins on `line` or before it, and its line."""
        place = bisect_right(self._seen, line, key=lambda seen: seen[0])
        return self._seen[place - 1] if place else (line, ())

    def _note(self, table: KeyPath, names: KeyPath, pos: int) -> None:
        """Remember where `names` stand in `table`, and the tables they open on their way."""
        line = bisect_right(self._ends, pos - 1) + 1
        for length in range(1, len(names) + 1):
            self._lines.setdefault(table + names[:length], line)
        self._seen.append((line, table + names))

    def _walk(self) -> None:
        table: KeyPath = ()
        counts: dict[KeyPath, int] = {}
        while self._peek_after(_BLANK):
            start = self._pos
            if self._text.startswith("[", start):
                many = self._text.startswith("[[", start)
                self._pos += 2 if many else 1
                table = self._key()
                if many:
                    counts[table] = counts.get(table, -1) + 1
                    table = (*table, counts[table])
                self._note((), table, start)
            else:
                self._pair(table)
            end = self._text.find("\n", self._pos)
            self._pos = len(self._text) if end < 0 else end + 1

    def _peek_after(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._pos)
        if found:
            self._pos = found.end()
        return self._text[self._pos : self._pos + 1]

    def _key(self) -> KeyPath:
        names: list[str | int] = []
        while True:
            char = self._peek_after(_SPACE)
            found = (_STRING if char in ("'", '"') else _BARE_KEY).match(self._text, self._pos)
            if not found:
                raise _LostError
            self._pos = found.end()
            names.append(_unquote(found.group()))
            if self._peek_after(_SPACE) != ".":
                return tuple(names)
            self._pos += 1

    def _pair(self, table: KeyPath) -> None:
        start = self._pos
        names = self._key()
        self._note(table, names, start)
        if self._peek_after(_SPACE) != "=":
            raise _LostError
        self._pos += 1
        self._value(table + names)

    def _value(self, path: KeyPath) -> None:
        char = self._peek_after(_SPACE)
        if char == "[":
            self._items(path, "]")
        elif char == "{":
            self._items(path, "}")
        elif char and char in "'\"":
            found = _STRING.match(self._text, self._pos)
            if not found:
                raise _LostError
            self._pos = found.end()
        else:
            self._peek_after(_SCALAR)

    def _items(self, path: KeyPath, close: str) -> None:
        self._pos += 1
        number = 0
        while (char := self._peek_after(_BLANK)) != close:
            if not char:
                raise _LostError
            if char == ",":
                self._pos += 1
            elif close == "}":
                self._pair(path)
            else:
                before = self._pos
                self._note(path, (number,), before)
                number += 1
                self._value((*path, number - 1))
                if self._pos == before:
                    raise _LostError
        self._pos += 1


def _unquote(name: str) -> str:
    """Return the key that `name` spells, with quotes and escapes resolved."""
    if name[0] not in "'\"":
        return name
    try:
        return next(iter(tomllib.loads(f"{name} = 0")))
    except ValueError:
        return name
