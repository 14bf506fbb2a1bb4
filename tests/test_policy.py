"""The policy: thresholds, messages, what a site's file may change, and its errors."""

from __future__ import annotations

import math
import pickle
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation._toml_lines import TomlLines
from moderation.policy import (
    NEVER,
    Limits,
    Policy,
    PolicyError,
    RulePolicy,
    Thresholds,
)
from moderation.reasons import REASONS
from moderation.types import Decision, Rule


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        Policy.from_toml(text, source="site.toml")
    return caught.value.problems


def test_the_shipped_policy_is_complete_and_reads_back_as_itself() -> None:
    policy = Policy.default()
    assert set(policy.rules) == set(Rule)
    assert Policy.from_toml(Policy.default_toml()) == policy
    assert Policy.from_toml("") == policy
    for rule in Rule:
        assert any("آ" <= char <= "ی" for char in policy.message(rule))
    assert len({policy.message(rule) for rule in Rule}) == len(Rule)


def test_decisions_follow_the_thresholds() -> None:
    policy = Policy.from_toml("rules.insult = {review = 0.4, reject = 0.8}")
    assert policy.decide(Rule.INSULT, 0.39) is Decision.PUBLISH
    assert policy.decide(Rule.INSULT, 0.4) is Decision.REVIEW
    assert policy.decide(Rule.INSULT, 0.8) is Decision.REJECT
    assert policy.decide(Rule.INSULT, None) is Decision.PUBLISH
    assert policy.decide(Rule.INSULT, math.nan) is Decision.PUBLISH


@pytest.mark.parametrize("rule", [Rule.ACCUSATION, Rule.OFF_TOPIC])
def test_an_editor_has_the_last_word_on_accusations_and_relevance(rule: Rule) -> None:
    assert Policy.default().decide(rule, 1.0) is Decision.REVIEW


def test_never_switches_off_a_rejection_or_a_whole_rule() -> None:
    policy = Policy.from_toml('rules.insult.reject = "never"\nrules.spam.review = "never"')
    assert policy.decide(Rule.INSULT, 1.0) is Decision.REVIEW
    assert policy.decide(Rule.SPAM, 1.0) is Decision.PUBLISH
    assert policy.rules[Rule.SPAM].reject == NEVER


def test_a_site_gives_only_what_it_changes() -> None:
    policy = Policy.from_toml('[rules.insult]\nmessage = "مؤدب باشید."\n[terms]\nblock = ["فلان"]')
    default = Policy.default()
    assert policy.message(Rule.INSULT) == "مؤدب باشید."
    assert policy.rules[Rule.INSULT].review == default.rules[Rule.INSULT].review
    assert policy.rules[Rule.HATE] == default.rules[Rule.HATE]
    assert policy.terms.block == ("فلان",)
    assert policy.terms.allow == ()


def test_reasons_have_messages_and_thresholds_of_their_own() -> None:
    policy = Policy.from_toml(
        "[rules.language.reasons]\n"
        'urdu = "به فارسی بنویسید."\n'
        "[rules.language.reasons.no_words]\n"
        'review = 0.9\nreject = "never"\n'
    )
    assert policy.message(Rule.LANGUAGE, "urdu") == "به فارسی بنویسید."
    assert policy.message(Rule.LANGUAGE, "finglish") == "لطفاً فارسی را با حروف فارسی بنویسید."
    assert "زبان فرانسوی" in policy.message(Rule.LANGUAGE, "french")
    assert policy.decide(Rule.LANGUAGE, 0.8, "no_words") is Decision.PUBLISH
    assert policy.decide(Rule.LANGUAGE, 1.0, "no_words") is Decision.REVIEW
    assert policy.decide(Rule.LANGUAGE, 0.8, "urdu") is Decision.REVIEW
    assert policy.message(Rule.LANGUAGE, "no_words") == Policy.default().message(
        Rule.LANGUAGE, "no_words"
    )


def test_a_message_names_the_language() -> None:
    policy = Policy.default()
    own = {"finglish", "gibberish", "no_words"}
    told = {reason: policy.message(Rule.LANGUAGE, reason) for reason in REASONS[Rule.LANGUAGE]}
    assert not any("{" in message for message in told.values())
    assert "زبان عربی" in told["arabic"]
    assert "زبان دیگری" in told["foreign"] == policy.message(Rule.LANGUAGE)
    assert not any("زبان دیگری" in told[reason] for reason in REASONS[Rule.LANGUAGE] - {"foreign"})
    assert len({told[reason] for reason in own}) == len(own)
    site = Policy.from_toml('[rules.insult]\nmessage = "{language}"')
    assert site.message(Rule.INSULT) == "{language}"


