"""The linear layers: logistic regression on hashed features, per head.

Each feature is scaled, by its smoothed log-count ratio (Wang and Manning, 2012, "Baselines
and Bigrams") or by its inverse document frequency, before a scikit-learn logistic
regression; the product of scale and coefficient is the stored weight. A constant per source
lets every source keep its own rate of offence without teaching it to the words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from moderation.rules.base import Reading
from moderation.rules.features import AbuseFeatures, word_form
from moderation.rules.letters import pair_buckets, token_buckets
from moderation.text.vocabulary import Batch, TokenTable, analyse

__all__ = ["Corpus", "fit_head", "letters_corpus", "shape_corpus"]

_RATIO_STRENGTH = 10.0
_IDF_STRENGTH = 0.15
_SMOOTHING = 0.5
_MIN_DOCUMENTS = 2


@dataclass(frozen=True)
class Corpus:
    """Comments as a sparse matrix.

    Attributes
    ----------
    scaled : csr_matrix of float32, shape (n_comments, 2**bits)
        Feature counts over the root of their number, as the moderator scores them; of letters
        each token counts once.
    present : csr_matrix, the same shape
        The same, as zeros and ones.
    """

    scaled: Any
    present: Any


def letters_corpus(reading: Reading, table: TokenTable, features: AbuseFeatures) -> Corpus:
    """Turn comments into the rows of letters that :meth:`AbuseFeatures.dense` sums over.

    Parameters
    ----------
    reading : Reading
        A batch of `table`.
    table : TokenTable
    features : AbuseFeatures

    Returns
    -------
    Corpus
    """
    words = features.words(reading)
    second, joined = words.pairs()
    shape = (len(reading.batch), 1 << features.letters.bits)
    pairs = _ones(words.owner[second], pair_buckets(joined, features.letters.bits), shape)
    tokens = _once_each(reading.batch, len(table)) @ _token_matrix(table, features, shape[1])
    return _corpus((tokens + pairs).tocsr())


def shape_corpus(reading: Reading, features: AbuseFeatures) -> Corpus:
    """Turn comments into the rows that :meth:`Syntax.measure` sums over."""
    masks = features.masks(reading, features.words(reading))
    owner, bucket = features.syntax.buckets(reading.batch, masks, np.zeros(0, dtype=np.int64))
    shape = (len(reading.batch), 1 << features.syntax.bits)
    return _corpus(_ones(owner, bucket, shape))


def _corpus(counts: Any) -> Corpus:
    number = np.maximum(np.asarray(counts.sum(axis=1)).ravel(), 1.0)
    present = counts.copy()
    present.data = np.ones_like(present.data)
    scaled = (sp.diags(1.0 / np.sqrt(number)) @ counts).tocsr().astype(np.float32)
    return Corpus(scaled, present)


def _ones(rows: npt.NDArray[Any], columns: npt.NDArray[Any], shape: tuple[int, int]) -> Any:
    return sp.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)


def _once_each(batch: Batch, n_tokens: int) -> Any:
    matrix = _ones(batch.owner, batch.rows, (len(batch), n_tokens))
    matrix.data = np.ones_like(matrix.data)
    return matrix


def _token_matrix(table: TokenTable, features: AbuseFeatures, size: int) -> Any:
    forms = [word_form(analyse(token), features.unmasker) for token in table.tokens()]
    owner, bucket = token_buckets(forms, features.letters.bits)
    return _ones(owner, bucket, (len(forms), size))


def fit_head(
    corpus: Corpus,
    rows: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64],
    sources: npt.NDArray[np.int64],
    *,
    by_ratio: bool,
) -> npt.NDArray[np.float32]:
    """Fit one head.

    Parameters
    ----------
    corpus : Corpus
    rows : ndarray of int64, shape (n,)
        Comments to learn from.
    labels, weights, sources : ndarray, shape (n,)
        Label 0 or 1, weight, and number of the source of each of `rows`.
    by_ratio : bool
        Scale features by log-count ratio; by inverse document frequency otherwise.

    Returns
    -------
    ndarray of float32, shape (2**bits,)
        The weight of every bucket; 0 where too few comments have it.
    """
    present = corpus.present[rows]
    documents = np.asarray(present.sum(axis=0)).ravel()
    if by_ratio:
        scale, strength = _log_count_ratio(present, labels, weights), _RATIO_STRENGTH
    else:
        scale, strength = np.log((len(rows) + 1) / (documents + 1)) + 1, _IDF_STRENGTH
    scale = np.where(documents < _MIN_DOCUMENTS, 0.0, scale).astype(np.float32)
    constants = _ones(np.arange(len(rows)), sources, (len(rows), int(sources.max()) + 1))
    inputs = sp.hstack([corpus.scaled[rows] @ sp.diags(scale), constants])
    model = LogisticRegression(C=strength, max_iter=60)
    model.fit(inputs.tocsr(), labels, sample_weight=weights)
    return np.asarray(scale * model.coef_[0][: len(scale)], dtype=np.float32)


def _log_count_ratio(
    present: Any, labels: npt.NDArray[np.int64], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    def count(label: int) -> npt.NDArray[np.float64]:
        chosen = sp.diags(weights * (labels == label)) @ present
        return _SMOOTHING + np.asarray(chosen.sum(axis=0)).ravel()

    yes, no = count(1), count(0)
    return np.log((yes / yes.sum()) / (no / no.sum()))
