from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from moderation.cli.main import main
from moderation.model.store import Model
from moderation.moderator import Moderator
from moderation.policy import Policy
from moderation.training.evaluate import EvaluationError, evaluate, format_table
from moderation.types import Article, Comment, Rule

ROWS: list[dict[str, Any]] = [
    {"about": "comments written for this test"},
    {"text": "با این همه ترافیک، پل تازه خیلی لازم بود", "labels": ["ok"]},
    {"text": "مدیر بی‌شعور، شرم نمی‌کنی؟", "labels": ["insult"]},
    {"text": "این مدیر از صندوق پول دزدیده و همه می‌دانند", "labels": ["accusation"]},
    {"text": "از گزارشتان ممنونم", "labels": []},
    {"text": "", "labels": ["ok"], "rules": ["insult"], "note": "others are passed over"},
]
ITEM = {"id": "n1", "title": "بارش برف در شهر", "body": "مدیر شهرداری از برف‌روبی خیابان گفت."}


def _write(path: Path, rows: list[Any]) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return _write(tmp_path / "rows.jsonl", ROWS)


def test_report(data: Path, model_path: Path) -> None:
    report = evaluate(data, model_path)
    moderator = Moderator(model_path)
    assert report["model"] == moderator.model_id
    assert report["policy"] == Policy.default().identity
    digest = hashlib.sha256(data.read_bytes()).hexdigest()
    assert report["files"] == [{"file": str(data), "sha256": digest, "n": 5}]
    assert (report["n"], report["errors"]) == (5, [])
    assert list(report["rules"]) == ["insult", "accusation", "hate", "threat", "spam"]
    assert report["rules"]["insult"]["n"] == 5
    assert report["rules"]["threat"]["n"] == 4
    assert [report["rules"][name]["positives"] for name in ("insult", "accusation")] == [1, 1]
    decisions = report["decisions"]
    assert sum(decisions["all"].values()) == 5
    assert sum(decisions["clean"].values()) == 3
    assert sum(decisions["breaking"].values()) == 2
    json.dumps(report, allow_nan=False)


def test_scores_are_the_moderators(data: Path, model_path: Path) -> None:
    moderator = Moderator(model_path)
    texts = [row["text"] for row in ROWS[1:]]
    scores = [v.scores[Rule.INSULT] or 0.0 for v in moderator.classify_batch(texts)]
    brier = sum((s - (i == 1)) ** 2 for i, s in enumerate(scores)) / len(scores)
    report = evaluate(data, model_path)
    assert report["rules"]["insult"]["brier"] == pytest.approx(brier, abs=1e-6)


def test_policy_thresholds(data: Path, model_path: Path) -> None:
    policy = Policy.from_toml("[rules.insult]\nreview = 0.0\nreject = 'never'")
    report = evaluate(data, model_path, policy)
    assert report["policy"] == policy.identity
    assert report["rules"]["insult"]["review"]["held"] == 5
    assert report["rules"]["insult"]["reject"]["threshold"] == "never"
    assert report["decisions"]["all"]["publish"] == 0


def test_items(tmp_path: Path, model_path: Path) -> None:
    whole = {name: value for name, value in ITEM.items() if name != "id"} | {"tags": ["برف"]}
    row = {"text": "خیابان ما هنوز برف دارد", "labels": [], "rules": ["off_topic"]}
    answer = {"article_id": "n1", "reply_to": "کوچه ما هم"}
    rows = [row, {**row, "article_id": "n1"}, {**row, "article": whole}, {**row, **answer}]
    data = _write(tmp_path / "rows.jsonl", rows)
    articles = _write(tmp_path / "articles", [ITEM])
    figures = evaluate(data, model_path, articles=articles)["rules"]["off_topic"]
    assert (figures["n"], figures["unscored"]) == (3, 1)
    item = Article(title=ITEM["title"], body=ITEM["body"])
    tagged = Article(title=ITEM["title"], body=ITEM["body"], tags=("برف",))
    comments = [row["text"], row["text"], Comment(row["text"], reply_to="کوچه ما هم")]
    verdicts = Moderator(model_path).classify_batch(comments, [item, tagged, item])
    scores = [verdict.scores[Rule.OFF_TOPIC] or 0.0 for verdict in verdicts]
    assert figures["brier"] == pytest.approx(sum(s * s for s in scores) / 3, abs=1e-6)