def test_a_reason_takes_the_threshold_it_leaves_out_from_its_rule() -> None:
    policy = Policy.from_toml(
        "[rules.spam]\nreview = 0.3\nreject = 0.7\n[rules.spam.reasons.advert_link]\nreview = 0.6"
    )
    assert policy.rules[Rule.SPAM].thresholds("advert_link") == Thresholds(0.6, 0.7)


def test_a_rule_that_is_off_can_stay_on_for_one_reason() -> None:
    policy = Policy.from_toml(
        '[rules.language]\nreview = "never"\nreasons.finglish = {review = 0.5, reject = 0.9}'
    )
    assert policy.decide(Rule.LANGUAGE, 1.0, "arabic") is Decision.PUBLISH
    assert policy.decide(Rule.LANGUAGE, 1.0, "finglish") is Decision.REJECT


def test_identity_tells_policies_apart_by_content() -> None:
    default = Policy.default()
    assert default.identity.startswith("default@")
    assert len(default.identity) == len("default@") + 12
    assert Policy.from_toml("# a comment").identity == default.identity
    changes = [
        "rules.insult.review = 0.51",
        'rules.insult.reject = "never"',
        'rules.insult.message = "نه"',
        'rules.language.reasons.urdu = "نه"',
        "rules.language.reasons.urdu.review = 0.6",
        'terms.block = ["الف"]',
        'terms.review = ["الف"]',
        'protect.persons = ["الف"]',
        "limits.max_chars = 400",
    ]
    digests = {Policy.from_toml(text).identity for text in changes}
    assert len(digests | {default.identity}) == len(changes) + 1
    swapped = [
        Policy.from_toml(f"terms.block = {words}").identity for words in ('["a","b"]', '["b","a"]')
    ]
    assert swapped[0] == swapped[1]
    assert Policy.from_toml('name = "شهر"').identity.startswith("شهر@")


def test_a_policy_travels_to_worker_processes() -> None:
    policy = Policy.from_toml("rules.insult.review = 0.6")
    copy = pickle.loads(pickle.dumps(policy))
    assert copy == policy
    assert copy.identity == policy.identity
    assert pickle.loads(pickle.dumps(PolicyError("a", "b"))).problems == ("a", "b")


def test_limits_follow_what_the_site_gives() -> None:
    assert Policy.default().limits == Limits(5000, 3500, 1500)
    assert Policy.from_toml("limits.max_chars = 1000").limits == Limits(1000, 700, 300)
    assert Policy.from_toml("limits.head_chars = 4000").limits == Limits(5000, 4000, 1000)
    assert Policy.from_toml("limits.tail_chars = 0").limits == Limits(5000, 3500, 0)
    assert Policy.from_toml("limits.max_chars = 1").limits == Limits(1, 1, 0)


