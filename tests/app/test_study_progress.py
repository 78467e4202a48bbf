"""Studies that go on: what is read of them meanwhile, what their pages hear, and how long the rest takes."""

import itertools
import json
from functools import partial

import pytest

from app.live.hub import Hub
from app.people.allowance import Cost
from app.people.sight import Sight
from app.runs import Run
from app.settings import Settings
from app.storage import study_store
from app.storage.database import Database
from app.studies.costs import Costs
from app.studies.progress import Progress
from app.studies.publishing import Publishing
from app.studies.restoring import restored_study
from app.studies.stored import StoredTrial
from app.studies.study import Status, Study
from app.studies.views import results, trial_of
from app.trainings import Status as TrainingStatus
from engine.limits import Limits
from engine.studies import Plan, StudyConfig
from tests.support import event_loop
from tests.support.stored_runs import insert, make_run

DOCUMENT = {
    "experiment": {"dataset": {"name": "digits", "train_size": 200}, "training": {"epochs": 3}},
    "space": {"optimizer.learning_rate": {"low": 0.01, "high": 1, "scale": "log"}},
    "method": {"name": "halving", "configurations": 27},
    "seeds": 2,
}


def study_of(study_id="s", status=Status.RUNNING, **other):
    config = StudyConfig.from_dict({**DOCUMENT, **other})
    costs = Costs(1.0, Cost(0, 0, 0, 0.0))
    return Study(study_id, 1, study_id, config, Plan(config), costs, status, 1.0)


def test_while_the_plan_of_a_study_takes_scores_in_a_thread_all_else_that_is_read_of_it_stays(tmp_path):
    study, read = study_of(), []
    report = study.plan.report

    def read_and_report(number, score):
        read.append((list(study.training), study.best(), study.spent))
        report(number, score)

    study.plan.report = read_and_report
    settings = Settings(state_dir=tmp_path)
    database = Database(settings.database_path)
    database.open()

    async def scenario():
        await database.write(lambda c: study_store.insert(c, study.stored()))
        for number in (1, 2):
            latest = {"validation_accuracy": number / 10}
            made = make_run(f"r{number}", {}, status=TrainingStatus.COMPLETED, seconds=2.0, latest=latest)
            await database.write(partial(insert, run=made))
            trial = StoredTrial(number, made.training.id, False)
            study.begin(trial, Run(f"s.{number}", number, "s", made.training, 1.0, study="s"))
        return await Progress(settings, database, None, None, None).collect(study)

    assert event_loop.run(scenario())
    database.close()
    assert read == [([1, 2], None, 4.0)] * 2
    assert (study.training, study.best(), study.spent) == ({}, (2, 0.2), 4.0)
    assert [study.plan.score(number) for number in (1, 2)] == [0.1, 0.2]


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_a_configuration_that_diverged_is_the_worst_whichever_ended_first(order):
    method = {"name": "random", "configurations": 3}
    study = study_of(metric="validation_loss", method=method, seeds=1)
    for number in order:
        score = {1: None, 2: 0.4, 3: 0.9}[number]
        study.plan.report(number, score)
        study.end(StoredTrial(number, f"t{number}", False, "completed", score))
        best = results(study)["verdict"]["best"]
        assert (study.best() or (best,))[0] == best
    assert study.best() == (2, 0.4)


def test_the_best_so_far_is_that_of_the_verdict_also_if_one_configuration_is_a_pair_ahead():
    study = study_of(method={"name": "random", "configurations": 3}, seeds=8)
    accuracies = {1: 0.8, 2: 0.9, 3: 0.7}
    for trial in study.plan.trials:
        if trial.pair.seed < 7 or trial.configuration == 1:
            score = accuracies[trial.configuration] + trial.pair.seed / 1000
            study.plan.report(trial.number, score)
            study.end(StoredTrial(trial.number, None, False, "completed", score))
            best = study.best()
            assert best is not None
            assert best[0] == results(study)["verdict"]["best"]
    assert best == (2, pytest.approx(0.9035))


