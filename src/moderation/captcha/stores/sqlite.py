"""A store in an SQLite file, the default: for any number of processes on one machine."""

from __future__ import annotations

import math
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moderation.captcha.stores.trouble import store_errors

__all__ = ["SQLiteStore"]

_SWEEP = 30.0  # seconds between sweeps of one process
_SWEPT_AT_ONCE = 10_000  # rows, so that nobody waits long for a sweep
_TABLES = """
CREATE TABLE IF NOT EXISTS seen (key TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_until ON seen (until);
CREATE TABLE IF NOT EXISTS kept (only INTEGER PRIMARY KEY CHECK (only = 1), since REAL NOT NULL);
"""
# A row whose time has come is as good as none; one statement, so nobody can come between.
_ADD = """
INSERT INTO seen (key, until) VALUES (:key, :until)
ON CONFLICT (key) DO UPDATE SET until = :until WHERE until <= :now
"""
_OLD = f"SELECT key FROM seen WHERE until <= ? LIMIT {_SWEPT_AT_ONCE}"


class SQLiteStore:
    """Keep keys in an SQLite file.

    A process has one connection, which its threads take in turns, as SQLite takes writes. It is
    closed before a fork: neither half of a forked connection is sound. A file that was removed or
    replaced is opened anew, with no memory of what was before.

    Parameters
    ----------
    path : str or path
        The file; it and its folder are made if need be. It must lie on a disk of this machine.
    timeout : float
        Seconds to wait for other processes that are writing.

    Raises
    ------
    StoreError
        If the file can't be opened or is no store.
    """

    def __init__(self, path: str | os.PathLike[str], timeout: float = 10.0) -> None:
        self._path = Path(path)
        self._timeout = timeout
        self._lock = threading.Lock()
        self._sql: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._swept = -math.inf
        with self._opened():
            pass
        _STORES.add(self)

    def add(self, key: str, now: float, until: float) -> bool:
        """Add a key; see :class:`moderation.captcha.stores.Store`."""
        with self._opened() as sql:
            if not self._swept <= now < self._swept + _SWEEP:
                self._swept = now
                sql.execute(f"DELETE FROM seen WHERE key IN ({_OLD})", (now,))
            return sql.execute(_ADD, {"key": key, "now": now, "until": until}).rowcount == 1

    def remove(self, key: str) -> None:
        """Remove a key; see :class:`moderation.captcha.stores.Store`."""
        with self._opened() as sql:
            sql.execute("DELETE FROM seen WHERE key = ?", (key,))

    def since(self, now: float) -> float:
        """Return when the file was first used."""
        with self._opened() as sql:
            found = sql.execute("SELECT since FROM kept").fetchone()
            if found is None:
                sql.execute("INSERT OR IGNORE INTO kept (only, since) VALUES (1, ?)", (now,))
                found = sql.execute("SELECT since FROM kept").fetchone()
            return float(found[0])

    def close(self) -> None:
        """Close the file; whatever is asked next opens it again."""
        with self._lock:
            self._close()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Hold the connection to the file that lies at the path now."""
        with self._lock, store_errors(self._path, sqlite3.Error, OSError):
            if self._sql is None or self._file != _identity(self._path):
                self._close()
                self._sql = self._connect()
                self._file = _identity(self._path)
            yield self._sql

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        sql = sqlite3.connect(
            self._path, timeout=self._timeout, isolation_level=None, check_same_thread=False
        )
        # A write-ahead log takes one write at a time without keeping readers waiting. It loses
        # nothing when a program ends; at a power cut it may lose the last moments.
        sql.execute("PRAGMA journal_mode=WAL")
        sql.execute("PRAGMA synchronous=NORMAL")
        sql.executescript(_TABLES)
        return sql

    def _close(self) -> None:
        if self._sql is not None:
            self._sql.close()
            self._sql = None


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


#: The stores of this process, whose connections are closed before it forks, and those that wait
#: for the fork to be over.
_STORES: weakref.WeakSet[SQLiteStore] = weakref.WeakSet()
_WAITING: list[SQLiteStore] = []


def _before_fork() -> None:
    for store in list(_STORES):
        store._lock.acquire()
        _WAITING.append(store)
        store._close()


def _after_fork() -> None:
    while _WAITING:
        _WAITING.pop()._lock.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork
    )
