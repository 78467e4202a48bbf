"""Exports of a real server's runs: the files are complete, and their scripts train the same run elsewhere."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from app.exports.fields import describe_layers, difference, flatten
from engine import ExperimentConfig
from tests.support.experiments import ENDLESS, QUICK
from tests.support.folders import ROOT
from tests.support.waiting import wait_until


@pytest.fixture
def done(lab):
    dataset = {"name": "digits", "validation_size": 100}
    run = lab.launch(name="学習率 0.1 & <b>", seed=3, dataset=dataset)
    return lab.wait_for(run["id"], "completed")


def wait_for_row(lab, run_id, count):
    wait_until(lambda: lab.run(run_id)["iteration"] >= count, f"{count} rows")


def execute(path, *arguments, python=sys.executable, **environment):
    result = subprocess.run(
        [python, str(path), *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=path.parent,
        env={**os.environ, **environment},
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_script_trains_the_same_curve_bit_for_bit(lab, done, tmp_path):
    path = tmp_path / "again.py"
    path.write_text(lab.http.get(f"/api/runs/{done['id']}/export.py").text, "utf-8")

    said = execute(path, tmp_path / "curve.csv", PYTHONPATH=str(ROOT))

    with (tmp_path / "curve.csv").open() as file:
        header, *rows = csv.reader(file)
    columns, stored = lab.stored_rows(done["id"])
    assert header == columns
    np.testing.assert_array_equal(np.array(rows, np.float64).astype(np.float32), stored)
    measured = [done["latest"][f"{part}_accuracy"] for part in ("test", "validation")]
    assert "test accuracy {:.2%}, validation accuracy {:.2%}".format(*measured) in said


def test_a_script_makes_the_changes_that_were_made_by_hand(lab, tmp_path):
    run = lab.launch(**{**ENDLESS, "training": {"iterations": 8000, "batch_size": 8}})
    url = f"/api/runs/{run['id']}"
    wait_for_row(lab, run["id"], 20)
    lab.post(f"{url}/pause")
    lab.wait_for(run["id"], "paused")
    lab.http.patch(f"{url}/live", json={"learning_rate": 0.001, "l2": 0.01}).raise_for_status()
    lab.post(f"{url}/resume")
    lab.wait_for(run["id"], "completed")
    path = tmp_path / "again.py"
    path.write_text(lab.http.get(f"{url}/export.py").text, "utf-8")

    execute(path, tmp_path / "curve.csv", PYTHONPATH=str(ROOT))

    with (tmp_path / "curve.csv").open() as file:
        rows = list(csv.reader(file))[1:]
    columns, stored = lab.stored_rows(run["id"])
    np.testing.assert_array_equal(np.array(rows, np.float64).astype(np.float32), stored)
    rates = stored[:, columns.index("learning_rate")]
    assert {round(float(rate), 6) for rate in rates} == {0.1, 0.001}


def test_a_name_cannot_become_code_in_a_script(lab, tmp_path):
    name = 'x"""\nimport os; open("harm", "w")\n\'\'\' $name {name} \\'
    run = lab.launch(name=name, training={"iterations": 2, "batch_size": 2})
    lab.wait_for(run["id"], "completed")
    path = tmp_path / "again.py"
    path.write_text(lab.http.get(f"/api/runs/{run['id']}/export.py").text, "utf-8")

    execute(path, PYTHONPATH=str(ROOT))

    assert not (tmp_path / "harm").exists()
    assert repr(name)[1:20] in path.read_text("utf-8")


def test_the_csv_of_a_selection_holds_every_row_of_each_run(lab, done):
    formula = lab.launch(name="=1+1", network={"preset": "mlp", "hidden": []})
    lab.wait_for(formula["id"], "completed")

    answer = lab.http.get("/api/exports/csv", params={"runs": f"{done['id']},{formula['id']}"})

    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["run"] for row in table] == [done["id"]] * 200 + [formula["id"]] * 200
    for run, rows in ((done, table[:200]), (formula, table[200:])):
        columns, stored = lab.stored_rows(run["id"])
        for index, column in enumerate(columns):
            np.testing.assert_array_equal(
                np.array([row[column] for row in rows], np.float32), stored[:, index]
            )
        columns, stored = lab.stored_rows(run["id"], "evaluation")
        evaluated = [row for row in rows if row["test_accuracy"]]
        assert [int(row["iteration"]) for row in evaluated] == stored[:, 0].tolist()
        np.testing.assert_array_equal(
            np.array([row["test_loss"] for row in evaluated], np.float32), stored[:, 4]
        )
    # a network without a hidden layer has fewer columns
    assert {row["gradient_norm/2"] for row in table[200:]} == {""}
    assert table[-1]["name"] == "'=1+1"


