"""What the abuse rules measure: each number against a plain loop or a plain example."""

from __future__ import annotations

import random

import numpy as np
import pytest

from moderation.lexicon.grades import GRADES
from moderation.lexicon.store import Lexicon, bit
from moderation.rules.context import SIGNS, Facts
from moderation.rules.features import feature_names, word_form
from moderation.rules.letters import HEADS, pair_buckets, token_buckets
from moderation.rules.site_terms import SiteTerms
from moderation.rules.weights import WeightTable
from moderation.text.names import ORGANISATION, PERHAPS, PERSON
from moderation.text.ngrams import join_hashes, word_hashes
from moderation.text.vocabulary import Batch, analyse
from moderation.types import Article

COMMENTS = [
    "شهردار احمق جواب نمی‌دهد!",
    "",
    "«احمق» خطاب کردن مردم درست نیست",
    "   ",
    "بی شعور بی شعور بی شعور",
    "چرا شهرداری اختلاس کرد؟ www.example.ir ۱۲۳ @ali 🙂",
    "hello دوست 😂😂 \ud800 \u202e",
    "ا ح م ق",
    "خوب " * 300,
]


def test_names_match_columns(lab) -> None:
    names = feature_names()
    assert len(names) == len(set(names))
    assert lab.features.dense(lab.read("سلام")).shape == (1, len(names))


def test_a_comment_is_measured_by_itself(lab) -> None:
    """Company in the batch never changes a number."""
    together = lab.features.dense(lab.read(*COMMENTS))
    assert np.isfinite(together).all()
    assert together.dtype == np.float32
    alone = np.vstack([lab.features.dense(lab.read(comment)) for comment in COMMENTS])
    backwards = lab.features.dense(lab.read(*COMMENTS[::-1]))[::-1]
    # A matrix product is rounded by its size: only what comes of one may differ at all.
    product = np.array([name.startswith("meaning:") for name in feature_names()])
    for others in (alone, backwards):
        np.testing.assert_array_equal(others[:, ~product], together[:, ~product])
        np.testing.assert_allclose(others[:, product], together[:, product], atol=2e-6)


def test_sums_against_a_loop(lab) -> None:
    text = "شهردار احمق جواب نمی‌دهد"
    words = text.split()
    forms = [word_form(analyse(word), lab.unmasker) for word in words]
    own, count = [], 0
    for form in forms:
        _, bucket = token_buckets([form], lab.features.letters.bits)
        own.append(lab.weights.take(bucket).sum(axis=0))
        count += len(bucket)
    hashes, lengths = word_hashes(forms)
    joined = join_hashes(hashes[:-1], hashes[1:], lengths[1:])
    pair = lab.weights.take(pair_buckets(joined, lab.features.letters.bits))
    count += len(pair)
    measured = lab.dense(text)
    total = (np.sum(own, axis=0) + pair.sum(axis=0)) / np.sqrt(count)
    for position, head in enumerate(HEADS):
        assert measured[f"{head}:sum"][0] == pytest.approx(total[position], abs=1e-4)
        peak = max(row[position] for row in own)
        assert measured[f"{head}:peak"][0] == pytest.approx(peak, abs=1e-4)
    assert measured["features"][0] == pytest.approx(np.log(count), abs=1e-5)


def test_parted_or_not_is_one_feature() -> None:
    """«بی شعور» as two words has the feature that «بیشعور» has as one."""
    hashes, lengths = word_hashes(["بی", "شعور"])
    joined = join_hashes(hashes[:1], hashes[1:], lengths[1:])
    _, buckets = token_buckets(["بیشعور"], 20)
    assert pair_buckets(joined, 20)[0] in buckets


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("احمق", "abuse:open", 1),
        ("احمق", "abuse:quoted", 0),
        ("به او «احمق» گفتند", "abuse:quoted", 1),
        ("به او «احمق» گفتند", "abuse:open", 0),
        ('به او "احمق" گفتند', "abuse:quoted", 1),
        ("(احمق) است", "abuse:quoted", 1),
        ("«خوب» احمق", "abuse:open", 1),
        ("احمق «", "abuse:open", 1),
        ("چرا؟ چرا؟", "questions", 4),
        ("به www.a.ir یا a@b.ir بروید", "links", 2),
        ("@ali سلام", "mentions", 1),
        ("۱۲ و 34", "numbers", 2),
        ("🙂🙂", "emoji", 2),
        ("hello سلام", "latin", 0.5),
        ("شهردار و اختلاس", "charge:near_person", 1),
        ("شهرداری و اختلاس", "charge:near_org", 1),
        ("شهرداری خوب است", "charge:gap", 1),
        ("", "length", np.log1p(1)),
    ],
)
def test_context(lab, text: str, name: str, value: float) -> None:
    assert lab.dense(text)[name][0] == pytest.approx(value)


