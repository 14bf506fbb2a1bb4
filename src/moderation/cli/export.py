"""``moderation export``: the model as a scikit-learn pipeline."""

from __future__ import annotations

from pathlib import Path

import click

from moderation.cli.errors import clear_errors

__all__ = ["export"]

_PATH = click.Path(path_type=Path)


@click.command(short_help="Write the model as a scikit-learn pipeline.")
@click.option("--output", type=_PATH, required=True, metavar="FILE", help="The .joblib file.")
@click.option("--model", type=_PATH, metavar="DIR", help="Another model than the shipped one.")
def export(output: Path, model: Path | None) -> None:
    """Write the model's abuse rules as a scikit-learn pipeline, stored with joblib.

    For work in scikit-learn itself: the pipeline takes comments and gives the probabilities of
    insult, accusation, hate and threat, as the model scores them without a site's policy.

    LOADING A JOBLIB FILE CAN RUN CODE. Load only what you wrote yourself; no other command here
    ever loads one.

    \b
    Example:
      moderation export --output model.joblib
      python -c "import joblib; print(joblib.load('model.joblib').predict_proba(['متن']))"
    """
    with clear_errors():
        from moderation.training.export import export as write

        write(output, model=model)
    click.echo(f"{output}: written")
