"""Insult (توهین): degrading, swearing at or cursing anyone."""

from __future__ import annotations

from moderation.rules.abuse import AbuseRule, Evidence
from moderation.rules.base import Explanation
from moderation.types import Rule

__all__ = ["InsultRule"]

#: Word classes from the gravest, with the reason a finding gives for them.
_REASONS = {
    "obscene": "profanity",
    "insult_strong": "abuse",
    "slur": "slur",
    "insult_formal": "contempt",
    "insult_mind": "contempt",
    "imperative": "abusive_imperative",
    "curse": "curse",
    "emoji_insult": "obscene_gesture",
    "animal": "dehumanising",
    "ambiguous": "rude",
}


class InsultRule(AbuseRule):
    """Insults; the spans are the insulting words, under a disguise too."""

    rule = Rule.INSULT
    heads = ("offensive", "insult")

    def find(self, evidence: Evidence) -> Explanation:
        """Point at the gravest class of words there is, else at what moved the model."""
        hits = evidence.having(*_REASONS)
        if not hits.any():
            return evidence.explain("wording", evidence.heaviest())
        said = hits & ~evidence.quoted
        if not said.any():
            return evidence.explain("quoted", hits)
        gravest = next(n for n in _REASONS if (said & evidence.having(n)).any())
        return evidence.explain(_REASONS[gravest], said)
