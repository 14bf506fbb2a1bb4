"""The folding, alone and against the hazm that is installed."""

from __future__ import annotations

import random
import unicodedata
from importlib.resources import files

import pytest

from moderation.text.letters import INVISIBLE, fold, letter_table, squeeze


@pytest.fixture(scope="module")
def hazm_normalize():
    from hazm import Normalizer

    # Spacing is the tokeniser's business here, and hazm's own takes seconds.
    return Normalizer(correct_spacing=False).normalize


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("", ""),
        ("كتاب", "کتاب"),  # Arabic kaf
        ("علي", "علی"),
        ("موسى", "موسی"),
        ("إسلام", "اسلام"),
        ("أحمد", "احمد"),
        ("مسؤول", "مسوول"),
        ("مسئول", "مسیول"),
        ("خانۀ", "خانه"),
        ("رحمة", "رحمه"),
        ("آب", "آب"),  # the madda tells words apart
        ("ســـلام", "سلام"),  # kashida
        ("می‌روم", "میروم"),
        ("مُحَمَّد", "محمد"),
        ("خوووووب", "خوب"),
        ("خوب", "خوب"),
        ("الله", "الله"),  # a double letter stays
        ("۱۲۳", "123"),
        ("١٢٣", "123"),
        ("１２３", "123"),
        ("HeLLo", "hello"),
        ("ﻢﻼﺳ", "ملاس"),  # presentation forms, in the order they are written
        ("ﷲ", "الله"),
        ("𝐇𝐞𝐥𝐥𝐨", "hello"),
        ("ｈｅｌｌｏ", "hello"),
        ("ہے", "هی"),  # Urdu heh goal and yeh barree
        ("ڪس", "کس"),
        ("س\u200bل\u200dا\u2060م", "سلام"),
        ("س\u202eلام\u202c", "سلام"),
        ("س\u0336ل\u0336ا\u0336م\u0336", "سلام"),  # struck through
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_fold_is_stable() -> None:
    """Folding a folded word changes nothing: terms and tokens meet in one form."""
    for point in [*range(0x20, 0x3000), *range(0xFB50, 0xFF00), *range(0x1D400, 0x1D800)]:
        once = fold(chr(point))
        assert fold(once) == once, hex(point)


def test_fold_keeps_lone_surrogates() -> None:
    assert fold("\ud800ب\udfff") == "\ud800ب\udfff"


def test_invisible_characters_are_dropped() -> None:
    controls = "\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2066\u2069\ufeff"
    for character in controls + "\u0640\u064b\ufe0f":
        assert fold(character) == "", hex(ord(character))
    assert " " not in INVISIBLE


def test_squeeze() -> None:
    assert squeeze("سلااااام") == "سلام"
    assert squeeze("موسسه") == "موسسه"
    assert squeeze("!!!!") == "!!!!"  # only letters and digits are stretched words


def test_no_letter_is_lost() -> None:
    """Only marks and controls vanish; a letter always stays a letter."""
    for point, target in letter_table().items():
        if not target:
            assert unicodedata.category(chr(point))[0] in "MCL", hex(point)
            assert not "ا" <= chr(point) <= "ي" or chr(point) == "ـ" or point in range(0x64B, 0x660)


def test_stored_letters_are_hazms() -> None:
    from moderation.training.letters import hazm_letters

    stored: dict[str, list[int]] = {}
    text = files("moderation.text").joinpath("letters.tsv").read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            target, _, sources = line.partition("\t")
            stored[target] = [int(source, 16) for source in sources.split()]
    assert stored == hazm_letters()


def test_every_letter_as_hazm(hazm_normalize) -> None:
    for point in range(0x600, 0x900):
        letter = chr(point)
        target = hazm_normalize(letter)
        if target.isalpha():
            assert fold(letter) == fold(target), hex(point)


LETTERS = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیآأإؤئءةۀيىكٱ"
MARKS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670"
DIGITS = "0123456789۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩"


def persian_text(chance: random.Random) -> str:
    """Return words as readers type them, without stretched letters, where fold goes further."""
    words = []
    for _ in range(chance.randint(1, 8)):
        if chance.random() < 0.1:
            words.append("".join(chance.choice(DIGITS) for _ in range(chance.randint(1, 2))))
            continue
        word, last = "", ""
        for _ in range(chance.randint(1, 9)):
            letter = chance.choice([c for c in LETTERS if fold(c) != last])
            last = fold(letter)
            mark = chance.choice(MARKS) if chance.random() < 0.1 else ""
            word += letter + mark
        words.append(word)
    return " ".join(words)


def test_generated_text_as_hazm(hazm_normalize) -> None:
    chance = random.Random(4)
    for _ in range(3000):
        text = persian_text(chance)
        assert fold(hazm_normalize(text)) == fold(text), ascii(text)


def test_real_looking_text_as_hazm(hazm_normalize) -> None:
    for text in (
        "كارهاي عمراني منطقه ٥ تا ۲۰ روز ديگر تمام ميشود",
        "مسئولین محترم، قیمتِ نان از ۳۰۰۰ به 5000 رسید",
        "إن‌شاءالله که این پروژۀ مهم افتتاح شود",
        "هيچ كس پاسخگو نيست؛ از سال ٩٨ تا الآن",
    ):
        assert fold(hazm_normalize(text)) == fold(text)
