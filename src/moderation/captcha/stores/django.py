"""A store in a cache of Django's. Needs the extra ``[django]``."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager
from typing import Any

from moderation.captcha.stores.trouble import store_errors

__all__ = ["DjangoCacheStore"]

#: Caches that can't be a store, and why.
_UNFIT = {
    "DummyCache": "it keeps nothing",
    "FileBasedCache": "two processes can add the same key to it",
}


class DjangoCacheStore:
    """Keep keys in a cache that Django is set up with.

    Memcached, Redis and database caches serve any number of processes, a local-memory cache
    one. Caches may drop what they have no room for, and with it the memory that a token was
    used: give this one room (``MAX_ENTRIES``, which is 300 unless set) and nothing else to keep.
    With a database cache and ``ATOMIC_REQUESTS`` a view that raises takes back what it added:
    answer a wrong answer by a page, not by an exception.

    Parameters
    ----------
    alias : str
        The cache's name in Django's ``CACHES``.
    prefix : str
        What all its keys begin with.

    Raises
    ------
    ImportError
        If Django is not installed.
    ValueError
        If the cache keeps nothing, or can't add a key atomically.
    """

    def __init__(self, alias: str = "default", prefix: str = "moderation-captcha:") -> None:
        try:
            from django.core.cache import caches
        except ImportError:
            raise ImportError(
                "the Django store needs the extra [django]: "
                "pip install 'persian-moderation[django]'"
            ) from None
        self._caches, self._alias, self._prefix = caches, alias, prefix
        kind = type(self._cache).__mro__
        for base in kind:
            if base.__name__ in _UNFIT:
                raise ValueError(f"cache {alias!r} is no store: {_UNFIT[base.__name__]}")

    @property
    def _cache(self) -> Any:
        """The cache, by thread, as Django hands it out."""
        return self._caches[self._alias]

    def add(self, key: str, now: float, until: float) -> bool:
        """Add a key; see :class:`moderation.captcha.stores.Store`."""
        seconds = max(1, math.ceil(until - now))
        with self._errors():
            return bool(self._cache.add(self._prefix + key, 1, timeout=seconds))

    def remove(self, key: str) -> None:
        """Remove a key; see :class:`moderation.captcha.stores.Store`."""
        with self._errors():
            self._cache.delete(self._prefix + key)

    def since(self, now: float) -> float:
        """Return when the cache was first used since it lost its keys, if it ever did."""
        mark = self._prefix + "since"
        with self._errors():
            self._cache.add(mark, now, timeout=None)
            return float(self._cache.get(mark))

    def _errors(self) -> AbstractContextManager[None]:
        # Every backend has errors of its own kind; none of them may let anybody through.
        return store_errors(f"Django's cache {self._alias!r}", Exception)
