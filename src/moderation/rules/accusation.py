"""Accusation (نسبت ناروا): a charge stated as fact against someone identifiable."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from moderation.rules.abuse import AbuseRule, Evidence
from moderation.rules.base import Explanation
from moderation.types import Rule

__all__ = ["AccusationRule"]

_CHARGE, _TARGET = "charge", "target"
#: Tokens between a charge and its target, beyond which another charge is the one that is meant.
_REACH = 8
Flags = npt.NDArray[np.bool_]


class AccusationRule(AbuseRule):
    """Accusations; the spans are the charge and the target nearest to it, as their roles say."""

    rule = Rule.ACCUSATION
    heads = ("accusation",)

    def find(self, evidence: Evidence) -> Explanation:
        """Point at charge and target; the reason says what kind of person the target is."""
        charge = self._charge(evidence)
        target, reason = self._target(evidence, charge)
        if target.any():
            near = np.abs(np.flatnonzero(target)[:, None] - np.arange(len(charge))).min(axis=0)
            if (charge & (near <= _REACH)).any():
                charge &= near <= _REACH
        spans = [(span, _CHARGE) for span in evidence.places(charge)]
        spans += [(span, _TARGET) for span in evidence.places(target)]
        spans.sort()
        return Explanation(
            reason, tuple(span for span, _ in spans), tuple(role for _, role in spans)
        )

    @staticmethod
    def _charge(evidence: Evidence) -> Flags:
        """Return the words of the charge: listed ones, else telling ones, else the heaviest."""
        targets = evidence.having("target_person", "target_org")
        options = (evidence.having("charge"), evidence.graded("crime") & ~targets)
        return next((flags for flags in options if flags.any()), evidence.heaviest() & ~targets)

    @staticmethod
    def _target(evidence: Evidence, charge: Flags) -> tuple[Flags, str]:
        """Return the nearest target and its kind; the person addressed, if no other is named."""
        named = evidence.having("target_person", "target_org") & ~charge
        addressed = (evidence.having("address") | evidence.graded("addressed")) & ~charge
        graded = evidence.graded("role", "body") & ~charge
        chosen = np.zeros(len(charge), dtype=bool)
        for flags in (named, graded, addressed):
            places, charges = np.flatnonzero(flags), np.flatnonzero(charge)
            if not len(places) or not len(charges):
                continue
            nearest = places[np.abs(places[:, None] - charges).min(axis=1).argmin()]
            body = evidence.having("target_org")[nearest] or evidence.graded("body")[nearest]
            person = evidence.having("target_person")[nearest] or not body
            chosen[_run(flags, int(nearest))] = True
            return chosen, "natural_person" if person else "legal_person"
        return chosen, "unnamed_target"


def _run(flags: Flags, place: int) -> slice:
    """Return the run of flagged tokens around a place: a name or an office of several words."""
    start = end = place
    while start > 0 and flags[start - 1]:
        start -= 1
    while end + 1 < len(flags) and flags[end + 1]:
        end += 1
    return slice(start, end + 1)
