"""Shared by the tests of files: the fake moderator is importable, also in worker processes."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
