"""The site's policy: what score leads to what decision, and what the reader is told.

A policy is a TOML file. One that a site writes may hold only what it changes; the
rest comes from the shipped ``policies/default.toml``.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from moderation.reasons import language_names
from moderation.types import Decision, Rule, Span

__all__ = [
    "NEVER",
    "Limits",
    "Policy",
    "PolicyError",
    "Protected",
    "Repeats",
    "RulePolicy",
    "Terms",
    "Thresholds",
]

#: The threshold that no score reaches; ``"never"`` in a policy file.
NEVER = math.inf
# «به زبان دیگری»: what a message calls a reason that is no language.
_ANOTHER = "foreign"


class PolicyError(ValueError):
    """A policy that cannot be used.

    Attributes
    ----------
    problems : tuple of str
        Every problem found, in file order, each as ``FILE:LINE: key: what is wrong``.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems

    def __reduce__(self) -> tuple[type[PolicyError], tuple[str, ...]]:
        return type(self), self.problems


class Thresholds(NamedTuple):
    """The scores from which a comment is held for review and rejected."""

    review: float
    reject: float = NEVER

    def decide(self, score: float | None) -> Decision:
        """Return what `score` leads to; no score leads to ``PUBLISH``."""
        if score is None or not score >= self.review:
            return Decision.PUBLISH
        return Decision.REJECT if score >= self.reject else Decision.REVIEW


@dataclass(frozen=True)
class RulePolicy:
    """What the policy says about one rule.

    Parameters
    ----------
    review, reject : float
        Thresholds, ``0 <= review <= reject <= 1``; either may be `NEVER`.
    message : str
        The sentence for the reader, in Persian.
    reasons : dict of str to str
        Sentences for single reasons of the rule, such as ``finglish``.
    reason_thresholds : dict of str to Thresholds
        Thresholds for single reasons.
    """

    review: float
    reject: float
    message: str
    reasons: dict[str, str] = field(default_factory=dict, hash=False)
    reason_thresholds: dict[str, Thresholds] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for review, reject in (self.thresholds(), *self.reason_thresholds.values()):
            if not (_in_range(review) and _in_range(reject) and review <= reject):
                raise PolicyError(
                    f"thresholds must keep 0 <= review <= reject <= 1 (or NEVER), "
                    f"not review={review!r}, reject={reject!r}"
                )

    def thresholds(self, reason: str = "") -> Thresholds:
        """Return the thresholds that hold for `reason`."""
        return self.reason_thresholds.get(reason) or Thresholds(self.review, self.reject)


@dataclass(frozen=True)
class Terms:
    """The site's own words: `block` rejects, `review` holds, `allow` is no insult."""

    block: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    review: tuple[str, ...] = ()


@dataclass(frozen=True)
class Protected:
    """Names that an accusation may point at without a title or office beside them."""

    persons: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """The longest comment read whole, and how much of a longer one is judged.

    A longer comment is judged on its head and tail and held for review.
    """

    max_chars: int = 5000
    head_chars: int = 3500
    tail_chars: int = 1500

    def __post_init__(self) -> None:
        if self.head_chars < 1 or self.tail_chars < 0:
            raise PolicyError("head_chars must be at least 1 and tail_chars at least 0")
        if self.head_chars + self.tail_chars > self.max_chars:
            raise PolicyError("head_chars and tail_chars together must not exceed max_chars")

    def windows(self, length: int) -> tuple[Span, ...]:
        """Return the parts that are judged of a comment with `length` characters.

        Examples
        --------
        >>> Limits(max_chars=10, head_chars=6, tail_chars=3).windows(50)
        ((0, 6), (47, 50))
        """
        if length <= self.max_chars:
            return ((0, length),)
        head, tail = (0, self.head_chars), (length - self.tail_chars, length)
        return (head, tail) if self.tail_chars else (head,)


@dataclass(frozen=True)
class Repeats:
    """How often one text may stand in a batch before the next copy is a finding.

    Parameters
    ----------
    after : float
        Copies that are judged like any comment, at least 1, or `NEVER` for as many as come.
    similarity : float
        Share of letter n-grams from which two texts count as one, above 0 and at most 1.
    min_letters : int
        Letters of the shortest text that is compared: anybody may write «عالی بود» again.
    """

    after: float = NEVER
    similarity: float = 0.8
    min_letters: int = 30

    def __post_init__(self) -> None:
        if not self.after >= 1 or not 0 < self.similarity <= 1 or self.min_letters < 1:
            raise PolicyError(
                "repeats need after >= 1 (or NEVER), 0 < similarity <= 1 and min_letters >= 1"
            )


