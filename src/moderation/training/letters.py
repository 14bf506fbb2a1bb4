"""Write `text/letters.tsv`: what the installed hazm makes of every Arabic-script letter."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

__all__ = ["hazm_letters", "main"]

_HEADER = """\
# What hazm's Normalizer makes of each code point that it maps to a letter: target, TAB,
# hexadecimal source code points (Arabic and its supplements; presentation forms follow
# Unicode's NFKC). The same in hazm 0.10 and 0.12: tests/text/test_letters.py compares it
# with the installed one. Written by `python -m moderation.training.letters`.
"""


def hazm_letters() -> dict[str, list[int]]:
    """Return hazm's letter map as target letter to source code points."""
    from hazm import Normalizer

    # seperate_mi has to stay on: hazm 0.10 fails without it.
    normalizer = Normalizer(correct_spacing=False)
    sources: dict[str, list[int]] = defaultdict(list)
    for point in range(0x0600, 0x0900):
        letter = chr(point)
        target = normalizer.normalize(letter)
        if target != letter and target.isalpha():
            sources[target].append(point)
    return dict(sorted(sources.items()))


def main(path: Path) -> None:
    """Write the table to `path`."""
    lines = (
        f"{target}\t{' '.join(f'{point:04X}' for point in points)}\n"
        for target, points in hazm_letters().items()
    )
    path.write_text(_HEADER + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(__file__).parents[1] / "text" / "letters.tsv")
