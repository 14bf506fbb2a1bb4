"""The labelled comments that the abuse rules learn from.

Sources label in their own ways; each row says which source it comes from, how much it
counts, and for which heads it has a label at all. Texts of several sources were read once more
by the policy (`readings.tsv`): where that reading and the policy source disagree on a rule, the
comment teaches that rule nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from moderation.text.letters import fold
from moderation.text.tokens import tokenize
from moderation.training.relevance_corpus import article_of
from moderation.training.sources import Corpora
from moderation.types import Article

__all__ = ["MEASURED", "RULES", "Example", "group_key", "load_examples"]

#: Labels of the policy that the abuse rules learn.
RULES = ("insult", "accusation", "hate", "threat")
#: Sources labelled by the policy that rates may be measured on.
MEASURED = ("policy", "authored", "examples")


@dataclass(frozen=True)
class Example:
    """A training comment.

    Attributes
    ----------
    text, source : str
    weight : float
    labels : dict of str to int
        Head to 0 or 1 where the source has that label.
    article : Article or None
        The item it was written under.
    second : dict of str to int or None
        A second reader's labels, which are for measuring only.
    contested : frozenset of str
        Heads whose label a later reading denies: measured, but not learnt from.
    """

    text: str
    source: str
    weight: float
    labels: dict[str, int] = field(default_factory=dict)
    article: Article | None = None
    second: dict[str, int] | None = None
    contested: frozenset[str] = frozenset()


#: Rules broken and severity, by the digest of a text.
Readings = dict[str, tuple[frozenset[str], int]]
#: Sources whose own labels are read; reviews count as clean.
_LABELLED = (
    "policy", "parsoffensive", "parsoff", "phate", "abusive_words",
    "digikala", "taaghche", "deepsentipers", "parsinlu",
)  # fmt: skip
#: Sources that lend texts to be read by the policy, but no labels of their own.
_TEXTS_ONLY = ("unlabelled_topic_tweets", "aux_armanemo", "aux_shortpersianemo", "phicad_subset")
_READ_AGAIN = ("parsoff", "phate", "abusive_words", *_TEXTS_ONLY)


_PUBLIC, _KEYWORD, _REVIEW = 0.5, 0.15, 0.2
#: Our own writing is cleaner than what readers write, and there is much of it.
_OWN = 0.6
_CLEAN = dict.fromkeys(("offensive", *RULES), 0)


def _by_rule(labels: Iterable[str]) -> dict[str, int]:
    names = set(labels)
    marks = {rule: int(rule in names) for rule in RULES}
    marks["offensive"] = int(bool(names & {"insult", "hate", "threat"}))
    return marks


def _weight(severity: int) -> float:
    # Severity 1 is where two readers disagree most.
    return 0.7 if severity == 1 else 1.0


def _policy(row: dict[str, Any], readings: Readings) -> Example:
    labels = _by_rule(row["labels"])
    again = readings.get(text_digest(row["text"]))
    other = labels if again is None else _by_rule(again[0])
    second = row.get("second")
    return Example(
        row["text"], "policy", _weight(row["severity"]), labels,
        second=_by_rule(second["labels"]) if second else None,
        contested=frozenset(name for name, label in labels.items() if other[name] != label),
    )  # fmt: skip


def _phate(row: dict[str, Any]) -> Example:
    kinds = row["label"]
    labels = {"offensive": row["offensive"], "hate": int("Hate" in kinds)}
    return Example(row["text"], "phate", _PUBLIC, labels | {"threat": int("Violence" in kinds)})


def _rows(source: str, rows: Iterable[dict[str, Any]], readings: Readings) -> Iterator[Example]:
    for row in rows:
        if source == "policy":
            yield _policy(row, readings)
        elif source == "phate":
            yield _phate(row)
        elif source == "abusive_words":
            yield Example(row["text"], source, _KEYWORD, {"offensive": row["offensive"]})
        elif "offensive" in row:
            yield Example(row["text"], source, _PUBLIC, {"offensive": row["offensive"]})
        else:
            yield Example(row["text"], source, _REVIEW, dict(_CLEAN))


def _authored(corpora: Corpora) -> Iterator[Example]:
    """Yield the comments written under real items, each with its item."""
    articles = {row["article_id"]: article_of(row) for row in corpora.rows("articles")}
    for row in corpora.rows("authored"):
        article = articles[row["article_id"]]
        yield Example(row["text"], "authored", 1.0, _by_rule([row["kind"]]), article)


def text_digest(text: str) -> str:
    """Return what stands for a text in `readings.tsv`."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def load_readings() -> Readings:
    """Return the labels of `readings.tsv`."""
    lines = files(__package__).joinpath("readings.tsv").read_text("utf-8").splitlines()
    fields = (line.split("\t") for line in lines if not line.startswith("#"))
    return {
        digest: (frozenset(labels.split("+")) - {"ok"}, int(severity))
        for digest, labels, severity in fields
    }


def _reread(corpora: Corpora, readings: Readings, labelled: Iterable[Example]) -> list[Example]:
    """Return the texts of other sources that were read by the policy."""
    done = {text_digest(example.text) for example in labelled if example.source == "policy"}
    examples = []
    for name in filter(corpora.has, _READ_AGAIN):
        for row in corpora.rows(name):
            digest = text_digest(row["text"])
            if digest in readings and digest not in done:
                done.add(digest)
                labels, severity = readings[digest]
                marks = _by_rule(labels)
                examples.append(Example(row["text"], "reread", _weight(severity), marks))
    return examples


def load_examples(corpora: Corpora) -> list[Example]:
    """Read every source of labelled comments that is not left out.

    Parameters
    ----------
    corpora : Corpora

    Returns
    -------
    list of Example
    """
    readings = load_readings() if corpora.has("reread") else {}
    examples: list[Example] = []
    for source in corpora.sources("abuse"):
        if source.name == "examples":
            examples += own_examples()
        elif source.name == "authored":
            examples += _authored(corpora)
        elif source.name in _LABELLED:
            examples += _rows(source.name, corpora.rows(source.name), readings)
    return examples + _reread(corpora, readings, examples)


def own_examples() -> list[Example]:
    """Return the comments written for training that live in this repository."""
    folder = files(__package__).joinpath("examples")
    examples: list[Example] = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        for line in entry.read_text("utf-8").splitlines():
            row = json.loads(line)
            if "about" not in row:
                examples.append(Example(row["text"], "examples", _OWN, _by_rule(row["labels"])))
    return examples


def group_key(text: str) -> str:
    """Return what near-duplicates share: the text's folded words, each once, sorted.

    Rows with one key stay on one side of every split.
    """
    words = (fold(token) for token in tokenize(text))
    return " ".join(sorted({word for word in words if word.isalpha()})) or text
