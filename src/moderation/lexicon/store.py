"""The word lists as one table: which classes of words a token or a phrase belongs to.

A term is matched in its folded form and written together, so a half-space, a space or
nothing between its parts is the same term. Classes are bits, so that a comment's classes
are the bitwise or of its tokens' (:meth:`moderation.text.vocabulary.Batch.any`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache, cached_property, lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from moderation.lexicon.grades import Grades
from moderation.text.letters import fold
from moderation.text.ngrams import word_hashes

__all__ = ["CLASSES", "Lexicon", "bit", "english_words"]

#: Lexicon files in the order of their bits; the order is part of the stored model.
CLASSES = (
    "obscene",
    "insult_strong",
    "insult_mind",
    "insult_formal",
    "animal",
    "curse",
    "imperative",
    "ambiguous",
    "emoji_insult",
    "slur",
    "group_name",
    "threat",
    "violence",
    "charge",
    "target_person",
    "target_org",
    "negation",
    "question",
    "report",
    "quote",
    "anticorruption",
    "spam",
    "literal",
    "address",
)
#: Classes whose words are abuse wherever they stand: what one word may be a disguise of.
SEVERE = ("obscene", "insult_strong", "insult_mind", "insult_formal", "imperative", "curse")
#: Classes whose words nobody spells out letter by letter without a reason.
SPELLED = (*SEVERE, "animal", "ambiguous", "slur", "charge")
#: Masks of words kept, of the latest ones.
_KEPT = 50_000
_PARTS = re.compile(r"[\s\u200c]+")


@cache
def bit(*names: str) -> int:
    """Return the mask of the named classes."""
    return sum(1 << CLASSES.index(name) for name in names)


def _terms(name: str, suffix: str = ".txt") -> Iterator[str]:
    path = files(__package__).joinpath(f"{name}{suffix}")
    for line in path.read_text("utf-8").splitlines():
        term = line.strip()
        if term and not term.startswith("#"):
            yield term


@cache
def english_words() -> frozenset[str]:
    """Return common English words, lower case: for comments too short to detect."""
    return frozenset(word for line in _terms("english_words") for word in line.split())


def _join(term: str) -> str:
    return "".join(fold(word) for word in _PARTS.split(term))


class Lexicon:
    """All word lists of the package.

    Use :meth:`load`, which reads them once per process.
    """

    def __init__(self) -> None:
        self._masks: dict[str, int] = {}
        self._parted: set[str] = set()
        for position, name in enumerate(CLASSES):
            for term in _terms(name):
                joined = _join(term)
                self._masks[joined] = self._masks.get(joined, 0) | 1 << position
                if _PARTS.search(term):
                    # Only a term written in parts may be found in parts: «زنی که» is not
                    # «زنیکه», «هر کس ده تا» holds no word at all.
                    self._parted.add(joined)
        self._lookalikes = frozenset(map(fold, _terms("lookalike")))
        suffixes = (line.partition(">") for line in _terms("suffixes"))
        pairs = [(fold(suffix), fold(restored)) for suffix, _, restored in suffixes]
        self._suffixes = sorted(pairs, key=lambda pair: -len(pair[0]))
        self._endings: dict[str, list[tuple[str, str, int]]] = {}
        for suffix, restored in self._suffixes:
            # «سگها» is «سگ», but «خرم» is not «خر»: only a plural may leave two letters.
            stem = 2 if suffix.startswith("ها") else 3
            ending = (suffix, restored, len(suffix) + stem)
            self._endings.setdefault(suffix[-1], []).append(ending)
        self.finglish = dict(self._finglish())
        self.grades = Grades.load()
        self._latest: dict[str, int] = {}

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Lexicon:
        """Return the package's word lists."""
        return cls()

    @staticmethod
    def _finglish() -> Iterator[tuple[str, str]]:
        text = files(__package__).joinpath("finglish_abuse.tsv").read_text("utf-8")
        for line in text.splitlines():
            if line and not line.startswith("#"):
                latin, _, persian = line.partition("\t")
                yield fold(latin), _join(persian)

    @cached_property
    def guards(self) -> dict[str, tuple[str, ...]]:
        """First words of phrases, and the words before them that make them ordinary."""
        pairs = (line.partition(":") for line in _terms("guards"))
        return {fold(word): tuple(map(fold, before.split())) for word, _, before in pairs}

    @cached_property
    def name_endings(self) -> frozenset[str]:
        """Folded words that end surnames."""
        return frozenset(map(fold, _terms("name_endings")))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every term and what it is: a model is trained with one of these."""
        lines = sorted(f"{term}\t{mask}" for term, mask in self._masks.items())
        lines += [f"{suffix}>{restored}" for suffix, restored in self._suffixes]
        lines += sorted(self._lookalikes)
        lines += sorted(f"{latin}\t{term}" for latin, term in self.finglish.items())
        lines += [self.grades.digest, *_terms("morphology", ".tsv")]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def mask(self, folded: str) -> int:
        """Return the classes of one word in folded form, its ordinary suffixes set aside."""
        found = self._latest.get(folded)
        if found is None:
            if len(self._latest) > _KEPT:
                self._latest = {}
            found = self._latest[folded] = self._new_mask(folded)
        return found

    def _new_mask(self, folded: str) -> int:
        found = self._masks.get(folded, 0)
        if found or folded in self._lookalikes:
            return found
        for suffix, restored, shortest in self._endings.get(folded[-1:], ()):
            if len(folded) >= shortest and folded.endswith(suffix):
                found = self._masks.get(folded[: -len(suffix)] + restored, 0)
                if found:
                    return found
        return 0

    def severe(self, folded: str, suffixes: bool = True) -> bool:
        """Tell whether the word (with ordinary suffixes or not) is abuse wherever it stands."""
        if not suffixes:
            return folded in self.severe_terms
        return bool(self.mask(folded) & bit(*SEVERE))

    @cached_property
    def severe_terms(self) -> frozenset[str]:
        """The folded terms, written together, that are abuse wherever they stand."""
        severe = bit(*SEVERE)
        return frozenset(term for term, mask in self._masks.items() if mask & severe)

    def worth_spelling(self, folded: str) -> bool:
        """Tell whether someone may have a reason to spell the word out."""
        return bool(self.mask(folded) & bit(*SPELLED))

    @cached_property
    def disguised_terms(self) -> tuple[str, ...]:
        """Return the folded terms, written together, that a changed spelling may hide."""
        severe, beast = bit(*SEVERE), bit("animal")
        return tuple(
            term
            for term, mask in self._masks.items()
            if (mask & severe and len(term) >= 3) or (mask & beast and len(term) >= 4)
        )

    @cached_property
    def phrases(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
        """Hashes of terms that may be spread over several tokens, sorted, and their masks.

        Returns
        -------
        hashes : ndarray of uint64, shape (n_terms,)
            Ascending, as :func:`moderation.text.ngrams.word_hashes` makes them.
        masks : ndarray of uint32, shape (n_terms,)
        """
        terms = sorted(self._parted)
        hashes, _ = word_hashes(terms)
        order = np.argsort(hashes, kind="stable")
        masks = np.array([self._masks[term] for term in terms], dtype=np.uint32)
        return hashes[order], masks[order]
