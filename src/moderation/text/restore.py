"""Disguises that lie over a whole comment: every word spelled out, cut, glued or respelled.

:mod:`moderation.text.unmask` finds the one bad word hidden in plain text. Here most words of a
comment are none that Persian has. Each way of hiding is undone by itself; the way after which
nearly all words are known Persian words is the way they were hidden, and if there is none the
comment stays as it is: it may be another language. What is read is then plain text, so that
a disguise neither saves an insult nor condemns a harmless comment.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise, product
from math import prod

from moderation.lexicon.store import Lexicon
from moderation.text.alike import ALIKE, ALPHABET, LOOKS, SISTER_LETTERS, URDU
from moderation.text.known import KnownWords
from moderation.text.letters import fold
from moderation.text.likelihood import Likelihood
from moderation.text.tokens import Kind, Token, kind_of, tokenize_spans

__all__ = ["SUSPICIOUS_COST", "Restorer", "look_alikes"]

_LETTER = r"[^\W\d_]"
_INSIDE = r"[*.•·×+#$%^~=|\\/_،,:;!\-]"
_GAP = rf"[\u200c\u200d]*(?: ?{_INSIDE}{{1,3}} ?|\s{{1,4}})[\u200c\u200d]*"
_RUN = re.compile(rf"(?<!\w){_LETTER}(?:{_GAP}{_LETTER})+(?!\w)")
_CUT = re.compile(
    r"(?<![\w\u200c\u200d])(?:[^\W_]|[\u200c\u200d])+"
    rf"(?:{_INSIDE}{{1,3}}(?:[^\W_]|[\u200c\u200d])+)+"
)
_HALF_SPACE = "\u200c"
_STARS = re.compile(r"[*#•×]")
#: Letters of the longest word that is respelled, and hidden words that are read at most: nobody
#: writes a comment of more.
_LONGEST_WORD, _MOST_MATCHES = 16, 300
#: What is never read as hidden words.
_WHOLE = (Kind.LINK, Kind.MAIL, Kind.MENTION)
#: Two unknown letters of a word have this many readings; of letters that sound alike fewer will do.
_MOST_READINGS, _MOST_RESPELLED = len(ALPHABET) ** 2, 200
#: Share of unknown words from which all words may be respelled.
_MANY_UNKNOWN = 0.25
_COMMON = 4
#: What a disguise is undone for: the share of letters in known words, and the share of the
#: former cost that is left at most.
_ENOUGH, _CHEAPER = 0.8, 0.85
#: Share of a comment's letters that stand in hidden words.
_MUCH_HIDDEN, _SOME_HIDDEN = 0.3, 0.2
#: Words of three letters and more that are hidden at least; fewer are initials and abbreviations.
_FEWEST_HIDDEN = 2
#: Where no sign tells of hiding it may be another language: the cost per letter must be one that
#: plain Persian seldom exceeds, the fewer letters the less of it, and two words are the least.
_PLAIN_COST, _UNIFIED_COST, _FEW_LETTERS = 1.7, 1.6, 12
_SHORT_COST, _FEWEST_LETTERS = 1.35, 6
#: Cost per letter from which a comment may be hidden; plain comments stay below it.
SUSPICIOUS_COST = 2.1
Way = Callable[[str, list[Token]], list[Token]]


class Restorer:
    """Reads comments whose words are hidden, all in one way.

    Parameters
    ----------
    lexicon : Lexicon
        Words of abuse are words, too, however rare.
    known : KnownWords
        How common Persian words are.
    """

    def __init__(self, lexicon: Lexicon, known: KnownWords) -> None:
        self._lexicon = lexicon
        self.likelihood = Likelihood(lexicon, known)

    @cached_property
    def _ways(self) -> tuple[tuple[Way, bool, float], ...]:
        """Every way of hiding undone, whether it leaves no sign, and how much of it there must be.

        A few letters apart are initials, a few respelled words somebody's spelling; but a space
        too many or too few is undone wherever it is.
        """
        return (
            (self._spelled, False, _MUCH_HIDDEN),
            (self._cut, False, _MUCH_HIDDEN),
            (self._each_word(self._look_alike), False, _MUCH_HIDDEN),
            (self._each_word(self._reverse), False, _MUCH_HIDDEN),
            (self._each_word(self._respell), True, _MUCH_HIDDEN),
            (self._each_word(self._undouble), True, _MUCH_HIDDEN),
            (self._each_word(self._swap), True, _MUCH_HIDDEN),
            (self._glue, True, _SOME_HIDDEN),
            (self._part, True, 0.0),
        )

    def restore(self, text: str, tokens: list[Token]) -> list[Token] | None:
        """Return the tokens of a hidden comment, each the word as it is read.

        Parameters
        ----------
        text : str
            The comment.
        tokens : list of Token
            Its tokens as they stand.

        Returns
        -------
        list of Token or None
            With the places in `text` that each word was written in; None where no way of
            hiding explains the comment.
        """
        unified = self._unified(text, tokens)
        if unified is not None:
            return unified
        letters = sum(len(_persian(token)) for token in tokens)
        best, most = None, _CHEAPER * self.total_cost(tokens)
        for way, signless, least in self._ways:
            if signless:
                most = min(most, _plain_cost(letters))
            found = way(text, tokens)
            changed = _changed(tokens, found)
            if least and sum(length > 2 for length in changed) < _FEWEST_HIDDEN:
                continue
            if not changed or sum(changed) < least * letters:
                continue
            cost = self.total_cost(found)
            if cost < most and self._share(found) >= _ENOUGH:
                # A later way has to be better: by then a simpler one explains the comment.
                best, most = found, 0.97 * cost
        return best

    def total_cost(self, tokens: Sequence[Token]) -> float:
        """Return the cost of all Persian words, as :meth:`Likelihood.cost` has it."""
        return sum(self.likelihood.cost(word) for word in map(_persian, tokens) if word)

    def _share(self, tokens: Sequence[Token]) -> float:
        """Return the share of letters in known words; single letters are in none."""
        words = [word for word in map(_persian, tokens) if word]
        known = sum(len(word) for word in words if self.likelihood.rank(word))
        return known / max(sum(map(len, words)), 1)

    def _unified(self, text: str, tokens: list[Token]) -> list[Token] | None:
        """Write the letters of other alphabets as Persian ones, where plain Persian comes of it."""
        if not SISTER_LETTERS.search(text) or not URDU.isdisjoint(t.text for t in tokens):
            return None
        plain = [Token(fold(token.text) or token.text, *token[1:]) for token in tokens]
        letters = sum(len(token.text) for token in plain if token.text[:1].isalpha())
        enough = letters >= _FEW_LETTERS and self.total_cost(plain) <= _UNIFIED_COST * letters
        return plain if enough else None

    def _spelled(self, text: str, tokens: list[Token]) -> list[Token]:
        """Put letters together: «س ل ا م  خ و ب», «س.ل.ا.م خ.و.ب»."""
        return _replaced(text, tokens, _RUN, self._letters)

    def _letters(self, run: re.Match[str]) -> list[Token] | None:
        places = [i for i in range(run.start(), run.end()) if run.string[i].isalnum()]
        if not all(run.string[i].isalpha() for i in places):
            return None  # «½», «²» and «Ⅷ» are neither letters nor decimal digits
        places = [i for i in places if fold(run.string[i])]
        if len(places) < 2:
            return None
        gaps = [run.string[a + 1 : b] for a, b in pairwise(places)]
        usual = Counter(gaps).most_common(1)[0][0]
        # Another gap with a space in it parts words; signs may change from letter to letter.
        widest = [gap != usual and any(map(str.isspace, gap)) for gap in gaps]
        words, start = [], 0
        for index, apart in enumerate([*widest, True]):
            if apart:
                words += self._segmented(run.string, places[start : index + 1])
                start = index + 1
        return words

    def _segmented(self, text: str, places: list[int]) -> list[Token]:
        """Return the letters at `places` as one word, or as the likeliest words."""
        letters = fold("".join(text[i] for i in places))
        if len(letters) != len(places):  # a letter that folds to two: rare, and one word then
            return [Token(letters, places[0], places[-1] + 1)]
        ends = [len(letters)] if self.likelihood.rank(letters) else self.likelihood.segment(letters)
        starts = [0, *ends[:-1]]
        return [Token(letters[a:b], places[a], places[b - 1] + 1) for a, b in zip(starts, ends)]

    def _cut(self, text: str, tokens: list[Token]) -> list[Token]:
        """Undo signs inside words: in the way («سل.ام»), or for a letter («سل*م»)."""
        return _replaced(text, tokens, _CUT, self._without_signs)

    def _without_signs(self, cut: re.Match[str]) -> list[Token] | None:
        joined = fold(re.sub(_INSIDE, "", cut.group()))
        if self.likelihood.rank(joined):
            return [Token(joined, cut.start(), cut.end())]
        starred = fold(_STARS.sub("\0", cut.group()))
        if "\0" not in starred:
            return None
        readings = list(_fillings(starred, {"\0": ALPHABET}))
        self.likelihood.costs(readings)
        readings = [word for word in readings if self.likelihood.rank(word)]
        # Hardly anybody stars a harmless word: only a common one is likelier than abuse.
        word = self._commonest(w for w in readings if self.likelihood.rank(w) >= _COMMON)
        abuse = next((w for w in readings if self._lexicon.severe(w, suffixes=False)), None)
        word = word or abuse or self._commonest(iter(readings))
        return [Token(word, cut.start(), cut.end())] if word else None

    def _commonest(self, words: Iterator[str]) -> str | None:
        """Return the commonest of `words`, the first among equals; None if none is known."""
        candidates = list(words)
        self.likelihood.costs(candidates)
        best = max(candidates, key=self.likelihood.rank, default=None)
        return best if best is not None and self.likelihood.rank(best) else None

    def _each_word(self, change: Callable[[str], str | None]) -> Way:
        def changed(token: Token) -> Token:
            word = fold(token.text)
            if not 2 < len(word) <= _LONGEST_WORD or kind_of(token.text, word) != Kind.PERSIAN:
                return token
            found = None if self.likelihood.rank(word) else change(word)
            return Token(found, token.start, token.end) if found else token

        def way(text: str, tokens: list[Token]) -> list[Token]:
            words = [fold(token.text) for token in tokens if token.text[:1].isalpha()]
            unknown = sum(not self.likelihood.rank(word) for word in words)
            return list(map(changed, tokens)) if unknown > _MANY_UNKNOWN * len(words) else tokens

        return way

    def _respell(self, word: str) -> str | None:
        return self._commonest(_fillings(word, ALIKE, _MOST_RESPELLED))

    def _look_alike(self, word: str) -> str | None:
        if word.isalpha() and not any(c.isascii() for c in word):
            return None
        strange = {c: LOOKS[c] for c in word if c in LOOKS}
        found = self._commonest(look_alikes(word))
        if found or sum(c in strange for c in word) > 1:
            return found
        return self._commonest(_fillings(word, dict.fromkeys(strange, ALPHABET)))

    def _undouble(self, word: str) -> str | None:
        return self._commonest(
            word[:i] + word[i + 1 :] for i in range(1, len(word)) if word[i] == word[i - 1]
        )

    def _swap(self, word: str) -> str | None:
        return self._commonest(
            word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)
        )

    def _reverse(self, word: str) -> str | None:
        return self._commonest(iter([word[::-1]]))

    def _glue(self, text: str, tokens: list[Token]) -> list[Token]:
        """Put words together that were cut by spaces: «سل ام خو بی»."""
        words = [fold(token.text) for token in tokens]
        cost, back = [0.0], [0]
        for end in range(1, len(tokens) + 1):
            options = []
            for start in range(max(0, end - 3), end):
                if start < end - 1 and not _only_spaces(text, tokens[start:end]):
                    continue
                word = "".join(words[start:end])
                options.append((cost[start] + self.likelihood.cost(word) * bool(word), start))
            least, start = min(options)
            cost.append(least)
            back.append(start)
        glued, end = [], len(tokens)
        while end:
            start = back[end]
            if end - start == 1:
                glued.append(tokens[start])
            else:
                whole = "".join(words[start:end])
                glued.append(Token(whole, tokens[start].start, tokens[end - 1].end))
            end = start
        return glued[::-1]

    def _part(self, text: str, tokens: list[Token]) -> list[Token]:
        """Part words that were written without spaces: «سلامخوبی»."""
        parted: list[Token] = []
        for token in tokens:
            word = _persian(token)
            visible = [i for i in range(token.start, token.end) if fold(text[i])]
            pieces = [fold(piece) for piece in token.text.split(_HALF_SPACE)]
            whole = len(word) < 5 or self.likelihood.rank(word) or len(word) != len(visible)
            if whole or (len(pieces) > 1 and all(map(self.likelihood.rank, pieces))):
                parted.append(token)
            else:
                parted += self._segmented(text, visible)
        return parted


def _plain_cost(letters: int) -> float:
    """Return what plain Persian of so many letters costs at most."""
    if letters >= _FEW_LETTERS:
        return _PLAIN_COST * letters
    return _SHORT_COST * letters if letters >= _FEWEST_LETTERS else 0.0


def _persian(token: Token) -> str:
    """Return a token's folded word, or nothing for what is no Persian word."""
    word = fold(token.text)
    return word if word and kind_of(token.text, word) == Kind.PERSIAN else ""


