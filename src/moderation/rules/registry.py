"""Which rules there are, and how each is built from the stored model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt

from moderation.lexicon.store import Lexicon
from moderation.model.store import Model, ModelError
from moderation.policy import Policy
from moderation.rules.abuse import AbuseScorer
from moderation.rules.accusation import AccusationRule
from moderation.rules.base import RuleModel
from moderation.rules.features import AbuseFeatures, feature_names
from moderation.rules.hate import HateRule
from moderation.rules.insult import InsultRule
from moderation.rules.language import LanguageRule
from moderation.rules.letters import HEADS, Letters
from moderation.rules.meaning import MEANING_HEADS, Meaning
from moderation.rules.network import Network
from moderation.rules.off_topic import OffTopicRule
from moderation.rules.site_terms import SiteTerms
from moderation.rules.spam import SpamRule
from moderation.rules.syntax import SYNTAX_HEADS, Syntax
from moderation.rules.threat import ThreatRule
from moderation.rules.weights import WeightTable
from moderation.text.known import KnownWords
from moderation.text.lexis import Lexis
from moderation.text.names import Names
from moderation.text.unmask import Unmasker

__all__ = ["FEATURE_GROUPS", "build_features", "build_rules", "build_unmasker"]

#: Groups of the stored model that the abuse rules' measurements rest on.
FEATURE_GROUPS = ("abuse", "syntax", "meaning", "names", "relevance")


def _known(model: Model) -> KnownWords:
    return KnownWords.from_arrays(model.groups["known"])


def build_unmasker(model: Model, lexicon: Lexicon) -> Unmasker:
    """Return the unmasker that leaves the model's known words alone."""
    return Unmasker(lexicon, _known(model))


def _check_shapes(model: Model) -> None:
    """Tell a model of other features from a broken one, before numpy does."""
    wanted = (
        ("abuse", "codes", 1, len(HEADS)),
        ("syntax", "codes", 1, len(SYNTAX_HEADS)),
        ("meaning", "output", 0, len(MEANING_HEADS)),
        ("network", "mean", 0, len(feature_names())),
    )
    for group, name, axis, size in wanted:
        array = model.groups.get(group, {}).get(name)
        if array is None or array.ndim <= axis or array.shape[axis] != size:
            raise ModelError(
                f"{model.path / f'{group}.{name}.npy'}: missing or not of the shape that this "
                "version of moderation measures comments in; train the model again"
            )


def build_features(
    groups: Mapping[str, Mapping[str, npt.NDArray[Any]]],
    lexicon: Lexicon,
    unmasker: Unmasker,
    lexis: Lexis,
    site: SiteTerms | None = None,
) -> AbuseFeatures:
    """Return what measures comments for the abuse rules, from the groups of `FEATURE_GROUPS`."""
    return AbuseFeatures(
        Letters(WeightTable(groups["abuse"])),
        Syntax(WeightTable(groups["syntax"]), lexicon.grades),
        Meaning(lexis, groups["meaning"]),
        lexicon,
        Names(groups["names"]),
        unmasker,
        site,
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
        off_topic = OffTopicRule(groups["relevance"])
        features = build_features(groups, lexicon, unmasker, off_topic.lexis, site)
        scorer = AbuseScorer(features, Network(groups["network"]))
        return [
            InsultRule(scorer),
            AccusationRule(scorer),
            HateRule(scorer),
            ThreatRule(scorer),
            SpamRule(groups["spam"]),
            LanguageRule(groups["language"], _known(model)),
            off_topic,
        ]
    except KeyError as missing:
        raise ModelError(f"{model.path}: the model lacks {missing}") from None
