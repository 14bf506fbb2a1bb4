"""Writing rows: formats, and nothing half-written under the final name."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from fake_moderation import BAD, FakeModerator

from moderation.batch.formats import BadRow
from moderation.batch.writer import OutputError, bad_record, dump_json, open_writer, record

VERDICTS = FakeModerator().classify_batch(["خوب", f"چه {BAD}"])
ROWS: list[dict[str, Any]] = [
    record(7, VERDICTS[0]),
    record("ب", VERDICTS[1]),
    bad_record(BadRow(None, 3, "not valid JSON")),
]


def write(path: Path | None, rows: list[dict[str, Any]] = ROWS) -> bytes:
    stdout = io.BytesIO()
    with open_writer(path, stdout) as writer:
        writer.write(rows[:1])
        writer.write(rows[1:])
    return stdout.getvalue()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_record_follows_the_contract() -> None:
    assert ROWS[1] == {
        "id": "ب",
        "decision": "reject",
        "scores": {
            "insult": 0.987654,
            "accusation": 0.01,
            "hate": 0.01,
            "threat": 0.01,
            "spam": 0.01,
            "language": 0.01,
            "off_topic": None,
        },
        "findings": [
            {
                "rule": "insult",
                "score": 0.987654,
                "decision": "reject",
                "reason": "profanity",
                "spans": [[3, 6]],
                "message": "توهین",
            }
        ],
        "model": "fake-1",
        "policy": "fake-policy",
    }
    assert list(ROWS[1]) == ["id", "decision", "scores", "findings", "model", "policy"]
    assert ROWS[2] == {"id": None, "line": 3, "error": "not valid JSON"}


def test_jsonl(tmp_path: Path) -> None:
    stdout = write(None)
    assert [json.loads(line) for line in stdout.splitlines()] == ROWS
    assert "توهین".encode() in stdout
    write(tmp_path / "out.jsonl")
    write(tmp_path / "out.jsonl.gz")
    assert (tmp_path / "out.jsonl").read_bytes() == stdout
    assert gzip.decompress((tmp_path / "out.jsonl.gz").read_bytes()) == stdout
    assert names(tmp_path) == ["out.jsonl", "out.jsonl.gz"]


def test_lone_surrogates_are_valid_utf8() -> None:
    line = dump_json({"id": "a\ud800ب😀"})
    assert json.loads(line.encode("utf-8")) == {"id": "a\ud800ب😀"}
    assert "ب😀" in line


@pytest.mark.parametrize(
    ("name", "delimiter"), [("o.csv", ","), ("o.tsv", "\t"), ("o.csv.gz", ",")]
)
def test_csv(tmp_path: Path, name: str, delimiter: str) -> None:
    write(tmp_path / name, [*ROWS, bad_record(BadRow("\ud800", 4, "x"))])
    data = (tmp_path / name).read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8")
    first, second, bad, broken = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    assert (first["id"], first["decision"], first["off_topic"]) == ("7", "publish", "")
    assert json.loads(second["findings"]) == ROWS[1]["findings"]
    assert second["insult"] == "0.987654"
    assert (bad["line"], bad["error"], bad["decision"]) == ("3", "not valid JSON", "")
    assert broken["id"] == "\\ud800"


def test_csv_without_rows_has_a_header(tmp_path: Path) -> None:
    write(tmp_path / "o.csv", [])
    assert (tmp_path / "o.csv").read_text().startswith("id,decision,insult,")


@pytest.mark.parametrize("name", ["o.parquet", "o.parquet.gz"])
def test_parquet(tmp_path: Path, name: str) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    write(tmp_path / name, [*ROWS, bad_record(BadRow("\ud800", 4, "\ud800"))])
    data = (tmp_path / name).read_bytes()
    table = pq.read_table(io.BytesIO(gzip.decompress(data) if name.endswith(".gz") else data))
    first, second, bad, broken = table.to_pylist()
    assert (first["id"], first["insult"], first["off_topic"]) == ("7", 0.1, None)
    assert json.loads(second["findings"]) == ROWS[1]["findings"]
    assert (bad["line"], bad["error"]) == (3, "not valid JSON")
    assert broken["id"] == "\\ud800"


@pytest.mark.parametrize("name", ["o.jsonl", "o.csv.gz", "o.parquet"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, RuntimeError])
def test_nothing_half_written(tmp_path: Path, name: str, error: type[BaseException]) -> None:
    path = tmp_path / name
    path.write_text("old")
    with pytest.raises(error), open_writer(path, io.BytesIO()) as writer:  # noqa: PT012
        writer.write(ROWS)
        assert path.read_text() == "old"
        raise error
    assert path.read_text() == "old"
    assert names(tmp_path) == [name]


def test_permissions_are_those_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    write(tmp_path / "new.jsonl")
    assert (tmp_path / "new.jsonl").stat().st_mode == (tmp_path / "plain").stat().st_mode
    (tmp_path / "new.jsonl").chmod(0o640)
    write(tmp_path / "new.jsonl")
    assert (tmp_path / "new.jsonl").stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "real" / "out.jsonl")
    write(tmp_path / "link.jsonl")
    assert (tmp_path / "link.jsonl").is_symlink()
    assert (tmp_path / "real" / "out.jsonl").stat().st_size > 0


def test_device() -> None:
    write(Path("/dev/null"))
    with pytest.raises(OutputError, match="/dev/full: cannot be written"):
        write(Path("/dev/full"), ROWS * 1000)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "is a directory"),
        ("o.txt", "unknown kind of output"),
        ("o", "unknown kind of output"),
        ("no/such/o.jsonl", "no folder"),
    ],
)
def test_unusable(tmp_path: Path, name: str, error: str) -> None:
    with pytest.raises(OutputError, match=error):
        write(tmp_path / name)


def test_write_protected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "o.jsonl"
    path.write_text("old")
    path.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda *_: False)  # the tests may run as root
    with pytest.raises(OutputError, match="write-protected"):
        write(path)
    assert path.read_text() == "old"
