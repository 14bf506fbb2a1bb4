"""What single words carry: a finer and wider net than the lists of abuse and charges.

The classes of :mod:`moderation.lexicon.store` are findings in themselves. Grades are weaker:
some eight thousand words, each read by itself, with how insulting, violent, political or
polite it is. Rules weigh them together; no grade alone holds a comment.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from importlib.resources import files

__all__ = ["GRADES", "Grades", "grade_bit"]

#: Grades in the order of their bits; the order is part of the stored model.
GRADES = (
    "gross",
    "insulting",
    "belittling",
    "mocking",
    "bodily",
    "dirt",
    "crime",
    "violent",
    "wishing_harm",
    "group",
    "camp",
    "role",
    "body",
    "negative",
    "positive",
    "reported",
    "addressed",
)


@cache
def grade_bit(*names: str) -> int:
    """Return the mask of the named grades."""
    return sum(1 << GRADES.index(name) for name in names)


class Grades:
    """The grades of folded words; use :meth:`load`, which reads them once per process."""

    def __init__(self) -> None:
        text = files(__package__).joinpath("grades.tsv").read_text("utf-8")
        self._masks: dict[str, int] = {}
        for line in text.splitlines():
            if line and not line.startswith("#"):
                word, _, names = line.partition("\t")
                self._masks[word] = grade_bit(*names.split())
        self.digest = hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Grades:
        """Return the package's grades."""
        return cls()

    def __len__(self) -> int:
        return len(self._masks)

    def mask(self, folded: str) -> int:
        """Return the grades of a word in folded form as a bit mask; 0 where it has none."""
        return self._masks.get(folded, 0)
