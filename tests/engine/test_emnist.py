"""EMNIST: transposed images, letters counted from 1, and one archive for both sets."""

import gzip
import hashlib
import http.server
import io
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from engine import DatasetError, datasets, load_dataset
from engine.datasets import emnist
from tests.engine.test_datasets import idx

LETTERS, BALANCED = 26, 47


def archive(*, train=47, test=10):
    """An archive as the publisher has it, with few images."""
    generator = np.random.default_rng(0)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as members:
        for part, classes, first in (("letters", LETTERS, 1), ("balanced", BALANCED, 0)):
            for which, count in (("train", train), ("test", test)):
                images = generator.integers(0, 256, (count, 28, 28))
                for name, values in (
                    ("images-idx3", images),
                    ("labels-idx1", np.arange(count) % classes + first),
                ):
                    members.writestr(
                        f"gzip/emnist-{part}-{which}-{name}-ubyte.gz", gzip.compress(idx(values))
                    )
    return data.getvalue()


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A school's own server, and the paths that were asked for."""
    folder = tmp_path / "mirror" / "emnist"
    folder.mkdir(parents=True)
    (folder / "gzip.zip").write_bytes(archive())
    monkeypatch.setattr(
        emnist, "_CHECKSUM", f"md5:{hashlib.md5((folder / 'gzip.zip').read_bytes()).hexdigest()}"
    )
    sent = []

    class Recording(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            sent.append(self.path)
            super().do_GET()

    handler = partial(Recording, directory=str(folder.parent))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "data").mkdir()
    yield f"http://127.0.0.1:{server.server_port}", sent
    server.shutdown()
    server.server_close()


@pytest.fixture
def fetched(tmp_path, mirror):
    """A data directory into which `fetch` has brought both sets."""
    datasets.fetch("emnist_letters", tmp_path / "data", mirrors=[mirror[0]])
    return tmp_path / "data"


def test_one_download_brings_both_sets_and_leaves_no_archive(fetched):
    assert datasets.status("emnist_letters", fetched)["available"]
    assert datasets.status("emnist_balanced", fetched)["available"]
    files = [path.name for path in (fetched / "emnist").iterdir()]
    assert len(files) == 8
    assert all(name.endswith("-ubyte.gz") for name in files)


def test_both_sets_fetched_at_once_come_in_one_download(tmp_path, mirror):
    address, sent = mirror
    with ThreadPoolExecutor() as threads:
        names = ("emnist_letters", "emnist_balanced")
        tasks = [threads.submit(datasets.fetch, name, tmp_path / "data", mirrors=[address]) for name in names]
    assert [task.result() for task in tasks] == [None, None]
    assert sent == ["/emnist/gzip.zip"]
    assert all(datasets.status(name, tmp_path / "data")["available"] for name in names)


def test_letters_are_upright_and_counted_from_a(fetched):
    data = load_dataset("emnist_letters", data_dir=fetched, cache_dir=fetched / "cache")
    with gzip.open(fetched / "emnist" / "emnist-letters-train-images-idx3-ubyte.gz") as file:
        first = np.frombuffer(file.read(), np.uint8, 28 * 28, offset=16).reshape(28, 28)
    np.testing.assert_array_equal(data.train_images[0, 0], first.T)
    assert data.train_labels[:3].tolist() == [0, 1, 2]
    assert data.class_names[0] == "A"
    assert len(data.class_names) == LETTERS


def test_balanced_has_digits_capitals_and_the_letters_that_look_otherwise(fetched):
    data = load_dataset("emnist_balanced", data_dir=fetched)
    assert len(data.class_names) == len(set(data.class_names)) == BALANCED
    assert sorted(set(data.train_labels.tolist())) == list(range(BALANCED))


def test_a_letter_counted_from_0_is_refused(fetched):
    path = fetched / "emnist" / "emnist-letters-test-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(idx(np.arange(10))))
    with pytest.raises(DatasetError, match="emnist_letters do not belong together"):
        load_dataset("emnist_letters", data_dir=fetched)
