"""What the abuse rules measure of a comment: n-gram weights, word classes, and their company.

Two layers. The first has three views of a comment: its letters (:mod:`moderation.rules.letters`),
its shape (:mod:`moderation.rules.syntax`) and its meaning (:mod:`moderation.rules.meaning`). The
second layer looks at how the letters' weights lie in the
comment (their sum, the strongest word, the strongest pair), at the other two views' scores, at
the grades of the words, and at lexicon classes in context: inside quotation marks, denied,
beside a target, in a question. `dense` returns the second layer's inputs; a small network on
them is the rule's score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from moderation.lexicon.grades import GRADES
from moderation.lexicon.store import CLASSES, Lexicon, bit
from moderation.rules.base import Reading
from moderation.rules.context import CONTEXT, SIGNS, Facts, measure_context
from moderation.rules.letters import HEADS, STATISTICS, Letters
from moderation.rules.meaning import MEANING_HEADS, Meaning
from moderation.rules.site_terms import SiteTerms
from moderation.rules.syntax import SYNTAX_HEADS, Syntax
from moderation.text.lexis import is_member
from moderation.text.names import ORGANISATION, PERHAPS, PERSON, Names
from moderation.text.ngrams import word_hashes
from moderation.text.phrases import PhraseTable, Words
from moderation.text.tokens import Kind
from moderation.text.unmask import Unmasker
from moderation.text.vocabulary import Analysis, Array, Batch, Encoder

__all__ = ["AbuseFeatures", "Signs", "feature_names", "word_form"]

_FORMS = {Kind.NUMBER: "0", Kind.LINK: "http", Kind.MAIL: "mail", Kind.MENTION: "@"}
_PERSON, _ORGANISATION = np.uint32(bit("target_person")), np.uint32(bit("target_org"))
_TARGET = _PERSON | _ORGANISATION
_MOST_OF_A_CLASS = 3.0
#: Hashes and lengths of words; the tokens last asked about, with their words and hashes.
_Hashed = tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]
_Latest = tuple[Sequence[Analysis], list[str], _Hashed]
_CLASS_BITS = np.arange(len(CLASSES), dtype=np.uint32)
_GRADE_BITS = np.arange(len(GRADES), dtype=np.uint32)


def word_form(analysis: Analysis, unmasker: Unmasker) -> str:
    """Return the text whose n-grams stand for a token: the undisguised word, or its kind."""
    if analysis.kind == Kind.MENTION and not analysis.folded.isascii():
        # «@شغال»: the sign may stand for a letter.
        return unmasker.words.behind(analysis.folded, Kind.PERSIAN)
    if analysis.kind in _FORMS:
        return _FORMS[analysis.kind]
    if analysis.kind in (Kind.MARK, Kind.EMOJI):
        return analysis.folded[:1] or " "
    return unmasker.words.behind(analysis.folded, analysis.kind) or " "


def feature_names() -> list[str]:
    """Return the names of `AbuseFeatures.dense`'s columns."""
    names = [f"{head}:{statistic}" for statistic in STATISTICS for head in HEADS]
    names += [f"count:{name}" for name in CLASSES]
    names += [f"grade:{name}" for name in GRADES] + [f"grade_share:{name}" for name in GRADES]
    names += [f"syntax:{head}" for head in SYNTAX_HEADS]
    names += [f"meaning:{head}" for head in MEANING_HEADS]
    return [*names, *CONTEXT, "features"]


@dataclass(frozen=True)
class Signs:
    """Per-token facts of a batch that scoring and explaining share.

    Attributes
    ----------
    masks : ndarray of uint32, shape (n_tokens,)
        Lexicon classes, phrases and names included.
    grades : ndarray of uint32, shape (n_tokens,)
        Grades of the words.
    weights : ndarray of float32, shape (n_tokens, n_heads)
        Each token's own weight with that of the pair it ends.
    quoted : ndarray of bool, shape (n_tokens,)
        Whether the token stands between quotation marks or brackets.
    """

    masks: npt.NDArray[np.uint32]
    grades: npt.NDArray[np.uint32]
    weights: npt.NDArray[np.float32]
    quoted: npt.NDArray[np.bool_]


