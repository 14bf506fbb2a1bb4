"""The model card and the README's figures, written from a model's manifest.

``python -m moderation.training.card`` writes the card beside the model again, and with
``--readme`` also the part of ``README.md`` that holds figures. Words stand in
``card_template.md``; every number comes from the manifest.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from moderation.model.store import Model, load_model
from moderation.training.card_tables import (
    DASH,
    Cells,
    abuse_table,
    number,
    reliability,
    table,
    tables,
    words,
)

__all__ = ["CardError", "main", "render_card", "render_summary", "update_readme", "write_card"]

START = "<!-- figures: written by python -m moderation.training.card --readme -->"
END = "<!-- /figures -->"
_TITLES = {
    "abuse": "Insult, accusation, hate, threat",
    "disguises": "Disguises",
    "groups": "Naming groups of people",
    "explanations": "Where findings point",
    "language": "Language",
    "spam": "Spam",
    "relevance": "Off-topic",
}
#: What stands in a licence that keeps commercial use out, and for one that is missing.
_NON_COMMERCIAL = ("NC", "research")
_MISSING = ("none stated",)
_COPYLEFT = "GPL"
#: Readers of sources that are no rule of this name: the four abuse rules, the word table.
_NO_RULES = ("abuse", "known words")
_TEXTS = (
    "`policy`, `authored` and `examples` are labelled by this project's own rules. `offensive` is "
    "the largest of the insult, hate and threat scores, against what each public set itself calls "
    "offensive, at the thresholds of `insult`."
)
#: Classes of the language rule that the README shows; the card has all.
_LANGUAGES = (
    "persian", "arabic", "urdu", "pashto", "sorani", "south_azeri", "foreign", "finglish",
)  # fmt: skip


class CardError(ValueError):
    """The card cannot be written; the message says what is missing."""


def render_card(manifest: Mapping[str, Any]) -> str:
    """Return the model card.

    Parameters
    ----------
    manifest : mapping
        A model's manifest, as :func:`moderation.training.train.main_train` writes it.

    Returns
    -------
    str
        Markdown.
    """
    template = files("moderation.training").joinpath("card_template.md").read_text("utf-8")
    packages = manifest.get("packages", {})
    return Template(template).substitute(
        identity=manifest["identity"],
        format=manifest["format"],
        python=manifest.get("python", DASH),
        seed=manifest.get("seed", DASH),
        packages=", ".join(f"{name} {version}" for name, version in packages.items()) or DASH,
        data=_data(manifest.get("data", [])),
        licences=_licences(manifest),
        figures=_figures(manifest.get("metrics", {})),
        steps=_steps(),
    )


def write_card(model: Model) -> Path:
    """Write the card beside the model, as ``README.md``, and return its path."""
    path = model.path / "README.md"
    path.write_text(render_card(model.manifest), encoding="utf-8")
    return path


def render_summary(manifest: Mapping[str, Any]) -> str:
    """Return the figures that the project's README shows, as Markdown."""
    metrics = manifest.get("metrics", {})
    abuse = metrics.get("abuse", {})
    parts = [f"Model `{manifest['identity']}`, measured as its card says."]
    if abuse:
        parts += [abuse_table(abuse, brief=True), _TEXTS]
    rows = [*_language_rows(metrics), *_spam_rows(metrics), *_relevance_rows(metrics)]
    if rows:
        parts.append(table(("rule", "texts", "n", "held for review", "AUC"), rows))
    if not abuse and not rows:
        parts.append("The manifest holds no figures: this model was not made by `make train`.")
    return "\n\n".join(parts)


def update_readme(path: Path, manifest: Mapping[str, Any]) -> None:
    """Rewrite the part of a README that holds figures.

    Parameters
    ----------
    path : Path
        The README; the part stands between two comments, `START` and `END`.
    manifest : mapping
        A model's manifest.

    Raises
    ------
    CardError
        When the comments are not there once each, in order.
    """
    text = path.read_text(encoding="utf-8")
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end or START in rest or END in after:
        raise CardError(f"{path}: must hold {START!r} and then {END!r}, once each")
    written = f"{before}{START}\n{render_summary(manifest)}\n{END}{after}"
    path.write_text(written, encoding="utf-8")


# -- data ---------------------------------------------------------------------


def _data(records: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (
            f"`{record['name']}`",
            str(record.get("origin", DASH)),
            ", ".join(_reader(rule) for rule in record.get("rules", ())) or DASH,
            number(record.get("rows")),
            _licence(record),
            f"`{record['file']}`" if record.get("file") else DASH,
            f"`{str(record['sha256'])[:12]}`" if record.get("sha256") else DASH,
        )
        for record in records
    ]
    heads = ("source", "what", "read by", "rows", "licence", "file", "SHA-256 begins")
    return table(heads, rows) if rows else "The manifest names none."


def _licence(record: Mapping[str, Any]) -> str:
    licence = str(record.get("licence", ""))
    if not licence or licence in _MISSING:
        return f"**{_MISSING[0]}**"
    flagged = any(mark in licence for mark in (*_MISSING, *_NON_COMMERCIAL, _COPYLEFT))
    return f"**{licence}**" if flagged else licence


