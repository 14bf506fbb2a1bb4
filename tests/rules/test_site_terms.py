"""Words and names of a site's policy, found among a comment's words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.lexicon.store import bit
from moderation.rules.site_terms import SiteTerms
from moderation.text.letters import fold
from moderation.text.ngrams import word_hashes
from moderation.text.phrases import Words
from moderation.text.tokens import tokenize

PERSON, ORGANISATION = bit("target_person"), bit("target_org")


def words_of(*comments: str) -> Words:
    """Return the words of comments, signs among them left out."""
    pairs = [
        (index, fold(token))
        for index, comment in enumerate(comments)
        for token in tokenize(comment)
        if fold(token).isalnum()
    ]
    hashes, lengths = word_hashes([word for _, word in pairs])
    owner = np.array([index for index, _ in pairs], dtype=np.int64)
    return Words(np.arange(len(pairs)), owner, hashes, lengths)


def found(terms: SiteTerms, *comments: str) -> tuple[list[int], list[int]]:
    allowed, targets = terms.find(words_of(*comments))
    assert allowed.dtype == bool
    assert targets.dtype == np.uint32
    return allowed.astype(int).tolist(), targets.tolist()


def test_no_terms_find_nothing() -> None:
    assert found(SiteTerms(), "هر چه بگویید") == ([0, 0, 0], [0, 0, 0])
    assert found(SiteTerms()) == ([], [])
    # A term of signs alone has no word to find.
    assert found(SiteTerms(allow=["", "  ", "\u200c"]), "هر چه") == ([0, 0], [0, 0])


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("سگ", "این سگ است", [0, 1, 0]),
        ("سگ", "سگ و سگ", [1, 0, 1]),
        ("سگ", "سگی و سگ‌ها", [0, 0, 0]),  # the word itself, not what is made of it
        ("خاک بر سر", "ای خاک بر سر ما", [0, 1, 1, 1, 0]),
        ("خاک بر سر", "خاک بر زمین", [0, 0, 0]),
        ("بی‌ادب", "بی ادب", [1, 1]),
        ("بی ادب", "بی‌ادب", [1]),
        ("كتاب", "کتاب", [1]),  # Arabic letters in the policy
        ("کتاب", "كـتـاب", [1]),
    ],
)
def test_allowed(term: str, text: str, expected: list[int]) -> None:
    assert found(SiteTerms(allow=[term]), text) == (expected, [0] * len(expected))


def test_targets() -> None:
    terms = SiteTerms(persons=["مینا فرضیان"], organisations=["فرض‌سازان"])
    assert found(terms, "مینا فرضیان از فرض سازان رفت")[1] == [
        PERSON, PERSON, 0, ORGANISATION, ORGANISATION, 0,
    ]  # fmt: skip
    assert found(terms, "مینا و فرضیان")[1] == [0, 0, 0]


def test_no_phrase_runs_from_one_comment_into_the_next() -> None:
    terms = SiteTerms(allow=["خاک بر سر"], persons=["مینا فرضیان"])
    assert found(terms, "خاک", "بر سر", "مینا", "فرضیان") == ([0] * 5, [0] * 5)


def test_allowed_and_target_are_told_apart() -> None:
    terms = SiteTerms(allow=["شیر"], organisations=["شیر ایران"])
    assert found(terms, "شیر ایران") == ([1, 0], [ORGANISATION, ORGANISATION])


@pytest.mark.parametrize("organisation", ["علي پور", "علی‌پور"])
def test_a_name_may_be_a_person_and_an_organisation(organisation: str) -> None:
    terms = SiteTerms(persons=["علی‌پور"], organisations=[organisation])
    assert found(terms, "علی‌پور")[1] == [PERSON | ORGANISATION]


anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)


@given(st.lists(anything, max_size=4), st.lists(anything, max_size=4))
@settings(deadline=None, max_examples=60)
def test_any_terms_and_comments(terms: list[str], comments: list[str]) -> None:
    """Of one word or of many, a term is found in a comment that is the term and no more."""
    site = SiteTerms(allow=terms, persons=terms)
    for text in [*terms, *comments]:
        allowed, targets = found(site, text)
        assert [int(target == PERSON) for target in targets] == allowed
        words = [fold(token) for token in tokenize(text)]
        if text in terms and all(word.isalnum() for word in words) and 1 <= len(words) <= 5:
            assert all(allowed)
