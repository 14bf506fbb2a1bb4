"""HTML pages: metadata first, main text next, and nothing that raises."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.article.html import parse_html_page
from moderation.article.markup import decode
from moderation.types import Article

sys.path.insert(0, str(Path(__file__).parent))
from pages import BODY, LEAD, PAGES, TITLE

# Without metadata and end mark, what follows a body on the page cannot be told for sure.
UNSURE = {"paragraphs, no end mark"}


@pytest.fixture(params=["trafilatura", "standard library"])
def extraction(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with trafilatura, where it can be imported, and without it."""
    if request.param == "trafilatura":
        try:
            import trafilatura  # noqa: F401
        except ImportError:
            pytest.skip("trafilatura cannot be imported here")
    else:
        monkeypatch.setitem(sys.modules, "trafilatura", None)
    return str(request.param)


@pytest.mark.parametrize("shape", PAGES)
def test_title_lead_and_body_are_found(shape: str, extraction: str) -> None:
    article = parse_html_page(PAGES[shape])
    assert (article.title, article.lead) == (TITLE, LEAD)
    if shape in UNSURE:
        assert article.body.startswith(BODY)
        assert "انتهای" not in article.body
        assert "اخبار مرتبط" not in article.body
    else:
        assert article.body == BODY


@pytest.mark.parametrize("shape", PAGES)
def test_fields_come_from_metadata_or_the_page(shape: str) -> None:
    article = parse_html_page(PAGES[shape])
    if shape != "paragraphs, no end mark":
        assert article.tags == ("کتابخانه", "بازسازی")
    if "no end mark" not in shape:
        assert article.code == "12345"
    if shape in ("JSON-LD graph with the body", "OpenGraph and an article element"):
        assert article.date == "2026-11-09T10:32:00+03:30"
        assert article.category == "شهری"
    elif shape in ("divisions only", "tables"):
        assert article.date == "۱۸ آبان ۱۴۰۵ - ۱۰:۳۲"


def test_half_spaces_survive_the_extraction(extraction: str) -> None:
    page = PAGES["paragraphs, no end mark"].replace("\u200c", "&zwnj;")
    assert BODY in parse_html_page(page).body


def test_a_description_cut_short_gives_way_to_the_whole_lead() -> None:
    page = PAGES["OpenGraph and an article element"]
    cut = page.replace(
        f"og:description' content='{LEAD}", f"og:description' content='{LEAD[:30]}..."
    )
    article = parse_html_page(cut)
    assert (article.lead, article.body) == (LEAD, BODY)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<p>سلام".encode(), "<p>سلام"),
        ("<p>سلام".encode("utf-8-sig"), "<p>سلام"),
        ("<p>سلام".encode("utf-16"), "<p>سلام"),
        ("<meta charset='windows-1256'>سلام".encode("cp1256"), "<meta charset='windows-1256'>سلام"),
        ("<meta charset='windows-1256'>سلام".encode(), "<meta charset='windows-1256'>سلام"),
        (b"<meta charset=rot13>\xff", "<meta charset=rot13>\ufffd"),
        (b"\xd8\xb3\xd8", "س\ufffd"),
        (b"", ""),
    ],
)
def test_the_encoding_is_found(raw: bytes, text: str) -> None:
    assert decode(raw) == text


def test_bytes_and_text_read_alike() -> None:
    page = PAGES["divisions only"]
    assert parse_html_page(page.encode()) == parse_html_page(page) == Article.from_html(page)


@pytest.mark.parametrize("html", ["", b"", " ", "<", "<!--", "<html></html>", b"\x00\xff\xfe"])
def test_nothing_gives_an_article_without_a_body(html: str | bytes) -> None:
    assert parse_html_page(html).body == ""


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.text(),
        st.binary(),
        st.lists(
            st.sampled_from(
                ["<", ">", "<!", "<![", "<![CDATA[", "-->", "<p", "</",
                 "<script type='application/ld+json'>", "</script>",
                 '{"@type":"NewsArticle","headline":', "[", "1", '"a"', "}", "<h1>", "<nav>",
                 "<meta property='og:title' content=", "&#", "&#1114112;", "\ud800", "\0", "متن"]
            )
        ).map("".join),
    )
)  # fmt: skip
def test_no_html_raises(html: str | bytes) -> None:
    assert isinstance(parse_html_page(html), Article)


@pytest.mark.parametrize(
    "data",
    ['{"@type": "NewsArticle", "headline": 5, "keywords": {"a": 1}, "articleBody": [1, null]}',
     "[" * 50_000, '{"@type": {"a": 1}}', "null", '{"@graph": {"@graph": []}}'],
)  # fmt: skip
def test_strange_data_is_passed_over(data: str) -> None:
    page = f"<script type='application/ld+json'>{data}</script><h1>{TITLE}</h1>"
    assert parse_html_page(page).title == TITLE


@pytest.mark.parametrize("unit", ["<", "<p>", "<div>", "<!--", "<nav>", "<a ", "&", "</p>", "<h1>"])
def test_a_huge_page_is_read_in_a_moment(unit: str) -> None:
    start = time.perf_counter()
    parse_html_page(unit * (50_000 // len(unit)))
    assert time.perf_counter() - start < 10
