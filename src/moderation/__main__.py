"""``python -m moderation``: the same as the ``moderation`` command."""

from __future__ import annotations

import sys

from moderation.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
