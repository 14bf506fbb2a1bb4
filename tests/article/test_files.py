"""Files of news items: every format, and errors that name file, line and field."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from moderation.article.files import ArticleError, load_article, load_articles
from moderation.types import Article

ITEM = {"title": "پل تازه", "lead": "پل باز شد.", "body": "متن.", "tags": ["پل", " راه "], "id": 7}
EXPECTED = Article("پل تازه", "پل باز شد.", "متن.", ("پل", "راه"), id="7")


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_json(tmp_path: Path) -> None:
    text = json.dumps(ITEM, ensure_ascii=False, indent=1)
    assert load_article(write(tmp_path / "a.json", "\ufeff" + text)) == EXPECTED
    assert load_article(write(tmp_path / "a.json.gz", gzip.compress(text.encode()))) == EXPECTED
    full = {"title": "ا", "code": 12, "date": "۱۸ آبان", "category": "شهری", "lead": None}
    path = write(tmp_path / "b.JSON", json.dumps(full))
    assert load_article(str(path)) == Article("ا", code="12", date="۱۸ آبان", category="شهری")


def test_pages(tmp_path: Path) -> None:
    text = "پل تازه\nپل باز شد.\nمتن.\nانتهای پیام/\nکد خبر: ۵\n"
    expected = Article("پل تازه", "پل باز شد.", "متن.", code="5")
    assert load_article(write(tmp_path / "a.txt", text)) == expected
    assert load_article(write(tmp_path / "page", "\ufeff" + text)) == expected
    assert load_article(write(tmp_path / "b.txt", text.encode("utf-16"))) == expected
    html = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    html = f"<html><body><h1>پل تازه</h1>{html}</body></html>"
    for name in ("a.html", "a.htm", "a.txt"):
        article = load_article(write(tmp_path / name, f"\n{html}"))
        assert (article.title, article.code) == ("پل تازه", "5")
    assert load_article(write(tmp_path / "c.txt", "<!DOCTYPE html><title>پل</title>")).title == "پل"
    assert load_article(write(tmp_path / "d.txt", "< ۵ درصد مردم موافق‌اند")).title[0] == "<"
    assert load_article(write(tmp_path / "e.txt", "")) == Article()


def test_many(tmp_path: Path) -> None:
    rows = [ITEM, {"id": "b", "title": "دو\u2028خط", "tags": "پل، راه", "outlet": "x"}]
    text = "\r\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    expected = {"7": EXPECTED, "b": Article("دو\u2028خط", tags=("پل", "راه"), id="b")}
    assert load_articles(write(tmp_path / "a.jsonl", text)) == expected
    assert load_articles(write(tmp_path / "a.jsonl.gz", gzip.compress(text.encode()))) == expected
    assert load_articles(write(tmp_path / "b.jsonl", "")) == {}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ('{"id": 1, "title": 5}', "title: must be text, not a number"),
        ('{"id": 1, "titel": "x"}', "has none of the fields title, lead, body"),
        ('{"title": "x"}', "id: is missing"),
        ('{"id": "", "title": "x"}', "id: is missing"),
        ('{"id": [], "title": "x"}', "id: must be text or a whole number, not a list"),
        ('{"id": 1, "title": "x", "tags": 3}', "tags: must be a list or text, not a number"),
        ('{"id": 1, "title": "x", "tags": ["a", null]}', "tags[1]: must be text, not null"),
        ('{"id": 1, "title": "x", "lead": {}}', "lead: must be text, not an object"),
        ("[1]", "must be an object with title, lead, body; not a list"),
        ('{"id": 1, "title": "x', "is not JSON: "),
        ('{"id": "0", "title": "x"}', "id: '0' also stands on line 1"),
        ("[" * 100_000, "is not JSON that can be read: "),
        ('{"id": 1' + "0" * 5000 + "}", "is not JSON that can be read: "),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, error: str) -> None:
    path = write(tmp_path / "a.jsonl", f'{{"id": "0", "title": "x"}}\n\n{line}\n')
    with pytest.raises(ArticleError, match=re.escape(f"{path}:3: {error}")):
        load_articles(path)


def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    cases = {
        tmp_path / "none.txt": "cannot be read: No such file",
        tmp_path: "cannot be read: ",
        Path("a\0b"): "cannot be read: ",
        write(tmp_path / "a.txt", b"a\nb\xff"): ":2: is not UTF-8 text",
        write(tmp_path / "a.json", '{\n"title": "a",\n"lead" 1}'): ":3: is not JSON: ",
        write(tmp_path / "b.json", '{"title": 1}'): "b.json: title: must be text, not a number",
        write(tmp_path / "a.gz", b"\x1f\x8b\x08\0"): "cannot be read: ",
        write(tmp_path / "b.gz", "text"): "cannot be read: ",
        write(tmp_path / "a.jsonl", "{}"): "holds many news items",
    }
    for path, error in cases.items():
        with pytest.raises(ArticleError, match=re.escape(error)) as caught:
            load_article(path)
        assert str(caught.value).startswith(str(path))
    for path in (tmp_path, tmp_path / "none.txt", tmp_path / "a.txt"):
        with pytest.raises(ArticleError):
            load_articles(path)
