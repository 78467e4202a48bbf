"""If a command cannot write to one of its folders, it says so in one line before it begins to work."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.support import commands
from tests.support.commands import LOSSROOM, TIMEOUT
from tests.support.experiments import QUICK
from tests.support.lab_server import LabServer

LONG = {**QUICK, "training": {"iterations": 1_000_000, "batch_size": 32}}

#: A command, and the position of the folder in it.
COMMANDS = {
    "serve": ["serve", "--port", "0", "--state-dir", "{folder}"],
    "train --out": ["train", "--config", "{long}", "--state-dir", "{state}", "--out", "{folder}"],
    "train --state-dir": ["train", "--config", "{long}", "--state-dir", "{folder}"],
    "look": ["look", "digits", "--state-dir", "{folder}"],
    "fetch": ["fetch", "fashion_mnist", "--data-dir", "{folder}"],
    "backup": ["backup", "{folder}/copy.sqlite3", "--state-dir", "{state}"],
    "restore": ["restore", "{state}/lossroom.sqlite3", "--state-dir", "{folder}"],
}


@pytest.fixture(scope="module")
def places(tmp_path_factory, data_dir):
    """A state folder with one run, and the file of an experiment that would train for minutes."""
    lab = LabServer(tmp_path_factory.mktemp("places") / "state", data_dir)
    lab.state_dir.mkdir()
    lab.start()
    lab.wait_for(lab.launch()["id"], "completed")
    lab.stop()
    long = lab.state_dir.parent / "long.json"
    long.write_text(json.dumps(LONG))
    return {"state": lab.state_dir, "long": long}


def run(command, places, folder, before=()):
    words = [word.format(folder=folder, **places) for word in command]
    # an unreachable mirror: a command that contacts it before it checks the folder takes long
    environment = {**os.environ, "LOSSROOM_MIRRORS": "http://127.0.0.1:9/"}
    if not before:
        return commands.run(*words, environment=environment)
    return subprocess.run(
        [*before, LOSSROOM, *words], capture_output=True, text=True, timeout=TIMEOUT, env=environment
    )


def assert_named(done, folder):
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("lossroom: "), done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert str(folder) in done.stderr
    assert "cannot be written" in done.stderr


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_folder_that_cannot_be_made_is_named_before_work_begins(command, places, tmp_path):
    (tmp_path / "file").write_text("no folder")
    folder = tmp_path / "file" / "folder"

    assert_named(run(command, places, folder), folder)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_folder_that_cannot_be_written_is_named_before_work_begins(command, places, tmp_path, read_only):
    folder = tmp_path / "folder"
    folder.mkdir()

    assert_named(run(command, places, folder, read_only(folder)), folder)
    assert list(folder.iterdir()) == []


def test_the_weights_are_saved_elsewhere_if_the_disk_is_full_when_training_ends(places, tmp_path, mounted):
    folder = tmp_path / "folder"
    folder.mkdir()
    experiment = tmp_path / "experiment.json"
    experiment.write_text(json.dumps({**QUICK, "network": {"preset": "mlp", "hidden": [256]}}))
    command = ["train", "--config", str(experiment), "--state-dir", "{state}", "--out", "{folder}"]

    done = run(command, places, folder, mounted("full", folder))

    assert done.returncode == 1
    line = done.stderr.splitlines()[-1]
    assert f"{folder} cannot be written: No space left on device" in line
    rescue = Path(line.split(" are in ")[1])
    with np.load(rescue / "weights.npz") as weights:
        assert sum(weights[name].size for name in weights.files) == 64 * 256 + 256 + 256 * 10 + 10
    assert len((rescue / "metrics.csv").read_text().splitlines()) == 201
    for file in rescue.iterdir():
        file.unlink()
    rescue.rmdir()


def test_a_cache_that_cannot_be_written_is_the_reason_of_failed_images_and_runs(make_lab, tmp_path):
    lab = make_lab(LOSSROOM_WORKERS="1")
    cache = lab.state_dir / "cache"
    lab.wait_for(lab.launch()["id"], "completed")
    cache.rename(lab.state_dir / "before")
    cache.write_text("no folder")

    images = lab.http.get("/api/datasets/digits/images?count=1")
    failed = lab.wait_for(lab.launch()["id"], "failed")

    assert images.status_code == 409
    assert images.json()["error"]["bounds"]["why"]["code"] == "folder_unwritable"
    assert failed["why"]["code"] == "folder_unwritable"
    assert failed["attempt"] == 1