def test_numeric_article_id(tmp_path: Path, model_path: Path) -> None:
    row = {"text": "برف", "labels": [], "rules": ["off_topic"], "article_id": 7}
    data = _write(tmp_path / "rows.jsonl", [row])
    articles = _write(tmp_path / "articles.txt", [{**ITEM, "id": 7}])
    assert evaluate(data, model_path, articles=articles)["rules"]["off_topic"]["n"] == 1


def test_directory(tmp_path: Path, model_path: Path) -> None:
    _write(tmp_path / "b.jsonl", ROWS[1:3])
    _write(tmp_path / "a.jsonl", ROWS[3:])
    _write(tmp_path / "c.txt", ["no rows"])
    report = evaluate(tmp_path, model_path)
    assert [Path(file["file"]).name for file in report["files"]] == ["a.jsonl", "b.jsonl"]
    assert [file["n"] for file in report["files"]] == [3, 2]
    assert report["n"] == report["rules"]["insult"]["n"] == 5


BAD: list[tuple[str, str]] = [
    ('{"text": "برف', "is not JSON"),
    ("[1]", "must be an object with text and labels, not a list"),
    ("[" * 100_000, "is not JSON"),
    ('{"labels": []}', "text: must be text, but is missing"),
    ('{"text": 5, "labels": []}', "text: must be text, not a number"),
    ('{"text": "برف"}', "labels: must be a list of rule names, but is missing"),
    ('{"text": "برف", "labels": "insult"}', "labels: must be a list of rule names, not text"),
    ('{"text": "برف", "labels": [1]}', "labels: must be a list of rule names"),
    ('{"text": "برف", "labels": ["insolt"]}', "labels: no rule is named 'insolt'"),
    ('{"text": "برف", "labels": ["ok", "hate"]}', "labels: has both 'ok' and 'hate'"),
    ('{"text": "برف", "labels": ["language"]}', "labels: 'language' is not among the rules"),
    ('{"text": "برف", "labels": [], "rules": []}', "rules: names no rule"),
    ('{"text": "برف", "labels": [], "rules": ["ok"]}', "rules: no rule is named 'ok'"),
    ('{"text": "برف", "labels": [], "rules": 1}', "rules: must be a list of rule names, not a"),
    ('{"text": "برف", "labels": [], "reply_to": 1}', "reply_to: must be text, not a number"),
    ('{"text": "برف", "labels": [], "article_id": "x"}', "article_id: no news item has the id"),
    ('{"text": "برف", "labels": [], "article_id": [1]}', "article_id: must be text or a number"),
    ('{"text": "برف", "labels": [], "article": "x"}', "article: must be an object with title"),
    ('{"text": "برف", "labels": [], "article": {"lead": 1}}', "article.lead: must be text, not a"),
    ('{"text": "برف", "labels": [], "article": {"tags": "x"}}', "article.tags: must be a list"),
    ('{"text": "", "labels": [], "article": {}, "article_id": 1}', "article: stands beside"),
]


@pytest.mark.parametrize(("line", "message"), BAD)
def test_bad_row(tmp_path: Path, small_path: Path, line: str, message: str) -> None:
    data = _write(tmp_path / "rows.jsonl", [ROWS[0], line, "", ROWS[1]])
    report = evaluate(data, small_path)
    assert report["n"] == 1
    (error,) = report["errors"]
    assert error.startswith(f"{data}:2: {message}")


def test_bytes_that_are_not_utf8(tmp_path: Path, small_path: Path) -> None:
    data = tmp_path / "rows.jsonl"
    good = json.dumps(ROWS[1], ensure_ascii=False).encode()
    data.write_bytes(b"\xef\xbb\xbf" + good + b"\n\xff\xfe\r\n" + good + b"\r\n")
    report = evaluate(data, small_path)
    assert report["n"] == 2
    assert report["errors"] == [f"{data}:2: is not UTF-8 text (byte 1 of the line)"]