class AbuseFeatures:
    """Measures comments for the abuse rules.

    Parameters
    ----------
    letters : Letters
    syntax : Syntax
    meaning : Meaning
        The three views.
    lexicon : Lexicon
        Word classes and grades.
    names : Names
        Names of persons and organisations, which are targets as offices are.
    unmasker : Unmasker
        Undoes disguises.
    site : SiteTerms
        Words that the site's policy allows or protects.
    """

    def __init__(
        self,
        letters: Letters,
        syntax: Syntax,
        meaning: Meaning,
        lexicon: Lexicon,
        names: Names,
        unmasker: Unmasker,
        site: SiteTerms | None = None,
    ) -> None:
        self.letters = letters
        self.syntax = syntax
        self.meaning = meaning
        self._lexicon = lexicon
        self._names = names
        self.unmasker = unmasker
        self._phrases = PhraseTable(*lexicon.phrases, lexicon.guards)
        self._site = site or SiteTerms()
        self._latest: _Latest = ((), [], (np.zeros(0, np.uint64), np.zeros(0, np.int64)))

    @property
    def encoders(self) -> Mapping[str, Encoder]:
        """Columns of the token table: what a single token tells, whatever stands beside it."""
        return {
            "abuse": lambda found: self.letters.encode(self._forms(found)),
            "word": lambda found: self._hashed(found)[0],
            "word_length": lambda found: self._hashed(found)[1],
            "classes": self._encode_classes,
            "grades": self._encode_grades,
            "part": lambda found: self.syntax.encode(self._forms(found)),
            "name": lambda found: self._names.kinds(self._hashed(found)[0]),
            "relevance": self.meaning.lexis.encode_units,
            "kind": lambda found: np.array([a.kind for a in found], dtype=np.uint8),
            "sign": lambda found: np.array(
                [SIGNS.get(a.folded[:1], 0) for a in found], dtype=np.uint8
            ),
        }

    def _forms(self, found: Sequence[Analysis]) -> list[str]:
        # The table asks every encoder about the same tokens in turn: undisguise them once.
        return self._undisguised(found)[1]

    def _hashed(self, found: Sequence[Analysis]) -> _Hashed:
        return self._undisguised(found)[2]

    def _undisguised(self, found: Sequence[Analysis]) -> _Latest:
        latest = self._latest
        if latest[0] is not found:
            forms = [word_form(analysis, self.unmasker) for analysis in found]
            latest = self._latest = (found, forms, word_hashes(forms))
        return latest

    def _encode_classes(self, found: Sequence[Analysis]) -> Array:
        masks = [self._lexicon.mask(form) for form in self._forms(found)]
        return np.array(masks, dtype=np.uint32)

    def _encode_grades(self, found: Sequence[Analysis]) -> Array:
        masks = [self._lexicon.grades.mask(form) for form in self._forms(found)]
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
        allowed, protected = self._site.find(words)
        silent = words.position[allowed]
        letters = self.letters.measure(batch, words, allowed)
        masks = self.masks(reading, words)
        masks[words.position] |= protected
        masks[silent] &= _TARGET
        grades = batch.column("grades")
        grades[silent] = 0
        facts = Facts(batch, masks)
        reading.shared["signs"] = Signs(masks, grades, letters.weights, facts.quoted)
        graded = _counts(batch, grades, _GRADE_BITS)
        return np.hstack([
            letters.statistics,
            _counts(batch, masks, _CLASS_BITS),
            graded,
            graded / np.sqrt(batch.lengths)[:, None],
            self.syntax.measure(batch, masks, silent),
            self.meaning.measure(batch, silent),
            measure_context(facts),
            np.log(letters.number)[:, None],
        ]).astype(np.float32)  # fmt: skip

    def masks(self, reading: Reading, words: Words) -> npt.NDArray[np.uint32]:
        """Return each token's lexicon classes, with those of phrases and of names."""
        masks = reading.batch.column("classes")
        found = self._phrases.mark(words, masks[words.position])
        masks[words.position] = found | self._named(reading, words)
        return masks

    def _named(self, reading: Reading, words: Words) -> npt.NDArray[np.uint32]:
        """Return the target classes of names: sure ones, and those the news item has, too."""
        kinds = reading.batch.column("name")[words.position]
        counts = (kinds > 0) & (kinds & PERHAPS == 0)
        perhaps = np.flatnonzero(kinds & PERHAPS)
        owners, starts = np.unique(words.owner[perhaps], return_index=True)
        for index, here in zip(owners.tolist(), np.split(perhaps, starts[1:])):
            article = reading.articles[index]
            if article is not None:
                counts[here] = is_member(words.hashes[here], self._names.of_item(article))
        bits = _PERSON * (kinds & PERSON != 0) | _ORGANISATION * (kinds & ORGANISATION != 0)
        return np.where(counts, bits, np.uint32(0)).astype(np.uint32)


def _counts(
    batch: Batch, masks: npt.NDArray[np.uint32], bits: npt.NDArray[np.uint32]
) -> npt.NDArray[np.float32]:
    """Return how many of a comment's tokens have each bit, up to a few."""
    flags = (masks[:, None] >> bits & np.uint32(1)).astype(np.float32)
    return np.minimum(batch.sum(flags), _MOST_OF_A_CLASS)
