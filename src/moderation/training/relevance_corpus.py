"""The texts that the `off_topic` rule's vectors are learnt from, as numbered words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.text.letters import fold
from moderation.text.tokens import tokenize
from moderation.training.sources import NEWS, Corpora
from moderation.types import Article

__all__ = [
    "FIELDS",
    "Corpus",
    "article_of",
    "documents",
    "folded_words",
    "lexicon_words",
    "read_corpus",
]

_WORD = re.compile(r"[\u0620-\u06ff]{2,}|[a-z]{2,}")

#: Source to the fields whose text is read.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "isna": ("title", "lead", "body"),
    "fars": ("title", "lead", "body", "tags"),
    "varzesh3": ("title", "lead", "body", "tags"),
    "namnak": ("title", "lead", "body", "tags"),
    "forum_threads": ("title", "body"),
    "claims_headlines": ("claim",),
    "policy": ("text",),
    "parsoff": ("text",),
    "phate": ("text",),
    "deepsentipers": ("text",),
    "digikala": ("text",),
    "parsinlu": ("text",),
    "taaghche": ("text",),
    "unlabelled_topic_tweets": ("text",),
    "aux_armanemo": ("text",),
    "aux_shortpersianemo": ("text",),
    "abusive_words": ("text",),
    "telegram_ads": ("text",),
    "instructions": ("text",),
    "wordnet": ("word", "definition"),
    "occupations": ("text",),
    "peyma_train": ("tokens",),
    "parstwiner_train": ("tokens",),
    "language": ("text",),
}


def _joined(row: Mapping[str, Any], fields: tuple[str, ...]) -> str:
    parts = (row.get(field) or "" for field in fields)
    return " ".join(" ".join(p) if isinstance(p, list) else str(p) for p in parts)


def documents(corpora: Corpora, unseen: Collection[str]) -> Iterator[str]:
    """Yield every text the vectors learn from."""
    ours = {row["title"].strip() for row in corpora.rows("articles")}
    for source, fields in FIELDS.items():
        if not corpora.has(source):
            continue
        seen: set[str] = set()
        for row in corpora.rows(source):
            if source in NEWS and str(row.get("title") or "").strip() in ours:
                continue
            if row.get("lang", "fa") != "fa" or row.get("kind") in ("word", "pair"):
                continue
            if source == "forum_threads":
                if row["id"] in unseen:
                    continue
                yield from (comment["text"] for comment in row["comments"])
            text = _joined(row, fields)
            if text not in seen:
                seen.add(text)
                yield text
            if source == "claims_headlines" and row["headline"] not in seen:
                seen.add(row["headline"])
                yield row["headline"]


def folded_words(text: str, apart: bool = False) -> list[str]:
    """Return the distinct words of a list, folded; with `apart`, the halves of compounds too."""
    words = text.split()
    if apart:
        words += [part for word in words for part in word.split("\u200c") if len(part) > 2]
    return list(dict.fromkeys(fold(word.replace("_", "")) for word in words))


def lexicon_words(name: str) -> list[str]:
    """Return the folded words of a list under ``moderation/lexicon``."""
    text = files("moderation.lexicon").joinpath(name).read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return folded_words(" ".join(lines))


@dataclass
class Corpus:
    """Texts as numbered words: `flat` holds numbers, `owner` the text each stands in."""

    words: list[str]
    flat: npt.NDArray[np.int32]
    owner: npt.NDArray[np.int32]


def read_corpus(documents: Iterator[str]) -> Corpus:
    """Return all texts as numbered words."""
    folded: dict[str, int] = {}
    ids: dict[str, int] = {}
    flat: list[int] = []
    lengths: list[int] = []
    for text in documents:
        before = len(flat)
        for token in tokenize(text):
            number = folded.get(token)
            if number is None:
                word = fold(token)
                number = ids.setdefault(word, len(ids)) if _WORD.fullmatch(word) else -1
                folded[token] = number
            if number >= 0:
                flat.append(number)
        lengths.append(len(flat) - before)
    owner = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    return Corpus(list(ids), np.array(flat, np.int32), owner)


def article_of(row: Mapping[str, Any]) -> Article:
    """Return a row of a news file as an item."""
    title, lead, body = (str(row.get(name) or "") for name in ("title", "lead", "body"))
    return Article(title, lead, body, tags=tuple(row.get("tags") or ()))
