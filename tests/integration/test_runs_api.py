"""The HTTP API of a real server, with real workers."""

import csv
import io

import numpy as np
import pytest

from tests.support.errors import error
from tests.support.experiments import ENDLESS
from tests.support.waiting import wait_until


def test_a_launched_run_trains_to_its_end(lab):
    run = lab.launch(name="to its end")
    assert run["status"] in ("queued", "running")

    done = lab.wait_for(run["id"], "completed")

    assert done["name"] == "to its end"
    assert done["iteration"] == done["iterations"] == 200
    assert done["latest"]["test_accuracy"] > 0.5
    columns, rows = lab.stored_rows(run["id"])
    np.testing.assert_array_equal(rows[:, columns.index("iteration")], np.arange(1, 201))
    columns, rows = lab.stored_rows(run["id"], "evaluation")
    np.testing.assert_array_equal(rows[:, 0], np.arange(20, 201, 20))


def test_the_same_seed_gives_the_same_curve_and_another_seed_another(lab):
    first, second, third = (lab.launch(seed=seed) for seed in (1, 1, 2))
    curves = []
    for run in (first, second, third):
        lab.wait_for(run["id"], "completed")
        curves.append(lab.stored_rows(run["id"])[1])

    np.testing.assert_array_equal(curves[0], curves[1])
    assert not np.array_equal(curves[0], curves[2])


def test_metrics_give_every_row_and_any_part_of_it(lab):
    run = lab.launch()
    lab.wait_for(run["id"], "completed")
    url = f"/api/runs/{run['id']}/metrics"

    everything = lab.http.get(url).json()
    part = lab.http.get(url, params={"columns": "iteration,loss", "after": 150}).json()

    columns, rows = lab.stored_rows(run["id"])
    assert everything["rows"] == everything["total"] == 200
    for position, name in enumerate(columns):
        np.testing.assert_array_equal(np.float32(everything["columns"][name]), rows[:, position])
    assert list(part["columns"]) == ["iteration", "loss"]
    assert part["columns"]["loss"] == everything["columns"]["loss"][150:]


def test_downsampled_metrics_keep_the_extremes(lab):
    run = lab.launch()
    lab.wait_for(run["id"], "completed")
    url = f"/api/runs/{run['id']}/metrics"
    everything = lab.http.get(url, params={"columns": "iteration,loss"}).json()["columns"]

    thin = lab.http.get(url, params={"columns": "iteration,loss", "max_points": 20}).json()
    for columns in (
        "loss,accuracy",
        "loss,iteration",
        "loss",
    ):  # the first metric, wherever the iterations are
        other = lab.http.get(url, params={"columns": columns, "max_points": 20}).json()
        assert other["columns"]["loss"] == thin["columns"]["loss"]

    assert thin["rows"] <= 20
    assert min(thin["columns"]["loss"]) == min(everything["loss"])
    assert max(thin["columns"]["loss"]) == max(everything["loss"])


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"stream": "nonsense"}, "stream"),
        ({"columns": "loss,nonsense"}, "columns"),
        ({"after": -1}, "after"),
        ({"max_points": 1}, "max_points"),
        ({"max_points": "many"}, "max_points"),
    ],
)
def test_an_invalid_query_for_metrics_names_its_field(lab, parameters, field):
    run = lab.launch()
    lab.wait_for(run["id"], "completed")

    answer = lab.http.get(f"/api/runs/{run['id']}/metrics", params=parameters)

    assert answer.status_code == 422
    assert error(answer)["field"] == field


