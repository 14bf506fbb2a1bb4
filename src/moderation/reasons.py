"""Every reason code that a finding can carry, by rule; a policy may treat each its own way."""

from __future__ import annotations

from moderation.types import Rule

__all__ = ["REASONS"]

_LANGUAGES = (
    "afrikaans albanian amharic arabic armenian azerbaijani balochi bengali brahui bulgarian "
    "burmese catalan chinese croatian czech danish dhivehi dutch english estonian finnish foreign "
    "french georgian german gilaki gorani greek gujarati hebrew hindi hungarian indonesian italian "
    "japanese kashmiri kazakh khmer korean kurmanji lao latvian lithuanian macedonian mongolian "
    "norwegian pashto polish portuguese punjabi romanian russian sindhi sinhala slovak slovene "
    "somali sorani south_azeri southern_kurdish spanish swahili swedish syriac tagalog tajik tamil "
    "telugu thai tibetan turkish ukrainian urdu uyghur uzbek vietnamese welsh"
)
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
            "sexual_offer",
            "thesis",
            "vpn",
            "too_long",
        ]
    ),
    Rule.LANGUAGE: frozenset(f"finglish gibberish no_words {_LANGUAGES}".split()),
    Rule.OFF_TOPIC: frozenset(f"other_subject {_SUBJECTS}".split()),
}
