"""The captcha: make a question, check its answer, once."""

from __future__ import annotations

import hmac
import math
import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from moderation.captcha.questions import Arithmetic, CopyPhrase, QuestionKind
from moderation.captcha.stores import SQLiteStore, Store, default_path
from moderation.captcha.tokens import Binding, KeyRing, Token, is_shaped
from moderation.captcha.wording import wording

__all__ = ["Captcha", "Challenge", "Result"]

_NAME = re.compile(r"[a-z0-9_-]{1,32}")
_NONCE = 16  # bytes: 128 bits, so that two tokens never meet
_HOUR = 3600.0


class Result(str, Enum):
    """What became of an answer."""

    OK = "ok"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    TAMPERED = "tampered"
    MALFORMED = "malformed"

    @property
    def message(self) -> str:
        """The sentence to show the reader, in Persian."""
        return wording()[self.value]


@dataclass(frozen=True)
class Challenge:
    """A question as it is asked.

    Attributes
    ----------
    token : str
        To come back with the answer.
    question : str
        As shown.
    spoken : str
        The same in words.
    kind : str
        The name of its kind.
    numeric : bool
        Whether the answer is a number.
    expires_in : int
        Seconds for which it can be answered.
    """

    token: str
    question: str
    spoken: str
    kind: str
    numeric: bool
    expires_in: int

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data, as ``moderation captcha new --json`` prints it."""
        return asdict(self)


class Captcha:
    """Asks questions and checks answers.

    A token is good once, whatever the answer (a missing one leaves it as it was); until it
    expires; under its own site, subject and session. Who can guess how often: see `guesses`.

    Parameters
    ----------
    keys : bytes or sequence of bytes
        Secrets of 32 random bytes or more (``secrets.token_bytes(32)``), the newest first:
        it signs, the others still verify.
    site : str
        Which site or form this is.
    store : Store, optional
        Where used tokens are kept. By default an SQLite file in the user's state folder.
    kinds : sequence of QuestionKind
        What can be asked; the first one if nothing else is wanted.
    lifetime : int
        Seconds in which to answer.
    skew : float
        Seconds by which the clocks of this site's machines may differ.
    guesses : int
        Wrong answers that a client may give within `window`; after that nothing it answers is
        right. Only checks that name a client are counted; answers that are being checked at the
        same moment count until they turn out right.
    window : float
        Seconds; a guess is forgotten that long after it was made.
    clock : callable
        Returns the time in seconds since 1970.

    Raises
    ------
    TypeError, ValueError
        If a key is missing, short or no bytes, or another setting makes no sense.
    StoreError
        If the store can't be reached.
    """

    def __init__(
        self,
        keys: bytes | Sequence[bytes],
        *,
        site: str = "",
        store: Store | None = None,
        kinds: Sequence[QuestionKind] | None = None,
        lifetime: int = 300,
        skew: float = 30.0,
        guesses: int = 5,
        window: float = _HOUR,
        clock: Callable[[], float] = time.time,
    ) -> None:
        chosen = tuple(kinds) if kinds is not None else (Arithmetic(), CopyPhrase())
        self._kinds = {kind.name: kind for kind in chosen}
        if not chosen or len(self._kinds) < len(chosen):
            raise ValueError("kinds: at least one, and each name once")
        for name in self._kinds:
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} names no kind: small Latin letters, digits, _ and -")
        for what, number in (("lifetime", lifetime), ("guesses", guesses)):
            if not isinstance(number, int):
                raise TypeError(f"{what} is a whole number, not {number!r}")
        if lifetime < 1 or guesses < 1 or not (0 <= skew < math.inf and 0 < window < math.inf):
            raise ValueError("lifetime, guesses and window are above 0, and skew is not below it")
        self._keys = KeyRing([keys] if isinstance(keys, bytes) else keys)
        self._site = _text("site", site)
        self._lifetime, self._skew = lifetime, skew
        self._guesses, self._window = guesses, window
        self._clock = clock
        self._random = secrets.SystemRandom()
        self._store: Store = SQLiteStore(default_path()) if store is None else store
        # From here on the store is known to forget nothing.
        self._store.since(self._clock())

    def new(self, subject: str, *, kind: str | None = None, session: str = "") -> Challenge:
        """Ask a question.

        Parameters
        ----------
        subject : str
            What the form stands under, such as the article's id.
        kind : str, optional
            The name of the kind of question.
        session : str
            What the reader's session is known by, if it is to be answered in that alone.

        Raises
        ------
        ValueError
            If there is no such kind.
        TypeError
            If an argument is no text.
        """
        if kind is not None and kind not in self._kinds:
            raise ValueError(f"{kind!r} is no kind of question here: {', '.join(self._kinds)}")
        asking = self._kinds[kind] if kind is not None else next(iter(self._kinds.values()))
        binding = Binding(self._site, _text("subject", subject), _text("session", session))
        question = asking.ask(self._random)
        nonce, key = secrets.token_urlsafe(_NONCE), self._keys.newest
        issued = int(self._clock() * 1000)
        answer = self._keys.digest_answer(key, nonce, asking.name, question.answer)
        token = Token(key, asking.name, issued, issued + self._lifetime * 1000, nonce, answer)
        return Challenge(
            token=self._keys.sign(token, binding),
            question=question.text,
            spoken=question.spoken,
            kind=asking.name,
            numeric=question.numeric,
            expires_in=self._lifetime,
        )

    def check(
        self,
        token: str | None,
        answer: str | None,
        subject: str,
        *,
        session: str = "",
        client: str | None = None,
    ) -> Result:
        """Check an answer. The token is used up by it, right or wrong.

        Parameters
        ----------
        token, answer : str or None
            As the reader sent them; anything is taken, and none for a field that is missing.
        subject, session : str
            As the question was asked under.
        client : str, optional
            Who answers, such as an address or an account, to limit its guesses. It is kept as a
            keyed digest.

        Returns
        -------
        Result
            ``ok``; ``wrong``, also for any answer of a client that has no guess left;
            ``expired``, also for a token from before the store's memory; ``used``; ``tampered``
            where the token is not this site's or not for this subject and session;
            ``malformed`` where it is no token, or the answer can't be one.

        Raises
        ------
        StoreError
            If the store can't be reached: then nothing is known of this answer.
        TypeError
            If `subject`, `session` or `client` is no text.
        """
        binding = Binding(self._site, _text("subject", subject), _text("session", session))
        if client is not None:
            _text("client", client)
        if not isinstance(token, str) or not isinstance(answer, str) or not is_shaped(token):
            return Result.MALFORMED
        signed = self._keys.verify(token, binding)
        if signed is None or signed.kind not in self._kinds:
            return Result.TAMPERED
        now = self._clock()
        issued, expires = signed.issued / 1000, signed.expires / 1000
        if not issued - self._skew <= now <= expires + self._skew:
            return Result.EXPIRED
        # Kept until no clock that may be behind this one would still take it.
        until = expires + 2 * self._skew + 1
        if not self._store.add(f"t:{signed.nonce}", now, until):
            return Result.USED
        # Asked after the token was added: a store that was emptied just before has begun anew.
        if signed.issued < int(self._store.since(now) * 1000):
            return Result.EXPIRED
        return self._judge(signed, answer, now, client)

    def guess_odds(self, kind: str | None = None) -> float:
        """Return how many right answers guessing is expected to give a client in its best hour.

        A guess is right once in as many times as there are answers, and costs nothing then; so
        there is one right one for every ``answers - 1`` wrong ones.

        Parameters
        ----------
        kind : str, optional
            The name of the kind of question; by default that which is guessed best.

        Raises
        ------
        ValueError
            If there is no such kind.
        """
        if kind is not None and kind not in self._kinds:
            raise ValueError(f"{kind!r} is no kind of question here: {', '.join(self._kinds)}")
        answers = (
            self._kinds[kind].answers if kind else min(k.answers for k in self._kinds.values())
        )
        wrong = self._guesses * max(1.0, _HOUR / self._window)
        return wrong / (answers - 1) if answers > 1 else math.inf

    def _judge(self, token: Token, answer: str, now: float, client: str | None) -> Result:
        """Compare an answer, at the cost of one of the client's guesses unless it is right."""
        read = self._kinds[token.kind].read(answer)
        if read is None:
            return Result.MALFORMED
        guess = None if client is None else self._take_guess(client, now)
        if client is not None and guess is None:
            return Result.WRONG
        digest = self._keys.digest_answer(token.key, token.nonce, token.kind, read)
        if not hmac.compare_digest(digest, token.answer):
            return Result.WRONG
        if guess is not None:
            self._store.remove(guess)
        return Result.OK

    def _take_guess(self, client: str, now: float) -> str | None:
        """Take one of the client's guesses and return it, or None where none is left.

        Each is a key that comes free when it is as old as the window: that makes the window
        slide, and as keys are added atomically, no number of answers at once gets more of them.
        """
        name = self._keys.digest_client(client)
        for number in range(self._guesses):
            guess = f"g:{name}:{number}"
            if self._store.add(guess, now, now + self._window):
                return guess
        return None


def _text(what: str, value: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{what} is text, not {type(value).__name__}")
    return value
