"""Every supported Python, with the hazm that installs on it, gives the same verdicts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOW = (
    "no other interpreter's environment is there; make one with "
    "`python3.13 -m venv .venv-3.13 && .venv-3.13/bin/pip install .` "
    "or name some in MODERATION_LANES, parted by ':'"
)

SCRIPT = """
import json, sys
from moderation import Article, Comment, Moderator

moderator = Moderator(sys.argv[1])
cases = json.load(sys.stdin)
verdicts = moderator.classify_batch(
    [Comment(text, reply_to=reply) for text, reply, _ in cases],
    [None if item is None else Article(**item) for _, _, item in cases],
)
json.dump({"python": sys.version_info[:2], "rows": [v.to_dict() for v in verdicts]}, sys.stdout)
"""


def lanes() -> list[Path]:
    """Return the interpreters of other environments."""
    named = os.environ.get("MODERATION_LANES", "").split(os.pathsep)
    folders = [Path(lane) for lane in named if lane] or sorted(ROOT.glob(".venv-3.*"))
    interpreters = [f / "bin" / "python" if f.is_dir() else f for f in folders]
    return [path for path in interpreters if path.is_file()]


def judge(interpreter: Path | str, model: Path, cases: str) -> dict:
    process = subprocess.run(
        [str(interpreter), "-c", SCRIPT, str(model)],
        input=cases,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONUTF8": "1",
            "OMP_NUM_THREADS": "1",
        },
    )
    assert process.returncode == 0, process.stderr
    result: dict = json.loads(process.stdout)
    return result


@pytest.fixture(scope="module")
def cases(conformance) -> str:
    items = {}
    for row in conformance("articles"):
        items[row["id"]] = {key: row[key] for key in ("title", "lead", "body", "tags", "category")}
    rows = [*conformance("must_pass"), *conformance("must_hold")]
    return json.dumps(
        [(r["text"], r.get("reply_to"), items.get(r.get("article_id", ""))) for r in rows]
    )


@pytest.fixture(scope="module")
def here(model_path: Path, cases: str) -> dict:
    return judge(sys.executable, model_path, cases)


@pytest.mark.parametrize(
    "lane",
    [pytest.param(path, id=str(path)) for path in lanes()]
    or [pytest.param(None, marks=pytest.mark.skip(reason=HOW), id="none")],
)
def test_same_verdicts(lane: Path, here: dict, model_path: Path, cases: str) -> None:
    there = judge(lane, model_path, cases)
    assert len(there["rows"]) == len(here["rows"])
    texts = [text for text, _, _ in json.loads(cases)]
    for text, ours, theirs in zip(texts, here["rows"], there["rows"]):
        assert theirs["decision"] == ours["decision"], (there["python"], text)
        # One step of the last decimal told: numpy's releases add floats in another order.
        assert theirs["scores"] == pytest.approx(ours["scores"], abs=1.5e-6), text
        for mine, other in zip(ours["findings"], theirs["findings"], strict=True):
            assert {**other, "score": 0} == {**mine, "score": 0}, text
