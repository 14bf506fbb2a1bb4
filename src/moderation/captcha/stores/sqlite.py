"""A store in an SQLite file, the default: for any number of processes on one machine."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import AbstractContextManager
from pathlib import Path

from moderation.captcha.stores.trouble import store_errors

__all__ = ["SQLiteStore"]

_SWEEP = 30.0  # seconds between sweeps of one connection
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


class _Connection:
    """One thread's connection, and when it last swept."""

    def __init__(self, path: Path, timeout: float) -> None:
        self.process = os.getpid()
        self.swept = 0.0
        self.sql = sqlite3.connect(path, timeout=timeout, isolation_level=None)
        # A write-ahead log takes one write at a time without keeping readers waiting. It loses
        # nothing when a program ends; at a power cut it may lose the last moments.
        self.sql.execute("PRAGMA journal_mode=WAL")
        self.sql.execute("PRAGMA synchronous=NORMAL")
        self.sql.executescript(_TABLES)


class SQLiteStore:
    """Keep keys in an SQLite file.

    Parameters
    ----------
    path : str or path
        The file; it and its folder are made if need be. It must lie on a disk of this machine.
    timeout : float
        Seconds to wait for others that are writing.

    Raises
    ------
    StoreError
        If the file can't be opened or is no store.
    """

    def __init__(self, path: str | os.PathLike[str], timeout: float = 10.0) -> None:
        self._path = Path(path)
        self._timeout = timeout
        self._local = threading.local()
        self._since: float | None = None
        with self._errors():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._connection()

    def add(self, key: str, now: float, until: float) -> bool:
        """Add a key; see :class:`moderation.captcha.stores.Store`."""
        with self._errors():
            connection = self._connection()
            if not connection.swept <= now < connection.swept + _SWEEP:
                connection.swept = now
                connection.sql.execute(f"DELETE FROM seen WHERE key IN ({_OLD})", (now,))
            row = {"key": key, "now": now, "until": until}
            return connection.sql.execute(_ADD, row).rowcount == 1

    def remove(self, key: str) -> None:
        """Remove a key; see :class:`moderation.captcha.stores.Store`."""
        with self._errors():
            self._connection().sql.execute("DELETE FROM seen WHERE key = ?", (key,))

    def since(self, now: float) -> float:
        """Return when the file was first used."""
        if self._since is None:
            with self._errors():
                sql = self._connection().sql
                sql.execute("INSERT OR IGNORE INTO kept (only, since) VALUES (1, ?)", (now,))
                self._since = float(sql.execute("SELECT since FROM kept").fetchone()[0])
        return self._since

    def _connection(self) -> _Connection:
        """Return this thread's connection; one from before a fork is not used."""
        connection: _Connection | None = getattr(self._local, "connection", None)
        if connection is None or connection.process != os.getpid():
            connection = self._local.connection = _Connection(self._path, self._timeout)
        return connection

    def _errors(self) -> AbstractContextManager[None]:
        return store_errors(self._path, sqlite3.Error, OSError)
