"""Words in company: the same word is abuse, a quotation or a dog, by what stands beside it.

Each entry of :data:`CONTEXT` is one number per comment, computed for the whole batch.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import numpy.typing as npt

from moderation.lexicon.store import bit
from moderation.text.tokens import Kind
from moderation.text.vocabulary import Array, Batch

__all__ = ["CONTEXT", "PLAIN_ABUSE", "SIGNS", "Facts", "measure_context"]

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
_OPEN, _CLOSE, _EITHER, _ASKS, _SHOUTS = 1, 2, 4, 8, 16
#: What a punctuation mark does; the column "sign" of the token table.
SIGNS = {
    "«": _OPEN, "“": _OPEN, "(": _OPEN, "[": _OPEN,
    "»": _CLOSE, "”": _CLOSE, ")": _CLOSE, "]": _CLOSE,
    '"': _EITHER, "?": _ASKS, "؟": _ASKS, "!": _SHOUTS,
}  # fmt: skip
_FAR = 40
_MOST = 5.0


class Facts:
    """Per-token facts of a batch; each is worked out once, when first asked for.

    Parameters
    ----------
    batch : Batch
        With the columns "sign" and "kind".
    masks : ndarray of uint32, shape (n_tokens,)
        Lexicon classes, phrases included.
    """

    def __init__(self, batch: Batch, masks: npt.NDArray[np.uint32]) -> None:
        self.batch = batch
        self.masks = masks
        self.sign = batch.column("sign")
        self.kind = batch.column("kind")
        self._gaps: dict[tuple[str, ...], Ints] = {}
        self.abuse = self.having(
            "obscene", "insult_strong", "insult_mind", "insult_formal", "curse", "imperative"
        )
        self.soft = self.having("animal", "ambiguous", "slur")
        self.charge = self.having("charge")
        self.violence = self.having("violence")
        self.threat = self.having("threat")

    @cached_property
    def quoted(self) -> Flags:
        """Which tokens stand between quotation marks or brackets."""
        starts, lengths = self.batch.starts, self.batch.lengths

        def running(flags: Array) -> Array:
            values = flags.astype(np.int64)
            total = np.cumsum(values)
            return total - np.repeat(total[starts] - values[starts], lengths)

        inside = running(self.sign & _OPEN != 0) > running(self.sign & _CLOSE != 0)
        return inside | (running(self.sign & _EITHER != 0) % 2 == 1)

    def having(self, *names: str) -> Flags:
        """Which tokens are of one of the classes."""
        return self.masks & np.uint32(bit(*names)) != 0

    @cached_property
    def _bounds(self) -> tuple[Ints, Ints]:
        """Index of the first and of the last token of each token's comment."""
        first = np.repeat(self.batch.starts, self.batch.lengths)
        return first, first + np.repeat(self.batch.lengths, self.batch.lengths) - 1

    def number(self, flags: Flags) -> Array:
        """How many of a comment's tokens are flagged."""
        return self.batch.sum(flags.astype(np.float32))

    def gap(self, *names: str) -> Ints:
        """Return each token's distance to the nearest token of one of the classes."""
        if names not in self._gaps:
            self._gaps[names] = _distance(self.having(*names), *self._bounds)
        return self._gaps[names]

    def near(self, flags: Flags, reach: int, *names: str) -> Array:
        """How many flagged tokens have one of the classes within `reach` tokens."""
        if not flags.any():  # one comment by itself seldom has all that is asked for
            return np.zeros(len(self.batch), dtype=np.float32)
        return self.number(flags & (self.gap(*names) <= reach))

    @property
    def plain_abuse(self) -> Flags:
        """Which words of abuse stand in the open: not quoted, denied, retold or literal."""
        excused = self.quoted | (self.gap("negation") <= 3)
        excused |= (self.gap("quote") <= 4) | (self.gap("literal") <= 6)
        return self.abuse & ~excused

    @property
    def charge_gap(self) -> Array:
        """Return the least distance from a charge to a target, over the farthest counted."""
        gaps = np.where(self.charge, self.gap("target_person", "target_org"), _FAR)
        return np.minimum.reduceat(gaps, self.batch.starts) / _FAR

    @property
    def questions(self) -> Array:
        """How many question marks and question words there are."""
        return self.number(self.sign & _ASKS != 0) + self.number(self.having("question"))


#: The measurement that an insult's calibration rests on beside its logit.
PLAIN_ABUSE = "abuse:plain"
_TARGETS = ("target_person", "target_org")