def test_windows_cover_a_short_comment_and_both_ends_of_a_long_one() -> None:
    limits = Limits(10, 6, 3)
    assert limits.windows(10) == ((0, 10),)
    assert limits.windows(0) == ((0, 0),)
    assert limits.windows(11) == ((0, 6), (8, 11))
    assert Limits(10, 6, 0).windows(50) == ((0, 6),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[rules.insult]\nreviw = 0.4",
            "site.toml:2: rules.insult.reviw: unknown key (did you mean 'review'?)",
        ),
        (
            "rules.insutl.review = 0.4",
            "site.toml:1: rules.insutl: unknown key (did you mean 'insult'?)",
        ),
        ("\n[rule.insult]\nreview = 0.4", "site.toml:2: rule: unknown key (did you mean 'rules'?)"),
        (
            "[protect]\norganizations = []",
            "site.toml:2: protect.organizations: unknown key (did you mean 'organisations'?)",
        ),
        (
            'rules.language.reasons.urdu = {reject = "never", mesage = "نه"}',
            "site.toml:1: rules.language.reasons.urdu.mesage: unknown key "
            "(did you mean 'message'?)",
        ),
        ("rules.insult = 0.5", "site.toml:1: rules.insult: must be a table, not 0.5"),
        (
            '[rules.insult]\n\nreview = "often"',
            'site.toml:3: rules.insult.review: must be a number from 0 to 1 or "never", '
            "not 'often'",
        ),
        (
            "[rules.insult]\nreview = true",
            'site.toml:2: rules.insult.review: must be a number from 0 to 1 or "never", '
            "not true or false",
        ),
        (
            "[rules.insult]\nreject = 1.2",
            'site.toml:2: rules.insult.reject: must be a number from 0 to 1 or "never", not 1.2',
        ),
        (
            "[rules.insult]\nreview = nan",
            'site.toml:2: rules.insult.review: must be a number from 0 to 1 or "never", not nan',
        ),
        (
            "[rules.insult]\nreview = 0.8\nreject = 0.6",
            "site.toml:3: rules.insult.reject: 0.6 is below review 0.8; "
            "review must not exceed reject",
        ),
        (
            "[rules.insult]\nreview = 0.97",
            "site.toml:2: rules.insult.review: 0.97 is above reject 0.95 (which stands where "
            "this file gives none); review must not exceed reject",
        ),
        (
            '[rules.insult]\nreview = "never"\nreject = 0.9',
            'site.toml:3: rules.insult.reject: 0.9 is below review "never"; '
            "review must not exceed reject",
        ),
        (
            "[rules.spam]\nmessage = 3",
            "site.toml:2: rules.spam.message: must be text in quotes, not 3",
        ),
        ('[rules.spam]\nmessage = " "', "site.toml:2: rules.spam.message: must not be empty"),
        (
            "[rules.spam]\nreasons.loan = 1979-05-27",
            "site.toml:2: rules.spam.reasons.loan: must be text or a table, not a date or time",
        ),
        ('[terms]\nblock = "بد"', "site.toml:2: terms.block: must be a list of texts, not text"),
        (
            '[terms]\nblock = [\n  "یک",  # ]\n  "دو",\n  3,\n]',
            "site.toml:5: terms.block[2]: must be text, not 3",
        ),
        ('[terms]\nblock = ["  "]', "site.toml:2: terms.block[0]: must not be empty"),
        (
            '[terms]\nblock = ["کرج"]\nallow = ["کرج"]',
            "site.toml:3: terms.allow: 'کرج' also stands in terms.block",
        ),
        (
            "[limits]\nmax_chars = 2.5",
            "site.toml:2: limits.max_chars: must be a whole number, not 2.5",
        ),
        (
            "[limits]\nmax_chars = 0",
            "site.toml:2: limits.max_chars: must be a whole number from 1 to 1000000000, not 0",
        ),
        (
            "[limits]\nmax_chars = 0x" + "f" * 5000,
            "site.toml:2: limits.max_chars: must be a whole number from 1 to 1000000000, "
            "not a very large number",
        ),
        (
            "[limits]\nmax_chars = 100\nhead_chars = 90\ntail_chars = 20",
            "site.toml:3: limits.head_chars: head_chars (90) and tail_chars (20) together "
            "exceed max_chars (100)",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_and_key(text: str, expected: str) -> None:
    assert problems(text) == (expected,)


def test_every_problem_is_listed_in_file_order() -> None:
    found = problems(
        "[terms]\nblok = []\n[rules.insult]\nreject = 2\n[rules.hate]\nreview = 0.9\nreject = 0.1\n"
        "[limits]\nmax_chars = 'many'"
    )
    assert [problem.split(":")[1] for problem in found] == ["2", "4", "7", "9"]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("[rules.insult]\nreview = 0,5", "site.toml:2: rules.insult.review: not valid TOML: "),
        ("[rules.insult]\nreview = ", "site.toml:2: rules.insult.review: not valid TOML: "),
        ("\n[rules.insult\nreview = 1", "site.toml:2: rules.insult: not valid TOML: "),
        ('[terms]\nblock = ["a",\n"b"\n', "site.toml:3: terms.block[1]: not valid TOML: "),
        ("name = 'a'\nname = 'b'", "site.toml:2: name: not valid TOML: "),
        ("name = 1" + "0" * 5000, "site.toml:1: name: not valid TOML: "),
        ("پیام = 1", "site.toml:1: پیام: not valid TOML: "),
        ("=", "site.toml:1: not valid TOML: "),
        ("\x00", "site.toml:1: "),
        ("a = " + "[" * 100_000, "site.toml:1: a"),
    ],
)
def test_broken_toml_is_named_with_its_line_and_key(text: str, start: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith(start)
    assert "not valid TOML" in problem


def test_loading_a_file(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes("\ufeff[rules.insult]\r\nreview = 0.6\r\n".encode())
    assert Policy.load(path).rules[Rule.INSULT].review == 0.6
    path.write_text("[rules.insult]\nreviw = 0.4", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"site\.toml:2: rules\.insult\.reviw: unknown key"):
        Policy.load(str(path))


def test_a_file_that_cannot_be_read_is_a_policy_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"none\.toml: cannot be read: No such file"):
        Policy.load(tmp_path / "none.toml")
    with pytest.raises(PolicyError, match="cannot be read"):
        Policy.load(tmp_path)
    with pytest.raises(PolicyError, match="cannot be read"):
        Policy.load("a\0b")
    path = tmp_path / "latin.toml"
    path.write_bytes(b"# fine\nname = '\xe9'")
    with pytest.raises(PolicyError, match=r"latin\.toml:2: is not UTF-8 text"):
        Policy.load(path)


def test_parts_made_by_hand_are_checked_too() -> None:
    with pytest.raises(PolicyError):
        RulePolicy(0.9, 0.5, "نه")
    with pytest.raises(PolicyError):
        RulePolicy(0.5, 0.9, "نه", reason_thresholds={"x": Thresholds(-1)})
    with pytest.raises(PolicyError):
        Limits(10, 20, 5)
    with pytest.raises(PolicyError, match="missing: insult"):
        Policy(rules={})


def test_the_locator_knows_every_way_of_writing_a_key() -> None:
    lines = TomlLines(
        'a.b."c.d" = 1\n'
        "['e' . f]\n"
        'g = """\n[no]\nh = 1\n"""\n'
        "i = [\n  [1, # x = 1\n  2],\n  {j = 'k # l',\n  m = 2},\n]\n"
        "[[n]]\no = '''\n\\''' # p\n[[n]]\no = 2\n"
        '"\\u0641" = 3\n'
    )
    expected = {
        ("a",): 1,
        ("a", "b", "c.d"): 1,
        ("e", "f"): 2,
        ("e", "f", "g"): 3,
        ("e", "f", "i"): 7,
        ("e", "f", "i", 0): 8,
        ("e", "f", "i", 0, 1): 9,
        ("e", "f", "i", 1, "j"): 10,
        ("e", "f", "i", 1, "m"): 11,
        ("n", 0, "o"): 14,
        ("n", 1): 16,
        ("n", 1, "o"): 17,
        ("n", 1, "ف"): 18,
    }
    assert {path: lines.line(path) for path in expected} == expected
    assert lines.line(("e", "f", "no")) == 2
    assert lines.line(("nowhere",)) == 1


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.text(alphabet="ab.=[]{}\"'#,\\\n 01-\r\t")))
def test_no_text_raises_anything_but_a_policy_error(text: str) -> None:
    with suppress(PolicyError):
        Policy.from_toml(text)


def test_a_mistyped_reason_is_an_unknown_key() -> None:
    with pytest.raises(PolicyError, match=r"site\.toml:2: .*profnity: unknown key .*profanity"):
        Policy.from_toml('[rules.insult.reasons]\nprofnity = "نه"', "site.toml")


def test_reasons_are_those_of_the_lists() -> None:
    from importlib.resources import files

    from moderation.rules import insult, language, language_names

    lists = files("moderation.lexicon").joinpath("subjects").iterdir()
    subjects = {entry.name.removesuffix(".txt") for entry in lists}
    assert REASONS[Rule.OFF_TOPIC] == subjects | {"other_subject"}
    assert set(insult._REASONS.values()) < REASONS[Rule.INSULT]
    named = {*language.ARABIC_CLASSES, *language_names._CODES.values()}
    named |= set(language_names._SCRIPTS.values())
    assert named - {"persian"} <= REASONS[Rule.LANGUAGE]


def test_spellings_of_one_term_in_two_lists_are_a_mistake() -> None:
    with pytest.raises(PolicyError, match="also stands in"):
        Policy.from_toml('[terms]\nallow = ["بی شعور"]\nblock = ["بی\u200cشعور"]')
