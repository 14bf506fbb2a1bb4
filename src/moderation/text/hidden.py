"""The word behind one token: homophones, look-alikes, Finglish, letters that changed places.

A token is changed only into a word that is abuse wherever it stands, and never where it is a
word that Persian readers know, so ordinary text stays as it is.
"""

from __future__ import annotations

import re
from collections import defaultdict

from moderation.lexicon.store import Lexicon, english_words
from moderation.text.alike import HOMOPHONES
from moderation.text.letters import fold
from moderation.text.likelihood import Likelihood
from moderation.text.restore import look_alikes
from moderation.text.tokens import Kind

__all__ = ["HiddenWords"]

# Letters that sound alike in Persian meet in one; doubled letters in one.
_HOMOPHONES = str.maketrans({c: group[0] for group in HOMOPHONES for c in group[1:]})
_DOUBLE = re.compile(r"(.)\1")
_LEET = str.maketrans("0134578@$!", "oieasbbasi")
# Finglish has no spelling: what writers choose between meets in one letter.
_ONE_SOUND = tuple(
    (re.compile(written), sound)
    for written, sound in (
        ("kh", "x"), ("gh", "q"), ("sh", "$"), ("ch", "c"), ("zh", "j"), ("ph", "f"), ("w", "v"),
        ("oo|ou", "u"), ("ee|y", "i"), (r"(?<=[^aeiou])eh$", "e"), (r"(.)\1", r"\1"),
    )
)  # fmt: skip
_FINGLISH_ENDINGS = (
    "haie", "etun", "eton", "itun", "iton", "ha", "an", "am", "at", "et", "e$", "a$", "id", "in",
    "im", "ie", "ro", "ra", "i", "o", "a", "e",
)  # fmt: skip
#: How a sound may be written where a word begins and ends, if not by its own letter alone.
_BEGINS = {"x": "kx", "q": "gq", "$": "s", "j": "jz", "f": "fp", "v": "vw", "u": "uo", "i": "iey"}
_ENDS = {
    "x": "hx", "q": "hq", "$": "h", "c": "hc", "j": "hj", "f": "hf", "v": "vw", "u": "uo",
    "i": "iey", "e": "eh",
}  # fmt: skip
_SHORTEST_SPELLED, _SHORTEST_STEM, _SHORTEST_PARTED = 4, 5, 6
# Signs that stand for letters; one dot, dash or slash may be punctuation, two may not.
_STARS = re.compile(r"[*•×#$%^~]+|[._\-…]{2,}|…")
#: What may follow a word of which a star hides a letter; nothing first.
_PLURALS = ("", "ها", "های", "هایی", "ان")
#: Rank of words that everybody knows.
_COMMON = 4


def _sounds(latin: str) -> str:
    sounds = latin.translate(_LEET)
    for written, sound in _ONE_SOUND:
        sounds = written.sub(sound, sounds)
    return sounds


def _skeleton(folded: str) -> str:
    return _DOUBLE.sub(r"\1", folded.translate(_HOMOPHONES))