def _reader(rule: str) -> str:
    return rule if rule in _NO_RULES else f"`{rule}`"


def _forbids(licence: str) -> bool:
    return any(mark in licence for mark in _NON_COMMERCIAL)


def _in_part(records: Sequence[Mapping[str, Any]], marks: Sequence[str]) -> str:
    """Name the records whose licence holds a mark; those with other licences too as such."""
    said = []
    for record in records:
        licence = str(record.get("licence", ""))
        if any(mark in licence for mark in marks) or not licence:
            whole = not licence or licence in marks
            said.append(f"`{record['name']}`" + ("" if whole else " (in part)"))
    return ", ".join(said)


def _licences(manifest: Mapping[str, Any]) -> str:
    records = manifest.get("data", [])
    missing = _in_part(records, _MISSING)
    copyleft = _in_part([r for r in records if r.get("licence")], (_COPYLEFT, "GPL-3.0"))
    forbidden = [r for r in records if _forbids(str(r.get("licence", "")))]
    needed = [r for r in records if r.get("needed_by")]
    free = [r for r in records if not r.get("needed_by")]
    parts = []
    if missing:
        parts.append(
            f"**No licence is stated for** {missing}. Their texts are public, but "
            "nobody has said in writing what they may be used for."
        )
    if forbidden:
        named = ", ".join(f"`{record['name']}` ({record['licence']})" for record in forbidden)
        parts.append(f"**Commercial use is forbidden by the licence of** {named}.")
    if copyleft:
        parts.append(f"**The GPL is the licence of** {copyleft}.")
    if missing or forbidden or copyleft:
        parts.append(
            "Whether weights learnt from such texts fall under these terms is not settled. A "
            "source can be left out of training, and is then read by no rule: `moderation train "
            f"--without {(forbidden or free or records)[0]['name']}`, repeated for each."
        )
    if needed:
        named = ", ".join(f"`{r['name']}` (`{r['needed_by']}`)" for r in needed)
        parts.append(f"Only these cannot be left out, since a rule rests on them: {named}.")
    left_out = manifest.get("without", [])
    if left_out:
        parts.append("This model was trained **without** " + _names(left_out) + ".")
    elif records:
        parts.append("This model was trained with all of them.")
    return "\n\n".join(parts)


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


# -- figures ------------------------------------------------------------------


def _figures(metrics: Mapping[str, Any]) -> str:
    parts: list[str] = []
    for name, value in metrics.items():
        parts.append(f"### {_TITLES.get(name, words(name))}")
        if name == "abuse":
            parts += [abuse_table(value), _TEXTS, *reliability(value)]
        else:
            parts += tables(value, "")
    return "\n\n".join(parts) or "The manifest holds no figures."


def _steps() -> str:
    """Return what each step of building gave, as it was recorded."""
    lines = files("moderation.training").joinpath("steps.tsv").read_text("utf-8").splitlines()
    heads, *rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return table(heads, rows)


# -- the README's short table -----------------------------------------------------


def _language_rows(metrics: Mapping[str, Any]) -> list[Cells]:
    rows: list[Cells] = []
    for name, figures in metrics.get("language", {}).items():
        class_, _, kind = name.partition(", ")
        shown = class_ in _LANGUAGES and kind.startswith(("comment", "sentence"))
        if shown and isinstance(figures, Mapping):
            cells = (number(figures.get("n")), number(figures.get("held")), DASH)
            rows.append(("`language`", words(name), *cells))
    return rows


def _spam_rows(metrics: Mapping[str, Any]) -> list[Cells]:
    held = metrics.get("spam", {}).get("held", {})
    return [
        (
            "`spam`",
            f"{words(kind)}, {words(source)}",
            number(figures.get("n")),
            number(figures.get("held")),
            DASH,
        )
        for kind, by_source in held.items()
        for source, figures in by_source.items()
    ]


def _relevance_rows(metrics: Mapping[str, Any]) -> list[Cells]:
    rows: list[Cells] = []
    for name, figures in metrics.get("relevance", {}).items():
        if not isinstance(figures, Mapping):
            continue
        for side, said in (("own", "under their own item"), ("other", "under another")):
            if f"n_{side}" in figures:
                n, held = figures[f"n_{side}"], figures.get(f"{side}_held")
                auc = number(figures.get("auc"))
                text = f"{words(name)}, {said}"
                rows.append(("`off_topic`", text, number(n), number(held), auc))
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the card again, and with ``--readme`` the README's figures; return an exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m moderation.training.card",
        description="Write a model's card, and the README's figures, from its manifest.",
    )
    parser.add_argument("--model", type=Path, metavar="DIR", help="another than the shipped one")
    parser.add_argument(
        "--readme", type=Path, nargs="?", const=Path("README.md"), metavar="FILE",
        help="also rewrite the figures in FILE (README.md)",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    model = load_model(options.model)
    print(f"{write_card(model)}: written")
    if options.readme is not None:
        update_readme(options.readme, model.manifest)
        print(f"{options.readme}: figures written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
