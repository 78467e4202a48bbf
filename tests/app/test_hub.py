"""The hub and its viewers: which rows and messages each viewer gets."""

import asyncio
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from app.live import frames, row_logs, states, subscription
from app.live.row_logs import RowLogs
from app.live.states import States
from app.live.subscription import BadMessage
from app.rows import Rows
from tests.support import event_loop
from tests.support.hub import COLUMNS, HubLab, drain, rows


@pytest.fixture
def lab():
    return HubLab()


def joined(received, stream="train"):
    next_row = None
    parts = []
    for header, values in received:
        if header["stream"] == stream:
            assert next_row is None or header["first"] == next_row, "a gap or an overlap"
            next_row = header["first"] + header["rows"]
            parts.append(values)
    return np.concatenate(parts, axis=1) if parts else np.empty((2, 0))


def test_a_viewer_from_the_start_gets_every_row_once(lab):
    viewer = lab.viewer(train=0)
    for count in (1, 10, 100):
        lab.append(count)

    received, _ = drain(viewer)

    np.testing.assert_array_equal(joined(received), rows(0, 111))
    assert drain(viewer) == ([], [])


def test_a_viewer_that_has_rows_gets_only_the_others(lab):
    for _ in range(20):
        lab.append(7)
    viewer = lab.viewer(train=33)

    received, _ = drain(viewer)

    np.testing.assert_array_equal(joined(received), rows(33, 107))


def test_a_cursor_beyond_the_end_waits_for_its_row(lab):
    lab.append(10)
    viewer = lab.viewer(train=12)
    assert drain(viewer)[0] == []

    lab.append(5)

    np.testing.assert_array_equal(joined(drain(viewer)[0]), rows(12, 3))


def test_the_bound_of_subscriptions_counts_what_is_shown_after_a_message(lab, monkeypatch):
    monkeypatch.setattr(subscription, "MAX_SUBSCRIPTIONS", 3)
    viewer = lab.viewer()
    subscription.apply(viewer, {"subscribe": {"a": 0, "b": 0, "c": 0}})
    subscription.apply(viewer, {"subscribe": {"a": 5, "b": 0}})  # again
    subscription.apply(viewer, {"unsubscribe": ["a"], "subscribe": {"d": 0}})  # one for another
    with pytest.raises(BadMessage, match="at most 3 runs"):
        subscription.apply(viewer, {"unsubscribe": ["gone"], "subscribe": {"e": 0}})
    assert [run_id for run_id in "abcde" if viewer.shows(run_id)] == ["b", "c", "d"]


def test_viewers_at_the_end_share_one_encoded_frame(lab):
    first, second = lab.viewer(train=0), lab.viewer(train=0)
    drain(first)
    drain(second)
    lab.append(3)

    (mine,) = event_loop.run(first.next_messages())
    (yours,) = event_loop.run(second.next_messages())

    assert mine is yours


def test_rows_are_encoded_once_for_all_runs_of_a_training_and_each_viewer_gets_them_under_its_run(
    lab, monkeypatch
):
    encoded = []

    def encode(run_id, *rest, encode=frames.encode, **options):
        encoded.append(run_id)
        return encode(run_id, *rest, **options)

    monkeypatch.setattr(frames, "encode", encode)
    for run_id in ("first", "second", "third"):
        lab.hub.show(run_id, "training")
    viewers = {run_id: lab.viewer() for run_id in ("second", "third", "first")}
    for run_id, viewer in viewers.items():
        viewer.subscribe(run_id, {"train": 0})
    for number in range(5):
        lab.hub.append("training", "train", Rows(COLUMNS, 10 * number, rows(10 * number, 10), []))

    received = {run_id: drain(viewer)[0] for run_id, viewer in viewers.items()}
    lab.hub.publish_deleted("first")
    lab.hub.append("training", "train", Rows(COLUMNS, 50, rows(50, 10), []))
    rest = drain(viewers["third"])[0]

    assert encoded == ["first"] * 5 + ["second"]
    for run_id, mine in received.items():
        assert {header["run"] for header, _ in mine} == {run_id}
        np.testing.assert_array_equal(joined(mine), rows(0, 50))
    assert [header["run"] for header, _ in rest] == ["third"]
    np.testing.assert_array_equal(joined(rest), rows(50, 10))
    assert drain(viewers["first"])[0] == []


