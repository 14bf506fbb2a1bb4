"""What the four abuse rules share: one measurement and one network for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from moderation.lexicon.grades import grade_bit
from moderation.lexicon.store import bit
from moderation.rules.base import Explanation, Reading, Scores, merge_spans
from moderation.rules.features import AbuseFeatures, Signs
from moderation.rules.letters import HEADS
from moderation.rules.network import Network
from moderation.text.tokens import Token
from moderation.text.vocabulary import Encoder
from moderation.types import Rule, Span

__all__ = ["AbuseRule", "AbuseScorer", "Evidence"]

#: Rules in the order of the network's outputs.
ABUSE_RULES = (Rule.INSULT, Rule.ACCUSATION, Rule.HATE, Rule.THREAT)
_SHARE = 0.5  # of the strongest word's weight: what a word needs to be shown beside it


class AbuseScorer:
    """Scores a batch for all abuse rules at once; the first rule asked does the work."""

    def __init__(self, features: AbuseFeatures, network: Network) -> None:
        self.features = features
        self._network = network

    def scores(self, reading: Reading) -> npt.NDArray[np.float64]:
        """Return probabilities, shape (n_comments, 4), in the order of `ABUSE_RULES`."""
        if "abuse" not in reading.shared:
            dense = self.features.dense(reading)
            reading.shared["abuse"] = self._network.scores(dense)
        scores: npt.NDArray[np.float64] = reading.shared["abuse"]
        return scores


class Evidence:
    """One flagged comment's tokens with what was found on them."""

    def __init__(self, reading: Reading, index: int, heads: Sequence[str]) -> None:
        signs: Signs = reading.shared["signs"]
        here = reading.batch.slice(index)
        self.tokens: list[Token] = reading.tokens(index)
        self.masks = signs.masks[here]
        self.grades = signs.grades[here]
        self.quoted = signs.quoted[here]
        self.weights = signs.weights[here][:, [HEADS.index(head) for head in heads]].sum(axis=1)

    def having(self, *names: str) -> npt.NDArray[np.bool_]:
        """Tell which tokens are of one of the classes."""
        return self.masks & bit(*names) != 0

    def graded(self, *names: str) -> npt.NDArray[np.bool_]:
        """Tell which tokens have one of the grades."""
        return self.grades & grade_bit(*names) != 0

    def heaviest(self) -> npt.NDArray[np.bool_]:
        """Tell which tokens moved the linear layer most towards the rule."""
        strongest = float(self.weights.max(initial=0.0))
        if strongest <= 0.0:
            return np.zeros(len(self.weights), dtype=bool)
        return self.weights >= _SHARE * strongest

    def places(self, chosen: npt.NDArray[np.bool_]) -> tuple[Span, ...]:
        """Return the places of the chosen tokens."""
        return merge_spans(self.tokens, chosen.tolist())

    def explain(self, reason: str, chosen: npt.NDArray[np.bool_]) -> Explanation:
        """Return `reason` with the places of the chosen tokens."""
        return Explanation(reason, self.places(chosen))


class AbuseRule:
    """Base of the four rules; a subclass names its rule and explains its findings."""

    rule: Rule
    heads: Sequence[str]

    def __init__(self, scorer: AbuseScorer) -> None:
        self._scorer = scorer
        self._column = ABUSE_RULES.index(self.rule)

    @property
    def encoders(self) -> Mapping[str, Encoder]:
        """Columns of the token table; the same for the four rules."""
        return self._scorer.features.encoders

    def score(self, reading: Reading) -> Scores:
        """Return the probability that each comment breaks the rule."""
        return self._scorer.scores(reading)[:, self._column]

    def explain(self, reading: Reading, index: int) -> Explanation:
        """Return the reason and the places that speak for it."""
        return self.find(Evidence(reading, index, self.heads))

    def find(self, evidence: Evidence) -> Explanation:
        """Choose reason and places among a comment's evidence."""
        raise TypeError(f"{type(self).__name__} does not say how to explain")
