"""A store in the memory of one process."""

from __future__ import annotations

import math
import threading

from moderation.captcha.stores.trouble import StoreError

__all__ = ["MemoryStore"]

_SWEEP = 30.0  # seconds between sweeps


class MemoryStore:
    """Keep keys in memory: for one process with any number of threads.

    With several processes behind one form a token could be used once in each; take another store
    there. A new process knows nothing of the tokens that the last one took, so what was issued
    before it began is refused as expired.

    Parameters
    ----------
    largest : int
        Keys held at most. One that is full of keys whose time has not come raises
        :class:`StoreError` rather than forget one and let its token pass again.
    """

    def __init__(self, largest: int = 200_000) -> None:
        if largest < 1:
            raise ValueError(f"largest: {largest} leaves no room for a key")
        self._largest = largest
        self._keys: dict[str, float] = {}
        self._swept = -math.inf
        self._first_end = -math.inf  # no key of the last sweep ends before
        self._since: float | None = None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: str, now: float, until: float) -> bool:
        """Add a key; see :class:`moderation.captcha.stores.Store`."""
        with self._lock:
            if self._keys.get(key, -math.inf) > now:
                return False
            full = len(self._keys) >= self._largest
            # A full store is not looked through again before there is something to find.
            if (full and now >= self._first_end) or not self._swept <= now < self._swept + _SWEEP:
                self._keys = {k: end for k, end in self._keys.items() if end > now}
                self._swept, self._first_end = now, min(self._keys.values(), default=-math.inf)
            if len(self._keys) >= self._largest:
                raise StoreError(f"the memory store is full: {self._largest} keys")
            self._keys[key] = until
            return True

    def remove(self, key: str) -> None:
        """Remove a key; see :class:`moderation.captcha.stores.Store`."""
        with self._lock:
            self._keys.pop(key, None)

    def since(self, now: float) -> float:
        """Return when this process first asked."""
        with self._lock:
            if self._since is None:
                self._since = now
            return self._since
