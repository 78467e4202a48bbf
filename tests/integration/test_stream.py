"""The WebSocket of a real server: every viewer gets each row exactly once, whatever it does."""

import json
import socket
import struct

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from app.live import frames
from app.live.deflate import LONG_BYTES
from tests.support.experiments import ENDLESS, QUICK
from tests.support.waiting import TIMEOUT, wait_until


class Tab:
    """A viewer that keeps what it gets, as the page does, and checks that no row is lost or duplicated."""

    def __init__(self, lab):
        self.socket = lab.socket()
        self.rows: dict[tuple[str, str], list[np.ndarray]] = {}
        self.runs: dict[str, dict] = {}
        self.texts: list[dict] = []
        self.hello = self.receive()

    def subscribe(self, run_id, rows=0):
        self.socket.send(json.dumps({"subscribe": {run_id: rows}}))

    def receive(self):
        message = self.socket.recv(timeout=TIMEOUT)
        if isinstance(message, bytes):
            header, values = frames.decode(message)
            key = (header["run"], header["stream"])
            assert header["first"] == self.count(*key), "a gap or an overlap"
            self.rows.setdefault(key, []).append(values)
            return header
        text = json.loads(message)
        self.texts.append(text)
        if text["type"] == "runs":
            self.runs.update({run["id"]: run for run in text["runs"]})
            for run_id in text["deleted"]:
                self.runs.pop(run_id, None)
        return text

    def count(self, run_id, stream="train"):
        return sum(values.shape[1] for values in self.rows.get((run_id, stream), []))

    def curve(self, run_id, stream="train"):
        return np.concatenate(self.rows[run_id, stream], axis=1).T

    def until(self, condition):
        while not condition():
            self.receive()

    def until_status(self, run_id, status):
        self.until(lambda: run_id in self.runs and self.runs[run_id]["status"] == status)

    def until_ended(self, run_id, status="completed"):
        """Until the run has this status and all its rows have come: a subscription after the end gets them after the
        status."""
        self.until_status(run_id, status)
        run = self.runs[run_id]
        self.until(lambda: self.count(run_id) == run["iteration"])


@pytest.fixture
def tab(lab):
    tab = Tab(lab)
    yield tab
    tab.socket.close()


def test_a_viewer_from_the_start_gets_exactly_what_is_stored(lab, tab):
    run = lab.launch(training={"iterations": 2000, "batch_size": 16, "evaluate_every": 50})
    tab.subscribe(run["id"])

    tab.until_ended(run["id"])

    for stream, rows in (("train", 2000), ("evaluation", 40)):
        _, stored = lab.stored_rows(run["id"], stream)
        tab.until(lambda stream=stream, rows=rows: tab.count(run["id"], stream) == rows)
        np.testing.assert_array_equal(tab.curve(run["id"], stream), stored)


def test_a_viewer_that_comes_after_the_end_gets_the_same(lab, tab):
    run = lab.launch()
    lab.wait_for(run["id"], "completed")

    tab.subscribe(run["id"])
    tab.until(lambda: tab.count(run["id"]) == 200 and tab.count(run["id"], "evaluation") == 10)

    np.testing.assert_array_equal(tab.curve(run["id"]), lab.stored_rows(run["id"])[1])


def test_a_viewer_that_reconnects_with_its_rows_gets_each_row_once(lab):
    run = lab.launch(**ENDLESS)
    tab = Tab(lab)
    tab.subscribe(run["id"])
    for target in (50, 500, 2000):
        tab.until(lambda target=target: tab.count(run["id"]) >= target)
        tab.socket.close()  # in the middle of whatever was on its way
        tab.socket = lab.socket()
        have = {stream: tab.count(run["id"], stream) for stream in ("train", "evaluation")}
        tab.subscribe(run["id"], have)

    lab.post(f"/api/runs/{run['id']}/cancel")
    tab.until_ended(run["id"], "cancelled")

    np.testing.assert_array_equal(tab.curve(run["id"]), lab.stored_rows(run["id"])[1])
    tab.socket.close()


