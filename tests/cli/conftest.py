"""Shared by the command-line tests: a fake moderator, and ways to run the command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "batch"))


@dataclass
class Result:
    """What a run of the command came to."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def fake_moderator(monkeypatch: pytest.MonkeyPatch) -> None:
    from fake_moderation import FakeModerator

    module = ModuleType("moderation.moderator")
    module.Moderator = FakeModerator  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "moderation.moderator", module)


@pytest.fixture
def moderation(capfdbinary: pytest.CaptureFixture[bytes]) -> Iterator[Callable[..., Result]]:
    """Run the command in this process."""
    from moderation.cli.main import main

    old = signal.getsignal(signal.SIGTERM)

    def run(*arguments: object) -> Result:
        code = main([str(argument) for argument in arguments])
        sys.stdout.flush()
        sys.stderr.flush()
        out, err = capfdbinary.readouterr()
        return Result(code, out.decode("utf-8"), err.decode("utf-8"))

    yield run
    signal.signal(signal.SIGTERM, old)


@pytest.fixture
def start() -> Callable[..., subprocess.Popen[bytes]]:
    """Start the command in a process of its own."""
    import moderation.types

    source = Path(moderation.types.__file__).parents[1]
    path = os.pathsep.join([str(HERE / "fake_site"), str(source)])

    def run(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
        given = [a if isinstance(a, bytes) else str(a) for a in arguments]
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-m", "moderation", *given],
            stdin=options.pop("stdin", subprocess.PIPE),  # type: ignore[call-overload]
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=options.pop("stderr", subprocess.PIPE),
            env={**os.environ, "PYTHONPATH": path, **options.pop("env", {})},  # type: ignore[dict-item]
            start_new_session=True,
            **options,
        )
        return process

    return run
