"""How likely words are: what a disguise must lead to, and where glued words part."""

from __future__ import annotations

from collections.abc import Sequence

from moderation.lexicon.store import Lexicon
from moderation.text.known import KnownWords

__all__ = ["RARE_COST", "Likelihood"]

#: Cost of a word by how common it is, in the manner of a unigram model; 0 is unknown.
_COST = (15.0, 9.0, 7.5, 6.0, 4.5, 3.0)
_UNKNOWN_LETTER = 2.0
#: What a rare word of two or three letters costs more: lists of words are full of scraps.
_SHORT = {2: 5.0, 3: 2.0}
_SEVERE_COST = 7.0
#: Cost from which a word is no usual one.
RARE_COST = 9.0
_LONGEST_WORD, _MOST_KEPT = 16, 200_000


class Likelihood:
    """A unigram model of Persian words, as coarse as the table of known words.

    Parameters
    ----------
    lexicon : Lexicon
        Words of abuse are words, too, however rare.
    known : KnownWords
        How common Persian words are.
    """

    def __init__(self, lexicon: Lexicon, known: KnownWords) -> None:
        self._lexicon = lexicon
        self._known = known
        self._ranks: dict[str, int] = {}
        self._costs: dict[str, float] = {}

    def rank(self, word: str) -> int:
        """Return how common a folded word is, 0 (unknown) to 5; abuse is never unknown."""
        rank = self._ranks.get(word)
        if rank is None:
            if len(self._ranks) > 2 * _MOST_KEPT:
                self._ranks = {}
            rank = self._ranks[word] = self._looked_up(word)
        return rank

    def _looked_up(self, word: str) -> int:
        return self._with_abuse(word, self._known.rank(word) if word else 0)

    def _with_abuse(self, word: str, rank: int) -> int:
        if len(word) < 2:
            return 4 if word == "و" else 0
        return rank or (2 if self._lexicon.severe(word, suffixes=False) else 0)

    def segment(self, letters: str) -> list[int]:
        """Return where the words of letters without spaces end, by the least total cost."""
        parts = (
            letters[start:end]
            for end in range(1, len(letters) + 1)
            for start in range(max(0, end - _LONGEST_WORD), end)
        )
        self.costs(list(parts))
        cost, back = [0.0], [0]
        for end in range(1, len(letters) + 1):
            options = (
                (cost[start] + self.cost(letters[start:end]), start)
                for start in range(max(0, end - _LONGEST_WORD), end)
            )
            least, start = min(options)
            cost.append(least)
            back.append(start)
        ends, end = [], len(letters)
        while end:
            ends.append(end)
            end = back[end]
        return ends[::-1]

    def cost(self, word: str) -> float:
        """Return how unlikely a folded word is, in the manner of a unigram model."""
        cost = self._costs.get(word)
        if cost is None:
            cost = self._costs[word] = self._new_cost(word)
        return cost

    def costs(self, words: Sequence[str]) -> list[float]:
        """Return the cost of each folded word; many together cost less time."""
        if len(self._costs) > _MOST_KEPT:
            self._costs = {}
        kept = self._costs  # another thread may begin anew meanwhile
        fresh = [word for word in dict.fromkeys(words) if word not in kept]
        ranks = self._known.bucket(self._known.hash([word or " " for word in fresh])).tolist()
        for word, rank in zip(fresh, ranks):
            self._ranks[word] = self._with_abuse(word, rank)
            kept[word] = self._new_cost(word)
        return [kept[word] for word in words]

    def _new_cost(self, word: str) -> float:
        rank = self.rank(word)
        if rank >= 4:
            return _COST[rank]
        if not rank:
            return _COST[0] + _UNKNOWN_LETTER * len(word)
        if self._lexicon.severe(word, suffixes=False):
            return min(_COST[rank], _SEVERE_COST)
        return _COST[rank] + _SHORT.get(len(word), 0.0)