def test_an_overview_holds_the_extremes_of_the_stored_rows(lab):
    """12,000 rows of a run that the server has never had in memory."""
    run = lab.launch(
        network={"preset": "mlp", "hidden": [2]},
        training={"iterations": 12_000, "batch_size": 2, "evaluate_every": 12_000},
    )
    lab.wait_for(run["id"], "completed")
    document = lab.http.get(f"/api/exports/json?runs={run['id']}").json()
    copy = lab.post("/api/imports", **document).json()["runs"][0]["id"]
    tab = Tab(lab)
    tab.socket.send(json.dumps({"subscribe": {copy: 0}, "overview": 100}))

    while True:
        message = tab.socket.recv(timeout=TIMEOUT)
        if isinstance(message, bytes):
            break
    header, values = frames.decode(message)

    assert (header["overview"], header["rows"]) == (12_000, 200)
    bins = lab.stored_rows(copy)[1].T.reshape(len(values), 100, 120)
    np.testing.assert_array_equal(
        np.sort(values.reshape(len(values), 100, 2)), np.stack([bins.min(2), bins.max(2)], 2)
    )
    tab.until(lambda: tab.count(copy) == 12_000)
    tab.socket.close()


def test_many_viewers_all_get_everything(lab):
    run = lab.launch(training={"iterations": 3000, "batch_size": 16, "evaluate_every": 100})
    tabs = [Tab(lab) for _ in range(20)]
    for tab in tabs:
        tab.subscribe(run["id"])

    for tab in tabs:
        tab.until_ended(run["id"])

    _, stored = lab.stored_rows(run["id"])
    for tab in tabs:
        np.testing.assert_array_equal(tab.curve(run["id"]), stored)
        tab.socket.close()


def test_a_viewer_that_stops_reading_delays_no_other(lab):
    run = lab.launch(**ENDLESS)
    asleep = [Tab(lab) for _ in range(3)]
    awake = Tab(lab)
    for tab in (*asleep, awake):
        tab.subscribe(run["id"])

    awake.until(lambda: awake.count(run["id"]) >= 5000)
    lab.post(f"/api/runs/{run['id']}/cancel")
    awake.until_ended(run["id"], "cancelled")

    for tab in asleep:  # they start to read again and have missed nothing
        tab.until_ended(run["id"], "cancelled")
        np.testing.assert_array_equal(tab.curve(run["id"]), awake.curve(run["id"]))
        tab.socket.close()
    awake.socket.close()


def test_connections_that_are_reset_do_not_affect_other_viewers(lab, tab):
    run = lab.launch(**ENDLESS)
    tab.subscribe(run["id"])
    for _ in range(20):
        going = Tab(lab)
        going.subscribe(run["id"])
        going.until(lambda going=going: going.count(run["id"]) > 0)
        linger = struct.pack("ii", 1, 0)  # closing sends a reset
        going.socket.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        going.socket.socket.close()
        tab.receive()

    lab.post(f"/api/runs/{run['id']}/cancel")
    tab.until_ended(run["id"], "cancelled")

    _, stored = lab.stored_rows(run["id"])
    np.testing.assert_array_equal(tab.curve(run["id"]), stored)
    assert "Traceback" not in lab.read_log()


def test_an_unsubscribed_run_sends_no_rows(lab, tab):
    run = lab.launch(**ENDLESS)
    tab.subscribe(run["id"])
    tab.until(lambda: tab.count(run["id"]) >= 10)
    tab.socket.send(json.dumps({"unsubscribe": [run["id"]]}))
    # What was under way may still come; a message of our own marks the end of it.
    tab.socket.send("{}")
    tab.until(lambda: tab.texts[-1]["type"] == "error")
    before = tab.count(run["id"])

    lab.post(f"/api/runs/{run['id']}/cancel")
    tab.until_status(run["id"], "cancelled")

    assert tab.count(run["id"]) == before


