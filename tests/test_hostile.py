"""Whatever a reader, a bot or a broken file sends: a verdict, or one clear line."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from moderation import Article, Comment, Decision, Rule

HUGE = 1_000_000
_chance = random.Random(0)

HOSTILE = {
    "empty": "",
    "space": " ",
    "every space": " \t\n\r\x0b\x0c\u00a0\u2003\u2028\u2029\u3000",
    "new lines": "\n" * 5000,
    "NUL": "\x00",
    "NUL between words": "سلام\x00دوستان",
    "all control characters": "".join(map(chr, range(32))) + "\x7f\x80\x9f",
    "lone high surrogate": "\ud800",
    "lone low surrogate": "متن \udfff متن",
    "surrogates the wrong way round": "\udc00\ud800",
    "surrogateescape bytes": b"\xff\xfe\x80".decode("utf-8", "surrogateescape"),
    "noncharacters": "\ufffe\uffff\U0010ffff",
    "private use": "\ue000\uf8ff",
    "replacement characters": "\ufffd" * 50,
    "1 MB of one letter": "ا" * HUGE,
    "1 MB of one Latin letter": "a" * HUGE,
    "1 MB of spaces": " " * HUGE,
    "1 MB of letters and spaces": "ا " * (HUGE // 2),
    "1 MB of zero-width characters": "\u200b\u200c\u200d\u2060" * (HUGE // 4),
    "1 MB of kashida": "ـ" * HUGE,
    "1 MB of diacritics": "ا" + "\u064e" * HUGE,
    "1 MB of punctuation": "؟!" * (HUGE // 2),
    "1 MB of dots": "." * HUGE,
    "1 MB of stars": "ک*" * (HUGE // 2),
    "1 MB of emoji": "😂" * HUGE,
    "1 MB of links": "http://a.b/ " * (HUGE // 12),
    "1 MB of at signs": "@" * HUGE,
    "1 MB of brackets": "«" * HUGE,
    "1 MB of digits": "۹" * HUGE,
    "longest comment of one letter": "ب" * 5000,
    "longest comment of spelled letters": "ا ب " * 1250,
    "longest comment of dotted letters": "ا.ب." * 1250,
    "longest comment of starred letters": "ک*س*" * 1250,
    "longest comment of single signs": "*.#$%" * 1000,
    "longest comment of at signs and dots": "a@b." * 1250,
    "longest comment of domain names": "a.ir" * 1250,
    "longest comment of half-spaces": "ب\u200c" * 2500,
    # Each of these once took a pattern exponential time.
    "laughter that ends in a word": "ه" * 4000 + "عالی",
    "laughter of two letters": "ها" * 2000 + "ب",
    "underscores": "_" * 4000 + "ا",
    "words joined by underscores": "user_" * 900,
    "spelled numbers": "صفر " * 1200,
    "dashes between letters": "ا-" * 2500,
    "ten thousand different words": " ".join(f"واژه{n}" for n in range(10_000)),
    "bidi overrides": "\u202eسلام\u202d دوست\u2066 من\u2069\u202c",
    "bidi around an insult": "\u202eا\u202dح\u202eم\u202dق",
    "zalgo": "س\u0310\u0489\u0336ل\u0334\u0321ا\u035e\u0360م\u0315\u0322" * 40,
    "stacked harakat": "س" + "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652" * 200,
    "only emoji": "😂🔥🌹👏🖕",
    "emoji families": "👨‍👩‍👧‍👦🏳️‍🌈👍🏽🇮🇷",
    "only punctuation": "؟!،؛:«»()[]{}",
    "only digits": "۱۲۳۴۵۶۷۸۹۰",
    "variation selectors": "\ufe0f\ufe0e\U000e0100",
    "tag characters": "\U000e0041\U000e0042\U000e007f",
    "presentation forms": "ﷺ ﷽ ﻻ ﻼ ﮐﺘﺎﺏ",
    "mathematical letters": "𝒽𝑒𝓁𝓁ℴ 𝟙𝟚𝟛",
    "full-width": "ｈｅｌｌｏ！　１２３",
    "combining marks first": "\u0301\u064eسلام",
    "byte order mark": "\ufeffسلام\ufeff",
    "HTML": "<script>alert('سلام')</script><!-- --><img src=x onerror=alert(1)>",
    "SQL": "'; DROP TABLE comments; -- سلام",
    "format strings": "%s%n{0}{x!r}${HOME}$(ls)`ls`",
    "terminal escapes": "\x1b[31mسلام\x1b]0;title\x07\x1b[2J",
    "JSON": '{"text": "سلام", "id": [1, 2, {"a": null}]}',
    "path": "../../../../etc/passwd\x00.txt",
    "regular expression": "(((((a+)+)+)+)+)$" * 50 + "aaaaaaaaaaaaaaaaaaaa!",
    "quotes that never close": "«" * 200 + '"' * 199,
    "many scripts": "سلام hello привет 你好 שלום नमस्ते ελληνικά 안녕 ไทย ქართული",
    "Arabic extended": "".join(map(chr, range(0x600, 0x700))),
    "Arabic supplements": "".join(map(chr, [*range(0x750, 0x780), *range(0x8A0, 0x900)])),
    "all of the presentation forms": "".join(map(chr, [*range(0xFB50, 0xFE00)])),
    "every kind of link": "www. http:// https://% a@b @ @. .ir a..ir http://[::1]/ //",
    "turkish i": "İıİı",
    "growing in lower case": "ẞİŉǰΐ" * 100,
    "random characters": "".join(chr(_chance.randrange(0x110000)) for _ in range(3000)),
    "random Arabic letters": "".join(chr(_chance.randrange(0x600, 0x700)) for _ in range(3000)),
    "random bytes": bytes(_chance.randrange(256) for _ in range(3000)).decode("latin-1"),
}


def check(text: str, verdict) -> None:
    assert verdict.decision is Decision.worst([f.decision for f in verdict.findings])
    assert list(verdict.scores) == list(Rule)
    for finding in verdict.findings:
        assert all(0 <= start < end <= len(text) for start, end in finding.spans)
        assert 0 <= finding.score <= 1
    json.dumps(verdict.to_dict(), allow_nan=False)


def test_there_are_enough() -> None:
    assert len(HOSTILE) >= 50


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_comment_gets_a_verdict(moderator, text: str) -> None:
    verdict = moderator.classify(Comment(text, reply_to=text[:3000]), Article(text[:3000]))
    check(text, verdict)
    if len(text) > 5000:
        assert verdict.decision is not Decision.PUBLISH


def test_all_at_once(moderator) -> None:
    texts = [text[:20_000] for text in HOSTILE.values()]
    for text, verdict in zip(texts, moderator.classify_batch(texts), strict=True):
        check(text, verdict)


@pytest.mark.parametrize("name", ["empty", "NUL", "lone high surrogate", "1 MB of one letter"])
def test_hostile_articles(moderator, name: str) -> None:
    text = HOSTILE[name]
    article = Article(text, text, text, (text, ""), text)
    check("پارک خوب است", moderator.classify("پارک خوب است", article))


# -- the command line: files, policies and models -------------------------------------


class Result:
    def __init__(self, process: subprocess.CompletedProcess[bytes]) -> None:
        self.code = process.returncode
        self.out = process.stdout.decode("utf-8")
        self.err = process.stderr.decode("utf-8")

    @property
    def rows(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def command(model_path: Path) -> Callable[..., Result]:
    """Run ``moderation classify`` with the model under test."""

    def run(*arguments: object, model: Path = model_path, given: bytes = b"") -> Result:
        process = subprocess.run(
            [sys.executable, "-m", "moderation", "classify", "--model", str(model)]
            + [a if isinstance(a, bytes) else str(a) for a in arguments],
            input=given,
            capture_output=True,
            timeout=300,
            check=False,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        return Result(process)

    return run


def one_clear_line(result: Result, *said: str) -> None:
    assert result.code == 2
    assert result.out == ""
    assert len(result.err.strip().splitlines()) == 1
    assert result.err.startswith("moderation: ")
    assert "Traceback" not in result.err
    for words in said:
        assert words in result.err


@pytest.mark.parametrize(
    "text",
    [b"", b"\xff\xfe\xfd", "\u202e\x1b[31m".encode(), b"-", "بی‌شعور \U0001f595".encode()],
    ids=["empty", "not UTF-8", "escapes", "dash", "insult"],
)
def test_one_comment(command, text: bytes) -> None:
    result = command("--json", "--", text)
    assert (result.code, result.err) == (0, "")
    assert result.rows[0]["decision"] in ("publish", "review", "reject")


def test_every_hostile_comment_in_a_file(command, tmp_path: Path) -> None:
    """JSONL carries any text, lone surrogates too."""
    path = tmp_path / "all.jsonl"
    rows = [{"id": name, "text": text[:30_000]} for name, text in HOSTILE.items()]
    path.write_text("\n".join(map(json.dumps, rows)), "ascii")
    result = command("--input", path)
    assert result.code == 0
    assert [row["id"] for row in result.rows] == list(HOSTILE)
    assert all("decision" in row for row in result.rows)


# name, content, exit code, rows with a verdict, rows with an error
BAD_FILES = [
    ("empty.jsonl", b"", 0, 0, 0),
    ("cut.jsonl", b'{"text": "\xd8\xae\xd9\x88\xd8\xa8"}\n{"text": "\xd8', 1, 1, 1),
    ("cut2.jsonl", '{"text": "خوب"}\n{"text": "بد'.encode(), 1, 1, 1),
    ("number.jsonl", b'5\n{"text": "a"}\n', 1, 1, 1),
    ("list.jsonl", b'["text"]\n{"text": "a"}', 1, 1, 1),
    ("nulltext.jsonl", b'{"text": null}\n{"text": "a"}', 1, 1, 1),
    ("numbertext.jsonl", b'{"text": {"a": 1}}\n{"text": "a"}', 1, 1, 1),
    ("notext.jsonl", b'{"id": 5}\n{"text": "a"}', 1, 1, 1),
    ("deep.jsonl", b"[" * 100_000 + b'\n{"text": "a"}', 1, 1, 1),
    ("nan.jsonl", b'{"text": NaN}\n{"text": "a"}', 1, 1, 1),
    ("surrogate.jsonl", b'{"text": "\\ud800"}', 0, 1, 0),
    ("nul.jsonl", b'{"text": "a\\u0000b"}', 0, 1, 0),
    ("bytes.jsonl", b'\xfd\xfe\n{"text": "a"}', 1, 1, 1),
    ("bytes.txt", b"\xfd\xfe\x80\na\n", 1, 1, 1),
    ("nul.txt", b"a\x00b\n", 0, 1, 0),
]


@pytest.mark.parametrize(
    ("name", "content", "code", "good", "bad"), BAD_FILES, ids=[row[0] for row in BAD_FILES]
)
def test_files_with_bad_rows(
    command, tmp_path: Path, name: str, content: bytes, code: int, good: int, bad: int
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    result = command("--input", path)
    assert "Traceback" not in result.err
    assert result.code == code, result.err
    assert sum("decision" in row for row in result.rows) == good
    assert sum("error" in row and "line" in row for row in result.rows) == bad


UNUSABLE = [
    ("other.csv", b"id,comment\n1,a\n", ["other.csv", "text"]),
    ("none.csv", b"", ["none.csv"]),
    ("other.tsv", b"id\tcomment\n1\ta\n", ["other.tsv", "text"]),
    ("not.parquet", b"PAR1 no", ["not.parquet"]),
    ("empty.parquet", b"", ["empty.parquet"]),
    ("file.xyz", b"a", ["file.xyz"]),
    ("utf16.txt", "سلام".encode("utf-16"), ["utf16.txt", "UTF-8"]),
    ("plain.jsonl.gz", b"not gzip", ["plain.jsonl.gz"]),
]


@pytest.mark.parametrize(("name", "content", "said"), UNUSABLE, ids=[row[0] for row in UNUSABLE])
def test_unusable_files(
    command, tmp_path: Path, name: str, content: bytes, said: list[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    one_clear_line(command("--input", path), *said)


def test_a_gzip_cut_short(command, tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    lines = "".join(f'{{"text": "{_chance.random()}"}}\n' for _ in range(5000))
    path.write_bytes(gzip.compress(lines.encode())[:-3000])
    output = tmp_path / "out.jsonl"
    result = command("--input", path, "--output", output)
    assert result.code in (1, 2)
    assert "Traceback" not in result.err
    assert not output.exists() or '"error"' in output.read_text("utf-8")


@pytest.mark.parametrize("suffix", ["", ".jsonl", ".csv"])
def test_a_folder(command, tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / f"folder{suffix}"
    folder.mkdir()
    one_clear_line(command("--input", folder), str(folder))


@pytest.mark.parametrize("option", ["--input", "--policy", "--article"])
def test_a_missing_file(command, tmp_path: Path, option: str) -> None:
    rest = [] if option == "--input" else ["سلام"]
    one_clear_line(command(option, tmp_path / "none.jsonl", *rest), "none.jsonl")


POLICIES = {
    "unknown key": ("[rules.insult]\nreviw = 0.5", [":2:", "rules.insult.reviw", "review"]),
    "unknown rule": ("[rules.insults]\nreview = 0.5", [":1:", "rules.insults"]),
    "wrong type": ('[rules.insult]\nreview = "high"', [":2:", "rules.insult.review"]),
    "out of range": ("[rules.insult]\nreview = 1.5", [":2:", "rules.insult.review"]),
    "out of order": ("[rules.insult]\nreview = 0.9\nreject = 0.5", ["rules.insult.reject"]),
    "not TOML": ("[rules.insult\nreview = 1", [":1:", "not valid TOML"]),
    "a number in a list": ("[terms]\nblock = [5]", [":2:", "terms.block[0]"]),
    "negative limit": ("[limits]\nmax_chars = -1", [":2:", "limits.max_chars"]),
    "not a number": ("[rules.insult]\nreview = nan", [":2:", "rules.insult.review"]),
}


@pytest.mark.parametrize(("text", "said"), POLICIES.values(), ids=POLICIES)
def test_a_policy_typo(command, tmp_path: Path, text: str, said: list[str]) -> None:
    path = tmp_path / "site.toml"
    path.write_text(text, "utf-8")
    one_clear_line(command("--policy", path, "سلام"), "site.toml", *said)


def test_a_policy_that_is_not_text(command, tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes(b"name = 'a'\n\xff\xfe")
    one_clear_line(command("--policy", path, "سلام"), "site.toml:2", "UTF-8")
    one_clear_line(command("--policy", tmp_path, "سلام"), str(tmp_path))


@pytest.fixture
def copied(model_path: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model_path, tmp_path / "model"))


def test_a_tampered_model(command, copied: Path) -> None:
    path = max(copied.glob("*.npy"), key=lambda file: file.stat().st_size)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    one_clear_line(command("سلام", model=copied), path.name, "changed")


def test_a_model_without_a_file(command, copied: Path) -> None:
    path = next(copied.glob("*.npy"))
    path.unlink()
    one_clear_line(command("سلام", model=copied), path.name, "missing")


@pytest.mark.parametrize(
    ("edit", "said"),
    [({"format": 99}, "newer"), ({"lexicon": "0"}, "word lists"), ({"files": {}}, "does not fit")],
    ids=["newer", "other lists", "no arrays"],
)
def test_another_models_manifest(command, copied: Path, edit: dict, said: str) -> None:
    path = copied / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **edit}), "utf-8")
    one_clear_line(command("سلام", model=copied), str(copied), said)


def test_not_a_model(command, tmp_path: Path) -> None:
    one_clear_line(command("سلام", model=tmp_path), "manifest.json")
    one_clear_line(command("سلام", model=tmp_path / "none"), "none")
    (tmp_path / "manifest.json").write_text("{")
    one_clear_line(command("سلام", model=tmp_path), "manifest.json", "cannot be read")
