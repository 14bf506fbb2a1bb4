"""Signed tokens: what a form carries from the question to the answer.

A token is ``1.KEY.KIND.ISSUED.EXPIRES.NONCE.ANSWER.MAC``. Times are milliseconds since 1970;
ANSWER is a keyed digest, which tells nothing to who has not the key, though answers are few;
MAC is HMAC-SHA-256 over all fields before it, and over site, subject and session, which are
not in the token. Each field is preceded by its length, so that no byte can move from one to
the next. Fields are compared and signed as they stand and read only after that: there is one
way to write a token, and nothing is parsed that is not authentic.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["SHORTEST_KEY", "Binding", "KeyRing", "Token", "is_shaped"]

#: Bytes of a key, the size of the digest.
SHORTEST_KEY = 32
_VERSION = "1"
_LONGEST = 256
_SHAPE = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){7}")
_DIGEST = "sha256"


@dataclass(frozen=True)
class Binding:
    """Where a token is good: under nothing else will it be authentic."""

    site: str
    subject: str
    session: str

    def fields(self) -> tuple[str, str, str]:
        """Return the fields that are signed with the token's own."""
        return self.site, self.subject, self.session


@dataclass(frozen=True)
class Token:
    """The fields of an authentic token; times in milliseconds."""

    key: str
    kind: str
    issued: int
    expires: int
    nonce: str
    answer: str

    def fields(self) -> tuple[str, ...]:
        """Return the fields in their order, as they are written."""
        times = (str(self.issued), str(self.expires))
        return (_VERSION, self.key, self.kind, *times, self.nonce, self.answer)


class KeyRing:
    """Keys that sign and verify; the first one signs.

    Parameters
    ----------
    keys : sequence of bytes
        The newest first. Keep an old one as long as tokens that it signed may come back.

    Raises
    ------
    TypeError
        If a key is not bytes.
    ValueError
        If there is no key, or one is shorter than 32 bytes or the same byte throughout.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("no key: a captcha needs at least one of 32 random bytes")
        self._keys: dict[str, tuple[bytes, bytes, bytes]] = {}
        for key in keys:
            if not isinstance(key, bytes):
                raise TypeError(f"a key is bytes, not {type(key).__name__}")
            if len(key) < SHORTEST_KEY:
                raise ValueError(f"a key of {len(key)} bytes is too short: at least {SHORTEST_KEY}")
            if len(set(key)) == 1:
                raise ValueError("a key that repeats one byte is no secret")
            # A key of its own for each use, so that no value of one is a value of another.
            mac, answer, client, name = (
                hmac.digest(key, b"persian-moderation captcha " + use, _DIGEST)
                for use in (b"token", b"answer", b"client", b"name")
            )
            self._keys[_text(name[:6])] = (mac, answer, client)
        self.newest = next(iter(self._keys))

    def digest_answer(self, key: str, nonce: str, kind: str, answer: str) -> str:
        """Return the keyed digest of an answer to the question with this nonce."""
        return _text(hmac.digest(self._keys[key][1], _joined((nonce, kind, answer)), _DIGEST)[:16])

    def digest_client(self, client: str) -> str:
        """Return what stands for a client in a store; it leads back to nobody without the key."""
        return _text(hmac.digest(self._keys[self.newest][2], _joined((client,)), _DIGEST)[:16])

    def sign(self, token: Token, binding: Binding) -> str:
        """Return the token as text."""
        fields = token.fields()
        return ".".join((*fields, self._mac(token.key, fields, binding)))

    def verify(self, text: str, binding: Binding) -> Token | None:
        """Return the token, or None where it is not authentic under `binding`.

        Parameters
        ----------
        text : str
            A token that :func:`is_shaped`.
        binding : Binding
            Where it came back.
        """
        *fields, mac = text.split(".")
        version, key, kind, issued, expires, nonce, answer = fields
        # An unknown key costs as much as a known one, and can't match.
        expected = self._mac(key if key in self._keys else self.newest, fields, binding)
        if not hmac.compare_digest(mac, expected) or key not in self._keys or version != _VERSION:
            return None
        return Token(key, kind, int(issued), int(expires), nonce, answer)

    def _mac(self, key: str, fields: Sequence[str], binding: Binding) -> str:
        message = _joined((*fields, *binding.fields()))
        return _text(hmac.digest(self._keys[key][0], message, _DIGEST))


def is_shaped(text: str) -> bool:
    """Return whether `text` has the shape of a token: eight fields of the right characters."""
    return len(text) <= _LONGEST and _SHAPE.fullmatch(text) is not None


def _joined(fields: Sequence[str]) -> bytes:
    parts = []
    for field in fields:
        raw = field.encode("utf-8", "surrogatepass")
        parts += [len(raw).to_bytes(4, "big"), raw]
    return b"".join(parts)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
