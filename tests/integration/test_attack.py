"""Hostile or broken clients and their connections: other users do not notice them."""

import asyncio
import contextlib
import http.client
import json
import socket
import time

import httpx
import pytest
from websockets.frames import Frame, Opcode

from app.exports import thinning
from app.main import create_app
from app.routes import runs
from app.security import bounded_head, limits
from app.settings import Settings
from tests.support import event_loop
from tests.support.experiments import QUICK
from tests.support.lab_server import LabServer
from tests.support.many_runs import fill_long
from tests.support.waiting import wait_until

HEAD = "POST /api/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"

UPGRADE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@pytest.fixture
def dial():
    """Opens connections to a lab, which are closed when the test ends."""
    with contextlib.ExitStack() as connections:
        yield lambda lab: connections.enter_context(
            socket.create_connection(("127.0.0.1", lab.port), timeout=60)
        )


def said(connection):
    """All that the server says until it closes the connection."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def shows(lab):
    """How many viewers the lab has; None while it takes no request."""
    with contextlib.suppress(httpx.TransportError):
        answer = lab.http.get("/health")
        return answer.json()["viewers"] if answer.status_code == 200 else None


def launched(lab):
    """A new run; None while the lab takes no request."""
    with contextlib.suppress(httpx.TransportError):
        answer = lab.post("/api/runs", **QUICK)
        return answer.json() if answer.status_code == 201 else None


def test_idle_connections_are_closed_and_delay_no_other_client(lab, dial):
    silent = [dial(lab) for _ in range(200)]
    half_a_head, half_a_body, viewer = dial(lab), dial(lab), dial(lab)
    half_a_head.sendall(b"GET /health HTTP/1.1\r\nHost: 127")
    half_a_body.sendall(f"{HEAD}Content-Length: 1000\r\n\r\n{{".encode())
    viewer.sendall(UPGRADE.format(port=lab.port).encode())

    assert lab.wait_for(lab.launch()["id"], "completed")

    assert [said(connection) for connection in (*silent, half_a_head)] == [b""] * 201
    head, _, body = said(half_a_body).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408")
    assert json.loads(body)["error"]["message"] == limits.TOO_SLOW
    assert b" 101 " in said(viewer), "it answers no ping, and is closed"
    wait_until(lambda: shows(lab) == 0, "the viewer's end")


def test_a_connection_that_is_idle_between_two_requests_can_send_another(lab):
    connection = http.client.HTTPConnection("127.0.0.1", lab.port, timeout=60)
    for _ in range(3):
        connection.request("GET", "/health/live")
        assert connection.getresponse().read() == b'{"status":"alive"}'
    connection.close()


def test_a_request_head_that_does_not_end_is_refused(lab, dial):
    with dial(lab) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            for _ in range(64):
                connection.sendall(b"x" * bounded_head.HEAD_BYTES)
        assert said(connection) in (b"", bounded_head._TOO_LONG)
    assert lab.http.get("/health").status_code == 200


def test_more_sockets_than_the_system_allows_harm_no_run_and_no_later_viewer(tmp_path, data_dir, dial):
    lab = LabServer(
        tmp_path / "state", data_dir, limits="ulimit -n 256", environment={"LOSSROOM_WORKERS": "2"}
    )
    lab.state_dir.mkdir()
    lab.start()
    try:
        viewers = [dial(lab) for _ in range(400)]
        for viewer in viewers:
            viewer.sendall(UPGRADE.format(port=lab.port).encode())
        shown = wait_until(lambda: shows(lab), "some viewers are shown")
        assert 64 <= shown < 256
        runs = [wait_until(lambda: launched(lab), "a launch that is taken") for _ in range(4)]
        assert {lab.wait_for(run["id"], "completed")["attempt"] for run in runs} == {1}
        for viewer in viewers:
            viewer.close()
        wait_until(lambda: shows(lab) == 0, "the viewers' end")
        assert lab.wait_for(lab.launch()["id"], "completed")
        assert "Traceback" not in lab.read_log()
    finally:
        lab.stop()


def is_held_up(connection):
    """Whether the server has more to say than an unread connection takes."""
    before = -1
    for _ in range(600):
        received = len(connection.recv(1 << 24, socket.MSG_PEEK))
        if received == before > 0:
            return True
        before = received
        time.sleep(0.2)
    return False


def test_viewers_and_clients_that_read_nothing_cause_no_traceback_when_the_lab_ends(tmp_path, data_dir, dial):
    lab = LabServer(tmp_path / "state", data_dir)
    fill_long(lab.state_dir, "long", rows=1_000_000)
    lab.start()
    unread = [dial(lab) for _ in range(6)]
    subscription = Frame(Opcode.TEXT, b'{"subscribe": {"long": 0}}').serialize(mask=True)
    for connection in unread[:3]:
        connection.sendall(UPGRADE.format(port=lab.port).encode() + subscription)
    for connection in unread[3:]:
        connection.sendall(b"GET /api/exports/json?runs=long HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert all(is_held_up(connection) for connection in unread)

    lab.stop()
    assert "graceful shutdown exceeded" in lab.read_log(), "it waited for them, but not for ever"
    assert "Traceback" not in lab.read_log()


def test_a_long_curve_is_downsampled_outside_the_event_loop(tmp_path, lab, monkeypatch):
    run = lab.launch()
    lab.wait_for(run["id"], "completed")
    document = lab.http.get("/api/exports/json", params={"runs": run["id"]}).content
    on_the_loop = []

    def watched(values, points, real=thinning.extremes):
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            on_the_loop.append(False)
        else:
            on_the_loop.append(True)
        return real(values, points)

    monkeypatch.setattr(runs, "extremes", watched)

    async def ask():
        app = create_app(Settings(state_dir=tmp_path / "state", data_dir=tmp_path))
        transport = httpx.ASGITransport(app)
        address = "http://127.0.0.1:8000"
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url=address) as client,
        ):
            imported = (await client.post("/api/imports", content=document)).json()["runs"][0]
            return await client.get(f"/api/runs/{imported['id']}/metrics", params={"max_points": 20})

    assert event_loop.run(ask()).json()["rows"] == 20
    assert on_the_loop == [False]
