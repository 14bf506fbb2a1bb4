"""Which rules there are, and how each is built from the stored model."""

from __future__ import annotations

from moderation.lexicon.store import Lexicon
from moderation.model.store import Model, ModelError
from moderation.policy import Policy
from moderation.rules.abuse import AbuseScorer
from moderation.rules.accusation import AccusationRule
from moderation.rules.base import RuleModel
from moderation.rules.features import HEADS, AbuseFeatures, SiteTerms, feature_names
from moderation.rules.hate import HateRule
from moderation.rules.insult import InsultRule
from moderation.rules.language import LanguageRule
from moderation.rules.network import Network
from moderation.rules.off_topic import OffTopicRule
from moderation.rules.spam import SpamRule
from moderation.rules.threat import ThreatRule
from moderation.rules.weights import WeightTable
from moderation.text.known import KnownWords
from moderation.text.unmask import Unmasker

__all__ = ["build_rules", "build_unmasker"]


def _known(model: Model) -> KnownWords:
    return KnownWords.from_arrays(model.groups["known"])


def build_unmasker(model: Model, lexicon: Lexicon) -> Unmasker:
    """Return the unmasker that leaves the model's known words alone."""
    return Unmasker(lexicon, _known(model).__contains__)


def _check_shapes(model: Model) -> None:
    """Tell a model of other features from a broken one, before numpy does."""
    wanted = (("abuse", "codes", 1, len(HEADS)), ("network", "mean", 0, len(feature_names())))
    for group, name, axis, size in wanted:
        array = model.groups.get(group, {}).get(name)
        if array is None or array.ndim <= axis or array.shape[axis] != size:
            raise ModelError(
                f"{model.path / f'{group}.{name}.npy'}: missing or not of the shape that this "
                "version of moderation measures comments in; train the model again"
            )


def build_rules(
    model: Model, policy: Policy, lexicon: Lexicon, unmasker: Unmasker
) -> list[RuleModel]:
    """Return all rules, in the order in which verdicts list them.

    Raises
    ------
    ModelError
        When the model lacks what a rule needs.
    """
    site = SiteTerms(policy.terms.allow, policy.protected.persons, policy.protected.organisations)
    groups = model.groups
    _check_shapes(model)
    try:
        features = AbuseFeatures(WeightTable(groups["abuse"]), lexicon, unmasker, site)
        scorer = AbuseScorer(features, Network(groups["network"]))
        return [
            InsultRule(scorer),
            AccusationRule(scorer),
            HateRule(scorer),
            ThreatRule(scorer),
            SpamRule(groups["spam"]),
            LanguageRule(groups["language"], _known(model)),
            OffTopicRule(groups["relevance"]),
        ]
    except KeyError as missing:
        raise ModelError(f"{model.path}: the model lacks {missing}") from None
