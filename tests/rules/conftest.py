"""Abuse rules on the real word lists with a layer of random weights, whatever the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from moderation.lexicon.store import Lexicon
from moderation.rules.abuse import ABUSE_RULES, AbuseRule, AbuseScorer
from moderation.rules.base import Reading
from moderation.rules.features import HEADS, AbuseFeatures, SiteTerms, feature_names
from moderation.rules.network import Network
from moderation.rules.weights import WeightTable
from moderation.text.unmask import Unmasker
from moderation.text.vocabulary import TokenTable
from moderation.types import Comment

_BITS, _UNITS = 10, 3


@dataclass
class AbuseLab:
    """Measures and explains comments without a trained model."""

    known: frozenset[str] = frozenset()
    site: SiteTerms = field(default_factory=SiteTerms)

    def __post_init__(self) -> None:
        lexicon = Lexicon.load()
        self.unmasker = Unmasker(lexicon, self.known.__contains__)
        drawn = np.random.default_rng(0).normal(size=(2**_BITS, len(HEADS)))
        self.weights = WeightTable(WeightTable.pack(drawn.astype(np.float32)))
        self.features = AbuseFeatures(self.weights, lexicon, self.unmasker, self.site)
        self.table = TokenTable(self.features.encoders)

    def read(self, *texts: str) -> Reading:
        tokens = [self.unmasker.tokens(text) or [""] for text in texts]
        batch = self.table.batch_of_tokens(tokens)
        comments = [Comment(text) for text in texts]
        return Reading(comments, texts, [None] * len(texts), batch, self.unmasker.spans)

    def dense(self, *texts: str) -> dict[str, np.ndarray]:
        """Return the measurements by name, one number a comment."""
        return dict(zip(feature_names(), self.features.dense(self.read(*texts)).T, strict=True))

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
