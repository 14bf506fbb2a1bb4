"""Figures as Markdown tables: reports of rules, and whatever else training measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["DASH", "Cells", "abuse_table", "number", "reliability", "table", "tables", "words"]

#: A cell with nothing in it.
DASH = "–"
Cells = Sequence[str]


def _reports(abuse: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    return [(rule, source, r) for rule, by in abuse.items() for source, r in by.items()]


_HEADS = (
    "rule", "texts", "n", "breaking", "AUC", "AP", "best F1", "best macro-F1", "recall at 0.9",
    "recall at 0.95", "held from", "precision", "recall", "F1", "rejected from", "precision",
    "recall", "F1", "Brier", "ECE",
)  # fmt: skip
#: Columns of the brief table: all up to F1 at the review threshold, but average precision.
_BRIEF = (0, 1, 2, 3, 4, 6, 10, 11, 12, 13)


def abuse_table(abuse: Mapping[str, Any], *, brief: bool = False) -> str:
    """Return every report of the abuse rules (rule to source to report) as one table."""
    rows: list[Cells] = []
    for rule, source, report in _reports(abuse):
        cells = [f"`{rule}`", source]
        cells += [number(report.get(key)) for key in ("n", "positives", "auc")]
        cells += [number(report.get("average_precision")), _best(report.get("best_f1"))]
        recall = report.get("recall_at_precision") or {}
        cells.append(number(report.get("best_macro_f1")))
        cells += [number(recall.get(least)) for least in ("0.9", "0.95")]
        for at in ("review", "reject"):
            figures = report.get(at) or {}
            names = ("threshold", "precision", "recall", "f1")
            cells += [number(figures.get(name)) for name in names]
        cells += [number(report.get("brier")), number(report.get("calibration_error"))]
        rows.append(cells)
    if not brief:
        return table(_HEADS, rows)
    return table([_HEADS[i] for i in _BRIEF], [[row[i] for i in _BRIEF] for row in rows])


def _best(best: Any) -> str:
    if isinstance(best, Mapping):
        return f"{number(best.get('f1'))} at {number(best.get('threshold'))}"
    return number(best)


def reliability(abuse: Mapping[str, Any]) -> list[str]:
    """Return one table per source: bins of score against the share that breaks each rule."""
    parts: list[str] = []
    for source in dict.fromkeys(source for _, source, _ in _reports(abuse)):
        columns = {
            rule: by[source]["reliability"]
            for rule, by in abuse.items()
            if source in by and by[source].get("reliability")
        }
        if not columns:
            continue
        bins = max(columns.values(), key=len)
        rows = [
            (
                f"{bin_['from']:g} to {bin_['to']:g}",
                *(_bin(column[i]) if i < len(column) else DASH for column in columns.values()),
            )
            for i, bin_ in enumerate(bins)
        ]
        parts.append(
            f"Reliability on `{source}`: of the comments with a score in the row's range, the "
            "share that breaks the rule, against their mean score (and how many they are)."
        )
        parts.append(table(("score", *(f"`{rule}`" for rule in columns)), rows))
    return parts


def _bin(bin_: Mapping[str, Any]) -> str:
    if not bin_["n"]:
        return DASH
    return f"{number(bin_['share'])} at {number(bin_['mean_score'])} ({number(bin_['n'])})"


def tables(value: Any, path: str) -> list[str]:
    """Return any nested mapping of numbers as tables, outer names as their captions."""
    if not isinstance(value, Mapping):
        return [f"{path}: {number(value)}" if path else number(value)]
    parts = [f"**{path}**"] if path else []
    plain = {k: v for k, v in value.items() if not isinstance(v, Mapping)}
    nested = {k: v for k, v in value.items() if isinstance(v, Mapping)}
    if plain:
        parts.append(table(("figure", "value"), [(words(k), number(v)) for k, v in plain.items()]))
    rows = {k: {n: v for n, v in inner.items() if not isinstance(v, Mapping)}
            for k, inner in nested.items()}  # fmt: skip
    heads = list(dict.fromkeys(name for row in rows.values() for name in row))
    if heads:
        cells = [
            (words(k), *(number(row[h]) if h in row else DASH for h in heads))
            for k, row in rows.items()
            if row
        ]
        parts.append(table(("", *map(words, heads)), cells))
    for outer, inner in nested.items():
        for name, deeper in inner.items():
            if isinstance(deeper, Mapping):
                place = [path, words(outer), words(name)]
                parts += tables(deeper, ", ".join(part for part in place if part))
    return parts if plain or heads or len(parts) > 1 else parts[1:]


def words(name: Any) -> str:
    """Return a key as words for a table."""
    return str(name).replace("_", " ").replace("|", "\\|")


def number(value: Any) -> str:
    """Return a figure, text or nothing as a cell."""
    if value is None:
        return DASH
    if isinstance(value, bool) or not isinstance(value, int | float):
        return words(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.3f}" if value == 0 or abs(value) >= 0.001 else f"{value:.1g}"


def table(heads: Cells, rows: Sequence[Cells]) -> str:
    """Return a Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
