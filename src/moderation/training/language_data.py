"""Texts for the language rule: cleaned labels, thin languages written out, mash typed.

Every sample is a list of tokens in their light form with the class it belongs to. What a
reader may do to a text (glue words, miss a key, type ``ى``, drop the letters a Persian
keyboard lacks) is done here to copies of it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from importlib.resources import files
from itertools import islice

from moderation.lexicon.store import english_words
from moderation.text.letters import fold
from moderation.text.tokens import Kind, kind_of, tokenize
from moderation.training.sources import Corpora

__all__ = [
    "Text",
    "arabic_words",
    "keyboard_mash",
    "latin_words",
    "read_texts",
    "south_azeri",
]

_LANGUAGES = {
    "fa": "persian", "fa-AF": "persian", "ur": "urdu", "ps": "pashto", "ckb": "sorani",
    "kmr-Arab": "kurmanji", "azb": "south_azeri", "ug": "uyghur", "sd": "sindhi",
    "ks-Arab": "kashmiri", "bal": "balochi", "hac": "gorani", "sdh": "southern_kurdish",
    "glk": "gilaki", "mzn": "gilaki", "brh": "brahui", "trw": "urdu",
}  # fmt: skip
# In this set the labels of some languages are shuffled; letters tell which rows to believe.
_SHUFFLED = {"azb", "mzn", "glk", "hac", "kmr-Arab", "ckb"}
_AZERI = re.compile("ؤ|ۆ|ۇ|لار|لری|دیر|سین|ایدی|بیر|اینگیل|یندا|ائ")
_NOT_AZERI = re.compile("[ەێٻڪڙ۾۽ٿڄڳڊٲڕھٛ]")

#: A text with its class, the set it comes from and what it is (word, sentence, comment).
Text = tuple[str, str, str, str]


#: Sources of comments read as Persian, and how many rows of each.
_COMMENTS = {
    "policy": 14_000, "parsoffensive": 5000, "taaghche": 3000, "digikala": 3000,
    "aux_shortpersianemo": 5000,
}  # fmt: skip


def read_texts(corpora: Corpora) -> Iterator[Text]:
    """Yield every text of the sources read for the language rule that has a usable class."""
    for row in corpora.rows("language"):
        language, source, text = row["lang"], row["set"], row["text"]
        if source == "scriptnorm-clean" and language in _SHUFFLED:
            if _NOT_AZERI.search(text) or not _AZERI.search(text):
                continue
            name = "south_azeri"
        elif language.endswith("-Latn") or language in _LATIN:
            if language == "ar-Latn":
                continue
            name = "finglish" if language == "fa-Latn" else "foreign"
            if language in ("az", "tr") and source == "sib200":  # for `south_azeri`
                yield text, "turkic", f"{source}-{language}", row["kind"]
        elif language.startswith("ar"):
            name = "arabic"
        elif language in _LANGUAGES:
            name = _LANGUAGES[language]
        else:
            continue
        # Words glued to lines without a space teach nothing about words.
        if name == "south_azeri" and max(map(len, text.split()), default=0) > 25:
            continue
        yield text, name, source, row["kind"]
    for source, limit in _COMMENTS.items():
        if corpora.has(source):
            for row in islice(corpora.rows(source), limit):
                yield row["text"], "persian", source, "comment"
    # Single names and news words, since a comment may be one of them.
    if corpora.has("isna"):
        for row in islice(corpora.rows("isna"), 2500):
            yield row["title"], "persian", "isna", "sentence"
            yield row["body"][:600], "persian", "isna", "sentence"
    if corpora.has("wordnet"):
        for row in corpora.rows("wordnet"):
            yield row["word"], "persian", "wordnet", "word"
    for line in _lines(corpora, "subtitle_frequency", 30_000):
        yield line.rpartition(" ")[0], "persian", "subtitle_frequency", "word"
    for line in _lines(corpora, "web_bigrams", 40_000):
        yield line, "persian", "web_bigrams", "pair"
    for word in sorted(english_words()):
        yield word, "foreign", "own", "word"
    folder = files("moderation.training")
    for name in ("south_azeri", "pashto", "urdu", "finglish"):
        for line in folder.joinpath(f"{name}.txt").read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                yield line, name, "own", "sentence"


def _lines(corpora: Corpora, source: str, limit: int) -> list[str]:
    if not corpora.has(source):
        return []
    return corpora.path(source).read_text("utf-8").splitlines()[:limit]


_LATIN = {
    "az", "de", "en", "es", "fr", "id", "it", "nl", "pl", "pt", "so", "sw", "tk", "tr", "uz", "zza",
    "ku-Latn", "ckb-Latn",
}  # fmt: skip


def arabic_words(text: str) -> list[str]:
    """Return the Arabic-script words of `text` as written."""
    return [t for t in tokenize(text) if kind_of(t, fold(t)) == Kind.PERSIAN]


def latin_words(text: str) -> list[str]:
    """Return the Latin-script words of `text` as written."""
    return [t for t in tokenize(text) if kind_of(t, fold(t)) == Kind.LATIN]


_PERSIAN_KEYS = ("ضصثقفغعهخحجچ", "شسیبلاتنمکگ", "ظطزرذدپو")
_LATIN_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def keyboard_mash(random_: random.Random, latin: bool = False) -> str:
    """Return a word as a bored hand types it.

    Parameters
    ----------
    random_ : random.Random
        Where chance comes from.
    latin : bool
        Latin instead of Persian keys.
    """
    rows = _LATIN_KEYS if latin else _PERSIAN_KEYS
    way = random_.random()
    length = random_.randint(4, 14)
    if way < 0.25:  # one or two short bits again and again
        row = random_.choice(rows[:2])
        bit = "".join(random_.choice(row) for _ in range(random_.randint(2, 4)))
        return (bit * 5)[:length]
    if way < 0.5:  # along a row, forwards or back
        row = random_.choice(rows)
        start = random_.randrange(max(1, len(row) - 3))
        run = row[start : start + length]
        return run if random_.random() < 0.7 or len(run) < 4 else run[::-1]
    if way < 0.8:  # a walk among neighbours
        row = random_.choice(rows[:2]) if random_.random() < 0.8 else "".join(rows)
        place = random_.randrange(len(row))
        word = ""
        for _ in range(length):
            word += row[place]
            place = min(max(place + random_.choice((-3, -2, -1, 1, 1, 2, 3)), 0), len(row) - 1)
        return word
    letters = "".join(rows)
    return "".join(random_.choice(letters) for _ in range(length))


_AZERI_LETTERS = {
    "b": "ب", "c": "ج", "ç": "چ", "d": "د", "f": "ف", "g": "گ", "ğ": "غ", "h": "ه", "x": "خ",
    "j": "ژ", "k": "ک", "q": "ق", "l": "ل", "m": "م", "n": "ن", "p": "پ", "r": "ر", "s": "س",
    "ş": "ش", "t": "ت", "v": "و", "y": "ی", "z": "ز", "a": "ا", "w": "و", "ñ": "ن",
}  # fmt: skip


def south_azeri(text: str, random_: random.Random) -> str:
    """Write Azerbaijani or Turkish in Persian letters, as people of Tabriz do.

    One text keeps one habit: the careful one (``ؤ ۆ ائ``) or that of a Persian keyboard.
    """
    careful = random_.random() < 0.35
    short_e = random_.random() < 0.6  # ə inside a word is left out
    back_q = random_.random() < 0.3  # final -q as خ or ق, as in speech
    words = []
    for word in text.replace("I", "ı").replace("İ", "i").lower().split():
        out = ""
        letters = [c for c in word if c.isalpha()]
        for place, c in enumerate(letters):
            first, last = place == 0, place == len(letters) - 1
            if c in "əä":
                out += "ا" if first else "ه" if last else "" if short_e else "ه"
            elif c == "e":
                out += ("ائ" if first else "ئ") if careful else ("ا" if first else "ی")
            elif c in "iı":
                out += "ای" if first else "ی"
            elif c in "oöuü":
                vowel = {"ö": "ؤ", "ü": "ۆ"}.get(c, "و") if careful else "و"
                out += "ا" * first + vowel
            elif c == "a":
                out += "آ" if first and random_.random() < 0.6 else "ا"
            elif c == "q" and last and back_q:
                out += "خ"
            else:
                out += _AZERI_LETTERS.get(c, "")
        words.append(out)
    return " ".join(filter(None, words))
