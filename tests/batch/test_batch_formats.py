"""Reading rows: every format, and every way in which a file or a row can be wrong."""

from __future__ import annotations

import gzip
import io
import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

from moderation.batch import lines as lines_module
from moderation.batch import tables
from moderation.batch.formats import BadRow, InputError, Row, open_source, suffix
from moderation.types import Comment

pa = pytest.importorskip("pyarrow")


def read(path: Path | str, column: str = "text") -> list[Row | BadRow]:
    with open_source(path, column) as source:
        return list(source)


def write(path: Path, content: str | bytes) -> Path:
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def write_parquet(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    pq: Any = pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table(columns), path, **options)
    return path


ROWS = [
    Row(1, "a", Comment("سلام، خوب بود", "a", None), "7"),
    Row(2, "b", Comment('گفت "نه"\nو رفت', "b", "چرا؟"), None),
]
JSONL = (
    '{"id": "a", "text": "سلام، خوب بود", "article_id": "7"}\n'
    '{"id": "b", "text": "گفت \\"نه\\"\\nو رفت", "reply_to": "چرا؟", "article_id": null}\n'
)
CSV = 'id,text,article_id,reply_to\na,"سلام، خوب بود",7,\nb,"گفت ""نه""\nو رفت",,چرا؟\n'


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
class TestSameRowsFromEveryFormat:
    def test_jsonl(self, tmp_path: Path, ending: str, bom: str) -> None:
        assert read(write(tmp_path / f"f.jsonl{ending}", bom + JSONL)) == ROWS

    def test_jsonl_crlf(self, tmp_path: Path, ending: str, bom: str) -> None:
        content = bom + JSONL.replace("\n", "\r\n")
        assert read(write(tmp_path / f"f.jsonl{ending}", content)) == ROWS

    def test_csv(self, tmp_path: Path, ending: str, bom: str) -> None:
        rows = read(write(tmp_path / f"f.csv{ending}", bom + CSV))
        assert rows == [row._replace(line=row.line + 1) for row in ROWS]

    def test_csv_crlf(self, tmp_path: Path, ending: str, bom: str) -> None:
        content = bom + CSV.replace("\n", "\r\n")
        rows = read(write(tmp_path / f"F.CSV{ending}", content))
        assert [row.id for row in rows] == ["a", "b"]
        assert isinstance(rows[1], Row)
        assert rows[1].comment.text == 'گفت "نه"\r\nو رفت'

    def test_tsv(self, tmp_path: Path, ending: str, bom: str) -> None:
        rows = read(write(tmp_path / f"f.tsv{ending}", bom + CSV.replace(",", "\t")))
        assert rows == [row._replace(line=row.line + 1) for row in ROWS]

    def test_text(self, tmp_path: Path, ending: str, bom: str) -> None:
        rows = read(write(tmp_path / f"f.txt{ending}", f"{bom}یک\r\n\nدو\u2028سه"))
        assert rows == [
            Row(1, None, Comment("یک"), None),
            Row(2, None, Comment(""), None),
            Row(3, None, Comment("دو\u2028سه"), None),
        ]


def test_parquet(tmp_path: Path) -> None:
    columns = {
        "id": ["a", "b"],
        "text": [row.comment.text for row in ROWS],
        "article_id": ["7", None],
        "reply_to": [None, "چرا؟"],
        "more": [[1], [2]],
    }
    path = write_parquet(tmp_path / "f.parquet", columns)
    assert read(path) == ROWS
    assert read(write(tmp_path / "g.parquet.gz", path.read_bytes())) == ROWS


def test_parquet_kinds_of_column(tmp_path: Path) -> None:
    texts = pa.array(["یک", "دو", None])
    columns = {
        "text": texts.dictionary_encode(),
        "id": pa.array([1.0, math.nan, 2.5]),
        "article_id": pa.array([3.0, None, math.nan]),
    }
    assert read(write_parquet(tmp_path / "f.parquet", columns)) == [
        Row(1, 1.0, Comment("یک", "1"), "3"),
        Row(2, None, Comment("دو"), None),
        BadRow(2.5, 3, "'text' must be text, found null"),
    ]
    for kind in (pa.large_string(), pa.binary(), pa.large_binary(), pa.string_view()):
        rows = read(write_parquet(tmp_path / "g.parquet", {"text": texts.cast(kind)}))
        assert [row.comment.text for row in rows if isinstance(row, Row)] == ["یک", "دو"]


