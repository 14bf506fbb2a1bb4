"""``moderation train``: everything from corpora to a stored model, in one deterministic run."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from moderation.lexicon.store import Lexicon
from moderation.model.store import Model, save_model
from moderation.moderator import Moderator
from moderation.policy import Policy
from moderation.rules.features import feature_names
from moderation.rules.letters import HEADS, ORDERS
from moderation.text.lexis import Lexis
from moderation.training import robustness
from moderation.training.abuse import BITS, SYNTAX_BITS, AbuseTraining, train_abuse
from moderation.training.abuse_report import abuse_report
from moderation.training.card import write_card
from moderation.training.corpora import group_key, load_examples
from moderation.training.known import train_known
from moderation.training.language import train_language
from moderation.training.names import train_names
from moderation.training.relevance import train_relevance
from moderation.training.sources import Corpora, Source, TrainingError
from moderation.training.spam import train_spam

__all__ = ["TrainingError", "main_train"]

#: Where this project's own examples are.
_FOLDER = Path(str(files("moderation.training")))
_PACKAGES = ("hazm", "scikit-learn", "numpy", "scipy")


#: The files of the sources that are part of this package, and how a line begins that is no row.
_OWN_FILES = {
    "examples": (("examples/*.jsonl", "spam_comments.jsonl"), b'{"about"'),
    "reread": (("readings.tsv",), b"#"),
    "item_comments": (("item_comments.tsv",), b"#"),
}


def _contents(corpora: Corpora, source: Source) -> tuple[bytes, int]:
    """Return what is in a source's files, and how many rows."""
    if source.file:
        content = corpora.path(source.name).read_bytes()
        return content, content.count(b"\n")
    patterns, comment = _OWN_FILES[source.name]
    paths = (path for pattern in patterns for path in sorted(_FOLDER.glob(pattern)))
    content = b"".join(path.read_bytes() for path in paths)
    return content, sum(not line.startswith(comment) for line in content.splitlines())


def _data_records(corpora: Corpora) -> list[dict[str, Any]]:
    """Return what the manifest says of every source that is read."""
    records = []
    for source in corpora.sources():
        content, rows = _contents(corpora, source)
        about = {
            **asdict(source),
            "rules": list(source.rules),
            "sha256": hashlib.sha256(content).hexdigest(),
            "rows": rows,
        }
        records.append({key: value for key, value in about.items() if value or key == "file"})
    return records


def _robustness(
    corpora: Corpora, abuse: AbuseTraining, groups: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """Measure the whole moderator on comments that its abuse rules have not seen."""
    manifest = {"identity": "without-the-first-fold", "lexicon": Lexicon.load().digest}
    moderator = Moderator(Model(Path(), {**groups, **abuse.unseen_groups}, manifest))
    by_policy = [example for example in abuse.unseen if example.source == "policy"]
    breaking = [example.text for example in by_policy if any(example.labels.values())]
    clean = [example.text for example in by_policy if not any(example.labels.values())]
    measured = {
        "disguises": robustness.disguises(moderator, breaking, clean, seed),
        "groups": robustness.groups(moderator),
    }
    if corpora.has("phate_spans"):
        unseen = {group_key(example.text) for example in abuse.unseen}
        rows = [r for r in corpora.rows("phate_spans") if group_key(r["text"]) in unseen]
        measured["explanations"] = robustness.spans(moderator, rows)
    return measured


def main_train(
    data: Path,
    output: Path,
    without: Iterable[str] = (),
    *,
    name: str = "default-0.2.0",
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
    names = train_names(corpora, known)
    abuse = train_abuse(examples, known, Lexis(relevance), names, seed, tell)
    groups = {
        **abuse.groups,
        "known": known.arrays,
        "names": names,
        "language": language,
        "spam": spam,
        "relevance": relevance,
    }
    metrics = {
        "abuse": abuse_report(abuse.out_of_fold, Policy.default()),
        **_robustness(corpora, abuse, groups, seed),
        "language": language_metrics,
        "spam": spam_metrics,
        "relevance": relevance_metrics,
    }
    tell("figures")
    about = {
        "lexicon": Lexicon.load().digest,
        "python": platform.python_version(),
        "packages": {package: version(package) for package in _PACKAGES},
        "features": {
            "bits": BITS, "syntax_bits": SYNTAX_BITS, "orders": ORDERS, "heads": HEADS,
            "dense": feature_names(),
        },
        "seed": seed,
        "without": sorted(corpora.without),
        "data": records,
        "metrics": json.loads(json.dumps(metrics, default=float)),
    }  # fmt: skip
    model = save_model(output, groups, name=name, about=about)
    write_card(model)
    tell(f"stored as {model.identity}")
    return model
