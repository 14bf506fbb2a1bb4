"""Fit the language rule: two linear models over character n-grams, and its thresholds.

A comment's score is a sum over its words, so what is fitted is the logit that each n-gram
adds to each class. Samples are single words, windows of two to four, and sentences, so that
one word of evidence is weighed as one word.
"""

from __future__ import annotations

import random
import warnings
from collections import Counter, defaultdict
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.lexicon.store import Lexicon
from moderation.rules.language import ARABIC_CLASSES as CLASSES
from moderation.rules.language import LATIN_CLASSES, LanguageRule
from moderation.rules.language_tokens import (
    ARABIC_ORDERS,
    LATIN_ORDERS,
    light_fold,
    token_features,
)
from moderation.text.known import KnownWords
from moderation.text.letters import fold
from moderation.text.unmask import Unmasker
from moderation.training.disguises import DISGUISES
from moderation.training.known import held_out
from moderation.training.language_data import (
    Text,
    arabic_words,
    keyboard_mash,
    latin_words,
    read_texts,
    south_azeri,
)
from moderation.training.language_measure import Reader, measure, set_margins
from moderation.training.sources import Corpora

__all__ = ["Samples", "fit_linear", "stored", "train_language"]

ARABIC_SIZE = 2**17
LATIN_SIZE = 2**16
_LONGEST = 10  # words of a sentence that one sample holds
_SCALE = 0.25  # of a feature's value: keeps the optimiser's steps even

_CASPIAN_DOUBT = 1.0

#: Windows drawn per class; thin languages are read many times over.
_BUDGET = {
    "persian": 190_000, "arabic": 60_000, "urdu": 60_000, "sorani": 22_000, "pashto": 24_000,
    "south_azeri": 32_000, "gilaki": 9_000, "gorani": 8_000, "kashmiri": 6_000, "uyghur": 8_000,
    "southern_kurdish": 6_000, "kurmanji": 8_000, "sindhi": 8_000, "balochi": 5_000,
    "brahui": 3_000, "gibberish": 12_000,
    "finglish": 24_000, "foreign": 40_000,
}  # fmt: skip

Samples = Counter[tuple[tuple[str, ...], int]]


def _window(words: list[str], random_: random.Random) -> list[str]:
    length = random_.choice((1, 1, 2, 2, 3, 4, _LONGEST))
    start = random_.randrange(max(1, len(words) - length + 1))
    return words[start : start + length]


def _glued(words: list[str], random_: random.Random) -> list[str]:
    place = random_.randrange(len(words) - 1)
    return [*words[:place], words[place] + words[place + 1], *words[place + 2 :]]


def _mistyped(words: list[str], random_: random.Random) -> list[str]:
    place = random_.randrange(len(words))
    word = words[place]
    if len(word) < 4:
        return words
    at = random_.randrange(1, len(word) - 1)
    way = random_.random()
    if way < 0.4:
        word = word[:at] + word[at + 1 :]
    elif way < 0.7:
        word = word[:at] + word[at] + word[at:]
    else:
        word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return [*words[:place], word, *words[place + 1 :]]


#: Languages that people of Iran write with a Persian keyboard as well.
_ON_PERSIAN_KEYS = ("urdu", "sorani", "pashto", "south_azeri", "arabic")


#: Ways of hiding that leave letters and words of which a sister language has more than Persian.
_PERSIAN_STILL = ("homophones", "other alphabets", "split")


def _as_typed(words: list[str], name: str, random_: random.Random) -> list[str]:
    """Return a window as some reader's hands and keyboard leave it."""
    chance = random_.random()
    if name == "persian":
        if chance < 0.05 and len(words) > 1:
            return _glued(words, random_)
        if chance < 0.10:
            return _mistyped(words, random_)
        if chance < 0.15:
            return [word[:-1] + "ى" if word.endswith("ی") else word for word in words]
        if chance < 0.16:
            return [word.replace("ی", "ى") for word in words]
        if chance < 0.18:  # another keyboard's ه
            other = random_.choice("ەەہھ")
            return [word[:-1] + other if word.endswith("ه") else word for word in words]
        if chance < 0.21 and len(words) > 2:  # who hides words from a filter still writes Persian
            change = DISGUISES[random_.choice(_PERSIAN_STILL)]
            hidden = [change(word, random_) if len(word) > 2 else word for word in words]
            return [light_fold(piece) for word in hidden for piece in word.split()]
    elif name in _ON_PERSIAN_KEYS and len(words) > 1 and chance < 0.15:
        return [fold(word) or word for word in words]
    return words


