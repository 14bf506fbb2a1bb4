"""A store in Redis: for any number of machines. Needs the extra ``[redis]``."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from moderation.captcha.stores.trouble import store_errors

if TYPE_CHECKING:
    from redis import Redis

__all__ = ["RedisStore"]


class RedisStore:
    """Keep keys in Redis, each with its own end.

    A Redis that has lost all its keys, because it was restarted without its file or emptied, has
    lost the mark of when it began as well: tokens from before are refused as expired. One that
    comes back from a file that is a minute old has lost that minute's tokens and not the mark:
    give it ``appendonly yes`` with ``appendfsync always`` where that matters, or no file at all,
    and ``maxmemory-policy noeviction``, so that it forgets nothing alone.

    Parameters
    ----------
    redis : str or redis.Redis
        An address, such as ``redis://localhost:6379/0``, or a client of your own.
    prefix : str
        What all its keys begin with.
    timeout : float
        Seconds to wait for an answer; a client of your own has its own.

    Raises
    ------
    ImportError
        If ``redis`` is not installed.
    """

    def __init__(
        self, redis: str | Redis, prefix: str = "moderation-captcha:", timeout: float = 5.0
    ) -> None:
        try:
            from redis import Redis, RedisError
        except ImportError:
            raise ImportError(
                "the Redis store needs the extra [redis]: pip install 'persian-moderation[redis]'"
            ) from None
        self._trouble = RedisError
        waits = {"socket_timeout": timeout, "socket_connect_timeout": timeout}
        self._redis = Redis.from_url(redis, **waits) if isinstance(redis, str) else redis
        self._prefix = prefix

    def add(self, key: str, now: float, until: float) -> bool:
        """Add a key; see :class:`moderation.captcha.stores.Store`."""
        # Redis counts the time by its own clock, so it is told how long, not until when.
        milliseconds = max(1, math.ceil((until - now) * 1000))
        with self._errors():
            return bool(self._redis.set(self._prefix + key, 1, nx=True, px=milliseconds))

    def remove(self, key: str) -> None:
        """Remove a key; see :class:`moderation.captcha.stores.Store`."""
        with self._errors():
            self._redis.delete(self._prefix + key)

    def since(self, now: float) -> float:
        """Return when Redis was first used since it lost its keys, if it ever did."""
        mark = self._prefix + "since"
        with self._errors():
            found = self._redis.get(mark)
            if found is None:
                self._redis.set(mark, repr(now), nx=True)
                found = self._redis.get(mark)
            # What vanished in between, or was damaged, is no time: a ValueError.
            return float(str(found, "ascii") if isinstance(found, bytes) else str(found))

    def _errors(self) -> AbstractContextManager[None]:
        return store_errors("Redis", self._trouble, OSError, ValueError)
