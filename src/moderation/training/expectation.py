"""Fit what item a comment leads one to expect, and read the comments written for it.

Pairs of a text and the item that it belongs to: sentences of news under their own news, forum
replies under their question, and comments of our own writing under news (`item_comments.tsv`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.rules.expectation import DIMENSIONS, Expectation
from moderation.rules.off_topic import item_parts
from moderation.text.lexis import Lexis
from moderation.text.profile import Profiler
from moderation.text.vocabulary import TokenTable
from moderation.training.relevance_corpus import article_of
from moderation.training.sources import Corpora

__all__ = ["ItemComment", "Pointing", "fit_expectation", "item_comments", "news_sentences"]

Array = npt.NDArray[Any]
Item = tuple[str, str]
#: Text, its item, and what stands for the item; kind and section of a written comment.
Belonging = tuple[str, Item]
ItemComment = tuple[str, Item, str, str, tuple[str, str]]

_SENTENCE_END = re.compile(r"[.؟!\n]")
_SENTENCES, _SHORTEST, _LONGEST = 8, 5, 25
_BODY = 1500  # characters of an item's body that its direction is made of
#: What a written comment counts for beside a sentence or a reply, and the ridge.
_WRITTEN, _RIDGE = 6.0, 5.0
#: Texts that a word stands in before it is learnt by itself, and the ridge of the words.
_FREQUENT, _WORD_RIDGE = 5, 10.0


def title_digest(title: str) -> str:
    """Return what stands for a news item in `item_comments.tsv`."""
    return hashlib.sha256(title.strip().encode()).hexdigest()[:12]


def _news(corpora: Corpora) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Return the news items, by digest, that no comment is measured under."""
    measured = {str(row["title"]).strip() for row in corpora.rows("articles")}
    news: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for source in corpora.news():
        for row in corpora.rows(source):
            title = str(row.get("title") or "").strip()
            if title and title not in measured:
                news.setdefault(title_digest(title), (source, row))
    return news


def item_comments(corpora: Corpora) -> list[ItemComment]:
    """Return our own comments under news: text, item, digest, kind, section.

    Comments under items of a source that is left out are left out, too.
    """
    if not corpora.has("item_comments"):
        return []
    news = _news(corpora)
    lines = files("moderation.training").joinpath("item_comments.tsv").read_text("utf-8")
    comments: list[ItemComment] = []
    for line in lines.splitlines():
        if line.startswith("#"):
            continue
        digest, kind, text = line.split("\t")
        if digest in news:
            source, row = news[digest]
            section = (source, str(row.get("category") or ""))
            comments.append((text, item_parts(article_of(row)), digest, kind, section))
    return comments


def news_sentences(corpora: Corpora, seed: int) -> Iterator[Belonging]:
    """Yield a few sentences and the title of each news item with the item."""
    rng = np.random.default_rng(seed)
    for _, row in _news(corpora).values():
        head, body = item_parts(article_of(row))
        parts = (part.strip() for part in _SENTENCE_END.split(body))
        sentences = [part for part in parts if _SHORTEST <= len(part.split()) <= _LONGEST]
        if len(sentences) < 2:
            continue
        item = (head, body[:_BODY])
        count = min(_SENTENCES, len(sentences))
        for index in rng.choice(len(sentences), count, replace=False):
            yield sentences[index], item
        yield str(row["title"]), item


class Pointing:
    """What the map is fitted on: texts as directions and as words, with their items' directions.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        The vocabulary.
    plain, written : sequence of (text, item)
        Sentences and replies; comments, each of which counts for several of them.
    """

    def __init__(
        self, arrays: Mapping[str, Array], plain: Sequence[Belonging], written: Sequence[Belonging]
    ) -> None:
        lexis = Lexis(arrays)
        pairs = [*plain, *written]
        self.words, self.directions = _read(lexis, [text for text, _ in pairs])
        profiler = Profiler(lexis)
        numbers: dict[Item, int] = {}
        number = [numbers.setdefault(item, len(numbers)) for _, item in pairs]
        items = np.stack([Expectation.item(profiler.profile(*item).centre) for item in numbers])
        self.items = items[number]
        self.mean = self.items[: len(plain)].mean(axis=0)
        self.weights = np.append(np.ones(len(plain)), np.full(len(written), _WRITTEN))


def fit_expectation(pointing: Pointing, chosen: Array | None = None) -> dict[str, Array]:
    """Fit the map by ridge regression, then the words on what it leaves unexplained.

    Parameters
    ----------
    pointing : Pointing
    chosen : ndarray of bool, optional
        The pairs to fit on; all by default.

    Returns
    -------
    dict of str to ndarray
        The arrays of :class:`Expectation`.
    """
    from sklearn.linear_model import Ridge

    rows = np.arange(len(pointing.weights)) if chosen is None else np.flatnonzero(chosen)
    directions, words = pointing.directions[rows], pointing.words[rows]
    targets, weights = pointing.items[rows] - pointing.mean, pointing.weights[rows]
    model = Ridge(alpha=_RIDGE, fit_intercept=False, solver="cholesky")
    model.fit(directions, targets, sample_weight=weights)
    rest = targets - model.predict(directions)
    frequent = np.flatnonzero(np.asarray((words > 0).sum(axis=0)).ravel() >= _FREQUENT)
    added = np.zeros((words.shape[1], targets.shape[1]))
    if len(frequent):
        each = Ridge(alpha=_WORD_RIDGE, fit_intercept=False, solver="sparse_cg", tol=1e-2)
        each.fit(words[:, frequent], rest, sample_weight=weights)
        added[frequent] = each.coef_.T
    unit = max(float(np.abs(added).max()) / 127, 1e-9)
    return {
        "expectation_map": model.coef_.T.astype(np.float16),
        "expectation_mean": pointing.mean.astype(np.float32),
        "expectation_words": np.round(added / unit).astype(np.int8),
        "expectation_unit": np.array([unit], np.float32),
    }


def _read(lexis: Lexis, texts: Sequence[str]) -> tuple[Any, Array]:
    """Return the words of each text, a sparse matrix, and its direction, both at one length."""
    from scipy import sparse

    table = TokenTable({name: lexis.encoders[name] for name in ("relevance", "relevance_key")})
    vectors, _ = lexis.heads(DIMENSIONS)
    parts = []
    for start in range(0, len(texts), 4000):
        batch = table.batch(texts[start : start + 4000])
        units, keys = batch.column("relevance"), batch.column("relevance_key")
        columns, weight = Expectation.word_weights(lexis, units, keys)
        ends = np.append(batch.starts, len(units))
        parts.append(sparse.csr_matrix((weight, columns, ends), (len(batch.starts), len(vectors))))
    words = sparse.vstack(parts).tocsr()
    words.sum_duplicates()
    sums = words @ vectors.astype(np.float64)
    length = np.maximum(np.linalg.norm(sums, axis=1), 1e-6)
    return sparse.diags(1 / length) @ words, sums / length[:, None]
