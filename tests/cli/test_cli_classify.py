"""``moderation classify``: one comment and files, good and hostile."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_moderation import BAD

Run = Callable[..., Any]


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def comments(tmp_path: Path) -> Path:
    path = tmp_path / "comments.jsonl"
    path.write_text(f'{{"id": 1, "text": "خوب"}}\n{{"id": "b", "text": "چه {BAD}"}}\n', "utf-8")
    return path


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "news.json"
    path.write_text(json.dumps({"id": "n", "title": "x" * 20, "body": "y"}), "utf-8")
    return path


class TestOneComment:
    def test_for_people(self, moderation: Run) -> None:
        result = moderation("classify", f"این {BAD} است")
        assert result.code == 0
        assert result.out.splitlines()[0] == "reject: reject it"
        assert f"این ⟦{BAD}⟧ است" in result.out
        assert "insult: reject, score 0.99, profanity" in result.out
        assert "nothing to go on" in result.out
        assert "\x1b" not in result.out
        assert result.err == ""

    def test_published(self, moderation: Run) -> None:
        result = moderation("classify", "خوب")
        assert result.code == 0
        assert result.out.startswith("publish: publish it\n")
        assert "⟦" not in result.out

    def test_json(self, moderation: Run) -> None:
        result = moderation("classify", "--json", BAD)
        (row,) = rows(result.out)
        assert list(row) == ["id", "decision", "scores", "findings", "model", "policy"]
        assert row["findings"][0]["spans"] == [[0, 3]]
        assert "توهین" in result.out

    def test_article(self, moderation: Run, article: Path) -> None:
        result = moderation("classify", "--json", "--article", article, "خوب")
        assert rows(result.out)[0]["scores"]["off_topic"] == 0.2

    def test_dashes(self, moderation: Run) -> None:
        assert moderation("classify", "--", "-متن").code == 0
        assert moderation("classify", "-").code == 0
        result = moderation("classify", "-متن")
        assert result.code == 2
        assert "put -- before it" in result.err

    @pytest.mark.parametrize("text", ["", " ", "\0", "a\nb", "\udcff\ud800", "\x1b[31m\u202e"])
    def test_any_text(self, moderation: Run, text: str) -> None:
        for option in ([], ["--json"]):
            result = moderation("classify", *option, "--reply-to", text, "--", text + BAD)
            assert result.code == 0
            assert "\x1b" not in result.out

    def test_bytes_that_are_not_utf8(self, start: Run) -> None:
        for option in ([], ["--json"]):
            process = start("classify", *option, b"\xff\xfe" + BAD.encode(), env={"LC_ALL": "C"})
            out, err = process.communicate(timeout=60)
            assert (process.returncode, err) == (0, b"")
            assert "insult" in out.decode("utf-8")


class TestUsage:
    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            ([], "give a comment (TEXT) or a file of them (--input FILE)"),
            (["x", "--input", "f.csv"], "not both"),
            (["x", "--article", "a", "--articles", "b"], "either --article or --articles"),
            (["x", "--output", "o.csv"], "--output goes with --input FILE"),
            (["x", "--articles", "a"], "--articles goes with --input FILE"),
            (["x", "--text-column", "a"], "--text-column goes with --input FILE"),
            (["x", "--jobs", "2"], "--jobs goes with --input FILE"),
            (["--input", "f", "--reply-to", "x"], "--reply-to goes with TEXT"),
            (["--input", "f", "--json"], "--json goes with TEXT"),
            (["--input", "f", "--jobs", "0"], "--jobs is 1 or more"),
            (["--input", "f", "--jobs", "two"], "'two' is not a valid integer"),
            (["این", "خبر"], "Put the whole comment in quotes"),
            (["--jsn", "x"], "--jsn"),
            (["--model", "/no/model", "x"], "/no/model: no model here"),
            (["--policy", "/no/policy.toml", "x"], "/no/policy.toml"),
            (["--article", "/no/article.txt", "x"], "/no/article.txt"),
            (["--input", "-", "--articles", "/no/a.jsonl"], "/no/a.jsonl"),
            (["--input", "-", "--output", "/no/folder/o.jsonl"], "/no/folder/o.jsonl"),
        ],
    )
    def test_wrong(self, start: Run, arguments: list[str], error: str) -> None:
        process = start("classify", *arguments, stdin=subprocess.DEVNULL)
        out, err = process.communicate(timeout=60)
        message = err.decode("utf-8")
        assert process.returncode == 2
        assert out == b""
        assert error in message
        assert message.startswith("moderation: ")
        assert message.count("\n") == 1

    def test_policy_typo(self, moderation: Run, tmp_path: Path) -> None:
        policy = tmp_path / "p.toml"
        policy.write_text("[rules.insult]\nreveiw = 0.5\nrejct = 0.9\n")
        result = moderation("classify", "--policy", policy, "x")
        assert result.code == 2
        assert "reveiw" in result.err
        assert result.err.count("\n") == 1


class TestFile:
    def test_to_standard_output(self, moderation: Run, comments: Path) -> None:
        result = moderation("classify", "--input", comments)
        assert result.code == 0
        assert [(row["id"], row["decision"]) for row in rows(result.out)] == [
            (1, "publish"),
            ("b", "reject"),
        ]
        assert result.err.startswith("2 comments in ")
        assert result.err.endswith("1 publish, 0 review, 1 reject\n")

    @pytest.mark.parametrize("name", ["out.jsonl", "out.csv", "out.tsv.gz", "out.parquet"])
    def test_to_a_file(self, moderation: Run, comments: Path, name: str) -> None:
        output = comments.parent / name
        result = moderation("classify", "--input", comments, "--output", output)
        assert (result.code, result.out) == (0, "")
        assert output.stat().st_size > 0
        assert {path.name for path in comments.parent.iterdir()} == {comments.name, name}

    def test_csv_column(self, moderation: Run, tmp_path: Path) -> None:
        path = tmp_path / "c.csv.gz"
        path.write_bytes(gzip.compress(f"نظر\n{BAD}\n".encode()))
        result = moderation("classify", "--input", path, "--text-column", "نظر")
        assert [row["decision"] for row in rows(result.out)] == ["reject"]

    def test_article_and_articles(self, moderation: Run, tmp_path: Path, article: Path) -> None:
        comments = tmp_path / "c.jsonl"
        comments.write_text(
            '{"id": 1, "text": "", "article_id": "n"}\n'
            '{"id": 2, "text": ""}\n'
            '{"id": 3, "text": "", "article_id": "gone"}\n'
        )
        articles = tmp_path / "a.jsonl"
        articles.write_text(article.read_text() + "\n")
        result = moderation("classify", "--input", comments, "--articles", articles)
        assert result.code == 1
        first, second, third = rows(result.out)
        assert (first["scores"]["off_topic"], second["scores"]["off_topic"]) == (0.2, None)
        assert third == {"id": 3, "line": 3, "error": "no article with id 'gone'"}
        result = moderation("classify", "--input", comments, "--article", article)
        assert result.code == 0
        assert [row["scores"]["off_topic"] for row in rows(result.out)] == [0.2] * 3

    def test_rows_that_cannot_be_read(self, moderation: Run, tmp_path: Path) -> None:
        path = tmp_path / "c.jsonl"
        path.write_bytes(b'{"text": "a"}\n{"id": 2}\n\xff\n{"text": "b"}\n{"text": "c')
        result = moderation("classify", "--input", path)
        assert result.code == 1
        assert ["error" in row for row in rows(result.out)] == [False, True, True, False, True]
        assert result.err.endswith("2 publish, 0 review, 0 reject, 3 could not be read\n")

    @pytest.mark.parametrize(
        ("name", "content", "error"),
        [
            ("c.csv", b"", "is empty"),
            ("c.csv", b"a,b\n", "no column 'text'"),
            ("c.jsonl.gz", b"{}", "not a gzip file"),
            ("c.parquet", b"{}", "not a Parquet file"),
            ("c.doc", b"", "unknown kind of file"),
            ("gone/c.csv", None, "no such file"),
            ("", None, "is a directory"),
        ],
    )
    def test_unusable(
        self, moderation: Run, tmp_path: Path, name: str, content: bytes | None, error: str
    ) -> None:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        output = tmp_path / "out.jsonl"
        result = moderation("classify", "--input", path, "--output", output)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith(f"moderation: {path}: ")
        assert error in result.err
        assert result.err.count("\n") == 1
        assert not output.exists()

    def test_output_over_input(self, moderation: Run, comments: Path) -> None:
        before = comments.read_bytes()
        result = moderation("classify", "--input", comments, "--output", comments)
        assert result.code == 2
        assert "is the input itself" in result.err
        assert comments.read_bytes() == before

    def test_full_disk(self, moderation: Run, comments: Path) -> None:
        result = moderation("classify", "--input", comments, "--output", "/dev/full")
        assert result.code == 2
        assert "/dev/full: cannot be written" in result.err


class TestProcess:
    def test_stdin_to_stdout(self, start: Run, comments: Path) -> None:
        process = start("classify", "--input", "-")
        out, err = process.communicate(comments.read_bytes(), timeout=60)
        assert process.returncode == 0
        assert [row["id"] for row in rows(out.decode("utf-8"))] == [1, "b"]
        assert err.count(b"\n") == 1  # the summary, no progress bar

    def test_jobs_give_the_same(self, start: Run, tmp_path: Path) -> None:
        path = tmp_path / "c.txt"
        path.write_text(f"خوب\n{BAD}\n" * 3000, "utf-8")
        outputs = []
        for jobs in (1, 2):
            process = start("classify", "--input", path, "--jobs", jobs)
            out, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
            outputs.append(out)
        assert outputs[0] == outputs[1]
        assert outputs[0].count(b"\n") == 6000

    def test_dead_worker(self, start: Run, tmp_path: Path) -> None:
        path = tmp_path / "c.txt"
        path.write_text("die\n")
        output = tmp_path / "o.jsonl"
        process = start("classify", "--input", path, "--output", output, "--jobs", 2)
        _, err = process.communicate(timeout=120)
        assert process.returncode == 2
        assert b"moderation: a worker process died" in err
        assert b"Traceback" not in err
        assert not output.exists()

    def test_broken_pipe(self, start: Run, tmp_path: Path) -> None:
        path = tmp_path / "c.txt"
        path.write_text("خوب\n" * 20_000, "utf-8")
        process = start("classify", "--input", path)
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=60) == 141
        assert process.stderr.read() == b""

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    @pytest.mark.parametrize("jobs", [1, 2])
    def test_interrupted(
        self, start: Run, tmp_path: Path, number: int, code: int, jobs: int
    ) -> None:
        output = tmp_path / "out.jsonl"
        process = start("classify", "--input", "-", "--output", output, "--jobs", jobs)
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(b'{"text": "x"}\n' * 5000)
        process.stdin.flush()
        deadline = time.monotonic() + 60
        while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert [path.name.startswith(".out.jsonl.") for path in tmp_path.iterdir()] == [True]
        time.sleep(0.5)
        os.killpg(process.pid, number)  # as a terminal does: workers too
        assert process.wait(timeout=60) == code
        assert list(tmp_path.iterdir()) == []
        assert b"Traceback" not in process.stderr.read()

    @pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
    def test_progress_on_a_terminal(self, start: Run, comments: Path) -> None:
        import fcntl
        import struct
        import termios

        ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 100, 0, 0))
        process = start("classify", "--input", comments, stderr=theirs)
        os.close(theirs)
        process.communicate(timeout=60)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(ours)
        assert b"2 comments" in shown
        assert b"100%" in shown
        assert "█".encode() in shown

    def test_colour_on_a_terminal(self, start: Run) -> None:
        for env, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
            ours, theirs = os.openpty()
            process = start("classify", BAD, stdout=theirs, env=env)
            process.communicate(timeout=60)
            os.close(theirs)
            shown = os.read(ours, 65536)
            os.close(ours)
            assert (b"\x1b[" in shown) is coloured
            assert ("⟦".encode() in shown) is not coloured
