"""Checkpoints in a store that all machines of a cluster reach over the network; they share no folder."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cluster import Cluster, end, trainings_of
from tests.support.experiments import QUICK, STOCHASTIC
from tests.support.ftp import PASSWORD, VARIABLES, FtpServer
from tests.support.lab_server import LabServer
from tests.support.reference import assert_uninterrupted
from tests.support.waiting import TIMEOUT, wait_until

#: Trains for about a second, and keeps some moments.
ENDING = {**STOCHASTIC, "training": {**STOCHASTIC["training"], "iterations": 4000}}


@pytest.fixture(scope="module", autouse=True)
def passwords():
    """What fsspec has to know on each machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in VARIABLES.items():
            patch.setenv(name, value)
        yield


def files(server):
    """Those that are there, also while folders are being deleted."""
    return sorted(Path(folder, name) for folder, _, names in os.walk(server.folder) for name in names)


def is_kept(path):
    """Its name begins with an attempt, and that of another one with a training."""
    return path.name.count(".") == 2


def stored(lab):
    """The iteration of the newest checkpoint that counts; 0 if there is none."""
    with contextlib.closing(sqlite3.connect(lab.state_dir / "lossroom.sqlite3")) as database:
        ((text,),) = database.execute("SELECT checkpoints FROM trainings").fetchall()
    return max((made["iteration"] for made in json.loads(text)), default=0)


def test_a_run_whose_worker_is_lost_goes_on_from_its_checkpoint_on_another_machine(tmp_path):
    with FtpServer(tmp_path / "ftp") as ftp, Cluster(tmp_path, slots=1) as cluster:
        variables = {
            "LOSSROOM_EXECUTOR": f"dask://{cluster.address}",
            "LOSSROOM_CHECKPOINTS": f"{ftp.address}/class",
            "LOSSROOM_CHECKPOINT_SECONDS": "0.2",
            **VARIABLES,
        }
        with LabServer(tmp_path / "state", tmp_path, environment=variables) as lab:
            first = cluster.start_worker_apart(tmp_path / "first")
            run = lab.launch(**STOCHASTIC)
            wait_until(lambda: stored(lab) > 300, "a checkpoint")
            assert trainings_of(first.pid)
            end(first)
            cluster.workers.remove(first)
            assert ftp.read == []
            cluster.start_worker_apart(tmp_path / "second")
            ended = lab.train_on(run["id"], attempt=2)
            assert_uninterrupted(lab, ended)
            # the newest one may be kept: its name has no training, as its folder is named after that
            begun_from = [name for name in ftp.read if ".1." in name or name.startswith("1.")]
            assert begun_from, f"a checkpoint of the first attempt, not {ftp.read}"

            # what a run keeps is there for replays and forks
            kept = lab.wait_for(lab.launch(**ENDING)["id"], "completed")
            wait_until(lambda: all(map(is_kept, files(ftp))), "no others")
            ftp.read.clear()
            lab.http.get(f"/api/runs/{kept['id']}/moments/3990/weights.npz").raise_for_status()
            assert ftp.read
            before = len(files(ftp))
            fork = lab.post(f"/api/runs/{kept['id']}/fork", iteration=3950, seed=5).json()
            assert fork["machines"] == lab.run(kept["id"])["machines"]
            assert_uninterrupted(lab, lab.wait_for(fork["id"], "completed"))
            assert len(files(ftp)) > before

            # a lab that starts removes what no training has
            (files(ftp)[0].parent / "1.77.npz").touch()
            (lab.state_dir / "checkpoints" / "old.1.77.npz").touch()
            lab.restart()
            wait_until(lambda: not [path for path in files(ftp) if path.name == "1.77.npz"], "the sweep")
            wait_until(lambda: not list((lab.state_dir / "checkpoints").iterdir()), "the sweep of its folder")
            for trained in (run, kept, fork):
                lab.http.delete(f"/api/runs/{trained['id']}").raise_for_status()
            wait_until(lambda: files(ftp) == [], "the end of all checkpoints")
            for log in (lab.read_log(), cluster.read_log()):
                assert PASSWORD not in log
        assert not list(tmp_path.glob("*/checkpoints/*"))


def test_a_lab_whose_store_is_out_of_reach_trains_and_says_so(tmp_path):
    with FtpServer(tmp_path / "ftp") as ftp:
        address = ftp.address
    variables = {"LOSSROOM_CHECKPOINTS": address, "LOSSROOM_CHECKPOINT_SECONDS": "0.05"}
    with LabServer(tmp_path / "state", tmp_path, environment=variables) as lab:
        run = lab.wait_for(lab.launch(**{**STOCHASTIC, "training": QUICK["training"]})["id"], "completed")
        assert_uninterrupted(lab, run)
        paused = lab.launch(**STOCHASTIC)
        wait_until(lambda: lab.run(paused["id"])["iteration"] > 0, "its first rows")
        lab.post(f"/api/runs/{paused['id']}/pause")
        lab.wait_for(paused["id"], "paused")
        wait_until(lambda: "could not be saved" in lab.read_log(), "the problem")
        wait_until(lambda: "the checkpoints cannot be listed" in lab.read_log(), "the line in the log")


def test_a_lab_with_an_address_that_cannot_be_used_says_why_before_it_starts(tmp_path):
    command = [str(Path(sys.executable).with_name("lossroom")), "serve", "--port", "0"]
    environment = {**os.environ, "LOSSROOM_CHECKPOINTS": "s3://bucket/lossroom"}
    done = subprocess.run(
        [*command, "--state-dir", str(tmp_path / "state")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(
        "lossroom: LOSSROOM_CHECKPOINTS=s3://bucket/lossroom cannot be used:"
    )
    assert "s3fs" in done.stderr
