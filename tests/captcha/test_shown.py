"""How a question is shown, and the command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from captcha_support import KEY, solve

from moderation.captcha import Captcha, MemoryStore, Result, html
from moderation.captcha.picture import png, svg
from moderation.captcha.wording import wording


@pytest.fixture
def captcha() -> Captcha:
    return Captcha(KEY, store=MemoryStore())


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("input", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def one(self, tag: str, **attributes: str) -> dict[str, str | None]:
        (found,) = [a for t, a in self.found if t == tag and attributes.items() <= a.items()]
        return found


@pytest.mark.parametrize("kind", ["arithmetic", "copy"])
def test_a_form_is_labelled_and_says_the_question(captcha: Captcha, kind: str) -> None:
    challenge = captcha.new("a", kind=kind)
    page = html(challenge, name='c"&')
    elements = Elements(page)
    assert not elements.open
    answer = elements.one("input", type="text")
    assert elements.one("label")["for"] == answer["id"] == 'c"&_answer'
    assert elements.one("small")["id"] == answer["aria-describedby"]
    assert elements.one("input", type="hidden")["value"] == challenge.token
    assert elements.one("fieldset") == {"lang": "fa", "dir": "rtl"}
    assert answer["inputmode"] == ("numeric" if kind == "arithmetic" else "text")
    assert challenge.spoken in page
    if kind == "arithmetic":
        # Seen but not heard, and set from left to right; heard but not seen.
        assert f'<span aria-hidden="true"><bdi dir="ltr">{challenge.question}</bdi></span>' in page


def test_a_picture_has_no_signs_to_read_and_another_shape_each_time(captcha: Captcha) -> None:
    challenge = captcha.new("a")
    first, second = svg(challenge), svg(challenge)
    assert first != second
    for picture in (first, second):
        assert picture.lstrip().startswith("<?xml")
        assert not set(challenge.question) & set("۰۱۲۳۴۵۶۷۸۹") & set(picture)
        assert "<text" not in picture
        assert len(re.findall(r"<path", picture)) >= 2
    assert png(challenge).startswith(b"\x89PNG\r\n")
    page = html(challenge, picture=first)
    assert Elements(page).one("img")["src"].startswith("data:image/svg+xml;base64,")
    assert challenge.question not in page
    assert challenge.spoken in page
    other = captcha.new("a", kind="copy")
    assert other.spoken in html(other, picture=first)
    with pytest.raises(ValueError, match="no picture"):
        svg(captcha.new("a", kind="copy"))


def test_a_picture_without_its_extra(captcha: Captcha, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"\[image\]"):
        png(captcha.new("a"))


def test_every_result_has_a_message() -> None:
    assert {result.message for result in Result} == {wording()[result.value] for result in Result}


def command(tmp_path: Path, *arguments: str, key: str | None = KEY.hex(), store: str = ""):
    environment = {**os.environ, "PYTHONUTF8": "1", "XDG_STATE_HOME": str(tmp_path)}
    for name, value in (("MODERATION_CAPTCHA_KEY", key), ("MODERATION_CAPTCHA_STORE", store)):
        environment.pop(name, None)
        if value:
            environment[name] = value
    return subprocess.run(
        [sys.executable, "-m", "moderation", "captcha", *arguments],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("store", ["", "sqlite:///{}/a b.sqlite3", "memory://"])
def test_the_command_line_asks_and_checks(tmp_path: Path, store: str) -> None:
    store = store.format(tmp_path)
    asked = command(
        tmp_path, "new", "--subject", "s", "--kind", "arithmetic", "--json", store=store
    )
    assert asked.returncode == 0, asked.stderr
    said = json.loads(asked.stdout)
    assert {"token", "question", "expires_in"} <= said.keys()
    first, sign, step, *_ = (
        said["question"].translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")).split()
    )
    answer = str(int(first) + int(step) if sign == "+" else int(first) - int(step))

    def check(subject: str, given: str) -> str:
        arguments = ("--subject", subject, "--token", said["token"], "--answer", given, "--json")
        done = command(tmp_path, "check", *arguments, store=store)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["result"]

    assert check("other", answer) == "tampered"
    assert check("s", answer) == "ok"
    if store != "memory://":
        assert check("s", answer) == "used"


def test_the_command_line_for_people(tmp_path: Path) -> None:
    asked = command(tmp_path, "new", "--subject", "s", "--kind", "copy", store="memory://")
    question, token = asked.stdout.splitlines()
    assert question.startswith("عبارت ")
    given = ("--subject", "s", "--token", token, "--answer", "سلام", "--client", "me")
    done = command(tmp_path, "check", *given, store="memory://")
    assert (done.returncode, done.stdout.partition(":")[0]) == (0, "wrong")
    for token, answer in (("", ""), ("x", "\u202e"), ("1.2.3.4.5.6.7.8", "-" * 500)):
        given = ("--subject", "s", f"--token={token}", f"--answer={answer}", "--json")
        assert command(tmp_path, "check", *given, store="memory://").returncode == 0


@pytest.mark.parametrize(
    ("key", "store", "message"),
    [
        (None, "", "is not set"), ("ab" * 31, "", "too short"), ("xyz", "", "not hexadecimal"),
        ("00" * 32, "", "no secret"), (KEY.hex(), "mysql://", "no store"),
        (KEY.hex(), "unix:///nowhere/redis.sock", "Redis"),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_is_told_in_a_line(
    tmp_path: Path, key: str | None, store: str, message: str
) -> None:
    done = command(tmp_path, "new", "--subject", "s", "--json", key=key, store=store)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_keys_are_rotated_by_commas(tmp_path: Path, captcha: Captcha) -> None:
    new = bytes(range(100, 132))
    challenge = captcha.new("s")
    given = ("--subject", "s", "--token", challenge.token, "--answer", solve(challenge), "--json")
    done = command(tmp_path, "check", *given, key=f"{new.hex()}, {KEY.hex()}", store="memory://")
    assert json.loads(done.stdout) == {"result": "ok"}
