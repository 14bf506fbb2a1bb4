"""What goes wrong with stores."""

from __future__ import annotations

__all__ = ["StoreError"]


class StoreError(RuntimeError):
    """A store that can't be read or written: nobody is let through, and the site is told."""