def test_parquet_bad_utf8_and_other_ids(tmp_path: Path) -> None:
    import datetime

    day = datetime.date(2024, 3, 20)
    columns = {"text": pa.array([b"ok", b"\xff\xfe"]), "id": pa.array([day, day])}
    assert read(write_parquet(tmp_path / "f.parquet", columns)) == [
        Row(1, "2024-03-20", Comment("ok", "2024-03-20"), None),
        BadRow("2024-03-20", 2, "'text' is not valid UTF-8"),
    ]


def test_parquet_spans_batches(tmp_path: Path) -> None:
    texts = [str(i) for i in range(3000)]
    path = write_parquet(tmp_path / "f.parquet", {"text": texts}, row_group_size=1000)
    with open_source(path) as source:
        assert (source.total, source.unit) == (3000, "row")
        rows = list(source)
        assert source.done() == 3000
    assert [row.line for row in rows] == list(range(1, 3001))


def test_text_column(tmp_path: Path) -> None:
    path = write(tmp_path / "f.csv", "comment,id\nسلام,1\n")
    assert read(path, "comment") == [Row(2, "1", Comment("سلام", "1"), None)]
    path = write(tmp_path / "f.jsonl", '{"comment": "سلام", "text": 5}')
    assert read(path, "comment") == [Row(1, None, Comment("سلام"), None)]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(JSONL.encode())))
    assert read("-") == ROWS
    monkeypatch.setattr(sys, "stdin", None)
    assert read("-") == []


@pytest.mark.parametrize(
    ("given", "kept", "key"), [('"x"', "x", "x"), ("12", 12, "12"), ("1.5", 1.5, "1.5")]
)
def test_ids_are_kept_as_given(tmp_path: Path, given: str, kept: object, key: str) -> None:
    (row,) = read(write(tmp_path / "f.jsonl", f'{{"text": "", "id": {given}}}'))
    assert isinstance(row, Row)
    assert (row.id, row.comment.id) == (kept, key)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{", "not valid JSON"),
        ('{"id": 1, "text": "بریده', "not valid JSON"),
        ("null", "expected a JSON object, found null"),
        ('["text"]', "expected a JSON object, found a list"),
        ('{"id": 3}', "no field 'text'"),
        ('{"id": 3, "text": null}', "'text' must be text, found null"),
        ('{"id": 3, "text": 5}', "'text' must be text, found a number"),
        ('{"id": 3, "text": {}}', "'text' must be text, found an object"),
        ('{"id": [], "text": ""}', "'id' must be text or a number, found a list"),
        ('{"id": true, "text": ""}', "'id' must be text or a number, found true or false"),
        ('{"id": Infinity, "text": ""}', "'id' must be text or a number"),
        ('{"text": "", "article_id": []}', "'article_id' must be text or a number"),
        ('{"text": "", "reply_to": 5}', "'reply_to' must be text, found a number"),
        ("[" * 200_000, "JSON"),
        (f'{{"id": {"9" * 10_000}, "text": ""}}', "JSON"),
    ],
)
def test_bad_json_rows_stand_in_their_place(tmp_path: Path, line: str, error: str) -> None:
    path = write(tmp_path / "f.jsonl", f'{{"text": "یک"}}\n{line}\n\n{{"text": "دو"}}\n')
    first, bad, last = read(path)
    assert isinstance(first, Row)
    assert isinstance(bad, BadRow)
    assert isinstance(last, Row)
    assert last.line == 4
    assert bad.line == 2
    assert error in bad.error
    assert bad.id == (3 if line.startswith('{"id": 3') else None)


def test_cut_last_line_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "f.jsonl", JSONL[: JSONL.rindex("رفت")])
    first, bad = read(path)
    assert first == ROWS[0]
    assert isinstance(bad, BadRow)
    assert bad.line == 2
    assert "cut short" in bad.error


