"""Tables of letters that stand for other letters: by sound, by looks, by another keyboard."""

from __future__ import annotations

import re

__all__ = ["ALIKE", "ALPHABET", "HOMOPHONES", "LOOKS", "SISTER_LETTERS", "URDU"]

#: Letters that sound alike in Persian.
HOMOPHONES = ("سصث", "زذضظ", "تط", "هح", "قغ", "اعآ")
#: Each letter to all that sound like it.
ALIKE = {letter: group for group in HOMOPHONES for letter in group}
#: What a digit or a Latin letter inside a Persian word may stand for, the likeliest first.
LOOKS = {
    "0": "هو", "1": "ال", "2": "رد", "3": "عس", "4": "چع", "5": "هص", "6": "عب", "7": "حو",
    "8": "ب", "9": "وق", "|": "ا", "@": "ا", "$": "س", "!": "ا", "a": "ا", "b": "ب", "c": "س",
    "d": "د", "e": "عی", "f": "ف", "g": "گ", "h": "ه", "i": "ای", "j": "جل", "k": "ک", "l": "ال",
    "m": "م", "n": "ن", "o": "ه", "p": "پ", "q": "ق", "r": "ر", "s": "س", "t": "ت", "u": "و",
    "v": "وح", "w": "و", "x": "خ", "y": "ی", "z": "ز",
}  # fmt: skip
#: Letters that Persian keyboards do not have, but for the Arabic ones that readers often type.
SISTER_LETTERS = re.compile(r"[ہھەےېۆۇۈۋڪڱڕڵێڤٺټډړڼځڅښ\u06cd\u06ce]")
#: Words that are Urdu in any company.
URDU = frozenset(
    "ہے ہیں میں نہیں کے سے نے تھا تھی تھے ہوں ہوا رہے رہا گے اور پر لیے کیا گیا".split()  # noqa: SIM905
)
#: The Persian letters.
ALPHABET = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
