"""Memory does not grow with the input."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="resource is not on Windows")

# Every comment differs from every other, so that tables fill as they would in life.
CODE = """
import json, random, resource, sys
from moderation import Article, Moderator

chance = random.Random(0)
words = [
    "".join(chance.choices("ابپتثجچحخدرزسشعغفقکگلمنوهی", k=chance.randint(2, 9)))
    for _ in range(150_000)
]
items = [Article(f"خبر {n}", " ".join(chance.choices(words, k=20)), "متن") for n in range(200)]

def comments(count):
    for number in range(count):
        words_here = [words[int(len(words) * chance.random() ** 3)] for _ in range(5)]
        yield " ".join(words_here), items[number // 10 % 200] if number % 10 == 0 else None

def peak():
    factor = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * factor / 1e6

moderator = Moderator(sys.argv[1])
peaks = []
for count in (10_000, 50_000):
    for _ in moderator.classify_stream(comments(count)):
        pass
    peaks.append(peak())
print(json.dumps(peaks))
"""


def test_a_long_stream(python, model_path: Path) -> None:
    process = python(CODE, str(model_path), timeout=600)
    assert process.returncode == 0, process.stderr
    first, last = json.loads(process.stdout)
    assert last - first < 100, f"{first:.0f} MB after 10,000 comments, {last:.0f} after 60,000"
