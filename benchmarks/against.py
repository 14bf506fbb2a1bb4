"""Measure this checkout against another one, in one run: is a change faster or slower?

    git worktree add ../before HEAD~20
    python benchmarks/against.py ../before --data ../shared/data

Each round runs both, one after the other, in a process of its own on one core; the table has the
median of each and the ratio of the medians.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_WAYS = ("batch", "one by one", "batch, under items")

_RUN = """
import json, sys, time
from moderation import Article, Moderator
comments, items = json.load(open(sys.argv[2], encoding="utf-8"))
moderator = Moderator(sys.argv[1])
moderator.classify_batch(comments[:400])
articles = [Article(row["title"], row["lead"], row["body"]) for row in items]

def speed(texts, judge):
    start = time.perf_counter()
    judge(texts)
    return len(texts) / (time.perf_counter() - start)

def in_batches(texts):
    for start in range(0, len(texts), 2000):
        moderator.classify_batch(texts[start : start + 2000])

def under_items(texts):
    for start in range(0, len(texts), 2000):
        part = texts[start : start + 2000]
        moderator.classify_batch(part, [articles[i % len(articles)] for i in range(len(part))])

third = (len(comments) - 400) // 3
parts = [comments[400 + third * i : 400 + third * (i + 1)] for i in range(3)]
print(json.dumps([
    speed(parts[0], in_batches),
    speed(parts[1][:1500], lambda texts: [moderator.classify(text) for text in texts]),
    speed(parts[2], under_items),
]))
"""


def measure(checkout: Path, material: Path) -> list[float]:
    """Return comments a second of each way, of the checkout's own source and shipped model."""
    one_core = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(checkout / "models" / "default"), str(material)],
        env={**os.environ, **one_core, "PYTHONPATH": str(checkout / "src")},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    speeds: list[float] = json.loads(done.stdout)
    return speeds


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("other", type=Path, help="a checkout of this project")
    parser.add_argument("--data", type=Path, required=True, help="the data directory")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rows = (options.data / "abuse" / "annotated.jsonl").read_text("utf-8").splitlines()
    items = (options.data / "authored" / "articles.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(row)["text"] for row in rows]
    random.Random(0).shuffle(texts)
    here, there = [], []
    with tempfile.TemporaryDirectory() as folder:
        material = Path(folder) / "material.json"
        material.write_text(json.dumps([texts, [json.loads(item) for item in items]]), "utf-8")
        for _ in range(options.rounds):
            there.append(measure(options.other.resolve(), material))
            here.append(measure(ROOT, material))
    print("| comments a second | other | this | ratio |\n| --- | ---: | ---: | ---: |")
    for name, old, new in zip(_WAYS, zip(*there), zip(*here)):
        before, now = statistics.median(old), statistics.median(new)
        print(f"| {name} | {before:,.0f} | {now:,.0f} | {now / before:.2f} |")


if __name__ == "__main__":
    main()
