"""What goes wrong with stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["StoreError", "store_errors"]


class StoreError(RuntimeError):
    """A store that can't be read or written: nobody is let through, and the site is told."""


@contextmanager
def store_errors(where: object, *kinds: type[Exception]) -> Iterator[None]:
    """Turn errors of these kinds into :class:`StoreError`, which says where."""
    try:
        yield
    except kinds as error:
        raise StoreError(f"{where}: {error}") from error
