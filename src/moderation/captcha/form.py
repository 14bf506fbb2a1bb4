"""The question as a piece of a form: labelled, right to left, and fit for a screen reader."""

from __future__ import annotations

import base64
from html import escape

from moderation.captcha.checker import Challenge
from moderation.captcha.numerals import LONGEST
from moderation.captcha.wording import wording

__all__ = ["html"]

# Out of sight but read out; what is hidden from display is hidden from screen readers, too.
_UNSEEN = (
    "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap"
)


def html(challenge: Challenge, *, name: str = "captcha", picture: str | None = None) -> str:
    """Return a fieldset to put into a form.

    It sends ``<name>_answer`` and ``<name>_token``.

    Parameters
    ----------
    challenge : Challenge
    name : str
        Begins the names and ids of its fields.
    picture : str, optional
        An SVG picture to show instead of the text, such as
        :func:`moderation.captcha.picture.svg` returns. Who can't see it hears the question in
        words, as without it.
    """
    words, field = wording(), escape(name, quote=True)
    hint = words["hint_number" if challenge.numeric else "hint_words"]
    if picture is not None:
        data = base64.b64encode(picture.encode()).decode("ascii")
        shown = f'<img alt="" src="data:image/svg+xml;base64,{data}">'
    elif challenge.numeric:
        # A sum is set from left to right, whatever stands around it.
        shown = f'<bdi dir="ltr">{escape(challenge.question)}</bdi>'
    else:
        shown = escape(challenge.question)
    if challenge.numeric or picture is not None:
        shown = f'<span aria-hidden="true">{shown}</span>'
        shown += f'<span style="{_UNSEEN}">{escape(challenge.spoken)}</span>'
    keyboard = "numeric" if challenge.numeric else "text"
    return f"""<fieldset lang="fa" dir="rtl">
<legend>{escape(words["legend"])}</legend>
<label for="{field}_answer">{shown}</label>
<input id="{field}_answer" name="{field}_answer" type="text" inputmode="{keyboard}" dir="auto"
 autocomplete="off" required maxlength="{LONGEST}" aria-describedby="{field}_hint">
<small id="{field}_hint">{escape(hint)}</small>
<input name="{field}_token" type="hidden" value="{escape(challenge.token, quote=True)}">
</fieldset>"""
