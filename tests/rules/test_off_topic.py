"""The rule `off_topic`, on a small model trained here from made-up data and our own lists."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from moderation.rules.base import Reading
from moderation.rules.off_topic import FEATURES, OffTopicRule, item_parts
from moderation.text.profile import Profiler
from moderation.text.vocabulary import TokenTable
from moderation.training.relevance import train_relevance
from moderation.training.sources import SOURCES, Corpora, TrainingError
from moderation.types import Article, Comment, Rule

# One subject a row: title, body, comments that readers might write under it.
SUBJECTS = [
    (
        "برد تیم میهمان در هفته پایانی لیگ برتر فوتبال",
        "سرمربی تیم گفت مهاجم و مدافع خوب بازی کردند و داور پنالتی را درست گرفت",
        ["داور پنالتی ما رو نگرفت", "مهاجم این تیم گل بلد نیست بزنه", "لیگ امسال سقوط داریم"],
    ),
    (
        "افزایش ظرفیت بیمارستان شهر با تخت‌های تازه",
        "پزشک و پرستار اورژانس از کمبود دارو و تخت برای بیمار گفتند",
        ["پرستارها حقوق ندارن", "دارو تو داروخانه نیست", "مادرم یه هفته تو اورژانس بستری بود"],
    ),
    (
        "جدول خاموشی برق در تابستان",
        "نیروگاه و توانیر درباره مصرف کولر و قبض برق هشدار دادند",
        ["برق ما هر روز قطع میشه", "قبض برق سه برابر شد", "کولر نداریم تو این گرما"],
    ),
    (
        "اکران فیلم تازه در جشنواره",
        "کارگردان و بازیگر فیلم درباره سینما و گیشه سخن گفتند",
        ["بازیگر نقش اول عالی بود", "بلیت سینما گرونه", "کارگردان کار قبلیش بهتر بود"],
    ),
    (
        "گرانی مسکن و اجاره در تهران",
        "مشاور املاک از رشد قیمت رهن و اجاره برای مستاجر خبر داد",
        ["صاحبخونه اجاره رو دو برابر کرد", "مستاجر باید بره حاشیه", "وام مسکن به چه دردی میخوره"],
    ),
    (
        "آغاز سال تحصیلی در مدارس روستایی",
        "معلم و دانش‌آموز از کمبود کلاس و کتاب درسی گفتند",
        ["کلاس پسرم چهل نفره", "معلم حق‌التدریس حقوق نگرفته", "کتاب درسی هنوز نرسیده"],
    ),
]


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Corpora:
    folder = tmp_path_factory.mktemp("data")
    items, comments, threads, news = [], [], [], []
    for n, (title, body, texts) in enumerate(SUBJECTS):
        items.append(
            {"article_id": f"i{n}", "outlet": "x", "title": title, "lead": "", "body": body,
             "category": f"c{n % 2}", "tags": []}
        )  # fmt: skip
        comments += [{"article_id": f"i{n}", "kind": "on", "text": text} for text in texts]
        comments.append({"article_id": f"i{n}", "kind": "generic", "text": "خدا قوت"})
        replies = [{"text": text} for text in texts]
        threads.append({"id": f"t{n}", "title": title, "body": body, "comments": replies})
        # A background item needs some tens of words.
        others = " ".join(SUBJECTS[(n + k) % len(SUBJECTS)][1] for k in range(4))
        news.append({"title": f"خبر {n}", "lead": title, "body": others, "category": "x"})
    _write(folder / "authored/articles.jsonl", items)
    _write(folder / "authored/comments.jsonl", comments)
    _write(folder / "relevance/forum_threads.jsonl", threads)
    _write(folder / "news/fars.jsonl", news * 40)
    present = {"authored", "articles", "forum_threads", "fars"}
    return Corpora(folder, {source.name for source in SOURCES} - present)


@pytest.fixture(scope="module")
def trained(data: Corpora) -> tuple[dict[str, np.ndarray], dict[str, object]]:
    return train_relevance(data, seed=0)


@pytest.fixture(scope="module")
def rule(trained: tuple[dict[str, np.ndarray], dict[str, object]]) -> OffTopicRule:
    return OffTopicRule(trained[0])


def read(
    rule: OffTopicRule,
    comments: list[Comment | str],
    article: Article | list[Article | None] | None,
) -> Reading:
    made = [Comment(c) if isinstance(c, str) else c for c in comments]
    texts = [comment.text for comment in made]
    articles = article if isinstance(article, list) else [article] * len(made)
    return Reading(made, texts, articles, TokenTable(rule.encoders).batch(texts))


FOOTBALL = Article(SUBJECTS[0][0], "", SUBJECTS[0][1])
POWER = Article(SUBJECTS[2][0], "", SUBJECTS[2][1])
ABOUT_FOOTBALL = "دروازه‌بان و مدافع پرسپولیس تو دربی افتضاح بودن"
ABOUT_POWER = "نیروگاه سوخت نداره، خاموشی و قطعی برق، کنتور و کولر سوخت"


def test_own_subject_scores_below_another(rule: OffTopicRule) -> None:
    home = rule.score(read(rule, [ABOUT_FOOTBALL, ABOUT_POWER], [FOOTBALL, POWER]))
    away = rule.score(read(rule, [ABOUT_FOOTBALL, ABOUT_POWER], [POWER, FOOTBALL]))
    assert (home < away).all()
    assert rule.rule is Rule.OFF_TOPIC


def test_nothing_to_go_on_is_nan(rule: OffTopicRule) -> None:
    articles = [None, Article(), FOOTBALL, None]
    comments = ["سلام", "سلام", "سلام", Comment("سلام", reply_to="  ")]
    assert np.isnan(rule.score(read(rule, comments, articles))).tolist() == [
        True,
        True,
        False,
        True,
    ]


def test_the_better_of_item_and_replied_comment_counts(rule: OffTopicRule) -> None:
    answer = Comment(ABOUT_POWER, reply_to="برق ما هم قطع شد، نیروگاه خاموشی داده")
    alone, answering, no_item = (
        rule.score(read(rule, [ABOUT_POWER], FOOTBALL))[0],
        rule.score(read(rule, [answer], FOOTBALL))[0],
        rule.score(read(rule, [answer], None))[0],
    )
    assert answering < alone
    assert answering == pytest.approx(min(alone, no_item))


def test_batch_and_single_agree(rule: OffTopicRule) -> None:
    texts = [ABOUT_FOOTBALL, "", "خدا رحمتشون کنه", "😀😀", ABOUT_POWER, "abc", "\ud800", "۱۲۳"]
    articles: list[Article | None] = [FOOTBALL, POWER, None, FOOTBALL] * 2
    together = rule.score(read(rule, list(texts), articles))
    alone = [rule.score(read(rule, [t], a))[0] for t, a in zip(texts, articles)]
    np.testing.assert_allclose(together, alone, rtol=1e-4)
    real = together[~np.isnan(together)]
    assert ((real >= 0) & (real <= 1)).all()


def test_empty_batch(rule: OffTopicRule) -> None:
    assert rule.score(read(rule, [], None)).shape == (0,)


def test_explanation_names_subject_and_words(rule: OffTopicRule) -> None:
    reading = read(rule, ["ok", ABOUT_FOOTBALL], POWER)
    rule.score(reading)
    explanation = rule.explain(reading, 1)
    assert explanation.reason == "football"
    marked = [ABOUT_FOOTBALL[start:end] for start, end in explanation.spans]
    assert "دربی" in marked or "پرسپولیس" in marked
    assert "افتضاح" not in marked or len(marked) > 1
    assert rule.explain(reading, 0).reason == "other_subject"


def test_spelling_does_not_matter(rule: OffTopicRule) -> None:
    plain, arabic = "دارو کمیاب شده", "دارو كمياب شده"
    scores = rule.score(read(rule, [plain, arabic], FOOTBALL))
    assert scores[0] == pytest.approx(scores[1])


@pytest.mark.parametrize("size", [0, 1, 50_000])
def test_items_of_any_length(rule: OffTopicRule, size: int) -> None:
    words = " ".join(SUBJECTS[n % len(SUBJECTS)][1] for n in range(size // 12))
    article = Article("فوتبال", "", words)
    assert np.isfinite(rule.score(read(rule, [ABOUT_FOOTBALL], article))).all()


def test_profile_is_made_once(rule: OffTopicRule) -> None:
    profiler = Profiler(rule.lexis, kept=1)
    first = profiler.profile(*item_parts(FOOTBALL))
    assert profiler.profile(*item_parts(FOOTBALL)) is first
    profiler.profile(*item_parts(POWER))
    assert profiler.profile(*item_parts(FOOTBALL)) is not first


def test_training_is_deterministic(
    data: Corpora, trained: tuple[dict[str, np.ndarray], dict[str, object]]
) -> None:
    arrays, metrics = trained
    again, metrics_again = train_relevance(data, seed=0)
    assert metrics == metrics_again
    assert arrays.keys() == again.keys()
    for name, values in arrays.items():
        np.testing.assert_array_equal(values, again[name])
    assert arrays["weights"].shape == (len(FEATURES),)
    assert sum(values.nbytes for values in arrays.values()) < 5_000_000


@pytest.mark.parametrize("name", ["forum_threads", "authored", "articles"])
def test_what_the_rule_rests_on_cannot_be_left_out(data: Corpora, name: str) -> None:
    with pytest.raises(TrainingError, match=f"{name} cannot be left out: off_topic"):
        train_relevance(Corpora(data.data, data.without | {name}))
