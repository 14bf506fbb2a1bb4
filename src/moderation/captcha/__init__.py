"""The captcha of a comment form: make a question, show it, check the answer, once.

>>> import secrets
>>> from moderation.captcha import Captcha, MemoryStore
>>> captcha = Captcha(secrets.token_bytes(32), store=MemoryStore())
>>> challenge = captcha.new("article-17")
>>> captcha.check(challenge.token, "نمی‌دانم", "article-17").value
'malformed'
"""

from __future__ import annotations

from moderation.captcha.checker import Captcha, Challenge, Result
from moderation.captcha.form import html
from moderation.captcha.legacy import check_expression
from moderation.captcha.questions import Arithmetic, CopyPhrase, Question, QuestionKind
from moderation.captcha.stores import MemoryStore, SQLiteStore, Store, StoreError, open_store

__all__ = [
    "Arithmetic",
    "Captcha",
    "Challenge",
    "CopyPhrase",
    "MemoryStore",
    "Question",
    "QuestionKind",
    "Result",
    "SQLiteStore",
    "Store",
    "StoreError",
    "check_expression",
    "html",
    "open_store",
]