@pytest.mark.parametrize(
    "why",
    [
        '{"code": "going_on", "values": {"why": NaN, "iteration": 1}}',
        '{"code": "no_such", "values": {}}',
        '{"code": ["diverged"], "values": {}}',
        '{"code": "disk_full", "values": 7}',
        '{"code": "unexpected", "values": {"error": "' + "x" * 5000 + '"}}',
    ],
    ids=["not finite", "unknown", "no code", "no values", "long"],
)
def test_an_invalid_reason_is_left_out_and_its_text_stays(lab, done, why):
    exported = lab.http.get("/api/exports/json", params={"runs": done["id"]}).text
    assert exported.count('"reason": null, "why": null') == 1
    body = exported.replace('"reason": null, "why": null', f'"reason": "as it was", "why": {why}')

    answer = lab.http.post("/api/imports", content=body.encode())

    assert answer.status_code == 201, answer.text
    (run,) = answer.json()["runs"]
    assert (run["reason"], run["why"]) == ("as it was", None)
    assert "as it was" in lab.http.get(f"/api/runs/{run['id']}/export.html").text


def test_an_exported_selection_comes_back_as_the_same_finished_runs(lab, make_lab, done):
    lab.http.patch(
        f"/api/runs/{done['id']}",
        json={"color": 1, "starred": True, "tags": ["a", "学"], "notes": "why\nnot"},
    ).raise_for_status()
    diverged = lab.launch(optimizer={"name": "sgd", "learning_rate": 100.0}, regularization={"l2": 1.0})
    lab.wait_for(diverged["id"], "diverged")
    exported = lab.http.get("/api/exports/json", params={"runs": f"{done['id']},{diverged['id']}"})
    other = make_lab()

    answer = other.http.post("/api/imports", content=exported.content)

    assert answer.status_code == 201, answer.text
    runs = answer.json()["runs"]
    for mine, theirs in zip(runs, (lab.run(done["id"]), lab.run(diverged["id"])), strict=True):
        assert mine["id"] != theirs["id"]
        same = (
            "name",
            "status",
            "reason",
            "why",
            "starred",
            "tags",
            "notes",
            "config",
            "latest",
            "iteration",
        )
        for name in same:
            assert mine[name] == theirs[name], name
        for stream in ("train", "evaluation")[: 2 if mine is runs[0] else 1]:
            columns, stored = lab.stored_rows(theirs["id"], stream)
            own_columns, own = other.stored_rows(mine["id"], stream)
            assert own_columns == columns
            np.testing.assert_array_equal(own, stored)
    assert runs[1]["why"]["code"] == "diverged"
    # after a restart they are still the same, and what they export is too
    other.restart()
    again = other.http.get("/api/exports/json", params={"runs": ",".join(run["id"] for run in runs)}).json()
    assert again["runs"] == exported.json()["runs"]


def test_a_run_exported_while_it_trains_comes_back_as_it_was_then(lab, make_lab):
    run = lab.launch(**ENDLESS)
    wait_for_row(lab, run["id"], 100)
    exported = lab.http.get("/api/exports/json", params={"runs": run["id"]})
    later = lab.run(run["id"])
    lab.http.delete(f"/api/runs/{run['id']}")
    document = exported.json()
    written = document["runs"][0]
    # imported a day after its export: nothing of that is time of the run
    day = 86_400
    document["exported_at"] -= day
    for name in ("created_at", "started_at"):
        written[name] -= day

    other = make_lab()
    answer = other.http.post("/api/imports", json=document)
    (imported,) = answer.json()["runs"]

    assert imported["status"] == "cancelled"
    assert imported["why"] == {
        "code": "was_exported",
        "values": {"status": "running", "iteration": imported["iteration"]},
    }
    assert imported["iteration"] == len(written["streams"]["train"]["data"]) >= 100
    assert 0 < imported["seconds"] <= later["seconds"] < day
    assert imported["seconds"] >= written["times"]["train"][-1][2]
    assert imported["finished_at"] == document["exported_at"]
    other.restart()
    again = other.run(imported["id"])
    assert {**again, "revision": 0} == {**imported, "revision": 0}


