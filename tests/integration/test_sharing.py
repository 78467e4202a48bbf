"""Trainings that several runs show: an experiment is trained once, and a run with its own way disturbs no other."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.live import frames
from tests.support import reference
from tests.support.experiments import QUICK
from tests.support.lab_server import new_client, running_lab
from tests.support.waiting import wait_until

LONG = {
    "network": {"preset": "mlp", "hidden": [64, 32], "batch_norm": True, "dropout": 0.2},
    "training": {"iterations": 1_000_000, "batch_size": 64, "evaluate_every": 100, "sampling": "epochs"},
}


def listed(lab):
    return lab.http.get("/api/runs").json()["runs"]


def metric(lab, name):
    (value,) = re.findall(rf"^{re.escape(name)} (\S+)$", lab.http.get("/metrics").text, re.MULTILINE)
    return float(value)


@pytest.fixture
def small_lab(tmp_path):
    """A lab that has only the built-in data sets."""
    with running_lab(tmp_path) as lab:
        yield lab


def test_a_class_that_launches_a_lesson_trains_it_once(small_lab):
    lab = small_lab
    clients = 30
    start = threading.Barrier(clients)

    def launch(number):
        with new_client(lab.url) as client:
            start.wait()
            answer = client.post("/api/lessons/2b-more-optimizers/runs")
            assert answer.status_code == 201, answer.text
            return [run["id"] for run in answer.json()["runs"]]

    with ThreadPoolExecutor(clients) as pool:
        launched = list(pool.map(launch, range(clients)))
    for run_id in launched[0]:
        lab.wait_for(run_id, "completed", "diverged")
    runs = listed(lab)
    socket = lab.socket()
    socket.send(json.dumps({"subscribe": dict.fromkeys(launched[-1], 0)}))
    seen = dict.fromkeys(launched[-1], 0)
    for message in socket:
        if isinstance(message, bytes):
            header, _ = frames.decode(message)
            if header["stream"] == "train":
                seen[header["run"]] += header["rows"]
        if all(seen.values()):
            break

    count = len(launched[0])
    assert len(runs) == clients * count
    assert {run["shared_with"] for run in runs} == {clients - 1}
    assert len({run["training"] for run in runs}) == count
    assert metric(lab, 'lossroom_launched_runs_total{answer="training"}') == count
    assert metric(lab, 'lossroom_launched_runs_total{answer="memory"}') == count * (clients - 1)
    assert metric(lab, "lossroom_trained_seconds_total") == pytest.approx(
        sum(run["seconds"] for run in runs) / clients, rel=0.02
    )
    first, last = (lab.stored_rows(ids[3])[1] for ids in (launched[0], launched[-1]))
    assert first.tobytes() == last.tobytes()


def test_an_experiment_is_answered_from_memory_whatever_its_name_and_trained_again_when_it_is_asked_for(
    make_lab,
):
    lab = make_lab(LOSSROOM_WORKERS="1")
    first = lab.wait_for(lab.launch(name="first")["id"], "completed")
    lab.restart()

    same = lab.launch(name="second", fresh=False)
    other = lab.launch(name="third", fresh=False, seed=1)
    again = lab.launch(name="fourth")
    together = lab.post("/api/experiments", experiments=[QUICK, {**QUICK, "seed": 2}, {**QUICK, "seed": 2}])
    clone = lab.post(f"/api/runs/{first['id']}/clone").json()
    fresh = lab.post(f"/api/runs/{first['id']}/clone", fresh=True).json()
    wrong = lab.post("/api/runs", **QUICK, fresh="yes")

    assert (same["status"], same["name"], same["config"]["name"]) == ("completed", "second", "second")
    assert (same["training"], same["shared_with"]) == (first["training"], 1)
    assert same["latest"] == first["latest"]
    assert lab.stored_rows(same["id"])[1].tobytes() == lab.stored_rows(first["id"])[1].tobytes()
    assert other["training"] != first["training"] != again["training"]
    assert other["fingerprint"] != first["fingerprint"] == again["fingerprint"]
    trainings = [run["training"] for run in together.json()["runs"]]
    assert trainings[0] == first["training"] == clone["training"]
    assert trainings[1] == trainings[2] != trainings[0]
    assert fresh["training"] not in (first["training"], again["training"])
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "fresh")

    lab.wait_for(again["id"], "completed")
    lab.wait_for(other["id"], "completed")

    def compare(one, two):
        return lab.http.get(f"/api/runs/{one['id']}/comparison", params={"with": two["id"]}).json()

    assert compare(first, again) == {
        "identical": True,
        "rows": {"train": 200, "evaluation": len(lab.stored_rows(first["id"], "evaluation")[1])},
        "difference": None,
    }
    assert compare(first, other)["difference"] == {"stream": "train", "iteration": 1}
    assert not compare(first, other)["identical"]


def test_rows_stay_until_the_last_run_that_shows_them_is_deleted(make_lab):
    lab = make_lab()
    first = lab.launch()
    lab.wait_for(first["id"], "completed")
    second, third = lab.launch(fresh=False), lab.launch(fresh=False)

    lab.http.delete(f"/api/runs/{first['id']}").raise_for_status()
    assert lab.run(second["id"])["shared_with"] == 1
    assert lab.http.get(f"/api/runs/{third['id']}/metrics").json()["rows"] == 200
    for run in (second, third):
        lab.http.delete(f"/api/runs/{run['id']}").raise_for_status()
    again = lab.launch(fresh=False)

    assert again["status"] in ("queued", "running")
    assert again["training"] != first["training"]


@pytest.mark.parametrize("command", ["pause", "change", "cancel"])
def test_a_run_that_goes_its_own_way_keeps_its_rows_and_the_others_notice_nothing(make_lab, command):
    lab = make_lab(LOSSROOM_WORKERS="2", LOSSROOM_CHECKPOINT_SECONDS="3600")
    others = [lab.launch(**LONG), lab.launch(**LONG, fresh=False)]
    mine = lab.launch(**LONG, fresh=False)
    wait_until(lambda: lab.run(mine["id"])["iteration"] > 100, "some rows")

    if command == "change":
        changed = lab.http.patch(f"/api/runs/{mine['id']}/live", json={"learning_rate": 0.003})
    else:
        changed = lab.post(f"/api/runs/{mine['id']}/{command}")
    assert changed.status_code == 200, changed.text
    now = lab.run(mine["id"])
    iteration = now["iteration"]
    assert now["training"] != others[0]["training"]
    assert (now["shared_with"], lab.run(others[0]["id"])["shared_with"]) == (0, 1)
    if command == "pause":
        assert now["status"] == "paused"
        lab.post(f"/api/runs/{mine['id']}/step", iterations=3)
        wait_until(lambda: lab.run(mine["id"])["iteration"] == iteration + 3, "three steps")
        lab.post(f"/api/runs/{mine['id']}/resume")

    if command != "cancel":
        ended = lab.train_on(mine["id"], attempt=lab.run(mine["id"])["attempt"])
        reference.assert_uninterrupted(lab, ended)
    if command == "change":
        (annotation,) = ended["annotations"]
        assert annotation["iteration"] >= 100
        assert ended["fingerprint"] != others[0]["fingerprint"]
        # the changed curve is another experiment's now, and the plain one is still answered
        others.append(lab.launch(**LONG, fresh=False))
        assert others[-1]["training"] == others[0]["training"]
    for run in others:
        ended = lab.train_on(run["id"])
        assert (ended["attempt"], ended["annotations"]) == (1, [])
        reference.assert_uninterrupted(lab, ended)
    if command == "cancel":
        stored = lab.stored_rows(mine["id"])[1]
        assert len(stored) == iteration > 100
        assert stored.tobytes() == lab.stored_rows(others[0]["id"])[1][:iteration].tobytes()
    checkpoints = lab.state_dir / "checkpoints"
    wait_until(
        lambda: not list(checkpoints.glob("*.npz")), "the end of all that only a training needs that goes on"
    )
