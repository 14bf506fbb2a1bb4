"""Train the `off_topic` rule: word vectors from the corpora, then a model of real pairs.

The combination is fitted on comments under their own and under other items, and on forum
replies under their own and under other questions. Figures are measured on items and threads
that neither the vectors nor the model have seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from moderation.rules.base import Reading
from moderation.rules.off_topic import FEATURES, OffTopicRule, item_parts
from moderation.text.vocabulary import TokenTable
from moderation.training.expectation import (
    Belonging,
    Pointing,
    fit_expectation,
    item_comments,
    news_sentences,
)
from moderation.training.relevance_corpus import article_of
from moderation.training.relevance_vectors import vocabulary
from moderation.training.sources import Corpora
from moderation.types import Comment

__all__ = ["train_relevance"]

Array = npt.NDArray[Any]


@dataclass
class _Pairs:
    """Comments under items: `label` is 1 under an item that is not its own."""

    texts: list[str]
    items: list[tuple[str, str]]
    label: Array
    group: Array
    kind: Array


def _collect(rows: list[tuple[str, tuple[str, str], int, str, str]]) -> _Pairs:
    texts, items, label, group, kind = zip(*rows) if rows else ((), (), (), (), ())
    named = (np.array(group, dtype=str), np.array(kind, dtype=str))
    return _Pairs(list(texts), list(items), np.array(label, dtype=np.int64), *named)


def _written_pairs(corpora: Corpora, seed: int) -> _Pairs:
    """Pair each written comment with its own item, four others, and two of the same section."""
    rng = np.random.default_rng(seed)
    rows = [*corpora.rows("articles")]
    items = {row["article_id"]: item_parts(article_of(row)) for row in rows}
    section = {row["article_id"]: (row["category"], row["outlet"]) for row in rows}
    pairs = []
    for row in corpora.rows("authored"):
        own, text, kind = row["article_id"], row["text"], row["kind"]
        pairs.append((text, items[own], 0, own, kind))
        others = [key for key in items if key != own]
        near = [key for key in others if section[key] == section[own]] or others
        pairs += [(text, items[k], 1, own, kind) for k in rng.choice(others, 4, replace=False)]
        pairs += [(text, items[k], 1, own, "near_" + kind) for k in rng.choice(near, 2)]
    return _collect(pairs)


def _item_pairs(corpora: Corpora, seed: int) -> _Pairs:
    """Pair our own comments under news as `_written_pairs` does."""
    rng = np.random.default_rng(seed)
    comments = item_comments(corpora)
    items = {digest: item for _, item, digest, _, _ in comments}
    section = {digest: section for _, _, digest, _, section in comments}
    pairs: list[tuple[str, tuple[str, str], int, str, str]] = []
    for text, item, own, kind, _ in comments:
        pairs.append((text, item, 0, own, kind))
        others = [key for key in items if key != own]
        near = [key for key in others if section[key] == section[own]] or others
        if others:
            pairs += [(text, items[k], 1, own, kind) for k in rng.choice(others, 4)]
            pairs += [(text, items[k], 1, own, "near_" + kind) for k in rng.choice(near, 2)]
    return _collect(pairs)


def _says(pairs: _Pairs, chosen: Array) -> Array:
    """Return which of the chosen texts stand under their own item and say what it is about."""
    return np.asarray((pairs.label == 0) & chosen & ~_everywhere(pairs))


def _forum_pairs(corpora: Corpora, seed: int) -> _Pairs:
    """Pair forum replies with their own thread's question and with two others."""
    rng = np.random.default_rng(seed)
    threads = [*corpora.rows("forum_threads")]
    items = [(thread["title"], thread["body"]) for thread in threads]
    pairs = []
    for own, thread in enumerate(threads):
        for reply in thread["comments"][:REPLIES]:
            if len(reply["text"]) < 2:
                continue
            pairs.append((reply["text"], items[own], 0, thread["id"], "reply"))
            pairs += [
                (reply["text"], items[k], 1, thread["id"], "reply")
                for k in rng.choice(len(threads), 2)
                if k != own
            ]
    return _collect(pairs)


#: Replies read of each thread.
REPLIES = 25


def _features(rule: OffTopicRule, pairs: _Pairs) -> Array:
    """Return the features of each text under its item."""
    texts = pairs.texts
    if not texts:
        return np.zeros((0, len(FEATURES)), dtype=np.float32)
    table = TokenTable(rule.encoders)
    reading = Reading(
        [Comment(text) for text in texts], texts, [None] * len(texts), table.batch(texts)
    )
    return np.asarray(rule.features(reading, list(range(len(texts))), pairs.items))


