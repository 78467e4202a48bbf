"""Any moment of a run: its weights are those of the experiment trained up to there, bit for bit."""

import contextlib
import io
import random
import shutil
import signal
import sqlite3
from typing import Any

import httpx
import numpy as np
import pytest

from engine import ExperimentConfig, Trainer
from engine.fork import fork
from tests.support.experiments import ENDLESS, LONG, QUICK
from tests.support.lab_server import running_lab
from tests.support.waiting import wait_until

CONV = {
    "layers": [
        {"type": "conv2d", "filters": 3, "kernel_size": 3},
        {"type": "batch_norm"},
        {"type": "activation", "name": "relu"},
        {
            "type": "residual",
            "layers": [
                {"type": "conv2d", "filters": 4, "kernel_size": 3, "padding": 1},
                {"type": "batch_norm"},
            ],
        },
        {"type": "max_pool2d", "size": 2},
        {"type": "flatten"},
        {"type": "dropout", "rate": 0.3},
        {"type": "dense", "units": 10},
    ]
}
MLP = {"preset": "mlp", "hidden": [12, 8]}

#: what is trained → sections of its experiment
EXPERIMENTS = {
    "dense": {"network": MLP, "optimizer": {"name": "adam"}},
    "convolutional with batch norm, dropout and augmentation": {
        "network": CONV,
        "dataset": {"augment": {"shift": 1}},
        "optimizer": {"name": "momentum"},
    },
    "epochs and a schedule": {
        "network": MLP,
        "dataset": {"train_size": 250},
        "training": {"epochs": 20, "sampling": "epochs", "schedule": {"name": "cosine"}},
    },
    "early stopping": {
        "network": MLP,
        "dataset": {"train_size": 60, "test_size": 100},
        "optimizer": {"name": "adam", "learning_rate": 0.01},
        "training": {"iterations": 300, "evaluate_every": 5, "early_stopping": {"patience": 4}},
    },
    "divergence": {
        "network": {**MLP, "activation": "identity"},
        "optimizer": {"name": "sgd", "learning_rate": 100},
    },
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("moments")) as lab:
        yield lab


def experiment(name):
    sections: dict[str, Any] = EXPERIMENTS[name]
    training = {"batch_size": 20, "evaluate_every": 10, **sections.get("training", {})}
    if "epochs" not in training:
        training.setdefault("iterations", 150)
    dataset = {"name": "digits", **sections.get("dataset", {})}
    return {**sections, "name": name, "dataset": dataset, "training": training}


def trained(run, iterations):
    """Iteration → the weights of a run's experiment, trained here, with the changes by hand and forks before."""
    found = {}
    forks = {stretch["until"]: stretch for stretch in run["stretches"]}
    configs = [ExperimentConfig.from_dict(stretch["config"]) for stretch in run["stretches"]]
    configs.append(ExperimentConfig.from_dict(run["config"]))
    trainer = Trainer(configs.pop(0))
    while True:
        if trainer.iteration in iterations:
            arrays = {**trainer.network.parameters, **trainer.network.running}
            found[trainer.iteration] = [array.copy() for array in arrays.values()]
        if trainer.iteration >= max(iterations):
            return found
        if trainer.iteration in forks:
            trainer = fork(trainer, configs.pop(0), seed=forks[trainer.iteration]["seed"])
        for note in run["annotations"]:
            if note["kind"] == "live" and note["iteration"] == trainer.iteration:
                trainer.set_live(**{name: after for name, (_, after) in note["changes"].items()})
        trainer.advance()


