"""Fixtures of the captcha's tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from captcha_support import Clock, RedisServer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()