def test_the_lab_says_how_busy_it_is(lab, tab):
    tab.until(lambda: any(text["type"] == "lab" for text in tab.texts))
    view = next(text for text in tab.texts if text["type"] == "lab")
    assert view["workers"] == 2
    assert tab.hello["type"] == "hello"
    assert tab.hello["now"] > 1.7e9, "a page compares the lab's clock with its own"


BAD_MESSAGES = [
    "",
    "{",
    "null",
    "[]",
    "3",
    "{}",
    '{"nonsense": 1}',
    '{"subscribe": []}',
    '{"subscribe": {"a": -1}}',
    '{"subscribe": {"a": 1.5}}',
    '{"subscribe": {"a": true}}',
    '{"subscribe": {"a": {"nonsense": 0}}}',
    '{"subscribe": {"a": {"train": 1e99}}}',
    '{"subscribe": {"a": 99999999999999999999}}',
    '{"subscribe": {"a": 0}, "overview": -1}',
    '{"subscribe": {"a": 0}, "overview": 9000}',
    '{"unsubscribe": "a"}',
    '{"unsubscribe": [1]}',
    "[" * 100_000,
    b"binary",
    struct.pack("<I", 2**31),
]


@pytest.mark.parametrize("message", BAD_MESSAGES, ids=lambda message: repr(message)[:40])
def test_a_malformed_message_gets_an_error_frame_and_the_socket_stays(lab, tab, message):
    tab.socket.send(message)
    tab.until(lambda: tab.texts[-1]["type"] == "error")

    assert tab.texts[-1]["error"]["code"] == "bad_message"
    assert tab.texts[-1]["error"]["message"]
    run = lab.launch()
    tab.subscribe(run["id"])
    tab.until_ended(run["id"])
    assert tab.count(run["id"]) == 200


def test_a_subscription_to_a_missing_run_is_not_an_error(lab, tab):
    tab.subscribe("nonsense")
    run = lab.launch()
    tab.subscribe(run["id"])
    tab.until_ended(run["id"])
    assert tab.count(run["id"]) == 200


def test_a_client_that_sends_only_invalid_messages_is_disconnected(lab, tab):
    def talk():
        for _ in range(1000):
            tab.socket.send("nonsense")
            tab.receive()

    with pytest.raises(ConnectionClosed):
        talk()
    assert lab.http.get("/health").status_code == 200


def test_a_page_of_another_site_cannot_open_the_stream(lab):
    with pytest.raises(InvalidStatus):
        lab.socket(origin="http://elsewhere.example")
    lab.socket(origin=lab.url).close()


def listed(lab, compression):
    """The list of runs that a new socket gets: id → run. One that is published again may have another revision."""
    with connect(lab.url.replace("http", "ws") + "/ws", compression=compression, max_size=None) as socket:
        offered = socket.response.headers.get("Sec-WebSocket-Extensions", "")
        assert offered.startswith("permessage-deflate") == (compression == "deflate")
        assert json.loads(socket.recv())["type"] == "hello"
        while (message := json.loads(socket.recv()))["type"] != "runs":
            pass
        assert len(json.dumps(message)) > LONG_BYTES
        return {run["id"]: {**run, "revision": None} for run in message["runs"]}


def test_the_list_of_runs_is_the_same_compressed_and_plain(lab, tab):
    experiments = [QUICK | {"name": f"one of many {n}"} for n in range(60)]
    runs = lab.post("/api/experiments", experiments=experiments).json()["runs"]
    for run in runs:
        tab.until_status(run["id"], "completed")
    # earlier runs of the same experiment are published after these: more runs show their training now
    wait_until(lambda: listed(lab, "deflate") == listed(lab, None), "the same list")
    polled = lab.http.post("/api/stream", json={})
    assert polled.headers["Content-Encoding"] == "gzip"
    assert runs[0]["id"].encode() in polled.content
