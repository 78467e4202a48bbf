"""Looking for findings: an answer is remembered until something comes that can change it."""

import numpy as np
import pytest

from app.findings.looking import Looking
from app.storage import row_store
from app.storage.database import Database
from app.trainings import Status
from engine import ExperimentConfig, Trainer
from tests.support import event_loop
from tests.support.hub import HubLab
from tests.support.stored_runs import insert, make_run

CONFIG = ExperimentConfig.from_dict(
    {
        "dataset": {"name": "digits"},
        "network": {"preset": "mlp", "hidden": [8]},
        "training": {"iterations": 60, "batch_size": 20, "evaluate_every": 10},
    }
)


class Recording:
    """A training whose rows come as a test adds them."""

    def __init__(self, database, run_id):
        self.database = database
        self.run = make_run(run_id, CONFIG.to_dict(), iterations=60, status=Status.RUNNING)
        self.training = self.run.training
        self.hub = HubLab().hub
        self.hub.show(self.run.id, self.training.id)
        self.looking = Looking(database, self.hub)
        self.trainer = Trainer(CONFIG)
        self.write(lambda c: insert(c, self.run))
        for stream, columns in self.trainer.columns.items():
            self.write(lambda c, stream=stream, columns=columns: self._open(c, stream, columns))

    def _open(self, connection, stream, columns):
        row_store.open_stream(connection, self.training.id, stream, tuple(columns))

    def write(self, operation):
        return event_loop.run(self.database.write(operation))

    def train(self, iterations, streams=("train", "evaluation")):
        """Rows of some iterations; those of a stream that is left out are still on their way."""
        late = []
        for _ in range(iterations):
            for event in self.trainer.advance():
                if event.stream in streams:
                    self.store(event)
                else:
                    late.append(event)
        self.training.iteration = self.trainer.iteration
        return late

    def store(self, event):
        first = self.hub.recorded(self.training.id, event.stream)
        values = np.array(event.values, np.float32).reshape(-1, 1)
        rows = self.write(
            lambda c: row_store.append_rows(c, self.training.id, event.stream, first, values, at=0, seconds=0)
        )
        self.hub.append(self.training.id, event.stream, rows)

    def at(self, iteration):
        return event_loop.run(self.looking.at(self.training, iteration))


@pytest.fixture
def recording(tmp_path):
    database = Database(tmp_path / "lab.sqlite3")
    database.open()
    yield Recording(database, "r")
    database.close()


def test_an_answer_about_the_past_is_remembered_while_rows_come(recording):
    recording.train(31)
    answer = recording.at(15)
    assert answer.evaluations == 1
    recording.train(20)
    assert recording.at(15) is answer


def test_between_two_evaluations_an_answer_is_remembered_although_the_next_one_has_not_come(recording):
    recording.train(23)
    answer = recording.at(22)
    recording.train(4)
    assert recording.at(22) is answer


def test_an_evaluation_that_comes_after_later_rows_of_training_is_in_the_next_answer(recording):
    late = recording.train(15, streams=["train"])
    assert recording.at(12).evaluations == 0
    for event in late:
        recording.store(event)
    assert recording.at(12).evaluations == 1


def test_a_measurement_that_comes_after_later_rows_changes_the_answer_once(recording):
    recording.train(31)
    recording.training.measured = 10
    before = recording.at(20)
    recording.training.measured = 20
    after = recording.at(20)
    assert after is not before
    recording.training.measured = 30
    assert recording.at(20) is after


def test_the_end_of_a_training_without_another_row_changes_the_answer(recording):
    recording.train(60)
    running = recording.at(60)
    recording.training.status = Status.COMPLETED
    assert recording.at(60) is not running
