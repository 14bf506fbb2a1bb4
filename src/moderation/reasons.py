"""Every reason code that a finding can carry, by rule; a policy may treat each its own way."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from moderation.types import Rule

__all__ = ["REASONS", "language_names"]


@cache
def language_names() -> dict[str, str]:
    """Return the languages that the `language` rule names, and what they are called in Persian."""
    lines = files("moderation.lexicon").joinpath("languages.tsv").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    return {code: name for code, name in pairs}


_SUBJECTS = (
    "agriculture books car cinema city courts economy education energy environment family food "
    "football foreign_policy health housing labour military music politics religion science sport "
    "technology television tourism traffic weather"
)

REASONS: dict[Rule, frozenset[str]] = {
    Rule.INSULT: frozenset(
        [
            "profanity",
            "abuse",
            "slur",
            "contempt",
            "abusive_imperative",
            "curse",
            "obscene_gesture",
            "dehumanising",
            "rude",
            "quoted",
            "wording",
            "blocked_term",
            "watched_term",
        ]
    ),
    Rule.ACCUSATION: frozenset(["natural_person", "legal_person", "unnamed_target"]),
    Rule.HATE: frozenset(["slur", "group_attack", "wording"]),
    Rule.THREAT: frozenset(["threat", "violence", "wording"]),
    Rule.SPAM: frozenset(
        [
            "advert",
            "advert_phone",
            "advert_link",
            "advert_id",
            "advert_mail",
            "betting",
            "charm",
            "follow_me",
            "income",
            "loan",
            "money_request",
            "repeated",
            "sexual_offer",
            "thesis",
            "vpn",
            "too_long",
        ]
    ),
    Rule.LANGUAGE: frozenset(["finglish", "gibberish", "no_words", *language_names()]),
    Rule.OFF_TOPIC: frozenset(f"other_subject {_SUBJECTS}".split()),
}
