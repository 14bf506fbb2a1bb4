"""The labelled comments that the abuse rules learn from.

Sources label in their own ways; each row says which source it comes from, how much it
counts, and for which heads it has a label at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from moderation.text.letters import fold
from moderation.text.tokens import tokenize
from moderation.training.sources import Corpora

__all__ = ["RULES", "Example", "group_key", "load_examples"]

#: Labels of the policy that the abuse rules learn.
RULES = ("insult", "accusation", "hate", "threat")


@dataclass(frozen=True)
class Example:
    """A training comment; `labels` maps a head to 0 or 1 where the source has that label."""

    text: str
    source: str
    weight: float
    labels: dict[str, int] = field(default_factory=dict)


_PUBLIC, _KEYWORD, _REVIEW = 0.5, 0.15, 0.2
_CLEAN = dict.fromkeys(("offensive", *RULES), 0)


def _by_rule(labels: Iterable[str]) -> dict[str, int]:
    names = set(labels)
    marks = {rule: int(rule in names) for rule in RULES}
    marks["offensive"] = int(bool(names & {"insult", "hate", "threat"}))
    return marks


def _policy(row: dict[str, Any]) -> Example:
    # Severity 1 is where two readers disagree most.
    weight = 0.7 if row["severity"] == 1 else 1.0
    return Example(row["text"], "policy", weight, _by_rule(row["labels"]))


def _phate(row: dict[str, Any]) -> Example:
    kinds = row["label"]
    labels = {"offensive": row["offensive"], "hate": int("Hate" in kinds)}
    return Example(row["text"], "phate", _PUBLIC, labels | {"threat": int("Violence" in kinds)})


def _rows(source: str, rows: Iterable[dict[str, Any]]) -> Iterator[Example]:
    for row in rows:
        if source == "policy":
            yield _policy(row)
        elif source == "phate":
            yield _phate(row)
        elif source == "authored":
            yield Example(row["text"], "authored", 1.0, _by_rule([row["kind"]]))
        elif source == "abusive_words":
            yield Example(row["text"], source, _KEYWORD, {"offensive": row["offensive"]})
        elif "offensive" in row:
            yield Example(row["text"], source, _PUBLIC, {"offensive": row["offensive"]})
        else:
            yield Example(row["text"], source, _REVIEW, dict(_CLEAN))


def load_examples(corpora: Corpora) -> list[Example]:
    """Read every source of labelled comments that is not left out.

    Parameters
    ----------
    corpora : Corpora

    Returns
    -------
    list of Example
    """
    examples: list[Example] = []
    for source in corpora.sources("abuse"):
        if source.name == "examples":
            examples += own_examples()
        else:
            examples += _rows(source.name, corpora.rows(source.name))
    return examples


def own_examples() -> list[Example]:
    """Return the comments written for training that live in this repository."""
    folder = files(__package__).joinpath("examples")
    examples: list[Example] = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        for line in entry.read_text("utf-8").splitlines():
            row = json.loads(line)
            if "about" not in row:
                examples.append(Example(row["text"], "examples", 1.0, _by_rule(row["labels"])))
    return examples


def group_key(text: str) -> str:
    """Return what near-duplicates share: the text's folded words, each once, in order.

    Rows with one key stay on one side of every split.
    """
    words = (fold(token) for token in tokenize(text))
    return " ".join(sorted({word for word in words if word.isalpha()})) or text
