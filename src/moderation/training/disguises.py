"""Ways in which people hide words, each as a seeded change of a whole comment.

They measure what the unmasking is worth: of comments that are caught, how many still are when
every word is hidden, and of harmless ones how many become held for it. Nothing is trained on
them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from random import Random

from moderation.text.alike import HOMOPHONES

__all__ = ["DISGUISES", "disguise", "disguise_report"]

_WORD = re.compile(r"[^\W\d_]{3,}")
_SISTERS = str.maketrans({"ی": "ي", "ک": "ك"})
_FURTHER = str.maketrans({"ی": "ى", "ک": "ڪ", "ه": "ہ", "و": "ۆ", "گ": "ڱ"})
_HARAKAT = "\u064e\u064f\u0650\u0651\u0652"
_ZERO_WIDTH = "\u200b\u200d\u2060\ufeff"
_BIDI = "\u200e\u200f\u202a\u202b\u202c\u2067\u2069"
_LOOKS = {"ا": "1Il", "ه": "5o", "و": "9", "ل": "l", "ع": "3"}
Change = Callable[[str, Random], str]


def _between(marks: str, share: float = 1.0) -> Change:
    def change(word: str, random: Random) -> str:
        parts = [random.choice(marks) if random.random() < share else "" for _ in word[1:]]
        return word[0] + "".join(part + letter for part, letter in zip(parts, word[1:]))

    return change


def _once(mark: str) -> Change:
    def change(word: str, random: Random) -> str:
        place = random.randrange(1, len(word))
        return word[:place] + mark + word[place:]

    return change


def _stretched(word: str, random: Random) -> str:
    place = random.randrange(len(word))
    return word[:place] + word[place] * random.randrange(3, 7) + word[place + 1 :]


@cache
def _forms() -> dict[str, list[str]]:
    """Return the presentation forms of each letter."""
    forms: dict[str, list[str]] = {}
    for point in (*range(0xFB50, 0xFDD0), *range(0xFE70, 0xFEFD)):
        plain = unicodedata.normalize("NFKC", chr(point))
        if len(plain) == 1 and plain != chr(point):
            forms.setdefault(plain, []).append(chr(point))
    return forms


def _presentation(word: str, random: Random) -> str:
    return "".join(random.choice(_forms().get(letter, [letter])) for letter in word)


def _homophone(word: str, random: Random) -> str:
    alike = [group for group in HOMOPHONES if "ا" not in group]
    groups = {letter: group for group in alike for letter in group}
    places = [i for i, letter in enumerate(word) if letter in groups]
    if not places:
        return word
    place = random.choice(places)
    others = groups[word[place]].replace(word[place], "")
    return word[:place] + random.choice(others) + word[place + 1 :]


def _look_alike(word: str, random: Random) -> str:
    places = [i for i, letter in enumerate(word) if letter in _LOOKS and 0 < i < len(word) - 1]
    if not places:
        return word
    place = random.choice(places)
    return word[:place] + random.choice(_LOOKS[word[place]]) + word[place + 1 :]


def _swapped(word: str, random: Random) -> str:
    if len(word) < 4:
        return word
    place = random.randrange(1, len(word) - 2) if len(word) > 4 else 1
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


#: Each hides every word of three letters and more.
DISGUISES: Mapping[str, Change] = {
    "spaced": _between(" "),
    "dotted": _between("."),
    "starred": _between("*"),
    "kashida": _between("\u0640", 0.6),
    "half-spaces": _between("\u200c", 0.6),
    "zero-width": _between(_ZERO_WIDTH, 0.6),
    "bidi marks": _between(_BIDI, 0.6),
    "stretched": _stretched,
    "Arabic letters": lambda word, random: word.translate(_SISTERS),
    "other alphabets": lambda word, random: word.translate(_FURTHER),
    "presentation forms": _presentation,
    "harakat": _between(_HARAKAT, 0.6),
    "homophones": _homophone,
    "look-alikes": _look_alike,
    "one dot": _once("."),
    "split": _once(" "),
    "swapped letters": _swapped,
    "reversed": lambda word, random: word[::-1],
}


def disguise(text: str, name: str, seed: int = 0) -> str:
    """Return `text` with every word of three letters and more hidden.

    Parameters
    ----------
    text : str
    name : str
        A key of :data:`DISGUISES`. Words spelled with spaces stand two spaces apart, as readers
        write them who want to be read.
    seed : int
        Fixes every random choice.
    """
    random = Random(seed)
    change = DISGUISES[name]
    gap = "  " if name == "spaced" else " "
    parts = text.split() if name == "spaced" else [text]
    return gap.join(_WORD.sub(lambda m: change(m.group(), random), part) for part in parts)


def disguise_report(
    is_held: Callable[[Sequence[str]], Sequence[bool]], caught: Sequence[str], clean: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Return, for each disguise, what it does to comments that were held and to those that weren't.

    Parameters
    ----------
    is_held : callable
        Tells of each comment whether it is held or rejected.
    caught, clean : sequence of str
        Comments that are held, and harmless ones that are published, as they stand.

    Returns
    -------
    dict
        Disguise to ``kept`` (share of `caught` still held) and ``held`` (share of `clean` held).
    """
    report = {}
    for name in DISGUISES:
        kept = is_held([disguise(text, name, seed) for seed, text in enumerate(caught)])
        held = is_held([disguise(text, name, seed) for seed, text in enumerate(clean)])
        report[name] = {
            "kept": sum(kept) / max(len(caught), 1),
            "held": sum(held) / max(len(clean), 1),
        }
    return report