def test_test_figures_of_another_configuration_than_the_best_are_not_shown_as_its_own():
    study = study_of(method={"name": "random", "configurations": 2}, seeds=1)
    for number, score in ((1, 0.8), (2, 0.9)):
        study.plan.report(number, score)
        study.end(StoredTrial(number, None, False, "completed", score))
    study.status = Status.COMPLETED
    for measured, state in ((2, "measured"), (1, "unavailable")):
        study.test = {"configuration": measured, "scores": [0.75]}
        found = results(study)
        assert found["test"] == state
        assert [row["number"] for row in found["configurations"] if row["test"]] == [2] * (
            state == "measured"
        )


def test_a_study_of_which_all_has_diverged_so_far_has_no_best():
    study = study_of(metric="validation_loss")
    study.end(StoredTrial(1, "t1", False, "diverged"))
    assert study.best() is None


def test_configurations_that_were_drawn_but_not_stored_before_a_restart_are_stored_with_the_next_scores(
    tmp_path,
):
    pytest.importorskip("optuna")
    database = Database(Settings(state_dir=tmp_path).database_path)
    database.open()
    method = {"name": "tpe", "configurations": 4, "batch": 2}
    new = study_of(method=method, seeds=1).stored()

    def load():
        (stored_id,) = database.read_now(study_store.load_ids)
        stored = database.read_now(lambda c: study_store.load(c, stored_id))
        return stored

    def finished(number):
        return make_run(
            f"r{number}", {}, status=TrainingStatus.COMPLETED, latest={"validation_accuracy": 0.5}
        )

    async def scenario():
        await database.write(lambda c: study_store.insert(c, new))
        made = [finished(number) for number in (1, 2, 3)]
        for run in made:
            run.number = await database.write(partial(insert, run=run))
        # the scores of the first batch are stored, and the server ends
        ended = [
            StoredTrial(run.number, run.training.id, False, "completed", score)
            for run, score in zip(made, (0.5, 0.7), strict=False)
        ]
        await database.write(lambda c: study_store.put_trials(c, new.id, ended))
        study = restored_study(load(), {}, Limits(memory_bytes=1 << 30, multiply_adds=1 << 30))
        assert (len(study.plan.stages), len(load().configurations)) == (2, 1)
        third = made[2].training
        study.begin(StoredTrial(3, third.id, False), Run("s.3", 3, "s", third, 1.0, study="s"))
        assert await Progress(None, database, None, None, None).collect(study)
        return study

    study = event_loop.run(scenario())
    assert load().configurations == study.plan.stages
    database.close()


def test_a_study_whose_state_cannot_be_made_keeps_no_other_from_its_page():
    broken, whole = study_of("broken"), study_of("whole")
    broken.costs = None
    hub = Hub(history=None)
    publishing = Publishing(hub, Sight(None, lambda run_id: None), lambda: 1, lambda: 1.0)

    async def scenario():
        viewer = hub.join()
        for study in (broken, whole):
            publishing.soon(study)
        publishing.publish_due()
        return [json.loads(message) for message in await viewer.next_messages()]

    messages = event_loop.run(scenario())
    assert [message["id"] for message in messages if message["type"] == "study"] == ["whole"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.RUNNING, "waiting"),
        (Status.PAUSED, "waiting"),
        (Status.MEASURING, "cancelled"),
        (Status.COMPLETED, "cancelled"),
        (Status.CANCELLED, "cancelled"),
        (Status.FAILED, "cancelled"),
    ],
)
def test_a_trial_that_has_not_begun_waits_only_as_long_as_its_study_may_begin_it(status, expected):
    study = study_of(status=status)
    assert trial_of(study, study.plan.trials[0])["status"] == expected


def test_the_rest_of_a_study_takes_as_long_as_its_rungs_train_and_not_as_its_factor_says():
    study = study_of()
    plan = study.plan
    lengths = [plan.iterations(1, rung) for rung in (1, 2, 3)]
    assert lengths == [lengths[0], lengths[0], 3 * lengths[0]]  # 1, 1 and 3 epochs
    assert study.costs.left(plan, {}) == pytest.approx((27 + 9 + 3 * 3) * 2)
    assert study.costs.left(plan, {1: 54, 2: 17}) == pytest.approx(1 + 3 * 3 * 2)
