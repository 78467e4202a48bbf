"""Downloads from real servers on this machine, each of which labels and cuts what it sends in another way."""

import errno
import gzip
import hashlib
import http.server
import threading

import pytest

from engine import DatasetError
from engine.datasets.download import download, unpacking


@pytest.fixture
def mirror(tmp_path):
    """A school's own server with a folder of files; its address and that folder."""
    folder = tmp_path / "mirror"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments, **more):
            super().__init__(*arguments, directory=str(folder), **more)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    server.server_close()


def test_files_come_from_the_first_mirror_that_has_the_right_ones(tmp_path, mirror):
    address, folder = mirror
    (folder / "file").write_bytes(b"right")
    (folder / "wrong").write_bytes(b"wrong")
    seen = []
    checksum = "md5:7c4f29407893c334a6cb7a87bf045c0d"  # of "right"
    size = download(
        [f"{address}/missing", f"{address}/wrong", f"{address}/file"],
        tmp_path / "got" / "file",
        checksum,
        lambda received, total: seen.append((received, total)),
    )
    assert (tmp_path / "got" / "file").read_bytes() == b"right"
    assert size == 5
    assert seen[-1] == (5, 5)


def test_an_archive_is_deleted_after_it_is_unpacked_and_what_goes_wrong_has_a_reason(tmp_path):
    archive = tmp_path / "archive.zip"
    archive.write_bytes(b"")
    with pytest.raises(DatasetError, match=r"archive.zip cannot be unpacked: full"), unpacking(archive):
        raise OSError("full")
    with unpacking(archive) as fresh:
        (fresh / "file").write_bytes(b"1")
    assert not any(tmp_path.iterdir())
    with (
        pytest.raises(DatasetError, match="cannot be unpacked"),
        unpacking(tmp_path / "gone" / "archive.zip"),
    ):
        pass


def test_a_download_that_cannot_be_had_leaves_nothing_and_gives_every_reason(tmp_path, mirror):
    address, folder = mirror
    (folder / "wrong").write_bytes(b"wrong")
    with pytest.raises(DatasetError) as caught:
        download(
            [f"{address}/missing", f"{address}/wrong"],
            tmp_path / "got" / "file",
            "md5:7c4f29407893c334a6cb7a87bf045c0d",
            lambda received, total: None,
        )
    assert f"{address}/missing" in str(caught.value)
    assert f"{address}/wrong" in str(caught.value)
    assert not list((tmp_path / "got").iterdir())


PLAIN = b"images " * 2000
FILE = gzip.compress(PLAIN, mtime=0)
SUM = f"md5:{hashlib.md5(FILE).hexdigest()}"

#: How a server sends a gzipped file: its headers, and its body.
SENDERS = {
    "as it is": ({}, FILE),
    "with its type": ({"Content-Type": "application/gzip"}, FILE),
    "labelled, as Apache does by the name": (
        {"Content-Encoding": "gzip", "Content-Type": "text/plain"},
        FILE,
    ),
    "labelled as of old": ({"Content-Encoding": "x-gzip"}, FILE),
    "compressed once more on the way": ({"Content-Encoding": "gzip"}, gzip.compress(FILE, mtime=0)),
    "labelled, and nothing of it is true": ({"Content-Encoding": "br"}, FILE),
}


@pytest.fixture
def sender():
    """A server that sends what it is given; its address and `sends(headers, body, promised)`."""

    class Sender(http.server.ThreadingHTTPServer):
        answer: tuple[dict[str, str], bytes, int]

    class Handler(http.server.BaseHTTPRequestHandler):
        server: Sender

        def do_GET(self):
            headers, body, promised = self.server.answer
            self.send_response(200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(promised))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = Sender(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def sends(headers, body, promised=None):
        server.answer = (headers, body, len(body) if promised is None else promised)

    yield f"http://127.0.0.1:{server.server_port}/file.gz", sends
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("how", SENDERS)
def test_a_file_arrives_whole_however_the_mirror_labels_it(tmp_path, sender, how):
    address, sends = sender
    sends(*SENDERS[how])
    assert download([address], tmp_path / "file.gz", SUM, lambda *_: None) == len(FILE)
    assert (tmp_path / "file.gz").read_bytes() == FILE
    assert [path.name for path in tmp_path.iterdir()] == ["file.gz"]


def test_a_disk_that_becomes_full_during_decompression_is_not_blamed_on_the_file(
    tmp_path, sender, monkeypatch
):
    address, sends = sender
    sends(*SENDERS["compressed once more on the way"])

    def fill(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("engine.datasets.download.shutil.copyfileobj", fill)
    with pytest.raises(DatasetError, match="No space left on device") as caught:
        download([address], tmp_path / "file.gz", SUM, lambda *_: None)
    assert [why.code for why in caught.value.args[0].values["why"]] == ["mirror_failed"]
    assert not list(tmp_path.iterdir())


def test_a_right_file_of_another_user_is_left_as_it_is(tmp_path, monkeypatch):
    (tmp_path / "file.gz").write_bytes(FILE)

    def refuse(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("pathlib.Path.chmod", refuse)
    assert download(["http://127.0.0.1:1/"], tmp_path / "file.gz", SUM, lambda *_: None) == len(FILE)


@pytest.mark.parametrize(
    ("headers", "body", "promised", "code"),
    [
        ({}, FILE[:-10], len(FILE), "mirror_unreachable"),  # cut short
        ({"Content-Encoding": "gzip"}, FILE[:-10], len(FILE) - 10, "mirror_other_file"),
        ({"Content-Encoding": "gzip"}, gzip.compress(PLAIN, mtime=1), None, "mirror_other_file"),
        ({}, b"<html>log in first</html>", None, "mirror_other_file"),
    ],
)
def test_a_download_that_is_not_the_expected_file_is_refused_and_leaves_no_file(
    tmp_path, sender, headers, body, promised, code
):
    address, sends = sender
    sends(headers, body, promised)
    with pytest.raises(DatasetError) as caught:
        download([address], tmp_path / "file.gz", SUM, lambda *_: None)
    (why,) = caught.value.args[0].values["why"]
    assert why.code == code
    assert not list(tmp_path.iterdir())
