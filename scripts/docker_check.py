"""Try the image and a running container: python -m scripts.docker_check ADDRESS CONTAINER [--sets FOLDER]

After `docker compose up -d`, for example: python -m scripts.docker_check http://127.0.0.1:8000 lossroom-lossroom-1.
A teacher and a student come into the class of the container, the student launches a run and reads its stream. Then the
container is stopped while it trains, and started again. At last other containers of the same image are started: as
another user, in a folder that is not theirs, without a class, and with data sets in the image (--sets: a folder with
`mnist`, which a web server offers meanwhile).

With --cluster, after docker compose --profile cluster up -d --scale worker=4 with LOSSROOM_EXECUTOR=dask://scheduler:8786:
a run trains in each worker's container; then one of these is killed and started again, and its run goes on.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import json
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import connect

from tests.support.waiting import wait_until

IMAGE = "lossroom"
ROOT = Path(__file__).resolve().parent.parent
#: The largest size that the image may have.
MAX_BYTES = 350_000_000
STOP_SECONDS = 5.0
ITERATIONS = 50
EXPERIMENT = {"dataset": {"name": "digits"}, "training": {"iterations": ITERATIONS, "batch_size": 8}}
ENDLESS = {"dataset": {"name": "digits"}, "training": {"iterations": 1_000_000, "batch_size": 8}}
#: As compose.yaml starts it.
CONFINED = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true"]


#: Prints how many runs train in a container: the processes that the forkserver has started.
TRAININGS = """import psutil
print(sum(len(one.children()) for one in psutil.process_iter() if "forkserver" in " ".join(one.cmdline())))"""


def docker(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command of Docker."""
    done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0 or not check, f"docker {' '.join(words)}: {done.stdout}{done.stderr}"
    return done


def say(text: str) -> None:
    print(f"  {text}", flush=True)


class PersonClient:
    """What one person does in the container's class, as their browser would."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.http = httpx.Client(base_url=address, timeout=30)
        assert self.http.get("/join").status_code == 200

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.post(path, json=body).raise_for_status().json()
        return answer

    def rows(self, run_id: str) -> int:
        """Read the rows of a run from the stream until it has trained."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        rows = 0
        with connect(
            self.address.replace("http", "ws") + "/ws", additional_headers={"Cookie": cookie}, proxy=None
        ) as socket:
            socket.send(json.dumps({"subscribe": {run_id: 0}}))
            while rows < ITERATIONS:
                message = socket.recv(timeout=60)
                if isinstance(message, bytes):
                    header = json.loads(message[4 : 4 + int.from_bytes(message[:4], "little")])
                    rows += header["rows"] if header["stream"] == "train" else 0
        return rows


def join_class(address: str, container: str) -> PersonClient:
    """A new student of the class; the teacher has seen the code for joining."""
    link = docker("exec", container, "lossroom", "teacher-link").stdout
    teacher = PersonClient(address)
    seen = teacher.post("/api/class/enter", secret=link.split("#teacher=")[1].strip())
    assert "#teacher=" not in docker("logs", container).stdout
    student = PersonClient(address)
    me = student.post("/api/class/join", code=seen["code"], nickname="Ada")["me"]
    say(f"a teacher and student {me['number']} came in")
    return student


def try_class(address: str, container: str) -> None:
    """A class comes in, trains, and goes on after the container was stopped and started."""
    student = join_class(address, container)
    run = student.post("/api/runs", **EXPERIMENT, fresh=True)
    say(f"run {run['number']}: {student.rows(run['id'])} rows by the stream")
    endless = student.post("/api/runs", **ENDLESS, fresh=True)
    iteration = functools.partial(_iteration, student, endless["id"])
    wait_until(lambda: iteration() > 0, "rows of the endless run")
    begun = time.monotonic()
    docker("stop", "-t", "30", container)
    seconds = time.monotonic() - begun
    say(f"stopped after {seconds:.1f} s")
    assert seconds < STOP_SECONDS
    docker("start", container)
    wait_until(lambda: _answers(student), "the lab after the start")
    before = iteration()
    wait_until(lambda: iteration() > before, "more rows of the endless run")
    say(f"the run went on from iteration {before}, and the student is known")
    student.post(f"/api/runs/{endless['id']}/cancel")


