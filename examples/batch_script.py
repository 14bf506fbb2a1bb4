"""Judge a file of comments, each under its own news item, and count the decisions.

Run it with ``python examples/batch_script.py [COMMENTS ARTICLES VERDICTS]``. The command
``moderation classify --input`` does the same with more formats and several processes; this
shows how to do it inside a program, in bounded memory however long the file is.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from moderation import Article, Comment, Moderator, Verdict
from moderation.article.files import load_articles

DATA = Path(__file__).parent / "data"


def read(path: Path, articles: dict[str, Article]) -> Iterator[tuple[Comment, Article | None]]:
    """Yield the comments of a JSONL file with the items they stand under."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            comment = Comment(row["text"], id=str(row["id"]), reply_to=row.get("reply_to"))
            yield comment, articles.get(row.get("article_id", ""))


def judge(comments: Path, articles: Path, output: Path) -> list[Verdict]:
    """Write one verdict a line to `output`; return those that were not published."""
    moderator = Moderator()
    kept_back: list[Verdict] = []
    decisions: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    unfinished = output.with_name(output.name + ".part")
    with unfinished.open("w", encoding="utf-8") as lines:
        for verdict in moderator.classify_stream(read(comments, load_articles(articles))):
            lines.write(json.dumps(verdict.to_dict(), ensure_ascii=False) + "\n")
            decisions[verdict.decision.value] += 1
            rules.update({finding.rule.value for finding in verdict.findings})
            if verdict.findings:
                kept_back.append(verdict)
    unfinished.replace(output)  # nobody ever finds half a file under the final name
    print("decisions:", ", ".join(f"{n} {name}" for name, n in sorted(decisions.items())))
    print("rules:", ", ".join(f"{n} {name}" for name, n in sorted(rules.items())))
    return kept_back


def main() -> None:
    """Judge the example's own comments, or the files that are given."""
    given = [Path(argument) for argument in sys.argv[1:]]
    if given and len(given) != 3:
        sys.exit("usage: batch_script.py [COMMENTS ARTICLES VERDICTS]")
    default = [DATA / "comments.jsonl", DATA / "articles.jsonl", Path("verdicts.jsonl")]
    comments, articles, output = given or default
    for verdict in judge(comments, articles, output):
        reasons = ", ".join(f"{f.rule.value} ({f.reason})" for f in verdict.findings)
        print(f"  comment {verdict.id}: {verdict.decision.value}: {reasons}")
    print(f"{output}: written")


if __name__ == "__main__":
    main()
