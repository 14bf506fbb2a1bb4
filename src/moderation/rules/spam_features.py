"""What the spam rule measures of a comment: n-gram weights, offers, contact details, purpose.

A number is no advert and an advert needs no number, so what counts is the company: an offer
beside a way to reach its maker, a link beside an invitation, a term of the trade beside
words that complain of it. `SpamFeatures.measure` returns the additive part (weights per
token and per pair of words) and the dense part, named by `FEATURES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from moderation.rules.base import Reading
from moderation.rules.contacts import Contact, find_contacts
from moderation.rules.spam_terms import BITS, CONTEXT, OFFER_BITS, OFFERS, Masks, SpamTerms
from moderation.text.ngrams import char_ngrams, finalise, word_hashes
from moderation.text.phrases import Words
from moderation.text.tokens import Kind
from moderation.text.vocabulary import Analysis, Array, Encoder

__all__ = ["FEATURES", "Measured", "SpamFeatures", "token_buckets"]

_ORDERS = (3, 4)
_WORD_SALT = 41
_FORMS = {Kind.NUMBER: "0", Kind.LINK: "http", Kind.MAIL: "mail", Kind.MENTION: "@"}
_JOIN = re.compile(
    r"^(?:https?://)?(?:www\.)?(?:t\.me|telegram\.(?:me|dog)|instagram\.com|wa\.me|eitaa\.com|"
    r"rubika\.ir|ble\.ir|splus\.ir|chat\.whatsapp|whatsapp\.com|bit\.ly|linktr\.ee|zil\.ink|"
    r"is\.gd|goo\.gl|yun\.ir|تی\.می)"
)
_KINDS = (
    "phone", "sms", "link", "mail", "id", "name", "card", "iban", "mention", "channel_spelled",
    "link_join", "link_official", "disguised",
)  # fmt: skip
#: Measured features; ``a:b`` is the product of two columns.
FEATURES = (
    *OFFERS, *CONTEXT, "question",
    "offers", "adverts", "reaches", "prices", "talks", "trades", "deals", "advert_emojis",
    "sexual_emojis", *_KINDS, "bare", "story_share", "numbers", "log_length", "short", "long",
    "contact:reach", "contact:offer", "contact:about", "contact:official", "contact:question",
    "contact:price", "contact:warning", "contact:place", "contact:plain", "contact:few",
    "link:offer", "link:reach", "link:about", "name:offer", "name:reach", "mention:offer",
    "offer:reach", "offer:about", "offer:question", "offer:price", "offer:channel",
    "offer:warning", "offer:unreachable", "offer:plain", "reach:channel", "reach:plain",
    "service_number:reach", "place:reach", "place:offer", "trade:plain", "deal:plain",
    "price:plain", "trade:deal",
)  # fmt: skip
_COUNTS = {
    "adverts": "advert", "reaches": "reach", "prices": "price", "talks": "about",
    "trades": "trade", "deals": "deal", "advert_emojis": "advert_emoji",
    "sexual_emojis": "sexual_emoji",
}  # fmt: skip
_MOST = 3
_CONTACTS = ("phone", "sms", "mail", "id", "card", "iban", "link_join")

_PLACE = {name: place for place, name in enumerate(FEATURES)}
_Floats = npt.NDArray[np.float32]


def _form(analysis: Analysis) -> str:
    return _FORMS.get(analysis.kind) or analysis.folded or " "


def token_buckets(
    found: Sequence[Analysis], bits: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the hashed features of tokens, as ``(token index, bucket)`` arrays."""
    forms = [_form(analysis) for analysis in found]
    owner, grams = char_ngrams(forms, _ORDERS)
    words, _ = word_hashes(forms)
    owner = np.concatenate([owner, np.arange(len(forms))])
    bucket = _bucket(np.concatenate([grams, finalise(words, _WORD_SALT)]), bits)
    # A row of hearts or commas is no evidence; adverts' own emoji are counted apart.
    speaks = np.array([a.kind not in (Kind.MARK, Kind.EMOJI, Kind.NOTHING) for a in found], bool)
    return owner[speaks[owner]], bucket[speaks[owner]]


