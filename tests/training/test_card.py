"""The model card: what it says comes from the manifest, and nothing is left unsaid."""

from __future__ import annotations

import math
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moderation.model.store import load_model, save_model
from moderation.training import card
from moderation.training.card import CardError, main, render_card, render_summary, update_readme
from moderation.training.card_tables import number, tables
from moderation.training.metrics import rule_report
from moderation.training.sources import SOURCES

ROOT = Path(__file__).parents[2]
TRAINING = ROOT / "src" / "moderation" / "training"


def _report(n: int = 4321, seed: int = 0) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    scores = random.random(n)
    return rule_report((random.random(n) < scores).astype(int), scores, 0.5, math.inf)


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    def record(name: str, licence: str, *rules: str) -> dict[str, Any]:
        return {
            "rules": list(rules),
            "name": name,
            "licence": licence,
            "origin": f"somebody/{name}",
            "file": f"abuse/{name}.jsonl",
            "sha256": "0123456789abcdef" * 4,
            "rows": 7654,
        }

    return {
        "format": 1,
        "identity": "default-9.9.9-abcdef012345",
        "python": "3.11.2",
        "packages": {"hazm": "0.10.0", "scikit-learn": "1.3.2"},
        "seed": 0,
        "without": [],
        "data": [
            record("tweets", "none stated", "abuse", "off_topic"),
            record("reviews", "CC BY-NC-SA 4.0", "spam", "known words"),
            record("emotions", "GPL-3.0", "language"),
            {**record("many", "MIT; two none stated; one GPL-3.0"), "needed_by": "language"},
            record("books", "MIT"),
        ],
        "metrics": {
            "abuse": {
                "insult": {"policy": _report(), "authored": _report(200, 1)},
                "accusation": {"policy": _report(4000, 2)},
                "offensive": {"phate": _report(999, 3)},
            },
            "language": {
                "persian, comment": {"n": 812, "held": 0.0041, "rejected": 0.0},
                "urdu, sentence": {"n": 77, "held": 0.987, "rejected": 0.9},
                "urdu, word": {"n": 66, "held": 0.5, "rejected": 0.1},
            },
            "spam": {
                "threshold": 0.5,
                "folds": 5,
                "held": {
                    "spam": {"telegram": {"n": 393, "held": 0.95}},
                    "clean": {"isna": {"n": 7500, "held": 0.002}},
                },
                "held_of_all_clean": {"n": 30123, "held": 0.0031},
            },
            "relevance": {
                "written": {
                    "n_own": 1199,
                    "n_other": 3597,
                    "auc": 0.8123,
                    "own_held": 0.009,
                    "other_held": 0.3456,
                    "own_held_by_kind": {"critic": 0.0123, "generic": 0.0001},
                }
            },
        },
    }


@pytest.fixture(scope="module")
def text(manifest: dict[str, Any]) -> str:
    return render_card(manifest)


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [n for inner in value.values() for n in _numbers(inner)]
    if isinstance(value, list):
        return [n for inner in value for n in _numbers(inner)]
    return [value] if isinstance(value, int | float) else []


def test_every_figure_of_the_manifest_is_told(manifest: dict[str, Any], text: str) -> None:
    # `held` and `right` of a report are what its precision and recall are made of.
    cells = set(re.findall(r"[\d.,e-]+", text))
    missing = []
    for rule, by_source in manifest["metrics"]["abuse"].items():
        for source, report in by_source.items():
            told = {k: v for k, v in report.items() if k not in ("review", "reject")}
            told["reliability"] = [
                {k: v for k, v in bin_.items() if k not in ("from", "to")}
                for bin_ in report["reliability"]
            ]
            at = [report["review"][k] for k in ("threshold", "precision", "recall", "f1")]
            wanted = [number(n) for n in [*_numbers(told), *at]]
            missing += [(rule, source, figure) for figure in wanted if figure not in cells]
    for part in ("language", "spam", "relevance"):
        figures = [number(n) for n in _numbers(manifest["metrics"][part])]
        missing += [(part, figure) for figure in figures if figure not in cells]
    assert missing == []


def test_no_figure_is_typed_by_hand() -> None:
    template = (TRAINING / "card_template.md").read_text("utf-8")
    assert not re.search(r"\d\s?%|0\.\d\d|\d,\d\d\d", template)


def test_missing_and_non_commercial_licences_are_said(text: str) -> None:
    assert "**No licence is stated for** `tweets`, `many` (in part)." in text
    assert "**The GPL is the licence of** `emotions`, `many` (in part)." in text
    assert "**MIT; two none stated; one GPL-3.0**" in text
    assert "cannot be left out, since a rule rests on them: `many` (`language`)." in text
    assert "**Commercial use is forbidden by the licence of** `reviews` (CC BY-NC-SA 4.0)." in text
    assert "`moderation train --without reviews`" in text
    assert "**none stated**" in text
    assert "| MIT |" in text


