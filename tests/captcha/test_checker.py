"""Tokens: good once, in time, in their place, and not to be forged."""

from __future__ import annotations

import math
import random
import string

import pytest
from captcha_support import KEY, Clock, solve

from moderation.captcha import Arithmetic, Captcha, CopyPhrase, MemoryStore, Result, StoreError
from moderation.captcha.tokens import KeyRing

OTHER = bytes(range(32, 64))


def made(clock: Clock, **settings) -> Captcha:
    settings = {"store": MemoryStore(), "clock": clock, "site": "news", **settings}
    return Captcha(settings.pop("keys", KEY), **settings)


@pytest.mark.parametrize("kind", ["arithmetic", "copy"])
def test_the_right_answer_passes_once(clock: Clock, kind: str) -> None:
    captcha = made(clock)
    challenge = captcha.new("a", kind=kind)
    answer = solve(challenge)
    assert captcha.check(challenge.token, answer, "a") is Result.OK
    assert captcha.check(challenge.token, answer, "a") is Result.USED


@pytest.mark.parametrize(
    ("given", "result"), [("1", "wrong"), ("?", "malformed"), ("", "malformed")]
)
def test_any_answer_uses_the_token_up(clock: Clock, given: str, result: str) -> None:
    captcha = made(clock)
    challenge = captcha.new("a")
    assert captcha.check(challenge.token, given, "a").value == result
    assert captcha.check(challenge.token, solve(challenge), "a") is Result.USED


def test_a_missing_answer_leaves_the_token_as_it_was(clock: Clock) -> None:
    captcha = made(clock)
    challenge = captcha.new("a")
    assert captcha.check(challenge.token, None, "a") is Result.MALFORMED
    assert captcha.check(challenge.token, solve(challenge), "a") is Result.OK


def test_the_last_instant_passes_once_without_leeway(clock: Clock) -> None:
    clock.now = float(int(clock.now))
    captcha = made(clock, skew=0, lifetime=300)
    challenge = captcha.new("a")
    clock.now += 300
    assert captcha.check(challenge.token, solve(challenge), "a") is Result.OK
    assert captcha.check(challenge.token, solve(challenge), "a") is Result.USED


def test_time(clock: Clock) -> None:
    start, captcha = clock.now, made(clock, lifetime=300, skew=30)
    for after, result in (
        (-29, "ok"),
        (299, "ok"),
        (329, "ok"),
        (331, "expired"),
        (-31, "expired"),
    ):
        clock.now = start + 1000
        challenge = captcha.new("a")
        clock.now += after
        assert captcha.check(challenge.token, solve(challenge), "a").value == result, after


def test_a_machine_whose_clock_is_behind_does_not_take_a_used_token(clock: Clock) -> None:
    store, start = MemoryStore(), clock.now
    captcha = made(clock, store=store)
    challenge = captcha.new("a")
    assert captcha.check(challenge.token, solve(challenge), "a") is Result.OK
    # This clock sweeps, a little after the other one's last moment; then the slow one asks.
    clock.now = start + 300 + 59
    store.add("x", clock.now, clock.now + 1)
    clock.now -= 30
    assert captcha.check(challenge.token, solve(challenge), "a") is Result.USED


def test_place(clock: Clock) -> None:
    captcha = made(clock)
    challenge = captcha.new("a", session="s")
    answer = solve(challenge)
    for subject, session in (("b", "s"), ("a", "t"), ("as", ""), ("", "as"), ("a", "")):
        assert captcha.check(challenge.token, answer, subject, session=session) is Result.TAMPERED
    elsewhere = made(clock, site="blog")
    assert elsewhere.check(challenge.token, answer, "a", session="s") is Result.TAMPERED
    assert captcha.check(challenge.token, answer, "a", session="s") is Result.OK


def test_keys_are_rotated(clock: Clock) -> None:
    old, both, new = (made(clock, keys=keys) for keys in (KEY, [OTHER, KEY], [OTHER]))
    first, second = old.new("a"), both.new("a")
    assert new.check(first.token, solve(first), "a") is Result.TAMPERED
    assert both.check(first.token, solve(first), "a") is Result.OK
    assert old.check(second.token, solve(second), "a") is Result.TAMPERED
    assert new.check(second.token, solve(second), "a") is Result.OK


