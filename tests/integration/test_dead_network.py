"""A network that is dead is marked once, whatever happens to its worker, and in every place where its run is shown."""

import os
import signal

import pytest

from tests.support.experiments import QUICK
from tests.support.reference import assert_uninterrupted
from tests.support.waiting import wait_until

DEAD = {
    **QUICK,
    "name": "dead",
    "network": {"preset": "mlp", "hidden": [40, 20], "activation": "relu"},
    "optimizer": {"name": "sgd", "learning_rate": 10.0},
}


def long(iterations):
    return {**DEAD, "training": {**DEAD["training"], "iterations": iterations, "evaluate_every": 1000}}


def first_without_gradient(lab, run_id):
    columns, rows = lab.stored_rows(run_id)
    norms = rows[:, [i for i, name in enumerate(columns) if name.startswith("gradient_norm")]]
    return int(norms.any(axis=1).nonzero()[0][-1]) + 2


def test_a_dead_network_is_marked_at_its_first_iteration_without_a_gradient_and_named_as_the_reason(lab):
    run = lab.wait_for(lab.launch(**DEAD)["id"], "completed")

    since = first_without_gradient(lab, run["id"])
    assert run["annotations"] == [{"kind": "dead", "iteration": since}]
    assert run["why"] == {"code": "dead", "values": {"iteration": since}}
    assert run["reason"].startswith("completed, but the network is dead")
    assert_uninterrupted(lab, run)


def test_a_network_that_learns_has_no_mark(lab):
    run = lab.wait_for(lab.launch()["id"], "completed")
    assert run["annotations"] == []
    assert run["why"] is None


@pytest.mark.parametrize("restarted", [False, True])
def test_a_dead_network_is_marked_once_if_its_worker_or_server_is_killed_and_the_curve_stays(
    make_lab, restarted
):
    lab = make_lab(LOSSROOM_CHECKPOINT_SECONDS="0.2")
    run_id = lab.launch(**long(1_000_000))["id"]
    wait_until(lambda: lab.run(run_id)["annotations"], "a mark")
    if restarted:
        lab.restart(signal.SIGKILL)
    else:
        os.kill(lab.worker_pids()[0], signal.SIGKILL)
    run = lab.train_on(run_id, attempt=2)
    assert run["annotations"] == [{"kind": "dead", "iteration": first_without_gradient(lab, run_id)}]
    assert_uninterrupted(lab, run)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "on the network is dead: every weight"),
        ("ja", "すべての重みの勾配がちょうど 0 で、学習は止まっています"),
    ],
)
def test_report_export_and_import_keep_the_mark(lab, language, words):
    run = lab.wait_for(lab.launch(**DEAD)["id"], "completed")
    report = lab.http.get(f"/api/runs/{run['id']}/export.html", headers={"Accept-Language": language})
    since = run["annotations"][0]["iteration"]
    assert words in report.text
    assert f"{since:,}" in report.text

    document = lab.http.get("/api/exports/json", params={"runs": run["id"]}).content
    (imported,) = lab.http.post("/api/imports", content=document).raise_for_status().json()["runs"]
    assert [(note["kind"], note["iteration"]) for note in imported["annotations"]] == [("dead", since)]
    assert imported["why"] == run["why"]


def test_the_share_of_small_weights_is_stored_and_exported_where_l1_is_on(lab):
    with_l1 = lab.wait_for(lab.launch(regularization={"l1": 0.01})["id"], "completed")
    without = lab.wait_for(lab.launch()["id"], "completed")
    columns, rows = lab.stored_rows(with_l1["id"], "evaluation")
    assert columns[-1] == "small_weights"
    assert 0 < rows[-1, -1] <= 1
    assert "small_weights" not in lab.stored_rows(without["id"], "evaluation")[0]
    assert "small_weights" in lab.http.get(f"/api/runs/{with_l1['id']}/export.csv").text.splitlines()[0]
