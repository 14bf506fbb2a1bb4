"""``moderation policy``: write the default policy, check one."""

from __future__ import annotations

from pathlib import Path

import click

from moderation.cli.errors import Unusable, clear_errors

__all__ = ["policy"]

_PATH = click.Path(path_type=Path)


@click.group(short_help="Write or check the site's policy file.")
def policy() -> None:
    """Write or check a policy file: thresholds, messages, the site's own terms."""


@policy.command(short_help="Write the default policy, with comments.")
@click.argument("path", type=_PATH, default=Path("moderation.toml"))
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
def init(path: Path, force: bool) -> None:
    """Write the default policy, with comments, to PATH (moderation.toml; - prints it).

    \b
    Change what the site wants otherwise, then:
      moderation policy check moderation.toml
      moderation classify --policy moderation.toml "متن دیدگاه"
    """
    from moderation.policy import Policy

    content = Policy.default_toml()
    if str(path) == "-":
        click.echo(content, nl=not content.endswith("\n"))
        return
    with clear_errors():
        try:
            with path.open("w" if force else "x", encoding="utf-8", newline="\n") as file:
                file.write(content)
        except FileExistsError:
            raise Unusable(f"{path}: is there already; --force replaces it") from None
    click.echo(f"{path}: written")


@policy.command(short_help="Tell whether a policy file is good.")
@click.argument("path", type=_PATH, metavar="FILE")
def check(path: Path) -> None:
    """Tell whether FILE is a good policy, and if not, every line that is wrong."""
    from moderation.policy import Policy, PolicyError

    with clear_errors():
        try:
            Policy.load(path)
        except PolicyError as error:
            # Unlike elsewhere, all problems: this command is for mending them.
            for problem in error.problems[:-1]:
                click.echo(f"moderation: {problem}", err=True)
            raise Unusable(error.problems[-1] if error.problems else str(error)) from error
    click.echo(f"{path}: good")
