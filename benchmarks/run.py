"""Measure moderation and its peers on the same comments, in one run, on one core.

Prints a Markdown table. ``--memory`` measures peak memory of the command line and the time
of ``import moderation`` instead. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Before numpy is imported anywhere: every contestant gets one core and no more.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

ROOT = Path(__file__).resolve().parents[1]
CONFORMANCE = ROOT / "tests" / "conformance"
CHUNK = 2_000
SHORT = 60  # characters of a short comment


@dataclass
class Material:
    """Comments to judge, items to judge them under, and labelled comments to fit peers on."""

    comments: list[str]
    items: list[dict[str, Any]]
    fit_texts: list[str]
    fit_labels: list[int]
    source: str


@dataclass
class Row:
    """One line of the table."""

    name: str
    how: str
    speed: float | None
    note: str = ""


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a JSONL file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def material(data: Path | None, count: int, fit: int) -> Material:
    """Take real comments from `data` where it is there, else make some from the test cases."""
    chance = random.Random(0)
    annotated = data / "abuse" / "annotated.jsonl" if data else None
    if annotated is not None and annotated.is_file():
        rows = read_jsonl(annotated)
        labelled = [(row["text"], int("insult" in row["labels"])) for row in rows]
        items = read_jsonl(annotated.parents[1] / "authored" / "articles.jsonl")
        source = f"readers' comments ({annotated})"
    else:
        cases = [(row["text"], 0) for row in read_jsonl(CONFORMANCE / "must_pass.jsonl")]
        cases += [(row["text"], 1) for row in read_jsonl(CONFORMANCE / "must_hold.jsonl")]
        labelled = list(cases)
        while len(labelled) < count + fit:
            (one, first), (two, second) = chance.choice(cases), chance.choice(cases)
            labelled.append((f"{one} {two}", max(first, second)))
        items = read_jsonl(CONFORMANCE / "articles.jsonl")
        source = "comments put together from tests/conformance"
    chance.shuffle(labelled)
    count = min(count, len(labelled) // 2)
    measured, rest = labelled[:count], labelled[count : count + fit]
    return Material(
        [text for text, _ in measured],
        items,
        [text for text, _ in rest],
        [label for _, label in rest],
        source,
    )


def median_speed(work: Callable[[], int], repeats: int) -> float:
    """Return the median comments a second of `work`, which returns how many it did."""
    speeds = []
    for _ in range(repeats):
        started = time.perf_counter()
        done = work()
        speeds.append(done / (time.perf_counter() - started))
    return statistics.median(speeds)


def detect_all(comments: Sequence[str]) -> int:
    """Let langdetect name the language of each comment."""
    from langdetect import DetectorFactory, LangDetectException, detect

    DetectorFactory.seed = 0
    for comment in comments:
        try:
            detect(comment)
        except LangDetectException:  # no letters in it
            continue
    return len(comments)


class Bench:
    """Runs all contestants on one material."""

    def __init__(self, given: Material, model: Path | None, repeats: int, singles: int) -> None:
        self.given = given
        self.model = model
        self.repeats = repeats
        self.singles = given.comments[:singles]

    def rows(self) -> Iterator[Row]:
        """Yield the table's lines; the floor last, since all else is held against it."""
        yield from self.moderation()
        yield from self.pipeline()
        yield from self.hazm_alone()
        yield from self.language()
        yield from self.langdetect()
        yield from self.text_guard()
        comments = self.given.comments
        floor = median_speed(lambda: len([c.split(" ") for c in comments]), max(self.repeats, 5))
        yield Row("split on spaces", "the floor", floor)

    def moderation(self) -> Iterator[Row]:
        """Measure this package: seven rules, spans and messages."""
        from moderation import Article, Moderator

        comments, singles = self.given.comments, self.singles
        fields = ("title", "lead", "body", "category")
        items = [
            Article(**{f: item.get(f) or "" for f in fields}, tags=tuple(item.get("tags") or ()))
            for item in self.given.items
        ]
        under = [items[index * len(items) // len(comments)] for index in range(len(comments))]

        def fresh() -> Moderator:
            # A table of words that has seen other comments but not these, as on a running site.
            moderator = Moderator(self.model)
            for _ in moderator.classify_stream(self.given.fit_texts):
                pass
            return moderator

        def timed(run: Callable[[Moderator], int]) -> float:
            speeds = []
            for _ in range(self.repeats):
                moderator = fresh()
                speeds.append(median_speed(lambda m=moderator: run(m), 1))
            return statistics.median(speeds)

        def batch(moderator: Moderator) -> int:
            return sum(1 for _ in moderator.classify_stream(comments, chunk_size=CHUNK))

        def batch_items(moderator: Moderator) -> int:
            pairs = zip(comments, under)
            return sum(1 for _ in moderator.classify_stream(pairs, chunk_size=CHUNK))

        def single(moderator: Moderator) -> int:
            return len([moderator.classify(comment) for comment in singles])

        def single_items(moderator: Moderator) -> int:
            return len([moderator.classify(c, a) for c, a in zip(singles, under)])

        name = "**moderation**"
        yield Row(name, "batch", timed(batch))
        yield Row(name, "batch, under items", timed(batch_items), f"{len(items)} items")
        yield Row(name, "one by one", timed(single))
        yield Row(name, "one by one, under items", timed(single_items))

    def pipeline(self) -> Iterator[Row]:
        """Measure the usual recipe: hazm, TF-IDF of character n-grams, logistic regression."""
        from hazm import Normalizer
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        normalize = Normalizer().normalize
        fitted = make_pipeline(
            TfidfVectorizer(
                analyzer="char_wb", ngram_range=(2, 5), preprocessor=normalize, max_features=200_000
            ),
            LogisticRegression(max_iter=300),
        )
        fitted.fit(self.given.fit_texts, self.given.fit_labels)

        def batch() -> int:
            return len(fitted.predict_proba(self.given.comments))

        def single() -> int:
            return len([fitted.predict_proba([comment]) for comment in self.singles])

        name = "hazm + TF-IDF char_wb 2-5 + logistic regression"
        note = f"one label, fitted in this run on {len(self.given.fit_texts):,}"
        yield Row(name, "batch", median_speed(batch, self.repeats), note)
        yield Row(name, "one by one", median_speed(single, self.repeats), note)

    def hazm_alone(self) -> Iterator[Row]:
        """Measure what hazm's normaliser takes by itself."""
        from hazm import Normalizer

        normalize = Normalizer().normalize
        speed = median_speed(lambda: len([normalize(c) for c in self.singles]), self.repeats)
        yield Row("hazm Normalizer", "one by one", speed, "normalises only")

    def language(self) -> Iterator[Row]:
        """Measure the language rule by itself, and langdetect, on the same short comments."""
        from moderation.model.store import load_model
        from moderation.rules.base import Reading
        from moderation.rules.language import LanguageRule
        from moderation.text.known import KnownWords
        from moderation.text.vocabulary import TokenTable

        groups = load_model(self.model).groups
        rule = LanguageRule(groups["language"], KnownWords.from_arrays(groups["known"]))
        short = [comment for comment in self.given.comments if len(comment) <= SHORT]

        def score(table: TokenTable, texts: Sequence[str]) -> int:
            for start in range(0, len(texts), CHUNK):
                chunk = texts[start : start + CHUNK]
                rule.score(Reading([], chunk, [None] * len(chunk), table.batch(chunk)))
            return len(texts)

        speeds = []
        for _ in range(self.repeats):
            table = TokenTable(rule.encoders)
            score(table, self.given.fit_texts)  # other comments, as on a running site
            speeds.append(median_speed(lambda t=table: score(t, short), 1))
        note = f"{len(short):,} comments of {SHORT} characters at most"
        yield Row("**moderation**, language rule", "batch", statistics.median(speeds), note)
        speed = median_speed(lambda: detect_all(short[:200]), self.repeats)
        yield Row("langdetect", "one by one", speed, f"language only, of {SHORT} at most")

    def langdetect(self) -> Iterator[Row]:
        """Measure langdetect, which answers one of the seven questions."""
        some = self.singles[:200]
        speed = median_speed(lambda: detect_all(some), self.repeats)
        yield Row("langdetect", "one by one", speed, "language only")

    def text_guard(self) -> Iterator[Row]:
        """Measure the nearest rival."""
        try:
            from persian_text_guard import ProfanityFilter, WordList
        except ImportError:
            missing = "not installed: pip install -r benchmarks/requirements.txt"
            yield Row("persian-text-guard", "one by one", None, missing)
            return
        guard = ProfanityFilter(WordList.persian_default())
        comments = self.given.comments

        def run() -> int:
            return len([guard.find_matches(comment) for comment in comments])

        yield Row("persian-text-guard", "one by one", median_speed(run, self.repeats), "words only")


def print_table(rows: Sequence[Row]) -> None:
    """Print the lines with their ratio to moderation done the same way."""
    own = {row.how: row.speed for row in rows if row.name == "**moderation**"}
    print("| what | how | comments/s | moderation is | note |")
    print("| --- | --- | ---: | ---: | --- |")
    for row in rows:
        if row.speed is None:
            print(f"| {row.name} | {row.how} | - | - | {row.note} |")
            continue
        base = own.get(row.how) or own["batch"]
        ratio = "" if row.name == "**moderation**" else f"{base / row.speed:.2g} times as fast"
        print(f"| {row.name} | {row.how} | {row.speed:,.0f} | {ratio} | {row.note} |")


def peak_memory(arguments: Sequence[str]) -> tuple[float, float]:
    """Run a command; return its peak resident memory in MB and its seconds."""
    started = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)}: exit code {process.returncode}")
    factor = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * factor / 1e6, time.perf_counter() - started


