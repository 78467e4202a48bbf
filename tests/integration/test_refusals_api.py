"""Requests that the API refuses: each answer names the field and the reason."""

import json
from typing import Any

import pytest

from tests.support.errors import error
from tests.support.experiments import ENDLESS, QUICK

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a wrong type": ({"training": {"iterations": "many"}}, "training.iterations"),
    "a boolean for a number": ({"seed": True}, "seed"),
    "an unknown key": ({"optimizer": {"name": "sgd", "speed": 1}}, "optimizer.speed"),
    "an unknown section": ({"nonsense": 1}, "nonsense"),
    "a number outside its interval": ({"training": {"iterations": 0}}, "training.iterations"),
    "an empty network": ({"network": {"layers": []}}, "network.layers"),
    "a network whose shapes do not fit": (
        {"network": {"layers": [{"type": "dense", "units": 5}]}},
        "network.layers",
    ),
    "a trillion units": (
        {"network": {"layers": [{"type": "dense", "units": 10**12}, {"type": "dense", "units": 10}]}},
        "network.layers.0.units",
    ),
    "an unknown data set": ({"dataset": {"name": "nonsense"}}, "dataset.name"),
    "a data set that one brings oneself": (
        {"dataset": {"name": "imagenet"}, "network": {"preset": "alexnet"}},
        "dataset.name",
    ),
    "an unknown optimizer": ({"optimizer": {"name": "magic"}}, "optimizer.name"),
    "a negative learning rate": (
        {"optimizer": {"name": "sgd", "learning_rate": -1}},
        "optimizer.learning_rate",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_names_its_field_and_queues_nothing(lab, what):
    change, field = BAD[what]
    before = len(lab.http.get("/api/runs").json()["runs"])

    answer = lab.http.post("/api/runs", json={**QUICK, **change})

    assert answer.status_code == 422, answer.text
    assert error(answer)["field"].startswith(field)
    assert error(answer)["code"]
    assert error(answer)["message"]
    assert len(lab.http.get("/api/runs").json()["runs"]) == before


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_non_numeric_learning_rate_is_refused(lab, value):
    body = json.dumps(QUICK).replace('"learning_rate": 0.1', f'"learning_rate": {value}')

    answer = lab.http.post("/api/runs", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
    assert error(answer)["field"] == "optimizer.learning_rate"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3", b"null", b'"text"', b"\xff", b"[" * 5000])
def test_a_body_that_is_not_an_experiment_is_refused(lab, body):
    answer = lab.http.post("/api/runs", content=body, headers={"Content-Type": "application/json"})

    assert 400 <= answer.status_code < 500
    assert error(answer)["message"]


def test_a_body_that_is_too_long_is_refused(lab):
    answer = lab.http.post("/api/runs", json={"name": "x" * 1_000_000})
    assert answer.status_code == 413
    assert error(answer)["code"] == "too_large"


def test_an_unknown_run_and_an_unknown_path_are_404_in_the_same_shape(lab):
    for path in ("/api/runs/none", "/api/runs/none/metrics", "/api/nonsense"):
        answer = lab.http.get(path)
        assert answer.status_code == 404
        assert error(answer)["code"] == "not_found"


def test_a_full_queue_refuses_and_keeps_what_it_has(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1", LOSSROOM_MAX_QUEUED="2")
    first = lab.launch(**ENDLESS)
    lab.wait_for(first["id"], "running")
    waiting = [lab.launch() for _ in range(2)]

    answer = lab.http.post("/api/runs", json={**QUICK, "fresh": True})

    assert answer.status_code == 503
    assert error(answer)["code"] == "queue_full"
    lab.post(f"/api/runs/{first['id']}/cancel")
    for run in waiting:
        lab.wait_for(run["id"], "completed")
