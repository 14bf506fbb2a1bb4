"""The captcha's Persian, read from the tables beside this module."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

__all__ = ["table", "wording"]


def table(name: str) -> list[list[str]]:
    """Return the rows of a table of this package, without its header."""
    lines = files("moderation.captcha").joinpath(name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


@cache
def wording() -> dict[str, str]:
    """Return what is shown, by name."""
    return {name: text for name, text in table("wording.tsv")}
