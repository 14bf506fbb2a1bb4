"""Thresholds of the language rule, and what it keeps and catches on texts held out.

The texts held out are halved: one half sets the thresholds, the other is measured. They are
read as the moderator reads them, with disguises undone.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from moderation.lexicon.store import Lexicon
from moderation.rules.base import Reading
from moderation.rules.language import LanguageRule
from moderation.text.known import KnownWords
from moderation.text.unmask import Unmasker
from moderation.text.vocabulary import TokenTable
from moderation.training.language_data import (
    Text,
    arabic_words,
    keyboard_mash,
    latin_words,
)
from moderation.types import Comment

__all__ = ["Reader", "measure", "set_margins"]

#: Share of Persian below the margin, by number of words; the last holds for more, too.
_KEPT = (0.957, 0.99, 0.993, 0.996, 0.997, 0.9985)
_MASH_KEPT = 0.9995
#: However well the texts held out do: other readers write other words. A sentence in a sister
#: language is far beyond the last of them, so a doubtful one passes.
_LEAST_MARGIN = (-1.0, 0.3, 0.8, 1.5, 2.0, 4.0)
#: Texts labelled Persian above this are in another language after all.
_MISLABELLED = 12.0
#: Words of a short comment.
_FEW_WORDS = 8
_ARABIC_KEYS = str.maketrans("یک", "يك")
_ADDRESS = re.compile(r"\S*(?:://|@)\S+")


@dataclass(frozen=True)
class Reader:
    """Hands texts to the language rule alone, as the moderator would.

    Attributes
    ----------
    rule : LanguageRule
    unmasker : Unmasker
        Undoes disguises, as it does before any rule.
    """

    rule: LanguageRule
    unmasker: Unmasker

    def read(self, texts: Sequence[str]) -> Reading:
        """Return `texts` tokenised, in a table of their own."""
        tokens, places = self.unmasker.read(texts)
        batch = TokenTable(self.rule.encoders).batch_of_tokens([found or [""] for found in tokens])
        comments = [Comment(text) for text in texts]
        return Reading(comments, texts, [None] * len(texts), batch, places)


def _half(text: str) -> int:
    return crc32(text[::-1].encode("utf-8", "surrogatepass")) & 1


def _pieces(texts: Sequence[Text], seed: int) -> dict[tuple[str, str], list[str]]:
    """Return distinct single words and pairs besides the texts, by class and kind."""
    random_ = random.Random(seed)
    pieces: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for text, name, _, kind in texts:
        if name == "turkic":
            continue
        words = arabic_words(text)
        if name == "persian" and kind == "comment":
            if len(words) <= _FEW_WORDS:
                pieces[name, f"comment of {_FEW_WORDS} words at most"][text] = None
                arabic = text.translate(_ARABIC_KEYS)
                pieces[name, "the same with Arabic letters"][arabic] = None
            if words and any(len(word) > 2 for word in latin_words(_ADDRESS.sub("", text))):
                pieces[name, "comment with Latin words"][text] = None
        if words and name not in ("finglish", "foreign"):
            word = random_.choice(words)
            if len(word) > 2:
                pieces[name, "word"][word] = None
            if len(words) > 1:
                place = random_.randrange(len(words) - 1)
                pieces[name, "pair"][" ".join(words[place : place + 2])] = None
            kind = f"{kind} of 1-3 words" if len(words) < 4 else kind
        pieces[name, kind][text] = None
    return {key: list(values) for key, values in pieces.items()}


def set_margins(
    arrays: dict[str, npt.NDArray[Any]], known: KnownWords, aside: Sequence[Text], seed: int
) -> None:
    """Set the margins in `arrays` so that the shares of Persian that must pass do."""
    from sklearn.linear_model import LogisticRegression

    rule = LanguageRule(arrays, known)
    read = Reader(rule, Unmasker(Lexicon.load(), known)).read
    found: list[tuple[npt.NDArray[Any], ...]] = []
    for (name, _), texts in _pieces([t for t in aside if _half(t[0])], seed).items():
        if name in ("finglish", "foreign"):
            continue
        count, margin, mash, _ = rule.margins(rule.sums(read(texts)))
        found.append((count, margin, mash, np.full(len(count), name != "persian")))
    count, margin, mash, foreign = (np.concatenate(parts) for parts in zip(*found))
    count = np.minimum(count, len(_KEPT))
    for size, share in enumerate(_KEPT, 1):
        here = (count == size) & (foreign | (margin < _MISLABELLED))
        persian = here & ~foreign
        least = max(float(np.quantile(margin[persian], share)), _LEAST_MARGIN[size - 1])
        model = LogisticRegression(C=1.0).fit(margin[here, None], foreign[here])
        arrays["margins"][size - 1] = least
        arrays["slopes"][size - 1] = np.clip(model.coef_[0, 0], 0.4, 1.5)
        arrays["mash_margins"][size - 1] = max(float(np.quantile(mash[persian], _MASH_KEPT)), 0.0)


def measure(reader: Reader, aside: Sequence[Text], seed: int) -> dict[str, Any]:
    """Return the share held (score of 0.5 and more) by class and kind, with n."""
    results: dict[str, Any] = {}
    rule = reader.rule
    pieces = _pieces([t for t in aside if not _half(t[0])], seed + 1)
    random_ = random.Random(seed)
    for latin in (False, True):
        name = "latin" if latin else "persian"
        pieces["gibberish", f"{name} keys"] = [keyboard_mash(random_, latin) for _ in range(500)]
    for (name, kind), texts in sorted(pieces.items()):
        if len(texts) < 5:
            continue
        given = reader.read(texts)
        scores = rule.score(given)
        held = scores >= 0.5
        reasons = [rule.explain(given, int(i)).reason for i in np.flatnonzero(held)[:300]]
        right = sum(reason == name for reason in reasons)
        if name == "foreign":
            right = len(reasons) - reasons.count("finglish") - reasons.count("gibberish")
        results[f"{name}, {kind}"] = {
            "n": len(texts),
            "held": round(float(held.mean()), 4),
            "rejected": round(float((scores >= 0.95).mean()), 4),
            "named_right": round(right / max(len(reasons), 1), 4),
            "gibberish": round(reasons.count("gibberish") / max(len(reasons), 1), 4),
        }
    return results
