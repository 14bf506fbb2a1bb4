"""Off-topic: the comment is about something else than its item, or the comment it answers.

A comment is held only on positive evidence of another subject: words that belong together
with other subjects and keep no company with the item's words. Short and general reactions
carry no such evidence and score low. Every measure is a sum over the comment's words, so a
batch costs a few array operations per item, however many comments stand under it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.rules.base import Explanation, Reading, Scores
from moderation.rules.expectation import EXPECTED, Expectation
from moderation.text.lexis import Lexis, is_member
from moderation.text.profile import NEAR, Profile, Profiler
from moderation.text.vocabulary import Encoder
from moderation.types import Article, Rule

__all__ = ["FEATURES", "OffTopicRule", "item_parts"]

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]

#: Columns of the per-word measures; see `_measure`.
_WEIGHT, _KNOWN, _NEAR5, _NEAR1, _CENTRE, _SURPRISE, _COLD, _WARM, _SHARED = range(9)
_SHARED_WEIGHT, _UNSEEN_SHARED, _GRAM, _GRAM_NORM, _AREA, _HOME, _ABROAD, _GENERAL = range(9, 17)
_PLAIN_CENTRE, _SQUARE = 17, 18
_MEASURES = 19
#: Sums below this count of evidence are drawn towards nothing known.
_PRIOR = 8.0

#: What the combination is given for each comment.
FEATURES = (
    "near5", "near1", "centre", "surprise", "cold", "warm", "best", "worst", "shared",
    "shared_share", "unseen_shared", "grams", "home", "abroad", "area_share", "general_share",
    "words", "weight", "cold_sum", "item_length", "near5_sum", "centre_sum",
    "elsewhere", "at_home", "coherence", "top_home", "elsewhere_cold",
    "plain_centre", "plain_cosine", *EXPECTED,
)  # fmt: skip


class OffTopicRule:
    """The rule `off_topic`.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        As made by :func:`moderation.training.relevance.train_relevance`.
    """

    rule = Rule.OFF_TOPIC

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.lexis = Lexis(arrays)
        self._profiler = Profiler(self.lexis)
        self._expectation = Expectation(self.lexis, arrays)
        self._background = arrays["background"].astype(np.float32)
        self._arrays = arrays

    @property
    def encoders(self) -> Mapping[str, Encoder]:
        """Columns for the token table."""
        return self.lexis.encoders

    def score(self, reading: Reading) -> Scores:
        """Return the probability that each comment is about something else."""
        result = np.full(len(reading.texts), np.nan)
        sides = (
            {i: item_parts(a) for i, a in enumerate(reading.articles) if a is not None},
            {i: (c.reply_to, "") for i, c in enumerate(reading.comments) if c.reply_to},
        )
        for side in sides:
            held = [i for i, parts in side.items() if any(part.strip() for part in parts)]
            if held:
                scores = self._combine(self.features(reading, held, [side[i] for i in held]))
                # The better of the two counts: an answer belongs to what it answers.
                result[held] = np.fmin(result[held], scores)
        return result

    def features(
        self, reading: Reading, indices: list[int], items: list[tuple[str, str]]
    ) -> Floats:
        """Return one row of `FEATURES` for each of the comments `indices` under its item."""
        batch = reading.batch
        numbers: dict[tuple[str, str], int] = {}
        number = np.array([numbers.setdefault(item, len(numbers)) for item in items])
        lengths = batch.lengths[indices]
        total = int(lengths.sum())
        ends = np.cumsum(lengths)
        places = np.arange(total) - np.repeat(ends - lengths, lengths)
        rows = batch.rows[places + np.repeat(batch.starts[indices], lengths)]
        span = int(rows.max(initial=0)) + 1
        pairs, inverse = np.unique(np.repeat(number, lengths) * span + rows, return_inverse=True)
        whose, row = np.divmod(pairs, span)
        measures = np.zeros((len(pairs), _MEASURES), dtype=np.float32)
        item_lengths = np.zeros(len(numbers), dtype=np.float32)
        subjects = np.zeros((len(numbers), len(self.lexis.subject_names)), dtype=np.float32)
        directions = np.zeros((len(numbers), self._expectation.dimensions))
        edges = np.searchsorted(whose, np.arange(len(numbers) + 1))
        columns = {name: batch.columns[name] for name in self.encoders}
        for item, n in numbers.items():
            profile = self._profiler.profile(*item)
            part = slice(int(edges[n]), int(edges[n + 1]))
            units = columns["relevance"][row[part]]
            keys = columns["relevance_key"][row[part]]
            grams = columns["relevance_grams"][row[part]]
            measures[part] = self._measure(profile, units, keys, grams)
            item_lengths[n] = profile.length
            subjects[n] = profile.subjects
            directions[n] = Expectation.item(profile.centre)
        starts = ends - lengths
        areas = np.add.reduceat(columns["relevance_areas"][rows].astype(np.float32), starts, axis=0)
        tokens = measures[inverse]
        # For explanations; the item stands before the comment that is answered.
        kept: dict[int, Floats] = reading.shared.setdefault("off_topic", {})
        for index, start, end in zip(indices, starts.tolist(), ends.tolist()):
            kept.setdefault(index, tokens[start:end])
        pooled = _pool(tokens, starts, item_lengths[number], areas, subjects[number])
        units, keys = columns["relevance"][rows], columns["relevance_key"][rows]
        expected = self._expectation.measure(units, keys, starts, directions[number])
        return np.hstack([pooled, expected.astype(np.float32)])

    def _measure(self, profile: Profile, units: Array, keys: Array, grams: Array) -> Floats:
        """Measure each word against the item: all that a comment's sums need."""
        lexis = self.lexis
        out = np.zeros((len(units), _MEASURES), dtype=np.float32)
        general = (keys & np.uint64(1)).astype(np.float32)
        out[:, _GENERAL] = general
        shared_key = is_member(keys, profile.keys) & (keys > 0)
        out[:, _GRAM] = (profile.grams[grams] * lexis.gram_idf[grams]).sum(axis=1)
        out[:, _GRAM_NORM] = (lexis.gram_idf[grams] ** 2).sum(axis=1)
        known = np.flatnonzero(units >= 0)
        out[:, _UNSEEN_SHARED] = shared_key & (units < 0)
        if not len(known):
            return out
        unit = units[known]
        vectors = lexis.vectors(unit)
        base = self._background[unit]
        weight = lexis.idf[unit] * (1 - 0.7 * general[known])
        five: Array
        one: Array
        if len(profile.strong):
            near = vectors @ profile.strong[:NEAR].T
            top = min(5, near.shape[1])
            five = np.partition(near, near.shape[1] - top, axis=1)[:, -top:].mean(axis=1)
            one = (vectors @ profile.strong.T).max(axis=1)
        else:
            five, one = base[:, 0], base[:, 2]
        surprise = (five - base[:, 0]) / base[:, 1]
        shared = (is_member(unit, profile.units) | shared_key[known]).astype(np.float32)
        areas = lexis.subjects[unit] * (1 - general[known])[:, None]
        has_area = areas.max(axis=1)
        home = (areas * profile.subjects).max(axis=1)
        rows = np.zeros((len(known), _MEASURES), dtype=np.float32)
        rows[:, _WEIGHT] = weight
        rows[:, _KNOWN] = 1
        rows[:, _NEAR5] = weight * (five - base[:, 0])
        rows[:, _NEAR1] = weight * (one - base[:, 2]) / base[:, 3]
        rows[:, _CENTRE] = weight * (vectors @ profile.centre - base[:, 4]) / base[:, 5]
        rows[:, _PLAIN_CENTRE] = weight * (vectors @ profile.centre)
        rows[:, _SQUARE] = weight**2
        rows[:, _SURPRISE] = weight * surprise
        # Words that news seldom has anywhere near cannot tell: topical words weigh more.
        rows[:, _COLD] = weight * base[:, 1] * np.minimum(surprise, 0)
        rows[:, _WARM] = weight * np.maximum(surprise - 1, 0)
        rows[:, _SHARED] = shared
        rows[:, _SHARED_WEIGHT] = shared * weight
        rows[:, _AREA] = has_area * weight
        rows[:, _HOME] = home * weight
        rows[:, _ABROAD] = (has_area - home) * weight
        for column in (_GENERAL, _UNSEEN_SHARED, _GRAM, _GRAM_NORM):
            rows[:, column] = out[known, column]
        out[known] = rows
        return out

    def _combine(self, features: Floats) -> npt.NDArray[np.float64]:
        """Turn features into a probability."""
        arrays = self._arrays
        scaled = (features - arrays["scale_mean"]) / arrays["scale_std"]
        np.clip(scaled, -4, 4, out=scaled)
        logit = scaled.astype(np.float64) @ arrays["weights"].astype(np.float64)
        slope, offset = arrays["calibration"].astype(np.float64)
        return np.asarray(1 / (1 + np.exp(-(slope * logit + offset))))

    def explain(self, reading: Reading, index: int) -> Explanation:
        """Return the subject the comment seems to be about, and the words that say so.

        They are those that :meth:`score` measured, which comes first.
        """
        lexis = self.lexis
        article, reply = reading.articles[index], reading.comments[index].reply_to
        has_item = article is not None and any(part.strip() for part in item_parts(article))
        item = item_parts(article) if article is not None and has_item else (reply or "", "")
        profile = self._profiler.profile(*item)
        tokens = reading.tokens(index)
        rows = reading.batch.rows[reading.batch.slice(index)]
        columns = reading.batch.columns
        units = columns["relevance"][rows]
        measures: Floats = reading.shared["off_topic"][index]
        apart = (measures[:, _SHARED] == 0) & (measures[:, _GENERAL] == 0)
        evidence = apart * (measures[:, _ABROAD] - measures[:, _COLD])
        known = units >= 0
        abroad = (measures[:, _ABROAD] * apart)[known]
        votes = (abroad @ lexis.subjects[units[known]]) * (1 - profile.subjects)
        reason = lexis.subject_names[int(votes.argmax())] if votes.max() > 0 else "other_subject"
        limit = max(0.5 * float(evidence.max(initial=0)), 1e-3)
        spans = [(t.start, t.end) for t, e in zip(tokens, evidence) if e >= limit]
        return Explanation(reason, tuple(spans))


