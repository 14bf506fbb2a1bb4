"""The spam rule: adverts, selling, soliciting, calls to join or follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from moderation.rules.base import Explanation, Reading, Scores
from moderation.rules.contacts import Contact, find_contacts
from moderation.rules.spam_features import Measured, SpamFeatures
from moderation.rules.spam_terms import BITS, OFFER_BITS, OFFERS
from moderation.text.ngrams import word_hashes
from moderation.text.phrases import Words
from moderation.text.tokens import Token, tokenize_spans
from moderation.text.vocabulary import Encoder, analyse
from moderation.types import Rule, Span

__all__ = ["SpamRule"]

#: What a contact detail makes of an advert whose trade has no name of its own.
_BY_CONTACT = {
    "link": "advert_link", "mail": "advert_mail", "phone": "advert_phone", "sms": "advert_phone",
    "id": "advert_id", "channel": "advert_id", "card": "money_request", "iban": "money_request",
    "name": "advert_id",
}  # fmt: skip
_BARE_AT_LEAST = 0.8
_PUBLIC_AT_MOST = 0.3  # below any sensible review threshold
_CONTACT_ORDER = tuple(_BY_CONTACT)


class SpamRule:
    """Score comments by how surely they are adverts.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        What :func:`moderation.training.spam.train_spam` returned: ``weights``,
        ``coefficients``, ``intercept``, ``calibration``.
    """

    rule = Rule.SPAM

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
        self._features = SpamFeatures(arrays["weights"])
        self._coefficients = np.asarray(arrays["coefficients"], np.float64)
        self._intercept = float(np.asarray(arrays["intercept"], np.float64)[0])
        slope, offset = np.asarray(arrays["calibration"], np.float64)
        self._slope, self._offset = float(slope), float(offset)

    @property
    def encoders(self) -> Mapping[str, Encoder]:
        """The columns of this rule."""
        return self._features.encoders

    def score(self, reading: Reading) -> Scores:
        """Return the probability that each comment is an advert."""
        measured = self._features.measure(reading)
        reading.shared["spam_contacts"] = measured.contacts
        margin = self.margins(measured)
        logit = np.clip(self._slope * margin + self._offset, -40.0, 40.0)
        score = 1.0 / (1.0 + np.exp(-logit))
        # Nothing but a contact detail says nothing else; a public service is no advert.
        score = np.where(measured.bare, np.maximum(score, _BARE_AT_LEAST), score)
        score = np.where(measured.public, np.minimum(score, _PUBLIC_AT_MOST), score)
        return np.asarray(score, np.float64)

    def margins(self, measured: Measured) -> npt.NDArray[np.float64]:
        """Return the uncalibrated scores of a measured batch."""
        dense = measured.dense.astype(np.float64) @ self._coefficients
        return np.asarray(measured.sums + dense + self._intercept, np.float64)

    def explain(self, reading: Reading, index: int) -> Explanation:
        """Return what is advertised, or by what means, and the words and details that say so."""
        text = reading.texts[index]
        kept: Mapping[int, list[Contact]] | None = reading.shared.get("spam_contacts")
        contacts = find_contacts(text) if kept is None else kept.get(index, [])
        contacts = [c for c in contacts if c.kind != "mention" and not c.official]
        tokens = tokenize_spans(text)
        masks = self._masks(tokens)
        offers = masks & OFFER_BITS != 0
        sexual = masks & BITS["sexual_emoji"] != 0
        reason = self._reason(masks, contacts)
        marked = offers | sexual if reason == "sexual_offer" else offers
        spans = [(token.start, token.end) for token, hit in zip(tokens, marked) if hit]
        spans += [(contact.start, contact.end) for contact in contacts]
        return Explanation(reason, _merge(text, spans))

    def _masks(self, tokens: Sequence[Token]) -> npt.NDArray[np.uint32]:
        """Return the classes of the tokens of one comment, phrases included."""
        found = [analyse(token.text) for token in tokens]
        if not found:
            return np.zeros(0, np.uint32)
        masks = np.asarray(self._features.terms.classes(found), np.uint32)
        position = np.flatnonzero(masks & BITS["letter"])
        if not len(position):
            return masks
        hashes, lengths = word_hashes([found[i].folded or " " for i in position])
        words = Words(position, np.zeros(len(position), np.int64), hashes, lengths)
        return self._features.terms.mark(words, masks)

    @staticmethod
    def _reason(masks: npt.NDArray[np.uint32], contacts: Sequence[Contact]) -> str:
        counts = {name: int((masks & BITS[name] != 0).sum()) for name in OFFERS[:-1]}
        # Ties go to the graver trade, which stands first.
        best = max(counts, key=lambda name: counts[name])
        if counts[best]:
            return best
        kinds = sorted((c.kind for c in contacts), key=_CONTACT_ORDER.index)
        if kinds:
            return _BY_CONTACT[kinds[0]]
        if (masks & BITS["sexual_emoji"]).any():
            return "sexual_offer"
        return "advert"


def _merge(text: str, spans: list[Span]) -> tuple[Span, ...]:
    """Join spans that overlap or have only blanks between them."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and not text[merged[-1][1] : start].strip(" \u200c"):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
