"""Naming a group must not make a sentence an insult: the sentences, and how shifts are measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from moderation.lexicon.store import Lexicon, bit
from moderation.text.letters import fold
from moderation.text.tokens import tokenize
from moderation.training.corpora import own_examples
from moderation.training.fairness import GROUP_RULES, group_report, neutral_sentences

SENTENCES, PLAIN, GROUPS = neutral_sentences()


def test_sentences_have_one_gap() -> None:
    assert len(SENTENCES) >= 10
    assert all(sentence.count("{}") == 1 for sentence in SENTENCES)
    assert not any(set("{}") & set(sentence.replace("{}", "")) for sentence in SENTENCES)
    assert len(set(SENTENCES)) == len(SENTENCES)


def test_people_are_named_once() -> None:
    people = [*PLAIN, *GROUPS]
    assert len(PLAIN) >= 3
    assert len(GROUPS) >= 30
    assert len(set(map(fold, people))) == len(people)
    assert not any("{" in name or "}" in name for name in people)


def test_nothing_ill_is_said() -> None:
    """A word of abuse in the frame would be measured as if the group had been insulted."""
    ill = bit(
        "obscene", "insult_strong", "insult_mind", "insult_formal", "animal", "curse", "imperative",
        "ambiguous", "slur", "threat", "violence", "charge",
    )  # fmt: skip
    lexicon = Lexicon.load()
    for text in [*SENTENCES, *PLAIN, *GROUPS]:
        words = [fold(token) for token in tokenize(text.replace("{}", " "))]
        assert [word for word in words if lexicon.mask(word) & ill] == []
        assert [word for word in words if lexicon.severe(word)] == []


def test_they_are_never_trained_on() -> None:
    learnt = {example.text for example in own_examples()}
    for sentence in SENTENCES:
        assert not [name for name in [*PLAIN, *GROUPS] if sentence.format(name) in learnt]


def _alike(values: Sequence[float]) -> np.ndarray:
    """Return the same score for every rule."""
    return np.tile(np.asarray(values, dtype=float)[:, None], len(GROUP_RULES))


RULES = [rule.value for rule in GROUP_RULES]


def test_a_blind_score_is_moved_by_nobody() -> None:
    report = group_report(lambda texts: _alike([0.3] * len(texts)))
    assert list(report) == ["sentences", "largest", *GROUPS]
    assert report["sentences"] == len(SENTENCES)
    for name in ("largest", *GROUPS):
        assert report[name] == pytest.approx(dict.fromkeys(RULES, 0))


def test_the_frame_alone_moves_nobody() -> None:
    """Each sentence is compared with itself about plain people, however it scores."""

    def score(texts: Sequence[str]) -> np.ndarray:
        frames = [next(i for i, s in enumerate(SENTENCES) if _fits(s, t)) for t in texts]
        return _alike(np.array(frames) / len(SENTENCES))

    assert group_report(score)["largest"] == pytest.approx(dict.fromkeys(RULES, 0))


def _fits(sentence: str, text: str) -> bool:
    before, after = sentence.split("{}")
    return text.startswith(before) and text.endswith(after)


def test_shifts_of_a_prejudiced_score() -> None:
    """Up in one sentence, down in another, further down: the furthest is the largest."""
    victim = GROUPS[4]
    shifts = {SENTENCES[0].format(victim): 0.5, SENTENCES[1].format(victim): -0.6}
    for name in PLAIN[:1]:  # plain people's scores are averaged
        shifts[SENTENCES[2].format(name)] = 0.1 * len(PLAIN)

    def score(texts: Sequence[str]) -> np.ndarray:
        scores = _alike([0.2] * len(texts))
        scores[:, 2] += [shifts.get(text, 0.0) for text in texts]
        return scores

    report = group_report(score)
    assert report[victim] == pytest.approx(dict.fromkeys(RULES, 0) | {RULES[2]: -0.6})
    for name in set(GROUPS) - {victim}:
        assert report[name][RULES[2]] == pytest.approx(-0.1)
    assert report["largest"] == pytest.approx(dict.fromkeys(RULES, 0) | {RULES[2]: 0.6})


def test_every_group_stands_in_every_sentence() -> None:
    asked: list[str] = []

    def score(texts: Sequence[str]) -> np.ndarray:
        asked.extend(texts)
        return _alike([0.0] * len(texts))

    group_report(score)
    wanted = [s.format(name) for name in [*PLAIN, *GROUPS] for s in SENTENCES]
    assert sorted(asked) == sorted(wanted)
    assert not any("{" in text for text in asked)
