"""The stored model: what is written is what is read, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moderation.model.store import (
    FORMAT,
    Model,
    ModelError,
    default_model_path,
    load_model,
    save_model,
)
from moderation.moderator import Moderator

GROUPS = {
    "words": {"weights": np.arange(12, dtype=np.float16).reshape(4, 3), "ids": np.arange(4)},
    "head": {"bias": np.array([0.5, -1.0], dtype=np.float32)},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_model(tmp_path / "m", GROUPS, name="test", about={"note": "سلام", "metrics": {"f1": 0.9}})
    return tmp_path / "m"


def change(folder: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    edit(manifest)
    path.write_text(json.dumps(manifest), "utf-8")


def test_round_trip(folder: Path) -> None:
    model = load_model(folder)
    assert set(model.groups) == set(GROUPS)
    for group, arrays in GROUPS.items():
        assert set(model.groups[group]) == set(arrays)
        for name, array in arrays.items():
            stored = model.groups[group][name]
            assert stored.dtype == array.dtype
            np.testing.assert_array_equal(stored, array)
    assert model.manifest["note"] == "سلام"
    assert model.manifest["metrics"] == {"f1": 0.9}
    assert model.manifest["format"] == FORMAT
    assert model.identity.startswith("test-")
    assert model.path == folder


def test_arrays_are_mapped_and_read_only(folder: Path) -> None:
    array = load_model(folder).groups["words"]["weights"]
    assert isinstance(array.base, np.memmap), "worker processes could not share it"
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 1


def test_identity_follows_the_arrays(folder: Path, tmp_path: Path) -> None:
    first = load_model(folder).identity
    same = save_model(tmp_path / "same", GROUPS, name="test", about={"note": "other"})
    assert same.identity == first
    other = {**GROUPS, "head": {"bias": np.array([0.5, -1.5], dtype=np.float32)}}
    assert save_model(tmp_path / "other", other, name="test", about={}).identity != first


def test_saving_again_leaves_no_old_file(folder: Path) -> None:
    save_model(folder, {"head": GROUPS["head"]}, name="test", about={})
    assert [path.name for path in folder.glob("*.npy")] == ["head.bias.npy"]


def test_object_arrays_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        save_model(tmp_path, {"g": {"a": np.array([{}])}}, name="x", about={})


def no_folder(folder: Path) -> None:
    folder.rename(folder.with_name("moved"))


def a_file_instead(folder: Path) -> None:
    no_folder(folder)
    folder.write_text("")


def no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def manifest_is_a_folder(folder: Path) -> None:
    no_manifest(folder)
    (folder / "manifest.json").mkdir()


def manifest(content: bytes) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / "manifest.json").write_bytes(content)

    return damage


def edited(edit: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    return lambda folder: change(folder, edit)


def missing_array(folder: Path) -> None:
    (folder / "head.bias.npy").unlink()


def one_bit(folder: Path) -> None:
    path = folder / "words.weights.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def cut_short(folder: Path) -> None:
    path = folder / "words.weights.npy"
    path.write_bytes(path.read_bytes()[:-5])


def resealed(content: bytes) -> Callable[[Path], None]:
    """Change an array and its digest in the manifest with it."""

    def damage(folder: Path) -> None:
        import hashlib

        (folder / "head.bias.npy").write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        change(folder, lambda m: m["files"].update({"head.bias.npy": digest}))

    return damage


def pickled(folder: Path) -> None:
    import io

    buffer = io.BytesIO()
    np.save(buffer, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    resealed(buffer.getvalue())(folder)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (no_folder, r"m: no such model directory"),
        (a_file_instead, r"m: no such model directory"),
        (no_manifest, r"m: no manifest\.json: not a model directory"),
        (manifest_is_a_folder, r"manifest\.json: cannot be read"),
        (manifest(b""), r"manifest\.json: cannot be read"),
        (manifest(b"{"), r"manifest\.json: cannot be read"),
        (manifest(b"\xff\xfe"), r"manifest\.json: cannot be read"),
        (manifest(b"[" * 200_000), r"manifest\.json: cannot be read"),
        (manifest(b"[]"), r"manifest\.json: format: missing"),
        (manifest(b"null"), r"manifest\.json: format: missing"),
        (manifest(b"{}"), r"manifest\.json: format: missing"),
        (manifest(b'{"format": "1"}'), r"manifest\.json: format: missing or not a number"),
        (edited(lambda m: m.update(format=FORMAT + 1)), r"format 2 is newer .* upgrade"),
        (edited(lambda m: m.update(format=0)), r"format"),
        (edited(lambda m: m.update(format=True)), r"format"),
        (edited(lambda m: m.pop("identity")), r"identity: missing or of the wrong type"),
        (edited(lambda m: m.update(identity=7)), r"identity: missing or of the wrong type"),
        (edited(lambda m: m.pop("files")), r"files: missing or of the wrong type"),
        (edited(lambda m: m.update(files=[])), r"files: missing or of the wrong type"),
        (edited(lambda m: m["files"].update({"../x.y.npy": "0"})), r"bad file name"),
        (edited(lambda m: m["files"].update({"a/b.c.npy": "0"})), r"bad file name"),
        (edited(lambda m: m["files"].update({"a\\b.c.npy": "0"})), r"bad file name"),
        (edited(lambda m: m["files"].update({"plain.npy": "0"})), r"bad file name"),
        (edited(lambda m: m["files"].update({"a.b.c.npy": "0"})), r"bad file name"),
        (edited(lambda m: m["files"].update({"a.b\x00.npy": "0"})), r"bad file name|missing"),
        (edited(lambda m: m["files"].update({"head.bias.npy": 5})), r"SHA-256 differs"),
        (edited(lambda m: m["files"].update({"new.one.npy": "0"})), r"new\.one\.npy: missing"),
        (missing_array, r"head\.bias\.npy: missing, though manifest\.json names it"),
        (one_bit, r"words\.weights\.npy: SHA-256 differs"),
        (cut_short, r"words\.weights\.npy: SHA-256 differs"),
        (resealed(b""), r"head\.bias\.npy: not an array"),
        (resealed(b"not an array"), r"head\.bias\.npy: not an array"),
        (resealed(b"PK\x03\x04"), r"head\.bias\.npy: not an array"),
        (pickled, r"head\.bias\.npy: not an array"),
    ],
)
def test_damage_is_named(folder: Path, damage: Callable[[Path], None], message: str) -> None:
    damage(folder)
    with pytest.raises(ModelError, match=message) as raised:
        load_model(folder)
    assert "\n" not in str(raised.value)


def test_a_model_of_other_rules_is_refused(folder: Path) -> None:
    """Whole and unchanged, but trained with other word lists."""
    with pytest.raises(ModelError, match="other word lists"):
        Moderator(folder)


def test_a_model_that_lacks_a_rule(model: Model, tmp_path: Path) -> None:
    groups = {name: arrays for name, arrays in model.groups.items() if name != "spam"}
    about = {"lexicon": model.manifest["lexicon"]}
    save_model(tmp_path / "m", groups, name="test", about=about)
    with pytest.raises(ModelError, match="'spam'"):
        Moderator(tmp_path / "m")


def test_a_model_of_other_shapes(model: Model, tmp_path: Path) -> None:
    """A model made for other features is refused at once, not at the first comment."""
    groups = {name: dict(arrays) for name, arrays in model.groups.items()}
    groups["network"] = {name: array[..., :-1] for name, array in groups["network"].items()}
    about = {"lexicon": model.manifest["lexicon"]}
    save_model(tmp_path / "m", groups, name="test", about=about)
    with pytest.raises(ModelError, match=r"network|does not fit"):
        Moderator(tmp_path / "m")


def test_default_model_path() -> None:
    assert default_model_path().name in ("default", "_model")