def write_rows(path: Path, count: int) -> None:
    """Write `count` comments, each unlike the others, whose words repeat as words do."""
    chance = random.Random(0)
    words = sorted(
        {
            word
            for name in ("must_pass", "must_hold")
            for row in read_jsonl(CONFORMANCE / f"{name}.jsonl")
            for word in row["text"].split()
        }
    )
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            picked = chance.choices(words, k=8)
            # Names, numbers and misspellings: half a million words that come up once or twice.
            picked.append("".join(chance.choices("ابپتدرسشکگلمنوهی", k=7)))
            text = json.dumps(" ".join(picked), ensure_ascii=False)
            file.write(f'{{"id": {number}, "text": {text}}}\n')


def measure_memory(model: Path | None, counts: Sequence[int]) -> None:
    """Print peak memory by number of rows, and what importing takes."""
    command = [sys.executable, "-m", "moderation", "classify"]
    command += ["--model", str(model)] if model else []
    print("| rows | peak memory, MB | seconds | comments/s |")
    print("| ---: | ---: | ---: | ---: |")
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for count in counts:
            path = Path(folder) / f"{count}.jsonl"
            write_rows(path, count)
            output = ["--output", str(path.with_suffix(".out.jsonl"))]
            peak, seconds = peak_memory([*command, "--input", str(path), *output])
            peaks.append(peak)
            print(f"| {count:,} | {peak:,.0f} | {seconds:,.1f} | {count / seconds:,.0f} |")
    print(f"\nGrowth: {peaks[-1] - peaks[0]:,.0f} MB (the bar is 100 MB).")
    code = "import time; t = time.perf_counter(); import moderation; print(time.perf_counter() - t)"
    times = [
        float(subprocess.check_output([sys.executable, "-c", code], text=True)) for _ in range(7)
    ]
    print(f"`import moderation`: {statistics.median(times):.3f} s (the bar is 0.3 s).")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="the corpora; without, the test cases are used")
    parser.add_argument("--model", type=Path, help="another model than the shipped one")
    parser.add_argument("--quick", action="store_true", help="fewer comments, one repeat")
    parser.add_argument("--memory", action="store_true", help="memory and import time instead")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}, one core\n")
    if options.memory:
        counts = (10_000, 50_000) if options.quick else (10_000, 1_000_000)
        measure_memory(options.model, counts)
        return
    count, fit = (1_000, 1_000) if options.quick else (6_000, 6_000)
    given = material(options.data, count, fit)
    repeats, singles = (1, 200) if options.quick else (5, 1_000)
    rows = list(Bench(given, options.model, repeats, singles).rows())
    length = statistics.mean(map(len, given.comments))
    print(f"{len(given.comments):,} {given.source}, {length:.0f} characters each on average;")
    print(f"median of {repeats}\n")
    print_table(rows)


if __name__ == "__main__":
    main()
