"""Vocabulary and word vectors of the `off_topic` rule.

Vectors come from co-occurrence (positive pointwise mutual information, truncated SVD) over
news, forum, comments and reviews, and from word lists of our own writing. The comments
written under real items, and those items, take no part in them, so that they can measure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from moderation.rules.off_topic import item_parts
from moderation.text.lexis import GRAM_BUCKETS, GRAM_ORDERS, Lexis, word_keys
from moderation.text.ngrams import char_ngrams
from moderation.text.profile import NEAR, Profiler
from moderation.training.relevance_corpus import (
    Corpus,
    article_of,
    documents,
    folded_words,
    lexicon_words,
    read_corpus,
)
from moderation.training.sources import Corpora

__all__ = ["vocabulary"]

Array = npt.NDArray[Any]
DIMENSIONS, MAX_UNITS, MIN_UNIT, MIN_WORD, WINDOW = 192, 20_000, 8, 3, 8


def _stem_of(words: list[str], counts: Array) -> npt.NDArray[np.int64]:
    """Return, for each word, the word that stands for its stem (hazm's)."""
    from hazm import Stemmer

    stem = Stemmer().stem
    place = {word: i for i, word in enumerate(words)}
    root = np.arange(len(words))
    for i, word in enumerate(words):
        short = stem(word)
        j = place.get(short)
        if j is not None and len(short) >= 3 and counts[j] >= 3:
            root[i] = j
    for _ in range(3):
        root = root[root]
    return root


def _vectors(flat: Array, owner: Array, stop: Array, company: sp.csr_matrix, seed: int) -> Array:
    """Return PPMI vectors, reduced by a seeded SVD, of units ``0..size``; -1 is no unit."""
    from sklearn.utils.extmath import randomized_svd

    size = company.shape[0]
    kept = flat >= 0
    kept &= ~stop[np.maximum(flat, 0)]
    flat, owner = flat[kept], owner[kept]
    table = company
    for step in range(1, WINDOW + 1):
        near = owner[:-step] == owner[step:]
        first, second = flat[:-step][near], flat[step:][near]
        ones = np.ones(len(first), np.float32)
        table = table + sp.coo_matrix((ones, (first, second)), shape=table.shape).tocsr()
    both = (table + table.T).tocoo()
    totals = np.bincount(both.row, both.data, size)
    context = np.maximum(totals, 1) ** 0.75
    information = np.log(both.data / (totals[both.row] * (context / context.sum())[both.col]))
    good = information > 0
    matrix = sp.csr_matrix(
        (information[good].astype(np.float32), (both.row[good], both.col[good])), table.shape
    )
    left, singular, _ = randomized_svd(matrix, DIMENSIONS, n_iter=3, random_state=seed)
    # Measured: between no weight and the full weight of the singular values.
    return _unit_length(left * singular**0.25)


def _unit_length(rows: Array) -> Array:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def _lexis(corpus: Corpus, seed: int) -> dict[str, Array]:
    """Return the arrays of the vocabulary."""
    counts = np.bincount(corpus.flat, minlength=len(corpus.words))
    root = _stem_of(corpus.words, counts)
    rooted = root[corpus.flat]
    root_counts = np.bincount(rooted, minlength=len(root))
    chosen = np.argsort(-root_counts, kind="stable")[:MAX_UNITS]
    chosen = chosen[root_counts[chosen] >= MIN_UNIT]
    unit_of = np.full(len(root), -1)
    unit_of[chosen] = np.arange(len(chosen))
    documents = int(corpus.owner[-1]) + 1
    lexicon = {
        word: int(unit_of[root[i]])
        for i, word in enumerate(corpus.words)
        if counts[i] >= MIN_WORD and unit_of[root[i]] >= 0
    }
    company = _company(lexicon, len(chosen))
    size = company.shape[0]
    flat = unit_of[rooted]
    pairs = np.unique(corpus.owner.astype(np.int64) * (size + 1) + flat + 1)
    spread = np.bincount(pairs % (size + 1), minlength=size + 1)[1:]
    vectors = _vectors(flat, corpus.owner, spread > 0.08 * documents, company, seed)
    idf = np.minimum(np.log(documents / (1 + spread)), np.log(documents / MIN_UNIT))
    general = lexicon_words("general_reaction.txt")
    vectors, subjects, centres, names = _subjects(lexicon, vectors, set(general))
    near = vectors @ centres.T
    keys = word_keys(list(lexicon))
    order = np.argsort(keys)
    units = np.array(list(lexicon.values()))
    return {
        "words": keys[order],
        "units": units[order].astype(np.uint16),
        "vectors": _quantised(vectors),
        "idf": idf.astype(np.float16),
        "subjects": subjects,
        "subject_centres": centres.astype(np.float16),
        "subject_spread": np.stack([near.mean(axis=0), near.std(axis=0)]).astype(np.float32),
        "subject_names": np.frombuffer(" ".join(names).encode(), dtype=np.uint8),
        "general": np.sort(word_keys(general)),
        "gram_idf": _gram_idf(corpus),
    }


def _company(lexicon: dict[str, int], size: int) -> sp.csr_matrix:
    """Return how often units stand together in our own lists; new words get a unit."""
    folder = files("moderation.lexicon").joinpath("subjects")
    lists = [(lexicon_words(f"subjects/{p.name}"), AREA_WEIGHT) for p in _sorted(folder)]
    text = files("moderation.lexicon").joinpath("companions.txt").read_text("utf-8")
    lists += [
        (folded_words(line, apart=True), LINE_WEIGHT)
        for line in text.splitlines()
        if not line.startswith("#")
    ]
    rows, columns, weights = [], [], []
    for words, weight in lists:
        for word in words:
            if word not in lexicon:
                lexicon[word] = size
                size += 1
        units = np.unique([lexicon[word] for word in words])
        first, second = np.triu_indices(len(units), 1)
        rows.append(units[first])
        columns.append(units[second])
        weights.append(np.full(len(first), weight, np.float32))
    cells = (np.concatenate(rows), np.concatenate(columns))
    return sp.coo_matrix((np.concatenate(weights), cells), shape=(size, size)).tocsr()


#: What standing together on one line of our own lists is worth, in sightings.
LINE_WEIGHT, AREA_WEIGHT = 6.0, 0.5


def _sorted(folder: Any) -> list[Any]:
    return sorted((p for p in folder.iterdir() if p.name.endswith(".txt")), key=lambda p: p.name)


def _subjects(
    lexicon: Mapping[str, int], vectors: Array, general: Collection[str]
) -> tuple[Array, Array, Array, list[str]]:
    """Draw the words of each subject list together; say which unit is on which list."""
    folder = files("moderation.lexicon").joinpath("subjects")
    names = [path.name[:-4] for path in _sorted(folder)]
    lists = {name: lexicon_words(f"subjects/{name}.txt") for name in names}
    pulls: dict[int, list[Array]] = {}
    subjects = np.zeros(len(vectors), dtype=np.uint32)
    for bit, name in enumerate(names):
        words = [word for word in lists[name] if len(word) > 1 and word not in general]
        units = sorted({lexicon[word] for word in words})
        subjects[units] |= np.uint32(1 << bit)
        centre = _unit_length(vectors[units].mean(axis=0, keepdims=True))[0]
        for unit in units:
            pulls.setdefault(unit, []).append(centre)
    for unit, pulling in pulls.items():
        vectors[unit] += LEXICON_PULL * np.mean(pulling, axis=0)
    vectors = _unit_length(vectors)
    bits = range(len(names))
    centres = np.stack([vectors[(subjects >> bit) & 1 == 1].mean(axis=0) for bit in bits])
    return vectors, subjects, _unit_length(centres), names


#: How far a subject list draws its words towards their common centre.
LEXICON_PULL = 0.3


def _gram_idf(corpus: Corpus) -> Array:
    """Return the inverse document frequency of each n-gram bucket, over all documents."""
    owner, hashes = char_ngrams(corpus.words, GRAM_ORDERS)
    buckets = 1 + (hashes % np.uint64(GRAM_BUCKETS - 1)).astype(np.int64)
    grams = sp.csr_matrix(
        (np.ones(len(owner), np.float32), (owner, buckets)), (len(corpus.words), GRAM_BUCKETS)
    )
    keep = corpus.owner % 4 == 0
    texts = sp.csr_matrix(
        (np.ones(int(keep.sum()), np.float32), (corpus.owner[keep] // 4, corpus.flat[keep])),
        (int(corpus.owner[-1]) // 4 + 1, len(corpus.words)),
    )
    texts.data[:] = 1
    spread = np.zeros(GRAM_BUCKETS)
    for start in range(0, texts.shape[0], 2000):
        block = texts[start : start + 2000] @ grams
        spread += np.bincount(block.indices, minlength=GRAM_BUCKETS)
    return np.asarray(np.log(texts.shape[0] / (1 + spread)), dtype=np.float16)


#: News sources that the background is drawn from, and every how many rows.
BACKGROUND = {"isna": 100, "fars": 40, "varzesh3": 250, "namnak": 50}


def _background_items(corpora: Corpora) -> list[tuple[str, str]]:
    """Return a fixed spread of news items, as head and body."""
    rows: list[dict[str, Any]] = []
    for source in corpora.news():
        rows += [*corpora.rows(source)][:: BACKGROUND[source]]
    return [item_parts(article_of(row)) for row in rows]


def _threads(corpora: Corpora, unseen: Collection[str]) -> list[tuple[str, str]]:
    rows = corpora.rows("forum_threads")
    return [(row["title"], row["body"]) for row in rows if row["id"] not in unseen]


def _quantised(vectors: Array) -> Array:
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    return np.asarray(np.rint(127 * vectors / largest), dtype=np.int8)


def _without_item_means(
    arrays: Mapping[str, Array], groups: list[list[tuple[str, str]]]
) -> dict[str, Array]:
    """Remove what all news items, and all questions, have in common: it is no subject."""
    lexis = Lexis(arrays)
    profiler = Profiler(lexis)
    means = []
    for items in groups:
        if items:
            means.append(np.mean([profiler.profile(*item).centre for item in items], axis=0))
    basis, _ = np.linalg.qr(np.stack(means, axis=1))
    result = dict(arrays)
    for name in ("vectors", "subject_centres"):
        rows = arrays[name].astype(np.float64)
        rows = _unit_length(rows)
        rows = _unit_length(rows - (rows @ basis) @ basis.T)
        result[name] = _quantised(rows) if name == "vectors" else rows.astype(np.float16)
    near = Lexis(result).vectors(np.arange(len(lexis.idf))) @ result["subject_centres"].T
    result["subject_spread"] = np.stack([near.mean(axis=0), near.std(axis=0)]).astype(np.float32)
    return result


def _background(arrays: Mapping[str, Array], items: list[tuple[str, str]]) -> dict[str, Array]:
    """Return how near each unit comes to items it has nothing to do with: mean and spread."""
    lexis = Lexis(arrays)
    profiler = Profiler(lexis)
    vectors = lexis.vectors(np.arange(len(lexis.idf)))
    five, one, centre = [], [], []
    for item in items:
        profile = profiler.profile(*item)
        if len(profile.strong) < NEAR:
            continue
        near = vectors @ profile.strong.T
        five.append(np.partition(near[:, :NEAR], NEAR - 5, axis=1)[:, -5:].mean(axis=1))
        one.append(near.max(axis=1))
        centre.append(vectors @ profile.centre)
    columns = []
    for values in (five, one, centre):
        table = np.stack(values)
        columns += [table.mean(axis=0), np.maximum(table.std(axis=0), 0.02)]
    return {"background": np.stack(columns, axis=1).astype(np.float16)}


def vocabulary(corpora: Corpora, unseen: Collection[str], seed: int) -> dict[str, Array]:
    """Return all arrays but the combination's.

    Parameters
    ----------
    corpora : Corpora
    unseen : collection of str
        Ids of the forum threads that are kept for measuring.
    seed : int
        Seed of the decomposition.
    """
    arrays = _lexis(read_corpus(documents(corpora, unseen)), seed)
    items = _background_items(corpora)
    questions = _threads(corpora, unseen)
    arrays = _without_item_means(arrays, [items, questions])
    return {**arrays, **_background(arrays, items)}
