"""The cost limit of a run is a setting of the lab: it is checked at a launch, not when a stored run is read."""

import pytest

from app.routes.experiments import Experiments
from engine import layers
from engine.limits import Limits
from tests.support.experiments import QUICK

#: A multiply-add for each weight: 64 × 16 and 16 × 10.
COST = 1184


@pytest.fixture
def lab(make_lab):
    """A lab with a finished run that exceeds the present limit."""
    lab = make_lab()
    lab.finished = lab.launch(training={"iterations": 5, "batch_size": 8})["id"]
    lab.wait_for(lab.finished, "completed")
    lab.environment["LOSSROOM_MAX_MULTIPLY_ADDS"] = "1000"
    lab.restart()
    return lab


def test_every_way_to_launch_refuses_an_experiment_above_the_cost_limit(lab):
    small = {**QUICK, "network": {"preset": "mlp", "hidden": [10]}}
    assert lab.post("/api/runs", **small).status_code == 201
    before = len(lab.http.get("/api/runs").json()["runs"])
    for path, body, field in [
        ("/api/runs", QUICK, "network"),
        ("/api/summary", QUICK, "network"),
        ("/api/experiments", {"experiments": [small, QUICK]}, "experiments.1.network"),
        ("/api/experiments/summary", {"experiments": [small, QUICK]}, "experiments.1.network"),
        ("/api/lessons/2b-more-optimizers/runs", {}, "network"),
        (f"/api/runs/{lab.finished}/clone", {}, "network"),
    ]:
        answer = lab.http.post(path, json=body)
        assert answer.status_code == 422, path
        error = answer.json()["error"]
        assert (error["code"], error["field"]) == ("too_large", field), path
        assert error["bounds"]["maximum"] == 1000, path
    assert len(lab.http.get("/api/runs").json()["runs"]) == before


def test_stored_experiments_above_the_cost_limit_can_still_be_read(lab):
    lessons = lab.http.get("/api/lessons").json()["lessons"]
    for path in (
        *(f"/api/lessons/{lesson['slug']}" for lesson in lessons),
        "/api/options",
        f"/api/runs/{lab.finished}/export.html",
        f"/api/runs/{lab.finished}/export.torch.py",
    ):
        answer = lab.http.get(path)
        assert answer.status_code == 200, (path, answer.text)
    document = lab.http.get("/api/exports/json", params={"runs": lab.finished}).content
    assert lab.http.post("/api/imports", content=document).status_code == 201


def test_a_hundred_experiments_build_each_network_once(monkeypatch):
    built = []

    class Counted(layers.Dense):
        def __init__(self, *args, **kwargs):
            built.append(self)
            super().__init__(*args, **kwargs)

    monkeypatch.setitem(layers.LAYERS, "dense", Counted)
    many = [{**QUICK, "seed": seed} for seed in range(100)]
    read = Experiments(experiments=many).read(Limits())
    assert [summary.multiply_adds for _, summary in read] == [COST] * 100
    assert len(built) == 200
