"""Studies that go on: what is read of them meanwhile, what their pages hear, and how long the rest takes."""

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
from app.studies.stored import StoredTrial
from app.studies.study import Status, Study
from app.studies.views import trial_of
from app.trainings import Status as TrainingStatus
from engine.studies import Plan, StudyConfig
from tests.support import event_loop
from tests.support.stored_runs import insert, make_run

DOCUMENT = {
    "experiment": {"dataset": {"name": "digits", "train_size": 200}, "training": {"epochs": 3}},
    "space": {"optimizer.learning_rate": {"low": 0.01, "high": 1, "scale": "log"}},
    "method": {"name": "halving", "configurations": 27},
    "seeds": 2,
}


def study_of(study_id="s", status=Status.RUNNING):
    config = StudyConfig.from_dict(DOCUMENT)
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