def test_counts_are_capped(lab) -> None:
    measured = lab.dense("احمق " * 50)
    assert measured["count:insult_mind"][0] == 3
    assert measured["abuse:open"][0] == 5
    # The same word fifty times weighs as once.
    assert measured["insult:peak"][0] == lab.dense("احمق")["insult:peak"][0]


def test_disguise_counts_as_the_word(lab) -> None:
    for disguise in ("ا.ح.م.ق", "ا ح م ق", "اح*ق", "ahmagh", "احمـــق", "اااااحمق"):
        assert lab.dense(f"این {disguise} است")["count:insult_mind"][0] == 1, disguise


def test_phrases_count_on_each_word(abuse_lab, known_words) -> None:
    lab = abuse_lab(known=known_words(["خاک", "بر", "سر", "شما"]))
    assert lab.dense("خاک بر سر شما")["count:curse"][0] == 3


def test_allowed_terms_count_for_nothing(abuse_lab) -> None:
    site = abuse_lab(site=SiteTerms(allow=["احمق", "خاک بر سر"]))
    plain = abuse_lab()
    for text, name in (("شهردار احمق است", "insult_mind"), ("خاک بر سر بود", "curse")):
        assert plain.dense(text)[f"count:{name}"][0] > 0
        assert site.dense(text)[f"count:{name}"][0] == 0
    # A listed target stays one, whatever the site allows.
    target = abuse_lab(site=SiteTerms(allow=["شهردار"])).dense("شهردار")
    assert target["count:target_person"][0] == 1


def test_protected_names_are_targets(abuse_lab) -> None:
    site = abuse_lab(site=SiteTerms(persons=["رضا فرضی"], organisations=["فرضی‌سازان"]))
    assert site.dense("رضا فرضی دیروز آمد")["count:target_person"][0] == 2
    assert site.dense("شرکت فرضی سازان")["count:target_org"][0] >= 2
    assert site.dense("رضا آمد")["count:target_person"][0] == 0


def test_a_word_of_a_grade_counts(lab) -> None:
    text = "این دروغ زشت و تهدید"
    masks = {word: Lexicon.load().grades.mask(word) for word in text.split()}
    measured = lab.dense(text)
    for position, name in enumerate(GRADES):
        number = sum(mask >> position & 1 for mask in masks.values())
        assert measured[f"grade:{name}"][0] == min(number, 3)
        assert measured[f"grade_share:{name}"][0] == pytest.approx(number / np.sqrt(5))
    assert any(masks.values()), "no word of the sentence has a grade: choose another"


def test_an_allowed_word_has_no_grade(abuse_lab) -> None:
    graded = [f"grade:{name}" for name in GRADES]
    plain = abuse_lab().dense("زشت")
    allowed = abuse_lab(site=SiteTerms(allow=["زشت"])).dense("زشت")
    assert sum(plain[name][0] for name in graded) > 0
    assert sum(allowed[name][0] for name in graded) == 0


ITEM = Article("سخنان کبودان در نشست دیروز", "", "")