def _bucket(hashes: npt.NDArray[np.uint64], bits: int) -> npt.NDArray[np.int64]:
    return (hashes >> np.uint64(64 - bits)).astype(np.int64)


@dataclass(frozen=True)
class Measured:
    """A batch as the rule sees it.

    Attributes
    ----------
    sums : ndarray of float32, shape (n_comments,)
        Weights of all tokens and word pairs, over the root of their number.
    dense : ndarray of float32, shape (n_comments, n_features)
        Columns named by `FEATURES`.
    contacts : dict of int to list of Contact
        Contact details of the comments that have any.
    pairs : tuple of ndarray
        Comment and bucket of every word pair (training needs them).
    """

    sums: _Floats
    dense: _Floats
    contacts: dict[int, list[Contact]]
    pairs: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]

    def _has(self, *names: str) -> npt.NDArray[np.bool_]:
        return np.asarray((self.dense[:, [_PLACE[name] for name in names]] > 0).any(axis=1))

    @property
    def bare(self) -> npt.NDArray[np.bool_]:
        """Comments that are nothing but a contact detail."""
        return self._has("bare")

    @property
    def public(self) -> npt.NDArray[np.bool_]:
        """Comments that name a service's number and offer nothing."""
        private = ("phone", "sms", "mail", "id", "name", "card", "link", "link_join", "offers")
        return self._has("service_number") & ~self._has(*private)


class SpamFeatures:
    """Measures comments for the spam rule.

    Parameters
    ----------
    weights : ndarray, shape (2**bits,)
        The additive layer; float16 as stored.
    """

    def __init__(self, weights: Array) -> None:
        self.bits = len(weights).bit_length() - 1
        self._weights = np.asarray(weights, dtype=np.float32)
        self.terms = SpamTerms.load()

    @property
    def encoders(self) -> Mapping[str, Encoder]:
        """Columns: weight, number of features, digits; classes; word hash and length."""
        return {
            "spam": self._encode,
            "spam_classes": self.terms.classes,
            "spam_word": lambda found: word_hashes([a.folded or " " for a in found])[0],
            "spam_length": lambda found: word_hashes([a.folded or " " for a in found])[1],
        }

    def _encode(self, found: Sequence[Analysis]) -> Array:
        owner, bucket = token_buckets(found, self.bits)
        rows = np.zeros((len(found), 3), dtype=np.float32)
        rows[:, 0] = np.bincount(owner, self._weights[bucket], minlength=len(found))
        rows[:, 1] = np.bincount(owner, minlength=len(found))
        rows[:, 2] = [sum(map(str.isdigit, a.surface[:40])) for a in found]
        return rows

    def measure(self, reading: Reading) -> Measured:
        """Measure every comment of a batch."""
        batch = reading.batch
        if not len(batch):
            none = np.zeros(0, np.int64)
            empty = np.zeros((0, len(FEATURES)), np.float32)
            return Measured(np.zeros(0, np.float32), empty, {}, (none, none))
        own = batch.sum(batch.column("spam"))
        position = np.flatnonzero(batch.columns["spam_classes"][batch.rows] & BITS["letter"])
        rows = batch.rows[position]
        words = Words(
            position,
            batch.owner[position],
            batch.columns["spam_word"][rows],
            batch.columns["spam_length"][rows],
        )
        second, joined = words.pairs()
        bucket = _bucket(finalise(joined, _WORD_SALT), self.bits)
        owner = words.owner[second]
        count = len(batch)
        total = own[:, 0] + np.bincount(owner, self._weights[bucket], minlength=count)
        number = np.maximum(own[:, 1] + np.bincount(owner, minlength=count), 1.0)
        masks = self.terms.mark(words, batch.column("spam_classes"))
        contacts = self._contacts(reading, own[:, 2], batch.any(masks))
        dense = _dense(reading, masks, contacts, own[:, 2])
        sums = (total / np.sqrt(number)).astype(np.float32)
        return Measured(sums, dense, contacts, (owner, bucket))

    @staticmethod
    def _contacts(reading: Reading, digits: Array, seen: Masks) -> dict[int, list[Contact]]:
        """Find contact details, looking closely only where there may be some."""

        def has(name: str) -> npt.NDArray[np.bool_]:
            return np.asarray(seen & BITS[name] != 0)

        marks = reading.batch.column("spam_classes")

        def several(name: str, least: int) -> npt.NDArray[np.bool_]:
            return _number(reading, marks, name) >= least

        maybe = has("address") | (digits >= 5) | (has("latin") & (has("reach") | has("channel")))
        maybe |= several("latin", 2) | several("number_word", 3) | several("single", 4)
        places = np.flatnonzero(maybe).tolist()
        found = ((i, find_contacts(reading.texts[i])) for i in places)
        return {index: contacts for index, contacts in found if contacts}


