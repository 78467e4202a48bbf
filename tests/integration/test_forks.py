"""Forks: a run shares every bit with another one up to an iteration, and goes on with other settings."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support import reference
from tests.support.experiments import ENDLESS
from tests.support.lab_server import new_client, running_lab
from tests.support.waiting import wait_until

BASE: dict[str, Any] = {
    "name": "base",
    "dataset": {"name": "digits"},
    "network": {"preset": "mlp", "hidden": [16], "dropout": 0.2, "batch_norm": True},
    "optimizer": {"name": "sgd", "learning_rate": 0.1},
    "training": {"iterations": 200, "batch_size": 32, "evaluate_every": 20},
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("forks")) as lab:
        yield lab


def launch(lab, **sections):
    """A run that has ended."""
    answer = lab.post("/api/runs", **{**BASE, **sections})
    assert answer.status_code == 201, answer.text
    return ended(lab, answer.json()["id"])


def ended(lab, run_id):
    lab.wait_for(run_id, "completed", "diverged")
    return lab.run(run_id)


def fork(lab, run, iteration, **given):
    answer = lab.post(f"/api/runs/{run['id']}/fork", iteration=iteration, **given)
    assert answer.status_code == 201, answer.text
    return answer.json()


def refused(lab, run, **given):
    answer = lab.post(f"/api/runs/{run['id']}/fork", **given)
    assert answer.status_code == 422, answer.text
    assert lab.post(f"/api/runs/{run['id']}/fork/check", **given).json() == answer.json()
    return answer.json()["error"]


def rows(lab, run, stream="train"):
    return lab.stored_rows(run["id"], stream)[1]


def assert_shares(lab, run, origin, iteration):
    """Assert that `run` has the rows of `origin` up to an iteration, and ended as a training of its own would."""
    for stream in ("train", "evaluation"):
        mine, others = rows(lab, run, stream), rows(lab, origin, stream)
        shared = others[others[:, 0] <= iteration]
        assert mine[: len(shared)].tobytes() == shared.tobytes()
        assert len(mine) == len(shared) or mine[len(shared), 0] > iteration
    reference.assert_uninterrupted(lab, run)


def test_a_fork_has_the_rows_of_its_origin_at_once_and_goes_on_with_other_settings(lab):
    origin = launch(lab)
    forked = fork(lab, origin, 70, changes={"optimizer": {"name": "adam"}, "training": {"iterations": 150}})
    assert (forked["iteration"], forked["iterations"], forked["name"]) == (70, 150, "base")
    assert forked["config"]["optimizer"]["name"] == "adam"
    assert forked["config"]["optimizer"]["learning_rate"] != 0.1
    assert forked["origin"] == {
        "run": origin["id"],
        "number": origin["number"],
        "name": "base",
        "iteration": 70,
        "seed": None,
    }
    assert (forked["lesson"], forked["group_id"], forked["live"]["learning_rate"]) == (
        None,
        None,
        forked["config"]["optimizer"]["learning_rate"],
    )
    forked = ended(lab, forked["id"])
    assert_shares(lab, forked, origin, 70)
    assert forked["seconds"] > 0
    assert origin["origin"] is None


def test_a_fork_goes_on_where_the_server_is_restarted_before_its_origin_is_deleted(lab):
    origin = launch(lab)
    forked = fork(lab, origin, 150, changes={"training": {"iterations": 3000}}, seed=9, name="mine")
    lab.restart()
    assert lab.http.delete(f"/api/runs/{origin['id']}").status_code == 204
    forked = ended(lab, forked["id"])
    assert (forked["name"], forked["origin"]["name"], forked["origin"]["seed"]) == ("mine", "base", 9)
    reference.assert_uninterrupted(lab, forked)


def test_a_running_run_a_fork_of_it_and_a_fork_of_that_go_on_beside_each_other(lab):
    origin = lab.post("/api/runs", **ENDLESS).json()
    wait_until(lambda: lab.run(origin["id"])["iteration"] > 300, "some iterations")
    changed = {"learning_rate": 0.05, "l2": 0.001}
    lab.http.patch(f"/api/runs/{origin['id']}/live", json=changed)
    wait_until(lambda: lab.run(origin["id"])["annotations"], "the change")
    changed_at = lab.run(origin["id"])["annotations"][0]["iteration"]
    wait_until(lambda: lab.run(origin["id"])["iteration"] > changed_at + 100, "some more iterations")

    length = {"training": {"iterations": changed_at + 300}}
    before = fork(lab, origin, changed_at, changes=length)
    after = fork(
        lab, origin, changed_at + 50, changes={**length, "optimizer": {"momentum": 0.5, "name": "momentum"}}
    )
    assert (before["live"]["learning_rate"], before["annotations"]) == (0.1, [])
    assert after["live"]["l2"] == 0.001
    later = fork(lab, origin, changed_at + 50, changes=length)
    assert later["config"]["optimizer"]["learning_rate"] == 0.05
    assert [note["iteration"] for note in later["annotations"]] == [changed_at]
    again = fork(lab, ended(lab, later["id"]), changed_at + 200, changes={"regularization": {"l1": 0.001}})
    earlier = fork(lab, later, 200, seed=4)
    lab.post(f"/api/runs/{origin['id']}/cancel")
    for run, count in ((before, 1), (after, 1), (later, 1), (again, 2), (earlier, 1)):
        done = ended(lab, run["id"])
        assert len(done["stretches"]) == count
        reference.assert_uninterrupted(lab, done)


def test_equal_forks_share_one_training_and_a_fork_that_changes_nothing_shows_its_origins(lab):
    origin = launch(lab, seed=5)
    wish = {"changes": {"optimizer": {"learning_rate": 0.02}}}
    one, other = fork(lab, origin, 40, **wish), fork(lab, origin, 40, **wish)
    assert one["training"] == other["training"] != origin["training"]
    assert other["fingerprint"] == one["fingerprint"] != origin["fingerprint"]
    twin = fork(lab, launch(lab, seed=5), 40, **wish)
    assert twin["training"] == one["training"]
    for different in (
        {"seed": 1, **wish},
        {"fresh": True, **wish},
        {"changes": {"optimizer": {"learning_rate": 0.03}}},
    ):
        assert fork(lab, origin, 40, **different)["training"] != one["training"]
    assert fork(lab, origin, 41, **wish)["training"] != one["training"]

    same = fork(lab, origin, 40, changes={"optimizer": {"name": "sgd", "learning_rate": 0.1}})
    assert (same["training"], same["stretches"], same["origin"]["iteration"]) == (origin["training"], [], 40)
    check = lab.post(f"/api/runs/{origin['id']}/fork/check", iteration=40).json()
    assert check["changes_nothing"] is True
    clone = lab.post(f"/api/runs/{one['id']}/clone").json()
    assert (clone["training"], clone["origin"]) == (one["training"], one["origin"])
    again = lab.post(f"/api/runs/{one['id']}/clone", fresh=True).json()
    assert again["training"] != one["training"]
    assert rows(lab, ended(lab, again["id"])).tobytes() == rows(lab, ended(lab, one["id"])).tobytes()


def test_a_class_that_forks_a_run_alike_trains_the_fork_once(lab):
    origin = launch(lab, seed=6)
    start = threading.Barrier(20)

    def fork_it(_):
        with new_client(lab.url) as client:
            start.wait()
            wish = {"iteration": 90, "changes": {"training": {"batch_size": 8}}}
            return client.post(f"/api/runs/{origin['id']}/fork", json=wish).json()

    with ThreadPoolExecutor(20) as pool:
        forks = list(pool.map(fork_it, range(20)))
    assert len({run["training"] for run in forks}) == 1
    assert len({run["id"] for run in forks}) == 20
    reference.assert_uninterrupted(lab, ended(lab, forks[7]["id"]))


def test_a_penalty_that_is_switched_on_or_off_at_a_fork_changes_what_is_recorded(lab):
    without = launch(lab)
    on = ended(lab, fork(lab, without, 100, changes={"regularization": {"l1": 0.001}})["id"])
    columns, values = lab.stored_rows(on["id"], "evaluation")
    small = values[:, columns.index("small_weights")]
    assert [bool(value != value) for value in small] == [True] * 5 + [False] * 5
    reference.assert_uninterrupted(lab, on)
    off = ended(lab, fork(lab, on, 160, changes={"regularization": {"l1": 0}})["id"])
    assert "small_weights" not in lab.stored_rows(off["id"], "evaluation")[0]
    reference.assert_uninterrupted(lab, off)


def test_training_longer_is_a_fork_at_the_end(lab):
    origin = launch(lab, seed=8)
    longer = ended(lab, fork(lab, origin, 200, changes={"training": {"iterations": 400}})["id"])
    assert_shares(lab, longer, origin, 200)
    assert longer["iteration"] == 400


@pytest.mark.parametrize(
    ("given", "field", "code", "bounds"),
    [
        ({"iteration": 201}, "iteration", None, {"minimum": 0, "maximum": 200}),
        ({"iteration": -1}, "iteration", None, {"minimum": 0, "maximum": 200}),
        ({"iteration": 5, "changes": {"seed": 3}}, "seed", "fork_fixed", {}),
        ({"iteration": 5, "changes": {"dtype": "float64"}}, "dtype", "fork_fixed", {}),
        ({"iteration": 5, "changes": {"dataset": {"train_size": 9}}}, "dataset.train_size", "fork_fixed", {}),
        (
            {"iteration": 5, "changes": {"training": {"iterations": 5}}},
            "training.iterations",
            "fork_over",
            {"minimum": 6},
        ),
        ({"iteration": 200}, "training.iterations", "fork_over", {"minimum": 201}),
        (
            {"iteration": 5, "changes": {"optimizer": {"learning_rate": -1}}},
            "optimizer.learning_rate",
            None,
            ...,
        ),
        ({"iteration": 5, "changes": {"optimizer": 7}}, "optimizer", None, {}),
        ({"iteration": 5, "changes": {"colour": 7}}, "colour", None, ...),
        (
            {"iteration": 5, "changes": {"training": {"iterations": 500, "epochs": 3}}},
            "training.epochs",
            ...,
            {},
        ),
    ],
)
def test_what_cannot_be_forked_is_refused_beside_its_field(lab, given, field, code, bounds):
    error = refused(lab, launch(lab), **given)
    found = error["bounds"] or {}
    why = found.pop("why", {"code": None})["code"]
    assert error["field"] == field
    assert code is ... or why == code
    assert bounds is ... or found == bounds


def test_a_run_that_has_diverged_is_forked_before_and_not_where_it_diverged(lab):
    wild = launch(
        lab,
        network={"preset": "mlp", "hidden": [16], "activation": "identity"},
        optimizer={"name": "sgd", "learning_rate": 1000.0},
    )
    assert wild["status"] == "diverged"
    error = refused(lab, wild, iteration=wild["iteration"])
    assert (error["field"], error["bounds"]["why"]["code"]) == ("iteration", "fork_diverged")
    tame = fork(lab, wild, wild["iteration"] - 1, changes={"optimizer": {"learning_rate": 1e-9}})
    reference.assert_uninterrupted(lab, ended(lab, tame["id"]))


def test_a_check_says_what_a_fork_would_be_and_launches_nothing(lab):
    origin = launch(lab)
    count = len(lab.http.get("/api/runs").json()["runs"])
    check = lab.post(
        f"/api/runs/{origin['id']}/fork/check",
        iteration=100,
        changes={"training": {"batch_size": 64}},
        name="x",
    ).json()
    assert check["config"] == {
        **origin["config"],
        "name": "x",
        "training": {**origin["config"]["training"], "batch_size": 64},
    }
    assert (check["iterations"], check["changes_nothing"]) == (200, False)
    assert check["seconds"] > 0
    summary = lab.post("/api/summary", **check["config"]).json()
    assert {name: check[name] for name in ("parameters", "multiply_adds", "memory_bytes", "layers")} == {
        name: summary[name] for name in ("parameters", "multiply_adds", "memory_bytes", "layers")
    }
    assert len(lab.http.get("/api/runs").json()["runs"]) == count


def test_a_training_that_ends_before_its_fork_says_so_and_can_be_launched_again(lab):
    still = {"metric": "test_accuracy", "patience": 1, "min_delta": 1, "restore_best": False}
    stopping = {**BASE, "training": {**BASE["training"], "early_stopping": still}}
    stretches = [{"until": 150, "config": stopping, "seed": None}]
    answer = lab.post("/api/runs", **{**BASE, "stretches": stretches})
    assert answer.status_code == 201, answer.text
    run_id = answer.json()["id"]
    run = lab.wait_for(run_id, "failed")
    assert "before it was forked" in run["reason"]
    assert run["attempt"] == 1  # its worker did not crash
    assert lab.post(f"/api/runs/{run_id}/clone").status_code == 201


def test_a_fork_that_is_cancelled_while_it_waits_leaves_no_checkpoint_files(lab):
    origin = launch(lab)
    busy = [lab.launch(**ENDLESS)["id"] for _ in range(2)]  # both places are taken
    for run_id in busy:
        lab.wait_for(run_id, "running")
    forked = fork(lab, origin, 100, changes={"optimizer": {"learning_rate": 0.01}})
    lab.post(f"/api/runs/{forked['id']}/cancel").raise_for_status()
    folder = lab.state_dir / "checkpoints"
    wait_until(
        lambda: not [path for path in folder.rglob("*") if forked["training"] in str(path)],
        "no file of the fork",
    )
    for run_id in busy:
        lab.http.delete(f"/api/runs/{run_id}").raise_for_status()
