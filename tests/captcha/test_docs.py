"""The captcha's page says what is so: its program runs, its odds are those of the code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from captcha_support import KEY

from moderation.captcha import Arithmetic, Captcha, CopyPhrase, MemoryStore
from moderation.cli.main import cli

PAGE = (Path(__file__).parents[2] / "docs" / "captcha.md").read_text("utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return found


def test_the_program_prints_what_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    program = block("python")
    exec(compile(program, "docs/captcha.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"# → (.*)", program)


def test_the_commands_have_the_options_that_the_page_shows() -> None:
    lines = [line for line in block("sh").splitlines() if line.startswith("moderation ")]
    assert len(lines) == 2
    for line in lines:
        _, group, name, *given = shlex.split(line)
        known = {option for p in cli.commands[group].commands[name].params for option in p.opts}
        assert {word for word in given if word.startswith("--")} <= known


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Arithmetic()", Arithmetic()),
        ("CopyPhrase()", CopyPhrase()),
        ("Arithmetic((2, 24), (1, 12))", Arithmetic((2, 24), (1, 12))),
    ],
)
def test_the_odds_are_those_of_the_code(title: str, kind) -> None:
    captcha = Captcha(KEY, store=MemoryStore(), kinds=[kind])
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{title}`")]
    _, _, answers, odds, _ = (cell.strip() for cell in row.split("|"))
    assert answers == f"{kind.answers:,}"
    assert (
        float(odds) == float(f"{captcha.guess_odds():.1g}") or odds == f"{captcha.guess_odds():.2f}"
    )
