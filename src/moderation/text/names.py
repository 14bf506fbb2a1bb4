"""Names of persons and organisations: which words are mostly part of one.

A small table of hashed words, learnt from sentences whose names are tagged; no list of names
stands in the package. A word that is surely a name is a target wherever it stands; one that may
be is a target where the news item has it, too.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.text.letters import fold
from moderation.text.ngrams import Hashes, finalise, word_hashes
from moderation.text.tokens import tokenize
from moderation.types import Article

__all__ = ["ORGANISATION", "PERHAPS", "PERSON", "SALT", "Names", "name_hashes"]

#: Bits of a word: part of a person's name, of an organisation's; not surely.
PERSON, ORGANISATION, PERHAPS = 1, 2, 4
SALT = 0x6E616D6573
_KEPT_ITEMS = 128


def name_hashes(words: Sequence[str]) -> Hashes:
    """Return the hashes of non-empty folded words, as the table has them."""
    return finalise(word_hashes(words)[0], SALT)


class Names:
    """Tells names, in comments and by the items they stand under.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        ``hashes`` (n,) uint64, ascending, of :func:`name_hashes`; ``kinds`` (n,) uint8.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self._hashes = np.asarray(arrays["hashes"], dtype=np.uint64)
        self._kinds = np.asarray(arrays["kinds"], dtype=np.uint8)
        self._items: OrderedDict[tuple[str, str, str], Hashes] = OrderedDict()
        self._lock = Lock()

    def kinds(self, hashes: Hashes) -> npt.NDArray[np.uint8]:
        """Return the bits of words, 0 of those that are no names.

        Parameters
        ----------
        hashes : ndarray of uint64
            Of folded words, as :func:`moderation.text.ngrams.word_hashes` makes them.
        """
        if not len(self._hashes):
            return np.zeros(len(hashes), dtype=np.uint8)
        wanted = finalise(hashes, SALT)
        place = np.minimum(np.searchsorted(self._hashes, wanted), len(self._hashes) - 1)
        return np.where(self._hashes[place] == wanted, self._kinds[place], np.uint8(0))

    def of_item(self, article: Article) -> Hashes:
        """Return the word hashes of an item's names, ascending; kept for the next comment.

        Returns
        -------
        ndarray of uint64
            As :func:`moderation.text.ngrams.word_hashes` makes them.
        """
        key = (article.title, article.lead, article.body)
        with self._lock:
            found = self._items.get(key)
            if found is not None:
                self._items.move_to_end(key)
                return found
        words = sorted({fold(token) for token in tokenize("\n".join(key))} - {""})
        hashes = word_hashes(words)[0]
        made = np.sort(hashes[self.kinds(hashes) > 0])
        with self._lock:
            self._items[key] = made
            while len(self._items) > _KEPT_ITEMS:
                self._items.popitem(last=False)
        return made