class HiddenWords:
    """Finds the word of a lexicon that a single token hides.

    Parameters
    ----------
    lexicon : Lexicon
        Where the severe words stand.
    likelihood : Likelihood
        How common words are; one that is known is never changed.
    """

    def __init__(self, lexicon: Lexicon, likelihood: Likelihood) -> None:
        self._lexicon = lexicon
        self._likelihood = likelihood
        self._severe = lexicon.severe_terms
        self._by_skeleton: dict[str, str] = {}
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for term in sorted(lexicon.disguised_terms, key=likelihood.rank, reverse=True):
            # The commonest of those that sound alike is first.
            self._by_skeleton.setdefault(_skeleton(term), term)
            self._by_length[len(term)].append(term)
        self._finglish_terms = {
            _sounds(latin): term for latin, term in reversed(lexicon.finglish.items())
        }
        self._finglish_ends = {
            (first, last)
            for sounds in self._finglish_terms
            for first in _BEGINS.get(sounds[0], sounds[0])
            for last in _ENDS.get(sounds[-1], sounds[-1])
        }

    def behind(self, folded: str, kind: int) -> str:
        """Return the word behind `folded`, or `folded` itself where nothing is hidden."""
        if kind == Kind.LATIN:
            return self._finglish(folded)
        if kind != Kind.PERSIAN or len(folded) < 3:
            return folded
        if self._lexicon.mask(folded):
            return self._usual_spelling(folded)
        if not folded.isalpha() or any(c.isascii() for c in folded):
            return self._mixed(folded)
        if self._likelihood.rank(folded):
            return folded
        return self._respelled(folded) or self._misplaced(folded) or folded

    def behind_signs(self, folded: str, kind: int) -> str:
        """Like :meth:`behind`, for a word put together from what signs part.

        A hashtag is long, and with signs in it nobody needs to change its letters' order.
        """
        if kind != Kind.PERSIAN or self._lexicon.mask(folded) or not folded.isalpha():
            return self.behind(folded, kind)
        return self._respelled(folded) or folded

    def _usual_spelling(self, listed: str) -> str:
        """Return the commoner word of abuse that sounds like a listed one, so that both weigh.

        The lists hold misspellings that readers hide behind; what is learnt of the word is learnt
        from its usual spelling.
        """
        usual = self._by_skeleton.get(_skeleton(listed), listed)
        known = usual != listed and self._likelihood.rank(usual) > self._likelihood.rank(listed)
        return usual if known else listed

    def _mixed(self, folded: str) -> str:
        """Look behind digits, signs and Latin letters inside a Persian word.

        Each either stands for a letter («ع0ضی») or is only in the way («الا3غ»).
        """
        letters = "".join(c for c in folded if c.isalpha() and not c.isascii())
        if len(folded) - len(letters) > 2:
            return folded
        if len(letters) == 2:  # a nought is a dot: «خ۰ر»; any other digit is a number
            dotted = folded == f"{letters[0]}0{letters[1]}"
            return letters if dotted and self._lexicon.worth_spelling(letters) else folded
        if len(letters) < 3:
            return folded
        # «32ساله» is a number and a word: what stands for any letter stands among letters.
        if folded.lstrip("@")[0] != letters[0] or folded[-1] != letters[-1]:
            looks = (word for word in look_alikes(folded) if self._lexicon.severe(word))
            return next(looks, folded)
        if self._lexicon.worth_spelling(letters):
            return letters
        pattern = "".join(c if c.isalpha() and not c.isascii() else "." for c in folded)
        return self._matching(re.compile(pattern), len(folded)) or folded

    def _respelled(self, folded: str) -> str | None:
        """Return the severe word that sounds like `folded`."""
        found = self._by_skeleton.get(_skeleton(folded))
        if found is not None:
            return found
        for cut in (1, 2, 3):
            stem, ending = folded[:-cut], folded[-cut:]
            found = self._by_skeleton.get(_skeleton(stem)) if len(stem) >= 4 else None
            if found is not None and self._lexicon.severe(found + ending):
                return found + ending
        return None

    def _misplaced(self, folded: str) -> str | None:
        """Return the severe word whose letters `folded` has elsewhere, or beside another word."""
        if len(folded) < 4:
            return None
        backwards = folded[::-1]
        if self._lexicon.severe(backwards):
            return backwards
        return self._swapped(folded) or self._glued(folded)

    def _swapped(self, folded: str) -> str | None:
        """Return the severe word of which two letters, not the first, changed places."""
        for i in range(1, len(folded) - 1) if len(folded) > 4 else ():
            word = folded[:i] + folded[i + 1] + folded[i] + folded[i + 2 :]
            if word in self._severe:
                return word
        return None

    def _glued(self, folded: str) -> str | None:
        """Return the severe word that is written together with a common one."""
        for cut in range(3, len(folded) - 2):
            for word, other in ((folded[:cut], folded[cut:]), (folded[cut:], folded[:cut])):
                if len(word) < 4 or word not in self._severe:
                    continue
                common = self._likelihood.rank(other) >= _COMMON
                if common and other not in self._lexicon.name_endings:
                    return word
        return None

    def _finglish(self, folded: str) -> str:
        known = self._lexicon.finglish
        if folded in known:
            return known[folded]
        if len(folded) < _SHORTEST_SPELLED or folded in english_words():
            return folded
        sounds = _sounds(folded)
        if sounds in self._finglish_terms:
            return self._finglish_terms[sounds]
        for ending in _FINGLISH_ENDINGS if sounds.endswith(_FINGLISH_ENDINGS) else ():
            stem = sounds.removesuffix(ending)
            if len(stem) >= _SHORTEST_STEM and stem != sounds and stem in self._finglish_terms:
                return self._finglish_terms[stem]
        return folded

    def is_parted_finglish(self, joined: str) -> bool:
        """Tell whether Latin words, written together, are one of abuse: «bi sharaf»."""
        ends = (joined[:1] + joined[-1:]).translate(_LEET)
        if len(joined) < _SHORTEST_PARTED or tuple(ends) not in self._finglish_ends:
            return False  # told by two letters, since most pairs of Latin words are no abuse
        return _sounds(joined) in self._finglish_terms

    def starred(self, disguise: str) -> str | None:
        """Match signs that stand for letters: one sign a letter, or a run for several."""
        letters = [fold(part) for part in _STARS.split(disguise)]
        if len(letters) < 2 or not letters[0] or re.search(r"\s", disguise):
            return None
        for ending in _PLURALS:
            if not letters[-1].endswith(ending):
                continue
            parts = [*letters[:-1], letters[-1].removesuffix(ending)]
            given = sum(map(len, parts))
            pattern = re.compile(".{1,3}".join(map(re.escape, parts)))
            for length in range(given + 1, given + 5) if given > 1 else ():
                found = self._matching(pattern, length)
                if found is not None:
                    return found + ending
        return None

    def _matching(self, pattern: re.Pattern[str], length: int) -> str | None:
        return next(filter(pattern.fullmatch, self._by_length.get(length, ())), None)
