"""What is loaded when: nothing heavy before it is used."""

from __future__ import annotations

import json
from pathlib import Path

HEAVY = ("numpy", "hazm", "sklearn", "scipy", "pyarrow", "joblib", "langdetect", "trafilatura")

_SAY = "\nimport json, sys\nprint(json.dumps(sorted(m for m in sys.modules if '.' not in m)))"


def loaded(python, code: str, *arguments: str) -> set[str]:
    process = python(code + _SAY, *arguments)
    assert process.returncode == 0, process.stderr
    return set(json.loads(process.stdout.splitlines()[-1]))


def test_the_package_alone(python) -> None:
    modules = loaded(python, "import moderation")
    assert "moderation" in modules
    assert not modules & set(HEAVY)


def test_types_and_policies(python) -> None:
    code = "from moderation import Article, Comment, Policy\nPolicy.default()"
    assert not loaded(python, code) & set(HEAVY)


def test_the_command_line(python) -> None:
    assert not loaded(python, "import moderation.cli.main") & set(HEAVY)


def test_classifying(python, model_path: Path) -> None:
    code = """
import sys
from moderation import Article, Moderator
moderator = Moderator(sys.argv[1])
texts = ["شهردار بی‌شعور رشوه گرفت", "پارک خوب است", "ا.ح.م.ق", "این ویب سائٹ اچھی ہے", ""]
moderator.classify_batch(texts, Article("پارک", "پارک باز شد", "پارک محله باز شد"))
"""
    modules = loaded(python, code, str(model_path))
    assert "numpy" in modules
    assert not modules & (set(HEAVY) - {"numpy", "langdetect"})


def test_every_module_imports_alone(python) -> None:
    """No module leans on another having been imported before it."""
    import moderation

    folder = Path(moderation.__file__).parent
    names = []
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        if parts[-1] not in ("__init__", "__main__"):
            names.append(".".join(parts))
    code = """
import importlib, sys
for name in sys.argv[1:]:
    for known in [m for m in sys.modules if m.split('.')[0] == 'moderation']:
        del sys.modules[known]
    importlib.import_module(name)
"""
    process = python(code, *names)
    assert process.returncode == 0, process.stderr
