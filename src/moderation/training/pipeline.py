"""The abuse rules as a scikit-learn pipeline, made of a stored model without fitting.

Step ``features`` turns comments into the measurements that the rules are decided on, step
``rules`` turns those into probabilities. What was learnt is in the constructor's parameters,
so ``fit`` has nothing to do and :func:`sklearn.base.clone` keeps it, as with scikit-learn's
own ``FrozenEstimator``. The other three rules (spam, language, off_topic) and the site's
policy are not part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.pipeline import Pipeline

from moderation.lexicon.store import Lexicon
from moderation.model.store import Model, ModelError
from moderation.policy import Policy
from moderation.rules.abuse import ABUSE_RULES
from moderation.rules.features import AbuseFeatures, feature_names
from moderation.rules.network import Network
from moderation.rules.registry import FEATURE_GROUPS, build_features
from moderation.text.known import KnownWords
from moderation.text.lexis import Lexis
from moderation.text.unmask import Unmasker
from moderation.training.abuse import dense_features
from moderation.training.corpora import Example

__all__ = ["AbuseRules", "CommentFeatures", "build_pipeline"]

_THRESHOLD = 0.5


class CommentFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turns comments into what the abuse rules measure of them.

    Parameters
    ----------
    groups : dict of str to dict of str to ndarray
        The model's groups of arrays that :func:`moderation.rules.registry.build_features` reads.
    lexicon : str
        Digest of the word lists that the model was trained with.
    """

    def __init__(self, groups: Mapping[str, Mapping[str, npt.NDArray[Any]]], lexicon: str) -> None:
        self.groups = groups
        self.lexicon = lexicon

    def fit(self, texts: Iterable[str], y: Any = None) -> CommentFeatures:
        """Return the transformer as it is: it was trained with the model."""
        return self

    def transform(self, texts: Iterable[str]) -> npt.NDArray[np.float32]:
        """Measure comments.

        Parameters
        ----------
        texts : iterable of str
            Comments; of one that is longer than the default policy's limit the head and
            tail, as the moderator reads it.

        Returns
        -------
        ndarray of float32, shape (n_comments, n_features)
        """
        limits = Policy.default().limits
        read = []
        for text in _comments(texts):
            read.append("\n".join(text[start:end] for start, end in limits.windows(len(text))))
        if not read:
            return np.zeros((0, len(feature_names())), dtype=np.float32)
        return dense_features([Example(text, "", 1.0) for text in read], self._measures())

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Return the names of the columns, such as ``insult:peak`` or ``count:charge``."""
        return np.array(feature_names(), dtype=object)

    def _measures(self) -> AbuseFeatures:
        """Return the measuring object, made when first needed and never pickled."""
        built: AbuseFeatures | None = self.__dict__.get("_built")
        if built is None:
            lexicon = Lexicon.load()
            if lexicon.digest != self.lexicon:
                raise ModelError(
                    "made with other word lists than this version of moderation has; train it "
                    "again, or use the version it came with"
                )
            unmasker = Unmasker(lexicon, KnownWords.from_arrays(self.groups["known"]))
            lexis = Lexis(self.groups["relevance"])
            built = build_features(self.groups, lexicon, unmasker, lexis)
            self._built = built
        return built

    def set_params(self, **params: Any) -> CommentFeatures:
        """Set parameters; what was built from the former ones is dropped."""
        self.__dict__.pop("_built", None)
        super().set_params(**params)
        return self

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        state.pop("_built", None)
        return state

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.string = True
        tags.input_tags.one_d_array, tags.input_tags.two_d_array = True, False
        return tags


class AbuseRules(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Says how probably a comment breaks each of the four abuse rules.

    Parameters
    ----------
    arrays : dict of str to ndarray
        As :class:`moderation.rules.network.Network` takes them.

    Attributes
    ----------
    classes_ : ndarray of str, shape (4,)
        The rules, in the order of the columns.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.float32]]) -> None:
        self.arrays = arrays

    @property
    def classes_(self) -> npt.NDArray[np.str_]:
        """The rules, in the order of the columns."""
        return np.array([rule.value for rule in ABUSE_RULES])

    @property
    def n_features_in_(self) -> int:
        """How many measurements a comment has."""
        return len(self.arrays["mean"])

    def fit(self, dense: npt.ArrayLike, y: Any = None) -> AbuseRules:
        """Return the classifier as it is: it was trained with the model."""
        return self

    def predict_proba(self, dense: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_comments, 4).

        A comment can break several rules, so a row does not sum to 1.
        """
        inputs = np.asarray(dense, dtype=np.float32)
        if inputs.ndim != 2 or inputs.shape[1] != self.n_features_in_:
            raise ValueError(
                f"expected {self.n_features_in_} measurements a comment, found an array "
                f"of shape {inputs.shape}"
            )
        if not len(inputs):
            return np.zeros((0, len(ABUSE_RULES)))
        return Network(self.arrays).scores(inputs)

    def predict(self, dense: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return 1 for every rule that is more probably broken than not, shape (n_comments, 4)."""
        return (self.predict_proba(dense) >= _THRESHOLD).astype(np.int64)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.classifier_tags.multi_class, tags.classifier_tags.multi_label = False, True
        return tags


def _comments(texts: Iterable[str]) -> list[str]:
    if isinstance(texts, str):
        raise ValueError("texts must be a row of comments, not one comment")
    comments = list(texts)
    for place, text in enumerate(comments):
        if not isinstance(text, str):
            raise TypeError(f"comment {place} must be text, not {type(text).__name__}")
    return comments


def build_pipeline(model: Model) -> Pipeline:
    """Return the abuse rules of a stored model as a scikit-learn pipeline.

    Parameters
    ----------
    model : Model

    Returns
    -------
    sklearn.pipeline.Pipeline
        It holds copies of the model's arrays, and may be pickled.

    Raises
    ------
    ModelError
        When the model lacks what the abuse rules need.

    Examples
    --------
    >>> from moderation.model.store import load_model
    >>> pipeline = build_pipeline(load_model())
    >>> pipeline.predict_proba(["عملکرد شهرداری ضعیف بود"]).shape
    (1, 4)
    """
    try:
        groups = {name: _copied(model.groups[name]) for name in (*FEATURE_GROUPS, "known")}
        features = CommentFeatures(groups, str(model.manifest["lexicon"]))
        rules = AbuseRules(_copied(model.groups["network"]))
        pipeline = Pipeline([("features", features), ("rules", rules)])
        # Better told here than to whoever loads it: a model that does not fit this version.
        pipeline.predict_proba([""])
    except KeyError as missing:
        raise ModelError(f"{model.path}: the model lacks {missing}") from None
    except ValueError as error:
        raise ModelError(f"{model.path}: {error}") from error
    return pipeline


def _copied(arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    # A mapped array would tie the pickle to the model's files.
    return {name: np.array(array) for name, array in arrays.items()}