def test_sources_left_out_are_said(manifest: dict[str, Any], text: str) -> None:
    assert "trained with all of them" in text
    without = render_card({**manifest, "data": manifest["data"][4:], "without": ["reviews"]})
    assert "trained **without** `reviews`" in without
    assert "No licence is stated" not in without


def test_card_has_what_a_card_must_say(manifest: dict[str, Any], text: str) -> None:
    assert manifest["identity"] in text
    for heading in ("What it is", "What it is for, and what not", "Training data", "Figures",
                    "How the figures were measured", "What it gets wrong", "Groups",
                    "Train it again", "Format"):  # fmt: skip
        assert f"\n## {heading}\n" in text
    assert "make train" in text
    assert "Reliability on `policy`" in text
    assert "never" in text
    assert "$" not in text


def test_every_source_is_told_with_what_reads_it(manifest: dict[str, Any], text: str) -> None:
    assert "| `tweets` | somebody/tweets | abuse, `off_topic` | 7,654 | **none stated** |" in text
    data = [{**asdict(source), "rows": 1, "sha256": "0" * 64} for source in SOURCES]
    full = render_card({**manifest, "data": data}).partition("\n## Training data\n")[2]
    for source in SOURCES:
        row = next(line for line in full.splitlines() if line.startswith(f"| `{source.name}` |"))
        assert source.origin in row
        assert source.licence in row
        assert source.file in row
        assert all(rule in row for rule in source.rules)
    template = (TRAINING / "card_template.md").read_text("utf-8")
    assert "CC BY" not in template, "licences come from the manifest"


def test_tables_are_whole(text: str) -> None:
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        widths = {line.count(" | ") for line in block.splitlines()}
        assert len(widths) == 1, block


def test_a_manifest_without_figures_makes_a_card(tmp_path: Path) -> None:
    bare = {"format": 1, "identity": "dev-0"}
    assert "holds no figures" in render_card(bare)
    assert "holds no figures" in render_summary(bare)


def test_summary_tells_each_rule_with_its_n(manifest: dict[str, Any]) -> None:
    summary = render_summary(manifest)
    assert "| `insult` | policy | 4,321 |" in summary
    assert "| `language` | urdu, sentence | 77 | 0.987 | – |" in summary
    assert "urdu, word" not in summary
    assert "| `spam` | clean, isna | 7,500 | 0.002 | – |" in summary
    assert "| `off_topic` | written, under another | 3,597 | 0.346 | 0.812 |" in summary


def test_update_readme_rewrites_its_part_alone(tmp_path: Path, manifest: dict[str, Any]) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{card.START}\nold\n{card.END}\nafter\n", encoding="utf-8")
    update_readme(readme, manifest)
    once = readme.read_text("utf-8")
    assert once == f"before\n{card.START}\n{render_summary(manifest)}\n{card.END}\nafter\n"
    update_readme(readme, manifest)
    assert readme.read_text("utf-8") == once


@pytest.mark.parametrize(
    "broken",
    ["nothing", card.START, f"{card.END}\n{card.START}", f"{card.START}{card.END}" * 2],
    ids=["none", "no end", "turned round", "twice"],
)
def test_update_readme_refuses_a_file_without_its_part(
    tmp_path: Path, manifest: dict[str, Any], broken: str
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(broken, encoding="utf-8")
    with pytest.raises(CardError, match="must hold"):
        update_readme(readme, manifest)
    assert readme.read_text("utf-8") == broken


def test_command_writes_card_and_readme(
    tmp_path: Path, manifest: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    about = {k: v for k, v in manifest.items() if k not in ("format", "identity")}
    model = save_model(tmp_path / "m", {"a": {"b": np.zeros(2)}}, name="small", about=about)
    readme = tmp_path / "R.md"
    readme.write_text(f"{card.START}\n{card.END}\n", encoding="utf-8")
    assert main(["--model", str(tmp_path / "m"), "--readme", str(readme)]) == 0
    written = (tmp_path / "m" / "README.md").read_text("utf-8")
    assert written == render_card(load_model(tmp_path / "m").manifest)
    assert model.identity in readme.read_text("utf-8")
    assert capsys.readouterr().out.count("written") == 2


def test_shipped_card_is_that_of_the_shipped_model() -> None:
    model = load_model()
    shipped = (model.path / "README.md").read_text("utf-8")
    assert shipped == render_card(model.manifest), "python -m moderation.training.card"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (12345, "12,345"), (0.5, "0.500"), (0.0, "0.000"), (0.00042, "0.0004"),
     ("never", "never"), (True, "True")],
)  # fmt: skip
def test_number(value: object, shown: str) -> None:
    assert number(value) == shown


def test_tables_of_deep_figures() -> None:
    parts = tables({"a": {"b": {"c": {"d": 1}}}, "empty": {}}, "")
    assert parts == ["**a, b**", "|  | d |\n| --- | --- |\n| c | 1 |"]
