"""When the bodies of requests are read."""

import asyncio
import json

import pytest

from app import folders
from app.main import create_app
from app.routes import exports
from app.settings import Settings
from tests.support import event_loop


class Sender:
    """Sends a file to a lab of this process that has not started, part by part."""

    def __init__(self, parts):
        self.looks = 0
        self.status = None
        self.answer = b""
        self._parts = list(parts)

    async def send_to(self, path, state_dir):
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"host", b"127.0.0.1:8000")],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 8000),
            "scheme": "http",
        }
        await create_app(Settings(state_dir=state_dir))(scope, self._receive, self._take)

    async def _receive(self):
        self.looks += 1
        return {"type": "http.request", "body": self._parts.pop(0), "more_body": bool(self._parts)}

    async def _take(self, message):
        self.status = message.get("status", self.status)
        self.answer += message.get("body", b"")


def test_nothing_of_an_import_is_read_before_its_turn(tmp_path, monkeypatch):
    """The time that a body may take begins with the first look at it."""
    sender = Sender([b'{"lossroom": 0}'])

    async def scenario():
        turns = asyncio.Semaphore(0)
        monkeypatch.setattr(exports, "_receiving", turns)
        sending = asyncio.ensure_future(sender.send_to("/api/imports", tmp_path))
        while not turns._waiters:
            await asyncio.sleep(0)
        assert not sender.looks
        turns.release()
        await sending

    event_loop.run(scenario())
    assert (sender.looks, sender.status) == (1, 422), sender.answer  # this is no document of a lab


@pytest.mark.parametrize("path", ["/api/imports", "/api/own-data/uploads"])
def test_files_do_not_fill_the_disk_of_the_database(tmp_path, monkeypatch, path):
    (tmp_path / "own-data" / "uploads").mkdir(parents=True)
    sender = Sender([b" " * 1000] * 50)
    room = iter([10**12] * 3)  # there is room at three looks
    monkeypatch.setattr(folders, "free_bytes", lambda folder: next(room, 0))
    event_loop.run(sender.send_to(path, tmp_path))
    assert (sender.status, json.loads(sender.answer)["error"]["code"]) == (503, "disk_full")
    assert sender.looks <= 4
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_a_document_for_whose_rows_there_is_no_room_is_not_read(tmp_path, monkeypatch):
    document = b'{"lossroom": 0}'
    monkeypatch.setattr(folders, "free_bytes", lambda folder: folders.LOW_DISK_BYTES + len(document) - 1)
    sender = Sender([document])
    event_loop.run(sender.send_to("/api/imports", tmp_path))
    assert (sender.looks, sender.status) == (1, 503), sender.answer
