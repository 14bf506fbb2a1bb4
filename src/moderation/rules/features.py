"""What the abuse rules measure of a comment: n-gram weights, word classes, and their company.

Two layers. The first is linear: every distinct token carries, per head, the sum of the
weights of its character n-grams and of the word itself (one row of the token table), and
pairs of neighbouring words add theirs. The second looks at how those weights lie in the
comment (their sum, the strongest word, the strongest pair) and at lexicon classes in
context: inside quotation marks, denied, beside a target, in a question. `dense` returns the
second layer's inputs; a small network on them is the rule's score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from moderation.lexicon.store import CLASSES, Lexicon, bit
from moderation.rules.base import Reading
from moderation.rules.context import CONTEXT, SIGNS, Facts, measure_context
from moderation.rules.weights import WeightTable
from moderation.text.ngrams import char_ngrams, finalise, word_hashes
from moderation.text.phrases import PhraseTable, Words
from moderation.text.tokens import Kind
from moderation.text.unmask import Unmasker
from moderation.text.vocabulary import Analysis, Array, Encoder

__all__ = [
    "HEADS",
    "AbuseFeatures",
    "Signs",
    "SiteTerms",
    "feature_names",
    "token_buckets",
    "word_form",
]

#: Outputs of the linear layer, in the order of the stored weights' columns. Each is learnt
#: twice: on features scaled by log-count ratio, which is best where examples are many, and
#: by inverse document frequency, which is best where they are few.
HEADS = (
    "offensive", "insult", "accusation", "hate", "threat",
    "offensive:idf", "insult:idf", "accusation:idf", "hate:idf", "threat:idf",
)  # fmt: skip
ORDERS = (2, 3, 4, 5)
_WORD_SALT = 99
_FORMS = {Kind.NUMBER: "0", Kind.LINK: "http", Kind.MAIL: "mail", Kind.MENTION: "@"}
_TARGET = bit("target_person", "target_org")
_STATISTICS = ("sum", "peak", "pair_peak", "trough", "positive")
_MOST_OF_A_CLASS = 3.0
_CLASS_BITS = np.arange(len(CLASSES), dtype=np.uint32)


def word_form(analysis: Analysis, unmasker: Unmasker) -> str:
    """Return the text whose n-grams stand for a token: the undisguised word, or its kind."""
    if analysis.kind == Kind.MENTION and not analysis.folded.isascii():
        # «@شغال»: the sign may stand for a letter.
        return unmasker.unmask_token(analysis.folded, Kind.PERSIAN)
    if analysis.kind in _FORMS:
        return _FORMS[analysis.kind]
    if analysis.kind in (Kind.MARK, Kind.EMOJI):
        return analysis.folded[:1] or " "
    return unmasker.unmask_token(analysis.folded, analysis.kind) or " "


def token_buckets(
    forms: Sequence[str], bits: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the hashed features of tokens: their n-grams and the word itself.

    Returns
    -------
    owner, bucket : ndarray of int64, shape (n_features,)
        Token index, and the feature's row in a table of ``2**bits`` weights.
    """
    owner, grams = char_ngrams(forms, ORDERS)
    words, _ = word_hashes(forms)
    owner = np.concatenate([owner, np.arange(len(forms))])
    hashes = np.concatenate([grams, finalise(words, _WORD_SALT)])
    return owner, (hashes >> np.uint64(64 - bits)).astype(np.int64)


def pair_buckets(hashes: npt.NDArray[np.uint64], bits: int) -> npt.NDArray[np.int64]:
    """Return the bucket of neighbouring words; the same as if they were written together."""
    return (finalise(hashes, _WORD_SALT) >> np.uint64(64 - bits)).astype(np.int64)


def feature_names() -> list[str]:
    """Return the names of `AbuseFeatures.dense`'s columns."""
    names = [f"{head}:{statistic}" for statistic in _STATISTICS for head in HEADS]
    names += [f"count:{name}" for name in CLASSES]
    return [*names, *CONTEXT, "features"]


@dataclass(frozen=True)
class Signs:
    """Per-token facts of a batch that scoring and explaining share.

    Attributes
    ----------
    masks : ndarray of uint32, shape (n_tokens,)
        Lexicon classes, phrases included.
    weights : ndarray of float32, shape (n_tokens, n_heads)
        Each token's own weight with that of the pair it ends.
    quoted : ndarray of bool, shape (n_tokens,)
        Whether the token stands between quotation marks or brackets.
    """

    masks: npt.NDArray[np.uint32]
    weights: npt.NDArray[np.float32]
    quoted: npt.NDArray[np.bool_]


class SiteTerms:
    """Words and names that a site's policy gives a meaning of its own.

    Parameters
    ----------
    allow : sequence of str
        Words and phrases that never count against a comment.
    persons, organisations : sequence of str
        Names that count as targets of a charge.
    """

    def __init__(
        self,
        allow: Sequence[str] = (),
        persons: Sequence[str] = (),
        organisations: Sequence[str] = (),
    ) -> None:
        self._allow = PhraseTable.of_terms(dict.fromkeys(allow, 1))
        targets = dict.fromkeys(persons, bit("target_person"))
        targets |= dict.fromkeys(organisations, bit("target_org"))
        self._targets = PhraseTable.of_terms(targets)

    def find(self, words: Words) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.uint32]]:
        """Return which words are allowed, and the target classes of each word."""
        none = np.zeros(len(words.hashes), dtype=np.uint32)
        allowed = self._allow.mark(words, none, smallest=1) != 0
        return allowed, self._targets.mark(words, none, smallest=1)


