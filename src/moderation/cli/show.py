"""One verdict for people to read."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import click

from moderation.types import Decision, Finding, Span, Verdict

__all__ = ["render"]

_COLOURS = {Decision.PUBLISH: "green", Decision.REVIEW: "yellow", Decision.REJECT: "red"}
_MEANINGS = {
    Decision.PUBLISH: "publish it",
    Decision.REVIEW: "hold it for a person to review",
    Decision.REJECT: "reject it",
}
_BAR = 20
#: Text shown on either side of what is marked, and how much is shown in all.
_AROUND = 60
_LONGEST = 400


def render(text: str, verdict: Verdict, *, colour: bool) -> str:
    """Return a verdict as lines of text.

    Parameters
    ----------
    text : str
        The comment that was judged.
    verdict : Verdict
        The outcome.
    colour : bool
        Mark offending spans by colour, for a terminal; else by brackets, ``⟦…⟧``.
    """
    decision = click.style(verdict.decision.value, fg=_COLOURS[verdict.decision], bold=True)
    lines = [f"{decision}: {_MEANINGS[verdict.decision]}", ""]
    for finding in verdict.findings:
        lines += _finding(text, finding, colour=colour)
    lines += _scores(verdict)
    lines += ["", click.style(f"model {verdict.model}, policy {verdict.policy}", dim=True)]
    shown = "\n".join(lines)
    return shown if colour else click.unstyle(shown)


def _finding(text: str, finding: Finding, *, colour: bool) -> list[str]:
    tone = _COLOURS[finding.decision]
    name = click.style(finding.rule.value, fg=tone, bold=True)
    reason = f", {finding.reason}" if finding.reason else ""
    lines = [f"{name}: {finding.decision.value}, score {finding.score:.2f}{reason}"]
    if finding.message:
        lines.append(f"  {_printable(finding.message)}")
    if finding.spans:
        lines.append(f"  {_marked(text, finding.spans, tone, colour=colour)}")
    return [*lines, ""]


def _scores(verdict: Verdict) -> list[str]:
    width = max((len(rule.value) for rule in verdict.scores), default=0)
    tones = {finding.rule: _COLOURS[finding.decision] for finding in verdict.findings}
    lines = ["scores"]
    for rule, score in verdict.scores.items():
        if score is None:
            lines.append(f"  {rule.value:<{width}}     -  nothing to go on")
            continue
        bar = "█" * round(min(max(score, 0.0), 1.0) * _BAR)
        tone = tones.get(rule)
        styled = click.style(bar, fg=tone) if tone and bar else bar
        lines.append(f"  {rule.value:<{width}}  {score:.2f}  {styled}".rstrip())
    return lines


def _marked(text: str, spans: Sequence[Span], tone: str, *, colour: bool) -> str:
    """Return the part of `text` around `spans`, with these marked."""
    merged = _merged(spans, len(text))
    if not merged:
        return _printable(text[:_LONGEST])
    first = max(merged[0][0] - _AROUND, 0)
    last = min(merged[-1][1] + _AROUND, len(text), first + _LONGEST)
    parts = ["… " if first else ""]
    at = first
    for start, end in merged:
        if start >= last:
            break
        shown = _printable(text[start : min(end, last)])
        mark = click.style(shown, fg=tone, bold=True, underline=True)
        parts += [_printable(text[at:start]), mark if colour else f"⟦{shown}⟧"]
        at = min(end, last)
    parts += [_printable(text[at:last]), " …" if last < len(text) else ""]
    return "".join(parts)


def _merged(spans: Sequence[Span], length: int) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        start, end = max(start, 0), min(end, length)
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


# A comment can hold whatever its writer likes: terminal escapes, and marks that turn the
# direction of all that follows.
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _printable(text: str) -> str:
    return "".join(map(_printable_character, text))


def _printable_character(character: str) -> str:
    if character.isspace():
        return " "
    if character in _DIRECTION or unicodedata.category(character) in ("Cc", "Cs"):
        return "\ufffd"
    return character
