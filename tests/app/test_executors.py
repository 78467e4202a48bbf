"""What every executor does, on this machine or on a cluster: the contract of `app.jobs.executor`."""

import json
import os
import signal
import threading
from collections import defaultdict
from contextlib import contextmanager, suppress

import numpy as np
import psutil
import pytest

from app.cluster.executor import DaskExecutor
from app.jobs.executor import MAX_COMMANDS
from app.jobs.local import LocalExecutor
from app.jobs.messages import (
    Began,
    Cancel,
    ChangeLive,
    Finished,
    Job,
    LiveChanged,
    Pause,
    Paused,
    Resume,
    Saved,
    See,
    Step,
    Stop,
    Stopped,
    StreamOpened,
    Watch,
)
from engine import ExperimentConfig, views
from tests.app import importing_worker
from tests.support.cluster import Cluster, trainings_of
from tests.support.experiments import ENDLESS, QUICK, SHORT
from tests.support.waiting import TIMEOUT, wait_until


class Heard:
    """A listener that remembers, and can be made to wait before it takes rows."""

    def __init__(self):
        self.pieces = defaultdict(list)  # (training, stream) → (number of the first row, rows)
        self.events = defaultdict(list)
        self.views = defaultdict(list)
        self.ends = {}
        self.door = threading.Event()
        self.door.set()

    def rows(self, training_id, stream, first, columns, data, seconds):
        self.door.wait(TIMEOUT)
        self.pieces[training_id, stream].append((first, np.frombuffer(data, "<f4").reshape(-1, columns)))

    def event(self, training_id, event):
        self.events[training_id].append(event)

    def view(self, training_id, ticket, seconds, view):
        self.views[training_id].append((ticket, len(view)))

    def exited(self, training_id, reason):
        self.ends[training_id] = reason

    def places_changed(self):
        pass

    def curve(self, training_id, stream="train", begin=0):
        """All rows, which must follow each other without a hole and come once."""
        rows: list[np.ndarray] = []
        for first, values in self.pieces[training_id, stream]:
            assert first == begin + len(rows), "a hole, or rows that came twice"
            rows.extend(values)
        return np.array(rows)

    def count(self, training_id):
        return sum(len(values) for _, values in self.pieces[training_id, "train"])

    def wait_for_end(self, training_id):
        wait_until(lambda: training_id in self.ends, f"the end of {training_id}")
        return self.ends[training_id]

    def wait_for(self, training_id, kind, count=1):
        def found():
            return [event for event in list(self.events[training_id]) if isinstance(event, kind)][count - 1 :]

        return wait_until(found, f"{kind.__name__} of {training_id}")[0]

    def wait_for_rows(self, training_id, more=1):
        before = self.count(training_id)
        wait_until(lambda: self.count(training_id) >= before + more, f"rows of {training_id}")


class Contract:
    """An executor with its listener, and jobs for it."""

    def __init__(self, executor, folder, trainings):
        self.executor, self._folder, self.trainings = executor, folder, trainings
        self.heard = Heard()

    def start(self, training_id, experiment, **fields):
        folder = str(self._folder)
        job = {
            "training": training_id,
            "attempt": 1,
            "config": ExperimentConfig.from_dict(experiment).to_dict(),
            "stretches": [],
            **dict.fromkeys(("data_dir", "cache_dir", "own_dir", "checkpoint_place"), folder),
            **{"checkpoint_seconds": 3600.0, "checkpoints": [], "kept_bytes": 0, "memory_bytes": 1 << 30},
            **{"stored": 0, "seconds": 0.0, "changes": [], "wanted": [], "dead": False},
        }
        self.executor.start(training_id, Job(**{**job, **fields}))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("cluster"), slots=4) as cluster:
        cluster.start_worker()
        yield cluster


@pytest.fixture(params=["local", "dask"])
def contract(request, tmp_path):
    with opened(request.param, request, tmp_path) as contract:
        yield contract
        contract.heard.door.set()


