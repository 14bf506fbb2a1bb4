"""The table of names: what it tells of words, and of the items that comments stand under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.text import names as module
from moderation.text.names import ORGANISATION, PERHAPS, PERSON, Names, name_hashes
from moderation.text.ngrams import word_hashes
from moderation.types import Article

KINDS = {
    "فرضیان": PERSON,
    "فرضسازان": ORGANISATION,
    "کبودان": PERSON | PERHAPS,
    "هردوان": PERSON | ORGANISATION,
}


def table(kinds: Mapping[str, int]) -> Names:
    hashes = name_hashes(list(kinds))
    order = np.argsort(hashes)
    bits = np.array(list(kinds.values()), dtype=np.uint8)
    return Names({"hashes": hashes[order], "kinds": bits[order]})


def kinds(names: Names, words: Sequence[str]) -> list[int]:
    found = names.kinds(word_hashes(words)[0])
    assert found.dtype == np.uint8
    return found.tolist()


@pytest.fixture
def names() -> Names:
    return table(KINDS)


def test_kinds_of_words(names: Names) -> None:
    words = ["فرضیان", "سنگ", "هردوان", " ", "فرضسازان", "فرضیان", "فرض", "کبودان", "\ud800"]
    assert kinds(names, words) == [KINDS.get(word, 0) for word in words]


def test_no_words_and_no_names(names: Names) -> None:
    assert kinds(names, []) == []
    nobody = table({})
    assert kinds(nobody, ["فرضیان", " "]) == [0, 0]
    assert nobody.of_item(Article("فرضیان آمد")).tolist() == []


any_word = st.text(st.characters(codec=None, exclude_categories=()), min_size=1)


@given(st.lists(any_word | st.sampled_from([*KINDS])))
@settings(deadline=None)
def test_any_words_against_a_dictionary(words: list[str]) -> None:
    assert kinds(table(KINDS), words) == [KINDS.get(word, 0) for word in words]


def test_hashes_are_names_own() -> None:
    """The same word has another hash as a feature: a table says nothing of what was learnt."""
    plain, _ = word_hashes([*KINDS])
    assert not set(plain.tolist()) & set(name_hashes([*KINDS]).tolist())
    assert len(name_hashes([])) == 0


def hashes(*words: str) -> list[int]:
    return sorted(word_hashes(words)[0].tolist())


def test_names_of_an_item(names: Names) -> None:
    item = Article("دیدار فرضیان", "با «كبودان» در سنگ", "فرض‌سازان\nو فرضیان و فرضیانی")
    found = names.of_item(item)
    assert found.tolist() == hashes("فرضیان", "کبودان", "فرضسازان")
    assert found.dtype == np.uint64


def test_parts_of_an_item_are_parted(names: Names) -> None:
    """The title's last word and the lead's first are no word together."""
    assert names.of_item(Article("دیدار فرض", "یان آمد", "کبود")).tolist() == []


@pytest.mark.parametrize(
    "item", [Article(), Article("!؟"), Article("\ud800"), Article("سنگ " * 10_000)], ids=range(4)
)
def test_items_without_names(names: Names, item: Article) -> None:
    assert names.of_item(item).tolist() == []


def test_an_endless_word(names: Names) -> None:
    assert kinds(names, ["بپ" * 5000]) == [0]
    assert names.of_item(Article("بپ" * 5000, body="فرضیان")).tolist() == hashes("فرضیان")


def test_items_are_kept_the_latest_longest(monkeypatch: pytest.MonkeyPatch, names: Names) -> None:
    monkeypatch.setattr(module, "_KEPT_ITEMS", 2)
    first, second, third = (Article(f"فرضیان {number}") for number in range(3))
    kept = names.of_item(first)
    others = names.of_item(second)
    assert names.of_item(Article(first.title)) is kept  # an equal item is the same item
    names.of_item(third)  # pushes out the second, which was asked for longest ago
    assert names.of_item(first) is kept
    assert names.of_item(second) is not others


def test_equal_words_in_other_parts_are_another_item(names: Names) -> None:
    assert names.of_item(Article("فرضیان", "", "")) is not names.of_item(Article("", "فرضیان", ""))


def test_threads(monkeypatch: pytest.MonkeyPatch, names: Names) -> None:
    monkeypatch.setattr(module, "_KEPT_ITEMS", 3)
    items = [Article(f"{name} {number}") for number in range(5) for name in KINDS]
    expected = [hashes(item.title.split()[0]) for item in items]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(names.of_item, items * 20))
    assert [one.tolist() for one in found] == expected * 20
