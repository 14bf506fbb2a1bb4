"""The conformance cases stay unseen: nothing like them is among the training examples."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

CONFORMANCE = Path(__file__).parents[1] / "conformance"
ALIKE = 0.4


def texts(lines: str) -> list[str]:
    rows = map(json.loads, lines.splitlines())
    return [row["text"] for row in rows if "text" in row]


def grams(text: str) -> frozenset[str]:
    letters = re.sub(r"[\W_]+", "", text)
    return frozenset(letters[i : i + 4] for i in range(len(letters) - 3)) or frozenset({letters})


def test_no_training_example_is_like_a_conformance_case() -> None:
    folder = files("moderation.training")
    entries = [*folder.joinpath("examples").iterdir(), folder.joinpath("spam_comments.jsonl")]
    trained = [text for entry in entries for text in texts(entry.read_text("utf-8"))]
    assert len(trained) > 2000
    # Only texts that share a rare n-gram can be alike: an index spares most comparisons.
    by_gram: dict[str, set[int]] = {}
    sets = [grams(text) for text in trained]
    for position, found in enumerate(sets):
        for gram in found:
            by_gram.setdefault(gram, set()).add(position)
    alike = []
    for name in ("must_pass.jsonl", "must_hold.jsonl"):
        for text in texts((CONFORMANCE / name).read_text("utf-8")):
            case = grams(text)
            for position in set().union(*(by_gram.get(gram, set()) for gram in case)):
                shared = len(case & sets[position]) / len(case | sets[position])
                if shared > ALIKE and len(case) > 6:
                    alike.append((text, trained[position]))
    assert not alike