def test_an_export_of_an_earlier_version_has_the_seconds_that_its_clock_said(lab, done):
    document = lab.http.get("/api/exports/json", params={"runs": done["id"]}).json()
    (run,) = document["runs"]
    for name in ("times", "seconds"):
        del run[name]
    run |= {"started_at": 1000.0, "finished_at": 1012.5}
    (imported,) = lab.http.post("/api/imports", json=document).json()["runs"]
    assert imported["seconds"] == 12.5
    run |= {"finished_at": 400.0}  # its clock was set back
    (imported,) = lab.http.post("/api/imports", json=document).json()["runs"]
    assert imported["seconds"] == 0
    assert imported["finished_at"] >= imported["started_at"]
    del run["started_at"]
    (imported,) = lab.http.post("/api/imports", json=document).json()["runs"]
    assert imported["seconds"] == 0


def alter(document, *path, to):
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = to
    return document


WRONG = {
    "no document": (lambda d: [], ""),
    "another version": (lambda d: alter(d, "lossroom", to=4), "lossroom"),
    "no run": (lambda d: alter(d, "runs", to=[]), "runs"),
    "too many runs": (lambda d: alter(d, "runs", to=d["runs"] * 201), "runs"),
    "an unknown key": (lambda d: alter(d, "runs", 0, "owner", to="x"), "runs.0.owner"),
    "a status that is none": (lambda d: alter(d, "runs", 0, "status", to="won"), "runs.0.status"),
    "a colour that is none": (lambda d: alter(d, "runs", 0, "color", to=256), "runs.0.color"),
    "a long name": (lambda d: alter(d, "runs", 0, "name", to="x" * 201), "runs.0.name"),
    "a wrong experiment": (
        lambda d: alter(d, "runs", 0, "config", "optimizer", "learning_rate", to=-1),
        "runs.0.config.optimizer.learning_rate",
    ),
    "a time that is none": (lambda d: alter(d, "runs", 0, "created_at", to="NaN"), "runs.0.created_at"),
    "columns with markup": (
        lambda d: alter(d, "runs", 0, "streams", "train", "columns", 3, to="<b>"),
        "runs.0.streams.train.columns.3",
    ),
    "the same column twice": (
        lambda d: alter(d, "runs", 0, "streams", "train", "columns", 3, to="loss"),
        "runs.0.streams.train.columns",
    ),
    "a short row": (
        lambda d: alter(d, "runs", 0, "streams", "train", "data", 3, to=[4, 1]),
        "runs.0.streams.train.data",
    ),
    "a text for a number": (
        lambda d: alter(d, "runs", 0, "streams", "train", "data", 3, 1, to="much"),
        "runs.0.streams.train.data.3.1",
    ),
    "iterations that go back": (
        lambda d: alter(d, "runs", 0, "streams", "train", "data", 3, 0, to=1),
        "runs.0.streams.train.data",
    ),
    "more iterations than planned": (
        lambda d: alter(d, "runs", 0, "streams", "train", "data", -1, 0, to=201),
        "runs.0.streams.train.data",
    ),
    "another stream": (lambda d: alter(d, "runs", 0, "streams", "other", to={}), "runs.0.streams.other"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_import_names_its_field_and_stores_nothing(lab, done, what):
    change, field = WRONG[what]
    exported = lab.http.get("/api/exports/json", params={"runs": done["id"]}).json()
    before = len(lab.http.get("/api/runs").json()["runs"])

    answer = lab.http.post("/api/imports", json=change(exported))

    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["field"].startswith(field)
    assert len(lab.http.get("/api/runs").json()["runs"]) == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"lossroom": 1, "runs": [{"name": "\\ud800"}]}',
        b'{"lossroom": 1, "runs": [{"config": ' + b'{"a": ' * 5000 + b"1" + b"}" * 5000 + b"}]}",
        b'{"lossroom": 1, "exported_at": 1e999, "runs": []}',
    ],
    ids=["nothing", "no text", "deep", "half a character", "a deep config", "infinity"],
)
def test_an_invalid_document_is_refused_and_harms_nothing(lab, body):
    answer = lab.http.post("/api/imports", content=body)
    assert answer.status_code == 422, answer.text
    assert set(answer.json()["error"]) == {"code", "message", "field", "bounds"}


