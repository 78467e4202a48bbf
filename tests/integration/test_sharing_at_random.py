"""Whatever clients do at random, and whatever is killed, each run's rows are those of its experiment trained alone."""

import contextlib
import json
import os
import random
import signal
from typing import Any

from tests.support import reference
from tests.support.lab_server import running_lab
from tests.support.waiting import wait_until

ITERATIONS = 1000
CONVOLUTIONS = [
    {"type": "conv2d", "filters": 4, "kernel_size": 3},
    {"type": "activation", "name": "relu"},
    {"type": "max_pool2d", "size": 2},
    {"type": "flatten"},
    {"type": "dense", "units": 10},
]
#: sections of experiments
VARIETY: tuple[dict[str, Any], ...] = (
    {"network": {"preset": "mlp", "hidden": [48], "dropout": 0.2}},
    {
        "network": {"preset": "mlp", "hidden": [32, 16], "batch_norm": True},
        "training": {"iterations": None, "epochs": 20},
    },
    {
        "network": {"layers": CONVOLUTIONS},
        "dataset": {"name": "digits", "augment": {"shift": 1}},
        "training": {"sampling": "with_replacement", "schedule": {"name": "cosine"}},
    },
    {
        "dataset": {"name": "digits", "train_size": 300, "validation_size": 100},
        "training": {"early_stopping": {"patience": 25}},
        "regularization": {"l1": 0.0001},
    },
)
BASE: dict[str, Any] = {
    "dataset": {"name": "digits"},
    "network": {"preset": "mlp", "hidden": [24]},
    "optimizer": {"name": "adam", "learning_rate": 0.003},
    "training": {"iterations": ITERATIONS, "batch_size": 32, "evaluate_every": 50, "sampling": "epochs"},
    "seed": 3,
}
EXPERIMENTS = [
    {**BASE, **sections, "training": {**BASE["training"], **sections.get("training", {})}}
    for sections in VARIETY
]
#: what changes at a fork
FORKS: tuple[dict[str, Any], ...] = (
    {"optimizer": {"name": "nadam"}},
    {"optimizer": {"learning_rate": 0.001}},
    {"training": {"batch_size": 20}},
    {"training": {"iterations": ITERATIONS + 200}},
    {"training": {"schedule": {"name": "step", "every": 300}, "clip_norm": 1.0}},
    {"training": {"early_stopping": {"patience": 5}}},
    {"regularization": {"l1": 0.0005}},
    {"regularization": {"l1": 0, "l2": 0.001}},
    {},
)
ACTIONS = {
    "launch": 10,
    "fork": 7,
    "import": 1,
    "pause": 5,
    "resume": 5,
    "step": 3,
    "change": 3,
    "cancel": 2,
    "delete": 3,
    "kill a worker": 2,
    "restart": 1,
}
COUNT = 50


