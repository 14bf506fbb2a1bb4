"""The command group, and the process around it: streams, signals, exit codes."""

from __future__ import annotations

import io
import signal
import sys
from importlib import metadata
from typing import Any

import click

from moderation.cli.captcha import captcha
from moderation.cli.classify import classify
from moderation.cli.evaluate import evaluate
from moderation.cli.export import export
from moderation.cli.policy import policy
from moderation.cli.train import train

__all__ = ["cli", "main"]

_INTERRUPTED = 130
_TERMINATED = 143


def _print_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        try:
            version = metadata.version("persian-moderation")
        except metadata.PackageNotFoundError:  # run from a source folder
            version = "(not installed)"
        click.echo(f"moderation {version}")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """Check readers' comments under Persian news items.

    Each comment gets one decision: publish it, hold it for review by a person, or reject it,
    with the rules it breaks (insult, accusation, hate, threat, spam, language, off_topic),
    how sure that is, and where in the text.

    \b
    Examples:
      moderation classify "از گزارش خوبتان ممنونم"
          one comment, answered for people to read
      moderation classify --json --article news.txt "این چه ربطی دارد؟"
          the same under a news item, answered as JSON
      moderation classify --input comments.csv --output verdicts.jsonl
          a file of comments
      moderation captcha new --subject article-17
          a question for the comment form
      moderation policy init
          write a policy file to set the site's own thresholds and messages

    "moderation COMMAND --help" tells more about each command.
    """


for _command in (classify, captcha, policy, evaluate, train, export):
    cli.add_command(_command)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # Persian on a console that was set up for something else must not be a crash.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    # An orderly exit, so that unfinished output files are removed.
    signal.signal(signal.SIGTERM, _terminate)
    try:
        code: Any = cli.main(arguments, prog_name="moderation", standalone_mode=False)
    except click.ClickException as error:
        _show(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("moderation: interrupted", err=True)
        return _INTERRUPTED
    return code if isinstance(code, int) else 0


def _show(error: click.ClickException) -> None:
    """Say what is wrong in one line; click's own form for wrong usage takes four."""
    message = error.format_message()
    if "\n" in message:  # a group without its subcommand: click's error is the whole help
        error.show()
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f" See '{context.command_path} --help'." if context else ""
    click.echo(f"moderation: {message}{hint}", err=True)


def _terminate(_number: int, _frame: Any) -> None:
    sys.exit(_TERMINATED)
