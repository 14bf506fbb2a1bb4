"""The README says what happens: its commands and its program are run, and their output compared.

Scores change with every training, so what is compared are decisions, rules and counts. To write
what the commands print today into the README: ``python tests/test_readme.py``.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_DECISIONS = "publish|review|reject"
_RULES = "insult|accusation|hate|threat|spam|language|off_topic"
#: Decisions with their counts, rules, and the CMS example's own words for decisions.
_SAID = re.compile(
    rf"\b(?:\d+ )?(?:{_DECISIONS}|{_RULES})\b|^(?:visible|waiting for an editor|rejected)(?=:)",
    re.MULTILINE,
)
_PRINTED = re.compile(r"# → (.*)")


class Shown(NamedTuple):
    """A command with the output that the README shows for it."""

    command: str
    output: str


def blocks(text: str, language: str) -> list[str]:
    return [body for name, body in _BLOCK.findall(text) if name == language]


def sessions(text: str) -> list[list[Shown]]:
    """Return the commands of each ``console`` block, with their output."""
    found = []
    for body in blocks(text, "console"):
        commands = [part.partition("\n") for part in re.split(r"^\$ ", body, flags=re.M) if part]
        found.append([Shown(command, output) for command, _, output in commands])
    return found


def recipe() -> str:
    """Return the command of the Makefile's ``run``."""
    found = re.search(r"^run:.*\n\t(.*)\n", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert found is not None
    return found[1]


def command_line(command: str) -> list[str]:
    """Return what to run: this interpreter's own ``moderation``, and what ``make run`` runs."""
    if command == "make run":
        command = recipe().removeprefix("$(BIN)/")
    first, *rest = shlex.split(command)
    known = {"moderation": [sys.executable, "-m", "moderation"], "python": [sys.executable]}
    return [*known.get(first, [first]), *rest]


def run(commands: list[Shown], folder: Path) -> Iterator[Shown]:
    shutil.copytree(ROOT / "examples", folder / "examples", dirs_exist_ok=True)
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"}
    for command, _ in commands:
        done = subprocess.run(
            command_line(command),
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}"
        # make prints the command that it runs.
        echo = recipe().replace("$(BIN)", ".venv/bin") + "\n" if command == "make run" else ""
        yield Shown(command, echo + done.stdout)


def said(output: str) -> list[str]:
    """Return the decisions and rules in an output, or all of it where there are none."""
    return _SAID.findall(output) or output.split()


def in_python(source: str) -> str:
    """Run a block of Python and return what it prints."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(source, str(README), "exec"), {"__name__": "readme"})
    return printed.getvalue()


def refreshed(text: str, folder: Path) -> str:
    """Return the README with the outputs of today."""
    bodies = iter(
        [
            "".join(f"$ {command}\n{output}" for command, output in run(session, folder))
            for session in sessions(text)
        ]
    )
    text = re.sub(
        r"(?<=^```console\n).*?(?=^```$)", lambda _: next(bodies), text, flags=re.M | re.S
    )
    for source in blocks(text, "python"):
        new = source
        for line in in_python(source).splitlines():
            new = re.sub(r"# → ?(?!\0)[^\n]*", lambda _, line=line: f"#\0{line}", new, count=1)
        text = text.replace(source, new.replace("#\0", "# → "))
    return text


SESSIONS = sessions(README.read_text("utf-8"))


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session[0].command[:40])
def test_commands_print_what_the_readme_shows(session: list[Shown], tmp_path: Path) -> None:
    for shown, real in zip(session, run(session, tmp_path)):
        assert said(real.output) == said(shown.output), real.output


@pytest.mark.parametrize("source", blocks(README.read_text("utf-8"), "python"))
def test_program_prints_what_the_readme_shows(source: str) -> None:
    shown = _PRINTED.findall(source)
    assert shown, "a program in the README must say what it prints, as '# → …'"
    assert in_python(source).splitlines() == shown


def test_policies_in_the_readme_are_good() -> None:
    from moderation import Policy

    examples = blocks(README.read_text("utf-8"), "toml")
    assert examples
    for example in examples:
        assert Policy.from_toml(example).name == "our-site"


def test_readme_shows_the_first_commands() -> None:
    shown = [command for session in SESSIONS for command, _ in session]
    assert "make run" in shown
    assert any(command.startswith("moderation classify --input") for command in shown)


def test_links_lead_to_files() -> None:
    for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        for target in re.findall(
            r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", (ROOT / page).read_text("utf-8")
        ):
            assert (ROOT / target).exists(), f"{page}: {target}"


def test_figures_are_those_of_the_shipped_model() -> None:
    from moderation.model.store import load_model
    from moderation.training.card import END, START, render_summary

    text = README.read_text("utf-8")
    figures = text.partition(START)[2].partition(END)[0].strip()
    assert figures == render_summary(load_model().manifest), (
        "python -m moderation.training.card --readme"
    )


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        README.write_text(refreshed(README.read_text("utf-8"), Path(folder)), encoding="utf-8")
    print(f"{README}: outputs written")
