"""How long a study of 64 trainings takes, compared with the ideal time: "which λ is best?" of lesson 3b, with eight
values of λ and eight seeds."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.cluster.ideal_time import TIMEOUT_SECONDS, Experiment, compare
from benchmarks.stream.training import skipped
from benchmarks.tables import Measured
from engine.studies.config import StudyConfig
from engine.studies.plan import Plan
from tests.support.folders import find_data_dir
from tests.support.lab_server import LabServer

VALUES = SEEDS = 8
#: How often the lab is asked whether the study has ended.
PERIOD_SECONDS = 1.0

EXPERIMENT: Experiment = {
    "dataset": {"name": "mnist", "train_size": 1300, "validation_size": 1000},  # trains on 300 images
    "network": {"preset": "mlp", "hidden": [100] * 6},
    "optimizer": {"name": "sgd", "learning_rate": 0.01},
    "training": {"iterations": 1000, "batch_size": 100, "evaluate_every": 10},
}


class LambdaStudy:
    """The study of a round, with seeds of its own. See `benchmarks.cluster.ideal_time.Work`."""

    def __init__(self, number: int) -> None:
        self._document: dict[str, Any] = {
            "name": "Which λ is best?",
            "experiment": EXPERIMENT,
            "space": {
                "regularization.l2": {"low": 0.0001, "high": 0.1, "scale": "log", "steps": VALUES},
            },
            "method": {"name": "grid"},
            "seeds": list(range(SEEDS * number, SEEDS * (number + 1))),
        }
        plan = Plan(StudyConfig.from_dict(self._document))
        self.experiments: list[Experiment] = [plan.experiment(trial).to_dict() for trial in plan.trials]

    def train(self, lab: LabServer) -> float:
        """Seconds from the launch to the end of the study, which includes its measurement on test images."""
        study = lab.post("/api/studies", **self._document).raise_for_status().json()
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while study["status"] != "completed":
            assert time.monotonic() < deadline, f"the study did not end within {TIMEOUT_SECONDS} s"
            time.sleep(PERIOD_SECONDS)
            study = lab.http.get(f"/api/studies/{study['id']}").json()
        return float(study["finished_at"] - study["created_at"])


def measure() -> list[Measured]:
    """How long it takes on a cluster, and on this machine alone."""
    what = f"a study of {VALUES * SEEDS} trainings"
    data_dir = find_data_dir()
    if data_dir is None:
        return [skipped(what, "÷ ideal ≤ 1.15")]
    return compare(what, LambdaStudy, data_dir)
