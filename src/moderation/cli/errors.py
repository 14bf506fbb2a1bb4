"""How commands end early: with one line on standard error, or quietly."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

__all__ = ["Unusable", "clear_errors", "leave_quietly"]

_BROKEN_PIPE = 141  # what a program ended by SIGPIPE reports: 128 + 13


class Unusable(click.ClickException):
    """Input that cannot be used: a file, a policy, a model."""

    exit_code = 2


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn the package's own errors, which are all ``ValueError``, into :class:`Unusable`.

    A missing optional package and a file that cannot be opened are treated alike. A comment
    never raises, so nothing else is hidden by this where files and settings are loaded.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise Unusable(f"{where}{error.strerror or error}") from error
    except (ImportError, ValueError) as error:
        raise Unusable(_one_line(str(error)) or type(error).__name__) from error


def leave_quietly() -> NoReturn:
    """Exit when whoever read standard output (``head``, ``less``) has gone."""
    # What is still buffered would fail again, with a warning, when Python flushes at exit.
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    sys.exit(_BROKEN_PIPE)


def _one_line(message: str) -> str:
    first, *more = [line.strip() for line in message.splitlines() if line.strip()] or [""]
    return f"{first} (and {len(more)} more)" if more else first
