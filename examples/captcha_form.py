"""A comment form with a captcha, in a browser: ``python examples/captcha_form.py``, then open it.

Plain WSGI from the standard library; the same calls stand in a view of any framework.
"""

from __future__ import annotations

import re
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterable
from html import escape
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import make_server

from moderation.captcha import Captcha, Result, SQLiteStore, html

PAGE = """<!doctype html>
<html lang="fa" dir="rtl"><meta charset="utf-8"><title>نظر شما</title>
<p role="status">{said}</p>
<form method="post">
<label>نظر شما <textarea name="comment" required maxlength="2000">{comment}</textarea></label>
{captcha}
<p><a href="/?kind=copy">پرسش بدون عدد</a></p>
<button>فرستادن</button>
</form></html>"""
ARTICLE = "article-17"
LONGEST = 20_000  # bytes of a form
SESSION = re.compile(r"[A-Za-z0-9_-]{22}")


class Form:
    """The page as a WSGI application."""

    def __init__(self, captcha: Captcha) -> None:
        self.captcha = captcha

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        session = session_of(environ) or secrets.token_urlsafe(16)
        said, comment = "", ""
        if environ["REQUEST_METHOD"] == "POST":
            given = environ.get("CONTENT_LENGTH") or ""
            length = min(int(given), LONGEST) if given.isascii() and given.isdigit() else 0
            fields = parse_qs(environ["wsgi.input"].read(length).decode("utf-8", "replace"))
            token, answer, comment = (
                fields.get(name, [""])[0] for name in ("captcha_token", "captcha_answer", "comment")
            )
            client = environ["REMOTE_ADDR"]
            result = self.captcha.check(token, answer, ARTICLE, session=session, client=client)
            said = result.message
            if result is Result.OK:
                comment = ""  # here the comment goes to moderation, see cms_hook.py
        kind = parse_qs(environ.get("QUERY_STRING", "")).get("kind", [""])[0]
        challenge = self.captcha.new(
            ARTICLE, kind="copy" if kind == "copy" else None, session=session
        )
        page = PAGE.format(said=escape(said), comment=escape(comment), captcha=html(challenge))
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Cache-Control", "no-store"),
            ("Set-Cookie", f"session={session}; HttpOnly; SameSite=Lax"),
        ]
        start("200 OK", headers)
        return [page.encode("utf-8")]


def session_of(environ: dict[str, Any]) -> str | None:
    """Return the session that the browser names, if it is one of ours."""
    try:
        cookie = SimpleCookie(environ.get("HTTP_COOKIE", "")).get("session")
    except CookieError:
        return None
    return cookie.value if cookie and SESSION.fullmatch(cookie.value) else None


def main(port: int) -> None:
    """Serve the form on this machine alone."""
    with tempfile.TemporaryDirectory() as folder:
        # A real site keeps its key, and gives it to each of its processes.
        store = SQLiteStore(Path(folder) / "captcha.sqlite3")
        captcha = Captcha(secrets.token_bytes(32), site="example", store=store)
        with make_server("127.0.0.1", port, Form(captcha)) as server:
            print(f"http://127.0.0.1:{server.server_port}/", flush=True)
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                print("stopped")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
