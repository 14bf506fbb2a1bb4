"""The spam rule on a model fitted here, on a handful of comments, so that no file is needed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.rules.base import Reading
from moderation.rules.spam import SpamRule
from moderation.rules.spam_features import FEATURES, SpamFeatures
from moderation.rules.spam_terms import OFFERS, SpamTerms
from moderation.text.vocabulary import TokenTable
from moderation.training import spam as training
from moderation.training.sources import Corpora
from moderation.types import Comment, Rule

EXAMPLES = Path(training.__file__).parent / "examples"
EXAMPLES_ONLY = Corpora(Path("nowhere"), set(training.SPAM_SOURCES) - {"examples"})


@pytest.fixture(scope="module")
def rule() -> SpamRule:
    arrays, _ = training.train_spam(EXAMPLES_ONLY, EXAMPLES)
    return SpamRule(arrays)


def read(rule: SpamRule, *texts: str) -> Reading:
    table = TokenTable(rule.encoders)
    return Reading([Comment(t) for t in texts], texts, [None] * len(texts), table.batch(texts))


def score(rule: SpamRule, text: str) -> float:
    return float(rule.score(read(rule, text))[0])


@pytest.mark.parametrize(
    "text",
    [
        "وام فوری بدون ضامن، همین حالا تماس بگیرید ۰۹۰۰۰۰۱۱۲۲۳",
        "فروش ویژه با ارسال رایگان، سفارش در تلگرام @forush_x",
        "پیج ما رو فالو کنید بک میدم",
        "دعانویس مجرب، بازگشت معشوق تضمینی، پیام بدید",
        "سایت شرط‌بندی با ضریب بالا و بونوس، لینک تو بیو",
        "t.me/arzan_x",
        "۰۹۰۰۰۰۱۱۲۲۳",
        "تخفیف ویژه فیلترشکن پرسرعت، صفر نهصد صفر صفر یک بیست و دو سی و سه",
    ],
)
def test_adverts_are_held(rule: SpamRule, text: str) -> None:
    assert score(rule, text) >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "😂😂",
        "عالی بود",
        "خدا رحمتشان کند",
        "با ۱۲۵ تماس بگیرید، آتش‌نشانی زود می‌رسد",
        "آمارش در amar.org.ir هست، بخوانید",
        "چرا با سایت‌های شرط‌بندی برخورد نمی‌کنید؟ جوان‌ها را بدبخت کردند",
        "وام مسکن با این سود به درد کسی نمی‌خورد",
        "گوشت کیلویی ۶۰۰ هزار تومان شده، مردم چه کنند",
        "@reader_1 با شما موافقم",
        "❤️❤️❤️❤️❤️❤️❤️❤️❤️❤️",
    ],
)
def test_what_serves_the_discussion_passes(rule: SpamRule, text: str) -> None:
    assert score(rule, text) < 0.5


@pytest.mark.parametrize(
    ("text", "reason", "marked"),
    [
        ("سلام، وام فوری می‌دهیم", "loan", "وام فوری"),
        ("بیا کازینو آنلاین ما", "betting", "کازینو آنلاین"),
        ("رفتم پیش دعانویس", "charm", "دعانویس"),
        ("صیغه ساعتی", "sexual_offer", "صیغه ساعتی"),
        ("فالو کنید بچه‌ها", "follow_me", "فالو کنید"),
        ("فروش ویژه ۰۹۰۰۰۰۱۱۲۲۳", "advert_phone", "فروش ویژه ۰۹۰۰۰۰۱۱۲۲۳"),
        ("ببین shop-x.example", "advert_link", "shop-x.example"),
        ("جنس خوب @forush_x", "advert_id", "@forush_x"),
        ("با تخفیف", "advert", "با تخفیف"),
    ],
)
def test_explanation_names_the_trade_and_the_place(
    rule: SpamRule, text: str, reason: str, marked: str
) -> None:
    reading = read(rule, text)
    rule.score(reading)
    found = rule.explain(reading, 0)
    assert found.reason == reason
    assert [text[start:end] for start, end in found.spans] == [marked]


def test_explanation_does_not_need_the_scores_to_come_first(rule: SpamRule) -> None:
    reading = read(rule, "سلام", "تماس ۰۹۰۰۰۰۱۱۲۲۳")
    assert rule.explain(reading, 1).spans == ((5, 16),)


def test_a_comment_scores_the_same_alone_and_in_company(rule: SpamRule) -> None:
    texts = ["عالی بود", "", "فروش ویژه ۰۹۰۰۰۰۱۱۲۲۳", "گران شده است"] * 3
    together = rule.score(read(rule, *texts))
    alone = [score(rule, text) for text in texts]
    np.testing.assert_allclose(together, alone, rtol=1e-5)


def test_an_empty_batch(rule: SpamRule) -> None:
    assert rule.score(read(rule)).shape == (0,)


def test_features_have_their_names(rule: SpamRule) -> None:
    features = SpamFeatures(np.zeros(1 << 10, np.float16))
    table = TokenTable(features.encoders)
    texts = ["با ۱۲۵ تماس بگیرید", "وام فوری @forush_x"]
    reading = Reading([Comment("")] * 2, texts, [None] * 2, table.batch(texts))
    dense = features.measure(reading).dense
    assert dense.shape == (2, len(FEATURES))
    column = dict(zip(FEATURES, dense.T))
    assert column["service_number"].tolist() == [1, 0]
    assert column["loan"].tolist() == [0, 1]
    assert column["id"].tolist() == [0, 1]
    assert rule.rule is Rule.SPAM


def test_terms_are_found_joined_and_parted() -> None:
    terms = SpamTerms.load()
    assert terms.mask("دعانویس")
    assert terms.mask("دعانویسی")
    assert not terms.mask("کتاب")
    assert OFFERS[-1] == "advert"


def test_training_is_deterministic(rule: SpamRule) -> None:
    arrays, metrics = training.train_spam(EXAMPLES_ONLY, EXAMPLES)
    again = SpamRule(arrays)
    text = "فروش ویژه، تماس بگیرید"
    assert score(rule, text) == score(again, text)
    assert set(metrics["held"]) == {"spam", "clean"}


@given(text=st.text() | st.text(alphabet="09۱ @.-تماسوام فوری\u200c😂💦\ud800", max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_text_gets_a_score_and_spans_inside_it(rule: SpamRule, text: str) -> None:
    reading = read(rule, text)
    assert 0.0 <= rule.score(reading)[0] <= 1.0
    for start, end in rule.explain(reading, 0).spans:
        assert 0 <= start < end <= len(text)
