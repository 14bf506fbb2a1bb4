"""Abuse rules on the real word lists with layers of random weights, whatever the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from moderation.lexicon.store import Lexicon
from moderation.rules.abuse import ABUSE_RULES, AbuseRule, AbuseScorer
from moderation.rules.base import Reading
from moderation.rules.features import AbuseFeatures, feature_names
from moderation.rules.letters import HEADS, Letters
from moderation.rules.meaning import DIMENSIONS, MEANING_HEADS, Meaning
from moderation.rules.network import Network
from moderation.rules.site_terms import SiteTerms
from moderation.rules.syntax import SYNTAX_HEADS, Syntax
from moderation.rules.weights import WeightTable
from moderation.text.known import KnownWords
from moderation.text.lexis import GRAM_BUCKETS, Lexis, word_keys
from moderation.text.names import Names, name_hashes
from moderation.text.unmask import Unmasker
from moderation.text.vocabulary import TokenTable
from moderation.types import Article, Comment

_BITS, _UNITS = 10, 3
#: Words that have a vector; the last is rarer than the others.
VECTORS = ("شهردار", "خیابان", "خوب", "مردم", "دوست", "سلام", "کبریت")


def make_lexis(words: Sequence[str] = VECTORS, size: int = DIMENSIONS + 8) -> Lexis:
    """Return a vocabulary of random vectors, each word a unit of its own."""
    keys, chance = word_keys(words), np.random.default_rng(3)
    order = np.argsort(keys)
    return Lexis({
        "words": keys[order],
        "units": np.arange(len(words))[order].astype(np.uint16),
        "general": np.zeros(0, np.uint64),
        "vectors": chance.integers(-100, 100, (len(words), size)).astype(np.int8),
        "gram_idf": np.ones(GRAM_BUCKETS, np.float16),
        "idf": np.linspace(1.0, 4.0, len(words)).astype(np.float16),
        "subject_names": np.frombuffer(b"city sport", np.uint8),
        "subjects": np.zeros(len(words), np.uint32),
        "subject_centres": np.zeros((2, size), np.float32),
        "subject_spread": np.ones((2, 2), np.float32),
    })  # fmt: skip


def make_meaning(lexis: Lexis) -> Meaning:
    """Return networks of random weights on the vectors of `lexis`."""
    chance, inputs, heads = np.random.default_rng(2), 3 * DIMENSIONS, len(MEANING_HEADS)
    return Meaning(lexis, {
        "mean": chance.normal(0, 0.1, inputs),
        "scale": chance.uniform(0.1, 0.3, inputs),
        "hidden": chance.normal(0, 0.1, (inputs, heads * _UNITS)),
        "hidden_bias": chance.normal(size=heads * _UNITS),
        "output": chance.normal(size=(heads, _UNITS)),
        "output_bias": chance.normal(size=heads),
    })  # fmt: skip


def make_names(kinds: Mapping[str, int]) -> Names:
    """Return a table of names: folded word to its bits."""
    hashes = name_hashes(list(kinds))
    order = np.argsort(hashes)
    bits = np.array(list(kinds.values()), dtype=np.uint8)
    return Names({"hashes": hashes[order], "kinds": bits[order]})


def make_syntax(bits: int = _BITS) -> Syntax:
    """Return a layer of random weights on the shape of comments."""
    drawn = np.random.default_rng(4).normal(size=(2**bits, len(SYNTAX_HEADS)))
    weights = WeightTable(WeightTable.pack(drawn.astype(np.float32)))
    return Syntax(weights, Lexicon.load().grades)


def no_words() -> KnownWords:
    return KnownWords(np.zeros(0, np.uint64), np.zeros(0, np.uint8))


@dataclass
class AbuseLab:
    """Measures and explains comments without a trained model."""

    known: KnownWords = field(default_factory=no_words)
    site: SiteTerms = field(default_factory=SiteTerms)
    names: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lexicon = Lexicon.load()
        self.unmasker = Unmasker(lexicon, self.known)
        drawn = np.random.default_rng(0).normal(size=(2**_BITS, len(HEADS)))
        self.weights = WeightTable(WeightTable.pack(drawn.astype(np.float32)))
        self.features = AbuseFeatures(
            Letters(self.weights),
            make_syntax(),
            make_meaning(make_lexis()),
            lexicon,
            make_names(self.names),
            self.unmasker,
            self.site,
        )
        self.table = TokenTable(self.features.encoders)

    def read(self, *texts: str, article: Article | None = None) -> Reading:
        tokens, places = self.unmasker.read(texts)
        batch = self.table.batch_of_tokens([found or [""] for found in tokens])
        comments = [Comment(text) for text in texts]
        return Reading(comments, texts, [article] * len(texts), batch, places)

    def dense(self, *texts: str, article: Article | None = None) -> dict[str, np.ndarray]:
        """Return the measurements by name, one number a comment."""
        measured = self.features.dense(self.read(*texts, article=article))
        return dict(zip(feature_names(), measured.T, strict=True))

    def explain(self, kind: type[AbuseRule], text: str) -> tuple[str, list[str]]:
        """Return the reason and the marked pieces of `text`."""
        reading = self.read("پیش از آن", text, "پس از آن")
        rule = kind(AbuseScorer(self.features, _network()))
        scores = rule.score(reading)
        assert scores.shape == (3,)
        assert ((scores >= 0) & (scores <= 1)).all()
        why = rule.explain(reading, 1)
        return why.reason, [text[start:end] for start, end in why.spans]


def _network() -> Network:
    chance, inputs, rules = np.random.default_rng(1), len(feature_names()), len(ABUSE_RULES)
    return Network(
        {
            "mean": np.zeros(inputs),
            "scale": np.ones(inputs),
            "hidden": chance.normal(size=(inputs, rules * _UNITS)),
            "hidden_bias": np.zeros(rules * _UNITS),
            "output": chance.normal(size=(rules, _UNITS)),
            "output_bias": np.zeros(rules),
            "linear": chance.normal(size=(inputs, rules)),
            "linear_bias": np.zeros(rules),
            "slope": np.ones((rules, 2)),
            "offset": np.zeros((rules, 2)),
        }
    )


@pytest.fixture(scope="session")
def abuse_lab() -> Callable[..., AbuseLab]:
    return AbuseLab


@pytest.fixture(scope="session")
def lab(abuse_lab: Callable[..., AbuseLab]) -> AbuseLab:
    return abuse_lab()


@pytest.fixture(scope="session")
def lexis() -> Lexis:
    return make_lexis()


@pytest.fixture(scope="session")
def lexis_of() -> Callable[..., Lexis]:
    return make_lexis


@pytest.fixture(scope="session")
def syntax() -> Syntax:
    return make_syntax()
