"""Own data sets outside of the lab: in exported runs and files, in another lab, in the data folder, in a terminal."""

import json
import subprocess
import sys

import pytest

from engine.datasets import own
from tests.support import commands
from tests.support.class_lab import running_class
from tests.support.lab_server import LabServer
from tests.support.own_data import kept, launched, npz
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def ada(tmp_path_factory):
    """A student in a lab with a class."""
    with running_class(tmp_path_factory.mktemp("class")) as lab:
        yield lab.student("Ada")


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """A lab without a class, whose data folder has files."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "data" / "own").mkdir(parents=True)
    (folder / "data" / "own" / "Bark.npz").write_bytes(npz(50))
    (folder / "data" / "own" / "broken.npz").write_bytes(b"PK no archive")
    with LabServer(folder / "state", folder / "data") as lab:
        yield lab


def command(lab, *arguments):
    """`lossroom` beside a lab: its status, and what it printed."""
    folders = ["--state-dir", str(lab.state_dir)]
    if arguments[0] not in ("data",):
        folders += ["--data-dir", str(lab.data_dir)]
    done = commands.run(*arguments, *folders)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def own_of(lab):
    """The own data sets of a lab without a class, by title."""
    found = lab.http.get("/api/datasets").raise_for_status().json()["datasets"]
    return {data_set["title"]: data_set for data_set in found if data_set["own"]}


def test_exported_runs_say_what_their_data_set_is_and_another_lab_opens_them(ada, other):
    data_set = kept(ada, npz(60), "Wood")
    run = launched(ada, data_set["name"], training={"iterations": 5}).json()
    ada.wait_for(run["id"], "completed")
    document = ada.http.get("/api/exports/json", params={"runs": run["id"]}).content
    (said,) = json.loads(document)["data_sets"]
    assert said["title"] == "Wood"
    assert own.name_of(own.About.from_dict(said["about"])) == data_set["name"]

    wrong = document.replace(b'"title": "Wood"', b'"title": "Wood", "path": "/etc"')
    refused = other.http.post("/api/imports", content=wrong)
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "data_sets.0")
    assert "Wood" not in own_of(other)
    imported = other.http.post("/api/imports", content=document).raise_for_status().json()["runs"][0]
    assert imported["config"]["dataset"]["name"] == data_set["name"]
    assert own_of(other)["Wood"]["deleted"]
    clone = other.http.post(f"/api/runs/{imported['id']}/clone", json={"fresh": True})
    assert clone.json()["error"]["bounds"]["why"] == {
        "code": "own_data_deleted",
        "values": {"dataset": "Wood"},
    }
    file = ada.http.get(f"/api/own-data/{data_set['name']}/file").content
    kept(other, file, "Wood")
    assert other.http.post(f"/api/runs/{imported['id']}/clone", json={"fresh": True}).status_code == 201


def test_exported_files_name_the_data_set_and_scripts_train_on_its_file(ada, tmp_path):
    data_set = kept(ada, npz(61), "Trees")
    run = launched(ada, data_set["name"], training={"iterations": 5, "batch_size": 10}).json()
    ada.wait_for(run["id"], "completed")
    report = ada.http.get(f"/api/runs/{run['id']}/export.html").text
    assert "Trees" in report
    several = ada.http.get("/api/exports/csv", params={"runs": f"{run['id']},{run['id']}"})
    assert several.status_code == 200
    torch = ada.http.get(f"/api/runs/{run['id']}/export.torch.py").raise_for_status().text
    compile(torch, "torch.py", "exec")
    assert "'Trees.npz'" in torch
    (tmp_path / "run.py").write_text(ada.http.get(f"/api/runs/{run['id']}/export.py").text)
    (tmp_path / "Trees.npz").write_bytes(ada.http.get(f"/api/own-data/{data_set['name']}/file").content)
    done = subprocess.run(
        [sys.executable, "run.py", "curve.csv"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    recorded = ada.http.get(f"/api/runs/{run['id']}/export.csv").text.splitlines()[1:]
    trained = (tmp_path / "curve.csv").read_text().splitlines()[1:]
    assert [float(line.split(",")[1]) for line in trained] == [
        pytest.approx(float(line.split(",")[1]), rel=1e-6) for line in recorded
    ]


def test_files_in_the_data_folder_become_data_sets_of_all_and_go_with_their_files(other):
    wait_until(lambda: "Bark" in own_of(other), "the file in the data folder")
    assert own_of(other)["Bark"]["shared"]
    wait_until(lambda: "broken.npz" in other.read_log(), "the refusal")
    status, said, _ = command(other, "doctor")
    assert status == 1
    assert "broken.npz" in said
    (other.data_dir / "own" / "Bark.npz").unlink()
    wait_until(lambda: own_of(other)["Bark"]["deleted"], "the end of the file")


def test_the_command_line_adds_lists_trains_on_and_removes_beside_a_running_lab(other, tmp_path):
    (tmp_path / "twigs.npz").write_bytes(npz(70))
    file = str(tmp_path / "twigs.npz")
    assert command(other, "data", "add", file, "--name", " Twigs ")[0] == 0
    wait_until(lambda: "Twigs" in own_of(other), "the data set in the lab")
    status, said, _ = command(other, "data", "list")
    assert (status, "Twigs" in said) == (0, True)
    experiment = tmp_path / "experiment.json"
    experiment.write_text(json.dumps({"training": {"iterations": 5, "batch_size": 10}}))
    status, said, wrong = command(other, "train", "--config", str(experiment), "--data", "Twigs", "--json")
    assert status == 0, wrong
    assert own_of(other)["Twigs"]["name"] in said
    for arguments in (
        ["data", "add", str(tmp_path / "none.csv"), "--name", "None"],
        ["data", "add", file, "--name", "x" * 61],
        ["data", "add", file, "--name", "Twigs", "--test-share", "0.9"],
        ["data", "remove", "Stones"],
        ["train", "--config", str(experiment), "--data", "Stones"],
    ):
        status, said, wrong = command(other, *arguments)
        assert (status, said, wrong.count("\n")) == (2, "", 1), (arguments, said, wrong)
    assert command(other, "data", "remove", "Twigs")[0] == 0
    wait_until(lambda: own_of(other)["Twigs"]["deleted"], "the deletion in the lab")