@pytest.mark.parametrize(
    "keys", [b"", b"short", bytes(31), b"a" * 64, [], [KEY, b"short"]], ids=repr
)
def test_bad_keys_are_refused(clock: Clock, keys: object) -> None:
    with pytest.raises(ValueError, match="key"):
        made(clock, keys=keys)


def test_misuse_by_the_programmer_raises(clock: Clock) -> None:
    captcha = made(clock)
    with pytest.raises(TypeError):
        made(clock, keys=["text"])
    with pytest.raises(TypeError, match="subject"):
        captcha.new(17)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="client"):
        captcha.check("", "", "a", client=3)  # type: ignore[arg-type]
    for settings in ({"lifetime": 60.0}, {"guesses": 5.0}):
        with pytest.raises(TypeError, match="whole number"):
            made(clock, **settings)
    with pytest.raises(ValueError, match="no kind"):
        captcha.new("a", kind="riddle")
    with pytest.raises(ValueError, match="no kind"):
        captcha.guess_odds("riddle")
    for settings in (
        {"kinds": ()}, {"kinds": (CopyPhrase(), CopyPhrase())}, {"lifetime": 0}, {"skew": -1},
        {"guesses": 0}, {"window": 0}, {"window": math.inf}, {"skew": math.nan},
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"kinds|lifetime"):
            made(clock, **settings)


def test_whatever_is_sent_has_a_result(clock: Clock) -> None:
    captcha = made(clock)
    for token in (None, "", "a", "." * 7, "\ud800", "۱" * 300, "1.2.3.4.5.6.7.é", 7, b"x"):
        assert captcha.check(token, "1", "a") is Result.MALFORMED  # type: ignore[arg-type]
    assert captcha.check(captcha.new("a").token, None, "a") is Result.MALFORMED
    assert captcha.check("1.2.3.4.5.6.7.8", "1", "\ud800") is Result.TAMPERED


def test_a_hundred_thousand_mutations(clock: Clock) -> None:
    captcha, chance = made(clock), random.Random(5)
    challenge = captcha.new("a")
    token, answer = challenge.token, solve(challenge)
    letters = string.ascii_letters + string.digits + "._-=+/ \x00۱é"
    found = set()
    for _ in range(100_000):
        mutant = list(token)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(mutant))
            change = chance.randrange(4)
            if change == 0:
                mutant[at] = chance.choice(letters)
            elif change == 1:
                del mutant[at]
            elif change == 2:
                mutant.insert(at, chance.choice(letters))
            else:
                other = chance.randrange(len(mutant))
                mutant[at], mutant[other] = mutant[other], mutant[at]
        text = "".join(mutant)
        if text != token:
            found.add(captcha.check(text, answer, "a"))
    assert found == {Result.TAMPERED, Result.MALFORMED}
    assert captcha.check(token, answer, "a") is Result.OK


def test_no_byte_moves_between_fields(clock: Clock) -> None:
    captcha = made(clock)
    challenge, other = captcha.new("ab", session="c"), captcha.new("ab", session="c")
    answer = solve(challenge)
    fields = challenge.token.split(".")
    for at in range(7):
        left, right = fields[at], fields[at + 1]
        spliced = []
        if len(left) > 1:
            spliced.append((left[:-1], left[-1] + right))
        if len(right) > 1:
            spliced.append((left + right[0], right[1:]))
        for pair in spliced:
            token = ".".join([*fields[:at], *pair, *fields[at + 2 :]])
            assert captcha.check(token, answer, "ab", session="c") is Result.TAMPERED
    for at in range(8):  # and none comes from another token
        mixed = list(fields)
        mixed[at] = other.token.split(".")[at]
        if mixed != fields:
            token = ".".join(mixed)
            assert captcha.check(token, answer, "ab", session="c") is Result.TAMPERED
    assert captcha.check(challenge.token, answer, "a", session="bc") is Result.TAMPERED
    assert captcha.check(challenge.token, answer, "ab", session="c") is Result.OK


def test_a_token_says_nothing_of_its_answer(clock: Clock) -> None:
    captcha = made(clock, kinds=[Arithmetic((7, 7), (1, 1), subtraction=False)])
    digests = {captcha.new("a").token.split(".")[6] for _ in range(1000)}
    assert len(digests) == 1000  # of one and the same answer
    # Whoever tries all answers needs the key: with another one the same answer is another digest.
    rings = [KeyRing([key]) for key in (KEY, OTHER)]
    assert len({ring.digest_answer(ring.newest, "nonce", "arithmetic", "7") for ring in rings}) == 2