def test_a_run_pauses_steps_and_goes_on(lab):
    run = lab.launch(**ENDLESS)
    url = f"/api/runs/{run['id']}"
    lab.wait_for(run["id"], "running")
    assert lab.post(f"{url}/pause").status_code == 200
    paused = lab.wait_for(run["id"], "paused")
    _, before = lab.stored_rows(run["id"])
    assert paused["iteration"] == len(before)

    assert lab.post(f"{url}/step").status_code == 200
    assert lab.post(f"{url}/step", iterations=9).status_code == 200
    rows = wait_for_rows(lab, run["id"], len(before) + 10)
    assert len(rows) == len(before) + 10
    assert lab.run(run["id"])["status"] == "paused"

    assert lab.post(f"{url}/resume").json()["status"] == "running"
    wait_for_rows(lab, run["id"], len(before) + 50)
    assert lab.post(f"{url}/cancel").status_code == 200
    cancelled = lab.wait_for(run["id"], "cancelled")
    assert cancelled["iteration"] == len(lab.stored_rows(run["id"])[1])


def wait_for_rows(lab, run_id, count):
    wait_until(lambda: lab.run(run_id)["iteration"] >= count, f"{count} rows")
    return lab.stored_rows(run_id)[1]


def test_a_run_that_can_reach_its_end_step_by_step_completes(lab):
    run = lab.launch(training={"iterations": 12_000, "batch_size": 1, "evaluate_every": 12_000})
    url = f"/api/runs/{run['id']}"
    lab.wait_for(run["id"], "running")
    lab.post(f"{url}/pause")
    lab.wait_for(run["id"], "paused")

    assert lab.post(f"{url}/step", iterations=12_000).status_code == 200

    assert lab.wait_for(run["id"], "completed")["iteration"] == 12_000


def test_a_cancelled_run_keeps_its_curve(lab):
    run = lab.launch(**ENDLESS)
    wait_for_rows(lab, run["id"], 10)
    lab.post(f"/api/runs/{run['id']}/cancel")
    lab.wait_for(run["id"], "cancelled")

    metrics = lab.http.get(f"/api/runs/{run['id']}/metrics").json()
    assert metrics["columns"]["iteration"] == list(range(1, metrics["rows"] + 1))


def test_a_diverged_run_says_at_which_iteration(lab):
    # each step multiplies the weights by 1 - ηλ = -99
    run = lab.launch(optimizer={"name": "sgd", "learning_rate": 100.0}, regularization={"l2": 1.0})

    done = lab.wait_for(run["id"], "diverged")

    columns, rows = lab.stored_rows(run["id"])
    assert not np.isfinite(rows[-1, columns.index("loss")])
    assert np.isfinite(rows[:-1, columns.index("loss")]).all()
    assert f"iteration {len(rows)}" in done["reason"]
    metrics = lab.http.get(f"/api/runs/{run['id']}/metrics").json()
    assert metrics["columns"]["loss"][-1] is None


def test_a_deleted_run_is_gone_with_its_rows(lab):
    run = lab.launch(**ENDLESS)
    wait_for_rows(lab, run["id"], 1)

    assert lab.http.delete(f"/api/runs/{run['id']}").status_code == 204

    assert lab.http.get(f"/api/runs/{run['id']}").status_code == 404
    assert run["id"] not in [other["id"] for other in lab.http.get("/api/runs").json()["runs"]]
    # its worker is free again
    lab.wait_for(lab.launch()["id"], "completed")


def test_a_clone_trains_the_same_curve_under_a_new_id(lab):
    run = lab.launch(name="twin")
    lab.wait_for(run["id"], "completed")

    twin = lab.post(f"/api/runs/{run['id']}/clone").json()

    assert twin["id"] != run["id"]
    assert twin["name"] == "twin"
    lab.wait_for(twin["id"], "completed")
    np.testing.assert_array_equal(lab.stored_rows(run["id"])[1], lab.stored_rows(twin["id"])[1])


def test_a_run_can_be_renamed(lab):
    run = lab.launch()
    answer = lab.http.patch(f"/api/runs/{run['id']}", json={"name": "学習率 0.1"})
    assert answer.json()["name"] == "学習率 0.1"
    for wrong in ({"name": ""}, {"name": "x" * 201}, {"name": 3}, {"status": "completed"}, {}):
        assert lab.http.patch(f"/api/runs/{run['id']}", json=wrong).status_code == 422


