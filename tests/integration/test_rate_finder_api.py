"""The rate finder of a lab: the engine's own answer, and refusals that say what is wrong."""

import pytest

from engine import ExperimentConfig
from engine.rate_finder import find_rate
from tests.support.experiments import ENDLESS, QUICK
from tests.support.lab_server import running_lab

#: Finding a rate for it takes longer than this lab allows, on any machine.
SLOW = {
    **ENDLESS,
    "network": {"preset": "mlp", "hidden": [4000, 4000]},
    "training": {"iterations": 1_000_000, "batch_size": 200},
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("rates"), LOSSROOM_REPLAY_SECONDS="30") as lab:
        yield lab


def test_a_lab_finds_what_the_engine_finds_and_stores_nothing(lab):
    answer = lab.http.post("/api/rate-finder", json=QUICK)
    assert answer.status_code == 200, answer.text
    found = find_rate(ExperimentConfig.from_dict(QUICK))
    assert answer.json() == {
        "iterations": 150,
        "rates": list(found.rates),
        "losses": list(found.losses),
        "smoothed": list(found.smoothed),
        "best": found.best,
        "suggestion": found.suggestion,
        "end": found.end,
    }
    assert lab.http.get("/api/runs").json()["runs"] == []


def test_wrong_and_slow_experiments_are_refused_with_the_reason(lab):
    wrong = lab.http.post(
        "/api/rate-finder", json={**QUICK, "optimizer": {"name": "sgd", "learning_rate": -1}}
    )
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "optimizer.learning_rate")
    slow = lab.http.post("/api/rate-finder", json=SLOW)
    error = slow.json()["error"]
    assert (slow.status_code, error["code"]) == (409, "rate_long"), slow.text
    assert error["bounds"]["expected_seconds"] > error["bounds"]["bound_seconds"] == 30
