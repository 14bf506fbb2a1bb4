"""``moderation policy``: writing and checking the policy file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from moderation.policy import Policy

Run = Callable[..., Any]


def test_init_writes_a_policy_that_is_good(
    moderation: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = moderation("policy", "init")
    assert (result.code, result.out) == (0, "moderation.toml: written\n")
    assert (tmp_path / "moderation.toml").read_text("utf-8") == Policy.default_toml()
    result = moderation("policy", "check", "moderation.toml")
    assert (result.code, result.out) == (0, "moderation.toml: good\n")


def test_init_does_not_overwrite(moderation: Run, tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text("mine")
    result = moderation("policy", "init", path)
    assert result.code == 2
    assert "is there already; --force replaces it" in result.err
    assert path.read_text() == "mine"
    assert moderation("policy", "init", path, "--force").code == 0
    assert path.read_text("utf-8") == Policy.default_toml()


def test_init_prints(moderation: Run) -> None:
    assert moderation("policy", "init", "-").out == Policy.default_toml()


@pytest.mark.parametrize("command", ["init", "check"])
def test_unusable_paths(moderation: Run, tmp_path: Path, command: str) -> None:
    for path in (tmp_path, tmp_path / "no" / "p.toml"):
        result = moderation("policy", command, path, *(["--force"] if command == "init" else []))
        assert result.code == 2
        assert result.err.startswith(f"moderation: {path}")
        assert result.err.count("\n") == 1


def test_check_tells_every_problem(moderation: Run, tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text("[rules.insult]\nreveiw = 0.5\nrejct = 0.9\n")
    result = moderation("policy", "check", path)
    assert result.code == 2
    assert "reveiw" in result.err
    assert "rejct" in result.err
    assert "Traceback" not in result.err
