"""Build the table of known Persian words from subtitles, comments and news."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from zlib import crc32

import numpy as np

from moderation.text.known import KnownWords
from moderation.text.letters import fold
from moderation.text.tokens import Kind, kind_of, tokenize
from moderation.training.sources import Corpora

__all__ = ["held_out", "train_known"]

#: Sources of Persian text, and the fields read.
_COMMENTS = (
    ("policy", ("text",)),
    ("parsoffensive", ("text",)),
    ("parsoff", ("text",)),
    ("abusive_words", ("text",)),
    ("aux_armanemo", ("text",)),
    ("aux_shortpersianemo", ("text",)),
    ("digikala", ("text",)),
    ("taaghche", ("text",)),
    ("deepsentipers", ("text",)),
    ("unlabelled_topic_tweets", ("text",)),
    ("authored", ("text",)),
    ("instructions", ("text",)),
    ("wordnet", ("word", "definition")),
    ("parstwiner_train", ("tokens",)),
    ("peyma_train", ("tokens",)),
)
_NEWS = (
    ("isna", ("title", "lead", "body")),
    ("fars", ("title", "lead", "body")),
    ("varzesh3", ("title", "lead", "body")),
    ("articles", ("title", "lead", "body")),
)
#: Least count that makes a word known.
_LEAST_COMMENTS = 2
_LEAST_NEWS = 4
_LEAST_SUBTITLES = 25
#: Rate per million words from which a word belongs to buckets 2, 3, 4 and 5.
_EDGES = (3.0, 20.0, 120.0, 800.0)


def held_out(text: str) -> bool:
    """Tell whether `text` belongs to the tenth of all texts that nothing is trained on.

    Texts whose letters alone are equal stay on one side.
    """
    letters = "".join(c for c in fold(text) if c.isalpha())
    return crc32(letters.encode("utf-8", "surrogatepass")) % 10 == 0


def _texts(rows: Iterable[dict[str, Any]], fields: tuple[str, ...]) -> Iterator[str]:
    for row in rows:
        parts = (row.get(field) or "" for field in fields)
        text = "\n".join(" ".join(part) if isinstance(part, list) else part for part in parts)
        if not held_out(text):
            yield text


def _count(corpora: Corpora, sources: tuple[tuple[str, tuple[str, ...]], ...]) -> Counter[str]:
    surfaces: Counter[str] = Counter()
    for name, fields in sources:
        if not corpora.has(name):
            continue
        seen: set[str] = set()  # the sets share texts
        for text in _texts(corpora.rows(name), fields):
            if text not in seen:
                seen.add(text)
                surfaces.update(tokenize(text))
    return _words(surfaces)


def _words(surfaces: Counter[str]) -> Counter[str]:
    """Fold counted tokens and keep Arabic-script words."""
    counts: Counter[str] = Counter()
    for surface, count in surfaces.items():
        word = fold(surface)
        if word and kind_of(surface, word) == Kind.PERSIAN:
            counts[word] += count
    return counts


def _forum(corpora: Corpora) -> Counter[str]:
    surfaces: Counter[str] = Counter()
    for thread in corpora.rows("forum_threads") if corpora.has("forum_threads") else ():
        for comment in thread["comments"]:
            if not held_out(comment["text"]):
                surfaces.update(tokenize(comment["text"]))
    return _words(surfaces)


def _subtitles(corpora: Corpora) -> Counter[str]:
    counts: Counter[str] = Counter()
    if not corpora.has("subtitle_frequency"):
        return counts
    for line in corpora.path("subtitle_frequency").read_text("utf-8").splitlines():
        surface, _, count = line.rpartition(" ")
        pieces = tokenize(surface)
        word = fold(surface)
        if len(pieces) == 1 and word and kind_of(surface, word) == Kind.PERSIAN:
            counts[word] += int(count)
    return counts


def train_known(corpora: Corpora) -> KnownWords:
    """Count words and return those seen often enough, in frequency buckets.

    Parameters
    ----------
    corpora : Corpora

    Returns
    -------
    KnownWords
        Made without any text for which `held_out` is true.
    """
    rates: defaultdict[str, float] = defaultdict(float)
    sources = (
        (_count(corpora, _COMMENTS), _LEAST_COMMENTS),
        (_count(corpora, _NEWS), _LEAST_NEWS),
        (_subtitles(corpora), _LEAST_SUBTITLES),
        (_forum(corpora), _LEAST_COMMENTS),
    )
    for counts, least in sources:
        total = sum(counts.values())
        for word, count in counts.items():
            if count >= least and len(word) > 1:
                rates[word] = max(rates[word], count * 1e6 / total)
    words = sorted(rates)
    hashes = KnownWords.hash(words)
    buckets = 1 + np.searchsorted(_EDGES, [rates[word] for word in words], side="right")
    order = np.argsort(hashes, kind="stable")
    return KnownWords(hashes[order], buckets[order].astype(np.uint8))
