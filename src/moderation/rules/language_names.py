"""Names of languages outside the Arabic script, for the one comment that is explained."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from threading import Lock

from moderation.lexicon.store import english_words

__all__ = ["name_cyrillic", "name_latin", "name_other"]

# langdetect's codes; what is missing here is called `foreign`.
_CODES = {
    "af": "afrikaans", "bg": "bulgarian", "cs": "czech", "da": "danish", "de": "german",
    "en": "english", "es": "spanish", "fi": "finnish", "fr": "french", "hu": "hungarian",
    "id": "indonesian", "it": "italian", "mk": "macedonian", "nl": "dutch", "no": "norwegian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "so": "somali",
    "sq": "albanian", "sv": "swedish", "sw": "swahili", "tr": "turkish", "uk": "ukrainian",
    "vi": "vietnamese", "tl": "tagalog", "hr": "croatian", "sl": "slovene", "sk": "slovak",
    "lt": "lithuanian", "lv": "latvian", "et": "estonian", "ca": "catalan", "cy": "welsh",
}  # fmt: skip

# The first word of a letter's Unicode name tells its script.
_SCRIPTS = {
    "HEBREW": "hebrew", "DEVANAGARI": "hindi", "ARMENIAN": "armenian", "GREEK": "greek",
    "GEORGIAN": "georgian", "THAI": "thai", "BENGALI": "bengali", "TAMIL": "tamil",
    "TELUGU": "telugu", "GURMUKHI": "punjabi", "GUJARATI": "gujarati", "HANGUL": "korean",
    "HIRAGANA": "japanese", "KATAKANA": "japanese", "CJK": "chinese", "ETHIOPIC": "amharic",
    "KHMER": "khmer", "LAO": "lao", "MYANMAR": "burmese", "TIBETAN": "tibetan",
    "SINHALA": "sinhala", "SYRIAC": "syriac", "THAANA": "dhivehi", "MONGOLIAN": "mongolian",
}  # fmt: skip

_DETECTING = Lock()
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_TAJIK = re.compile("[ҷӣӯ]")
_TAJIK_WORDS = re.compile(
    r"\b(?:ва|дар|аз|ба|ки|ин|он|аст|бо|барои|шуд|шумо|салом|хело|хуб|мо|ман|ту|чи|кард|карда|"
    r"мешавад|дорад|нест|буд|бисёр|ҳаст|бояд|онҳо|худо|кор|рахмат|ташаккур|чаро|имруз)\b"
)
_KAZAKH = re.compile("[әңұүһө]")
_UZBEK = re.compile("[ўқғҳ]")
_UKRAINIAN = re.compile("[їєґі]")
_FEW = 3  # words below which langdetect guesses


def _detect(text: str) -> str:
    from langdetect import DetectorFactory, detect
    from langdetect.lang_detect_exception import LangDetectException

    # langdetect fills its tables at the first call and guards nothing.
    with _DETECTING:
        DetectorFactory.seed = 0  # else the answer changes from call to call
        try:
            return _CODES.get(detect(text), "foreign")
        except LangDetectException:
            return "foreign"


def name_latin(words: Sequence[str]) -> str:
    """Return the language of foreign words in Latin letters, ``foreign`` when too few."""
    text = " ".join(words)
    if "ə" in text.lower():
        return "azerbaijani"
    if 2 * sum(word.lower() in english_words() for word in words) > len(words):
        return "english"
    if len(words) < _FEW or len(text) < 12:
        return "foreign"
    return _detect(text)


def name_cyrillic(text: str) -> str:
    """Return the language of Cyrillic `text`, or ``""`` when it has no such letters."""
    lower = text.lower()
    if not _CYRILLIC.search(lower):
        return ""
    if _KAZAKH.search(lower):
        return "kazakh"
    words = len(lower.split())
    persian = len(_TAJIK_WORDS.findall(lower))
    if _TAJIK.search(lower) or (persian and 5 * persian >= words):
        return "tajik"
    if _UZBEK.search(lower):
        return "tajik" if "ҳ" in lower and "ў" not in lower else "uzbek"
    if _UKRAINIAN.search(lower):
        return "ukrainian"
    name = _detect(text)
    return name if name in ("russian", "ukrainian", "bulgarian", "macedonian") else "russian"


def name_other(text: str) -> str:
    """Return the language that the script of `text` stands for, else ``foreign``."""
    found = [
        _SCRIPTS[script]
        for script in (unicodedata.name(c, "").split(" ")[0] for c in text if c.isalpha())
        if script in _SCRIPTS
    ]
    if "japanese" in found:  # kana tell Japanese from Chinese
        return "japanese"
    return max(found, key=found.count) if found else "foreign"
