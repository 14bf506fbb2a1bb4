"""``moderation evaluate``: measure a model on labelled comments."""

from __future__ import annotations

from pathlib import Path

import click

from moderation.cli.errors import Unusable, clear_errors

__all__ = ["evaluate"]

_PATH = click.Path(path_type=Path)


@click.command(short_help="Measure a model on labelled comments.")
@click.option(
    "--data", type=_PATH, required=True, metavar="PATH", help="A .jsonl file, or a folder of them."
)
@click.option("--articles", type=_PATH, metavar="FILE", help="News items as JSONL, by id.")
@click.option("--model", type=_PATH, metavar="DIR", help="Another model than the shipped one.")
@click.option("--policy", type=_PATH, metavar="FILE", help="The site's policy (see policy init).")
@click.option("--json", "json_path", type=_PATH, metavar="FILE", help="Also write it as JSON.")
def evaluate(
    data: Path,
    articles: Path | None,
    model: Path | None,
    policy: Path | None,
    json_path: Path | None,
) -> None:
    """Measure precision, recall, F1 and calibration of every rule on labelled comments.

    \b
    A row of a file names the rules that its comment breaks, or "ok":
      {"text": "متن دیدگاه", "labels": ["insult"]}
      {"text": "متن دیدگاه", "labels": ["ok"], "rules": ["off_topic"], "article_id": "n1"}

    Without "rules" a row counts as labelled for insult, accusation, hate, threat and spam. News
    items come by "article_id" from --articles, or whole as "article"; "reply_to" is the comment
    that is answered. Figures on comments that the model was trained on are no test, and marked.

    \b
    Example:
      moderation evaluate --data labelled/ --articles news.jsonl --json metrics.json

    Exit code: 0, 1 if a row could not be used, 2 if nothing could be done.
    """
    with clear_errors():
        from moderation.policy import Policy
        from moderation.training.evaluate import EvaluationError, format_table
        from moderation.training.evaluate import evaluate as measure

        site = None if policy is None else Policy.load(policy)
        try:
            report = measure(data, model=model, policy=site, articles=articles)
        except EvaluationError as error:
            _complain(error.problems[:-1])
            raise Unusable(error.problems[-1]) from error
        click.echo(format_table(report))
        if json_path is not None:
            from moderation.batch.writer import dump_json

            json_path.write_text(dump_json(report) + "\n", encoding="utf-8")
    if report["errors"]:
        _complain(report["errors"])
        click.get_current_context().exit(1)


def _complain(problems: list[str] | tuple[str, ...]) -> None:
    for problem in problems:
        click.echo(f"moderation: {problem}", err=True)