def _draw(texts: list[Text], seed: int, latin: bool) -> Samples:
    random_ = random.Random(seed)
    by_class: dict[str, list[str]] = defaultdict(list)
    for text, name, source, _ in texts:
        # What was written for this project is the nearest to comments: read more often.
        by_class[name].extend([text] * (5 if source == "own" and latin else 1))
    names = LATIN_CLASSES if latin else CLASSES
    samples: Samples = Counter()
    for name in names:
        pool = by_class.get(name, [])
        for turn in range(_BUDGET[name]):
            if name == "gibberish":
                words = [keyboard_mash(random_, latin) for _ in range(random_.choice((1, 1, 2, 3)))]
            else:
                text = pool[turn % len(pool)] if turn < len(pool) else random_.choice(pool)
                if name == "south_azeri" and random_.random() < 0.5:
                    text = south_azeri(random_.choice(by_class["turkic"]), random_)
                words = latin_words(text) if latin else arabic_words(text)
                words = [w for w in map(light_fold, words) if w]
                if not words:
                    continue
                words = _as_typed(_window(words, random_), name, random_)
            samples[tuple(words), names.index(name)] += 1
    return samples


def _matrix(samples: list[tuple[str, ...]], orders: tuple[int, ...], size: int,
            known: KnownWords | None) -> Any:  # fmt: skip
    from scipy.sparse import csr_matrix

    vocabulary = {
        word: row for row, word in enumerate(dict.fromkeys(w for s in samples for w in s))
    }
    words = list(vocabulary)
    folded = [fold(word) or word for word in words]
    owner, feature = token_features(words, orders, size, known, folded)
    tokens = csr_matrix(
        (np.full(len(owner), _SCALE, np.float32), (owner, feature)), shape=(len(words), size)
    )
    rows = np.repeat(np.arange(len(samples)), [len(sample) for sample in samples])
    columns = np.array([vocabulary[word] for sample in samples for word in sample])
    shape = (len(samples), len(words))
    return csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape) @ tokens


def fit_linear(
    samples: Samples, orders: tuple[int, ...], size: int, known: KnownWords | None,
    c: float = 1.0, iterations: int = 80,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:  # fmt: skip
    """Fit a multinomial logistic regression and return its weights per feature and intercepts.

    Returns
    -------
    weights : ndarray of float32, shape (size, n_classes)
        What one occurrence of a feature adds to each class's logit.
    intercepts : ndarray of float32, shape (n_classes,)
    """
    from sklearn.linear_model import LogisticRegression

    keys = list(samples)
    x = _matrix([words for words, _ in keys], orders, size, known)
    y = np.array([label for _, label in keys])
    weight = np.sqrt(np.array([samples[key] for key in keys], dtype=np.float32))
    model = LogisticRegression(C=c, max_iter=iterations, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fixed number of steps is meant
        model.fit(x, y, sample_weight=weight)
    return (model.coef_.T * _SCALE).astype(np.float32), model.intercept_.astype(np.float32)


def stored(
    weights: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Return weights as one byte each, and what one step of each class is worth."""
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-6) / 127
    return np.rint(weights / scale).astype(np.int8), scale.astype(np.float32)


def train_language(
    corpora: Corpora, known: KnownWords, seed: int = 0
) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Train the language rule.

    Parameters
    ----------
    corpora : Corpora
    known : KnownWords
        From :func:`moderation.training.known.train_known`.
    seed : int
        Of the windows drawn and the slips made.

    Returns
    -------
    arrays : dict of str to ndarray
        What :class:`LanguageRule` is built from.
    metrics : dict
        Shares kept and caught on texts that neither fitting nor thresholds have seen.
    """
    texts = list(dict.fromkeys(read_texts(corpora)))
    training = [text for text in texts if not held_out(text[0])]
    aside = [text for text in texts if held_out(text[0])]
    arrays = _fit(training, known, seed)
    set_margins(arrays, known, aside, seed)
    reader = Reader(LanguageRule(arrays, known), Unmasker(Lexicon.load(), known))
    return arrays, measure(reader, aside, seed)


def _fit(training: list[Text], known: KnownWords, seed: int) -> dict[str, npt.NDArray[Any]]:
    arrays: dict[str, npt.NDArray[Any]] = {}
    for family, orders, size, words in (
        ("arabic", ARABIC_ORDERS, ARABIC_SIZE, known),
        ("latin", LATIN_ORDERS, LATIN_SIZE, None),
    ):
        samples = _draw(training, seed, family == "latin")
        weights, intercepts = fit_linear(samples, orders, size, words)
        arrays[f"{family}_weights"], arrays[f"{family}_scale"] = stored(weights)
        arrays[f"{family}_intercepts"] = intercepts
    # Much of what Caspian pages say is Persian: less is made of being near to them.
    arrays["arabic_intercepts"][CLASSES.index("gilaki")] -= _CASPIAN_DOUBT
    # Until `set_margins` knows better: neutral.
    arrays["margins"] = np.zeros(6, np.float32)
    arrays["slopes"] = np.ones(6, np.float32)
    arrays["mash_margins"] = np.zeros(6, np.float32)
    return arrays
