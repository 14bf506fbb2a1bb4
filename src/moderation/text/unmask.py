"""Disguises: finding the word behind dots, stars, spaces, look-alikes and Latin letters.

Two places need it. Inside one token (`unmask_token`): homophones («کصکش»), digits and Latin
letters among Persian ones, Finglish, a word written backwards. Across tokens (`reread`):
letters parted by spaces or signs («ک.ث.ا.ف.ت»), stars for letters («ک*افت»). Both change a
word only into one that is abuse wherever it stands, and never touch a word that Persian
readers know, so ordinary text stays as it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from moderation.lexicon.store import Lexicon
from moderation.text.letters import fold
from moderation.text.tokens import Kind, Token, kind_of, tokenize, tokenize_spans

__all__ = ["Unmasker"]

# Letters that sound alike in Persian meet in one; doubled letters in one.
_HOMOPHONES = str.maketrans("صثذضظطحغعآ", "سسزززتهقاا")
_DOUBLE = re.compile(r"(.)\1")
_LEET = str.maketrans("0134578@$!", "oieasbbasi")
_LETTER = r"[^\W\d_]"
_SIGN = r"[*.•·×+#$%^~=|\\/_،,:;!\-\u2600-\u27bf\U0001f000-\U0001faff]"
# Three or more single letters with the same kind of gap between them.
_SPELLED = re.compile(
    rf"(?<!\w){_LETTER}(?:[\u200c\u200d]*(?: ?{_SIGN}{{1,3}} ?|\s{{1,3}})[\u200c\u200d]*{_LETTER})"
    r"{2,30}(?!\w)"
)
# Letters, signs, letters without a space: «ک*ش», «بی*شرف», «ج.نده».
_PIECE = r"(?:[^\W_]|\u200c){1,12}"
_SIGNED = re.compile(
    rf"(?<![\w\u200c]){_PIECE}(?:[*•·×+#$%^~=|\\/_.…\-]{{1,4}}{_PIECE}){{1,8}}(?![^\W_])"
)
_GAPS = re.compile(r"[\W_]+")
# Signs that stand for letters; one dot, dash or slash may be punctuation, two may not.
_STARS = re.compile(r"[*•×#$%^~]+|[._\-…]{2,}|…")
_LONGEST = 40


def _skeleton(folded: str) -> str:
    return _DOUBLE.sub(r"\1", folded.translate(_HOMOPHONES))


class Unmasker:
    """Undoes disguises of the words in a lexicon.

    Parameters
    ----------
    lexicon : Lexicon
        Where the severe words stand.
    is_known : callable
        Tells whether a folded word is ordinary Persian; such a word is never changed.
    """

    def __init__(self, lexicon: Lexicon, is_known: Callable[[str], bool]) -> None:
        self._lexicon = lexicon
        self._is_known = is_known
        self._by_skeleton: dict[str, str] = {}
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for term in lexicon.disguised_terms:
            self._by_skeleton.setdefault(_skeleton(term), term)
            self._by_length[len(term)].append(term)

    def unmask_token(self, folded: str, kind: int) -> str:
        """Return the word behind `folded`, or `folded` itself where nothing is hidden."""
        if kind == Kind.LATIN:
            return self._finglish(folded)
        if kind != Kind.PERSIAN or len(folded) < 3 or self._lexicon.mask(folded):
            return folded
        if not folded.isalpha() or any(c.isascii() for c in folded):
            return self._mixed(folded)
        if self._is_known(folded):
            return folded
        return self._respelled(folded) or folded

    def _mixed(self, folded: str) -> str:
        """Look behind digits, signs and Latin letters inside a Persian word.

        Each either stands for a letter («ع0ضی») or is only in the way («الا3غ»).
        """
        letters = "".join(c for c in folded if c.isalpha() and not c.isascii())
        if len(letters) < 3 or len(folded) - len(letters) > 2:
            return folded
        # «32ساله» is a number and a word: what stands for a letter stands among letters.
        if folded.lstrip("@")[0] != letters[0] or folded[-1] != letters[-1]:
            return folded
        if self._lexicon.worth_spelling(letters):
            return letters
        pattern = "".join(c if c.isalpha() and not c.isascii() else "." for c in folded)
        return self._matching(re.compile(pattern), len(folded)) or folded

    def _respelled(self, folded: str) -> str | None:
        """Return the severe word that sounds like `folded`, or is it backwards."""
        found = self._by_skeleton.get(_skeleton(folded))
        if found is not None:
            return found
        for cut in (1, 2, 3):
            stem, ending = folded[:-cut], folded[-cut:]
            found = self._by_skeleton.get(_skeleton(stem)) if len(stem) >= 4 else None
            if found is not None and self._lexicon.severe(found + ending):
                return found + ending
        backwards = folded[::-1]
        return backwards if len(folded) >= 4 and self._lexicon.severe(backwards) else None

    def _matching(self, pattern: re.Pattern[str], length: int) -> str | None:
        return next(filter(pattern.fullmatch, self._by_length.get(length, ())), None)

    def _finglish(self, folded: str) -> str:
        known = self._lexicon.finglish
        if folded in known:
            return known[folded]
        plain = _DOUBLE.sub(r"\1", folded.translate(_LEET))
        return known.get(plain, folded)

    def tokens(self, text: str) -> list[str]:
        """Split `text` into tokens, with words that were spelled out put together."""
        if not self._suspicious(text):
            return tokenize(text)
        return [token.text for token in self.reread(text)]

    def spans(self, text: str) -> list[Token]:
        """Like :meth:`tokens`, with each token's place in `text`."""
        return self.reread(text) if self._suspicious(text) else tokenize_spans(text)

    @staticmethod
    def _suspicious(text: str) -> bool:
        return bool(_SPELLED.search(text) or _SIGNED.search(text))

    def reread(self, text: str) -> list[Token]:
        """Tokenise `text`, replacing every disguise found by the word it hides."""
        tokens: list[Token] = []
        done = 0
        found = [*_SPELLED.finditer(text), *_SIGNED.finditer(text)]
        for match in sorted(found, key=lambda m: (m.start(), -m.end())):
            if match.start() < done:
                continue
            word = self._behind(match.group())
            if word is None:
                continue
            tokens += [
                Token(t.text, t.start + done, t.end + done)
                for t in tokenize_spans(text[done : match.start()])
            ]
            tokens.append(Token(word, match.start(), match.end()))
            done = match.end()
        tokens += [Token(t.text, t.start + done, t.end + done) for t in tokenize_spans(text[done:])]
        return tokens

    def _behind(self, disguise: str) -> str | None:
        """Return the severe word that `disguise` hides, if it hides one."""
        pieces = [piece for piece in _GAPS.split(disguise) if piece]
        joined = fold("".join(pieces))
        if not 2 < len(joined) <= _LONGEST:
            return None
        spelled = all(len(piece) == 1 for piece in pieces)
        word = self.unmask_token(joined, kind_of(joined, joined))
        if spelled and self._lexicon.worth_spelling(word):
            return word
        # With longer pieces, no suffix either: «بیاد.با کشتی» is not «بی‌ادب» + ا.
        if not re.search(r"\s", disguise) and self._lexicon.severe(word, suffixes=False):
            return word
        return self._starred(disguise)

    def _starred(self, disguise: str) -> str | None:
        """Match signs that stand for letters: one sign a letter, or a run for several."""
        letters = [fold(part) for part in _STARS.split(disguise)]
        given = sum(map(len, letters))
        if len(letters) < 2 or given < 2 or not letters[0] or re.search(r"\s", disguise):
            return None
        pattern = re.compile(".{1,3}".join(map(re.escape, letters)))
        for length in range(given + 1, given + 5):
            found = self._matching(pattern, length)
            if found is not None:
                return found
        return None
