"""A model to measure and export: the shipped one, or a small one with made-up weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from moderation.lexicon.store import Lexicon
from moderation.model.store import Model, load_model, save_model
from moderation.rules.features import feature_names
from moderation.rules.language import ARABIC_CLASSES, LATIN_CLASSES
from moderation.rules.letters import HEADS
from moderation.rules.meaning import DIMENSIONS, MEANING_HEADS
from moderation.rules.off_topic import FEATURES as RELEVANCE
from moderation.rules.spam_features import FEATURES as SPAM
from moderation.rules.syntax import SYNTAX_HEADS
from moderation.rules.weights import WeightTable
from moderation.text.known import KnownWords
from moderation.text.lexis import GRAM_BUCKETS, Lexis, word_keys
from moderation.text.names import PERSON, name_hashes

SHIPPED = Path(__file__).parents[2] / "models" / "default"
WORDS = ("سلام", "کتاب", "شهرداری", "خیابان", "برف", "مدیر", "مردم", "عملکرد")
Groups = dict[str, dict[str, npt.NDArray[Any]]]


def _language(rng: np.random.Generator) -> dict[str, npt.NDArray[Any]]:
    arrays: dict[str, npt.NDArray[Any]] = {
        name: np.ones(6, np.float32) for name in ("margins", "mash_margins", "slopes")
    }
    for family, classes in (("arabic", ARABIC_CLASSES), ("latin", LATIN_CLASSES)):
        n = len(classes)
        arrays[f"{family}_weights"] = rng.integers(-9, 9, (1 << 10, n)).astype(np.int8)
        arrays[f"{family}_scale"] = np.full(n, 0.01, np.float32)
        arrays[f"{family}_intercepts"] = np.zeros(n, np.float32)
    return arrays


def _relevance(rng: np.random.Generator) -> dict[str, npt.NDArray[Any]]:
    n, size, n_subjects = len(WORDS), DIMENSIONS, 2
    return {
        "words": np.sort(word_keys(WORDS)),
        "units": np.arange(n, dtype=np.uint16),
        "general": np.sort(word_keys(WORDS[:1])),
        "vectors": rng.integers(-100, 100, (n, size)).astype(np.int8),
        "gram_idf": np.ones(GRAM_BUCKETS, np.float16),
        "idf": np.ones(n, np.float16),
        "subject_names": np.frombuffer(b"city sport", np.uint8),
        "subjects": np.ones(n, np.uint32),
        "subject_centres": rng.normal(size=(n_subjects, size)).astype(np.float32),
        "subject_spread": np.ones((2, n_subjects), np.float32),
        "expectation_map": rng.normal(0, 0.1, (min(size, 128),) * 2).astype(np.float16),
        "expectation_mean": np.zeros(min(size, 128), np.float32),
        "expectation_words": np.zeros((n + 1, min(size, 128)), np.int8),
        "expectation_unit": np.ones(1, np.float32),
        "background": np.ones((n, 16), np.float16),  # as many statistics as it may ask for
        "scale_mean": np.zeros(len(RELEVANCE), np.float32),
        "scale_std": np.ones(len(RELEVANCE), np.float32),
        "weights": rng.normal(size=len(RELEVANCE)).astype(np.float32),
        "calibration": np.array([0.1, -1.0], np.float32),
    }


def _names() -> dict[str, npt.NDArray[Any]]:
    hashes = np.sort(name_hashes(["فرضیان", "فرضسازان"]))
    return {"hashes": hashes, "kinds": np.full(len(hashes), PERSON, np.uint8)}


def _groups() -> Groups:
    """Return arrays of the right shapes; what they say of a comment means nothing."""
    rng = np.random.default_rng(7)
    n, units = len(feature_names()), 6
    hashes = KnownWords.hash(WORDS)

    def some(*shape: int) -> npt.NDArray[np.float32]:
        return rng.normal(0, 0.3, shape).astype(np.float32)

    return {
        "abuse": WeightTable.pack(some(1 << 12, len(HEADS))),
        "syntax": WeightTable.pack(some(1 << 12, len(SYNTAX_HEADS))),
        "meaning": {
            "mean": some(3 * DIMENSIONS), "scale": np.ones(3 * DIMENSIONS, np.float32),
            "hidden": some(3 * DIMENSIONS, len(MEANING_HEADS) * units),
            "hidden_bias": some(len(MEANING_HEADS) * units),
            "output": some(len(MEANING_HEADS), units), "output_bias": some(len(MEANING_HEADS)),
        },
        "names": _names(),
        "network": {
            "mean": np.zeros(n, np.float32), "scale": np.ones(n, np.float32),
            "hidden": some(n, 4 * units), "hidden_bias": some(4 * units),
            "output": some(4, units), "output_bias": some(4),
            "linear": some(n, 4), "linear_bias": some(4),
            "slope": np.ones((4, 2), np.float32), "offset": some(4, 2),
        },
        "known": {"hashes": np.sort(hashes), "buckets": np.full(len(hashes), 3, np.uint8)},
        "spam": {
            "weights": rng.normal(0, 0.3, 1 << 10).astype(np.float16),
            "coefficients": some(len(SPAM)), "intercept": some(1),
            "calibration": np.array([1.0, -1.0], np.float32),
        },
        "language": _language(rng),
        "relevance": _relevance(rng),
    }  # fmt: skip


def _store(path: Path, **about: Any) -> Model:
    manifest = {"lexicon": Lexicon.load().digest, **about}
    return save_model(path, _groups(), name="small", about=manifest)


@pytest.fixture(scope="session")
def store() -> Callable[..., Model]:
    """Write the small model: ``store(path, **what_its_manifest_says)``."""
    return _store


@pytest.fixture(scope="session")
def small_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model with made-up weights, trained on nothing."""
    path = tmp_path_factory.mktemp("small")
    _store(path, data=[])
    return path


@pytest.fixture(scope="session")
def model_path(small_path: Path) -> Path:
    """The shipped model, or the small one where none was trained yet."""
    return SHIPPED if (SHIPPED / "manifest.json").is_file() else small_path


@pytest.fixture(scope="session")
def model(model_path: Path) -> Model:
    return load_model(model_path)


@pytest.fixture(scope="session")
def lexis() -> Lexis:
    """A vocabulary of a few words with random vectors."""
    return Lexis(_relevance(np.random.default_rng(7)))


@pytest.fixture(scope="session")
def names() -> dict[str, npt.NDArray[Any]]:
    """A table of two names."""
    return _names()
