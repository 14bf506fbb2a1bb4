"""Words and names that a site's policy gives a meaning of its own, found in a batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from moderation.lexicon.store import bit
from moderation.text.phrases import PhraseTable, Words

__all__ = ["SiteTerms"]


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
        for name in organisations:
            targets[name] = targets.get(name, 0) | bit("target_org")
        self._targets = PhraseTable.of_terms(targets)

    def find(self, words: Words) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.uint32]]:
        """Return which words are allowed, and the target classes of each word."""
        none = np.zeros(len(words.hashes), dtype=np.uint32)
        allowed = self._allow.mark(words, none, smallest=1) != 0
        return allowed, self._targets.mark(words, none, smallest=1)