def test_broken_utf8_costs_one_row(tmp_path: Path) -> None:
    good = "خوب".encode()
    path = write(tmp_path / "f.txt", good + b"\nab\xff\n" + good)
    assert read(path)[1] == BadRow(None, 2, "not valid UTF-8 (byte 3 of the line)")
    path = write(tmp_path / "f.jsonl", b'{"text": "\xd8"}\n{"text": "x"}')
    assert [type(row) for row in read(path)] == [BadRow, Row]
    path = write(tmp_path / "f.csv", b"id,text,other\n1,\xd8,\n2,x,\xff\n\xff,x,\n")
    assert read(path) == [
        BadRow("1", 2, "'text' is not valid UTF-8"),
        Row(3, "2", Comment("x", "2"), None),
        BadRow(None, 4, "'id' is not valid UTF-8"),
    ]


def test_lone_surrogates_in_json_are_text(tmp_path: Path) -> None:
    (row,) = read(write(tmp_path / "f.jsonl", '{"text": "a\\ud800b"}'))
    assert isinstance(row, Row)
    assert row.comment.text == "a\ud800b"


class TestCsv:
    def test_nul(self, tmp_path: Path) -> None:
        (row,) = read(write(tmp_path / "f.csv", "text\na\0b\n"))
        assert row == Row(2, None, Comment("a\0b"), None)

    def test_long_cell(self, tmp_path: Path) -> None:
        text = "ب" * 1_000_000
        (row,) = read(write(tmp_path / "f.csv", f"text\n{text}\n"))
        assert isinstance(row, Row)
        assert row.comment.text == text

    def test_wrong_number_of_cells(self, tmp_path: Path) -> None:
        path = write(tmp_path / "f.csv", "id,text\n1\n2,a,b\n3,c,,\n\n4,d\n")
        assert read(path) == [
            BadRow("1", 2, "1 cells where the header has 2"),
            BadRow("2", 3, "3 cells where the header has 2"),
            Row(4, "3", Comment("c", "3"), None),
            Row(6, "4", Comment("d", "4"), None),
        ]

    def test_open_quote_costs_one_row(self, tmp_path: Path) -> None:
        path = write(tmp_path / "f.csv", 'id,text\n1,a\n2,"b\n3,c\n4,d')
        assert read(path) == [
            Row(2, "1", Comment("a", "1"), None),
            BadRow(None, 3, "a quote mark that is not closed"),
            Row(4, "3", Comment("c", "3"), None),
            Row(5, "4", Comment("d", "4"), None),
        ]

    def test_open_quote_in_a_long_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tables, "_MAX_CELL_LINES", 10)
        body = "".join(f"{i}\n" for i in range(100))
        rows = read(write(tmp_path / "f.csv", f'text\n"a\n{body}'))
        assert [type(row) for row in rows] == [BadRow] + [Row] * 100
        assert rows[-1].line == 102

    def test_cell_over_the_limit(self, tmp_path: Path) -> None:
        import csv

        old = csv.field_size_limit()
        path = write(tmp_path / "f.csv", "text\n" + "x" * (17 * 1024 * 1024) + "\nb\n")
        try:
            bad, good = read(path)
        finally:
            csv.field_size_limit(old)
        assert isinstance(bad, BadRow)
        assert "larger than field limit" in bad.error
        assert good == Row(3, None, Comment("b"), None)

    @pytest.mark.parametrize(
        ("content", "error"),
        [
            ("", "is empty; expected a header with a column 'text'"),
            ("\n\n", "is empty"),
            ("a,b\n1,2\n", "no column 'text'; it has 'a', 'b'"),
            ("id;text\n1;2\n", "no column 'text'; it has 'id;text'"),
            ("text,text\n1,2\n", "the column 'text' appears twice"),
            ('"text\n1\n', "the header cannot be read"),
        ],
    )
    def test_unusable(self, tmp_path: Path, content: str, error: str) -> None:
        path = write(tmp_path / "f.csv", content)
        with pytest.raises(InputError) as caught:
            open_source(path)
        assert str(caught.value).startswith(f"{path}: ")
        assert error in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("f.jsonl.gz", b"plain", "not a gzip file"),
        ("f.parquet.gz", b"plain", "not a gzip file"),
        ("f.jsonl", gzip.compress(b"{}"), "should end in .gz"),
        ("f.parquet", b"plain text", "is not a Parquet file"),
        ("f.parquet", b"", "is not a Parquet file"),
        ("f.xlsx", b"x", "unknown kind of file"),
        ("comments", b"x", "unknown kind of file"),
        ("f.csv", "text\n".encode("utf-16"), "is UTF-16"),
    ],
)
def test_unusable_files(tmp_path: Path, name: str, content: bytes, error: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        open_source(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert error in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_and_directory(tmp_path: Path) -> None:
    for name in ("gone.jsonl", "gone.parquet", "no/such/f.csv"):
        with pytest.raises(InputError, match="no such file"):
            open_source(tmp_path / name)
    with pytest.raises(InputError, match="is a directory"):
        open_source(tmp_path)


def test_parquet_without_a_text_column(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "f.parquet", {"text": [1, 2]})
    with pytest.raises(InputError, match="must be text, found int64"):
        open_source(path)
    with pytest.raises(InputError, match="no column 'body'; it has 'text'"):
        open_source(path, "body")


def test_damaged_parquet_keeps_what_was_read(tmp_path: Path) -> None:
    texts = [f"{i} {'x' * 50}" for i in range(5000)]
    path = write_parquet(
        tmp_path / "f.parquet", {"text": texts}, row_group_size=2500, compression="gzip"
    )
    data = bytearray(path.read_bytes())
    middle = len(data) * 6 // 10
    data[middle : middle + 2000] = bytes(2000)
    path.write_bytes(data)
    *good, bad = read(path)
    assert len(good) >= 2000
    assert isinstance(bad, BadRow)
    assert "damaged from here on" in bad.error


def test_cut_gzip_keeps_what_was_read(tmp_path: Path) -> None:
    content = "".join(json.dumps({"text": f"{i} {math.sin(i)}"}) + "\n" for i in range(20_000))
    path = write(tmp_path / "f.jsonl.gz", content)
    path.write_bytes(path.read_bytes()[:-5000])
    *good, bad = read(path)
    assert len(good) > 1000
    assert all(isinstance(row, Row) for row in good)
    assert isinstance(bad, BadRow)
    assert bad.line == len(good) + 1
    assert "damaged from here on" in bad.error


def test_empty_files_have_no_rows(tmp_path: Path) -> None:
    for name in ("f.jsonl", "f.txt", "f.jsonl.gz"):
        path = tmp_path / name
        path.write_bytes(b"")
        assert read(path) == []


def test_overlong_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "MAX_LINE_BYTES", 1024 * 1024)
    long = "x" * 1024 * 1024 * 2
    for ending in ("", "\nb", "\nb\n"):
        rows = read(write(tmp_path / "f.txt", f"a\n{long}{ending}"))
        assert rows[0] == Row(1, None, Comment("a"), None)
        assert rows[1] == BadRow(None, 2, "the line is longer than 1 MB")
        assert rows[2:] == ([Row(3, None, Comment("b"), None)] if ending else [])
    rows = read(write(tmp_path / "f.csv", f"text\n{long}\nb"))
    assert rows == [
        BadRow(None, 2, "the line is longer than 1 MB"),
        Row(3, None, Comment("b"), None),
    ]


def test_overlong_line_inside_quotes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "MAX_LINE_BYTES", 1024)
    path = write(tmp_path / "f.csv", f'text\n"a\nb\n{"x" * 2000}\nc\n')
    assert read(path) == [
        BadRow(None, 2, "a quote mark that is not closed"),
        Row(3, None, Comment("b"), None),
        BadRow(None, 4, "the line is longer than 0 MB"),
        Row(5, None, Comment("c"), None),
    ]


def test_lines_over_chunk_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["گل", "", "ب" * 9, "z\r", "پایان"]
    path = write(tmp_path / "f.txt", "\n".join(texts))
    for size in range(1, 20):
        monkeypatch.setattr(lines_module, "_CHUNK", size)
        rows = read(path)
        assert [row.comment.text for row in rows if isinstance(row, Row)] == [
            text.removesuffix("\r") for text in texts
        ]


def test_a_row_is_given_before_the_file_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "f.jsonl", '{"text": "x"}\n' * 200_000)
    with open_source(path) as source:
        assert source.total == path.stat().st_size
        next(iter(source))
        assert 0 < source.done() < source.total / 2


def test_suffix() -> None:
    assert suffix(Path("a.b/c.ndjson.gz")) == (".jsonl", True)
    assert suffix(Path("a.gz")) == ("", True)
