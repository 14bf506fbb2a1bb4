"""``moderation train``: everything from corpora to a stored model, in one deterministic run."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from moderation.lexicon.store import Lexicon
from moderation.model.store import Model, save_model
from moderation.policy import Policy
from moderation.rules.features import HEADS, ORDERS, feature_names
from moderation.training.abuse import BITS, OutOfFold, train_abuse
from moderation.training.card import write_card
from moderation.training.corpora import RULES, load_examples
from moderation.training.known import train_known
from moderation.training.language import train_language
from moderation.training.metrics import rule_report
from moderation.training.relevance import train_relevance
from moderation.training.sources import Corpora, Source, TrainingError
from moderation.training.spam import train_spam
from moderation.types import Rule

__all__ = ["TrainingError", "main_train"]

#: Where this project's own examples are.
_FOLDER = Path(str(files("moderation.training")))
_PACKAGES = ("hazm", "scikit-learn", "numpy", "scipy")
#: Sources that are measured one by one in the manifest; the others only lend text.
_MEASURED = ("policy", "authored", "examples", "parsoff", "phate", "parsoffensive")


def _contents(corpora: Corpora, source: Source) -> bytes:
    if source.file:
        return corpora.path(source.name).read_bytes()
    folder = _FOLDER.joinpath("examples")
    entries = [*sorted(folder.iterdir(), key=lambda e: e.name), _FOLDER / "spam_comments.jsonl"]
    return b"".join(entry.read_bytes() for entry in entries)


def _data_records(corpora: Corpora) -> list[dict[str, Any]]:
    """Return what the manifest says of every source that is read."""
    records = []
    for source in corpora.sources():
        content = _contents(corpora, source)
        about = {
            **asdict(source),
            "rules": list(source.rules),
            "sha256": hashlib.sha256(content).hexdigest(),
            "rows": content.count(b"\n"),
        }
        records.append({key: value for key, value in about.items() if value or key == "file"})
    return records


def abuse_report(out_of_fold: OutOfFold, policy: Policy) -> dict[str, Any]:
    """Measure the abuse rules on comments their model has not seen, per source.

    Returns
    -------
    dict
        Rule to source to :func:`moderation.training.metrics.rule_report`; under
        ``offensive``, the largest of the insult, hate and threat scores against what each
        public set calls offensive.
    """
    examples, scores = out_of_fold.examples, out_of_fold.scores
    sources = np.array([example.source for example in examples])
    report: dict[str, Any] = {}

    def measure(name: str, label: str, values: Any, rule: Rule, wanted: Iterable[str]) -> None:
        labels = np.array([example.labels.get(label, -1) for example in examples])
        thresholds = policy.rules[rule]
        for source in wanted:
            rows = np.flatnonzero((sources == source) & (labels >= 0))
            if len(rows):
                report.setdefault(name, {})[source] = rule_report(
                    labels[rows], values[rows], thresholds.review, thresholds.reject
                )

    for position, rule in enumerate(RULES):
        measure(rule, rule, scores[:, position], Rule(rule), _MEASURED[:3])
    largest = scores[:, [RULES.index(rule) for rule in ("insult", "hate", "threat")]].max(axis=1)
    measure("offensive", "offensive", largest, Rule.INSULT, _MEASURED[3:])
    return report


def main_train(
    data: Path,
    output: Path,
    without: Iterable[str] = (),
    *,
    name: str = "default-0.1.0",
    seed: int = 0,
    say: Callable[[str], None] = print,
) -> Model:
    """Train every rule and store the model.

    Parameters
    ----------
    data : Path
        The data directory, laid out as its own README says.
    output : Path
        Directory the model is written to.
    without : iterable of str
        Names of sources that no rule reads, see :data:`moderation.training.sources.SOURCES`.
    name : str
        First part of the model's identity.
    seed : int
        Fixes every random choice.
    say : callable
        Told of progress.

    Returns
    -------
    Model
        The stored model, loaded again; its card stands beside it.

    Raises
    ------
    TrainingError
        When `without` names no source or one that a rule needs, or a file is missing.
    """
    started = time.monotonic()

    def tell(step: str) -> None:
        say(f"{time.monotonic() - started:5.0f} s  {step}")

    corpora = Corpora(data, tuple(without))
    corpora.check()
    records = _data_records(corpora)
    examples = load_examples(corpora)
    tell(f"{len(examples):,} labelled comments read")
    known = train_known(corpora)
    tell(f"{len(known):,} known words")
    language, language_metrics = train_language(corpora, known, seed)
    tell("language")
    spam, spam_metrics = train_spam(corpora, _FOLDER / "examples", seed)
    tell("spam")
    relevance, relevance_metrics = train_relevance(corpora, seed)
    tell("relevance")
    abuse = train_abuse(examples, known.__contains__, seed, tell)
    metrics = {
        "abuse": abuse_report(abuse.out_of_fold, Policy.default()),
        "language": language_metrics,
        "spam": spam_metrics,
        "relevance": relevance_metrics,
    }
    about = {
        "lexicon": Lexicon.load().digest,
        "python": platform.python_version(),
        "packages": {package: version(package) for package in _PACKAGES},
        "features": {
            "bits": BITS, "orders": ORDERS, "heads": HEADS, "dense": feature_names(),
        },
        "seed": seed,
        "without": sorted(corpora.without),
        "data": records,
        "metrics": json.loads(json.dumps(metrics, default=float)),
    }  # fmt: skip
    groups = {
        **abuse.groups,
        "known": known.arrays,
        "language": language,
        "spam": spam,
        "relevance": relevance,
    }
    model = save_model(output, groups, name=name, about=about)
    write_card(model)
    tell(f"stored as {model.identity}")
    return model
