"""Measure a model on labelled comments: every rule's figures at a policy's thresholds.

A row is ``{"text", "labels"}`` with optional ``rules``, ``article`` or ``article_id``, and
``reply_to``. ``labels`` names the rules that the comment breaks (``["ok"]`` or ``[]``: none);
``rules`` names those it was labelled for, because a comment that nobody read for adverts is
no evidence about adverts either way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from moderation.article.files import load_articles
from moderation.batch.rows import is_key, kind_of
from moderation.model.store import load_model
from moderation.moderator import Moderator
from moderation.policy import Policy
from moderation.rules.abuse import ABUSE_RULES
from moderation.training.metrics import format_table, rule_report
from moderation.types import Article, Comment, Decision, Rule, Verdict

__all__ = ["DEFAULT_RULES", "EvaluationError", "evaluate", "format_table"]

#: What a row without ``rules`` is labelled for: all that a comment alone can tell, but language.
DEFAULT_RULES: tuple[Rule, ...] = (*ABUSE_RULES, Rule.SPAM)
_CLEAN = "ok"
_RULES = {rule.value: rule for rule in Rule}
_ARTICLE_TEXTS = ("title", "lead", "body", "category")


class EvaluationError(ValueError):
    """Labelled comments that cannot be used; the message names file, line and field.

    Attributes
    ----------
    problems : tuple of str
        Every problem found, in the order of the files.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Row(NamedTuple):
    comment: Comment
    article: Article | None
    broken: frozenset[Rule]
    rules: tuple[Rule, ...]


class _Tally:
    """Labels and scores by rule, and decisions, as the comments pass."""

    def __init__(self) -> None:
        self._labels: dict[Rule, list[int]] = {rule: [] for rule in Rule}
        self._scores: dict[Rule, list[float]] = {rule: [] for rule in Rule}
        self._unscored = dict.fromkeys(Rule, 0)
        kinds = ("all", "clean", "breaking")
        self.decisions = {kind: {d.value: 0 for d in Decision} for kind in kinds}

    def add(self, row: _Row, verdict: Verdict) -> None:
        for kind in ("all", "breaking" if row.broken else "clean"):
            self.decisions[kind][verdict.decision.value] += 1
        for rule in row.rules:
            score = verdict.scores.get(rule)
            if score is None:
                self._unscored[rule] += 1
            else:
                self._labels[rule].append(int(rule in row.broken))
                self._scores[rule].append(score)

    def reports(self, policy: Policy) -> dict[str, dict[str, Any]]:
        """Return the reports of all rules that any comment was labelled for."""
        reports = {}
        for rule, labels in self._labels.items():
            if not labels and not self._unscored[rule]:
                continue
            review, reject = policy.rules[rule].thresholds()
            figures = rule_report(
                np.array(labels, np.int64), np.array(self._scores[rule]), review, reject
            )
            reports[rule.value] = {**figures, "unscored": self._unscored[rule]}
        return reports


def evaluate(
    data: Path,
    model: Path | None = None,
    policy: Policy | None = None,
    *,
    articles: Path | None = None,
) -> dict[str, Any]:
    """Classify labelled comments and measure every rule on them.

    Parameters
    ----------
    data : Path
        A JSONL file, or a directory whose ``*.jsonl`` files are read. Rows as the module
        says; a first row with ``about`` in it is a header.
    model : Path, optional
        A model directory; the shipped model by default.
    policy : Policy, optional
        Its thresholds are measured; those of single reasons count in decisions alone.
    articles : Path, optional
        JSONL of the news items that rows name by ``article_id``.

    Returns
    -------
    dict
        JSON values: ``model`` and ``policy`` (identities), ``files`` (``file``, ``sha256``,
        ``n``), ``n``, ``rules`` (:func:`moderation.training.metrics.rule_report` of each, with
        ``unscored``: comments that gave the rule nothing to go on), ``decisions`` (of ``all``
        comments, of those labelled ``clean`` and those ``breaking`` a rule), ``warnings`` (why
        these figures may be no test) and ``errors`` (rows that could not be used).

    Raises
    ------
    EvaluationError
        When not one row could be used.
    ArticleError, ModelError
        When the items or the model cannot be used.
    """
    paths = _files(Path(data))
    items = load_articles(articles) if articles is not None else {}
    stored = load_model(model)
    moderator = Moderator(stored, policy)
    tally = _Tally()
    files: list[dict[str, Any]] = []
    errors: list[str] = []
    for path in paths:
        try:
            raw = path.read_bytes()
        except OSError as error:
            errors.append(f"{path}: cannot be read: {error.strerror or error}")
            continue
        found = list(_rows(raw, path, items))
        errors += [row for row in found if isinstance(row, str)]
        rows = [row for row in found if not isinstance(row, str)]
        verdicts = moderator.classify_stream((row.comment, row.article) for row in rows)
        for row, verdict in zip(rows, verdicts):
            tally.add(row, verdict)
        digest = hashlib.sha256(raw).hexdigest()
        files.append({"file": str(path), "sha256": digest, "n": len(rows)})
    n = sum(file["n"] for file in files)
    if not n:
        raise EvaluationError(*(errors or [f"{data}: holds no labelled comments"]))
    return {
        "model": moderator.model_id,
        "policy": moderator.policy.identity,
        "files": files,
        "n": n,
        "rules": tally.reports(moderator.policy),
        "decisions": tally.decisions,
        "warnings": _warnings(files, stored.manifest),
        "errors": errors,
    }