def weights(lab, run, iteration):
    answer = lab.http.get(f"/api/runs/{run['id']}/moments/{iteration}/weights.npz")
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)
    with np.load(io.BytesIO(answer.content), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    assert arrays.pop("iteration") == iteration
    return arrays


def assert_exact(lab, run, *iterations):
    for iteration, expected in trained(run, iterations).items():
        assert_same(weights(lab, run, iteration), expected)


def assert_same(got, expected):
    assert sorted(array.tobytes() for array in got.values()) == sorted(array.tobytes() for array in expected)
    assert all(array.dtype == np.float32 for array in got.values())


def ended(lab, document, *statuses):
    run = lab.post("/api/runs", **document).json()
    lab.wait_for(run["id"], "completed", "diverged")
    return lab.run(run["id"])


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_weights_of_any_moment_are_those_that_were_there(lab, name):
    run = ended(lab, experiment(name))
    dice = random.Random(name)
    assert_exact(lab, run, run["iteration"], 0, *(dice.randint(1, run["iteration"]) for _ in range(6)))


def test_changes_by_hand_and_forks_are_in_it(lab):
    run = lab.launch(**ENDLESS)
    wait_until(lambda: lab.run(run["id"])["iteration"] > 30, "some iterations")
    lab.post(f"/api/runs/{run['id']}/pause")
    lab.wait_for(run["id"], "paused")
    lab.http.patch(f"/api/runs/{run['id']}/live", json={"learning_rate": 0.02}).raise_for_status()
    lab.post(f"/api/runs/{run['id']}/step", iterations=40)
    wait_until(lambda: lab.run(run["id"])["annotations"], "the change")
    changed_at = lab.run(run["id"])["annotations"][0]["iteration"]
    wait_until(lambda: lab.run(run["id"])["iteration"] >= changed_at + 40, "forty steps")
    run = lab.run(run["id"])
    assert_exact(lab, run, changed_at, changed_at + 1, changed_at + 40, changed_at - 5)
    changes = {"optimizer": {"name": "adam"}, "training": {"iterations": changed_at + 60}}
    new = lab.post(f"/api/runs/{run['id']}/fork", iteration=changed_at + 20, changes=changes, seed=5)
    assert new.status_code == 201, new.text
    lab.wait_for(new.json()["id"], "completed")
    new = lab.run(new.json()["id"])
    assert_exact(lab, new, changed_at + 20, changed_at + 21, changed_at + 60, changed_at + 2)
    lab.post(f"/api/runs/{run['id']}/cancel")


def test_the_names_say_layer_and_parameter(lab):
    run = ended(lab, experiment("convolutional with batch norm, dropout and augmentation"))
    got = weights(lab, run, 3)
    assert {name: array.shape for name, array in got.items()} == {
        "1.conv2d.weights": (3, 1, 3, 3),
        "1.conv2d.biases": (3,),
        "2.batch_norm.gamma": (3,),
        "2.batch_norm.beta": (3,),
        "2.batch_norm.running_mean": (3,),
        "2.batch_norm.running_variance": (3,),
        "4.residual.1.conv2d.weights": (4, 3, 3, 3),
        "4.residual.1.conv2d.biases": (4,),
        "4.residual.2.batch_norm.gamma": (4,),
        "4.residual.2.batch_norm.beta": (4,),
        "4.residual.2.batch_norm.running_mean": (4,),
        "4.residual.2.batch_norm.running_variance": (4,),
        "4.residual.projection.weights": (4, 3, 1, 1),
        "8.dense.weights": (36, 10),
        "8.dense.biases": (10,),
    }
    answer = lab.http.head(f"/api/runs/{run['id']}/moments/3/weights.npz")
    assert answer.status_code == 200
    assert f"run-{run['number']:03d}-" in answer.headers["content-disposition"]
    assert "at-3.weights.npz" in answer.headers["content-disposition"]
    wait_until(lambda: not list((lab.state_dir / "checkpoints").glob("weights.*")), "no file is left")


def test_what_a_replay_would_take_is_said_without_it_and_moments_that_are_not_there_are_refused(lab):
    run = ended(lab, QUICK)
    for iteration, nearest in ((0, 0), (13, 0), (200, 196)):
        about = lab.http.get(f"/api/runs/{run['id']}/moments/{iteration}").json()
        assert (about["iteration"], about["bound_seconds"]) == (iteration, 10.0)
        assert 0 <= about["from_iteration"] <= nearest
        assert 0 < about["expected_seconds"] < 10
    for iteration in (-1, 201):
        for path in ("", "/weights.npz"):
            answer = lab.http.get(f"/api/runs/{run['id']}/moments/{iteration}{path}")
            error = answer.json()["error"]
            assert (answer.status_code, error["field"]) == (422, "iteration")
            assert error["bounds"] == {"minimum": 0, "maximum": 200}
            assert f"0 to 200, as far as this run has come, not {iteration}" in error["message"]
    assert lab.http.get("/api/runs/none/moments/1").status_code == 404
    assert lab.http.get("/api/runs/none/moments/1/weights.npz").status_code == 404


def test_an_imported_run_that_this_machine_computes_otherwise_is_refused_rather_than_answered_with_other_weights(
    lab,
):
    run = ended(lab, experiment("dense"))
    document = lab.http.get("/api/exports/json", params={"runs": run["id"]}).json()
    train = document["runs"][0]["streams"]["train"]
    train["data"][79][train["columns"].index("loss")] *= 1 + 2e-7
    (new,) = lab.post("/api/imports", **document).json()["runs"]

    assert_exact(lab, new, 79)
    answer = lab.http.get(f"/api/runs/{new['id']}/moments/80/weights.npz")
    why = answer.json()["error"]["bounds"]["why"]
    assert (answer.status_code, why["code"], why["values"]["why"]["code"]) == (
        409,
        "replay_failed",
        "replay_other",
    )


def moment(file):
    """The iteration of a kept checkpoint."""
    return int(file.name.split(".")[1])


def test_lost_damaged_and_forgotten_checkpoints_cost_only_time(make_lab):
    lab = make_lab(LOSSROOM_REPLAY_SECONDS="120")  # also on a busy machine
    run = ended(lab, LONG)
    kept = sorted((lab.state_dir / "checkpoints" / run["training"]).iterdir(), key=moment)
    last = moment(kept[-1])
    kept[-1].write_bytes(kept[-1].read_bytes()[:-900])
    for file in kept[-2:-1]:
        file.write_bytes(b"")
    expected = trained(run, (150, 149, last - 5, last, last + 5))
    for iteration in (last, last + 5, last - 5):
        assert_same(weights(lab, run, iteration), expected[iteration])
    # a lab that forgets old files may delete one at the same moment
    shutil.rmtree(lab.state_dir / "checkpoints", ignore_errors=True)
    assert_same(weights(lab, run, 150), expected[150])
    lab.restart()
    assert lab.http.get(f"/api/runs/{run['id']}/moments/{last}").json()["from_iteration"] == 0
    lab.stop()
    with contextlib.closing(sqlite3.connect(lab.state_dir / "lossroom.sqlite3")) as database, database:
        database.execute("UPDATE trainings SET checkpoints = '[]'")  # as an earlier version has left it
    lab.start()
    assert lab.http.get(f"/api/runs/{run['id']}/moments/149").json()["from_iteration"] == 0
    assert_same(weights(lab, run, 149), expected[149])
    lab.environment["LOSSROOM_MAX_MEMORY_BYTES"] = str(1 << 20)
    lab.restart()
    answer = lab.http.get(f"/api/runs/{run['id']}/moments/149/weights.npz")
    assert (answer.status_code, answer.json()["error"]["bounds"]["why"]["code"]) == (422, "too_much_memory")


def test_what_takes_too_long_is_refused_what_a_client_does_not_wait_for_is_given_up_and_all_ends_with_the_lab(
    make_lab,
):
    lab = make_lab(LOSSROOM_REPLAY_SECONDS="1", LOSSROOM_KEPT_BYTES="0", LOSSROOM_CHECKPOINT_SECONDS="3600")
    run = lab.launch(**ENDLESS)
    wait_until(lambda: lab.run(run["id"])["seconds"] > 1.5, "more than a second of training")
    now = lab.run(run["id"])
    path = f"/api/runs/{run['id']}/moments"
    answer = lab.http.get(f"{path}/{now['iteration']}/weights.npz")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "replay_long")
    assert error["bounds"]["why"]["code"] == "replay_long"
    assert error["bounds"]["expected_seconds"] > error["bounds"]["bound_seconds"] == 1.0
    assert error["bounds"]["from_iteration"] == 0
    iteration = now["iteration"] // 2
    while (
        expected := lab.http.get(f"{path}/{iteration}").json()["expected_seconds"]
    ) > 0.9:  # on a busy machine
        iteration = int(iteration * 0.8 / expected)
    with pytest.raises(httpx.ReadTimeout):
        lab.http.get(f"{path}/{iteration}/weights.npz", timeout=0.1)
    assert_exact(lab, now, 1)
    wait_until(lambda: not list((lab.state_dir / "checkpoints").glob("weights.*")), "no file is left")
    pids = lab.worker_pids()
    assert len(pids) == 2
    lab.stop(signal.SIGKILL)
    wait_until(lambda: not any(alive(pid) for pid in pids), "the end of all processes")


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
