"""Exports of forks: they hold what was trained before each fork, and train the same curve again."""

import csv
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from tests.support import commands, reference
from tests.support.folders import ROOT


@pytest.fixture(scope="module")
def origin(lab):
    run = lab.launch(name="origin", network={"preset": "mlp", "hidden": [16], "dropout": 0.2})
    return lab.wait_for(run["id"], "completed")


def fork(lab, run, iteration, seed=None, **changes):
    answer = lab.post(f"/api/runs/{run['id']}/fork", iteration=iteration, changes=changes, seed=seed)
    assert answer.status_code == 201, answer.text
    lab.wait_for(answer.json()["id"], "completed")
    return lab.run(answer.json()["id"])


@pytest.fixture(scope="module")
def grandchild(lab, origin):
    """A fork of a fork, with an L1 penalty from iteration 50 to 120."""
    child = fork(lab, origin, 50, regularization={"l1": 0.001}, optimizer={"name": "adam"})
    return fork(lab, child, 120, seed=4, regularization={"l1": 0}, training={"batch_size": 20})


def exported(lab, *runs):
    return lab.http.get("/api/exports/json", params={"runs": ",".join(run["id"] for run in runs)}).json()


#: Names in scripts → the names that earlier versions wrote.
EARLIER = {"engine.forks_ahead": "engine.course", "ForksAhead": "Course"}


@pytest.mark.parametrize("names", [{}, EARLIER], ids=["now", "earlier"])
def test_a_script_replays_a_fork_of_a_fork_bit_for_bit(lab, grandchild, tmp_path, names):
    path = tmp_path / "again.py"
    script = lab.http.get(f"/api/runs/{grandchild['id']}/export.py").text
    for name, earlier in names.items():
        assert name in script
        script = script.replace(name, earlier)
    path.write_text(script, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(path), str(tmp_path / "curve.csv")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr

    with (tmp_path / "curve.csv").open() as file:
        header, *rows = csv.reader(file)
    columns, stored = lab.stored_rows(grandchild["id"])
    assert header == columns
    np.testing.assert_array_equal(np.array(rows, np.float64).astype(np.float32), stored)
    assert f"test accuracy {grandchild['latest']['test_accuracy']:.2%}" in done.stdout


def test_an_experiment_file_of_a_fork_is_launched_again_and_trained_without_a_lab(lab, grandchild, tmp_path):
    file = lab.http.get(f"/api/runs/{grandchild['id']}/export.json").json()
    shown = lab.post("/api/runs", **file).json()
    assert (shown["training"], shown["origin"]) == (grandchild["training"], None)
    again = lab.post("/api/runs", **file, fresh=True).json()
    again = lab.wait_for(again["id"], "completed")
    columns, stored = lab.stored_rows(grandchild["id"])
    assert lab.stored_rows(again["id"])[1].tobytes() == stored.tobytes()

    path, out = tmp_path / "fork.json", tmp_path / "out"
    path.write_text(json.dumps(file))
    done = commands.run("train", "--config", path, "--out", out, "--json", directory=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((out / "metrics.csv").read_text("utf-8").splitlines()))
    trained = np.array([[row[name] for name in columns] for row in rows], np.float64).astype(np.float32)
    assert trained.tobytes() == stored.tobytes()
    assert json.loads((out / "config.json").read_text())["stretches"] == file["stretches"]
    done = commands.run("summary", "--config", path, directory=tmp_path)
    assert "dense" in done.stdout

    file["stretches"][1]["until"] = 20
    for answer in (lab.post("/api/runs", **file), lab.post("/api/summary", **file)):
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "stretches.1.until")


def test_a_document_brings_forks_back_which_can_be_forked_and_trained_again(
    lab, make_lab, origin, grandchild
):
    document = exported(lab, grandchild, origin)
    assert document["lossroom"] == 2
    assert "stretches" not in document["runs"][1]
    other = make_lab()
    for _ in range(3):  # other numbers than in the first lab
        lab_run = other.launch(training={"iterations": 1, "batch_size": 2})
        other.http.delete(f"/api/runs/{lab_run['id']}").raise_for_status()
    child, first = other.post("/api/imports", **document).json()["runs"]
    other.restart()
    child = other.run(child["id"])
    assert child["stretches"] == grandchild["stretches"]
    # the run from which it was forked is not in the document
    assert child["origin"] == grandchild["origin"]
    assert other.stored_rows(child["id"])[1].tobytes() == lab.stored_rows(grandchild["id"])[1].tobytes()

    later = fork(other, child, 150, optimizer={"learning_rate": 0.0005})
    reference.assert_uninterrupted(other, later)
    assert len(later["stretches"]) == 3
    again = other.post(f"/api/runs/{child['id']}/clone").json()
    other.wait_for(again["id"], "completed")
    assert other.stored_rows(again["id"])[1].tobytes() == other.stored_rows(child["id"])[1].tobytes()

    two = fork(other, first, 20, training={"iterations": 90})
    both = other.post("/api/imports", **exported(other, two, first)).json()["runs"]
    assert both[0]["origin"] == {
        **two["origin"],
        "run": both[1]["id"],
        "number": both[1]["number"],
    }


