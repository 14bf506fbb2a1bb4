"""Shared by all tests: the shipped model, loaded once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moderation.model.store import Model, default_model_path, load_model
from moderation.moderator import Moderator
from moderation.text.known import KnownWords
from moderation.text.unmask import Unmasker

TESTS = Path(__file__).parent
ROOT = TESTS.parent


def pytest_configure() -> None:
    # The tests measure answers, not speed, and run beside other work.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The model under test: the shipped one, or the one MODERATION_TEST_MODEL names."""
    named = os.environ.get("MODERATION_TEST_MODEL")
    return Path(named) if named else default_model_path()


@pytest.fixture(scope="session")
def model(model_path: Path) -> Model:
    return load_model(model_path)


@pytest.fixture(scope="session")
def moderator(model: Model) -> Moderator:
    return Moderator(model)


@pytest.fixture(scope="session")
def unmasker(model: Model) -> Unmasker:
    from moderation.lexicon.store import Lexicon
    from moderation.rules.registry import build_unmasker

    return build_unmasker(model, Lexicon.load())


@pytest.fixture(scope="session")
def known_words() -> Callable[..., KnownWords]:
    """Make a table of known words, whatever the model: ``known_words(words, rank=5)``."""

    def make(words: Iterable[str] = (), rank: int = 5) -> KnownWords:
        hashes = np.unique(KnownWords.hash(list(words)))
        return KnownWords(hashes, np.full(len(hashes), rank, np.uint8))

    return make


@pytest.fixture(scope="session")
def conformance() -> Callable[[str], list[dict[str, Any]]]:
    """Read one of the files in tests/conformance."""

    def read(name: str) -> list[dict[str, Any]]:
        text = (TESTS / "conformance" / f"{name}.jsonl").read_text("utf-8")
        return [json.loads(line) for line in text.splitlines()]

    return read


@pytest.fixture(scope="session")
def python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a piece of code in an interpreter of its own."""

    def run(
        code: str, *arguments: str, executable: str | Path = sys.executable, timeout: float = 300
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(executable), "-c", code, *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT / "src")},
        )

    return run
