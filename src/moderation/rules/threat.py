"""Threat (تهدید): threats, and calls or wishes for violence or death."""

from __future__ import annotations

from moderation.rules.abuse import AbuseRule, Evidence
from moderation.rules.base import Explanation
from moderation.types import Rule

__all__ = ["ThreatRule"]


class ThreatRule(AbuseRule):
    """Threats; the spans are the words of violence."""

    rule = Rule.THREAT
    heads = ("threat",)

    def find(self, evidence: Evidence) -> Explanation:
        """Point at threat phrases, else at violent words, else at what moved the model."""
        for name, reason in (("threat", "threat"), ("violence", "violence")):
            hits = evidence.having(name)
            if hits.any():
                return evidence.explain(reason, hits)
        return evidence.explain("wording", evidence.heaviest())
