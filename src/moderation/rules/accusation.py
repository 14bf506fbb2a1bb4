"""Accusation (نسبت ناروا): a charge stated as fact against someone identifiable."""

from __future__ import annotations

import numpy as np

from moderation.rules.abuse import AbuseRule, Evidence
from moderation.rules.base import Explanation
from moderation.types import Rule

__all__ = ["AccusationRule"]


class AccusationRule(AbuseRule):
    """Accusations; the spans are the charge and the target nearest to it."""

    rule = Rule.ACCUSATION
    heads = ("accusation",)

    def find(self, evidence: Evidence) -> Explanation:
        """Point at charge and target; the reason says what kind of person the target is."""
        charge = evidence.having("charge")
        if not charge.any():
            charge = evidence.heaviest()
        targets = evidence.having("target_person", "target_org") & ~charge
        chosen = charge.copy()
        reason = "unnamed_target"
        if targets.any() and charge.any():
            places, charges = np.flatnonzero(targets), np.flatnonzero(charge)
            nearest = places[np.abs(places[:, None] - charges).min(axis=1).argmin()]
            person = bool(evidence.having("target_person")[nearest])
            reason = "natural_person" if person else "legal_person"
            chosen[nearest] = True
        return evidence.explain(reason, chosen)