class AbuseFeatures:
    """Measures comments for the abuse rules.

    Parameters
    ----------
    weights : WeightTable
        The linear layer.
    lexicon : Lexicon
        Word classes.
    unmasker : Unmasker
        Undoes disguises.
    site : SiteTerms
        Words that the site's policy allows or protects.
    """

    def __init__(
        self,
        weights: WeightTable,
        lexicon: Lexicon,
        unmasker: Unmasker,
        site: SiteTerms | None = None,
    ) -> None:
        self.bits = weights.bits
        self._weights = weights
        self._lexicon = lexicon
        self.unmasker = unmasker
        self._phrases = PhraseTable(*lexicon.phrases, lexicon.guards)
        self._site = site or SiteTerms()
        self._latest: tuple[Sequence[Analysis], list[str]] = ((), [])

    @property
    def encoders(self) -> Mapping[str, Encoder]:
        """Columns of the token table: weights, word hash, word length, classes, kind, sign."""
        return {
            "abuse": self._encode_weights,
            "word": lambda found: word_hashes(self._forms(found))[0],
            "word_length": lambda found: word_hashes(self._forms(found))[1],
            "classes": self._encode_classes,
            "kind": lambda found: np.array([a.kind for a in found], dtype=np.uint8),
            "sign": lambda found: np.array(
                [SIGNS.get(a.folded[:1], 0) for a in found], dtype=np.uint8
            ),
        }

    def _forms(self, found: Sequence[Analysis]) -> list[str]:
        # The table asks every encoder about the same tokens in turn: undisguise them once.
        tokens, forms = self._latest
        if tokens is not found:
            forms = [word_form(analysis, self.unmasker) for analysis in found]
            self._latest = (found, forms)
        return forms

    def _encode_weights(self, found: Sequence[Analysis]) -> Array:
        forms = self._forms(found)
        owner, bucket = token_buckets(forms, self.bits)
        rows = np.zeros((len(forms), len(HEADS) + 1), dtype=np.float32)
        values = self._weights.take(bucket)
        for head in range(len(HEADS)):
            rows[:, head] = np.bincount(owner, values[:, head], minlength=len(forms))
        rows[:, -1] = np.bincount(owner, minlength=len(forms))
        return rows

    def _encode_classes(self, found: Sequence[Analysis]) -> Array:
        masks = [self._lexicon.mask(form) for form in self._forms(found)]
        return np.array(masks, dtype=np.uint32)

    def words(self, reading: Reading) -> Words:
        """Return the batch's words, without signs and emoji."""
        batch = reading.batch
        kind = batch.column("kind")
        is_word = (kind <= Kind.NUMBER) | (kind == Kind.MENTION)
        position = np.flatnonzero(is_word)
        rows = batch.rows[position]
        return Words(
            position,
            batch.owner[position],
            batch.columns["word"][rows],
            batch.columns["word_length"][rows],
        )

    def dense(self, reading: Reading) -> npt.NDArray[np.float32]:
        """Return the second layer's inputs, shape (n_comments, n_features).

        The columns are named by :func:`feature_names`. The per-token facts are kept in
        ``reading.shared["signs"]`` for explanations.
        """
        batch = reading.batch
        words = self.words(reading)
        own = batch.column("abuse")
        allowed, protected = self._site.find(words)
        own[words.position[allowed]] = 0.0
        second, joined = words.pairs()
        pair = self._weights.take(pair_buckets(joined, self.bits))
        pair[allowed[second] | allowed[second - 1]] = 0.0
        at, before = words.position[second], words.position[second - 1]

        # A word said twice counts once, as in a binary bag of words.
        owner = batch.owner
        _, first_seen = np.unique(owner.astype(np.int64) << 32 | batch.rows, return_index=True)
        once = np.zeros(len(owner), dtype=bool)
        once[first_seen] = True

        heads = own[:, :-1]
        total = batch.sum(np.where(once[:, None], own, 0.0))
        paired = np.zeros((len(owner), len(HEADS)), dtype=np.float32)
        paired[at] = pair
        total[:, :-1] += batch.sum(paired)
        count = np.maximum(total[:, -1] + np.bincount(owner[at], minlength=len(batch)), 1.0)
        root = np.sqrt(count)[:, None]
        company = heads + paired
        company[at] += heads[before]
        positive = batch.sum(np.where(once[:, None], np.maximum(heads, 0.0), 0.0))
        statistics = [
            total[:, :-1] / root,
            np.maximum.reduceat(heads, batch.starts),
            np.maximum.reduceat(company, batch.starts),
            np.minimum.reduceat(heads, batch.starts),
            positive / root,
        ]
        masks = batch.column("classes").copy()
        found = self._phrases.mark(words, masks[words.position]) | protected
        found[allowed] &= _TARGET
        masks[words.position] = found
        facts = Facts(batch, masks)
        reading.shared["signs"] = Signs(masks, heads + paired, facts.quoted)
        flags = masks[:, None] >> _CLASS_BITS & np.uint32(1)
        counts = np.minimum(batch.sum(flags.astype(np.float32)), _MOST_OF_A_CLASS)
        parts = [*statistics, counts, measure_context(facts), np.log(count)[:, None]]
        return np.hstack(parts).astype(np.float32)
