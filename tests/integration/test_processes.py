"""Worker processes start whatever happens to the temporary folder, and wherever the lab was started."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from tests.support import lab_starter
from tests.support.experiments import ENDLESS
from tests.support.lab_server import LabServer, running_lab
from tests.support.waiting import wait_until


@pytest.fixture(autouse=True)
def forkserver_of_users(monkeypatch):
    """Not the one that other tests' labs have ready."""
    monkeypatch.setattr(lab_starter, "HAS_FORKSERVER_READY", False)


@pytest.fixture
def lab():
    """A lab with a short path: the tests' usual ones may be too long for a socket."""
    with tempfile.TemporaryDirectory(prefix="lab") as folder, running_lab(Path(folder), Path(folder)) as lab:
        yield lab


def socket_folders(lab):
    return list((lab.state_dir / "sockets").glob("pymp-*"))


def has_ended(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("name", ["t", "temporary" * 12], ids=["short", "too long for a socket"])
def test_runs_start_after_the_temporary_folder_was_cleaned(make_lab, name):
    with tempfile.TemporaryDirectory(prefix="lab") as folder:
        temporary = Path(folder) / name
        temporary.mkdir()
        lab = make_lab(TMPDIR=str(temporary))
        lab.wait_for(lab.launch()["id"], "completed")

        for path in temporary.iterdir():
            shutil.rmtree(path)

        assert lab.wait_for(lab.launch()["id"], "completed")["attempt"] == 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_lab_leaves_nothing_in_the_temporary_folder(tmp_path, data_dir, how):
    """Its sockets lie there when its own path is too long for one."""
    with tempfile.TemporaryDirectory(prefix="lab") as temporary:
        environment = {"TMPDIR": temporary, "LOSSROOM_WORKERS": "1"}
        lab = LabServer(tmp_path / ("long" * 30), data_dir, environment=environment)
        lab.state_dir.mkdir()
        lab.start()
        lab.launch(**ENDLESS)
        wait_until(lab.worker_pids, "a worker")
        assert [path for path in Path(temporary).iterdir() if path.name.startswith("pymp-")]
        lab.stop(how)
        assert list(Path(temporary).iterdir()) == []
        assert "pymp" not in lab.read_log()


def test_runs_start_and_others_go_on_and_can_be_deleted_when_the_forkserver_cannot_be_reached(lab):
    other = lab.launch(**ENDLESS)
    wait_until(lambda: lab.run(other["id"])["iteration"] > 10, "rows")

    (worker,) = lab.worker_pids()
    (folder,) = socket_folders(lab)
    shutil.rmtree(folder)

    assert lab.wait_for(lab.launch()["id"], "completed")["attempt"] == 1
    before = lab.run(other["id"])
    assert (before["status"], before["attempt"]) == ("running", 1)
    wait_until(lambda: lab.run(other["id"])["iteration"] > before["iteration"] + 100, "more rows")
    lab.http.delete(f"/api/runs/{other['id']}")
    wait_until(lambda: has_ended(worker), "the end of the deleted run's worker")


def test_runs_start_after_the_forkserver_was_killed(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1")
    lab.wait_for(lab.launch()["id"], "completed")

    for pid in lab.helper_pids():
        if b"forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes():
            subprocess.run(["kill", "-9", str(pid)], check=True)

    assert lab.wait_for(lab.launch()["id"], "completed")["attempt"] == 1


def test_the_first_worker_has_its_modules_loaded_and_sockets_in_the_folder_of_the_state_also_unopened():
    """A lab on a cluster has no executor here: its first process is one that replays."""
    names = ["numpy.random", "app.jobs.replaying", "app.cluster.line"]
    with tempfile.TemporaryDirectory(prefix="lab") as folder:
        command = [sys.executable, "-m", "tests.app.importing_worker", f"{folder}/sockets", *names]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert json.loads(done.stdout) == {"loaded": names[:2], "sockets here": True}


def test_a_killed_labs_sockets_are_removed_when_it_starts_again(lab):
    lab.wait_for(lab.launch()["id"], "completed")
    lab.restart(signal.SIGKILL)
    lab.wait_for(lab.launch()["id"], "completed")
    assert len(socket_folders(lab)) == 1


def test_a_state_folder_with_a_path_too_long_for_a_socket_works_too(tmp_path, data_dir):
    lab = LabServer(tmp_path / ("long" * 30) / "state", data_dir)
    lab.state_dir.mkdir(parents=True)
    lab.start()
    try:
        lab.wait_for(lab.launch()["id"], "completed")
    finally:
        lab.stop()


@pytest.mark.parametrize("name", ["app", "engine", "multiprocessing", "numpy", "uvicorn"])
def test_no_process_imports_from_the_folder_in_which_the_lab_was_started(name, tmp_path, data_dir):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / f"{name}.py").write_text(f"open({str(elsewhere / 'imported')!r}, 'a').write(__name__)\n")
    lab = LabServer(tmp_path / "state", data_dir, directory=elsewhere)
    lab.state_dir.mkdir()
    lab.start()
    try:
        lab.wait_for(lab.launch()["id"], "completed")
    finally:
        lab.stop()
    assert not (elsewhere / "imported").exists()


@pytest.mark.parametrize("arguments", [["--help"], ["look", "digits", "--count", "1"]])
def test_no_command_imports_from_the_current_folder(arguments, tmp_path):
    for name in ("app", "engine", "numpy", "rich"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the current folder')\n")
    command = [str(Path(sys.executable).with_name("lossroom")), *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def sockets_of(pid):
    """The numbers of the sockets that a process has open."""
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found |= {target for target in [os.readlink(descriptor)] if target.startswith("socket:")}
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")
def test_a_worker_has_neither_sockets_nor_secrets_of_the_server_and_bounded_memory(make_lab):
    lab = make_lab(HTTPS_PROXY="http://user:password@proxy.example", LOSSROOM_MAX_MEMORY_BYTES="100000000")
    lab.socket()  # a viewer who is there before the worker
    lab.launch(**ENDLESS)
    (worker,) = wait_until(lab.worker_pids, "a worker")

    def limits(name):
        """Soft and hard, as the system shows them."""
        lines = Path(f"/proc/{worker}/limits").read_text().splitlines()
        return next(line[len(name) :].split()[:2] for line in lines if line.startswith(name))

    # once the worker's own code runs
    wait_until(lambda: "unlimited" not in limits("Max data size"), "a bound of its memory")
    soft, hard = map(int, limits("Max data size"))
    assert 100_000_000 < soft == hard < 1_000_000_000
    assert limits("Max core file size") == ["0", "0"]
    assert len(sockets_of(lab.process.pid)) >= 3, (
        "the server listens, and talks to a viewer and to the worker"
    )
    # the server closes the worker's end of their pipe as soon as the worker has it
    wait_until(lambda: not sockets_of(worker) & sockets_of(lab.process.pid), "sockets of their own")
    assert b"password" in Path(f"/proc/{lab.process.pid}/environ").read_bytes()
    for pid in [worker, *lab.helper_pids()]:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"PATH=" in environment
        assert b"password" not in environment
        assert b"LOSSROOM" not in environment


def test_starting_workers_does_not_change_the_environment_of_this_process_and_its_other_children():
    code = """
import os, subprocess
from app.jobs.processes import Processes

def everything():
    inherited = subprocess.run(["env"], capture_output=True, text=True).stdout
    return dict(os.environ), sorted(inherited.splitlines())

before = everything()
Processes().open()
assert everything() == before
"""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    environment["OTHER"] = "kept"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="reads open files in /proc")
def test_a_forkserver_is_kept_when_the_server_has_too_many_open_files():
    code = """
import errno, os, resource
from app.jobs.processes import Processes, _forkserver_pid

def nothing(connection, job):
    pass

processes = Processes()
processes.open()
before = _forkserver_pid()
usual = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/proc/self/fd"))), usual[1]))
try:
    processes.start(nothing, None, "refused")
except OSError as error:
    assert error.errno == errno.EMFILE, error
else:
    raise AssertionError("it was started")
resource.setrlimit(resource.RLIMIT_NOFILE, usual)
processes.start(nothing, None, "started")[0].join()
assert _forkserver_pid() == before
processes.close()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