def _files(data: Path) -> list[Path]:
    if not data.is_dir():
        return [data]
    found = sorted(path for path in data.glob("*.jsonl") if path.is_file())
    if not found:
        raise EvaluationError(f"{data}: holds no .jsonl files")
    return found


def _warnings(files: Sequence[Mapping[str, Any]], manifest: Mapping[str, Any]) -> list[str]:
    """Tell which files the model was trained on: figures on those test nothing."""
    data = manifest.get("data")
    if not isinstance(data, list):
        return ["the model does not say what it was trained on, so these figures may be no test"]
    sources = [source for source in data if isinstance(source, dict)]
    warnings = []
    for file in files:
        place = Path(file["file"]).resolve().as_posix()
        for source in sources:
            known = str(source.get("file") or "")
            name = source.get("name") or known
            if source.get("sha256") == file["sha256"]:
                said = f"was trained on this file ({name}): these figures are no test"
            # With its folder: a bare «comments.jsonl» would mean any file of that name.
            elif "/" in known and place.endswith(f"/{known}"):
                said = f"was trained on another version of it ({name}): this may be no test"
            else:
                continue
            warnings.append(f"{file['file']}: the model {said}")
            break
    return warnings


def _rows(raw: bytes, path: Path, items: Mapping[str, Article]) -> Iterator[_Row | str]:
    """Yield the rows of a file; for one that cannot be used, what is wrong with it."""
    # Not splitlines: JSON strings may hold U+2028 and other breaks as they are.
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = _row(_parse(line), items)
        except ValueError as error:
            yield f"{path}:{number}: {error}"
            continue
        if row is not None:
            yield row


def _parse(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8"), strict=False)
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 text (byte {error.start + 1} of the line)") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} (column {error.colno})") from error
    except RecursionError as error:
        raise ValueError("is not JSON that can be read: nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError(f"must be an object with text and labels, not {kind_of(value)}")
    return value


def _row(value: Mapping[str, Any], items: Mapping[str, Article]) -> _Row | None:
    """Check one row; ``None`` for the header that tells about a file."""
    if "about" in value and "text" not in value:
        return None
    text, reply_to = value.get("text"), value.get("reply_to")
    if not isinstance(text, str):
        raise _wrong("text", "text", value)
    if not (reply_to is None or isinstance(reply_to, str)):
        raise _wrong("reply_to", "text", value)
    names = _names(value, "labels")
    broken = _known_rules("labels", [name for name in names if name != _CLEAN])
    if _CLEAN in names and broken:
        raise ValueError(f"labels: has both {_CLEAN!r} and {broken[0].value!r}")
    rules = DEFAULT_RULES
    if value.get("rules") is not None:
        rules = _known_rules("rules", _names(value, "rules"))
        if not rules:
            raise ValueError("rules: names no rule")
    for rule in sorted(set(broken).difference(rules)):
        raise ValueError(
            f"labels: {rule.value!r} is not among the rules this row is labelled for "
            f"({', '.join(r.value for r in rules)}); name them all in 'rules'"
        )
    comment = Comment(text, reply_to=reply_to or None)
    return _Row(comment, _item(value, items), frozenset(broken), rules)


def _wrong(field: str, wanted: str, value: Mapping[str, Any]) -> ValueError:
    found = f"not {kind_of(value[field])}" if field in value else "but is missing"
    return ValueError(f"{field}: must be {wanted}, {found}")


def _names(value: Mapping[str, Any], field: str) -> list[str]:
    names = value.get(field)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _wrong(field, "a list of rule names", value)
    return names


def _known_rules(field: str, names: Sequence[str]) -> tuple[Rule, ...]:
    for name in names:
        if name not in _RULES:
            raise ValueError(f"{field}: no rule is named {name!r} (known: {', '.join(_RULES)})")
    return tuple(dict.fromkeys(_RULES[name] for name in names))


def _item(value: Mapping[str, Any], items: Mapping[str, Article]) -> Article | None:
    article, key = value.get("article"), value.get("article_id")
    if article is not None and key is not None:
        raise ValueError("article: stands beside 'article_id'; give one of them")
    if key is not None:
        if not is_key(key):
            raise _wrong("article_id", "text or a number", value)
        if str(key) not in items:
            raise ValueError(f"article_id: no news item has the id {key!r}")
        return items[str(key)]
    if article is None:
        return None
    if not isinstance(article, dict):
        raise _wrong("article", "an object with title, lead, body", value)
    return _article(article)


def _article(fields: Mapping[str, Any]) -> Article:
    texts: dict[str, str] = {}
    for name in _ARTICLE_TEXTS:
        text = fields.get(name)
        if not (text is None or isinstance(text, str)):
            raise ValueError(f"article.{name}: must be text, not {kind_of(text)}")
        texts[name] = text or ""
    tags = fields.get("tags") or []
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise ValueError("article.tags: must be a list of texts")
    return Article(tags=tuple(tags), **texts)
