"""Learn which words are names from sentences whose names are tagged."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.lexicon.store import Lexicon
from moderation.text.known import KnownWords
from moderation.text.letters import fold
from moderation.text.names import ORGANISATION, PERHAPS, PERSON, name_hashes
from moderation.training.sources import Corpora

__all__ = ["train_names"]

_SOURCES = ("peyma_train", "parstwiner_train")
_KINDS = {"PER": PERSON, "ORG": ORGANISATION}
#: Share of a word's uses that are in names, and how many, to be surely one or perhaps one.
_SURELY, _PERHAPS = (0.6, 3), (0.3, 2)
#: Words as common as this are words first.
_TOO_COMMON = 5


def train_names(corpora: Corpora, known: KnownWords) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of :class:`moderation.text.names.Names`.

    Parameters
    ----------
    corpora : Corpora
        Without the sources of tagged sentences the table is empty.
    known : KnownWords
        How common words are.
    """
    uses: Counter[str] = Counter()
    in_names: Counter[tuple[str, int]] = Counter()
    for row in (row for name in filter(corpora.has, _SOURCES) for row in corpora.rows(name)):
        for token, tag in zip(row["tokens"], row["tags"]):
            word = fold(token)
            uses[word] += 1
            kind = _KINDS.get(tag[2:])
            if kind is not None:
                in_names[word, kind] += 1
    lexicon = Lexicon.load()
    surely: Counter[str] = Counter()
    perhaps: Counter[str] = Counter()
    for (word, kind), count in sorted(in_names.items()):
        if len(word) < 3 or not word.isalpha() or lexicon.mask(word) or lexicon.grades.mask(word):
            continue
        share = count / uses[word]
        sure = share >= _SURELY[0] and count >= _SURELY[1] and known.rank(word) < _TOO_COMMON
        if sure:
            surely[word] |= kind
        elif share >= _PERHAPS[0] and count >= _PERHAPS[1]:
            perhaps[word] |= kind
    kinds = {**{word: kind | PERHAPS for word, kind in perhaps.items()}, **surely}
    words = sorted(kinds)
    hashes = name_hashes(words)
    order = np.argsort(hashes, kind="stable")
    return {
        "hashes": hashes[order],
        "kinds": np.array([kinds[word] for word in words], dtype=np.uint8)[order],
    }
