"""One verdict for people: marks, excerpts, hostile characters."""

from __future__ import annotations

import click
import pytest

from moderation.cli.show import render
from moderation.types import Decision, Finding, Rule, Span, Verdict


def verdict(*spans: Span, reason: str = "profanity") -> Verdict:
    finding = Finding(Rule.INSULT, 0.876, Decision.REVIEW, reason, spans, "پیام سایت")
    scores: dict[Rule, float | None] = {rule: 0.0 for rule in Rule}
    scores[Rule.OFF_TOPIC] = None
    return Verdict(Decision.REVIEW, (finding,), scores, "m", "p")


def marked(text: str, *spans: Span) -> str:
    lines = render(text, verdict(*spans), colour=False).splitlines()
    return lines[lines.index("  پیام سایت") + 1].removeprefix("  ")


def test_all_of_it() -> None:
    assert render("ای فلان", verdict((3, 7)), colour=False) == (
        "review: hold it for a person to review\n"
        "\n"
        "insult: review, score 0.88, profanity\n"
        "  پیام سایت\n"
        "  ای ⟦فلان⟧\n"
        "\n"
        "scores\n"
        "  insult      0.00\n"
        "  accusation  0.00\n"
        "  hate        0.00\n"
        "  threat      0.00\n"
        "  spam        0.00\n"
        "  language    0.00\n"
        "  off_topic      -  nothing to go on\n"
        "\n"
        "model m, policy p"
    )


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ([(0, 2)], "⟦ab⟧cdef"),
        ([(4, 6), (0, 1)], "⟦a⟧bcd⟦ef⟧"),
        ([(0, 3), (2, 4)], "⟦abcd⟧ef"),
        ([(0, 2), (2, 4)], "⟦abcd⟧ef"),
        ([(1, 1), (5, 99)], "abcde⟦f⟧"),
        ([(9, 9)], "abcdef"),
    ],
)
def test_spans(spans: list[Span], shown: str) -> None:
    assert marked("abcdef", *spans) == shown


def test_long_text_is_cut_around_the_mark() -> None:
    shown = marked("x" * 1000 + "BAD" + "y" * 1_000_000, (1000, 1003))
    assert shown == f"… {'x' * 60}⟦BAD⟧{'y' * 60} …"
    assert len(marked("x" * 1_000_000, (0, 1_000_000))) < 420
    assert len(marked("x" * 1_000_000, *((i, i + 1) for i in range(0, 1000, 2)))) < 1000


def test_hostile_characters() -> None:
    shown = marked("\x1b[2J\u202e\ud800\n\u200cب", (0, 4))
    assert shown == "⟦\ufffd[2J⟧\ufffd\ufffd \u200cب"
    render("x", verdict((0, 1)), colour=True).encode("utf-8")


def test_colour_marks_instead_of_brackets() -> None:
    shown = render("ای فلان", verdict((3, 7)), colour=True)
    assert "⟦" not in shown
    assert "\x1b[33m\x1b[1m\x1b[4mفلان\x1b[0m" in shown
    assert "ای فلان" in click.unstyle(shown)
