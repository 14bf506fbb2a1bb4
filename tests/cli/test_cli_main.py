"""The command as a whole: help, version, start-up cost, and the doors to training."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from moderation.policy import Policy

Run = Callable[..., Any]


def test_help(moderation: Run) -> None:
    result = moderation("--help")
    assert result.code == 0
    for word in ("classify", "policy", "train", "evaluate", "export", "Examples:"):
        assert word in result.out
    assert moderation("classify", "-h").code == 0


def test_no_command(moderation: Run) -> None:
    for arguments in ([], ["policy"]):
        result = moderation(*arguments)
        assert result.code == 2
        assert "Usage: moderation" in result.err
    assert "No such command 'clasify'" in moderation("clasify").err


def test_version(moderation: Run) -> None:
    result = moderation("--version")
    assert result.code == 0
    assert result.out.startswith("moderation ")


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from moderation.cli.main import cli; "
        "print([n for n in ('numpy', 'sklearn', 'hazm', 'joblib', 'pyarrow', 'tqdm') "
        "if n in sys.modules])"
    )
    path = [sys.executable, "-c", code]
    assert subprocess.run(path, capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    made: list[tuple[Any, ...]] = []

    def main_train(
        data: Path, output: Path, without: list[str], *, seed: int, say: Callable[[str], None]
    ) -> None:
        if data.name == "gone":
            raise ValueError(f"{data}: no corpora")
        say("0 s  a step")
        made.append(("train", data, output, without, seed))

    def evaluate(
        data: Path, model: Path | None, policy: Policy | None, *, articles: Path | None
    ) -> dict[str, Any]:
        made.append(("evaluate", data, model, policy, articles))
        return {"insult": {"f1": 0.5}, "errors": []}

    def export(output: Path, model: Path | None = None) -> None:
        made.append(("export", output, model))

    modules: dict[str, dict[str, Any]] = {
        "train": {"main_train": main_train},
        "evaluate": {
            "evaluate": evaluate,
            "format_table": lambda report: f"table {report}",
            "EvaluationError": ValueError,
        },
        "export": {"export": export},
    }
    for name, functions in modules.items():
        module = ModuleType(f"moderation.training.{name}")
        module.__dict__.update(functions)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return made


def test_train(moderation: Run, calls: list[tuple[Any, ...]]) -> None:
    result = moderation(
        "train", "--data", "d", "--output", "o", "--without", "a", "--without", "b", "--seed", 2
    )
    assert (result.code, result.out) == (0, "0 s  a step\no: written\n")
    assert calls == [("train", Path("d"), Path("o"), ["a", "b"], 2)]
    result = moderation("train", "--data", "gone", "--output", "o")
    assert (result.code, result.err) == (2, "moderation: gone: no corpora\n")


def test_evaluate(moderation: Run, calls: list[tuple[Any, ...]], tmp_path: Path) -> None:
    result = moderation("evaluate", "--data", "d", "--articles", "a", "--json", tmp_path / "m.json")
    assert result.code == 0
    assert result.out.startswith("table {")
    assert (tmp_path / "m.json").read_text() == '{"insult": {"f1": 0.5}, "errors": []}\n'
    assert calls == [("evaluate", Path("d"), None, None, Path("a"))]


def test_export(moderation: Run, calls: list[tuple[Any, ...]]) -> None:
    assert moderation("export", "--output", "m.joblib", "--model", "d").code == 0
    assert calls == [("export", Path("m.joblib"), Path("d"))]