def test_rows_no_longer_in_memory_come_from_the_history_without_gap_or_overlap(lab, monkeypatch):
    monkeypatch.setattr(row_logs, "MEMORY_BYTES", 4096)
    for _ in range(100):
        lab.append(50)
    viewer = lab.viewer(train=0)

    received, _ = drain(viewer)

    np.testing.assert_array_equal(joined(received), rows(0, 5000))
    assert lab.reads >= 1


def test_a_streams_memory_is_bounded(lab, monkeypatch):
    monkeypatch.setattr(row_logs, "MEMORY_BYTES", 4096)
    logs = RowLogs(lab)
    logs.show("r", "r")
    for number in range(1000):
        logs.append("r", "train", Rows(COLUMNS, 10 * number, rows(10 * number, 10), []))

    log = logs.log("r", "train")
    assert log is not None
    assert log.first > 0
    assert sum(chunk.size for chunk in log.chunks) <= 4096


def test_a_catch_up_frame_is_bounded(lab, monkeypatch):
    monkeypatch.setattr("app.live.viewer.CATCH_UP_BYTES", 1024)
    for _ in range(100):
        lab.append(10)

    received, _ = drain(lab.viewer(train=0))

    assert max(values.nbytes for _, values in received) <= 1024
    np.testing.assert_array_equal(joined(received), rows(0, 1000))


def test_rows_come_before_the_state_that_follows_them(lab):
    viewer = lab.viewer(train=0)
    lab.publish_run({"id": "r", "status": "running"})
    drain(viewer)
    lab.append(5)
    lab.publish_run({"id": "r", "status": "completed"})

    messages = event_loop.run(viewer.next_messages())

    assert [type(message) for message in messages] == [bytes, str]


def test_a_new_viewer_gets_all_runs_and_then_only_changes(lab):
    for number in range(3):
        lab.publish_run({"id": str(number), "status": "queued"})
    viewer = lab.viewer()
    _, (everything,) = drain(viewer)
    assert [run["id"] for run in everything["runs"]] == ["0", "1", "2"]

    assert everything["more"] is False

    lab.publish_run({"id": "1", "status": "running"})

    _, (change,) = drain(viewer)
    assert change == {"type": "runs", "runs": [{"id": "1", "status": "running"}], "deleted": []}


def test_a_viewer_that_missed_many_changes_gets_only_the_newest_state(lab):
    viewer = lab.viewer()
    drain(viewer)
    for iteration in range(1000):
        lab.publish_run({"id": "r", "iteration": iteration})

    _, texts = drain(viewer)

    assert texts == [{"type": "runs", "runs": [{"id": "r", "iteration": 999}], "deleted": []}]


def test_a_deleted_run_is_announced_and_its_rows_stop(lab):
    viewer = lab.viewer(train=0)
    lab.publish_run({"id": "r", "status": "running"})
    lab.append(5)
    drain(viewer)

    lab.hub.publish_deleted("r")
    received, (text,) = drain(viewer)

    assert received == []
    assert text["deleted"] == ["r"]
    assert viewer.subscriptions == 0


class Socket:
    """Records what a viewer gets, from its own task or directly from the hub. If `slow`, it refuses the hub's
    frames."""

    def __init__(self, lab):
        self.slow = False
        self.received, self.texts, self.shared = [], [], 0
        self.viewer = lab.hub.join(write=self.write)

    def write(self, frame):
        if self.slow:
            return False
        self.shared += 1
        parser = StreamReader()
        parser.feed_data(frame)
        while parser.buffer:
            parsing = Frame.parse(parser.read_exact, mask=False)
            with pytest.raises(StopIteration) as parsed:
                next(parsing)
            self.take(parsed.value.value)
        return True

    def take(self, frame):
        if frame.opcode is Opcode.BINARY:
            self.received.append(frames.decode(frame.data))
        elif (text := json.loads(frame.data))["runs"]:  # the list is empty at first
            self.texts.append(text)
            assert text["runs"][0].get("rows", 0) <= sum(header["rows"] for header, _ in self.received)

    async def send(self):
        """As `app.routes.stream` does."""
        while True:
            self.viewer.news.clear()
            messages = await self.viewer.next_messages()
            for message in messages:
                binary = isinstance(message, bytes)
                self.take(Frame(Opcode.BINARY, message) if binary else Frame(Opcode.TEXT, message.encode()))
            if not messages:
                await self.viewer.wait()


