"""Stores: of all who use one token at once, one is first, on every store."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from captcha_support import KEY, Clock, RedisServer, solve

from moderation.captcha import Captcha, MemoryStore, Result, SQLiteStore, StoreError, open_store
from moderation.captcha.stores import default_path
from moderation.captcha.stores.django import DjangoCacheStore
from moderation.captcha.stores.redis import RedisStore

PROCESSES, THREADS = 8, 100


def django_store(location: str) -> DjangoCacheStore:
    """Return a store in a cache of Django's: Redis at a location, else memory."""
    from django.conf import settings

    if not settings.configured:
        backend = "redis.RedisCache" if location else "locmem.LocMemCache"
        cache = {"BACKEND": f"django.core.cache.backends.{backend}", "LOCATION": location or "a"}
        unfit = {
            "nothing": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
            "files": {
                "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
                "LOCATION": "/tmp/unused",
            },
        }
        settings.configure(CACHES={"default": cache, **unfit})
    return DjangoCacheStore()


def opened(kind: str, place: str):
    return django_store(place) if kind == "django" else open_store(place)


def answer_at_once(captcha: Captcha, token: str, answer: str, threads: int) -> list[str]:
    """Answer one token from many threads, all let go together."""
    gate = threading.Barrier(threads)

    def one(_: int) -> str:
        gate.wait()
        return captcha.check(token, answer, "a", client="c").value

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))


