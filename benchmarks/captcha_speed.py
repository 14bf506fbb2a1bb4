"""Measure issuing and checking a captcha beside two peers, in one run, on one thread.

Prints a Markdown table. ALTCHA signs a challenge and verifies its solution without a store; its
proof of work, the browser's part, is found before the clock starts. django-simple-captcha's store
path is a row written for each question, read and deleted for its answer. A peer that is not
installed is left out and said so.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from moderation.captcha import Captcha, MemoryStore, SQLiteStore

KEY = bytes(range(32))
TIMES, ROUNDS = 3_000, 5


def ours(captcha: Captcha) -> None:
    """Ask and check once; the answer is wrong, which costs the same."""
    captcha.check(captcha.new("a").token, "1", "a")


def altcha() -> Callable[[], None]:
    """Return ALTCHA's creating and verifying, with the simplest work there is."""
    from altcha import v1

    def once() -> None:
        options = v1.ChallengeOptions(hmac_key=KEY.hex(), max_number=1, number=0)
        made = v1.create_challenge(options)
        payload = {
            "algorithm": made.algorithm,
            "challenge": made.challenge,
            "number": 0,
            "salt": made.salt,
            "signature": made.signature,
        }
        right, error = v1.verify_solution(payload, KEY.hex())
        assert right, error

    return once


def django_simple_captcha(folder: Path) -> Callable[[], None]:
    """Return the store path of django-simple-captcha, on SQLite."""
    import django
    from django.conf import settings

    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "django.sqlite3")}
    settings.configure(
        DATABASES={"default": database}, INSTALLED_APPS=["captcha"], SECRET_KEY=KEY.hex()
    )
    django.setup()
    from captcha.models import CaptchaStore
    from django.core.management import call_command

    call_command("migrate", verbosity=0)

    def once() -> None:
        key = CaptchaStore.generate_key()
        CaptchaStore.objects.get(hashkey=key).delete()

    return once


def speed(once: Callable[[], None]) -> float:
    """Return how many times a second, the median of some rounds."""
    once()
    rates = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(TIMES):
            once()
        rates.append(TIMES / (time.perf_counter() - start))
    return statistics.median(rates)


def main() -> None:
    """Measure all and print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        memory = Captcha(KEY, store=MemoryStore())
        sqlite = Captcha(KEY, store=SQLiteStore(folder / "captcha.sqlite3"))
        contestants: list[tuple[str, Callable[[], Callable[[], None]]]] = [
            ("this project, memory", lambda: lambda: ours(memory)),
            ("this project, SQLite", lambda: lambda: ours(sqlite)),
            ("ALTCHA, no store", altcha),
            ("django-simple-captcha, SQLite", lambda: django_simple_captcha(folder)),
        ]
        print("| issue and check | a second |\n| --- | ---: |")
        for title, prepare in contestants:
            try:
                print(f"| {title} | {speed(prepare()):,.0f} |", flush=True)
            except ImportError as error:
                print(f"| {title} | left out: {error} |")


if __name__ == "__main__":
    main()
