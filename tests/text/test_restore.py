"""Disguises of a whole comment: undone where plain Persian comes of it, and nowhere else."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.lexicon.store import Lexicon
from moderation.text import likelihood, unmask
from moderation.text.known import KnownWords
from moderation.text.letters import fold
from moderation.text.likelihood import Likelihood
from moderation.text.restore import SUSPICIOUS_COST, Restorer
from moderation.text.tokens import Token, tokenize, tokenize_spans
from moderation.text.unmask import Unmasker

HARMLESS = "دیروز همسایه کوچه پایین چند درخت کاشت و همه بچه ها آب آوردند"
INSULT = "مدیر این اداره خیلی احمق و نادان است و مردم را مسخره کرده"
#: «احمق» and «نادان» are left out: abuse counts as a word in any table.
COMMON = sorted({*HARMLESS.split(), *INSULT.split()} - {"احمق", "نادان", "و", "مسخره"})


@pytest.fixture(scope="module")
def known(known_words: Callable[..., KnownWords]) -> KnownWords:
    return known_words([*COMMON, "مسخره", "خر", "سگ", "کرم"])


@pytest.fixture(scope="module")
def restorer(known: KnownWords) -> Restorer:
    return Restorer(Lexicon.load(), known)


@pytest.fixture(scope="module")
def masked(known: KnownWords) -> Unmasker:
    """The unmasker as the moderator has it, with these words as its Persian."""
    return Unmasker(Lexicon.load(), known)


def words_of(tokens: list[Token] | None) -> list[str] | None:
    return tokens and [fold(token.text) for token in tokens]


def check(text: str, tokens: list[Token]) -> None:
    """Assert what holds of the tokens of any text: in order, inside, nothing passed over."""
    assert all(token.text for token in tokens)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert all(a.end <= b.start for a, b in pairwise(tokens))
    covered = {place for token in tokens for place in range(token.start, token.end)}
    unread = [c for place, c in enumerate(text) if place not in covered]
    assert not [c for c in unread if c.isalnum() and fold(c)], "letters that no token has"


class TestRank:
    def test_known_words_and_abuse(self, known_words: Callable[..., KnownWords]) -> None:
        likely = Likelihood(Lexicon.load(), known_words(["سلام", "احمق"], rank=5))
        assert likely.rank("سلام") == likely.rank("احمق") == 5
        assert likely.rank("نادان") > 0  # in no table, but abuse is a word
        assert likely.rank("خقثصض") == likely.rank("") == likely.rank("\ud800" * 3) == 0

    def test_single_letters_are_no_words(self, known_words: Callable[..., KnownWords]) -> None:
        likely = Likelihood(Lexicon.load(), known_words("ابو", rank=5))
        assert [likely.rank(letter) > 0 for letter in "ابو"] == [False, False, True]

    def test_forgetting_changes_no_answer(
        self, monkeypatch: pytest.MonkeyPatch, known: KnownWords
    ) -> None:
        likely = Likelihood(Lexicon.load(), known)
        asked = [*COMMON, "خقثصض", "احمق", *COMMON, "ض"] * 2
        expected = [(likely.rank(word), likely.cost(word)) for word in asked]
        assert likely.costs(asked) == [cost for _, cost in expected]
        monkeypatch.setattr(likelihood, "_MOST_KEPT", 2)
        forgetful = Likelihood(Lexicon.load(), known)
        for _ in range(3):
            assert forgetful.costs(asked) == [cost for _, cost in expected]
            assert [(forgetful.rank(w), forgetful.cost(w)) for w in asked] == expected


class TestCost:
    def test_commoner_words_cost_less(self, known_words: Callable[..., KnownWords]) -> None:
        for word in ("آب", "خانه", "دیوار", "آفتابگردان"):
            costs = [
                Likelihood(Lexicon.load(), known_words([word], rank=rank)).cost(word)
                for rank in range(1, 6)
            ]
            unknown = Likelihood(Lexicon.load(), known_words()).cost(word)
            assert [*sorted(costs, reverse=True)] == costs
            assert len(set(costs)) == 5
            assert costs[0] < unknown

    def test_scraps_of_two_and_three_letters(self, known_words: Callable[..., KnownWords]) -> None:
        words = ["آب", "خاک", "چوبی", "چوبین"]
        rare = Likelihood(Lexicon.load(), known_words(words, rank=2)).costs(words)
        assert rare[0] > rare[1] > rare[2] == rare[3]
        common = Likelihood(Lexicon.load(), known_words(words, rank=4)).costs(words)
        assert len(set(common)) == 1

    def test_unknown_letters_cost_each(self, restorer: Restorer) -> None:
        likely = restorer.likelihood
        costs = likely.costs(["ضض", "ضضص", "ضضصث"])
        assert costs[1] - costs[0] == costs[2] - costs[1] > 0

    def test_abuse_is_no_dear_word(self, known_words: Callable[..., KnownWords]) -> None:
        """Or a glued insult would be read as two harmless words."""
        rare = Likelihood(Lexicon.load(), known_words(["احمق", "چوبین"], rank=1))
        assert rare.cost("احمق") < rare.cost("چوبین")

    def test_many_at_once_are_as_one_by_one(self, known: KnownWords) -> None:
        words = ["دیروز", "", "ضض", "دیروز", "احمق", "\ud800", "ا"]
        one = Likelihood(Lexicon.load(), known)
        assert Likelihood(Lexicon.load(), known).costs(words) == [one.cost(word) for word in words]
        assert one.costs([]) == []


def cheapest(restorer: Restorer, letters: str) -> float:
    """Return the least cost of all ways to part `letters`, each of them tried."""
    costs = []
    for ways in range(2 ** max(len(letters) - 1, 0)):
        ends = [i for i in range(1, len(letters)) if ways >> i - 1 & 1] + [len(letters)]
        costs.append(sum(restorer.likelihood.cost(letters[a:b]) for a, b in zip([0, *ends], ends)))
    return min(costs)


class TestSegment:
    def test_words_written_together(self, restorer: Restorer) -> None:
        for sentence in (HARMLESS, INSULT):
            letters = sentence.replace(" ", "")
            ends = restorer.likelihood.segment(letters)
            assert [letters[a:b] for a, b in zip([0, *ends], ends)] == sentence.split()

    @given(st.text("وآبدرختهاضمق", min_size=1, max_size=10))
    @settings(deadline=None, max_examples=60)
    def test_no_way_is_cheaper(self, restorer: Restorer, letters: str) -> None:
        ends = restorer.likelihood.segment(letters)
        assert [*sorted(set(ends))] == ends
        assert ends[-1] == len(letters)
        cost = sum(restorer.likelihood.cost(letters[a:b]) for a, b in zip([0, *ends], ends))
        assert cost == pytest.approx(cheapest(restorer, letters))

    def test_nothing(self, restorer: Restorer) -> None:
        assert restorer.likelihood.segment("") == []

    @pytest.mark.parametrize("repeated", [99, 100, 101, 1000])
    def test_every_letter_is_in_a_word(self, restorer: Restorer, repeated: int) -> None:
        assert restorer.likelihood.segment("آبها" * repeated)[-1] == 4 * repeated


def spelled(gap: str, between: str) -> Callable[[str], str]:
    return lambda sentence: between.join(gap.join(word) for word in sentence.split())


def each(change: Callable[[str], str]) -> Callable[[str], str]:
    """Hide every word of three letters and more."""
    return lambda sentence: " ".join(
        change(word) if len(word) > 2 else word for word in sentence.split()
    )


def translated(letters: dict[str, str]) -> Callable[[str], str]:
    return each(lambda word: word.translate(str.maketrans(letters)))


WAYS = {
    "spaces": spelled(" ", "  "),
    "half-spaces and spaces": spelled("\u200c ", "   "),
    "dots": spelled(".", " "),
    "signs of several kinds": lambda s: " ".join(
        "".join(c + sign for c, sign in zip(word, "*-_+/|*-_+/|"))[:-1] for word in s.split()
    ),
    "spaced signs": spelled(" - ", "  "),
    "one letter a line": spelled("\n", "\n\n"),
    "no words told apart": lambda s: " ".join(s.replace(" ", "")),
    "one dot": each(lambda word: word[:1] + "." + word[1:]),
    "one star": each(lambda word: word[:2] + "*" + word[2:]),
    "underscores": each("_".join),
    "look-alikes": translated({"ا": "1", "ه": "5", "و": "9", "ل": "l", "م": "m"}),
    "backwards": each(lambda word: word[::-1]),
    "homophones": translated(dict(zip("سزتحقه", "صذطهغح"))),
    "doubled": each(lambda word: word[:2] + word[1:]),
    "swapped": each(lambda word: word[0] + word[2] + word[1] + word[3:]),
    "split": each(lambda word: word[:2] + " " + word[2:]),
    "no spaces": lambda s: s.replace(" ", ""),
    "two words at a time": lambda s: " ".join(
        "".join(pair) for pair in zip(s.split()[::2], [*s.split()[1::2], ""])
    ),
    "other alphabets": translated({"ی": "ې", "ک": "ڪ", "ه": "ہ", "و": "ۆ", "ر": "ڕ"}),
}  # fmt: skip


@pytest.mark.parametrize("sentence", [HARMLESS, INSULT], ids=["harmless", "insult"])
@pytest.mark.parametrize("way", WAYS)
def test_hidden_sentence_is_read(
    masked: Unmasker, restorer: Restorer, way: str, sentence: str
) -> None:
    hidden = WAYS[way](sentence)
    assert hidden != sentence
    tokens = masked.spans(hidden)
    read = words_of(tokens)
    # A rare word may be given up; that the rest is read is what counts.
    right = sum(word in read for word in sentence.split())
    assert right >= len(sentence.split()) - 2, read
    assert all(word in read for word in ("احمق", "نادان") if word in sentence)
    assert Lexicon.load().severe("احمق")
    assert any(map(Lexicon.load().severe, read)) == (sentence is INSULT)
    check(hidden, tokens)
    assert masked.tokens(hidden) == [token.text for token in tokens]


@pytest.mark.parametrize("way", ["spaces", "dots", "one dot", "no spaces", "no words told apart"])
def test_a_word_has_the_place_of_its_disguise(masked: Unmasker, way: str) -> None:
    hidden = WAYS[way](INSULT)
    for token in masked.spans(hidden):
        place = hidden[token.start : token.end]
        assert "".join(c for c in place if c.isalpha()) == token.text
        assert place[0].isalpha()
        assert place[-1].isalpha()


def test_signs_beside_hidden_words_stay(masked: Unmasker) -> None:
    hidden = "«" + WAYS["one dot"](HARMLESS) + "»!؟ 🙂"
    assert words_of(masked.spans(hidden)) == ["«", *HARMLESS.split(), "»", "!", "؟", "🙂"]


def test_stars_that_stand_for_letters(
    restorer: Restorer, masked: Unmasker, known_words: Callable[..., KnownWords]
) -> None:
    hidden = "دی*وز هم*ایه ک*چه پا*ین چ*د در*ت ک*شت"
    plain = ["دیروز", "همسایه", "کوچه", "پایین", "چند", "درخت", "کاشت"]
    assert words_of(masked.spans(hidden)) == plain
    # Of what fits and is rare, abuse is likelier: who would star a harmless word?
    rare = Restorer(Lexicon.load(), known_words(["احسق", "این", "آدم", "است"], rank=2))
    text = "این اح*ق و آ*م است"
    tokens = rare.restore(text, tokenize_spans(text))
    assert words_of(tokens) == ["این", "احمق", "و", "آدم", "است"]


STAYS = {
    "plain": HARMLESS,
    "an insult in the open": INSULT,
    "English": "this is a comment in plain English and nothing else at all",
    "Russian": "этот комментарий написан по-русски",
    "no language": "ضصثق فغعهخ حجچشس یبلا تنمک گظطز رذدپ",
    "no language, spelled": "ض ص ث ق  ف غ ع ه خ  ح ج چ ش س  گ ظ ط ز",
    "half of no language": "دیروز ضصثقف همسایه غعهخح کوچه جچشسگ پایین ظطزضص",
    "numbers": "۱۲ ۳۴ 56 ۷۸.۹۰ ۱۴۰۲/۰۳/۰۴",
    "nothing": "",
    "spaces": " \n\t ",
    "signs": "!؟ … «» *-_ +/|",
    "only stars": "* * * * * * * *",
    "invisible": "\u200c\u200d\u200e\ufeff ـ ـ ـ",
    "surrogates": "\ud800 \udc00 \ud800\ud800",
    "emoji": "🙂🙂 ☎ 👍🏽 🙂",
    "a link": "https://example.ir/a.b.c/d-e_f www.example.ir/x",
    "an address": "a.b.c@example.ir @a.b.c",
    "few letters": "آبها",
}


@pytest.mark.parametrize("name", STAYS)
def test_what_stays_as_it_is(restorer: Restorer, masked: Unmasker, name: str) -> None:
    text = STAYS[name]
    assert restorer.restore(text, tokenize_spans(text)) is None
    assert masked.tokens(text) == tokenize(text)
    assert masked.spans(text) == tokenize_spans(text)


def test_urdu_is_no_persian_in_other_letters(masked: Unmasker) -> None:
    """The letters are what tells Urdu, as long as its words are there."""
    persian = WAYS["other alphabets"](HARMLESS)
    assert masked.tokens(persian) != tokenize(persian)
    urdu = f"{persian} ہے"
    assert masked.tokens(urdu) == tokenize(urdu)


@pytest.mark.parametrize(
    "text",
    [
        "همسایه خ.ر است",
        "خ.ر دیروز آمد",
        "مدیر اداره س.گ دیروز",
        "مردم این کوچه خ. ر.",
        "چند درخت ک.ر.م پایین کوچه",
        "این کوچه و کوچه خ ر",
    ],
)
def test_initials_of_a_name_are_no_word(masked: Unmasker, text: str) -> None:
    """Newspapers call the accused «خ.ر»: two letters in a plain comment hide nothing."""
    beasts = {"خر", "سگ", "کرم"}
    assert not beasts & set(masked.tokens(text))


@pytest.mark.parametrize("sentence", [HARMLESS, INSULT], ids=["harmless", "insult"])
def test_plain_persian_is_not_suspicious(restorer: Restorer, sentence: str) -> None:
    """Restoring is for comments whose words are unlikely; others must not pay for it."""
    letters = len(sentence.replace(" ", ""))
    assert restorer.total_cost(tokenize_spans(sentence)) < SUSPICIOUS_COST * letters
    for way in ("spaces", "dots", "no spaces", "backwards"):
        hidden = WAYS[way](sentence)
        assert restorer.total_cost(tokenize_spans(hidden)) > SUSPICIOUS_COST * letters


def test_total_cost_is_of_words_alone(restorer: Restorer) -> None:
    assert restorer.total_cost([]) == 0
    assert restorer.total_cost(tokenize_spans("!؟ ۱۲ 🙂")) == 0
    plain, marked = tokenize_spans("دیروز آب"), tokenize_spans("«دیروز» 🙂 آب!")
    assert restorer.total_cost(plain) == restorer.total_cost(marked) > 0


@pytest.mark.parametrize("text", ["½ ½", "½ ا", "ا ²", "² ³ ½", "Ⅷ Ⅸ", "ا ½ ب", "① ②"])
@pytest.mark.parametrize("before", ["", "ضصثقفغ ", "ض.ص.ث.ق.ف.غ "])
def test_numerals_that_are_no_digits(masked: Unmasker, before: str, text: str) -> None:
    """They are word characters without being letters or decimal digits."""
    check(before + text, masked.spans(before + text))


def run_of(letters: int, last: str = "احمق") -> str:
    """Return that many letters of harmless words without spaces, `last` being the last word."""
    sentence = HARMLESS.replace(" ", "")
    return (sentence * (letters // len(sentence) + 1))[: letters - len(last)] + last


GAPS = {"spaces": " ", "dots": ".", "nothing": "", "stars": " * ", "lines": "\n"}


@pytest.mark.parametrize("letters", [399, 400, 401, 800, 10_000])
@pytest.mark.parametrize("gap", GAPS)
def test_no_letter_of_a_long_comment_is_passed_over(
    masked: Unmasker, gap: str, letters: int
) -> None:
    text = GAPS[gap].join(run_of(letters))
    check(text, masked.spans(text))


@pytest.mark.parametrize("letters", [100, 400, 401, 480, 800])
@pytest.mark.parametrize("gap", ["spaces", "dots", "lines"])
def test_the_end_of_a_long_comment_is_read(masked: Unmasker, gap: str, letters: int) -> None:
    """Or an insult after four hundred harmless letters would be published unread."""
    assert words_of(masked.spans(GAPS[gap].join(run_of(letters))))[-1] == "احمق"


def test_no_word_without_letters(masked: Unmasker) -> None:
    """Kashidas alone are letters to Unicode, but none to a reader."""
    text = WAYS["spaces"](HARMLESS) + "  ـ ـ"
    tokens = masked.spans(text)
    assert words_of(tokens)[:3] == HARMLESS.split()[:3]
    assert all(token.text for token in tokens)


LONG = {
    "letters": "بپ", "signs": "!*", "spelled": "ا ", "starred": "ا*", "dotted": "ب.پ ",
    "digits": "ب1", "homophones": "سزتحق ", "half-spaces": "ب\u200c", "surrogates": "\ud800ا ",
    "kashida": "ـ ", "numerals": "½ ", "links": "a.ir/ب ", "spaces": "ب    ", "doubled": "ببپپ ",
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_ten_thousand_characters(masked: Unmasker, name: str) -> None:
    text = (LONG[name] * 10_000)[:10_000]
    tokens = masked.spans(text)
    assert masked.tokens(text) == [token.text for token in tokens]
    assert all(0 <= t.start < t.end <= len(text) for t in tokens)
    assert all(a.end <= b.start for a, b in pairwise(tokens))


pieces = st.sampled_from([
    *"ابپمقوسصضغعه", *COMMON[:12], "احمق", "ضصثقف", "دیروزهمسایهکوچه", "زوريد", ".", "*", "-", "_",
    "ـ", "\u200c", "\u200d", "\u064e", "½", "²", "Ⅷ", "①", "ﷺ", "ﻻ", "ﷲ", "ß", "İ", "\ud800",
    "\udc00", "\x00", "🙂", "hello", "x", "1", "۲", "٣", "http://a.b/c", "a@b.ir", "@ali", "ہ", "ې",
    "ہے", " ", " ", "  ", "\n", "!", "؟",
])  # fmt: skip
composed = st.lists(pieces, max_size=30).map("".join)
anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@given(composed | anything)
@settings(deadline=None, max_examples=400)
def test_any_text(masked: Unmasker, restorer: Restorer, text: str) -> None:
    tokens = masked.spans(text)
    assert masked.tokens(text) == [token.text for token in tokens]
    check(text, tokens)
    # The restorer by itself, too, where the unmasker would not have asked it.
    restored = restorer.restore(text, tokenize_spans(text))
    if restored is not None:
        check(text, restored)


@given(st.lists(composed, max_size=5))
@settings(deadline=None, max_examples=60)
def test_company_changes_no_reading(masked: Unmasker, texts: list[str]) -> None:
    tokens, places = masked.read(texts)
    assert tokens == [masked.tokens(text) for text in texts]
    for index, text in enumerate(texts):
        assert places.get(index, tokenize_spans(text)) == masked.spans(text)
    # What is in the list of places is told from what is not: only disguises are there.
    assert all(places[index] != tokenize_spans(texts[index]) for index in places)


def test_unmasking_forgets_without_a_change(
    monkeypatch: pytest.MonkeyPatch, known: KnownWords
) -> None:
    texts = [WAYS[way](sentence) for way in WAYS for sentence in (HARMLESS, INSULT)]
    expected = [Unmasker(Lexicon.load(), known).tokens(text) for text in texts]
    monkeypatch.setattr(unmask, "_MOST_KEPT", 3)
    monkeypatch.setattr(likelihood, "_MOST_KEPT", 3)
    forgetful = Unmasker(Lexicon.load(), known)
    assert [forgetful.tokens(text) for text in texts] == expected
    assert forgetful.read(texts)[0] == expected


def test_threads_share_an_unmasker(monkeypatch: pytest.MonkeyPatch, known: KnownWords) -> None:
    """A moderator may be used from several threads, also when its memory is full."""
    monkeypatch.setattr(unmask, "_MOST_KEPT", 50)
    monkeypatch.setattr(likelihood, "_MOST_KEPT", 50)
    shared = Unmasker(Lexicon.load(), known)
    chance = random.Random(1)
    texts = [
        " ".join("".join(chance.choices("ابپتثجچحخد", k=7)) for _ in range(8)) for _ in range(80)
    ]
    alone = Unmasker(Lexicon.load(), known)
    expected = [alone.tokens(text) for text in texts]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(shared.tokens, texts))
    finally:
        sys.setswitchinterval(interval)
    assert found == expected


@pytest.mark.parametrize("whole", ["https://t.me/arzan_kala", "info@arzankala.com", "@arzan_kala"])
@pytest.mark.parametrize("hide", [" ".join, ".".join, lambda word: word], ids=range(3))
def test_links_and_addresses_stay_whole(
    masked: Unmasker, whole: str, hide: Callable[[str], str]
) -> None:
    """What is hidden around an address is read; the address is what spam is told by."""
    words = (
        "".join(HARMLESS.split()) if hide("ab") == "ab" else "  ".join(map(hide, HARMLESS.split()))
    )
    assert masked.tokens(f"{words} {whole}")[-1] == whole


def test_many_stars_cost_little(masked: Unmasker) -> None:
    """A starred word has a thousand readings: they are looked up together, not endlessly."""
    letters = random.Random(1)
    words = ["".join(letters.choices("ابتدرسکلمنوهی", k=5)) for _ in range(3000)]
    text = " ".join(f"{word[:2]}*{word[2:4]}*{word[4]}" for word in words)
    assert len(masked.tokens(text)) >= len(words)


def test_both_kinds_of_disguise_in_one_comment(masked: Unmasker) -> None:
    found = masked.tokens("این عو ضی ک.ث.ا.ف.ت است")
    assert {"عوضی", "کثافت"} <= set(found)
