"""Every source that training reads: its file, its licence, and the rules that read it.

Trainers reach files through :class:`Corpora` alone, so that a source that is left out is read
by no rule, and so that what the model card says of the data cannot differ from what was read.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["NEWS", "SOURCES", "Corpora", "Source", "TrainingError", "read_jsonl"]


class TrainingError(ValueError):
    """Training cannot go on; the message names the source and what to do."""


@dataclass(frozen=True)
class Source:
    """A training source as ``--without`` and the model card name it.

    Attributes
    ----------
    name : str
    file : str
        Under the data directory; empty for what lies in this repository.
    licence, origin : str
    rules : tuple of str
        What reads it: ``abuse`` (insult, accusation, hate, threat), ``spam``, ``language``,
        ``off_topic``, ``known words``.
    needed_by : str
        The rule that cannot be trained without it; mostly none.
    """

    name: str
    file: str
    licence: str
    origin: str
    rules: tuple[str, ...]
    needed_by: str = ""


_A, _S, _L, _O, _K = "abuse", "spam", "language", "off_topic", "known words"
_NONE, _GIT = "none stated", "Apache-2.0 (its repository)"
#: Labelled comments first, in the order in which the abuse rules read them.
SOURCES = (
    Source("policy", "abuse/annotated.jsonl", _NONE,
           "own labels by this project's rules on texts of the sources below and Persian_HS",
           (_A, _S, _L, _O, _K)),
    Source("parsoffensive", "abuse/parsoffensive.jsonl", _NONE,
           "golnaz76gh/pars-offensive-dataset", (_A, _S, _L, _K)),
    Source("parsoff", "abuse/parsoff.jsonl", _NONE, "KamyarDarvishi/Pars-OFF, training split",
           (_A, _O, _K)),
    Source("phate", "abuse/phate.jsonl", _NONE, "Zahra-D/Phate, training and validation splits",
           (_A, _O)),
    Source("abusive_words", "abuse/abusive_words.jsonl", _NONE,
           "mohamad-dehghani/persian_abusive_words", (_A, _O, _K)),
    Source("digikala", "abuse/neutral_digikala.jsonl", _NONE, "Digikala reviews, as clean text",
           (_A, _S, _L, _O, _K)),
    Source("taaghche", "abuse/neutral_taaghche.jsonl", "MIT", "Taaghche reviews, as clean text",
           (_A, _S, _L, _O, _K)),
    Source("deepsentipers", "abuse/neutral_deepsentipers.jsonl", _NONE,
           "DeepSentiPers reviews, as clean text", (_A, _S, _O, _K)),
    Source("parsinlu", "abuse/neutral_parsinlu_reviews.jsonl", "CC BY-NC-SA 4.0",
           "ParsiNLU reviews, as clean text", (_A, _S, _O)),
    Source("authored", "authored/comments.jsonl", "own", "comments written for this project",
           (_A, _S, _O, _K), needed_by=_O),
    Source("examples", "", "MIT", "moderation/training/examples in this repository", (_A, _S)),
    Source("reread", "", "MIT", "moderation/training/readings.tsv in this repository: labels by "
           "this project's rules on texts of the other sources", (_A,)),
    Source("item_comments", "", "MIT", "moderation/training/item_comments.tsv in this repository: "
           "comments written under items of the news sources", (_O,)),
    Source("articles", "authored/articles.jsonl", "none stated for ISNA's; the others Apache-2.0",
           "the items of ISNA, Fars and Varzesh3 under which those comments were written",
           (_A, _O, _K), needed_by=_O),
    Source("telegram_ads", "abuse/telegram_ads.jsonl", _NONE, "ImanStuff/SpamDetection adverts",
           (_S, _O)),
    Source("phicad_subset", "abuse/phicad_subset.jsonl", _NONE, "a part of PHICAD", (_A, _S)),
    Source("aux_armanemo", "abuse/aux_armanemo.jsonl", "CC BY-NC-SA 4.0",
           "ArmanEmo tweets, as text", (_A, _O, _K)),
    Source("aux_shortpersianemo", "abuse/aux_shortpersianemo.jsonl", "GPL-3.0",
           "ShortPersianEmo comments, as text", (_A, _L, _O, _K)),
    Source("unlabelled_topic_tweets", "abuse/unlabelled_topic_tweets.jsonl", _NONE,
           "tweets by topic, as text", (_A, _O, _K)),
    Source("isna", "news/isna.jsonl", _NONE, "ISNA news", (_S, _L, _O, _K)),
    Source("fars", "news/fars.jsonl", _GIT, "Fars news", (_O, _K)),
    Source("varzesh3", "news/varzesh3.jsonl", _GIT, "Varzesh3 sports news", (_O, _K)),
    Source("namnak", "news/namnak.jsonl", _GIT, "Namnak articles", (_O,)),
    Source("forum_threads", "relevance/forum_threads.jsonl", "Apache-2.0",
           "PerCQA forum threads", (_S, _O, _K), needed_by=_O),
    Source("claims_headlines", "relevance/claims_headlines.jsonl", "free for research only",
           "FarExStance claims and headlines", (_O,)),
    Source("language", "language/train.jsonl",
           "MIT, Apache-2.0, CC BY, CC BY-SA; two none stated; some Finglish words GPL-3.0",
           "PersoArabicLID, CORDI, KurdishLID, ScriptNormalization, SIB-200/FLORES, UD, "
           "ArSarcasm, Phate, Shekasteh, finglish-dataset", (_L, _O), needed_by=_L),
    Source("instructions", "text/instructions.jsonl", _NONE, "everyday questions and answers",
           (_O, _K)),
    Source("occupations", "text/occupations.jsonl", _NONE, "jobs and their tasks", (_O,)),
    Source("wordnet", "text/wordnet.jsonl", "free, CC BY-SA",
           "Persian WordNet and Wiktionary entries", (_L, _O, _K)),
    Source("subtitle_frequency", "text/subtitle_frequency.txt", "CC BY-SA 4.0",
           "word counts of subtitles", (_L, _K)),
    Source("web_bigrams", "text/web_bigrams.txt", "Apache-2.0", "frequent pairs of words", (_L,)),
    Source("peyma_train", "names/peyma_train.jsonl", "MIT (its repository)", "PEYMA sentences",
           (_A, _O, _K)),
    Source("phate_spans", "abuse/phate_spans.jsonl", _NONE, "PHate with the words that show it",
           ("measuring explanations",)),
    Source("parstwiner_train", "names/parstwiner_train.jsonl", "MIT (its repository)",
           "ParsTwiNER sentences", (_A, _O, _K)),
)  # fmt: skip
_BY_NAME = {source.name: source for source in SOURCES}
#: News sources: `off_topic` needs one of them, whichever.
NEWS = ("isna", "fars", "varzesh3", "namnak")


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a JSON-lines file, without the header that tells about it."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if "about" not in row:
                yield row


class Corpora:
    """The sources in a data directory, less those left out.

    Parameters
    ----------
    data : Path
        The data directory (``../shared/data`` or a copy of the same public files).
    without : collection of str
        Names of sources to leave out, for instance those whose licence forbids a use.

    Raises
    ------
    TrainingError
        When `without` names no source.
    """

    def __init__(self, data: Path, without: Collection[str] = ()) -> None:
        unknown = sorted(set(without) - set(_BY_NAME))
        if unknown:
            known = ", ".join(_BY_NAME)
            raise TrainingError(f"no such training source: {', '.join(unknown)}; there are {known}")
        self.data = data
        self.without = frozenset(without)

    def has(self, name: str) -> bool:
        """Tell whether the source is to be read."""
        return _BY_NAME[name].name not in self.without

    def sources(self, rule: str | None = None) -> list[Source]:
        """Return the sources that are read, by `rule` or at all, in the table's order."""
        return [
            source
            for source in SOURCES
            if self.has(source.name) and (rule is None or rule in source.rules)
        ]

    def path(self, name: str) -> Path:
        """Return where the source's file is.

        Raises
        ------
        TrainingError
            When the file is missing, or the source was left out although a rule needs it.
        """
        source = _BY_NAME[name]
        if not self.has(name):
            rule = source.needed_by or "what reads it"
            raise TrainingError(f"{name} cannot be left out: {rule} cannot be trained without it")
        path = self.data / source.file
        if not path.is_file():
            advice = f"leave the source out with --without {name}, or "
            if source.needed_by:
                advice = f"{source.needed_by} cannot be trained without it; "
            raise TrainingError(
                f"{path}: missing; {advice}see the model card for where it comes from"
            )
        return path

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a source in JSON lines; raises as :meth:`path` does, at once."""
        return read_jsonl(self.path(name))

    def check(self) -> None:
        """Raise before hours of training what would else be raised after them.

        Raises
        ------
        TrainingError
            When a file is missing, or what a rule cannot be trained without was left out.
        """
        for source in SOURCES:
            if source.file and (source.needed_by or self.has(source.name)):
                self.path(source.name)
        self.news()

    def news(self) -> list[str]:
        """Return the names of the news sources that are read.

        Raises
        ------
        TrainingError
            When all were left out.
        """
        names = [name for name in NEWS if self.has(name)]
        if not names:
            raise TrainingError(
                f"{', '.join(NEWS)} cannot all be left out: off_topic cannot be trained "
                "without news items"
            )
        return names