def test_nothing_usable(tmp_path: Path, small_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"gone\.jsonl: cannot be read: No such file"):
        evaluate(tmp_path / "gone.jsonl", small_path)
    with pytest.raises(EvaluationError, match=r"holds no \.jsonl files"):
        evaluate(tmp_path, small_path)
    with pytest.raises(EvaluationError, match="holds no labelled comments"):
        evaluate(_write(tmp_path / "empty.jsonl", ROWS[:1]), small_path)
    with pytest.raises(EvaluationError) as caught:
        evaluate(_write(tmp_path / "bad.jsonl", ["{", "["]), small_path)
    assert len(caught.value.problems) == 2


def test_trained_on_this_file(
    data: Path, tmp_path: Path, store: Callable[..., Model], capsys: pytest.CaptureFixture[str]
) -> None:
    source = {
        "name": "rows", "file": "x/other.jsonl", "licence": "own", "rows": 5,
        "sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
    }  # fmt: skip
    store(tmp_path / "model", data=[{"name": "first", "file": "x/first", "sha256": "0"}, source])
    report = evaluate(data, tmp_path / "model")
    warning = f"{data}: the model was trained on this file (rows): these figures are no test"
    assert report["warnings"] == [warning]
    assert f"WARNING: {warning}" in format_table(report)
    assert main(["evaluate", "--data", str(data), "--model", str(tmp_path / "model")]) == 0
    assert warning in capsys.readouterr().out


def test_trained_on_another_version(tmp_path: Path, store: Callable[..., Model]) -> None:
    (tmp_path / "abuse").mkdir()
    data = _write(tmp_path / "abuse" / "rows.jsonl", ROWS)
    source = {"name": "rows", "file": "abuse/rows.jsonl", "sha256": "0"}
    store(tmp_path / "model", data=[source, "odd", {}])
    (warning,) = evaluate(data, tmp_path / "model")["warnings"]
    assert "another version" in warning
    # The folder is part of the name: other files may be called the same.
    moved = _write(tmp_path / "rows.jsonl", ROWS)
    assert evaluate(moved, tmp_path / "model")["warnings"] == []


def test_model_that_does_not_tell(data: Path, tmp_path: Path, store: Callable[..., Model]) -> None:
    store(tmp_path / "model")
    (warning,) = evaluate(data, tmp_path / "model")["warnings"]
    assert "does not say what it was trained on" in warning


class TestCommand:
    def test_table_and_json(
        self, data: Path, tmp_path: Path, small_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        policy = tmp_path / "site.toml"
        policy.write_text("name = 'site'\n[rules.spam]\nreview = 0.7\n")
        out = tmp_path / "report.json"
        arguments = ["evaluate", "--data", data, "--model", small_path, "--policy", policy]
        assert main([str(a) for a in [*arguments, "--json", out]]) == 0
        table = capsys.readouterr().out
        report = json.loads(out.read_text(encoding="utf-8"))
        assert table == format_table(report) + "\n"
        assert report["policy"].startswith("site@")
        assert report["rules"]["spam"]["review"]["threshold"] == 0.7

    def test_bad_rows(
        self, tmp_path: Path, small_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data = _write(tmp_path / "rows.jsonl", [*ROWS, "{", '{"text": 1}'])
        assert main(["evaluate", "--data", str(data), "--model", str(small_path)]) == 1
        out, err = capsys.readouterr()
        assert "insult" in out
        assert [line.split(": ")[1] for line in err.splitlines()] == [f"{data}:7", f"{data}:8"]

    def test_nothing_usable(
        self, tmp_path: Path, small_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data = _write(tmp_path / "rows.jsonl", ["{", "["])
        assert main(["evaluate", "--data", str(data), "--model", str(small_path)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert len(err.splitlines()) == 2
        gone = str(tmp_path / "gone")
        assert main(["evaluate", "--data", gone, "--model", str(small_path)]) == 2
        assert capsys.readouterr().err.startswith(f"moderation: {gone}: cannot be read")
        assert main(["evaluate", "--data", str(data), "--model", gone]) == 2
        assert "no such model directory" in capsys.readouterr().err
