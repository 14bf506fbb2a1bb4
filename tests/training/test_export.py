from __future__ import annotations

import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from moderation.cli.main import main
from moderation.model.store import Model, ModelError, load_model, save_model
from moderation.moderator import Moderator
from moderation.rules.abuse import ABUSE_RULES
from moderation.rules.features import feature_names
from moderation.training.export import export
from moderation.training.pipeline import AbuseRules, CommentFeatures, build_pipeline

COMMENTS = """\
از زحمات همه همکاران پاکبان ممنونیم
این پل را چند بار افتتاح می‌کنید؟
کاش به جای تبلیغ، چاله‌های کوچه ما را پر می‌کردید
عجب خبر خوبی، خسته نباشید
تو دیگر چقدر نفهمی مرد حسابی
آدم بی‌شعور، اول خبر را بخوان
ا ح م ق های پشت میز نشین
بی*شعور خودتی
خفه شو و برو پی کارت
خاک بر سر همه‌تان با این مدیریت
شهردار از همین پروژه پول دزدیده و کسی کاری ندارد
رئیس اداره رشوه گرفته تا پروانه را امضا کند
این شرکت کلاهبردار است و سر همه را کلاه گذاشت
چرا کسی از هزینه‌های این طرح گزارش نمی‌دهد؟
دادگاه دیروز حکم اختلاس را اعلام کرد
نگفتم احمق است، گفتم اشتباه کرد
نوشته‌اند «بی‌شرف» اما من چنین حرفی نزدم
سگ‌های ولگرد کنار مدرسه خطرناک شده‌اند
گاو همسایه ما دیروز زایید
همه این قومیت‌ها باید از شهر بروند بیرون
مهاجران هم مثل ما حق درس خواندن دارند
زن‌ها عقلشان به این کارها نمی‌رسد
پیدایت می‌کنم و می‌کشمت
امیدوارم همه‌شان اعدام شوند
می‌ترسم این سیل کسی را بکشد
دیشب در درگیری دو نفر کشته شدند
مسئولان به فکر مردم نیستند
عملکرد شورا در این چهار سال ضعیف بود
طرح ترافیک شکست خورده است و باید عوض شود
خدا رحمتش کند، مرد بزرگی بود
لعنت به هر چه دروغگو است
دروغگوی وقیح، مردم را چه فرض کرده‌ای
قیمت مسکن دیگر دست‌یافتنی نیست
کسب و کار ما با این مالیات نابود شد
در آگهی نوشته بود تا خرداد تحویل می‌دهند
برای خرید ارزان به کانال ما بیایید @example_shop
شماره تماس اداره ۱۳۷ جواب نمی‌دهد
http://example.org/news/12 اینجا کامل‌تر نوشته
khak bar saret ba in khabar
ahmagh boro bekhab
This comment is not in Persian at all
😂😂😂😂
؟؟؟!!!
۱۲۳۴۵
سلام
نـــــه بابا واقـــعا
مُدیرِ مُحتَرَم، لُطفاً پاسُخ بِدَهید
كتاب‌هاي درسي دير به دست بچه‌ها رسيد
آقای نماینده شما را مردم انتخاب کردند نه باند و باندبازی، یادتان نرود که دوره بعد هم هست
کرایه اتوبوس سه برابر شد ولی صف همان صف است و صندلی همان صندلی""".splitlines()


@pytest.fixture(scope="module")
def pipeline(model: Model) -> Pipeline:
    return build_pipeline(model)


def _moderators_scores(path: Path, comments: list[str]) -> np.ndarray[Any, Any]:
    verdicts = Moderator(path).classify_batch(comments)
    return np.array([[verdict.scores[rule] for rule in ABUSE_RULES] for verdict in verdicts])


def test_loaded_pipeline_scores_as_the_moderator(model_path: Path, tmp_path: Path) -> None:
    assert len(COMMENTS) == 50
    # Beyond the limit the moderator reads head and tail; an empty one has no tokens.
    comments = [*COMMENTS, "مدیر خوب است. " * 600 + "احمق", ""]
    export(tmp_path / "model.joblib", model_path)
    loaded = joblib.load(tmp_path / "model.joblib")
    probabilities = loaded.predict_proba(comments)
    assert probabilities.shape == (52, 4)
    expected = _moderators_scores(model_path, comments)
    assert np.abs(probabilities - expected).max() < 1e-5
    assert np.ptp(probabilities, axis=0).min() > 0.05  # not equal for being constant
    assert (loaded.predict(comments) == (expected >= 0.5)).all()


