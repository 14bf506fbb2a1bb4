"""Disguises: finding the word behind dots, stars, spaces, look-alikes and Latin letters.

Three places need it. Inside one token (:mod:`moderation.text.hidden`). Across tokens, here:
letters parted by spaces or signs («ک.ث.ا.ف.ت»), stars for letters («ک*افت»), words cut in two
(«عو ضی»). Both change a word only into one that is abuse wherever it stands, and never touch a
word that Persian readers know, so ordinary text stays as it is. And a comment of which most
words are hidden is left to :mod:`moderation.text.restore`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from moderation.lexicon.store import Lexicon
from moderation.text.alike import SISTER_LETTERS
from moderation.text.hidden import HiddenWords
from moderation.text.known import KnownWords
from moderation.text.letters import fold
from moderation.text.likelihood import RARE_COST
from moderation.text.restore import SUSPICIOUS_COST, Restorer
from moderation.text.tokens import Kind, Token, kind_of, located, tokenize, tokenize_spans
from moderation.text.vocabulary import Analysis, TokenTable
from moderation.types import Span

__all__ = ["Unmasker"]

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
# Cheaper to look for, and without it nothing is signed.
_INSIDE = re.compile(r"[*•·×+#$%^~=|\\/_.…\-](?=[^\W_])")
# A short word beside letters that stand apart: «بی ش ع و ر», «ک ث افت».
_BEFORE = re.compile(rf"(?<!\w)({_LETTER}{{2,4}})\s$")
_AFTER = re.compile(rf"\s{_LETTER}{{2,4}}(?!\w)")
_GAPS = re.compile(r"[\W_]+")
_LONGEST = 40
_FEW_LETTERS, _MOST_KEPT = 5, 20_000
_MANY_SIGNED = 3
_DOTTED = (Kind.LINK, Kind.MAIL, Kind.MENTION)
#: Rank of usual words.
_USUAL = 3


class Unmasker:
    """Undoes disguises of the words in a lexicon.

    Parameters
    ----------
    lexicon : Lexicon
        Where the severe words stand.
    known : KnownWords
        Ordinary Persian; such a word is never changed.

    Attributes
    ----------
    words : HiddenWords
        What a single token hides.
    """

    def __init__(self, lexicon: Lexicon, known: KnownWords) -> None:
        self._lexicon = lexicon
        self._restorer = Restorer(lexicon, known)
        self._likelihood = self._restorer.likelihood
        self.words = HiddenWords(lexicon, self._likelihood)
        self._looks = TokenTable({"look": self._look})
        self._kept: dict[tuple[str, bool], str | None] = {}

    def _look(self, found: Sequence[Analysis]) -> npt.NDArray[np.float64]:
        """Return what a token tells by itself, one column each.

        The cost and the length of a Persian word, 0 for what is none; whether it has a letter of
        another alphabet; whether it may be one of letters that stand apart; whether it is Latin.
        """
        words = [a.folded[:_LONGEST] * (a.kind == Kind.PERSIAN) for a in found]
        persian = np.array(list(map(len, words)), dtype=np.float64)
        sister = [SISTER_LETTERS.search(a.surface) is not None for a in found]
        # An address may have swallowed the dots between letters.
        apart = [(a.folded.isalpha() and len(a.folded) == 1) or a.kind in _DOTTED for a in found]
        costs = self._likelihood.costs(words)
        latin = [a.kind == Kind.LATIN for a in found]
        known = persian > 0
        return np.stack([costs * known, persian, sister * known, apart, latin], axis=1)

    def tokens(self, text: str) -> list[str]:
        """Split `text` into tokens, with words that were hidden put together."""
        return self.read([text])[0][0]

    def read(self, texts: Sequence[str]) -> tuple[list[list[str]], dict[int, list[Token]]]:
        """Split texts into tokens, with words that were hidden put together.

        Parameters
        ----------
        texts : sequence of str

        Returns
        -------
        tokens : list of list of str
            The tokens of each text.
        places : dict of int to list of Token
            The places of those texts' tokens in which something was hidden, by index; the others
            are as :func:`moderation.text.tokens.tokenize_spans` has them.
        """
        if not texts:
            return [], {}
        tokens = [tokenize(text) for text in texts]
        batch = self._looks.batch_of_tokens([found or [""] for found in tokens])
        looks = batch.column("look")
        cost, letters, sister, apart, latin = batch.sum(looks).T
        # Words so unlikely that the comment may be hidden as a whole.
        hidden = (letters > _FEW_LETTERS) & ((cost > SUSPICIOUS_COST * letters) | (sister > 0))
        # A Latin word may be a piece of a word as a rare one is, if it is not the only one.
        several = (latin > 1)[batch.owner] & (looks[:, 4] > 0)
        at = np.flatnonzero((looks[:, 0] >= RARE_COST) | several)
        ends = np.searchsorted(at, batch.starts + batch.lengths).tolist()
        rare = (at - batch.starts[batch.owner[at]]).tolist()
        places = {}
        doubts = zip([0, *ends], ends, (apart > 0).tolist(), hidden.tolist())
        for index, (first, last, spelled, whole) in enumerate(doubts):
            text = texts[index]
            read = self._read(text, tokens[index], rare[first:last], spelled, whole)
            if read is not None:
                places[index] = read
                tokens[index] = [token.text for token in read]
        return tokens, places

    def spans(self, text: str) -> list[Token]:
        """Like :meth:`tokens`, with each token's place in `text`."""
        return self.read([text])[1].get(0) or tokenize_spans(text)

    def _read(
        self, text: str, tokens: Sequence[str], rare: Sequence[int], spelled: bool, hidden: bool
    ) -> list[Token] | None:
        """Return the tokens of `text`, `tokens` as they stand; None if nothing is hidden.

        `rare` are the indices of words that are no usual ones or Latin; `spelled`: letters may
        stand apart; `hidden`: the words are so unlikely that the comment may be hidden as a whole.
        """
        found = self._found(text, spelled)
        found += [
            word
            for word in self._split(text, tokens, rare)
            if all(word.end <= other.start or other.end <= word.start for other in found)
        ]
        found.sort(key=lambda word: word.start)
        if hidden:
            restored = self._restorer.restore(text, located(text, tokens))
            if restored is not None and self._severity(restored) >= self._severity(found):
                return restored
        return _reread(text, found) if found else None

    def _severity(self, tokens: Sequence[Token]) -> int:
        return sum(self._lexicon.severe(fold(token.text)) for token in tokens)

    def _split(self, text: str, tokens: Sequence[str], rare: Sequence[int]) -> list[Token]:
        """Return severe words that a space cuts in two or three, one piece being no usual word.

        «عو ضی» is one, «هر کس ده تا» is none: every piece of it is a common word. Finglish stays
        in its letters, since the language rule has yet to see them.
        """
        severe = {}
        for place in rare:
            for start, end in _windows(place, len(tokens)):
                word = "".join(map(fold, tokens[start:end]))
                if len(word) < 4:
                    continue
                if word in self._lexicon.severe_terms or self.words.is_parted_finglish(word):
                    severe[start, end] = word
        if not severe:
            return []
        spans = located(text, tokens)
        found: list[Token] = []
        for start, end in sorted(severe, key=lambda window: (window[0], -window[1])):
            part = spans[start:end]
            gaps = (text[a.end : b.start] for a, b in pairwise(part))
            after = not found or found[-1].end <= part[0].start
            if after and all(map(str.isspace, gaps)):
                found.append(Token(severe[start, end], part[0].start, part[-1].end))
        return found

    def _found(self, text: str, spelled: bool) -> list[Token]:
        """Return the words hidden in `text`, each with the place of its disguise, in order."""
        found: list[Token] = []
        matches = list(_SPELLED.finditer(text)) if spelled else []
        if _INSIDE.search(text):
            matches += _SIGNED.finditer(text)
        # Where many words are signed, a sign is in the way and stands for no letter.
        few = len(matches) < _MANY_SIGNED
        done = 0
        for match in sorted(matches, key=lambda m: (m.start(), -m.end())):
            if match.start() < done:
                continue
            for start, end in _with_neighbours(text, match):
                word = self._known_behind(text[start:end], few) if start >= done else None
                if word is not None:
                    found.append(Token(word, start, end))
                    done = end
                    break
        return found

    def _known_behind(self, disguise: str, stars: bool) -> str | None:
        """Return what :meth:`_behind` does; hashtags come again and again."""
        kept = self._kept
        if len(kept) > _MOST_KEPT:
            kept = self._kept = {}
        if (disguise, stars) not in kept:
            kept[disguise, stars] = self._behind(disguise, stars)
        return kept[disguise, stars]

    def _behind(self, disguise: str, stars: bool) -> str | None:
        """Return the severe word that `disguise` hides, if it does; `stars` may be letters."""
        pieces = [piece for piece in _GAPS.split(disguise) if piece]
        joined = fold("".join(pieces))
        if not 2 < len(joined) <= _LONGEST or self._is_compound(pieces, joined):
            return None
        spelled = all(len(piece) == 1 for piece in pieces)
        behind = self.words.behind if spelled else self.words.behind_signs
        word = behind(joined, kind_of(joined, joined))
        if spelled and self._lexicon.worth_spelling(word):
            return word
        # With longer pieces, no suffix either: «بیاد.با کشتی» is not «بی‌ادب» + ا.
        if not re.search(r"\s", disguise) and word in self._lexicon.severe_terms:
            return word
        # The sign is only in the way: «ب*چه» is no longer word with a gap.
        return self.words.starred(disguise) if stars and self._likelihood.rank(joined) < 2 else None

    def _is_compound(self, pieces: Sequence[str], joined: str) -> bool:
        """Tell whether usual words stand side by side, as in a hashtag, and hide nothing."""
        if any(len(piece) < 3 for piece in pieces) or self._lexicon.mask(joined):
            return False
        return all(self._likelihood.rank(fold(piece)) >= _USUAL for piece in pieces)


def _windows(place: int, length: int) -> Iterator[Span]:
    """Yield the places of two and of three neighbours of which one is `place`."""
    for size in (3, 2):
        for start in range(max(0, place - size + 1), min(place, length - size) + 1):
            yield start, start + size


def _with_neighbours(text: str, match: re.Match[str]) -> Iterator[Span]:
    """Yield the place of a disguise, then those with the short word before or after it."""
    yield match.span()
    if match.re is not _SPELLED:
        return
    before = _BEFORE.search(text, 0, match.start())
    if before is not None:
        yield before.start(1), match.end()
    after = _AFTER.match(text, match.end())
    if after is not None:
        yield match.start(), after.end()


def _reread(text: str, found: Sequence[Token]) -> list[Token]:
    """Tokenise `text`, with every word that was found in the place of its disguise."""
    tokens: list[Token] = []
    done = 0
    for word in found:
        tokens += tokenize_spans(text, done, word.start)
        tokens.append(word)
        done = word.end
    return tokens + tokenize_spans(text, done)