class Clients:
    """Does things at random with a lab. A command that a run's status does not allow is refused, and nothing else."""

    def __init__(self, lab, seed):
        self.lab = lab
        self.random = random.Random(seed)
        self.deleted = set()

    def act(self):
        action = self.random.choices(list(ACTIONS), list(ACTIONS.values()))[0]
        runs = self.lab.http.get("/api/runs").json()["runs"]
        if action == "launch" or not runs:
            self.launch()
        elif action == "restart":
            self.lab.restart(self.random.choice([signal.SIGKILL, signal.SIGTERM]))
        elif action == "kill a worker":
            for pid in self.lab.worker_pids()[:1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        else:
            # those that share a training, and have not ended, have most to lose
            weights = [1 + 4 * (run["finished_at"] is None) for run in runs]
            run = self.random.choices(runs, weights)[0]
            if action == "fork":
                self.fork(run)
            else:
                self.command(action, run["id"])

    def launch(self):
        experiment = self.random.choice(EXPERIMENTS)
        together = self.random.randint(1, 3)
        body = {"experiments": [experiment] * together, "fresh": self.random.random() < 0.15}
        assert self.lab.post("/api/experiments", **body).status_code == 201

    def fork(self, run):
        """At any moment of any run; now and then twice, and now and then the origin is deleted at once."""
        iteration = self.random.choice([0, run["iteration"], self.random.randint(0, run["iteration"])])
        body = {
            "iteration": iteration,
            "changes": self.random.choice(FORKS),
            "seed": self.random.choice([None, None, 7]),
            "fresh": self.random.random() < 0.15,
        }
        answer = self.lab.post(f"/api/runs/{run['id']}/fork", **body)
        if answer.status_code == 422:
            assert answer.json()["error"]["bounds"]["why"]["code"] == "fork_over", answer.text
            return
        assert answer.status_code == 201, answer.text
        forked = answer.json()
        assert (forked["origin"]["run"], forked["iteration"] >= iteration) == (run["id"], True)
        if self.random.random() < 0.3:
            self.fork(forked)
        if self.random.random() < 0.2:
            self.command("delete", run["id"])

    def command(self, action, run_id):
        match action:
            case "delete":
                answer = self.lab.http.delete(f"/api/runs/{run_id}")
                self.deleted.add(run_id)
            case "change":
                values = {"learning_rate": self.random.choice([0.001, 0.01]), "l2": 0.001}
                answer = self.lab.http.patch(f"/api/runs/{run_id}/live", json=values)
            case "step":
                answer = self.lab.post(f"/api/runs/{run_id}/step", iterations=self.random.randint(1, 20))
            case "import":
                document = self.lab.http.get("/api/exports/json", params={"runs": run_id}).json()
                answer = self.lab.post("/api/imports", **document)
            case _:
                answer = self.lab.post(f"/api/runs/{run_id}/{action}")
        assert answer.status_code in (200, 201, 204, 409), answer.text

    def let_all_end(self):
        """Resume what is paused, until every run has ended; returns the runs with their configs."""

        def ended():
            runs = self.lab.http.get("/api/runs").json()["runs"]
            for run in runs:
                if run["status"] == "paused":
                    self.command("resume", run["id"])
            return runs if all(run["finished_at"] for run in runs) else None

        return [self.lab.run(run["id"]) for run in wait_until(ended, "the end of all runs")]


def test_each_run_has_the_rows_of_its_experiment_trained_alone(tmp_path):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    expected = {}
    with running_lab(tmp_path, LOSSROOM_CHECKPOINT_SECONDS="0.1", LOSSROOM_MAX_PAUSED="200") as lab:
        clients = Clients(lab, seed)
        for _ in range(COUNT):
            clients.act()
        runs = clients.let_all_end()

        assert {run["id"] for run in runs}.isdisjoint(clients.deleted)
        # a training whose worker is killed three times before it gets farther has failed
        failed = [run["why"]["code"] for run in runs if run["status"] == "failed"]
        assert set(failed) <= {"worker_died"}
        assert {run["status"] for run in runs} <= {"completed", "cancelled", "failed"}
        for run in runs:
            curve = run["config"], lab.data_dir, run["annotations"], run["stretches"]
            key = json.dumps([curve[0], *curve[2:]], sort_keys=True)
            if key not in expected:
                expected[key] = reference.curves(*curve)
            if run["status"] != "completed" and run["iteration"] == 0:
                continue  # it never began
            for stream, rows in expected[key].items():
                if (
                    stream == "evaluation"
                    and "test_loss" not in run["latest"]
                    and run["status"] != "completed"
                ):
                    continue  # it never came to one, or was exported before
                _, stored = lab.stored_rows(run["id"], stream)
                assert len(stored) == len(rows) or run["status"] != "completed"
                assert stored.tobytes() == rows[: len(stored)].tobytes(), (run, stream)
        assert len({run["training"] for run in runs}) < len(runs)