def test_what_is_wrong_in_a_run_is_refused_before_more_is_read(lab, done):
    """Read on, the broken text after it would be what is wrong."""
    run = lab.http.get("/api/exports/json", params={"runs": done["id"]}).json()["runs"][0]
    del run["streams"], run["times"]
    for key, value in (("owner", "x"), ("config", {"junk": [[]] * 1000})):
        begin = json.dumps({"lossroom": 1, "runs": [{**run, key: value}]})
        broken = begin[:-2] + ', {"name": [[' if key == "config" else begin.replace('"x"', "[[")
        error = lab.http.post("/api/imports", content=broken.encode()).json()["error"]
        assert error["field"].startswith(f"runs.0.{key}"), error


def test_an_import_longer_than_the_limit_is_refused(make_lab):
    lab = make_lab(LOSSROOM_MAX_IMPORT_BYTES="2000")
    assert lab.http.post("/api/imports", content=b" " * 2001).status_code == 413
    assert lab.http.post("/api/imports", content=b" " * 2000).status_code == 422


@pytest.mark.parametrize(
    "path", ["/api/exports/csv", "/api/exports/json", "/api/exports/html", "/api/fields"]
)
def test_a_selection_must_name_existing_runs(lab, done, path):
    assert lab.http.get(path, params={"runs": f"{done['id']},nobody"}).status_code == 404
    assert lab.http.get(path, params={"runs": ","}).status_code == 422
    assert lab.http.get(path, params={"runs": ",".join(f"{n}" for n in range(201))}).status_code == 422


def test_fields_show_where_configs_differ():
    def config(**given):
        return flatten(ExperimentConfig.from_dict({**QUICK, **given}).to_dict())

    one, two = config(seed=1), config(seed=1, name="other", optimizer={"name": "adam", "learning_rate": 0.1})
    assert difference([one, one]) == {}
    assert difference([one, two]) == {
        "optimizer.name": ["sgd", "adam"],
        "optimizer.beta1": [None, 0.9],
        "optimizer.beta2": [None, 0.999],
        "optimizer.epsilon": [None, 1e-7],
    }
    deep = config(network={"preset": "mlp", "hidden": [16, 8], "dropout": 0.25, "batch_norm": True})
    assert difference([one, deep])["network.layers"] == [
        "dense 16 → relu → dense 10",
        "dense 16 → batch norm → relu → dropout 0.25 → dense 8 → batch norm → relu → dropout 0.25 → dense 10",
    ]


def test_the_line_of_layers_shows_settings_that_are_not_defaults():
    layers: list[dict[str, Any]] = [
        {"type": "conv2d", "filters": 8, "kernel_size": 3, "stride": 2, "padding": 0},
        {"type": "activation", "name": "relu", "activity_l1": 0.1},
        {"type": "dense", "units": 4, "penalized": False},
        {"type": "residual", "layers": [{"type": "dense", "units": 3}]},
    ]
    assert (
        describe_layers(layers)
        == "conv 8 × 3×3 (stride 2) → relu (activity_l1 0.1) → dense 4 (not penalized) → [dense 3]"
    )


def test_fields_are_served_flat(lab, done):
    (fields,) = lab.http.get("/api/fields", params={"runs": done["id"]}).json()["fields"].values()
    assert fields["optimizer.learning_rate"] == 0.1
    assert fields["seed"] == 3
    assert "name" not in fields


def test_a_report_holds_no_markup_of_names_and_notes(lab):
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    run = lab.launch(name=evil, training={"iterations": 5, "batch_size": 2})
    lab.wait_for(run["id"], "completed")
    lab.http.patch(f"/api/runs/{run['id']}", json={"notes": evil, "tags": ["<i>x</i>"]}).raise_for_status()

    for url in (f"/api/runs/{run['id']}/export.html", f"/api/exports/html?runs={run['id']},{run['id']}"):
        text = lab.http.get(url).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<i>x" not in text
        assert len(re.findall(r"<script nonce", text)) == 2
        assert "default-src 'none'" in text
        assert json.loads(text.split('id="data">')[1].split("</script>")[0])["runs"][0]["name"] == evil
