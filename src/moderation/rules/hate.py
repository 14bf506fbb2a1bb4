"""Hate (نفرت‌پراکنی): belittling people for ethnicity, nationality, religion, sex, disability."""

from __future__ import annotations

from moderation.rules.abuse import AbuseRule, Evidence
from moderation.rules.base import Explanation
from moderation.types import Rule

__all__ = ["HateRule"]

_ATTACKS = ("slur", "obscene", "insult_strong", "insult_mind", "insult_formal", "animal", "curse")


class HateRule(AbuseRule):
    """Hate; the spans are the group and what is said of it."""

    rule = Rule.HATE
    heads = ("hate",)

    def find(self, evidence: Evidence) -> Explanation:
        """Point at slurs, else at the group with the attack on it."""
        slur = evidence.having("slur")
        if slur.any():
            return evidence.explain("slur", slur | evidence.having("group_name"))
        group = evidence.having("group_name")
        if group.any():
            return evidence.explain("group_attack", group | evidence.having(*_ATTACKS))
        return evidence.explain("wording", evidence.heaviest())