def in_process(kind: str, place: str, token: str, answer: str, gate, results) -> None:
    captcha = Captcha(KEY, store=opened(kind, place), guesses=PROCESSES * THREADS)
    gate.wait()
    results.put(answer_at_once(captcha, token, answer, THREADS // PROCESSES + 1))


def by_processes(kind: str, place: str) -> Counter[str]:
    # Asked by a machine whose clock is ahead, so that it is later than the others' first look at
    # a store that is new.
    challenge = Captcha(KEY, store=MemoryStore(), clock=lambda: time.time() + 20).new("a")
    context = multiprocessing.get_context("spawn")
    gate, results = context.Barrier(PROCESSES), context.Queue()
    given = (kind, place, challenge.token, solve(challenge), gate, results)
    workers = [context.Process(target=in_process, args=given) for _ in range(PROCESSES)]
    for worker in workers:
        worker.start()
    counts: Counter[str] = Counter()
    for _ in workers:
        counts.update(results.get(timeout=120))
    for worker in workers:
        worker.join()
    return counts


def test_a_hundred_threads_in_memory() -> None:
    captcha = Captcha(KEY, store=MemoryStore(), guesses=THREADS)
    challenge = captcha.new("a")
    counts = Counter(answer_at_once(captcha, challenge.token, solve(challenge), THREADS))
    assert counts == {"ok": 1, "used": THREADS - 1}


def test_a_hundred_threads_in_djangos_memory() -> None:
    captcha = Captcha(KEY, store=django_store(""), guesses=THREADS)
    challenge = captcha.new("a")
    counts = Counter(answer_at_once(captcha, challenge.token, solve(challenge), THREADS))
    assert counts == {"ok": 1, "used": THREADS - 1}


@pytest.mark.parametrize("kind", ["sqlite", "redis", "django"])
def test_threads_of_eight_processes(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        place = f"sqlite:///{tmp_path / 'captcha.sqlite3'}"
    else:
        place = request.getfixturevalue("redis_server").url
    counts = by_processes(kind, place)
    assert counts.pop("ok") == 1
    assert set(counts) <= {"used"}
    assert sum(counts.values()) + 1 == PROCESSES * (THREADS // PROCESSES + 1)


def test_no_more_guesses_at_once_than_allowed(tmp_path: Path) -> None:
    captcha = Captcha(KEY, store=SQLiteStore(tmp_path / "a.sqlite3"), guesses=5)
    challenges = [captcha.new("a") for _ in range(40)]
    with ThreadPoolExecutor(40) as pool:
        given = pool.map(lambda c: captcha.check(c.token, "1", "a", client="x"), challenges)
    assert set(given) == {Result.WRONG}
    challenge = captcha.new("a")
    assert captcha.check(challenge.token, solve(challenge), "a", client="x") is Result.WRONG


@pytest.fixture(params=["memory", "sqlite", "redis", "django"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], object]:
    kind = request.param
    if kind == "memory":
        return MemoryStore()
    if kind == "sqlite":
        return SQLiteStore(tmp_path / "deep" / "a.sqlite3")
    if kind == "redis":
        return RedisStore(request.getfixturevalue("redis_server").url)
    return django_store("")


def test_a_key_is_added_once_until_its_time(store, clock: Clock) -> None:
    now = clock.now
    assert store.since(now) <= now
    assert store.since(now + 5) == store.since(now)
    key = f"k{now}"
    assert store.add(key, now, now + 60)
    assert not store.add(key, now + 1, now + 60)
    store.remove(key)
    assert store.add(key, now, now + 60)
    store.remove(key)
    store.remove("never-there")


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_key_whose_time_has_come_is_free_and_swept(kind: str, tmp_path: Path) -> None:
    store = MemoryStore() if kind == "memory" else SQLiteStore(tmp_path / "a.sqlite3")
    assert store.add("a", 0.0, 10.0)
    assert not store.add("a", 9.0, 20.0)
    assert store.add("a", 10.0, 20.0)
    assert not store.add("a", 19.0, 30.0)
    for number in range(50):
        store.add(f"b{number}", 20.0, 21.0)
    assert store.add("c", 100.0, 110.0)
    if isinstance(store, MemoryStore):
        assert len(store) == 1
    else:
        import sqlite3

        with sqlite3.connect(tmp_path / "a.sqlite3") as connection:
            assert connection.execute("SELECT key FROM seen").fetchall() == [("c",)]


def test_a_full_memory_forgets_nobody() -> None:
    store = MemoryStore(largest=2)
    assert store.add("a", 0.0, 10.0)
    assert store.add("b", 0.0, 20.0)
    with pytest.raises(StoreError, match="full"):
        store.add("c", 5.0, 20.0)
    assert not store.add("a", 5.0, 20.0)
    assert store.add("c", 11.0, 20.0)
    with pytest.raises(ValueError, match="no room"):
        MemoryStore(largest=0)


def test_a_process_that_starts_again(clock: Clock, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    first = Captcha(KEY, store=SQLiteStore(path), clock=clock)
    used, open_ = first.new("a"), first.new("a")
    assert first.check(used.token, solve(used), "a") is Result.OK
    clock.now += 5
    again = Captcha(KEY, store=SQLiteStore(path), clock=clock)
    assert again.check(used.token, solve(used), "a") is Result.USED
    assert again.check(open_.token, solve(open_), "a") is Result.OK
    # One that remembers nothing takes nothing from before.
    late = first.new("a")
    clock.now += 5
    forgetful = Captcha(KEY, store=MemoryStore(), clock=clock)
    assert forgetful.check(late.token, solve(late), "a") is Result.EXPIRED


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_store_from_before_a_fork_is_sound_after_it(tmp_path: Path) -> None:
    """A server that makes its store and then becomes a daemon; the parent ends."""
    path = tmp_path / "a.sqlite3"
    program = f"""
import os, sys, time
from moderation.captcha import Captcha, SQLiteStore
captcha = Captcha({KEY!r}, store=SQLiteStore({str(path)!r}))
if os.fork():
    time.sleep(0.4)
    sys.exit(0)
captcha.check(captcha.new("a").token, "1", "a")
time.sleep(0.8)  # the parent has gone, and has closed what it held
challenge = captcha.new("a")
captcha.check(challenge.token, "1", "a")
print(challenge.token, flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", program]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, encoding="utf-8") as daemon:
        assert daemon.stdout is not None
        token = daemon.stdout.readline().strip()
        # Another process opens and closes the file meanwhile.
        store = SQLiteStore(path)
        assert Captcha(KEY, store=store).check(token, "1", "a") is Result.USED
        store.close()
        assert Captcha(KEY, store=SQLiteStore(path)).check(token, "1", "a") is Result.USED
        daemon.communicate("")


def test_a_file_that_is_removed_is_begun_anew(clock: Clock, tmp_path: Path) -> None:
    captcha = Captcha(KEY, store=SQLiteStore(tmp_path / "a.sqlite3"), clock=clock)
    used = captcha.new("a")
    assert captcha.check(used.token, solve(used), "a") is Result.OK
    clock.now += 1
    for path in tmp_path.iterdir():
        path.unlink()
    assert captcha.check(used.token, solve(used), "a") is Result.EXPIRED
    clock.now += 1
    fresh = captcha.new("a")
    assert captcha.check(fresh.token, solve(fresh), "a") is Result.OK


def test_a_mark_that_vanishes_is_a_store_that_fails() -> None:
    class Empty:
        def get(self, _: str) -> None: ...
        def set(self, *_: object, **__: object) -> None: ...

    with pytest.raises(StoreError, match="Redis"):
        RedisStore(Empty()).since(0.0)  # type: ignore[arg-type]


def test_redis_that_goes_and_comes_back_empty(redis_server: RedisServer, clock: Clock) -> None:
    captcha = Captcha(KEY, store=open_store(redis_server.url), clock=clock)
    used, open_ = captcha.new("a"), captcha.new("a")
    assert captcha.check(used.token, solve(used), "a") is Result.OK
    redis_server.stop()
    with pytest.raises(StoreError, match="Redis"):
        captcha.check(open_.token, solve(open_), "a")
    with pytest.raises(StoreError, match="Redis"):
        Captcha(KEY, store=open_store(redis_server.url))
    clock.now += 5
    redis_server.start()
    # It has forgotten what was used, so what was asked before it began is not taken.
    assert captcha.check(used.token, solve(used), "a") is Result.EXPIRED
    assert captcha.check(open_.token, solve(open_), "a") is Result.EXPIRED
    clock.now += 1
    fresh = captcha.new("a")
    assert captcha.check(fresh.token, solve(fresh), "a") is Result.OK


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    path.write_bytes(b"something else, and long enough to be told from an empty file" * 20)
    with pytest.raises(StoreError, match=r"a\.sqlite3"):
        SQLiteStore(path)
    with pytest.raises(StoreError, match=r"a\.sqlite3"):
        SQLiteStore(path / "below a file")


def test_caches_that_can_be_no_store() -> None:
    django_store("")
    for alias, reason in (("nothing", "keeps nothing"), ("files", "two processes")):
        with pytest.raises(ValueError, match=reason):
            DjangoCacheStore(alias)


def test_a_cache_that_fails_is_a_store_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    store = django_store("")

    def broken(*_: object, **__: object) -> None:
        raise OSError("out of order")

    monkeypatch.setattr("django.core.cache.backends.locmem.LocMemCache.add", broken)
    with pytest.raises(StoreError, match="out of order"):
        store.add("a", 0.0, 10.0)


@pytest.mark.parametrize("url", ["", "sqlite://", "sqlite:///", "memory://x", "mysql://a", "a.db"])
def test_addresses_of_no_store(url: str) -> None:
    with pytest.raises(ValueError, match="no store"):
        open_store(url)


def test_where_the_default_store_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    Captcha(KEY)
    assert default_path().is_file()
    assert tmp_path in default_path().parents


def test_no_home_to_keep_the_default_store_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(StoreError, match="name a store"):
        default_path()


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, extra, make in (
        ("redis", "redis", lambda: open_store("redis://localhost")),
        ("django.core.cache", "django", DjangoCacheStore),
    ):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(ImportError, match=rf"\[{extra}\]"):
            make()