def try_cluster(address: str, container: str) -> None:
    """Runs train in the containers of the workers, also after one was killed and started again."""
    workers = docker("ps", "-q", "--filter", "label=com.docker.compose.service=worker").stdout.split()
    assert workers, "there is no container of the service worker"
    student = join_class(address, container)
    runs = [student.post("/api/runs", **ENDLESS, fresh=True)["id"] for _ in workers]
    wait_until(lambda: all(_iteration(student, run) > 0 for run in runs), "rows of each run")
    assert [_trainings(worker) for worker in workers] == [1] * len(workers)
    assert _trainings(container) == 0
    say(f"{len(runs)} runs train, one in each container of a worker")
    docker("kill", workers[0])
    statuses = functools.partial(_statuses, student, runs)
    wait_until(lambda: statuses().count("running") < len(runs), "the run of a killed worker to wait")
    before = {run: _iteration(student, run) for run in runs}
    docker("start", workers[0])
    wait_until(
        lambda: all(_iteration(student, run) > before[run] for run in runs), "the run of a killed worker"
    )
    say("the run of a worker that was killed went on when the worker was there again")
    for run in runs:
        student.post(f"/api/runs/{run}/cancel")


def _trainings(container: str) -> int:
    """How many runs train in a container."""
    return int(docker("exec", container, "python", "-c", TRAININGS).stdout)


def _statuses(browser: PersonClient, runs: list[str]) -> list[str]:
    return [browser.http.get(f"/api/runs/{run}").raise_for_status().json()["status"] for run in runs]


def _answers(browser: PersonClient) -> bool:
    try:
        return bool(browser.http.get("/api/class").json()["role"] == "student")
    except (httpx.HTTPError, ValueError):
        return False


def _iteration(browser: PersonClient, run_id: str) -> int:
    return int(browser.http.get(f"/api/runs/{run_id}").raise_for_status().json()["iteration"])


def try_confinement(container: str) -> None:
    """The lab has no rights that it does not need, and the image is small."""
    status = docker("exec", container, "cat", "/proc/1/status").stdout
    status += docker("exec", container, "sh", "-c", "cat /proc/self/status").stdout
    assert "Uid:\t10001\t10001" in status
    assert {line for line in status.splitlines() if line.startswith("CapEff")} == {
        "CapEff:\t0000000000000000"
    }
    assert docker("exec", container, "touch", "/etc/new", check=False).returncode != 0
    print(docker("exec", container, "lossroom", "doctor").stdout)
    size = int(docker("image", "inspect", IMAGE, "--format", "{{.Size}}").stdout)
    say(f"user 10001, no capabilities, a read-only root; the image has {size / 1e6:.0f} MB")
    assert size <= MAX_BYTES


def try_other_users() -> None:
    """The image runs as another user, and says what to do where it cannot."""
    started = ["run", "--rm", "-d", "--user", "12345:12345", *CONFINED, "-e", "LOSSROOM_CLASS=1-B"]
    other = docker(*started, "-v", "lossroom-other:/data", IMAGE).stdout.strip()
    try:
        health = "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health')"
        wait_until(
            lambda: docker("exec", other, "python", "-I", "-c", health, check=False).returncode == 0,
            "user 12345",
        )
        say("user 12345 has a lab in a new volume")
    finally:
        docker("kill", other)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        os.chown(folder, 23456, 23456)
        owned = [*started[:2], *started[3:], "-v", f"{folder}:/data", IMAGE]
        done = docker(*owned, check=False)
        assert "--user 23456:23456" in done.stderr, done.stderr
        assert done.returncode == 2
        say(done.stderr.strip())
    done = docker("run", "--rm", *CONFINED, IMAGE, check=False)
    assert done.returncode == 2
    assert "LOSSROOM_CLASS" in done.stderr
    say(done.stderr.strip())


def try_baked(sets: Path) -> None:
    """An image that is built with a data set shows it without a network."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(sets))
    with http.server.ThreadingHTTPServer(("0.0.0.0", 0), handler) as mirror:
        threading.Thread(target=mirror.serve_forever, daemon=True).start()
        gateway = docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}")
        address = f"http://{gateway.stdout.strip()}:{mirror.server_port}"
        words = ["--build-arg", "DATA_SETS=mnist", "--build-arg", f"LOSSROOM_MIRRORS={address}"]
        docker("build", *words, "-t", f"{IMAGE}-baked", str(ROOT))
        mirror.shutdown()
    look = ["lossroom", "look", "mnist", "--count", "1"]
    shown = docker("run", "--rm", "--network", "none", *CONFINED, f"{IMAGE}-baked", *look).stdout
    say(f"an image with mnist in it shows it without network: {len(shown.splitlines())} lines")


def main() -> None:
    parser = argparse.ArgumentParser(description="Try the image and a running container.")
    parser.add_argument("address")
    parser.add_argument("container")
    parser.add_argument("--sets", type=Path, help="a folder with mnist, to try data sets in the image")
    parser.add_argument(
        "--cluster", action="store_true", help="the runs train in containers of the service worker"
    )
    arguments = parser.parse_args()
    if arguments.cluster:
        try_cluster(arguments.address, arguments.container)
        print("all is well")
        return
    try_class(arguments.address, arguments.container)
    try_confinement(arguments.container)
    try_other_users()
    if arguments.sets:
        try_baked(arguments.sets)
    print("all is well")


if __name__ == "__main__":
    main()
