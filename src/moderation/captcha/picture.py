"""The question as a picture, by matplotlib. Needs the extra ``[image]``.

The outlines of the signs are drawn, not the signs, bent a little and struck through: a
program has to look instead of read. One that looks can read it all the same.
"""

from __future__ import annotations

import io
import math
from secrets import SystemRandom
from typing import Any

from moderation.captcha.checker import Challenge

__all__ = ["png", "svg"]

_FONT = "DejaVu Sans"  # comes with matplotlib and has Persian digits
_SIZE = 30  # points
_DOTS = 144  # per inch, of a PNG
_BEND, _TILT, _MARGIN = 2.5, 0.05, 8.0  # points, radians, points


def svg(challenge: Challenge) -> str:
    """Return the question as an SVG picture.

    Parameters
    ----------
    challenge : Challenge
        With a numeric question.

    Raises
    ------
    ValueError
        If its question is not numeric.
    ImportError
        If matplotlib is not installed.
    """
    return _draw(challenge, "svg").decode("utf-8")


def png(challenge: Challenge) -> bytes:
    """Return the question as a PNG picture; see :func:`svg`."""
    return _draw(challenge, "png")


def _draw(challenge: Challenge, form: str) -> bytes:
    if not challenge.numeric:
        raise ValueError(f"a question of the kind {challenge.kind!r} has no picture")
    try:
        from matplotlib.figure import Figure
        from matplotlib.font_manager import FontProperties
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path
        from matplotlib.textpath import TextPath
    except ImportError:
        raise ImportError(
            "a picture needs the extra [image]: pip install 'persian-moderation[image]'"
        ) from None
    random = SystemRandom()
    plain = challenge.question.replace("$", r"\$")  # which begins a formula
    text = TextPath((0, 0), plain, _SIZE, prop=FontProperties(family=_FONT))
    outline = Path(_bend(text.vertices, random), text.codes)
    box = outline.get_extents()
    width, height = box.width + 2 * _MARGIN, box.height + 2 * _MARGIN
    figure = Figure(figsize=(width / 72, height / 72))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(box.x0 - _MARGIN, box.x1 + _MARGIN)
    axes.set_ylim(box.y0 - _MARGIN, box.y1 + _MARGIN)
    axes.add_patch(PathPatch(outline, color="black", linewidth=0))
    ends = [random.uniform(box.y0, box.y1) for _ in range(2)]
    axes.plot([box.x0, box.x1], ends, color="black", linewidth=0.8)
    out = io.BytesIO()
    figure.savefig(out, format=form, dpi=_DOTS, metadata={"Date": None} if form == "svg" else None)
    return out.getvalue()


def _bend(vertices: Any, random: SystemRandom) -> Any:
    """Tilt the outline, and bend it by a wave."""
    import numpy as np

    x, y = vertices[:, 0], vertices[:, 1]
    phase, tilt = random.uniform(0, 2 * math.pi), random.uniform(-_TILT, _TILT)
    wave = _BEND * np.sin(phase + x / (1.5 * _SIZE) * math.pi)
    return np.stack([x - tilt * y, y + tilt * x + wave], axis=1)
