"""Studies after a restart, where what drew their configurations is gone or has changed."""

import pytest

from app.runs import Run
from app.studies.restoring import restored_study
from app.studies.stored import StoredStudy, StoredTrial
from app.studies.study import Status
from app.studies.views import results
from app.trainings import Training
from engine import ConfigError
from engine.limits import Limits
from engine.reasons import why
from engine.studies import Plan, StudyConfig, methods

LIMITS = Limits(memory_bytes=1 << 30, multiply_adds=1 << 30)
DOCUMENT = {
    "name": "λ",
    "experiment": {"dataset": {"name": "digits", "train_size": 100}, "training": {"iterations": 5}},
    "space": {"regularization.l2": {"low": 0.0001, "high": 1, "scale": "log"}},
    "method": {"name": "random", "configurations": 3},
    "seeds": 2,
}


def stored(document, configurations):
    trials = [
        StoredTrial(number, f"t{number}", False, "completed", 0.5 + number / 10, 2.0) for number in (1, 3)
    ]
    trials.append(StoredTrial(2, "t2", False))
    config = StudyConfig.from_dict(document, stored=True)
    return StoredStudy(
        "s", "λ", config.to_dict(), "running", 1.0, configurations=configurations, trials=trials
    )


def runs():
    return {2: Run("s.2", 2, "λ", Training("t2", {}, 5, 1.0), 1.0, study="s")}


def test_a_study_goes_on_with_the_scores_and_the_trials_that_were_stored():
    stages = Plan(StudyConfig.from_dict(DOCUMENT)).stages
    study = restored_study(stored(DOCUMENT, stages), runs(), LIMITS)
    assert (study.status, study.ended, study.spent) == (Status.RUNNING, 2, 4.0)
    assert list(study.training) == [2]
    assert [trial.number for trial in study.waiting(9)] == [4, 5, 6]
    number, mean = study.best()
    assert (number, round(mean, 9)) == (3, 0.8)
    assert study.left_seconds(slowness=1.0, places=2) > 0


def test_a_study_that_would_draw_other_configurations_now_has_failed_and_shows_those_that_it_had():
    others = [[{"regularization.l2": value} for value in (0.5, 0.6, 0.7)]]
    was_stored = stored(DOCUMENT, others)
    study = restored_study(was_stored, runs(), LIMITS)
    assert (study.status, why(study.reason)["code"]) == (Status.FAILED, "study_failed")
    assert was_stored.status == "running", "the server stores a status that differs from the stored one"
    assert {row["values"]["regularization.l2"] for row in results(study)["configurations"]} == {0.5, 0.6, 0.7}


@pytest.mark.parametrize("status", ["measuring", "completed", "cancelled", "failed"])
def test_a_study_that_trains_no_more_keeps_the_configurations_that_it_trained(status):
    ended = stored(DOCUMENT, [[{"regularization.l2": value} for value in (0.5, 0.6, 0.7)]])
    ended.status = status
    study = restored_study(
        ended, {}, Limits(memory_bytes=1, multiply_adds=1)
    )  # they are lower than they were
    assert study.status == status
    assert {row["values"]["regularization.l2"] for row in results(study)["configurations"]} == {0.5, 0.6, 0.7}


def test_a_study_by_halving_that_has_ended_keeps_all_its_rungs():
    document = {
        **DOCUMENT,
        "experiment": {"dataset": {"name": "digits", "train_size": 100}, "training": {"iterations": 6}},
        "method": {"name": "halving", "configurations": 3, "rungs": 2},
        "seeds": 1,
    }
    ended = stored(document, [[{"regularization.l2": value} for value in (0.5, 0.6, 0.7)]])
    ended.status = "completed"
    ended.trials = [
        StoredTrial(number, f"t{number}", False, "completed", score)
        for number, score in enumerate((0.6, 0.9, 0.7, 0.95), 1)
    ]
    study = restored_study(ended, {}, LIMITS)
    rungs = {row["values"]["regularization.l2"]: row["rung"] for row in results(study)["configurations"]}
    assert (study.plan.is_complete, rungs) == (True, {0.5: 1, 0.6: 2, 0.7: 1})


def test_without_optuna_a_study_by_tpe_is_refused_and_one_that_was_there_shows_what_it_had(monkeypatch):
    document = {**DOCUMENT, "method": {"name": "tpe", "configurations": 3}}

    def no_optuna(*_, **__):
        raise ImportError("No module named 'optuna'")

    monkeypatch.setattr(methods, "has_optuna", lambda: False)
    monkeypatch.setattr(methods, "make", no_optuna)
    with pytest.raises(ConfigError) as caught:
        StudyConfig.from_dict(document)
    assert (caught.value.code, caught.value.field) == ("optuna_missing", "method.name")
    stages = [[{"regularization.l2": value} for value in (0.5, 0.6, 0.7)]]
    study = restored_study(stored(document, stages), runs(), LIMITS)
    assert (study.status, why(study.reason)["code"]) == (Status.FAILED, "study_failed")
    assert "optuna" in study.reason
    ended = stored(document, stages)
    ended.status = "completed"
    assert restored_study(ended, {}, LIMITS).status is Status.COMPLETED
