"""A clock to set, a key, a reader who can count, and a real Redis."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from moderation.captcha import Challenge
from moderation.captcha.numerals import plain

KEY = bytes(range(32))


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


class RedisServer:
    """Debian's redis-server on a socket of its own, keeping nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        import redis

        arguments = [
            "--port",
            "0",
            "--unixsocket",
            str(self.socket),
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self.process = subprocess.Popen(["redis-server", *arguments], stdout=subprocess.DEVNULL)
        for _ in range(200):
            try:
                redis.Redis.from_url(self.url).ping()
                return
            except redis.ConnectionError:
                time.sleep(0.05)
        raise RuntimeError("redis-server did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def solve(challenge: Challenge) -> str:
    """Work the answer out as a reader does."""
    if challenge.kind == "copy":
        ordinal, phrases = challenge.question.split()[1], challenge.question.partition(":")[2]
        place = ["اول", "دوم", "سوم", "چهارم", "پنجم"].index(ordinal)
        return phrases.split("،")[place]
    first, sign, step, *_ = plain(challenge.question).split()
    return str(int(first) + int(step) if sign == "+" else int(first) - int(step))
