"""The same text again and again among comments that are judged together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from moderation.policy import NEVER, Policy
from moderation.text.minhash import first_alike, letters_of, signatures
from moderation.types import Comment, Decision, Finding, Rule

__all__ = ["find_repeats"]

_REASON = "repeated"


def find_repeats(
    comments: Sequence[Comment], texts: Sequence[str], policy: Policy
) -> dict[int, Finding]:
    """Return a finding for each comment that repeats an earlier one too often.

    Parameters
    ----------
    comments, texts : sequence
        A batch, and what is read of each comment.
    policy : Policy
        Its `repeats` say how often a text may stand in a batch, how much alike two texts are
        that count as one, and how short a text is too short to tell.

    Returns
    -------
    dict of int to Finding
        By index. The message's ``{first}`` is the first one's id, or its number in the batch.
    """
    limits = policy.repeats
    if limits.after == NEVER:
        return {}
    letters = [letters_of(text) for text in texts]
    long = [i for i, found in enumerate(letters) if len(found) >= max(limits.min_letters, 1)]
    if len(long) <= limits.after:
        return {}
    table = signatures([letters[i] for i in long])
    copies: Counter[int] = Counter()
    findings: dict[int, Finding] = {}
    for place, root in enumerate(first_alike(table, limits.similarity)):
        copies[root] += 1
        if copies[root] <= limits.after:
            continue
        score = round(float((table[place] == table[root]).mean()), 6)
        decision = policy.decide(Rule.SPAM, score, _REASON)
        if decision is Decision.PUBLISH:
            continue
        first = comments[long[root]].id
        name = str(long[root] + 1) if first is None else str(first)
        message = policy.message(Rule.SPAM, _REASON).replace("{first}", name)
        whole = ((0, len(texts[long[place]])),)
        findings[long[place]] = Finding(Rule.SPAM, score, decision, _REASON, whole, message)
    return findings
