"""What one word or sign says of an advert: sections of the word lists, and kinds of signs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from moderation.rules.spelled import NUMBER_WORDS
from moderation.text.letters import fold
from moderation.text.ngrams import word_hashes
from moderation.text.phrases import PhraseTable, Words
from moderation.text.tokens import Kind
from moderation.text.vocabulary import Analysis

__all__ = ["BITS", "CONTEXT", "OFFERS", "OFFER_BITS", "Masks", "SpamTerms"]

Masks = npt.NDArray[np.uint32]
#: Sections of ``lexicon/spam.txt`` (their names are reasons) and of ``spam_context.txt``.
OFFERS = (
    "betting", "loan", "sexual_offer", "charm", "vpn", "thesis", "income", "money_request",
    "follow_me", "advert",
)  # fmt: skip
CONTEXT = (
    "reach", "channel", "price", "official", "about", "warning", "place", "story", "trade", "deal",
    "service_number",
)  # fmt: skip
_SIGNS = (
    "question", "advert_emoji", "sexual_emoji", "latin", "address",
    "number_word", "single", "letter",
)  # fmt: skip
_CLASSES = (*OFFERS, *CONTEXT, *_SIGNS)
BITS = {name: np.uint32(1 << position) for position, name in enumerate(_CLASSES)}
OFFER_BITS = np.uint32((1 << len(OFFERS)) - 1)

_ADVERT_EMOJI = frozenset(
    "👇👆👉👈📱☎📞💥🔥💰💵💸🎁📍⤵⤴🔻🔺💯🆔🆓✅☑✔🔴🔵📣📢🛒🛍🏷📩📲💳🚚📦⏰⚡🔗📌🎉📈💎🔰♨"
)
_SEXUAL_EMOJI = frozenset("💦🍑🍆👅🔞👙")
_ADDRESS = frozenset(("@", "دات", "نقطه", "dot", "http", "https", "www"))
# Imperfect verbs tell a story, but for «می‌خریم»: sellers speak so of themselves.
_TELLS = re.compile(r"ن?می(?!لی|دان|دون|هن|وه|راث|نی|کرو|گو|خک|ان|ادین|مون|ثم|زا|رز)\w{2,}(?<!یم)$")
_SUFFIXES = ("های", "هایی", "هامون", "ها", "مونو", "مون", "تون", "مو", "یم", "ی", "ه", "م", "ش")
_SHORTEST_SPLIT = 5


class SpamTerms:
    """The terms of ``spam.txt`` and ``spam_context.txt`` by section; use :meth:`load`."""

    def __init__(self) -> None:
        self._masks: dict[str, int] = {}
        phrases: dict[str, int] = {}
        for section, term in _sections("spam.txt", "spam_context.txt"):
            words = [fold(word) for word in re.split(r"[\s\u200c]+", term)]
            joined = "".join(words)
            self._masks[joined] = self._masks.get(joined, 0) | int(BITS[section])
            if len(words) > 1 or len(joined) >= _SHORTEST_SPLIT:
                phrases[joined] = self._masks[joined]
        hashes, _ = word_hashes(list(phrases))
        order = np.argsort(hashes, kind="stable")
        masks = np.array(list(phrases.values()), dtype=np.uint32)
        self.phrases = PhraseTable(hashes[order], masks[order], {})

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> SpamTerms:
        """Return the package's lists, read once per process."""
        return cls()

    def mask(self, folded: str) -> int:
        """Return the sections of one word, its ordinary suffixes set aside."""
        found = self._masks.get(folded, 0)
        if not found and len(folded) > 4 and folded.endswith(_SUFFIXES):
            for suffix in _SUFFIXES:
                if folded.endswith(suffix) and len(folded) - len(suffix) >= 4:
                    found = self._masks.get(folded[: -len(suffix)], 0)
                    if found:
                        break
        return found

    def classes(self, found: Sequence[Analysis]) -> Masks:
        """Return the classes of single tokens, as bits."""
        return np.array([self.mask(a.folded) | _sign(a) for a in found], dtype=np.uint32)

    def mark(self, words: Words, masks: Masks) -> Masks:
        """Return the classes of all tokens, phrases included."""
        masks = masks.copy()
        masks[words.position] = self.phrases.mark(words, masks[words.position])
        return masks


def _sections(*names: str) -> Iterator[tuple[str, str]]:
    for name in names:
        section = ""
        text = files("moderation.lexicon").joinpath(name).read_text("utf-8")
        for line in map(str.strip, text.splitlines()):
            if line.startswith("# == "):
                section = line[5:]
            elif line and not line.startswith("#"):
                yield section, line


def _sign(analysis: Analysis) -> int:
    kind, folded = analysis.kind, analysis.folded
    found = 0
    if kind <= Kind.NUMBER:
        found |= int(BITS["letter"])
    if folded[:1] in ("?", "؟"):
        found |= int(BITS["question"])
    if folded[:1] in _ADVERT_EMOJI:
        found |= int(BITS["advert_emoji"])
    if folded[:1] in _SEXUAL_EMOJI:
        found |= int(BITS["sexual_emoji"])
    if kind == Kind.LATIN and len(folded) > 2:
        found |= int(BITS["latin"])
    if kind in (Kind.LINK, Kind.MAIL, Kind.MENTION) or folded in _ADDRESS:
        found |= int(BITS["address"])
    if "می" in folded[:3] and _TELLS.match(folded):
        found |= int(BITS["story"])
    if len(folded) == 1 and folded.isalpha() and folded != "و":
        found |= int(BITS["single"])
    if folded in NUMBER_WORDS or folded[1:] in NUMBER_WORDS:
        found |= int(BITS["number_word"])
    return found