def _map_fold(pairs: _Pairs) -> Array:
    """Return which fit of the map leaves each pair's item or thread out."""
    folds = [crc32(group.encode()) % MAP_FOLDS for group in pairs.group.tolist()]
    return np.array(folds, dtype=np.int64)


#: Fits of the map, each of which leaves out a part of the items and threads.
MAP_FOLDS = 4


def _expected(
    arrays: Mapping[str, Array], news: Sequence[Belonging], forum: _Pairs, ours: _Pairs, seen: Array
) -> tuple[dict[str, Array], Array, Array]:
    """Fit the map, and return it with the features of forum replies and our own comments.

    Features of what the map is fitted on come from a fit without their item or thread: a map
    knows the texts that it was fitted on too well, and the combination would come to trust it
    more than it deserves. `seen` says which forum pairs may teach; the others' features are of
    the map itself.
    """
    belonging, fold = [*news], [np.full(len(news), -1)]
    written: list[Belonging] = []
    for pairs, chosen, kept in ((forum, seen, belonging), (ours, _usable(ours), written)):
        says = _says(pairs, chosen)
        kept += [(pairs.texts[i], pairs.items[i]) for i in np.flatnonzero(says)]
        fold.append(_map_fold(pairs)[says])
    pointing, left_out = Pointing(arrays, belonging, written), np.concatenate(fold)
    whole = fit_expectation(pointing)
    found = [np.zeros((len(p.texts), len(FEATURES)), np.float32) for p in (forum, ours)]
    found[0][~seen] = _features(OffTopicRule({**arrays, **whole}), _subset(forum, ~seen))
    for number in range(MAP_FOLDS):
        rule = OffTopicRule({**arrays, **fit_expectation(pointing, left_out != number)})
        for pairs, into, chosen in zip(
            (forum, ours), found, (seen, np.ones(len(ours.texts), bool))
        ):
            part = chosen & (_map_fold(pairs) == number)
            into[part] = _features(rule, _subset(pairs, part))
    return whole, found[0], found[1]


def _fit(features: Array, label: Array, weight: Array) -> dict[str, Array]:
    """Fit the combination; its offset is settled by `_calibrate`."""
    from sklearn.linear_model import LogisticRegression

    mean, std = features.mean(axis=0), features.std(axis=0) + 1e-6
    scaled = np.clip((features - mean) / std, -4, 4)
    model = LogisticRegression(C=0.1, max_iter=1000, class_weight="balanced")
    model.fit(scaled, label, sample_weight=weight)
    return {
        "scale_mean": mean.astype(np.float32),
        "scale_std": std.astype(np.float32),
        "weights": model.coef_[0].astype(np.float32),
        "calibration": np.array([1.0, float(model.intercept_[0])], np.float32),
    }


def _logit(features: Array, fitted: Mapping[str, Array]) -> Array:
    scaled = np.clip((features - fitted["scale_mean"]) / fitted["scale_std"], -4, 4)
    return np.asarray(scaled @ fitted["weights"] + fitted["calibration"][1], dtype=np.float64)


def _usable(pairs: _Pairs) -> Array:
    """Return which pairs teach: not adverts, nor general reactions under other items.

    Adverts belong nowhere and general reactions everywhere; another item of the same section
    is often a neighbouring subject, which is no break of the rule.
    """
    advert = np.char.find(pairs.kind, "spam") >= 0
    return np.asarray(~(advert | (_everywhere(pairs) & (pairs.label == 1)) | _near(pairs)))


def _everywhere(pairs: _Pairs) -> Array:
    return np.asarray(np.char.find(pairs.kind, "generic") >= 0)


def _near(pairs: _Pairs) -> Array:
    return np.asarray(np.char.find(pairs.kind, "near_") >= 0)


def _calibrate(logit: Array, label: Array) -> Array:
    """Return slope and offset: Platt's slope, and 0.5 where `HELD` of the own would be held."""
    from sklearn.linear_model import LogisticRegression

    slope = float(LogisticRegression(C=1e3).fit(logit[:, None], label).coef_[0, 0])
    edge = float(np.quantile(logit[label == 0], 1 - HELD))
    return np.array([slope, -slope * edge], np.float32)


#: Share of comments under their own item that the default threshold may hold.
HELD = 0.011


