"""``moderation captcha``: make a question, check an answer."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from moderation.cli.errors import Unusable, clear_errors

if TYPE_CHECKING:
    from moderation.captcha import Captcha

__all__ = ["captcha"]

_KEY, _STORE = "MODERATION_CAPTCHA_KEY", "MODERATION_CAPTCHA_STORE"


@click.group()
def captcha() -> None:
    """Make a captcha's question, and check its answer once.

    \b
    Set in the environment:
      MODERATION_CAPTCHA_KEY     32 random bytes or more in hexadecimal digits; several, the
                                 newest first, parted by commas
      MODERATION_CAPTCHA_STORE   sqlite:///PATH, redis://HOST:PORT/DB or memory://, which
                                 forgets with each command; else a file of the user's own
    """


def _shared(command: Any) -> Any:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--session", default="", help="The reader's session."),
        click.option("--site", default="", help="The site or form."),
        click.option("--subject", required=True, help="What the form stands under: an article."),
    ):
        command = option(command)
    return command


@captcha.command()
@_shared
@click.option("--kind", default=None, help="arithmetic (the default) or copy.")
def new(subject: str, site: str, session: str, as_json: bool, kind: str | None) -> None:
    """Ask a question."""
    with _usable():
        challenge = _captcha(site).new(subject, kind=kind, session=session)
    if as_json:
        click.echo(json.dumps(challenge.as_dict(), ensure_ascii=False))
    else:
        click.echo(f"{challenge.question}\n{challenge.token}")


@captcha.command()
@_shared
@click.option("--token", required=True, help="The question's token.")
@click.option("--answer", required=True, help="The reader's answer.")
@click.option("--client", default=None, help="Who answers, to limit guesses.")
def check(
    subject: str,
    site: str,
    session: str,
    as_json: bool,
    token: str,
    answer: str,
    client: str | None,
) -> None:
    """Check an answer; the token is used up by it."""
    with _usable():
        result = _captcha(site).check(token, answer, subject, session=session, client=client)
    if as_json:
        click.echo(json.dumps({"result": result.value}))
    else:
        click.echo(f"{result.value}: {result.message}")


def _captcha(site: str) -> Captcha:
    from moderation.captcha import Captcha, open_store

    url = os.environ.get(_STORE)
    store = open_store(url) if url else None
    if url == "memory://" and store is not None:
        # Each command is a process of its own: what it would refuse as older than its memory
        # is every question there is.
        store.since(0.0)
    return Captcha(_keys(os.environ.get(_KEY, "")), site=site, store=store)


def _keys(text: str) -> list[bytes]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise ValueError(f"{_KEY} is not set: give 32 random bytes or more in hexadecimal digits")
    try:
        return [bytes.fromhex(part) for part in parts]
    except ValueError:
        raise ValueError(f"{_KEY} is not hexadecimal") from None


@contextmanager
def _usable() -> Iterator[None]:
    """Tell errors of keys, settings and stores in one line."""
    from moderation.captcha import StoreError

    try:
        with clear_errors():
            yield
    except StoreError as error:
        raise Unusable(str(error)) from error
