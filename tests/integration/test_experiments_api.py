"""Experiments that are launched together."""

import pytest

from app.estimate import seconds_together
from tests.support.experiments import QUICK
from tests.support.lab_server import LabServer


def with_rate(rate):
    return {**QUICK, "name": f"rate {rate}", "optimizer": {"name": "sgd", "learning_rate": rate}}


def count(lab):
    return len(lab.http.get("/api/runs").json()["runs"])


def test_a_list_of_experiments_becomes_one_group_of_runs(lab):
    answer = lab.post("/api/experiments", experiments=[with_rate(rate) for rate in (0.1, 0.01, 0.001)])

    assert answer.status_code == 201
    runs = answer.json()["runs"]
    assert [run["name"] for run in runs] == ["rate 0.1", "rate 0.01", "rate 0.001"]
    assert [run["config"]["optimizer"]["learning_rate"] for run in runs] == [0.1, 0.01, 0.001]
    assert len({run["group_id"] for run in runs}) == 1
    assert runs[0]["group_id"]
    for run in runs:
        lab.wait_for(run["id"], "completed")


def test_one_wrong_experiment_is_named_and_none_is_queued(lab):
    before = count(lab)

    answer = lab.post("/api/experiments", experiments=[with_rate(0.1), with_rate(0.2), with_rate(-1)])

    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["field"] == "experiments.2.optimizer.learning_rate"
    assert "greater than 0" in error["message"]
    assert "-1" in error["message"]
    assert error["bounds"]["exclusive_minimum"] == 0
    assert count(lab) == before


@pytest.mark.parametrize("path", ["/api/experiments", "/api/experiments/summary"])
@pytest.mark.parametrize("length", [0, 101])
def test_the_number_of_experiments_in_one_launch_is_limited(lab, path, length):
    answer = lab.post(path, experiments=[QUICK] * length)

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "range"
    assert answer.json()["error"]["field"] == "experiments"
    assert answer.json()["error"]["bounds"] == {"minimum": 1, "maximum": 100}
    assert str(length) in answer.json()["error"]["message"]


def test_a_missing_data_set_is_named_before_anything_is_queued(tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    lab = LabServer(state, tmp_path)  # no data set but those that are always there
    lab.start()

    mnist = {"dataset": {"name": "mnist"}, "network": {"preset": "mlp", "hidden": []}}
    answer = lab.post("/api/experiments", experiments=[QUICK, mnist])

    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "experiments.1.dataset.name"
    assert count(lab) == 0
    lab.stop()


def test_the_summary_of_a_list_is_that_of_each_with_the_time_of_all(lab):
    experiments = [{**QUICK, "network": {"preset": "mlp", "hidden": [units]}} for units in (16, 32)]

    answer = lab.post("/api/experiments/summary", experiments=experiments)

    assert answer.status_code == 200
    together = answer.json()
    for experiment, figures in zip(experiments, together["experiments"], strict=True):
        alone = lab.post("/api/summary", **experiment).json()
        assert figures == {name: alone[name] for name in figures}
    assert together["first"]["layers"][0] == {
        "type": "dense",
        "input_shape": [1, 8, 8],
        "output_shape": [16],
        "shapes": {"W": [64, 16], "b": [16]},
        "parameters": 64 * 16 + 16,
        "multiply_adds": 64 * 16,
    }
    assert together["first"]["config"]["training"]["sampling"] == "with_replacement"
    seconds = [figures["seconds"] for figures in together["experiments"]]
    assert max(seconds) <= together["seconds"] <= sum(seconds)


def test_runs_wait_for_the_first_free_worker():
    assert seconds_together([3, 1, 1, 1], 1) == 6
    assert seconds_together([3, 1, 1, 1], 2) == 3
    assert seconds_together([1, 1, 4], 2) == 5
    assert seconds_together([2], 8) == 2
