"""Puts the fake moderator in place in every Python the command-line tests start.

Python imports this module by itself at start-up when its folder is on ``PYTHONPATH``, so it
also reaches worker processes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).parents[2] / "batch"))

from fake_moderation import FakeModerator

module = ModuleType("moderation.moderator")
module.Moderator = FakeModerator  # type: ignore[attr-defined]
sys.modules["moderation.moderator"] = module