def test_sure_names_are_targets(abuse_lab) -> None:
    lab = abuse_lab(names={"فرضیان": PERSON, "فرضسازان": ORGANISATION, "هردوان": 3})
    for text, person, organisation in (
        ("فرضیان رشوه گرفت", 1, 0),
        ("فرض‌سازان رشوه گرفت", 0, 1),
        ("هردوان رشوه گرفت", 1, 1),
        ("همسایه رشوه گرفت", 0, 0),
    ):
        measured = lab.dense(text)
        assert measured["count:target_person"][0] == person
        assert measured["count:target_org"][0] == organisation
        assert (measured["charge:near_person"][0] > 0) == bool(person)


def test_what_may_be_a_name_is_one_where_the_item_has_it(abuse_lab) -> None:
    lab = abuse_lab(names={"کبودان": PERSON | PERHAPS, "سبزان": PERSON | PERHAPS})
    with_item = lab.dense("کبودان رشوه گرفت", "سبزان رشوه گرفت", article=ITEM)
    assert with_item["count:target_person"].tolist() == [1, 0]
    without = lab.dense("کبودان رشوه گرفت", "سبزان رشوه گرفت")
    assert without["count:target_person"].tolist() == [0, 0]


def test_an_allowed_name_stays_a_target(abuse_lab) -> None:
    """As with listed targets: allowing a word is about abuse, not about whom it is said of."""
    site = SiteTerms(allow=["فرضیان"])
    lab = abuse_lab(names={"فرضیان": PERSON}, site=site)
    assert lab.dense("فرضیان")["count:target_person"][0] == 1


def facts(comments: list[str], sign: dict[str, int], mask: dict[str, int]) -> Facts:
    """Return facts about comments of one-letter tokens."""
    letters = list("".join(comments))
    lengths = np.array([len(comment) for comment in comments])
    columns = {
        "sign": np.array([sign.get(letter, 0) for letter in letters], dtype=np.uint8),
        "kind": np.zeros(len(letters), dtype=np.uint8),
    }
    rows = np.arange(len(letters))
    batch = Batch(letters, rows, np.cumsum(lengths) - lengths, lengths, columns)
    return Facts(batch, np.array([mask.get(letter, 0) for letter in letters], dtype=np.uint32))


def drawn(seed: int, letters: str, longest: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices(letters, k=chance.randint(1, longest))) for _ in range(4)]


@pytest.mark.parametrize("seed", range(50))
def test_quotes_against_a_loop(seed: int) -> None:
    comments = drawn(seed, '«»"..', 9)
    expected = []
    for comment in comments:
        opened = closed = straight = 0
        for sign in comment:
            opened += sign == "«"
            closed += sign == "»"
            straight += sign == '"'
            expected.append(opened > closed or straight % 2 == 1)
    assert facts(comments, SIGNS, {}).quoted.tolist() == expected


@pytest.mark.parametrize("seed", range(50))
def test_gaps_against_a_loop(seed: int) -> None:
    comments = drawn(seed, "x.....", 90)
    expected = []
    for comment in comments:
        flagged = [i for i, c in enumerate(comment) if c == "x"]
        expected += [min([40, *(abs(i - j) for j in flagged)]) for i in range(len(comment))]
    found = facts(comments, {}, {"x": bit("charge")})
    assert found.gap("charge").tolist() == expected
    assert found.gap("charge").tolist() == expected  # kept, and the same


def test_near_counts_within_reach() -> None:
    found = facts(["a...c", "a....c", "a", "c.a", "a", "c"], {}, {"c": bit("charge")})
    flags = np.array([token == "a" for token in found.batch.tokens])
    assert found.near(flags, 4, "charge").tolist() == [1, 0, 0, 1, 0, 0]


def test_weights_keep_their_precision() -> None:
    weights = np.random.default_rng(0).normal(size=(1024, 3)).astype(np.float32) ** 3
    weights[0] = 0
    table = WeightTable(WeightTable.pack(weights))
    assert table.bits == 10
    taken = table.take(np.arange(1024))
    largest = np.abs(weights).max(axis=0)
    # Half a step of the square root's 127 levels.
    step = largest * (np.sqrt(np.abs(weights) / largest) + 0.01) / 120
    assert (np.abs(taken - weights) <= step).all()
    assert (taken[0] == 0).all()
