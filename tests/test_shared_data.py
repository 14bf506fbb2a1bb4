"""Checks against the project's data, which is no part of it: run where it lies beside."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderation import Moderator
from moderation.text.letters import fold
from moderation.text.tokens import Kind, kind_of, tokenize

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
TEXTS = ("abuse", "authored", "language", "relevance", "text")
SHORTEST = 30  # letters; shorter sentences may be written twice by chance

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"{DATA} is not there: what rests on it was not checked"
)


def rows(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def key(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


def persian_words(text: str) -> list[str]:
    folded = [(token, fold(token)) for token in tokenize(text)]
    return [word for token, word in folded if kind_of(token, word) == Kind.PERSIAN]


def test_letters_are_as_hazm_has_them() -> None:
    """On real comments, hazm's normaliser changes no letter that folding would not."""
    from hazm import Normalizer

    normalizer = Normalizer(correct_spacing=False, persian_style=False)
    differ = []
    for number, row in enumerate(rows(DATA / "abuse" / "annotated.jsonl")):
        if number == 3000:
            break
        text = str(row["text"])
        ours = "".join(persian_words(text))
        # hazm parts «می» from its verb and keeps two of many repeated letters.
        theirs = "".join(persian_words(normalizer.normalize(text)))
        if re.sub(r"(.)\1+", r"\1", ours) != re.sub(r"(.)\1+", r"\1", theirs):
            differ.append((text, ours, theirs))
    assert len(differ) <= 3, differ[:5]


def test_no_sentence_of_the_data_is_in_the_project() -> None:
    known = set()
    for folder in TEXTS:
        for path in (DATA / folder).glob("*.jsonl"):
            for row in rows(path):
                for field in ("text", "title"):
                    value = row.get(field)
                    if isinstance(value, str) and len(squeezed := key(value)) >= SHORTEST:
                        known.add(squeezed)
    assert len(known) > 100_000
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    copied = []
    for name in listed:
        if not name.endswith((".py", ".md", ".txt", ".jsonl", ".tsv", ".toml", ".json", ".html")):
            continue
        for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1):
            quoted = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
            if any(key(text) in known for text in (line, *quoted) if len(text) >= SHORTEST):
                copied.append(f"{name}:{number}")
    assert not copied


def test_every_kind_of_real_comment_gets_a_verdict(moderator: Moderator) -> None:
    texts = [str(row["text"]) for row in rows(DATA / "language" / "train.jsonl")][::40]
    verdicts = list(moderator.classify_stream(texts))
    assert len(verdicts) == len(texts)
    for text, verdict in zip(texts, verdicts):
        for finding in verdict.findings:
            assert all(0 <= start < end <= len(text) for start, end in finding.spans)
