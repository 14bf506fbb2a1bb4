"""Reading a policy's TOML: every problem is found, and named with its line and key."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from moderation._toml_lines import KeyPath, TomlLines
from moderation.policy import (
    NEVER,
    Limits,
    Policy,
    PolicyError,
    Protected,
    Repeats,
    RulePolicy,
    Terms,
    Thresholds,
)
from moderation.reasons import REASONS
from moderation.types import Rule

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["read_policy"]

_TOP_KEYS = ("name", "rules", "terms", "protect", "limits", "repeats")
_RULE_KEYS = ("review", "reject", "message", "reasons")
_REASON_KEYS = ("review", "reject", "message")
_TERM_KEYS = ("block", "allow", "review")
_PROTECT_KEYS = ("persons", "organisations")
_REPEAT_KEYS = ("after", "similarity", "min_letters")
_LIMIT_KEYS = ("max_chars", "head_chars", "tail_chars")
_MOST_CHARS = 10**9
_FEW_KEYS = 16


def read_policy(text: str, source: str, default: Policy | None) -> Policy:
    """Return the policy that `text` describes, with `default` for what it leaves out.

    Without `default` the text must be complete, as the shipped one is.
    """
    return _Reader(text.removeprefix("\ufeff"), source).policy(default)


class _Reader:
    def __init__(self, text: str, source: str) -> None:
        self._source = source
        self._lines = TomlLines(text)
        self._problems: list[tuple[int, str]] = []
        self._raw = self._parse(text)

    def policy(self, default: Policy | None) -> Policy:
        raw = self._table(self._raw, (), _TOP_KEYS)
        rules_raw = self._table(raw.get("rules", {}), ("rules",), [rule.value for rule in Rule])
        rules: dict[Rule, RulePolicy] = {}
        for rule in Rule:
            if rule.value in rules_raw or default is None:
                base = default.rules[rule] if default else None
                rules[rule] = self._rule(rule, rules_raw.get(rule.value, {}), base)
            else:
                rules[rule] = default.rules[rule]
        terms = self._words(raw, "terms", _TERM_KEYS, default.terms if default else Terms())
        self._check_terms(terms)
        protect = self._words(
            raw, "protect", _PROTECT_KEYS, default.protected if default else Protected()
        )
        limits = self._limits(raw.get("limits", {}), default.limits if default else Limits())
        repeats = self._repeats(raw.get("repeats", {}), default.repeats if default else Repeats())
        name = self._text(raw, (), "name") or (default.name if default else "default")
        if self._problems:
            raise PolicyError(*(problem for _, problem in sorted(self._problems, key=_line)))
        return Policy(rules, Terms(**terms), Protected(**protect), limits, repeats, name)

    # -- the TOML itself ----------------------------------------------------

    def _parse(self, text: str) -> dict[str, Any]:
        try:
            return tomllib.loads(text)
        except ValueError as error:  # TOMLDecodeError, or a number too long for int()
            message = str(error)
        except RecursionError:
            message = "nested too deeply"
        found = re.search(r"\s*\(at line (\d+), column (\d+)\)$", message)
        last = text.count("\n") + 1
        line, path = self._lines.at(int(found.group(1)) if found else last)
        if found:  # what the parser says of the line is surer than the key's place
            line = int(found.group(1))
            message = f"{message[: found.start()]} (column {found.group(2)})"
        message = message.removesuffix(" (at end of document)")
        key = f"{_dotted(path)}: " if path else ""
        raise PolicyError(f"{self._source}:{line}: {key}not valid TOML: {message}")

    def _problem(self, path: KeyPath, text: str) -> None:
        line = self._lines.line(path)
        self._problems.append((line, f"{self._source}:{line}: {_dotted(path)}: {text}"))

    # -- values -------------------------------------------------------------

    def _table(self, raw: Any, path: KeyPath, known: Iterable[str]) -> dict[str, Any]:
        """Return the known keys of a table; the others are problems."""
        if not isinstance(raw, dict):
            self._problem(path, f"must be a table, not {_kind(raw)}")
            return {}
        known = list(known)
        for key in raw:
            if key not in known:
                self._problem((*path, key), f"unknown key{_hint(key, known)}")
        return {key: value for key, value in raw.items() if key in known}

    def _text(self, table: dict[str, Any], path: KeyPath, key: str) -> str | None:
        value = table.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self._problem((*path, key), f"must be text in quotes, not {_kind(value)}")
        elif not value.strip():
            self._problem((*path, key), "must not be empty")
        else:
            return value.strip()
        return None

    def _threshold(self, table: dict[str, Any], path: KeyPath, key: str) -> float | None:
        value = table.get(key)
        if value is None:
            return None
        if value == "never":
            return NEVER
        if isinstance(value, bool) or not isinstance(value, int | float):
            said = repr(value) if isinstance(value, str) else _kind(value)
            self._problem((*path, key), f'must be a number from 0 to 1 or "never", not {said}')
        elif not 0 <= value <= 1:
            said = _kind(value)
            self._problem((*path, key), f'must be a number from 0 to 1 or "never", not {said}')
        else:
            return float(value)
        return None

    def _thresholds(
        self, table: dict[str, Any], path: KeyPath, base: Thresholds | None
    ) -> Thresholds:
        """Return the two thresholds of a table, with `base` for the one not given."""
        before = len(self._problems)
        review, reject = (self._threshold(table, path, key) for key in ("review", "reject"))
        if review is None and base is None and "review" not in table:
            self._problem((*path, "review"), "is missing")
        given = Thresholds(
            review if review is not None else base.review if base else 0.0,
            reject if reject is not None else base.reject if base else NEVER,
        )
        if review == NEVER and "reject" not in table:
            return Thresholds(NEVER, NEVER)
        if given.review > given.reject and len(self._problems) == before:
            key = "reject" if reject is not None else "review"
            other = "review" if reject is not None else "reject"
            kept = "" if other in table else " (which stands where this file gives none)"
            relation = "below" if key == "reject" else "above"
            self._problem(
                (*path, key),
                f"{_number(getattr(given, key))} is {relation} {other} "
                f"{_number(getattr(given, other))}{kept}; review must not exceed reject",
            )
        if len(self._problems) > before:
            return Thresholds(NEVER, NEVER)  # stands in until the problems are raised
        return given

    # -- the parts of a policy ----------------------------------------------

    def _rule(self, rule: Rule, raw: Any, base: RulePolicy | None) -> RulePolicy:
        path: KeyPath = ("rules", rule.value)
        table = self._table(raw, path, _RULE_KEYS)
        thresholds = self._thresholds(table, path, base.thresholds() if base else None)
        message = self._text(table, path, "message")
        if base is None and "message" not in table:
            self._problem((*path, "message"), "is missing")
        messages = dict(base.reasons) if base else {}
        # A rule that the site switches off stays off for every reason it does not name.
        switched_off = table.get("review") == "never"
        own = dict(base.reason_thresholds) if base and not switched_off else {}
        path = (*path, "reasons")
        for reason, value in self._table(
            table.get("reasons", {}), path, sorted(REASONS[rule])
        ).items():
            if isinstance(value, str):
                text = self._text({reason: value}, path, reason)
            elif isinstance(value, dict):
                given = self._table(value, (*path, reason), _REASON_KEYS)
                text = self._text(given, (*path, reason), "message")
                if "review" in given or "reject" in given:
                    own[reason] = self._thresholds(
                        given, (*path, reason), own.get(reason) or thresholds
                    )
            else:
                self._problem((*path, reason), f"must be text or a table, not {_kind(value)}")
                continue
            if text:
                messages[reason] = text
        fallback = base.message if base else ""
        return RulePolicy(*thresholds, message or fallback, messages, own)

    def _words(
        self, raw: dict[str, Any], name: str, keys: tuple[str, ...], base: Terms | Protected
    ) -> dict[str, tuple[str, ...]]:
        table = self._table(raw.get(name, {}), (name,), keys)
        lists: dict[str, tuple[str, ...]] = dict(vars(base))
        for key, value in table.items():
            if not isinstance(value, list):
                self._problem((name, key), f"must be a list of texts, not {_kind(value)}")
                continue
            words: dict[str, None] = {}
            for number, word in enumerate(value):
                if not isinstance(word, str):
                    self._problem((name, key, number), f"must be text, not {_kind(word)}")
                elif not word.strip():
                    self._problem((name, key, number), "must not be empty")
                else:
                    words[word.strip()] = None
            lists[key] = tuple(words)
        return lists

    def _check_terms(self, terms: dict[str, tuple[str, ...]]) -> None:
        for word in terms["allow"]:
            for other in ("block", "review"):
                if _joined(word) in map(_joined, terms[other]):
                    self._problem(("terms", "allow"), f"{word!r} also stands in terms.{other}")

    def _limits(self, raw: Any, base: Limits) -> Limits:
        path: KeyPath = ("limits",)
        table = self._table(raw, path, _LIMIT_KEYS)
        given: dict[str, int] = {}
        for key, value in table.items():
            least = 0 if key == "tail_chars" else 1
            if isinstance(value, bool) or not isinstance(value, int):
                self._problem((*path, key), f"must be a whole number, not {_kind(value)}")
            elif not least <= value <= _MOST_CHARS:
                wanted = f"from {least} to {_MOST_CHARS}"
                self._problem((*path, key), f"must be a whole number {wanted}, not {_kind(value)}")
            else:
                given[key] = value
        if len(given) < len(table):
            return base
        most = given.get("max_chars", base.max_chars)
        head, tail = given.get("head_chars"), given.get("tail_chars")
        # What the site does not give follows what it gives.
        if head is None and tail is None:
            tail = base.tail_chars * most // base.max_chars
            head = max(1, base.head_chars * most // base.max_chars)
        elif tail is None:
            tail = max(0, min(base.tail_chars, most - (head or 0)))
        elif head is None:
            head = max(1, min(base.head_chars, most - tail))
        head = head or 1
        if head + tail > most:
            key = next(name for name in ("head_chars", "tail_chars") if name in given)
            self._problem(
                (*path, key),
                f"head_chars ({head}) and tail_chars ({tail}) together exceed max_chars ({most})",
            )
            return base
        return Limits(most, head, tail)

    def _repeats(self, raw: Any, base: Repeats) -> Repeats:
        path: KeyPath = ("repeats",)
        given: dict[str, Any] = {}
        for key, value in self._table(raw, path, _REPEAT_KEYS).items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if key == "after" and value == "never":
                given[key] = NEVER
            elif key == "similarity":
                if number and 0 < value <= 1:
                    given[key] = float(value)
                else:
                    self._problem(
                        (*path, key), f"must be above 0 and at most 1, not {_kind(value)}"
                    )
            elif number and isinstance(value, int) and 1 <= value <= _MOST_CHARS:
                given[key] = value
            else:
                other = ' or "never"' if key == "after" else ""
                wanted = f"a whole number from 1 to {_MOST_CHARS}{other}"
                self._problem((*path, key), f"must be {wanted}, not {_kind(value)}")
        return replace(base, **given)


def _joined(term: str) -> str:
    """Return what spellings of one term share."""
    from moderation.text.letters import fold  # only a list of terms needs it

    return fold("".join(term.split()))


def _line(problem: tuple[int, str]) -> int:
    return problem[0]


def _dotted(path: KeyPath) -> str:
    """Return `path` as a reader would write it: ``terms.block[2]``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _number(threshold: float) -> str:
    return '"never"' if threshold == NEVER else f"{threshold:g}"


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int) and abs(value) > 10**15:
        return "a very large number"  # Python refuses to print one of thousands of digits
    if isinstance(value, int | float):
        return f"{value}"
    if isinstance(value, str):
        return "text"
    if isinstance(value, list):
        return "a list"
    return "a table" if isinstance(value, dict) else "a date or time"


def _hint(key: str, known: list[str]) -> str:
    from difflib import get_close_matches  # only a mistake needs it

    close = get_close_matches(key, known, n=1)
    if close:
        return f" (did you mean {close[0]!r}?)"
    return f" (known: {', '.join(known)})" if len(known) <= _FEW_KEYS else ""