def item_parts(article: Article) -> tuple[str, str]:
    """Return what is read of an item: title, lead and tags, and the body."""
    head = "\n".join((article.title, article.lead, " ".join(article.tags)))
    return head, article.body


def _pool(
    tokens: Floats, starts: Array, item_lengths: Floats, areas: Floats, home: Floats
) -> Floats:
    """Sum the words' measures over each comment."""
    sums = np.add.reduceat(tokens, starts, axis=0)
    highest = np.maximum.reduceat(tokens, starts, axis=0)
    lowest = np.minimum.reduceat(tokens, starts, axis=0)
    weight = sums[:, _WEIGHT] + _PRIOR
    counts = np.diff(np.append(starts, len(tokens))).astype(np.float32)
    elsewhere = (areas * (1 - home) ** 2).max(axis=1)
    total = areas.sum(axis=1) + _PRIOR
    top = areas.argmax(axis=1)
    near = sums[:, _NEAR5] / weight
    columns = (
        sums[:, _NEAR5] / weight,
        sums[:, _NEAR1] / weight,
        sums[:, _CENTRE] / weight,
        sums[:, _SURPRISE] / weight,
        sums[:, _COLD] / weight,
        sums[:, _WARM] / weight,
        highest[:, _SURPRISE],
        lowest[:, _SURPRISE],
        np.log1p(sums[:, _SHARED]),
        sums[:, _SHARED_WEIGHT] / weight,
        np.log1p(sums[:, _UNSEEN_SHARED]),
        sums[:, _GRAM] / np.sqrt(sums[:, _GRAM_NORM] + 30.0),
        np.log1p(sums[:, _HOME]),
        np.log1p(sums[:, _ABROAD]),
        sums[:, _AREA] / weight,
        sums[:, _GENERAL] / counts,
        np.log1p(sums[:, _KNOWN]),
        np.log1p(sums[:, _WEIGHT]),
        sums[:, _COLD],
        np.log1p(item_lengths),
        np.sign(sums[:, _NEAR5]) * np.log1p(np.abs(sums[:, _NEAR5])),
        np.sign(sums[:, _CENTRE]) * np.log1p(np.abs(sums[:, _CENTRE])),
        np.log1p(elsewhere),
        (areas * home).sum(axis=1) / total,
        areas.max(axis=1) / weight,
        home[np.arange(len(home)), top] * np.minimum(areas.max(axis=1), 10.0),
        np.log1p(elsewhere) * np.minimum(near, 0.1),
        sums[:, _PLAIN_CENTRE] / weight,
        sums[:, _PLAIN_CENTRE] / np.sqrt(sums[:, _SQUARE] + 100.0),
    )
    return np.asarray(np.stack(columns, axis=1), dtype=np.float32)
