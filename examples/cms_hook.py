"""A hook for a CMS: what to do with a comment before it is saved.

Run it with ``python examples/cms_hook.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from moderation import Article, Comment, Decision, Moderator

#: The CMS's own words for the three decisions.
STATUS = {
    Decision.PUBLISH: "visible",
    Decision.REVIEW: "waiting for an editor",
    Decision.REJECT: "rejected",
}


@dataclass(frozen=True)
class Outcome:
    """What the CMS stores beside the comment, and what it tells the reader."""

    status: str
    messages: list[str]
    verdict: dict[str, object]  # for the log: which model and policy judged, and why


@lru_cache(maxsize=1)
def moderator() -> Moderator:
    """Load the model once for the life of the process; it may be used from several threads."""
    return Moderator()


def before_save(text: str, article: Article, reply_to: str | None = None) -> Outcome:
    """Judge a comment; the CMS calls this before it stores one."""
    verdict = moderator().classify(Comment(text, reply_to=reply_to), article)
    messages = list(dict.fromkeys(finding.message for finding in verdict.findings))
    return Outcome(STATUS[verdict.decision], messages, verdict.to_dict())


def main() -> None:
    """Show what would happen to three comments."""
    article = Article(
        title="روشنایی بوستان‌های جنوب شهر نوسازی می‌شود",
        lead="چراغ‌های فرسوده دوازده بوستان محلی با چراغ‌های کم‌مصرف جایگزین می‌شود.",
        tags=("بوستان", "روشنایی", "شهرداری"),
    )
    comments = (
        "چراغ‌های بوستان ما یک سال است خاموش مانده؛ این چه مدیریتی است؟",
        "مدیر این کار را یک احمق بی‌شعور گذاشته‌اند",
        "فالوور ارزان و تضمینی، برای خرید به کانال تلگرام ما بیایید: t.me/example_shop",
    )
    for text in comments:
        outcome = before_save(text, article)
        print(f"{outcome.status}: {text}")
        for message in outcome.messages:
            print(f"    to the reader: {message}")


if __name__ == "__main__":
    main()
