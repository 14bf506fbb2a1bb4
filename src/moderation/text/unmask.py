"""Disguises: finding the word behind dots, stars, spaces, look-alikes and Latin letters.

Two places need it. Inside one token (`unmask_token`): homophones («کصکش»), digits and Latin
letters among Persian ones, Finglish, a word written backwards. Across tokens (`read`):
letters parted by spaces or signs («ک.ث.ا.ف.ت»), stars for letters («ک*افت»). Both change a
word only into one that is abuse wherever it stands, and never touch a word that Persian
readers know, so ordinary text stays as it is. A comment of which most words are hidden is left
to :mod:`moderation.text.restore`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from moderation.lexicon.store import Lexicon
from moderation.text.alike import HOMOPHONES, SISTER_LETTERS
from moderation.text.known import KnownWords
from moderation.text.letters import fold
from moderation.text.likelihood import RARE_COST
from moderation.text.restore import SUSPICIOUS_COST, Restorer, look_alikes
from moderation.text.tokens import Kind, Token, kind_of, tokenize, tokenize_spans
from moderation.types import Span

__all__ = ["Unmasker"]

# Letters that sound alike in Persian meet in one; doubled letters in one.
_HOMOPHONES = str.maketrans({c: group[0] for group in HOMOPHONES for c in group[1:]})
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
# Cheaper to look for, and without them nothing is spelled or signed.
_APART = re.compile(rf"(?<!\w){_LETTER}[\u200c\u200d]*[^\w\u200c\u200d]")
_INSIDE = re.compile(r"[*•·×+#$%^~=|\\/_.…\-](?=[^\W_])")
# A short word beside letters that stand apart: «بی ش ع و ر», «ک ث افت».
_BEFORE = re.compile(rf"(?<!\w)({_LETTER}{{2,4}})\s$")
_AFTER = re.compile(rf"\s{_LETTER}{{2,4}}(?!\w)")
_GAPS = re.compile(r"[\W_]+")
# Signs that stand for letters; one dot, dash or slash may be punctuation, two may not.
_STARS = re.compile(r"[*•×#$%^~]+|[._\-…]{2,}|…")
_LONGEST = 40
_FEW_LETTERS, _MOST_KEPT = 5, 200_000
_MANY_SIGNED = 3
#: Rank of words that everybody knows.
_COMMON = 4


def _skeleton(folded: str) -> str:
    return _DOUBLE.sub(r"\1", folded.translate(_HOMOPHONES))


class Unmasker:
    """Undoes disguises of the words in a lexicon.

    Parameters
    ----------
    lexicon : Lexicon
        Where the severe words stand.
    known : KnownWords
        Ordinary Persian; such a word is never changed.
    """

    def __init__(self, lexicon: Lexicon, known: KnownWords) -> None:
        self._lexicon = lexicon
        self._restorer = Restorer(lexicon, known)
        self._likelihood = self._restorer.likelihood
        self._looks: dict[str, tuple[float, int]] = {}
        self._hidden_words: dict[tuple[str, bool], str | None] = {}
        self._by_skeleton: dict[str, str] = {}
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for term in sorted(lexicon.disguised_terms, key=self._likelihood.rank, reverse=True):
            # The commonest of those that sound alike is first.
            self._by_skeleton.setdefault(_skeleton(term), term)
            self._by_length[len(term)].append(term)

    def unmask_token(self, folded: str, kind: int) -> str:
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
        if len(letters) < 3 or len(folded) - len(letters) > 2:
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
        """Return the severe word that sounds like `folded`, or is it backwards."""
        found = self._by_skeleton.get(_skeleton(folded))
        if found is not None:
            return found
        for cut in (1, 2, 3):
            stem, ending = folded[:-cut], folded[-cut:]
            found = self._by_skeleton.get(_skeleton(stem)) if len(stem) >= 4 else None
            if found is not None and self._lexicon.severe(found + ending):
                return found + ending
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
            if self._lexicon.severe(word, suffixes=False):
                return word
        return None

    def _glued(self, folded: str) -> str | None:
        """Return the severe word that is written together with a common one."""
        for cut in range(3, len(folded) - 2):
            for word, other in ((folded[:cut], folded[cut:]), (folded[cut:], folded[:cut])):
                if len(word) < 4 or not self._lexicon.severe(word, suffixes=False):
                    continue
                common = self._likelihood.rank(other) >= _COMMON
                if common and other not in self._lexicon.name_endings:
                    return word
        return None

    def _matching(self, pattern: re.Pattern[str], length: int) -> str | None:
        return next(filter(pattern.fullmatch, self._by_length.get(length, ())), None)

    def _finglish(self, folded: str) -> str:
        known = self._lexicon.finglish
        if folded in known:
            return known[folded]
        plain = _DOUBLE.sub(r"\1", folded.translate(_LEET))
        return known.get(plain, folded)

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
        tokens = [tokenize(text) for text in texts]
        looks = self._look([token for found in tokens for token in found])
        places = {}
        for index, text in enumerate(texts):
            read = self._read(text, tokens[index], looks)
            if read is not None:
                places[index] = read
                tokens[index] = [token.text for token in read]
        return tokens, places

    def spans(self, text: str) -> list[Token]:
        """Like :meth:`tokens`, with each token's place in `text`."""
        return self.read([text])[1].get(0) or tokenize_spans(text)

    def _read(
        self, text: str, tokens: Sequence[str], looks: Mapping[str, tuple[float, int]]
    ) -> list[Token] | None:
        """Return the tokens of `text`, `tokens` as they stand; None if nothing is hidden."""
        found = self._found(text)
        found += [
            word
            for word in self._split(text, tokens, looks)
            if all(word.end <= other.start or other.end <= word.start for other in found)
        ]
        found.sort(key=lambda word: word.start)
        if _hidden(text, tokens, looks):
            restored = self._restorer.restore(text, tokenize_spans(text))
            if restored is not None and self._severity(restored) >= self._severity(found):
                return restored
        return _reread(text, found) if found else None

    def _severity(self, tokens: Sequence[Token]) -> int:
        return sum(self._lexicon.severe(fold(token.text), suffixes=False) for token in tokens)

    def _split(
        self, text: str, tokens: Sequence[str], looks: Mapping[str, tuple[float, int]]
    ) -> list[Token]:
        """Return severe words that a space cuts in two or three, one piece being no usual word.

        «عو ضی» is one, «هر کس ده تا» is none: every piece of it is a common word.
        """
        rare = [place for place, token in enumerate(tokens) if looks[token][0] >= RARE_COST]
        if not rare:
            return []
        windows = {
            (start, start + size): "".join(map(fold, tokens[start : start + size]))
            for place in rare
            for size in (3, 2)
            for start in range(max(0, place - size + 1), place + 1)
            if start + size <= len(tokens)
        }
        severe = [
            window
            for window, word in windows.items()
            if len(word) > 3 and self._lexicon.severe(word, suffixes=False)
        ]
        if not severe:
            return []
        spans = tokenize_spans(text)
        found: list[Token] = []
        for start, end in sorted(severe, key=lambda window: (window[0], -window[1])):
            part = spans[start:end]
            gaps = (text[a.end : b.start] for a, b in pairwise(part))
            after = not found or found[-1].end <= part[0].start
            if after and all(map(str.isspace, gaps)):
                found.append(Token(windows[start, end], part[0].start, part[-1].end))
        return found

    def _look(self, tokens: Sequence[str]) -> Mapping[str, tuple[float, int]]:
        """Return the cost and the length of each word; nothing of what is no Persian word."""
        if len(self._looks) > _MOST_KEPT:
            self._looks = {}
        looks = self._looks  # another thread may begin anew meanwhile
        fresh = [token for token in dict.fromkeys(tokens) if token not in looks]
        words = [fold(token[:_LONGEST]) for token in fresh]
        persian = [
            (token, word)
            for token, word in zip(fresh, words)
            if word and kind_of(token, word) == Kind.PERSIAN
        ]
        costs = self._likelihood.costs([word for _, word in persian])
        made = dict.fromkeys(fresh, (0.0, 0))
        made.update((token, (cost, len(word))) for (token, word), cost in zip(persian, costs))
        looks.update(made)  # at once, so that no thread meets a word without its cost
        return looks

    def _found(self, text: str) -> list[Token]:
        """Return the words hidden in `text`, each with the place of its disguise, in order."""
        found: list[Token] = []
        matches = list(_SPELLED.finditer(text)) if _APART.search(text) else []
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
        kept = self._hidden_words
        if len(kept) > _MOST_KEPT // 10:
            kept = self._hidden_words = {}
        if (disguise, stars) not in kept:
            kept[disguise, stars] = self._behind(disguise, stars)
        return kept[disguise, stars]

    def _behind(self, disguise: str, stars: bool) -> str | None:
        """Return the severe word that `disguise` hides, if it does; `stars` may be letters."""
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
        # The sign is only in the way: «ب*چه» is no longer word with a gap.
        return self._starred(disguise) if stars and self._likelihood.rank(joined) < 2 else None

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


def _hidden(text: str, tokens: Sequence[str], looks: Mapping[str, tuple[float, int]]) -> bool:
    """Tell whether the words are so unlikely that the comment may be hidden as a whole."""
    cost, letters = 0.0, 0
    for token in tokens:
        word_cost, length = looks[token]
        cost += word_cost
        letters += length
    if letters <= _FEW_LETTERS:
        return False
    return cost > SUSPICIOUS_COST * letters or SISTER_LETTERS.search(text) is not None


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
