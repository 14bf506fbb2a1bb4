"""Where it is kept which tokens have been answered.

Everything rests on one operation, to add a key if it is not there, which every store does
atomically: of all who add one key at once, one is told that it was first. Used tokens are such
keys, and a client's guesses are as many of them as it may make.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from moderation.captcha.stores.memory import MemoryStore
from moderation.captcha.stores.sqlite import SQLiteStore
from moderation.captcha.stores.trouble import StoreError

__all__ = ["MemoryStore", "SQLiteStore", "Store", "StoreError", "default_path", "open_store"]


class Store(Protocol):
    """What a store has to have. All methods raise :class:`StoreError` when it can't be reached."""

    def add(self, key: str, now: float, until: float) -> bool:
        """Add a key, unless it is there and its time has not come; return whether it was added.

        Parameters
        ----------
        key : str
            Some 40 characters of ASCII.
        now, until : float
            The time, and that until which to keep the key, in seconds since 1970.
        """
        ...

    def remove(self, key: str) -> None:
        """Remove a key, if it is there."""
        ...

    def since(self, now: float) -> float:
        """Return the time from which on nothing has been forgotten, in seconds since 1970.

        A store that has lost what it kept, and one that is new, begins at `now`.
        """
        ...


def default_path() -> Path:
    """Return where the SQLite store lies if nothing else is said: the user's own state.

    Raises
    ------
    StoreError
        If the user has no home folder.
    """
    base = os.environ.get("XDG_STATE_HOME")
    if not base:
        try:
            base = str(Path.home() / ".local" / "state")
        except RuntimeError as error:
            raise StoreError(f"no place for the default store: {error}; name a store") from error
    return Path(base) / "persian-moderation" / "captcha.sqlite3"


def open_store(url: str) -> Store:
    """Open a store by its address.

    Parameters
    ----------
    url : str
        ``sqlite:///relative/path``, ``sqlite:////absolute/path``, ``redis://host:port/0`` (also
        ``rediss://`` and ``unix://``), or ``memory://``, which is good within one process only.

    Raises
    ------
    ValueError
        If the address is none of these.
    ImportError
        If it is Redis and its extra is not installed.
    StoreError
        If the store can't be opened.
    """
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        path = unquote(url[len("sqlite:///") :]) if url.startswith("sqlite:///") else ""
        if path:
            return SQLiteStore(path)
    elif scheme in ("redis", "rediss", "unix"):
        from moderation.captcha.stores.redis import RedisStore

        return RedisStore(url)
    elif url == "memory://":
        return MemoryStore()
    raise ValueError(f"{url!r} is no store: sqlite:///PATH, redis://HOST:PORT/DB or memory://")