def test_a_million_tokens_differ(clock: Clock) -> None:
    import subprocess
    import sys

    # In a process of its own: measuring coverage would make it take minutes.
    program = (
        "from moderation.captcha import *\n"
        "c = Captcha(bytes(range(32)), store=MemoryStore())\n"
        "print(len({c.new('a').token for _ in range(1_000_000)}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "1000000"


def test_guesses_run_out_and_come_back(clock: Clock) -> None:
    captcha = made(clock, guesses=3, window=600)
    start = clock.now

    def answer(client: str, right: bool) -> Result:
        challenge = captcha.new("a")
        return captcha.check(
            challenge.token, solve(challenge) if right else "1", "a", client=client
        )

    for minute in (0, 1, 2):
        clock.now = start + 60 * minute
        assert answer("x", False) is Result.WRONG
        assert answer("y", True) is Result.OK  # right answers cost nothing
    assert answer("x", True) is Result.WRONG
    assert answer("z", True) is Result.OK
    clock.now = start + 599
    assert answer("x", True) is Result.WRONG
    clock.now = start + 601  # the first guess is forgotten, the others are not
    assert answer("x", True) is Result.OK
    assert answer("x", False) is Result.WRONG
    assert answer("x", True) is Result.WRONG


def test_guessing_pays_less_than_once_in_a_thousand_hours(clock: Clock) -> None:
    captcha, chance = made(clock), random.Random(3)
    assert captcha.guess_odds() < 1 / 1000
    hours, right = 4_000, 0
    for hour in range(hours):
        client = f"client {hour}"
        for _ in range(8):  # more than it may
            challenge = captcha.new("a")
            guess = str(chance.randint(1000, 9999))
            right += captcha.check(challenge.token, guess, "a", client=client) is Result.OK
    # Expected 5 / 9000 an hour, 2.2 in all; over 12 would be less than once in a million runs.
    assert right <= 12
    small = made(clock, kinds=[Arithmetic((2, 24), (1, 12))])
    assert small.guess_odds() == pytest.approx(5 / 22)
    assert made(clock, kinds=[Riddle()]).guess_odds() == math.inf
    assert made(clock, guesses=2, window=1800).guess_odds("arithmetic") == pytest.approx(4 / 8999)


def test_odds_of_few_answers_are_those_of_a_simulation(clock: Clock) -> None:
    captcha, chance = made(clock, kinds=[Arithmetic((1, 3), (0, 1))]), random.Random(8)
    hours, right = 400, 0
    for hour in range(hours):
        for _ in range(40):  # more than enough to use up every guess
            challenge = captcha.new("a")
            guess = str(chance.randint(1, 3))
            result = captcha.check(challenge.token, guess, "a", client=f"client {hour}")
            right += result is Result.OK
    # 2.5 an hour, with a deviation of 1.94 an hour and so 0.1 of the mean
    assert captcha.guess_odds() == 2.5
    assert abs(right / hours - 2.5) < 0.5


class Broken(MemoryStore):
    def add(self, key: str, now: float, until: float) -> bool:
        raise StoreError("out of order")


def test_a_store_that_fails_lets_nobody_through(clock: Clock) -> None:
    captcha = made(clock, store=Broken())
    challenge = captcha.new("a")
    with pytest.raises(StoreError, match="out of order"):
        captcha.check(challenge.token, solve(challenge), "a")


class Riddle:
    """A kind of question of a site's own."""

    name = "capital"
    answers = 1

    def ask(self, random):
        from moderation.captcha import Question

        return Question("پایتخت ایران کجاست؟", "پایتخت ایران کجاست؟", "تهران")

    def read(self, answer: str) -> str | None:
        return answer.strip() or None


def test_a_site_adds_its_own_question(clock: Clock) -> None:
    captcha = made(clock, kinds=[Riddle()])
    challenge = captcha.new("a")
    assert challenge.kind == "capital"
    assert captcha.check(challenge.token, " تهران ", "a") is Result.OK
    bad = Riddle()
    bad.name = "Bad name"
    with pytest.raises(ValueError, match="names no kind"):
        made(clock, kinds=[bad])