@dataclass(frozen=True)
class Policy:
    """A site's policy.

    Parameters
    ----------
    rules : dict of Rule to RulePolicy
        Every rule's thresholds and messages.
    terms : Terms
        The site's own words.
    protected : Protected
        Names of persons and organisations to protect.
    limits : Limits
        How long a comment may be.
    repeats : Repeats
        How often one text may stand in a batch.
    name : str
        What the site calls the policy.

    Examples
    --------
    >>> policy = Policy.from_toml("rules.insult.review = 0.7")
    >>> policy.decide(Rule.INSULT, 0.6), policy.decide(Rule.INSULT, 0.97)
    (<Decision.PUBLISH: 'publish'>, <Decision.REJECT: 'reject'>)
    """

    rules: dict[Rule, RulePolicy] = field(hash=False)
    terms: Terms = Terms()
    protected: Protected = Protected()
    limits: Limits = Limits()
    repeats: Repeats = Repeats()
    name: str = "default"

    def __post_init__(self) -> None:
        missing = [rule.value for rule in Rule if rule not in self.rules]
        if missing:
            raise PolicyError(f"a policy needs every rule; missing: {', '.join(missing)}")

    @classmethod
    def default(cls) -> Policy:
        """Return the shipped policy."""
        return _default()

    @staticmethod
    def default_toml() -> str:
        """Return the shipped policy's commented TOML, to start a site's own from."""
        return (resources.files("moderation") / "policies" / "default.toml").read_text("utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Policy:
        """Read a policy file.

        Raises
        ------
        PolicyError
            The file cannot be read, or its contents are wrong; every problem is
            listed with its line and key.
        """
        try:
            text = Path(path).read_bytes().decode("utf-8")
        except OSError as error:
            raise PolicyError(f"{path}: cannot be read: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise PolicyError(f"{path}:{line}: is not UTF-8 text") from error
        except ValueError as error:  # a path with a NUL in it
            raise PolicyError(f"{path}: cannot be read: {error}") from error
        return cls.from_toml(text, source=str(path))

    @classmethod
    def from_toml(cls, text: str, source: str = "<string>") -> Policy:
        """Read a policy from TOML text; `source` is what errors call it.

        Raises
        ------
        PolicyError
            As in :meth:`load`.
        """
        from moderation._policy_toml import read_policy

        return read_policy(text, source, default=cls.default())

    @cached_property
    def identity(self) -> str:
        """The name, ``@``, and a digest of all that bears on a decision or message."""
        text = json.dumps(self._canonical(), sort_keys=True, separators=(",", ":"))
        return f"{self.name}@{hashlib.sha256(text.encode('ascii')).hexdigest()[:12]}"

    def decide(self, rule: Rule, score: float | None, reason: str = "") -> Decision:
        """Return what a `score` of `rule` leads to; ``None`` leads to ``PUBLISH``."""
        return self.rules[rule].thresholds(reason).decide(score)

    def message(self, rule: Rule, reason: str = "") -> str:
        """Return the Persian sentence for a reader whose comment `rule` holds back.

        ``{language}`` in a message of the `language` rule becomes the language's Persian name.
        """
        spoken = self.rules[rule]
        message = spoken.reasons.get(reason) or spoken.message
        if rule is not Rule.LANGUAGE:
            return message
        names = language_names()
        return message.replace("{language}", names.get(reason, names[_ANOTHER]))

    def _canonical(self) -> dict[str, Any]:
        def pair(thresholds: Thresholds) -> list[float | str]:
            return ["never" if value == NEVER else float(value) for value in thresholds]

        return {
            "rules": {
                rule.value: {
                    "thresholds": pair(spoken.thresholds()),
                    "message": spoken.message,
                    "reasons": spoken.reasons,
                    "reason_thresholds": {
                        reason: pair(spoken.reason_thresholds[reason])
                        for reason in spoken.reason_thresholds
                    },
                }
                for rule, spoken in self.rules.items()
            },
            # The order in which a site lists its words and names decides nothing.
            "terms": {name: sorted(words) for name, words in vars(self.terms).items()},
            "protect": {name: sorted(words) for name, words in vars(self.protected).items()},
            "limits": dict(vars(self.limits)),
            "repeats": {
                key: "never" if value == NEVER else value
                for key, value in vars(self.repeats).items()
            },
        }


def _in_range(threshold: float) -> bool:
    return 0 <= threshold <= 1 or threshold == NEVER


@lru_cache(maxsize=1)
def _default() -> Policy:
    from moderation._policy_toml import read_policy

    return read_policy(Policy.default_toml(), "default.toml", default=None)
