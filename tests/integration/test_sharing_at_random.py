"""Whatever clients do at random, and whatever is killed, each run's rows are those of its experiment trained alone."""

import contextlib
import json
import os
import random
import signal

from tests.support import reference
from tests.support.lab_server import running_lab
from tests.support.waiting import wait_until

ITERATIONS = 2000
NETWORKS = (
    {"preset": "mlp", "hidden": [48], "dropout": 0.2},
    {"preset": "mlp", "hidden": [32, 16], "batch_norm": True},
)
EXPERIMENTS = [
    {
        "dataset": {"name": "digits"},
        "network": network,
        "optimizer": {"name": "adam", "learning_rate": 0.003},
        "training": {"iterations": ITERATIONS, "batch_size": 32, "evaluate_every": 50, "sampling": "epochs"},
        "seed": 3,
    }
    for network in NETWORKS
]
ACTIONS = {
    "launch": 10,
    "pause": 5,
    "resume": 5,
    "step": 3,
    "change": 3,
    "cancel": 2,
    "delete": 3,
    "kill a worker": 2,
    "restart": 1,
}
COUNT = 120


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
            self.command(action, self.random.choices(runs, weights)[0]["id"])

    def launch(self):
        experiment = self.random.choice(EXPERIMENTS)
        together = self.random.randint(1, 3)
        body = {"experiments": [experiment] * together, "fresh": self.random.random() < 0.15}
        assert self.lab.post("/api/experiments", **body).status_code == 201

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
            case _:
                answer = self.lab.post(f"/api/runs/{run_id}/{action}")
        assert answer.status_code in (200, 204, 409), answer.text

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
            key = json.dumps([{**run["config"], "name": ""}, run["annotations"]], sort_keys=True)
            if key not in expected:
                expected[key] = reference.curves(run["config"], lab.data_dir, run["annotations"])
            if run["status"] != "completed" and run["iteration"] == 0:
                continue  # it never began
            for stream, rows in expected[key].items():
                _, stored = lab.stored_rows(run["id"], stream)
                assert len(stored) == len(rows) or run["status"] != "completed"
                assert stored.tobytes() == rows[: len(stored)].tobytes(), (run, stream)
        assert len({run["training"] for run in runs}) < len(runs)
