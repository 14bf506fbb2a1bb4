"""The language rule: whether the comment is Persian in Persian letters.

Script comes first, then, within the Arabic script, a linear model whose class scores are
summed over the words: one word of evidence can speak, and only a clear margin does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from moderation.rules.base import Explanation, Reading, Scores
from moderation.rules.language_names import name_cyrillic, name_latin, name_other
from moderation.rules.language_tokens import (
    ARABIC_ORDERS,
    LATIN_ORDERS,
    PERSIAN_LETTERS,
    formula_words,
    is_filler,
    is_one_letter_run,
    light_fold,
    token_features,
)
from moderation.text.known import KnownWords
from moderation.text.tokens import Kind, Token
from moderation.text.vocabulary import Analysis, Encoder
from moderation.types import Rule, Span

__all__ = ["ARABIC_CLASSES", "LATIN_CLASSES", "LanguageRule"]

#: Classes within the Arabic script, in the order of the stored weights. ``gilaki`` stands
#: for the Caspian languages, which are held and never rejected.
ARABIC_CLASSES = (
    "persian", "arabic", "urdu", "pashto", "sorani", "kurmanji", "south_azeri", "uyghur",
    "sindhi", "kashmiri", "balochi", "gorani", "southern_kurdish", "gilaki", "brahui", "gibberish",
)  # fmt: skip
LATIN_CLASSES = ("finglish", "foreign", "gibberish")
_A, _L = len(ARABIC_CLASSES), len(LATIN_CLASSES)
_GILAKI = ARABIC_CLASSES.index("gilaki")
#: What speaks against naming a language: under Iranian news these are many times rarer than their
#: neighbours, Sorani and Urdu, though training reads enough of them to know them apart.
_SELDOM = np.array([
    4.0 * (name in ("gorani", "southern_kurdish", "kashmiri", "balochi", "brahui", "sindhi"))
    for name in ARABIC_CLASSES
])  # fmt: skip
# What follows the class scores in a token's row.
(_WORDS, _EVIDENCE, _LETTERS, _LATIN_WORDS, _LATIN_LETTERS, _OTHER_LETTERS, _RUNS, _RARE) = range(
    _A + _L, _A + _L + 8
)
_WIDTH = _RARE + 1

_COMMON = 3  # bucket of words that every reader of Persian knows
_FEW_COMMON = 2  # as many of them and nothing else are Persian, whatever their letters say
_PERHAPS = 4.0  # log-odds within which Caspian is still likely enough
_NO_WORDS = 0.9
_HELD_AT_MOST = 0.94  # below any sensible reject threshold
_SHORT_FOREIGN = 0.9  # a word or two in another script may be a name
_FOREIGN = 0.98
# Share of Arabic-script letters from which Persian carries a mixed comment, and below which
# it surely does not.
_CARRIES, _CARRIES_NOT = 0.2, 0.1
_FEW_WORDS = 3  # foreign words that never outweigh Persian beside them

_Floats = npt.NDArray[np.float64]


class LanguageRule:
    """Score comments by how surely they are not Persian.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        What :func:`moderation.training.language.train_language` returned.
    known : KnownWords
        Persian words and how common they are.
    """

    rule = Rule.LANGUAGE

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.generic]], known: KnownWords) -> None:
        self._arrays = arrays
        self._known = known
        self._intercepts = np.asarray(arrays["arabic_intercepts"], np.float64)
        self._latin_intercepts = np.asarray(arrays["latin_intercepts"], np.float64)
        self._margins = np.asarray(arrays["margins"], np.float64)
        self._slopes = np.asarray(arrays["slopes"], np.float64)
        self._mash_margins = np.asarray(arrays["mash_margins"], np.float64)

    @property
    def encoders(self) -> Mapping[str, Encoder]:
        """The one column of this rule."""
        return {"language": self._encode}

    def _encode(self, analyses: Sequence[Analysis]) -> npt.NDArray[np.float32]:
        rows = np.zeros((len(analyses), _WIDTH), dtype=np.float32)
        arabic: list[tuple[int, str, str]] = []
        latin: list[tuple[int, str]] = []
        for row, token in enumerate(analyses):
            kind, folded = token.kind, token.folded
            if kind not in (Kind.PERSIAN, Kind.LATIN, Kind.CYRILLIC, Kind.OTHER):
                continue
            light = light_fold(token.surface)
            if not light:
                continue
            filler = is_filler(folded, token.surface)
            if kind == Kind.PERSIAN:
                rows[row, _WORDS] = 1
                rows[row, _LETTERS] = len(light)
                rows[row, _RUNS] = not filler and is_one_letter_run(folded, token.surface)
                # A single letter is an initial or a slip in any language.
                if not filler and not rows[row, _RUNS] and len(light) > 1:
                    arabic.append((row, light, folded))
            elif kind == Kind.LATIN:
                rows[row, _RUNS] = not filler and is_one_letter_run(folded, token.surface)
                if filler:
                    rows[row, _WORDS] = 1  # laughter is laughter in any letters
                else:
                    rows[row, _LATIN_WORDS] = 1
                    rows[row, _LATIN_LETTERS] = len(light)
                    latin.append((row, light))
            else:
                rows[row, _OTHER_LETTERS] = len(light)
        if arabic:
            at, lights, folds = zip(*arabic)
            features = token_features(
                lights, ARABIC_ORDERS, len(self._arrays["arabic_weights"]), self._known, folds
            )
            scores = self._sum("arabic", features, len(at))
            usual = np.array([folded in formula_words() for folded in folds])
            # A formula's words never speak against Persian, and alone they say nothing.
            scores[usual] = np.minimum(scores[usual], scores[usual, :1])
            rows[list(at), :_A] = scores
            rows[list(at), _EVIDENCE] = ~usual
            # Folding would make a common Persian word of many a sister's word.
            plain = np.array([PERSIAN_LETTERS.issuperset(word) for word in lights])
            common = self._known.bucket(self._known.hash(folds)) >= _COMMON
            rows[list(at), _RARE] = ~(plain & common | usual)
        if latin:
            at, lights = zip(*latin)
            features = token_features(lights, LATIN_ORDERS, len(self._arrays["latin_weights"]))
            rows[list(at), _A : _A + _L] = self._sum("latin", features, len(at))
        return rows

    def _sum(
        self, family: str, features: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]], count: int
    ) -> npt.NDArray[np.float32]:
        """Sum the weights of each token's features, in integers and so in any order."""
        owner, feature = features
        order = np.argsort(owner, kind="stable")
        weights = self._arrays[f"{family}_weights"][feature[order]]
        starts = np.searchsorted(owner[order], np.arange(count))
        sums = np.add.reduceat(weights, starts, axis=0, dtype=np.int32)
        scale = np.asarray(self._arrays[f"{family}_scale"], np.float32)
        return (sums * scale).astype(np.float32)

    def score(self, reading: Reading) -> Scores:
        """Return the probability that each comment is not Persian in Persian letters."""
        return self._judge(self.sums(reading))

    def sums(self, reading: Reading) -> _Floats:
        """Return each comment's sum of token rows."""
        sums = reading.batch.sum(reading.batch.column("language"))
        return np.asarray(sums, np.float64)

    def _judge(self, sums: _Floats) -> Scores:
        words, letters = sums[:, _WORDS], sums[:, _LETTERS]
        foreign_letters = sums[:, _LATIN_LETTERS] + sums[:, _OTHER_LETTERS]
        foreign, mash, doubtful = self._within_arabic(sums)
        within = np.maximum(np.where(doubtful, np.minimum(foreign, _HELD_AT_MOST), foreign), mash)
        share = letters / np.maximum(letters + foreign_letters, 1)
        doubt = np.clip((_CARRIES - share) / (_CARRIES - _CARRIES_NOT), 0, 1)
        outweighed = (sums[:, _LATIN_WORDS] > _FEW_WORDS) | (
            sums[:, _OTHER_LETTERS] > 4 * _FEW_WORDS
        )
        mixed = np.maximum(within, np.where(outweighed, doubt * 0.9, 0.0))
        short = (foreign_letters < 9) & (sums[:, _OTHER_LETTERS] == 0)
        alone = np.where(short, _SHORT_FOREIGN, _FOREIGN)
        score = np.where(letters > 0, np.where(foreign_letters > 0, mixed, within), alone)
        nothing = (words == 0) & (foreign_letters == 0)
        score = np.where(nothing, _NO_WORDS, score)
        # Laughter alone is a reaction, and one letter held down is no word.
        idle = (sums[:, _EVIDENCE] == 0) & (foreign_letters == 0) & ~nothing
        score = np.where(idle, np.where(sums[:, _RUNS] > 0, _NO_WORDS, 0.02), score)
        return np.asarray(score, np.float64)

    def _within_arabic(self, sums: _Floats) -> tuple[_Floats, _Floats, npt.NDArray[np.bool_]]:
        """Return probabilities of a sister language and of mash, and what is never rejected."""
        count, margin, mash_margin, doubtful = self.margins(sums)
        size = np.clip(count, 1, len(self._margins)) - 1
        foreign = _sigmoid(self._slopes[size] * (margin - self._margins[size]))
        mash = _sigmoid(mash_margin - self._mash_margins[size])
        some = (count > _FEW_COMMON) | ((count > 0) & (sums[:, _RARE] > 0))
        return (
            np.where(some, foreign, 0.0),
            np.where(some, np.minimum(mash, _HELD_AT_MOST), 0.0),
            doubtful,
        )

    def margins(
        self, sums: _Floats
    ) -> tuple[npt.NDArray[np.int64], _Floats, _Floats, npt.NDArray[np.bool_]]:
        """Return what the thresholds are set on, for comments given as sums of token rows.

        Returns
        -------
        count : ndarray of int64
            Arabic-script words that are evidence.
        margin, mash_margin : ndarray of float64
            Log-odds of the sister languages against Persian, of mash against any language.
        doubtful : ndarray of bool
            Whether the sister language may be one that is never rejected, or mash.
        """
        logits = sums[:, :_A] + self._intercepts
        sisters = np.logaddexp.reduce(logits[:, 1 : _A - 1], axis=1)
        return (
            sums[:, _EVIDENCE].astype(np.int64),
            sisters - logits[:, 0],
            logits[:, _A - 1] - np.logaddexp(sisters, logits[:, 0]),
            np.maximum(logits[:, _GILAKI] + _PERHAPS, logits[:, _A - 1])
            > logits[:, 1 : _A - 1].max(axis=1),
        )

    def explain(self, reading: Reading, index: int) -> Explanation:
        """Return the language's name, or why it is none, and where it stands."""
        batch = reading.batch
        rows = batch.columns["language"][batch.rows[batch.slice(index)]]
        sums = np.asarray(rows.sum(axis=0, keepdims=True, dtype=np.float32), np.float64)
        total = sums[0]
        if not total[_WORDS] and not total[_LATIN_LETTERS] and not total[_OTHER_LETTERS]:
            return Explanation("no_words")
        foreign, mash, _ = self._within_arabic(sums)
        strange = total[_LATIN_LETTERS] + total[_OTHER_LETTERS]
        if total[_LETTERS] and (max(foreign[0], mash[0]) >= 0.5 or not (strange or total[_RUNS])):
            logits = total[:_A] + self._intercepts - _SELDOM
            return Explanation(ARABIC_CLASSES[1 + int(logits[1:].argmax())])
        tokens = batch.tokens[batch.slice(index)]
        others = rows[:, _OTHER_LETTERS] > 0
        latin = rows[:, _LATIN_WORDS] > 0
        if total[_OTHER_LETTERS] > total[_LATIN_LETTERS]:
            text = " ".join(token for token, is_other in zip(tokens, others) if is_other)
            name = name_cyrillic(text) or name_other(text)
        elif total[_LATIN_LETTERS]:
            logits = total[_A : _A + _L] + self._latin_intercepts
            name = LATIN_CLASSES[int(logits.argmax())]
            if total[_RUNS] >= total[_LATIN_WORDS]:
                name = "gibberish"
            if name == "foreign":
                name = name_latin([t for t, is_latin in zip(tokens, latin) if is_latin])
        else:
            return Explanation("gibberish")
        # Where nothing is Persian the whole comment is meant.
        spans = self._spans(reading.tokens(index), others | latin) if total[_WORDS] else ()
        return Explanation(name, spans)

    @staticmethod
    def _spans(tokens: Sequence[Token], strange: npt.NDArray[np.bool_]) -> tuple[Span, ...]:
        """Return the stretches of tokens in another script."""
        spans: list[Span] = []
        touching = False
        for token, is_strange in zip(tokens, strange):
            if is_strange:
                if touching:
                    spans[-1] = (spans[-1][0], token.end)
                else:
                    spans.append((token.start, token.end))
            touching = bool(is_strange)
        return tuple(spans)


def _sigmoid(x: _Floats) -> _Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -40.0, 40.0))), np.float64)