def _changed(before: Sequence[Token], after: Sequence[Token]) -> list[int]:
    """Return the lengths of the tokens that were not there before."""
    same = set(before)
    return [len(token.text) for token in after if token not in same]


def _only_spaces(text: str, tokens: Sequence[Token]) -> bool:
    return all(map(_persian, tokens)) and all(
        text[a.end : b.start].isspace() for a, b in pairwise(tokens)
    )


def look_alikes(word: str) -> Iterator[str]:
    """Yield `word` with every digit and Latin letter as each Persian letter that it looks like."""
    return _fillings(word, {c: LOOKS[c] for c in word if c in LOOKS})


def _fillings(word: str, choices: dict[str, str], most: int = _MOST_READINGS) -> Iterator[str]:
    """Yield `word` with each letter replaced by each of its choices, if they aren't too many."""
    options = [choices.get(letter, letter) for letter in word]
    if prod(map(len, options)) <= most:
        yield from map("".join, product(*options))


def _replaced(
    text: str,
    tokens: Sequence[Token],
    pattern: re.Pattern[str],
    read: Callable[[re.Match[str]], list[Token] | None],
) -> list[Token]:
    """Tokenise `text`, but for the matches that `read` makes words of.

    Links and addresses among `tokens` stay whole, and only so many matches are read: nobody
    writes a comment of more.
    """
    replaced: list[Token] = []
    done = 0
    whole = [token for token in tokens if kind_of(token.text, fold(token.text)) in _WHOLE]
    left = _MOST_MATCHES
    for stop in [*whole, Token("", len(text), len(text))]:
        for match in pattern.finditer(text, done, stop.start):
            words = read(match) if left > 0 else None
            left -= 1
            if words is not None:
                replaced += tokenize_spans(text, done, match.start()) + words
                done = match.end()
        replaced += tokenize_spans(text, done, stop.start)
        replaced += [stop] * bool(stop.text)
        done = stop.end
    return replaced
