"""What the manifest says of the sources that are part of this package."""

from __future__ import annotations

from pathlib import Path

from moderation.training.sources import SOURCES, Corpora
from moderation.training.train import _OWN_FILES, _contents


def test_each_own_source_is_recorded_by_its_own_files() -> None:
    own = [source for source in SOURCES if not source.file]
    assert {source.name for source in own} == set(_OWN_FILES)
    recorded = {source.name: _contents(Corpora(Path()), source) for source in own}
    assert len({content for content, _ in recorded.values()}) == len(own)
    content, rows = recorded["item_comments"]
    assert rows == sum(line.count("\t") == 2 for line in content.decode().splitlines())
    assert all(0 < rows <= content.count(b"\n") for content, rows in recorded.values())