def _cross_validated(features: Array, pairs: _Pairs, more: Array, more_label: Array) -> Array:
    """Return each written pair's logit from a model that has not seen its item."""
    groups = np.unique(pairs.group)
    fold_of = {group: i % FOLDS for i, group in enumerate(groups)}
    fold = np.array([fold_of[group] for group in pairs.group])
    logit = np.zeros(len(fold))
    for number in range(FOLDS):
        inside = (fold != number) & _usable(pairs)
        fitted = _fit(*_stack(features[inside], pairs.label[inside], more, more_label))
        logit[fold == number] = _logit(features[fold == number], fitted)
    return logit


FOLDS = 5
#: A written pair counts as much as this many forum pairs.
WRITTEN_WEIGHT = 2.0


def _stack(x: Array, y: Array, more: Array, more_y: Array) -> tuple[Array, Array, Array]:
    weight = np.append(np.full(len(y), WRITTEN_WEIGHT), np.ones(len(more_y)))
    return np.vstack([x, more]), np.append(y, more_y), weight


def _measure(logit: Array, pairs: _Pairs, calibration: Array) -> dict[str, Any]:
    """Return ranking and shares held at 0.5, by kind."""
    from sklearn.metrics import roc_auc_score

    far = ~_near(pairs)
    held = logit * calibration[0] + calibration[1] >= 0
    own, other = far & (pairs.label == 0), far & (pairs.label == 1)
    result: dict[str, Any] = {
        "n_own": int(own.sum()),
        "n_other": int(other.sum()),
        "auc": float(roc_auc_score(pairs.label[far], logit[far])),
        "own_held": float(held[own].mean()),
        "other_held": float(held[other].mean()),
    }
    kinds = sorted(set(pairs.kind[own].tolist()))
    if len(kinds) > 1:
        result["own_held_by_kind"] = {k: float(held[own & (pairs.kind == k)].mean()) for k in kinds}
    words = np.array([len(text.split()) for text in pairs.texts])
    longer = far & (words >= 8)
    if len(set(pairs.label[longer].tolist())) == 2:
        result["auc_8_words"] = float(roc_auc_score(pairs.label[longer], logit[longer]))
    return result


def _subset(pairs: _Pairs, chosen: Array) -> _Pairs:
    places = np.flatnonzero(chosen)
    return _Pairs(
        [pairs.texts[i] for i in places],
        [pairs.items[i] for i in places],
        pairs.label[places],
        pairs.group[places],
        pairs.kind[places],
    )


def train_relevance(corpora: Corpora, seed: int = 0) -> tuple[dict[str, Array], dict[str, Any]]:
    """Train the `off_topic` rule.

    Parameters
    ----------
    corpora : Corpora
    seed : int
        Seed of every random choice.

    Returns
    -------
    arrays : dict of str to ndarray
        What :class:`moderation.rules.off_topic.OffTopicRule` is built from.
    metrics : dict
        Ranking and shares held: ``written`` by cross-validation over items, ``forum`` on a
        quarter of the threads that neither vectors nor model were trained on.
    """
    written, forum = _written_pairs(corpora, seed), _forum_pairs(corpora, seed)
    threads = np.unique(forum.group)
    unseen = set(threads[::4].tolist())
    kept_apart = np.isin(forum.group, list(unseen))
    news, ours = list(news_sentences(corpora, seed)), _item_pairs(corpora, seed)
    taught = _usable(ours)
    arrays = vocabulary(corpora, unseen, seed)
    fitted_map, more, most = _expected(arrays, news, forum, ours, ~kept_apart)
    x = _features(OffTopicRule({**arrays, **fitted_map}), written)
    seen_x = np.vstack([more[~kept_apart], most[taught]])
    seen_y = np.append(forum.label[~kept_apart], ours.label[taught])
    logit = _cross_validated(x, written, seen_x, seen_y)
    used = _usable(written)
    calibration = _calibrate(logit[used], written.label[used])
    fitted = _fit(*_stack(x[used], written.label[used], seen_x, seen_y))
    metrics = {
        "written": _measure(logit, written, calibration),
        "forum": _measure(
            _logit(more[kept_apart], fitted), _subset(forum, kept_apart), calibration
        ),
    }
    arrays = vocabulary(corpora, (), seed)
    fitted_map, more, most = _expected(arrays, news, forum, ours, np.ones(len(more), bool))
    arrays |= fitted_map
    x = _features(OffTopicRule(arrays), written)
    further = np.vstack([more, most[taught]]), np.append(forum.label, ours.label[taught])
    fitted = _fit(*_stack(x[used], written.label[used], *further))
    slope, offset = (float(value) for value in calibration)
    intercept = float(fitted["calibration"][1])
    fitted["calibration"] = np.array([slope, offset + slope * intercept], np.float32)
    return {**arrays, **fitted}, metrics
