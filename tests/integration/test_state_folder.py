"""Only one lab uses a state folder, and a folder or database that cannot be written is reported at the start."""

import contextlib
import json
import shutil
import sqlite3
import subprocess

import pytest

from tests.support import commands
from tests.support.commands import LOSSROOM, TIMEOUT
from tests.support.experiments import ENDLESS, QUICK
from tests.support.lab_server import LabServer
from tests.support.waiting import wait_until


def serve(state_dir, *prefix):
    """Start a lab that refuses to start. `prefix`: a command that runs it, such as a sandbox."""
    command = ["serve", "--port", "0", "--state-dir", str(state_dir)]
    if not prefix:
        return commands.run(*command)
    return subprocess.run([*prefix, LOSSROOM, *command], capture_output=True, text=True, timeout=TIMEOUT)


def refusal(ended):
    """What an ended command says on its error output, which must be one line."""
    assert ended.stderr.startswith("lossroom: "), ended.stderr
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    return ended.stderr


def test_a_second_lab_on_the_same_folder_refuses_in_one_line_and_the_first_goes_on(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1")
    run = lab.launch(training={"iterations": 3000, "evaluate_every": 1000})

    second = serve(lab.state_dir)

    assert second.returncode == 1
    line = refusal(second)
    assert f"the state folder {lab.state_dir} is in use by the lab at {lab.url} " in line
    assert str(lab.process.pid) in line
    finished = lab.wait_for(run["id"], "completed")
    assert finished["attempt"] == 1
    assert len(lab.stored_rows(run["id"])[1]) == 3000


def permissions(folder):
    """The permissions of a folder and everything in it: path → for example "0600"."""
    return {path: f"{path.stat().st_mode & 0o777:04o}" for path in [folder, *folder.rglob("*")]}


def test_names_and_notes_can_be_read_only_by_the_labs_user(tmp_path, data_dir):
    lab = LabServer(tmp_path / "state", data_dir, limits="umask 022")
    lab.start()  # it makes the folder
    lab.launch(**ENDLESS)
    checkpoints = lab.state_dir / "checkpoints"
    wait_until(lambda: list(checkpoints.glob("*.npz")), "a checkpoint")
    copy = tmp_path / "copy.sqlite3"
    command = ["sh", "-c", 'umask 022; exec "$@"', "sh", LOSSROOM]
    state = ["--state-dir", str(lab.state_dir)]
    subprocess.run([*command, "backup", str(copy), *state], check=True, timeout=TIMEOUT)

    by_path = permissions(lab.state_dir)
    assert by_path[lab.state_dir] == "0700"
    files = {path.name: by_path[path] for path in by_path if path.name.startswith("lossroom.")}
    names = ("lossroom.sqlite3", "lossroom.sqlite3-wal", "lossroom.sqlite3-shm", "lossroom.lock")
    assert files == dict.fromkeys(names, "0600")
    lab.stop()
    subprocess.run([*command, "restore", str(copy), *state], check=True, timeout=TIMEOUT)
    restored = permissions(lab.state_dir)
    assert {restored[path] for path in restored if path.suffix == ".sqlite3"} == {"0600"}
    assert f"{copy.stat().st_mode & 0o777:04o}" == "0600"
    for arguments in (["restore", copy], ["data", "add", tmp_path / "none.csv", "--name", "None"]):
        new = tmp_path / f"made by {arguments[0]}"
        commands.run(*arguments, "--state-dir", new)
        assert permissions(new)[new] == "0700"


def test_file_permissions_that_an_administrator_set_are_kept(tmp_path, data_dir):
    lab = LabServer(tmp_path / "state", data_dir)
    lab.state_dir.mkdir()
    lab.state_dir.chmod(0o750)
    lab.start()
    lab.stop()
    database = lab.state_dir / "lossroom.sqlite3"
    database.chmod(0o640)
    lab.restart()
    assert (permissions(lab.state_dir)[lab.state_dir], permissions(lab.state_dir)[database]) == (
        "0750",
        "0640",
    )
    lab.stop()


def test_commands_that_only_read_or_train_run_beside_a_lab(make_lab, tmp_path, data_dir):
    lab = make_lab()
    lab.wait_for(lab.launch()["id"], "completed")
    folders = ["--state-dir", str(lab.state_dir)]
    experiment = tmp_path / "experiment.json"
    experiment.write_text(json.dumps(QUICK))

    for command in (
        ["backup", str(tmp_path / "copy.sqlite3"), *folders],
        ["train", "--config", str(experiment), *folders],
        ["look", "digits", *folders, "--data-dir", str(data_dir)],
    ):
        done = commands.run(*command)
        assert done.returncode == 0, done.stderr


def test_a_database_that_cannot_be_written_is_named_by_health_and_refuses_a_launch_at_once(
    make_lab, data_dir, read_only
):
    writable = make_lab()
    run = writable.launch()
    writable.wait_for(run["id"], "completed")
    writable.stop()
    lab = LabServer(writable.state_dir, data_dir)
    lab.prefix = read_only(writable.state_dir / "lossroom.sqlite3")
    lab.start()
    lab.http.timeout = 10
    try:
        health = lab.http.get("/health")
        refused = lab.http.post("/api/runs", json=QUICK)

        assert health.status_code == 503
        assert "readonly" in health.json()["reason"]
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "store_unavailable"
        assert refused.json()["error"]["bounds"]["why"]["values"]["why"]["code"] == "not_permitted"
        assert lab.run(run["id"])["status"] == "completed"
        assert lab.http.get(f"/api/runs/{run['id']}/metrics").json()["rows"] == 200
    finally:
        lab.stop()


def test_a_database_that_another_program_holds_refuses_a_launch_and_is_ready_again_when_it_is_free(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1")
    path = lab.state_dir / "lossroom.sqlite3"
    lab.http.timeout = 20
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        refused = lab.http.post("/api/runs", json=QUICK)
        health = lab.http.get("/health")

        assert refused.status_code == 503
        assert refused.json()["error"]["bounds"]["why"]["values"]["why"]["code"] == "store_locked"
        assert health.status_code == 503
        other.execute("ROLLBACK")
    wait_until(lambda: lab.http.get("/health").status_code == 200, "readiness")
    assert len(lab.http.get("/api/runs").json()["runs"]) == 0  # the refused launch is not stored later
    lab.wait_for(lab.launch()["id"], "completed")


@pytest.mark.parametrize("name", [".", "cache", "checkpoints"])
def test_a_folder_of_the_lab_that_cannot_be_written_is_named_at_the_start(tmp_path, read_only, name):
    state = tmp_path / "state"
    (state / name).mkdir(parents=True, exist_ok=True)

    refused = serve(state, *read_only(state / name))

    assert refused.returncode == 2
    assert str(state / name) in refusal(refused)


def test_a_clean_end_leaves_one_file_that_a_plain_copy_backs_up(make_lab, tmp_path, data_dir):
    lab = make_lab()
    run = lab.launch()
    lab.wait_for(run["id"], "completed")
    lab.http.get(f"/api/runs/{run['id']}/metrics")
    lab.http.get(f"/api/exports/csv?runs={run['id']}")
    with lab.socket() as socket:
        socket.recv()
    lab.stop()

    assert not list(lab.state_dir.glob("lossroom.sqlite3-*"))
    copy = LabServer(tmp_path / "copied", data_dir)
    copy.state_dir.mkdir()
    shutil.copy(lab.state_dir / "lossroom.sqlite3", copy.state_dir)
    assert len(copy.stored_rows(run["id"])[1]) == 200
