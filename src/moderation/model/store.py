"""The stored model: arrays and a manifest, verified before use and memory-mapped.

Nothing is unpickled, so a model file cannot run code and a scikit-learn upgrade breaks
nothing. Every array is one ``.npy`` file named ``group.name.npy``; ``manifest.json`` names
them with their SHA-256, and says what the model was trained on and how well it does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["FORMAT", "Model", "ModelError", "default_model_path", "load_model", "save_model"]

#: Version of the layout; a higher one cannot be read by this package.
FORMAT = 1
_MANIFEST = "manifest.json"
Arrays = Mapping[str, npt.NDArray[Any]]


class ModelError(ValueError):
    """The model cannot be used; the message names the file and what is wrong with it."""


@dataclass(frozen=True)
class Model:
    """A loaded model.

    Attributes
    ----------
    path : Path
        Its directory.
    groups : dict of str to dict of str to ndarray
        The arrays, read-only and memory-mapped, by group and name.
    manifest : dict
        The manifest as stored.
    """

    path: Path
    groups: dict[str, dict[str, npt.NDArray[Any]]]
    manifest: dict[str, Any]

    @property
    def identity(self) -> str:
        """Name, version and a digest of all arrays: what a verdict says judged it."""
        return str(self.manifest["identity"])


def default_model_path() -> Path:
    """Return where the shipped model lies: in the wheel, or in the checkout."""
    packaged = Path(__file__).parents[1] / "_model"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "models" / "default"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save_model(
    path: Path, groups: Mapping[str, Arrays], *, name: str, about: Mapping[str, Any]
) -> Model:
    """Write a model.

    Parameters
    ----------
    path : Path
        Directory to write into; array files of an earlier model there are removed.
    groups : mapping of str to mapping of str to ndarray
        The arrays; no object arrays.
    name : str
        First part of the identity.
    about : mapping
        What else the manifest says (settings, data, metrics); JSON values.

    Returns
    -------
    Model
        The model as loaded again from `path`.
    """
    path.mkdir(parents=True, exist_ok=True)
    for old in path.glob("*.npy"):
        old.unlink()
    files: dict[str, str] = {}
    for group, arrays in sorted(groups.items()):
        for array_name, array in sorted(arrays.items()):
            file = path / f"{group}.{array_name}.npy"
            np.save(file, np.ascontiguousarray(array), allow_pickle=False)
            files[file.name] = _digest(file)
    whole = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    manifest = {"format": FORMAT, "identity": f"{name}-{whole[:12]}", **about, "files": files}
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (path / _MANIFEST).write_text(text + "\n", encoding="utf-8")
    return load_model(path)


def load_model(path: str | Path | None = None) -> Model:
    """Verify and load a model.

    Parameters
    ----------
    path : str or Path, optional
        Its directory; the shipped model by default.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        When the directory is no model, was changed, or is of a newer format.
    """
    folder = Path(path) if path is not None else default_model_path()
    manifest = _read_manifest(folder)
    groups: dict[str, dict[str, npt.NDArray[Any]]] = {}
    for file_name, digest in manifest["files"].items():
        file = folder / file_name
        if "/" in file_name or "\\" in file_name or file_name.count(".") != 2:
            raise ModelError(f"{folder / _MANIFEST}: files: bad file name {file_name!r}")
        if not file.is_file():
            raise ModelError(f"{file}: missing, though {_MANIFEST} names it")
        if _digest(file) != digest:
            raise ModelError(f"{file}: SHA-256 differs from {_MANIFEST}: the file was changed")
        group, name, _ = file_name.split(".")
        try:
            # Not np.load: that would open a zip archive or a pickle as well.
            # A plain view of the mapped file: indexing a memmap object is slow.
            array = np.lib.format.open_memmap(file, mode="r").view(np.ndarray)
        except (EOFError, OSError, ValueError) as error:
            raise ModelError(f"{file}: not an array: {error}") from error
        groups.setdefault(group, {})[name] = array
    return Model(folder, groups, manifest)


def _read_manifest(folder: Path) -> dict[str, Any]:
    file = folder / _MANIFEST
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such model directory")
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{folder}: no {_MANIFEST}: not a model directory") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{file}: cannot be read: {error}") from error
    version = manifest.get("format") if isinstance(manifest, dict) else None
    if type(version) is not int or version < 1:  # true is an int, too
        raise ModelError(f"{file}: format: missing or not a number")
    if manifest["format"] > FORMAT:
        raise ModelError(
            f"{file}: format {manifest['format']} is newer than this version of moderation "
            f"reads ({FORMAT}); upgrade persian-moderation"
        )
    for field, kind in (("identity", str), ("files", dict)):
        if not isinstance(manifest.get(field), kind):
            raise ModelError(f"{file}: {field}: missing or of the wrong type")
    return manifest
