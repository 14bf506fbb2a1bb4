"""``moderation train``: fit a model on a folder of corpora."""

from __future__ import annotations

from pathlib import Path

import click

from moderation.cli.errors import clear_errors

__all__ = ["train"]

_PATH = click.Path(path_type=Path)


@click.command()
@click.option("--data", type=_PATH, required=True, metavar="DIR", help="The corpora.")
@click.option("--output", type=_PATH, required=True, metavar="DIR", help="Where the model goes.")
@click.option("--without", multiple=True, metavar="NAME", help="Leave a corpus out (repeatable).")
@click.option("--seed", type=int, default=0, metavar="N", help="Fixes every random choice.")
def train(data: Path, output: Path, without: tuple[str, ...], seed: int) -> None:
    """Fit a model on the corpora in a folder.

    \b
    Example:
      moderation train --data corpora/ --output my-model/
      moderation classify --model my-model/ "متن دیدگاه"
    """
    with clear_errors():
        from moderation.training.train import main_train

        main_train(data, output, without=list(without), seed=seed, say=click.echo)
    click.echo(f"{output}: written")