#: The measurements, by name; their order is part of the stored model.
CONTEXT: dict[str, Callable[[Facts], Array]] = {
    PLAIN_ABUSE: lambda f: f.number(f.plain_abuse),
    "abuse:quoted": lambda f: f.number(f.abuse & f.quoted),
    "abuse:open": lambda f: f.number(f.abuse & ~f.quoted),
    "abuse:denied": lambda f: f.near(f.abuse, 3, "negation"),
    "abuse:near_quote_verb": lambda f: f.near(f.abuse, 4, "quote"),
    "abuse:near_target": lambda f: f.near(f.abuse & ~f.quoted, 4, *_TARGETS),
    "abuse:literal": lambda f: f.near(f.abuse, 6, "literal"),
    "abuse:addressed": lambda f: f.near(f.abuse & ~f.quoted, 3, "address"),
    "soft:quoted": lambda f: f.number(f.soft & f.quoted),
    "soft:near_target": lambda f: f.near(f.soft & ~f.quoted, 4, *_TARGETS),
    "soft:literal": lambda f: f.near(f.soft, 6, "literal"),
    "soft:addressed": lambda f: f.near(f.soft & ~f.quoted, 3, "address"),
    "soft:near_quote_verb": lambda f: f.near(f.soft, 4, "quote"),
    "soft:denied": lambda f: f.near(f.soft, 3, "negation"),
    "charge:near_person": lambda f: f.near(f.charge, 6, "target_person"),
    "charge:near_org": lambda f: f.near(f.charge, 6, "target_org"),
    "charge:addressed": lambda f: f.near(f.charge, 5, "address"),
    "charge:asked": lambda f: np.minimum(f.number(f.charge), 1) * np.minimum(f.questions, 2),
    "charge:reported": lambda f: f.near(f.charge, 6, "report"),
    "charge:denied": lambda f: f.near(f.charge, 4, "negation"),
    "charge:quoted": lambda f: f.number(f.charge & f.quoted),
    "charge:near_quote_verb": lambda f: f.near(f.charge, 4, "quote"),
    "charge:praised": lambda f: f.near(f.charge, 6, "anticorruption"),
    "charge:gap": lambda f: f.charge_gap,
    "group:near_abuse": lambda f: f.near(f.abuse | f.having("slur"), 5, "group_name"),
    "group:near_soft": lambda f: f.near(f.soft, 4, "group_name"),
    "violence:near_target": lambda f: f.near(f.violence, 5, *_TARGETS),
    "violence:reported": lambda f: f.near(f.violence, 6, "report"),
    "violence:addressed": lambda f: f.near(f.violence | f.threat, 5, "address"),
    "threat:quoted": lambda f: f.number(f.threat & f.quoted),
    "plain:quoted": lambda f: np.minimum(f.number(f.quoted & ~f.abuse & ~f.soft), 3),
    "questions": lambda f: f.questions,
    "shouts": lambda f: f.number(f.sign & _SHOUTS != 0),
    "quotes": lambda f: f.number(f.sign & (_OPEN | _EITHER) != 0),
    "links": lambda f: f.number((f.kind == Kind.LINK) | (f.kind == Kind.MAIL)),
    "mentions": lambda f: f.number(f.kind == Kind.MENTION),
    "numbers": lambda f: f.number(f.kind == Kind.NUMBER),
    "emoji": lambda f: f.number(f.kind == Kind.EMOJI),
    "latin": lambda f: f.number(f.kind == Kind.LATIN) / f.batch.lengths,
    "length": lambda f: np.log1p(f.batch.lengths),
    "inverse_length": lambda f: 1.0 / np.sqrt(f.batch.lengths),
}


def measure_context(facts: Facts) -> npt.NDArray[np.float32]:
    """Return the measurements of :data:`CONTEXT`, shape (n_comments, n_measurements)."""
    values = np.stack([measure(facts) for measure in CONTEXT.values()], axis=1)
    return np.minimum(values, _MOST).astype(np.float32)


def _distance(flags: Flags, first: Ints, last: Ints) -> Ints:
    """Return each token's distance to the nearest flagged token of its comment."""
    places = flags.nonzero()[0]
    if not len(places):
        return np.full(len(flags), _FAR)
    index = np.arange(len(flags))
    after = np.searchsorted(places, index)
    ahead = places[np.minimum(after, len(places) - 1)]
    behind = places[np.maximum(after - 1, 0)]
    gap_ahead = np.where((ahead >= index) & (ahead <= last), ahead - index, _FAR)
    gap_behind = np.where((behind < index) & (behind >= first), index - behind, _FAR)
    return np.minimum(np.minimum(gap_behind, gap_ahead), _FAR)