def test_a_run_keeps_its_colour_until_another_is_chosen_which_stays_too(lab):
    run = lab.launch()
    assert (run["color"], run["color_chosen"]) == (run["number"] - 1, False)
    for color in (255, 0):
        changed = lab.http.patch(f"/api/runs/{run['id']}", json={"color": color}).json()
        assert (changed["color"], changed["color_chosen"]) == (color, True)
    for wrong, bounds in ((-1, {"minimum": 0}), (256, {"maximum": 255}), (1.5, {}), ("red", {}), (None, {})):
        answer = lab.http.patch(f"/api/runs/{run['id']}", json={"color": wrong})
        assert answer.status_code == 422
        error = answer.json()["error"]
        assert error["field"] == "color"
        assert (error["bounds"] or {}) == bounds
        assert wrong in ("red", None) or str(wrong) in error["message"]
    lab.restart()
    assert lab.run(run["id"])["color"] == 0


@pytest.mark.parametrize("command", ["pause", "resume", "step", "cancel"])
def test_a_finished_run_takes_no_commands(lab, command):
    run = lab.launch()
    lab.wait_for(run["id"], "completed")

    answer = lab.post(f"/api/runs/{run['id']}/{command}")

    assert answer.status_code == 409
    assert error(answer)["code"] == "illegal_transition"
    assert lab.run(run["id"])["status"] == "completed"


def test_an_export_launches_the_same_experiment_again(lab):
    run = lab.launch(seed=7)
    lab.wait_for(run["id"], "completed")

    exported = lab.http.get(f"/api/runs/{run['id']}/export.json")
    again = lab.http.post("/api/runs", json=exported.json()).json()

    assert "attachment" in exported.headers["content-disposition"]
    lab.wait_for(again["id"], "completed")
    np.testing.assert_array_equal(lab.stored_rows(run["id"])[1], lab.stored_rows(again["id"])[1])


def test_a_csv_holds_every_row_with_its_evaluation(lab):
    run = lab.launch()
    lab.wait_for(run["id"], "completed")

    text = lab.http.get(f"/api/runs/{run['id']}/export.csv").content.decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text)))

    columns, rows = lab.stored_rows(run["id"])
    assert len(table) == len(rows)
    losses = np.array([row["loss"] for row in table], np.float32)
    np.testing.assert_array_equal(losses, rows[:, columns.index("loss")])
    assert [row["iteration"] for row in table if row["test_accuracy"]] == [str(i) for i in range(20, 201, 20)]


def test_at_most_as_many_runs_train_as_there_are_workers(lab):
    runs = [lab.launch(**ENDLESS) for _ in range(4)]
    try:
        for run in runs[:2]:
            lab.wait_for(run["id"], "running")
        assert [lab.run(run["id"])["status"] for run in runs] == ["running", "running", "queued", "queued"]
        wait_until(lambda: len(lab.worker_pids()) == 2, "two processes that train")

        # a paused run frees its worker, and queues again when it is resumed
        lab.post(f"/api/runs/{runs[0]['id']}/pause")
        lab.wait_for(runs[2]["id"], "running")
        assert lab.post(f"/api/runs/{runs[0]['id']}/resume").json()["status"] == "queued"
        lab.post(f"/api/runs/{runs[1]['id']}/cancel")
        lab.wait_for(runs[0]["id"], "running")
        assert lab.run(runs[3]["id"])["status"] == "queued"
    finally:
        for run in runs:
            lab.http.delete(f"/api/runs/{run['id']}")


def test_runs_that_continue_after_a_restart_have_an_expected_duration(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1")
    first, second = (lab.launch(training={"iterations": 10_000_000, "batch_size": 16}) for _ in range(2))
    assert first["expected_seconds"] == second["expected_seconds"] > 1
    lab.wait_for(first["id"], "running")
    lab.restart()
    for run in (first, second):
        assert lab.run(run["id"])["expected_seconds"] == first["expected_seconds"]
        lab.http.delete(f"/api/runs/{run['id']}")
