"""When the bodies of requests are read."""

import asyncio

from app.main import create_app
from app.routes import exports
from app.settings import Settings
from tests.support import event_loop


def test_nothing_of_an_import_is_read_before_its_turn(tmp_path, monkeypatch):
    """The time that a body may take begins with the first look at it."""
    looks = []
    sent = []
    body = b'{"lossroom": 0}'

    async def receive():
        looks.append(body)
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    async def scenario():
        turns = asyncio.Semaphore(0)
        monkeypatch.setattr(exports, "_receiving", turns)
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/api/imports",
            "raw_path": b"/api/imports",
            "query_string": b"",
            "headers": [(b"host", b"127.0.0.1:8000"), (b"content-length", str(len(body)).encode())],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 8000),
            "scheme": "http",
        }
        request = asyncio.ensure_future(create_app(Settings(state_dir=tmp_path))(scope, receive, send))
        while not turns.locked() or not turns._waiters:
            await asyncio.sleep(0)
        assert not looks
        turns.release()
        await request

    event_loop.run(scenario())
    assert len(looks) == 1
    assert sent[0]["status"] == 422, sent  # it was read: this is no document of a lab