def test_a_run_that_stopped_early_with_its_best_weights_is_forked_there_and_comes_back(lab, make_lab):
    """At the fork two evaluations are of one iteration, as at the end of a run that stops early."""
    stopping = {"iterations": 2000, "batch_size": 20, "evaluate_every": 5, "early_stopping": {"patience": 3}}
    origin = lab.launch(optimizer={"name": "adam", "learning_rate": 0.03}, training=stopping)
    origin = lab.wait_for(origin["id"], "completed")
    iteration = origin["iteration"]
    assert origin["why"]["code"] == "brought_back"
    run = fork(lab, origin, iteration, training={"early_stopping": None, "iterations": iteration + 40})
    reference.assert_uninterrupted(lab, run)
    evaluated = lab.stored_rows(run["id"], "evaluation")[1][:, 0].tolist()
    assert evaluated.count(iteration) == 2
    document = exported(lab, run)
    (back,) = make_lab().post("/api/imports", **document).json()["runs"]
    assert back["iteration"] == iteration + 40

    rows = document["runs"][0]["streams"]["evaluation"]["data"]
    rows[1][0] = rows[0][0]
    answer = lab.post("/api/imports", **document)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "runs.0.streams.evaluation.data")


def test_a_document_without_forks_is_one_that_earlier_labs_read(lab, origin):
    document = exported(lab, origin)
    assert document["lossroom"] == 1
    assert not {"id", "origin", "stretches"} & document["runs"][0].keys()


def with_stretch(run, **values):
    run["stretches"][0] |= values


HOSTILE = {
    "no list": (lambda run: run.update(stretches=7), "stretches"),
    "too many": (lambda run: run.update(stretches=run["stretches"] * 51), "stretches"),
    "no object": (lambda run: run.update(stretches=[7]), "stretches.0"),
    "an unknown key": (lambda run: with_stretch(run, code="x"), "stretches.0.code"),
    "a negative place": (lambda run: with_stretch(run, until=-1), "stretches.0.until"),
    "a huge place": (lambda run: with_stretch(run, until=10**30), "stretches.0.until"),
    "two at one place": (lambda run: with_stretch(run, until=120), "stretches.1.until"),
    "a place after the last row": (
        lambda run: (run["streams"]["train"]["data"].__delitem__(slice(100, None)), run.pop("times")),
        "stretches.1.until",
    ),
    "a wrong experiment": (
        lambda run: run["stretches"][0]["config"].update(dtype="x"),
        "stretches.0.config.dtype",
    ),
    "another network": (
        lambda run: run["stretches"][0]["config"].update(
            network={"layers": [{"type": "dense", "units": 10}]}
        ),
        "stretches.1.config.network.layers",
    ),
    "another seed": (lambda run: run["stretches"][1]["config"].update(seed=8), "stretches.1.config.seed"),
    "a seed that is none": (lambda run: with_stretch(run, seed="4"), "stretches.0.seed"),
    "half a character": (lambda run: with_stretch(run, config={"name": "\ud800"}), "stretches.0.config.name"),
    "an origin without a run": (lambda run: run["origin"].pop("run"), "origin.run"),
    "an origin with markup": (lambda run: run["origin"].update(run="<b>"), "origin.run"),
    "an origin with more": (lambda run: run["origin"].update(more=1), "origin.more"),
    "an id that is none": (lambda run: run.update(id="../x"), "id"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_fork_is_refused_with_its_field_and_nothing_is_stored(lab, grandchild, what):
    document = exported(lab, grandchild)
    change, field = HOSTILE[what]
    change(document["runs"][0])
    before = len(lab.http.get("/api/runs").json()["runs"])
    answer = lab.http.post("/api/imports", content=json.dumps(document))
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["field"] == f"runs.0.{field}"
    assert len(lab.http.get("/api/runs").json()["runs"]) == before


def test_a_pytorch_script_holds_the_forks_and_of_a_fork_that_stops_early_there_is_none(
    lab, origin, grandchild
):
    """`test_exports_torch.py` runs such scripts."""
    answer = lab.http.get(f"/api/runs/{grandchild['id']}/export.torch.py")
    assert answer.status_code == 200
    assert [part in answer.text for part in ("if iteration == 51:", "if iteration == 121:")] == [True, True]
    compile(answer.text, "script", "exec")
    nadam = fork(lab, origin, 150, optimizer={"name": "nadam"})
    assert "PyTorch's NAdam has" in lab.http.get(f"/api/runs/{nadam['id']}/export.torch.py").text
    stopping = fork(lab, origin, 50, training={"early_stopping": {"patience": 2}})
    answer = lab.http.get(f"/api/runs/{stopping['id']}/export.torch.py")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "fork_not_in_torch")
    assert error["field"] == "training.early_stopping"
    assert error["bounds"]["why"]["values"] == {"iteration": 50}


def test_a_report_says_what_a_run_was_forked_from(lab, origin, grandchild):
    text = lab.http.get(f"/api/runs/{grandchild['id']}/export.html", params={"lang": "en"}).text
    number = grandchild["origin"]["number"]
    assert f"Fork of run {number} (origin) at iteration 120" in text
    assert "Experiment up to iteration 50 (JSON)" in text
    assert "Fork of run 1" not in lab.http.get(f"/api/runs/{origin['id']}/export.html").text
