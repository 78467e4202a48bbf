"""A cluster whose worker has none of the lab's folders: data sets are pulled from the lab once, checked and kept."""

import threading

import numpy as np
import pytest

from app.cluster.copies import CHECKPOINTS
from engine.datasets import own
from tests.engine.test_datasets import write_mnist
from tests.support.cluster import Cluster, end
from tests.support.lab_server import LabServer
from tests.support.proxy import Proxy
from tests.support.reference import assert_uninterrupted
from tests.support.waiting import wait_until

#: Several pieces.
IMAGES = 5000
SHORT = {
    "network": {"preset": "mlp", "hidden": [16]},
    "training": {"iterations": 100, "batch_size": 32, "evaluate_every": 50},
}
MNIST = {**SHORT, "dataset": {"name": "mnist"}}


class Wire:
    """Counts what the lab sends to the scheduler, and can disturb it."""

    def __init__(self, port):
        self.proxy = Proxy(port)
        self.proxy.rewrite = self._pass
        self.cut_after = None
        self.exchange = (b"", b"")
        self.cuts = self._sent = 0
        self._lock = threading.Lock()

    def _pass(self, data):
        with self._lock:
            self._sent += len(data)
            if self.cut_after is not None and self._sent > self.cut_after:
                self.cut_after, self.cuts = None, self.cuts + 1
                self.proxy.cut()
        return data.replace(*self.exchange) if self.exchange[0] else data

    def sent(self):
        """Bytes since the last call."""
        with self._lock:
            sent, self._sent = self._sent, 0
        return sent


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("cluster"), slots=2) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def wire(cluster):
    wire = Wire(cluster.port)
    yield wire
    wire.proxy.close()


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    return tmp_path_factory.mktemp("copies")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Of the lab."""
    return tmp_path_factory.mktemp("lab")


@pytest.fixture(scope="module")
def leaves(folder):
    """Experiments on own data sets."""
    return [bring(folder / "state", fill) for fill in (7, 11, 13)]


@pytest.fixture(scope="module")
def lab(folder, cluster, wire, copies, leaves):
    write_mnist(folder / "data" / "mnist", train=IMAGES, test=500)
    variables = {
        "LOSSROOM_EXECUTOR": f"dask://127.0.0.1:{wire.proxy.port}",
        "LOSSROOM_CHECKPOINT_SECONDS": "0.05",
    }
    with LabServer(folder / "state", folder / "data", environment=variables) as lab:
        cluster.start_worker_apart(copies)
        wait_until(lambda: lab.http.get("/health").json()["workers"] == 2, "places")
        yield lab


def bring(state_dir, fill):
    """An own data set, whose training images all have one level of brightness."""
    generator = np.random.default_rng(fill)
    arrays = own.Arrays(
        train_images=np.full((600, 1, 28, 28), fill, np.uint8),
        train_labels=generator.integers(0, 2, 600),
        test_images=generator.integers(0, 256, (100, 1, 28, 28)).astype(np.uint8),
        test_labels=generator.integers(0, 2, 100),
    )
    names = ("a", "b")
    about = own.About(
        shape=(1, 28, 28),
        class_names=names,
        train_size=600,
        test_size=100,
        origin="npz",
        digest=own.digest_of(arrays, names),
    )
    made = own.write(state_dir / "own-data", about, arrays)
    own.write_card(made, own.Card(title="Leaves"))
    own.look_in(made.parent)
    return {**SHORT, "dataset": {"name": made.name}}


def complete(lab, experiment):
    run = lab.wait_for(lab.launch(**experiment)["id"], "completed")
    assert_uninterrupted(lab, run)
    return run


def test_a_data_set_is_pulled_once_also_when_the_line_breaks_and_is_kept(lab, wire, cluster, copies):
    wire.sent()
    wire.cut_after = 3 << 20
    first, second = lab.launch(**MNIST), lab.launch(**MNIST, seed=2)
    for run in (first, second):  # both wait for one transfer
        ended = lab.wait_for(run["id"], "completed")
        assert_uninterrupted(lab, ended)
        assert ended["attempt"] == 1
    assert wire.cuts == 1
    size = IMAGES * 28 * 28
    assert size < wire.sent() < 2 * size
    (copy,) = (copies / "copies").iterdir()
    assert copy.name.startswith("mnist-")
    complete(lab, MNIST)
    assert wire.sent() < 1 << 20
    (worker,) = cluster.workers
    end(worker)
    cluster.workers.remove(worker)
    cluster.start_worker_apart(copies)
    complete(lab, MNIST)
    assert wire.sent() < 1 << 20


def test_a_damaged_copy_is_noticed_and_pulled_again(lab, wire, cluster, copies):
    complete(lab, MNIST)
    wire.sent()
    (path,) = (copies / "copies").glob("mnist-*/mnist-v*/train_images.npy")
    damaged = bytearray(path.read_bytes())
    damaged[-1] ^= 1
    path.write_bytes(damaged)
    complete(lab, MNIST)
    assert wire.sent() > IMAGES * 28 * 28
    wait_until(lambda: "is damaged, and is pulled again" in cluster.read_log(), "the line in the log")
    wait_until(lambda: not list((copies / "copies").glob(".*")), "the end of what is half pulled")


def test_an_own_data_set_is_pulled_and_checkpoints_stay_on_the_worker_until_the_end(lab, leaves, copies):
    complete(lab, leaves[0])
    complete(lab, {**SHORT, "dataset": {"name": "digits"}})
    folders = lab.state_dir, copies
    wait_until(
        lambda: not any(list(at.glob("checkpoints/*")) for at in folders), "the end of the checkpoints"
    )


def test_a_run_whose_worker_is_lost_with_its_checkpoints_begins_anew_elsewhere(
    lab, cluster, copies, tmp_path_factory
):
    longer = {**MNIST, "training": {"iterations": 1_000_000, "batch_size": 32, "evaluate_every": 500}}
    run = lab.launch(**longer)
    wait_until(lambda: lab.run(run["id"])["iteration"] >= 300, "300 iterations")
    seen = set()

    def older_ones_go():
        there = {path.name for path in copies.glob("checkpoints/*.npz")}
        seen.update(there)
        return len(there) <= CHECKPOINTS < len(seen)

    wait_until(older_ones_go, "the end of older checkpoints")
    end(cluster.workers.pop())
    cluster.start_worker_apart(tmp_path_factory.mktemp("other"))
    assert_uninterrupted(lab, lab.train_on(run["id"], attempt=2))


def test_what_arrives_damaged_ends_the_run_with_the_reason(lab, leaves, wire):
    experiment = leaves[1]
    wire.exchange = (b"\x0b" * 64, b"\x0c" * 64)
    run = lab.wait_for(lab.launch(**experiment)["id"], "failed")
    assert run["why"]["code"] == "data_damaged"
    assert run["why"]["values"]["dataset"] == "Leaves"
    assert "arrived damaged on" in run["reason"]
    wire.exchange = (b"", b"")
    complete(lab, experiment)


def test_a_training_can_be_cancelled_while_its_data_set_is_on_its_way(lab, leaves, wire):
    experiment = leaves[2]
    wire.exchange = (b"train_images.npy", b"train_images.np_")  # what comes is not what is wanted
    run = lab.launch(**experiment)
    wait_until(lambda: lab.run(run["id"])["status"] == "running", "its start")
    lab.post(f"/api/runs/{run['id']}/cancel")
    lab.wait_for(run["id"], "cancelled")
    wire.exchange = (b"", b"")
    complete(lab, experiment)
