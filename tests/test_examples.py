"""Each example runs with one command and does what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

EXAMPLES = Path(__file__).parents[1] / "examples"
DATA = EXAMPLES / "data"


def run(name: str, folder: Path, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, EXAMPLES / name, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_cms_hook_shows_criticism_and_keeps_back_abuse_and_adverts(tmp_path: Path) -> None:
    lines = run("cms_hook.py", tmp_path).splitlines()
    outcomes = [line.partition(":")[0] for line in lines if not line.startswith(" ")]
    assert len(outcomes) == 3
    assert outcomes[0] == "visible"
    assert "visible" not in outcomes[1:]
    kept_back = lines.index(next(line for line in lines if "visible" not in line))
    assert lines[kept_back + 1].strip().startswith("to the reader: ")


def test_batch_script_writes_a_verdict_a_row(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    printed = run(
        "batch_script.py", tmp_path, DATA / "comments.jsonl", DATA / "articles.jsonl", output
    )
    given = [json.loads(line) for line in (DATA / "comments.jsonl").open(encoding="utf-8")]
    verdicts = [json.loads(line) for line in output.open(encoding="utf-8")]
    assert [verdict["id"] for verdict in verdicts] == [str(row["id"]) for row in given]
    assert [path.name for path in tmp_path.iterdir()] == [output.name]
    rules = {v["id"]: {finding["rule"] for finding in v["findings"]} for v in verdicts}
    published = {v["id"] for v in verdicts if v["decision"] == "publish"}
    assert {"1", "2", "6", "10", "12"} <= published
    expected = {"3": "insult", "4": "spam", "7": "language", "8": "threat", "9": "language"}
    for id_, rule in expected.items():
        assert rule in rules[id_], id_
    held = len(verdicts) - len(published)
    assert f"{len(published)} publish" in printed
    assert sum(line.startswith("  comment ") for line in printed.splitlines()) == held


def test_batch_script_without_arguments_judges_its_own_data(tmp_path: Path) -> None:
    assert "verdicts.jsonl: written" in run("batch_script.py", tmp_path)
    assert (tmp_path / "verdicts.jsonl").is_file()


def test_article_from_page_reads_the_item_and_judges_by_it(tmp_path: Path) -> None:
    text, html = run("article_from_page.py", tmp_path).split("page.html: ")
    assert "روشنایی بوستان‌های جنوب شهر" in text
    assert "body: 3 paragraphs" in text
    assert "code 184207, date ۱۴ مهر ۱۴۰۴" in text
    assert "tags: بوستان، روشنایی، شهرداری، خدمات شهری" in text
    assert html.startswith("خط تازه اتوبوس به بیمارستان می‌رسد")
    decisions = [line.split()[0].rstrip(":") for line in text.splitlines() if line[:3] == "  p"]
    assert decisions == ["publish", "publish"]
    off_topic = [line for line in text.splitlines() if "سرمربی" in line]
    assert len(off_topic) == 1
    assert off_topic[0].startswith("  review (off_topic)")
    assert sum(line.startswith("  publish:") for line in html.splitlines()) == 2


def test_captcha_form_works_over_http() -> None:
    command = [sys.executable, EXAMPLES / "captcha_form.py", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        browser = build_opener(HTTPCookieProcessor())

        def fields(page: str) -> dict[str, str]:
            token = re.search(r'name="captcha_token" type="hidden" value="([^"]+)"', page)
            sums = re.search(r'<bdi dir="ltr">(\d+) ([+−]) (\d+) = ؟</bdi>', page)
            assert token is not None
            assert sums is not None
            first, step = int(sums[1]), int(sums[3])
            answer = first + step if sums[2] == "+" else first - step
            return {"captcha_token": token[1], "captcha_answer": str(answer), "comment": "سلام <b>"}

        def send(data: dict[str, str]) -> str:
            return browser.open(address, urlencode(data).encode()).read().decode("utf-8")

        try:
            asked = fields(browser.open(address).read().decode("utf-8"))
            assert "پاسخ درست است" in send(asked)
            again = send(asked)
            assert "یک بار پاسخ داده شده" in again
            assert "سلام &lt;b&gt;" in again
            assert "پاسخ درست نبود" in send({**fields(again), "captcha_answer": "1"})
            # What a browser does not send is answered all the same, and nothing of it comes back.
            for name, value in (
                ("Cookie", "a@b=1; session=x"),
                ("Cookie", 'session="a\\015\\012Set-Cookie: evil=1"'),
                ("Content-Length", "-1"),
                ("Content-Length", "abc"),
            ):
                odd = Request(address, headers={name: value}, method="POST")
                with urlopen(odd) as answer:
                    assert len(answer.headers.get_all("Set-Cookie")) == 1
                    assert "evil" not in str(answer.headers)
            assert "عبارت" in browser.open(address + "?kind=copy").read().decode("utf-8")
        finally:
            server.terminate()
