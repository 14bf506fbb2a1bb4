"""Write the model as a scikit-learn pipeline with joblib, for work in scikit-learn itself.

**Loading a joblib file can run any code that its writer put there.** Load only what you
wrote yourself. Nothing else in this package ever loads one: classifying reads the stored
model (:mod:`moderation.model.store`), which is data and nothing else.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import joblib

from moderation.model.store import load_model
from moderation.training.pipeline import build_pipeline

__all__ = ["export"]

_COMPRESSION = 3


def export(output: Path, model: Path | None = None) -> None:
    """Write the abuse rules of a stored model as a scikit-learn pipeline.

    To use it, the reader needs this package in the same version, as its classes are in the
    file: ``joblib.load(output).predict_proba(["…"])``. Loading such a file can run code.

    Parameters
    ----------
    output : Path
        The file; it appears under this name only when it is whole.
    model : Path, optional
        A model directory; the shipped model by default.

    Raises
    ------
    ModelError
        When the model cannot be used.
    OSError
        When the file cannot be written.
    """
    pipeline = build_pipeline(load_model(model))
    target = Path(os.path.realpath(output))  # a link stays a link
    if target.is_dir():
        raise IsADirectoryError(21, "is a directory, not a file", str(output))
    if not target.parent.is_dir():
        raise FileNotFoundError(2, "no such folder", str(target.parent))
    # A folder, not a file of its own: what is written in it gets the usual permissions.
    with tempfile.TemporaryDirectory(prefix=f".{target.name[:100]}.", dir=target.parent) as folder:
        whole = Path(folder) / "pipeline"
        joblib.dump(pipeline, whole, compress=_COMPRESSION)
        if target.exists():
            with suppress(OSError):
                whole.chmod(target.stat().st_mode & 0o777)
        os.replace(whole, target)
