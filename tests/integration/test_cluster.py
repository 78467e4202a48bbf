"""A lab whose runs train on a cluster, with Dask's real scheduler and workers: whatever dies, every run ends complete,
each row is stored once, and its curve is that of an undisturbed run."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from engine.fingerprint import of_arithmetic
from tests.support.cluster import Cluster, end, trainings_of
from tests.support.experiments import ENDLESS, QUICK, STOCHASTIC
from tests.support.lab_server import LabServer
from tests.support.proxy import Proxy
from tests.support.reference import assert_uninterrupted
from tests.support.waiting import TIMEOUT, wait_until

DASK = str(Path(sys.executable).with_name("dask"))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("cluster"), slots=1) as cluster:
        cluster.start_worker()
        cluster.start_worker()
        yield cluster


@pytest.fixture(scope="module")
def proxy(cluster):
    """Between the lab and the scheduler."""
    proxy = Proxy(cluster.port)
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory, proxy):
    folder = tmp_path_factory.mktemp("lab")
    with on_cluster(folder, proxy.port) as lab:
        yield lab


def on_cluster(folder: Path, port: int) -> LabServer:
    variables = {"LOSSROOM_EXECUTOR": f"dask://127.0.0.1:{port}", "LOSSROOM_CHECKPOINT_SECONDS": "0.2"}
    return LabServer(folder / "state", folder, environment=variables)


@pytest.fixture(autouse=True)
def places(lab):
    """Each test begins with two places, and no run."""
    wait_for_places(lab, 2)
    yield
    wait_until(lambda: lab.http.get("/health").json()["busy"] == 0, "free places")


def wait_for_places(lab, count):
    wait_until(lambda: lab.http.get("/health").json()["workers"] == count, f"{count} places")


def begun(lab, experiment=STOCHASTIC):
    run = lab.launch(**experiment)
    wait_until(lambda: lab.run(run["id"])["iteration"] >= 300, "300 iterations")
    return run


def assert_goes_on(lab, run, *, attempt):
    assert_uninterrupted(lab, lab.train_on(run["id"], attempt=attempt))


def test_runs_train_on_all_workers_at_once_and_obey_the_page(lab, cluster):
    runs = [begun(lab, ENDLESS), begun(lab, ENDLESS)]
    assert [len(trainings_of(worker.pid)) for worker in cluster.workers] == [1, 1]
    host = socket.gethostname()
    (machine,) = lab.run(runs[0]["id"])["machines"]
    assert (machine["iteration"], machine["host"], machine["arithmetic"]) == (0, host, of_arithmetic())
    metrics = lab.http.get("/metrics").text
    assert f'lossroom_host_workers{{host="{host}"}} 2.0' in metrics
    assert f'lossroom_host_busy{{host="{host}"}} 2.0' in metrics
    waiting = lab.launch(**QUICK)
    assert lab.run(waiting["id"])["status"] == "queued"
    lab.post(f"/api/runs/{runs[0]['id']}/pause")
    lab.wait_for(runs[0]["id"], "paused")
    lab.wait_for(waiting["id"], "completed")  # a paused run has no place
    lab.post(f"/api/runs/{runs[0]['id']}/resume")
    for run in runs:
        lab.wait_for(run["id"], "running")
        lab.post(f"/api/runs/{run['id']}/cancel")
        lab.wait_for(run["id"], "cancelled")
    wait_until(lambda: not cluster.trainings(), "the end of their processes")


def test_a_run_whose_slot_was_given_away_while_it_was_paused_goes_on_on_another_worker(lab, cluster):
    paused, other = begun(lab, ENDLESS), begun(lab, ENDLESS)
    lab.post(f"/api/runs/{paused['id']}/pause")
    stands = lab.wait_for(paused["id"], "paused")["iteration"]
    third = begun(lab, ENDLESS)  # in the slot of the first
    lab.post(f"/api/runs/{other['id']}/cancel")
    lab.wait_for(other["id"], "cancelled")
    lab.post(f"/api/runs/{paused['id']}/resume")
    wait_until(lambda: lab.run(paused["id"])["iteration"] > stands, "more iterations")
    assert [len(trainings_of(worker.pid)) for worker in cluster.workers] == [1, 1]
    assert [lab.run(run["id"])["attempt"] for run in (paused, third)] == [2, 1]
    lab.stored_rows(paused["id"])  # without a hole
    for run in (paused, third):
        lab.post(f"/api/runs/{run['id']}/cancel")
        lab.wait_for(run["id"], "cancelled")


def test_a_run_whose_worker_is_killed_goes_on_on_another(lab, cluster):
    run = begun(lab)
    victim = next(worker for worker in cluster.workers if trainings_of(worker.pid))
    (orphan,) = trainings_of(victim.pid)
    end(victim)
    cluster.workers.remove(victim)
    assert_goes_on(lab, run, attempt=2)
    orphan.wait(TIMEOUT)  # it ends with its pipe
    cluster.start_worker()


def test_a_worker_that_is_asked_to_end_saves_its_run_first(lab, cluster):
    run = begun(lab)
    leaver = next(worker for worker in cluster.workers if trainings_of(worker.pid))
    end(leaver, signal.SIGTERM)
    cluster.workers.remove(leaver)
    assert_goes_on(lab, run, attempt=2)
    wait_until(lambda: "was asked to end" in lab.read_log(), "the line in the log")
    cluster.start_worker()


def test_a_cut_between_server_and_scheduler_loses_nothing(lab, proxy):
    run = begun(lab)
    proxy.cut()
    assert_goes_on(lab, run, attempt=1)


def test_a_connection_that_falls_silent_is_opened_again(lab, proxy):
    run = begun(lab, ENDLESS)
    proxy.fall_silent()
    wait_for_places(lab, 0)
    proxy.fall_silent(False)
    proxy.cut()
    wait_for_places(lab, 2)
    before = lab.run(run["id"])
    wait_until(lambda: lab.run(run["id"])["iteration"] > before["iteration"], "more rows")
    lab.stored_rows(run["id"])  # without a hole
    lab.post(f"/api/runs/{run['id']}/cancel")
    assert lab.wait_for(run["id"], "cancelled")["attempt"] == 1


def test_when_the_scheduler_dies_all_waits_for_it_and_goes_on(lab, cluster):
    run, waiting = begun(lab), lab.launch(**QUICK)
    end(cluster.scheduler)
    wait_for_places(lab, 0)
    cluster.start_scheduler()
    assert_goes_on(lab, run, attempt=1)
    lab.wait_for(waiting["id"], "completed")


def test_a_server_that_was_killed_goes_on_and_what_it_left_ends(lab, cluster):
    run = begun(lab)
    (orphan,) = cluster.trainings()
    lab.restart(signal.SIGKILL)
    assert_goes_on(lab, run, attempt=2)
    orphan.wait(TIMEOUT)


def test_a_training_whose_server_does_not_come_back_ends_by_itself(lab, cluster):
    run = begun(lab, ENDLESS)
    (orphan,) = cluster.trainings()
    lab.stop(signal.SIGKILL)
    orphan.wait(TIMEOUT)
    wait_until(lambda: "is given up" in cluster.read_log(), "the line in the log")
    lab.start()
    wait_until(lambda: lab.run(run["id"])["attempt"] == 2, "its next attempt")
    lab.post(f"/api/runs/{run['id']}/cancel")
    lab.wait_for(run["id"], "cancelled")


def test_a_server_that_ends_lets_the_cluster_save_its_runs(lab, cluster):
    run = begun(lab)
    lab.stop()
    wait_until(lambda: not cluster.trainings(), "the end of its training")
    lab.start()
    assert_goes_on(lab, run, attempt=2)


def test_a_second_lab_is_refused_while_the_first_has_the_cluster(lab, cluster, tmp_path):
    with on_cluster(tmp_path, cluster.port) as other:
        wait_until(lambda: "uses it" in other.read_log(), "its refusal")
        assert other.http.get("/health").json()["workers"] == 0
        run = begun(lab)
        assert_goes_on(lab, run, attempt=1)


def test_with_dasks_own_commands_a_nanny_starts_a_killed_worker_again(tmp_path):
    said = tmp_path / "scheduler.json"
    options = ["--no-dashboard", "--scheduler-file", str(said)]
    processes = []

    def start(*command):
        with (tmp_path / "dask.log").open("a") as log:
            processes.append(subprocess.Popen([DASK, *command], stdout=log, stderr=log, text=True))

    def worker_of_the_nanny():
        children = psutil.Process(processes[1].pid).children()
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]

    try:
        start("scheduler", "--host", "127.0.0.1", "--port", "0", *options)
        wait_until(lambda: said.is_file() and said.read_text(), "the scheduler")
        port = int(json.loads(said.read_text())["address"].rsplit(":", 1)[1])
        start(
            "worker", f"127.0.0.1:{port}", "--nthreads", "1", "--local-directory", str(tmp_path), *options[:1]
        )
        with on_cluster(tmp_path, port) as lab:
            wait_for_places(lab, 1)
            run = begun(lab)
            (worker,) = worker_of_the_nanny()
            worker.kill()
            assert_goes_on(lab, run, attempt=2)
    finally:
        for process in processes:
            end(process, signal.SIGTERM)