def _number(reading: Reading, masks: Masks, name: str) -> _Floats:
    return np.asarray(reading.batch.sum((masks & BITS[name] != 0).astype(np.float32)))


def _kinds(contacts: Sequence[Contact]) -> Iterator[str]:
    for contact in contacts:
        if contact.official:
            yield "link_official"
        elif contact.kind == "link" and _JOIN.match(contact.value):
            yield "link_join"
        else:
            yield "channel_spelled" if contact.kind == "channel" else contact.kind
        if contact.disguised:
            yield "disguised"


def _is_bare(text: str, contacts: Sequence[Contact]) -> bool:
    """Tell whether there is no word but the contact details, and these are private."""
    end, outside = 0, ""
    for contact in contacts:
        if contact.official or contact.kind in ("mention", "name"):
            return False
        outside += text[end : contact.start]
        end = contact.end
    return not any(map(str.isalnum, outside + text[end:]))


def _dense(
    reading: Reading, masks: Masks, contacts: Mapping[int, Sequence[Contact]], digits: Array
) -> _Floats:
    """Return the columns that `FEATURES` names, in its order."""
    batch = reading.batch
    seen = batch.any(masks)
    flags = (seen[:, None] & np.array(list(BITS.values())) != 0) * 1.0
    column: dict[str, Array] = dict(zip(BITS, flags.T))
    for count, name in _COUNTS.items():
        column[count] = np.minimum(_number(reading, masks, name), _MOST)
    offers = batch.sum((masks & OFFER_BITS != 0).astype(np.float32))
    column["offers"] = np.minimum(offers, _MOST + 1)
    column["offer"] = np.minimum(offers, 1)

    kinds = np.zeros((len(_KINDS), len(batch)))
    bare = np.zeros(len(batch))
    for index, found in contacts.items():
        kinds[[_KINDS.index(kind) for kind in _kinds(found)], index] = 1
        bare[index] = _is_bare(reading.texts[index], found)
    column.update(zip(_KINDS, kinds), bare=bare)
    contact = np.max([column[name] for name in _CONTACTS], axis=0)
    column["contact"] = contact
    column["unreachable"] = (1 - contact) * (1 - column["reach"])

    words = np.maximum(_number(reading, masks, "letter"), 1)
    story = _number(reading, masks, "story") / words
    column["story_share"] = story
    column["plain"] = np.maximum(1 - 5 * story, 0)  # 1 for a string of nouns, as adverts are
    column["few"] = words <= 4
    column["numbers"] = np.minimum(np.log1p(digits), _MOST)
    column["log_length"] = np.log1p(batch.lengths) / 2
    column["short"], column["long"] = batch.lengths <= 4, batch.lengths > 60

    column["one"] = np.ones(len(batch))
    table = np.array(list(column.values()), dtype=np.float64)
    first, second = _factors(tuple(column))
    return (table[first] * table[second]).T.astype(np.float32)


@cache
def _factors(columns: tuple[str, ...]) -> tuple[list[int], list[int]]:
    """Return which two columns' product each of `FEATURES` is."""
    pairs = [feature.split(":") if ":" in feature else (feature, "one") for feature in FEATURES]
    first, second = zip(*pairs)
    return list(map(columns.index, first)), list(map(columns.index, second))