async def idle():
    for _ in range(20):
        await asyncio.sleep(0)


def test_the_hub_writes_directly_to_a_viewer_that_lacks_only_the_newest_rows(lab):
    async def watch():
        socket = Socket(lab)
        socket.viewer.subscribe("r", {"train": 0})
        sender = asyncio.create_task(socket.send())
        for number in range(10):
            await idle()
            lab.append(3)
            lab.publish_run({"id": "r", "iteration": number})
        at_once = len(socket.texts)
        sender.cancel()
        return socket, at_once

    socket, at_once = event_loop.run(watch())

    np.testing.assert_array_equal(joined(socket.received), rows(0, 30))
    assert [text["runs"][0]["iteration"] for text in socket.texts] == list(range(10))
    assert at_once == 10
    assert socket.shared == 20, "each was written by the hub"


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(["rows", "other rows", "state", "idle", "slow", "fast", "subscribe again"]),
        max_size=40,
    )
)
def test_rows_come_once_and_before_later_states_from_the_hub_or_the_viewers_task(events):
    lab = HubLab()

    async def watch():
        socket = Socket(lab)
        socket.viewer.subscribe("r", {"train": 0})
        sender = asyncio.create_task(socket.send())
        appended = 0
        for event in [*events, "state", "idle"]:
            match event:
                case "rows":
                    lab.append(3)
                    appended += 3
                case "other rows":
                    lab.append(2, run_id="other")
                case "state":
                    lab.publish_run({"id": "r", "rows": appended})
                case "slow" | "fast":
                    socket.slow = event == "slow"
                case "subscribe again":
                    has = sum(header["rows"] for header, _ in socket.received)
                    socket.viewer.subscribe("r", {"train": has})
                case "idle":
                    await idle()
        sender.cancel()
        return socket, appended

    socket, appended = event_loop.run(watch())

    np.testing.assert_array_equal(joined(socket.received), rows(0, appended))
    assert {header["run"] for header, _ in socket.received} <= {"r"}
    assert socket.texts[-1]["runs"] == [{"id": "r", "rows": appended}]


def test_remembered_deletions_are_bounded(monkeypatch):
    monkeypatch.setattr(states, "DELETED_RUNS", 10)
    log = States()
    for number in range(100):
        log.put_run(str(number), {"id": str(number)})
        log.delete_run(str(number))

    (changes,) = log.changes(0)
    assert len(json.loads(changes)["deleted"]) == 10


def test_shared_encoded_messages_are_bounded(monkeypatch):
    monkeypatch.setattr(states, "SHARED_MESSAGES", 5)
    log = States()
    for number in range(100):
        log.put_run(str(number), {"id": str(number)})
    first, others = log.changes(0), [log.changes(version) for version in range(1, 5)]
    assert log.changes(0) is first
    assert len(others) == 4
    log.changes(5)
    assert log.changes(0) is not first, "it was dropped for newer messages"


def test_who_has_left_or_no_longer_shows_a_run_is_not_looked_at_when_its_rows_come(lab, monkeypatch):
    """A class of hundreds, each with a run of the same training, would look at each other twenty times a second."""
    viewers = [lab.viewer(train=0) for _ in range(3)]
    offered = []
    monkeypatch.setattr("app.live.viewer.Viewer.offer_rows", lambda viewer, *_: offered.append(viewer))
    viewers[0].unsubscribe("r")
    lab.hub.leave(viewers[1])
    lab.viewer().subscribe("other", {})

    lab.append(1)

    assert offered == viewers[2:]


def test_only_viewers_of_a_run_are_woken_by_its_rows(lab):
    shown, other = lab.viewer(train=0), lab.viewer()
    shown.news.clear()
    other.news.clear()

    lab.append(1)

    assert shown.news.is_set()
    assert not other.news.is_set()