@contextmanager
def opened(kind, request, folder):
    if kind == "local":
        contract = Contract(LocalExecutor(), folder, lambda: trainings_of(os.getpid()))
    else:
        cluster = request.getfixturevalue("cluster")
        executor = DaskExecutor(f"tcp://{cluster.address}", lab_file=folder / "lab-name")
        contract = Contract(executor, folder, cluster.trainings)
    contract.executor.open(contract.heard)
    wait_until(lambda: contract.executor.places != 0, "places to train")
    yield contract
    contract.executor.close(0.0)


def test_rows_and_events_come_once_and_in_order_up_to_the_end(contract):
    heard = contract.heard
    contract.start("a", QUICK)
    contract.start("b", QUICK)
    assert heard.wait_for_end("a") is None
    assert heard.wait_for_end("b") is None
    for training in "ab":
        assert len(heard.curve(training)) == 200
        assert len(heard.curve(training, "evaluation")) == 10
        events = heard.events[training]
        assert isinstance(events[0], Began)
        assert [event.stream for event in events if isinstance(event, StreamOpened)] == [
            "train",
            "evaluation",
        ]
        assert events[-1] == Finished("completed")
    assert np.array_equal(heard.curve("a"), heard.curve("b"))


def test_a_training_pauses_steps_changes_shows_goes_on_and_is_cancelled(contract):
    heard, send = contract.heard, contract.executor.send
    contract.start("a", ENDLESS)
    send("a", Pause())  # perhaps before it has begun
    heard.wait_for("a", Paused)
    stands = heard.count("a")
    send("a", ChangeLive({"learning_rate": 0.01}))
    assert heard.wait_for("a", LiveChanged).changes == {"learning_rate": [0.1, 0.01]}
    send("a", Step(3))
    wait_until(lambda: heard.count("a") == stands + 3, "three more rows")
    send("a", Watch(False))
    send("a", Resume())
    heard.wait_for_rows("a")
    send("a", Watch(True))
    send("a", See(7, "weights", views.check("weights", {}, ExperimentConfig.from_dict(ENDLESS))))
    wait_until(lambda: [ticket for ticket, _ in heard.views["a"]] == [7], "the view")
    send("a", Cancel())
    assert heard.wait_for_end("a") is None
    assert heard.events["a"][-1] == Finished("cancelled")
    assert len(heard.curve("a")) == heard.count("a")


def test_a_killed_training_has_ended_when_that_is_reported(contract):
    contract.start("a", ENDLESS)
    contract.heard.wait_for_rows("a")
    (process,) = contract.trainings()
    contract.executor.kill("a")
    reason = contract.heard.wait_for_end("a")
    assert reason.code == "worker_killed_hard"
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    contract.executor.send("a", Pause())  # nobody is there any more


def test_commands_for_a_worker_that_reads_none_keep_nobody_waiting_and_it_can_be_killed(contract):
    contract.start("a", ENDLESS)
    contract.heard.wait_for_rows("a")
    (process,) = contract.trainings()
    process.suspend()

    def send_many():
        for _ in range(MAX_COMMANDS + 10):
            contract.executor.send("a", See(7, "weights", {}))
        contract.executor.kill("a")

    sender = threading.Thread(target=send_many, daemon=True)
    sender.start()
    try:
        assert contract.heard.wait_for_end("a").code == "worker_killed_hard"
    finally:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    sender.join()


def test_commands_come_in_order_also_those_that_were_sent_before_there_is_a_process(contract):
    contract.start("a", ENDLESS, paused=True)
    rates = [number / 1000 for number in range(1, 201)]
    for rate in rates:
        contract.executor.send("a", ChangeLive({"learning_rate": rate}))
    contract.heard.wait_for("a", LiveChanged, len(rates))
    changed = [event.changes for event in contract.heard.events["a"] if isinstance(event, LiveChanged)]
    assert [changes["learning_rate"][1] for changes in changed] == rates
    contract.executor.kill("a")
    contract.heard.wait_for_end("a")