def test_loaded_in_a_fresh_process(model_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "model.joblib"
    export(file, model_path)
    code = (
        "import sys, joblib; "
        "print(*joblib.load(sys.argv[1]).predict_proba(sys.argv[2:])[0].round(5).tolist())"
    )
    command = [sys.executable, "-c", code, str(file), COMMENTS[5]]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    expected = _moderators_scores(model_path, COMMENTS[5:6])[0]
    assert [float(number) for number in printed.split()] == pytest.approx(expected, abs=2e-5)


def test_names(pipeline: Pipeline) -> None:
    assert list(pipeline.named_steps) == ["features", "rules"]
    assert pipeline.classes_.tolist() == ["insult", "accusation", "hate", "threat"]
    names = pipeline[:-1].get_feature_names_out()
    assert names.tolist() == feature_names()
    dense = pipeline[:-1].transform(COMMENTS)
    assert dense.shape == (50, len(names))
    assert dense.dtype == np.float32
    assert pipeline["rules"].n_features_in_ == len(names)


def test_predict_is_an_indicator(pipeline: Pipeline) -> None:
    predicted = pipeline.predict(COMMENTS)
    assert set(np.unique(predicted)) <= {0, 1}
    assert (predicted == (pipeline.predict_proba(COMMENTS) >= 0.5)).all()
    assert pipeline.score(COMMENTS, predicted) == 1.0


def test_texts_may_come_in_any_row(pipeline: Pipeline) -> None:
    expected = pipeline.predict_proba(COMMENTS)
    for texts in (tuple(COMMENTS), np.array(COMMENTS), np.array(COMMENTS, dtype=object)):
        assert (pipeline.predict_proba(texts) == expected).all()
    assert pipeline.predict_proba([]).shape == (0, 4)
    assert pipeline.predict([]).shape == (0, 4)


def test_clone_and_fit_keep_what_was_learnt(pipeline: Pipeline) -> None:
    expected = pipeline.predict_proba(COMMENTS)
    copy = clone(pipeline)
    assert copy is not pipeline
    assert (copy.predict_proba(COMMENTS) == expected).all()
    check_is_fitted(copy)
    labels = np.zeros((50, 4), dtype=int)
    assert (copy.fit(COMMENTS, labels).predict_proba(COMMENTS) == expected).all()
    assert repr(copy)
    assert copy._repr_html_()


def test_pickle_holds_plain_arrays_alone(model_path: Path) -> None:
    pipeline = build_pipeline(load_model(model_path))
    fresh = pickle.dumps(pipeline)
    expected = pipeline.predict_proba(COMMENTS)
    used = pickle.dumps(pipeline)
    # What scoring builds (tables, encoders) stays out.
    assert len(used) == len(fresh)
    assert (pickle.loads(used).predict_proba(COMMENTS) == expected).all()
    groups = (*pipeline["features"].groups.values(), pipeline["rules"].arrays)
    arrays = [array for group in groups for array in group.values()]
    assert {type(array) for array in arrays} == {np.ndarray}
    assert all(array.base is None and array.flags.owndata for array in arrays)


def test_set_params_takes_effect(pipeline: Pipeline) -> None:
    features = clone(pipeline["features"])
    before = features.transform(COMMENTS)
    zeros = {name: np.zeros_like(array) for name, array in features.groups["abuse"].items()}
    features.set_params(groups={**features.groups, "abuse": zeros})
    after = features.transform(COMMENTS)
    assert (after[:, 0] == 0).all()
    assert not (before[:, 0] == 0).all()


def test_features_serve_another_classifier(pipeline: Pipeline) -> None:
    labels = [int("احمق" in text or "شعور" in text) for text in COMMENTS]
    own = Pipeline(
        [("features", clone(pipeline["features"])), ("own", LogisticRegression(max_iter=2000))]
    )
    assert own.fit(COMMENTS, labels).predict(COMMENTS).shape == (50,)


def test_wrong_input(pipeline: Pipeline) -> None:
    with pytest.raises(ValueError, match="a row of comments, not one comment"):
        pipeline.predict_proba("سلام")
    with pytest.raises(TypeError, match="comment 1 must be text, not NoneType"):
        pipeline.predict_proba(["سلام", None])
    with pytest.raises(ValueError, match="measurements a comment"):
        pipeline["rules"].predict_proba(np.zeros((2, 3)))


def test_other_word_lists(pipeline: Pipeline) -> None:
    features = clone(pipeline["features"]).set_params(lexicon="other")
    with pytest.raises(ModelError, match="other word lists"):
        features.transform(COMMENTS)


def test_model_that_does_not_fit(tmp_path: Path, model: Model) -> None:
    groups = {name: dict(arrays) for name, arrays in model.groups.items()}
    lexicon = model.manifest["lexicon"]
    save_model(tmp_path / "lists", groups, name="old", about={"lexicon": "other"})
    with pytest.raises(ModelError, match="lists: made with other word lists"):
        build_pipeline(load_model(tmp_path / "lists"))
    groups["network"]["mean"] = np.zeros(3)
    save_model(tmp_path / "narrow", groups, name="narrow", about={"lexicon": lexicon})
    with pytest.raises(ModelError, match="narrow: expected 3 measurements a comment"):
        build_pipeline(load_model(tmp_path / "narrow"))
    del groups["abuse"]
    save_model(tmp_path / "poor", groups, name="poor", about={"lexicon": lexicon})
    with pytest.raises(ModelError, match="poor: the model lacks 'abuse'"):
        build_pipeline(load_model(tmp_path / "poor"))


def test_steps_are_estimators(pipeline: Pipeline) -> None:
    assert isinstance(pipeline["features"], CommentFeatures)
    assert isinstance(pipeline["rules"], AbuseRules)
    assert set(pipeline["rules"].get_params()) == {"arrays"}


class TestFile:
    def test_command(
        self, small_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "model.joblib"
        assert main(["export", "--output", str(file), "--model", str(small_path)]) == 0
        assert capsys.readouterr().out == f"{file}: written\n"
        assert [path.name for path in tmp_path.iterdir()] == ["model.joblib"]
        assert joblib.load(file).classes_.tolist()[0] == "insult"

    def test_help_warns(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["export", "--help"]) == 0
        assert "LOADING A JOBLIB FILE CAN RUN CODE" in capsys.readouterr().out

    def test_usual_permissions(self, small_path: Path, tmp_path: Path) -> None:
        plain = tmp_path / "plain"
        plain.touch()
        export(tmp_path / "model.joblib", small_path)
        assert (tmp_path / "model.joblib").stat().st_mode == plain.stat().st_mode
        (tmp_path / "model.joblib").chmod(0o640)
        export(tmp_path / "model.joblib", small_path)
        assert (tmp_path / "model.joblib").stat().st_mode & 0o777 == 0o640

    def test_a_failure_leaves_the_old_file(
        self, small_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "model.joblib"
        file.write_text("old")

        def breaks(_value: object, path: Path, **_options: object) -> None:
            Path(path).write_text("half")
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(joblib, "dump", breaks)
        with pytest.raises(OSError, match="No space left"):
            export(file, small_path)
        assert file.read_text() == "old"
        assert [path.name for path in tmp_path.iterdir()] == ["model.joblib"]

    @pytest.mark.parametrize(
        ("place", "message"),
        [(".", "is a directory, not a file"), ("gone/model.joblib", "no such folder")],
    )
    def test_bad_output(
        self,
        small_path: Path,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        place: str,
        message: str,
    ) -> None:
        output = str(tmp_path / place)
        assert main(["export", "--output", output, "--model", str(small_path)]) == 2
        assert message in capsys.readouterr().err

    def test_bad_model(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        gone = str(tmp_path / "gone")
        assert main(["export", "--output", str(tmp_path / "m"), "--model", gone]) == 2
        assert "no such model directory" in capsys.readouterr().err


def test_no_other_module_loads_joblib_files() -> None:
    """Loading such a file can run code, so classifying must never do it."""
    import moderation

    loading = re.compile(r"joblib\.load|pickle\.loads?\b|allow_pickle=True")
    package = Path(moderation.__file__).parent
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if loading.search(path.read_text(encoding="utf-8"))
    }
    # These two only name it in help texts.
    assert found <= {"cli/export.py", "training/export.py"}