def test_a_process_that_dies_takes_nothing_with_it_and_the_reason_is_reported(contract):
    contract.start("a", ENDLESS)
    contract.heard.wait_for_rows("a")
    (process,) = contract.trainings()
    contract.start("b", ENDLESS)
    contract.heard.wait_for_rows("b")
    process.send_signal(signal.SIGTERM)
    reason = contract.heard.wait_for_end("a")
    assert (reason.code, reason.values) == ("worker_killed", {"signal": "SIGTERM"})
    contract.heard.wait_for_rows("b")
    assert "b" not in contract.heard.ends


def test_a_job_that_cannot_begin_fails_with_the_reason(contract):
    contract.start("a", {**SHORT, "dataset": {"name": "mnist"}})  # which is not in the folder
    assert contract.heard.wait_for_end("a") is None
    (event,) = contract.heard.events["a"]
    assert event.status == "failed"
    assert "mnist" in event.reason.lower()


def test_a_stopped_training_is_saved_and_goes_on_as_if_undisturbed(contract):
    heard = contract.heard
    longer = {**QUICK, "training": {**QUICK["training"], "iterations": 3000}}
    contract.start("whole", longer)
    contract.start("a", longer, paused=True, steps=1500)  # it waits there if it is not stopped earlier
    heard.wait_for_rows("a")
    contract.executor.send("a", Stop())
    assert heard.wait_for_end("a") is None
    assert isinstance(heard.events["a"][-1], Stopped)
    saved, stored = heard.wait_for("a", Saved).checkpoint, heard.count("a")
    assert saved["iteration"] == stored < 3000
    contract.start("rest", longer, training="a", attempt=2, checkpoints=[saved], stored=stored)
    heard.wait_for_end("rest")
    heard.wait_for_end("whole")
    both = np.concatenate([heard.curve("a"), heard.curve("rest", begin=stored)])
    assert np.array_equal(both, heard.curve("whole"))


def test_a_training_waits_while_its_rows_are_not_taken_and_others_go_on(contract):
    heard = contract.heard
    heard.door.clear()
    contract.start("a", ENDLESS)
    wait_until(contract.trainings, "its process")
    (process,) = contract.trainings()
    spent = []

    def stands_still():
        spent.append(sum(process.cpu_times()[:2]))
        return len(spent) > 10 and spent[-1] > 0 and len(set(spent[-10:])) == 1

    wait_until(stands_still, "a training that waits")
    heard.door.set()
    heard.wait_for_rows("a", more=5000)
    contract.start("b", QUICK)
    heard.wait_for_end("b")
    assert "a" not in heard.ends
    contract.executor.kill("a")
    heard.wait_for_end("a")
    assert len(heard.curve("a")) == heard.count("a")


def test_at_the_end_all_trainings_are_saved(request, tmp_path, contract):
    contract.start("a", ENDLESS)
    contract.start("b", ENDLESS, paused=True)
    contract.heard.wait_for_rows("a")
    contract.executor.close(TIMEOUT)
    for training in "ab":
        assert isinstance(contract.heard.events[training][-1], Stopped)
    assert contract.heard.wait_for("a", Saved).checkpoint["iteration"] == contract.heard.count("a")


def test_a_worker_has_the_engine_and_numpy_loaded_when_it_begins(tmp_path):
    contract = Contract(LocalExecutor(entry=importing_worker.main), tmp_path, list)
    contract.executor.open(contract.heard)
    contract.start("a", QUICK)
    assert contract.heard.wait_for_end("a") is None
    loaded = json.loads((tmp_path / importing_worker.NOTED).read_text())
    assert {name.split(".")[0] for name in loaded} & {"app", "engine", "numpy", "threadpoolctl"} == set()
    contract.executor.close(0.0)
