import asyncio
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from app.live import frames, hub
from app.live.hub import Hub
from app.live.viewer import Viewer
from app.rows import Rows
from tests import event_loop

COLUMNS = ("iteration", "loss")


def rows(first: int, count: int) -> np.ndarray:
    iterations = np.arange(first, first + count, dtype=np.float32)
    return np.stack([iterations, iterations / 2])


class Lab:
    """A hub over rows that are kept whole, as the store keeps them."""

    def __init__(self):
        self.stored: dict[tuple[str, str], np.ndarray] = {}
        self.reads = 0
        self.hub = Hub(self)

    async def rows(self, run_id, stream, first, until, size):
        self.reads += 1
        await asyncio.sleep(0)
        values = self.stored.get((run_id, stream))
        return None if values is None else Rows(COLUMNS, first, values[:, first:until][:, : size // 8], [])

    async def overview(self, run_id, stream, until, bins):
        values = self.stored.get((run_id, stream))
        return None if values is None else Rows(COLUMNS, 0, values[:, : 2 * bins], [])

    def append(self, count, run_id="r", stream="train"):
        before = self.stored.get((run_id, stream), np.empty((2, 0), np.float32))
        new = rows(before.shape[1], count)
        self.stored[run_id, stream] = np.concatenate([before, new], axis=1)
        end = before.shape[1] + count
        self.hub.append(run_id, stream, Rows(COLUMNS, before.shape[1], new, [(end, end / 10, end / 20)]))

    def viewer(self, **cursors):
        viewer = Viewer(self.hub)
        self.hub.viewers.add(viewer)
        if cursors:
            viewer.subscribe("r", cursors)
        return viewer


@pytest.fixture
def lab():
    return Lab()


def drain(viewer):
    """Everything that is due, as (rows of the train stream in order, texts)."""

    async def drain():
        received, texts = [], []
        while messages := await viewer.next_messages():
            for message in messages:
                if isinstance(message, bytes):
                    received.append(frames.decode(message))
                else:
                    texts.append(json.loads(message))
        return received, texts

    return event_loop.run(drain())


def joined(received, stream="train"):
    at = None
    parts = []
    for header, values in received:
        if header["stream"] == stream:
            assert at is None or header["first"] == at, "a gap or an overlap"
            at = header["first"] + header["rows"]
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


def test_viewers_at_the_end_share_one_encoded_frame(lab):
    first, second = lab.viewer(train=0), lab.viewer(train=0)
    lab.append(3)

    (mine,) = event_loop.run(first.next_messages())
    (yours,) = event_loop.run(second.next_messages())

    assert mine is yours


def test_rows_that_left_memory_come_from_the_history_without_a_seam(lab, monkeypatch):
    monkeypatch.setattr(hub, "MEMORY_BYTES", 4096)
    for _ in range(100):
        lab.append(50)
    assert lab.hub.log("r", "train").first > 0
    viewer = lab.viewer(train=0)

    received, _ = drain(viewer)

    np.testing.assert_array_equal(joined(received), rows(0, 5000))
    assert lab.reads >= 1


def test_a_streams_memory_is_bounded(lab, monkeypatch):
    monkeypatch.setattr(hub, "MEMORY_BYTES", 4096)
    for _ in range(1000):
        lab.append(10)

    log = lab.hub.log("r", "train")
    assert sum(len(chunk.frame) for chunk in log.chunks) <= 4096


def test_a_catch_up_frame_is_bounded(lab, monkeypatch):
    monkeypatch.setattr("app.live.viewer.CATCH_UP_BYTES", 1024)
    for _ in range(100):
        lab.append(10)

    received, _ = drain(lab.viewer(train=0))

    assert max(values.nbytes for _, values in received) <= 1024
    np.testing.assert_array_equal(joined(received), rows(0, 1000))


def test_rows_come_before_the_state_that_follows_them(lab):
    viewer = lab.viewer(train=0)
    lab.hub.publish_run({"id": "r", "status": "running"})
    drain(viewer)
    lab.append(5)
    lab.hub.publish_run({"id": "r", "status": "completed"})

    messages = event_loop.run(viewer.next_messages())

    assert [type(message) for message in messages] == [bytes, str]


def test_a_new_viewer_hears_of_all_runs_and_then_only_of_changes(lab):
    for number in range(3):
        lab.hub.publish_run({"id": str(number), "status": "queued"})
    viewer = lab.viewer()
    _, (everything,) = drain(viewer)
    assert [run["id"] for run in everything["runs"]] == ["0", "1", "2"]

    lab.hub.publish_run({"id": "1", "status": "running"})

    _, (change,) = drain(viewer)
    assert change == {"type": "runs", "runs": [{"id": "1", "status": "running"}], "deleted": []}


def test_many_changes_while_nobody_looks_come_as_the_newest_state(lab):
    viewer = lab.viewer()
    for iteration in range(1000):
        lab.hub.publish_run({"id": "r", "iteration": iteration})

    _, texts = drain(viewer)

    assert texts == [{"type": "runs", "runs": [{"id": "r", "iteration": 999}], "deleted": []}]


def test_a_deleted_run_is_announced_and_its_rows_stop(lab):
    viewer = lab.viewer(train=0)
    lab.hub.publish_run({"id": "r", "status": "running"})
    lab.append(5)
    drain(viewer)

    lab.hub.publish_deleted("r")
    received, (text,) = drain(viewer)

    assert received == []
    assert text["deleted"] == ["r"]
    assert viewer.subscriptions == 0


class Socket:
    """What a viewer is sent, by its own task or by the hub; `slow` ones take nothing from the hub."""

    def __init__(self, lab):
        self.slow = False
        self.received, self.texts, self.shared = [], [], 0
        self.viewer = Viewer(lab.hub, self.write)
        lab.hub.viewers.add(self.viewer)

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
        else:
            self.texts.append(text := json.loads(frame.data))
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


def test_the_hub_writes_to_a_viewer_that_waits_for_nothing_but_the_newest_rows(lab):
    async def watch():
        socket = Socket(lab)
        socket.viewer.subscribe("r", {"train": 0})
        sender = asyncio.create_task(socket.send())
        for number in range(10):
            await idle()
            lab.append(3)
            lab.hub.publish_run({"id": "r", "iteration": number})
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
        st.sampled_from(["rows", "other rows", "state", "idle", "slow", "fast", "subscribe anew"]),
        max_size=40,
    )
)
def test_rows_come_once_and_before_later_states_whoever_writes_them(events):
    lab = Lab()

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
                    lab.hub.publish_run({"id": "r", "rows": appended})
                case "slow" | "fast":
                    socket.slow = event == "slow"
                case "subscribe anew":
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


def test_tombstones_are_bounded(lab, monkeypatch):
    monkeypatch.setattr(hub, "DELETED_RUNS", 10)
    for number in range(100):
        lab.hub.publish_run({"id": str(number)})
        lab.hub.publish_deleted(str(number))

    assert len(lab.hub._states) <= 10


def test_what_is_encoded_for_pages_that_ask_from_everywhere_is_bounded(lab):
    for number in range(1000):
        lab.hub.publish_run({"id": str(number)})
    for state in range(1000):
        assert lab.hub.state_messages(state)
    assert len(lab.hub._messages) <= hub.SHARED_STATES


def test_only_viewers_of_a_run_are_woken_by_its_rows(lab):
    shown, other = lab.viewer(train=0), lab.viewer()
    shown.news.clear()
    other.news.clear()

    lab.append(1)

    assert shown.news.is_set()
    assert not other.news.is_set()


@pytest.fixture
def long(lab):
    """A lab in which a run's first rows have left the memory."""
    lab.stored["r", "train"] = rows(0, 20_000)
    lab.hub.set_total("r", "train", 20_000)
    return lab


def headers(viewer) -> list[dict]:
    async def drain():
        found = []
        while messages := await viewer.next_messages():
            found += [frames.decode(message)[0] for message in messages if isinstance(message, bytes)]
        return found

    return event_loop.run(drain())


def test_a_long_stream_begins_with_its_overview_and_then_has_every_row(long):
    viewer = long.viewer()
    long.hub.publish_run({"id": "r", "status": "completed"})
    drain(viewer)
    viewer.subscribe("r", {}, overview=100)

    first, *others = headers(viewer)

    assert (first["overview"], first["rows"]) == (20_000, 200)
    assert not any("overview" in header for header in others)
    assert sum(header["rows"] for header in others) == 20_000


@pytest.mark.parametrize(("cursor", "bins"), [(0, 0), (1, 100)])
def test_who_has_rows_or_does_not_ask_gets_no_overview(long, cursor, bins):
    viewer = long.viewer()
    viewer.subscribe("r", {"train": cursor}, overview=bins)

    assert not any("overview" in header for header in headers(viewer))


def test_a_stream_in_memory_has_no_overview(lab):
    lab.append(20_000)
    viewer = lab.viewer()
    viewer.subscribe("r", {}, overview=100)

    assert not any("overview" in header for header in headers(viewer))


def test_a_run_that_is_deleted_has_no_overview_any_more(long):
    viewer = long.viewer()
    long.hub.publish_run({"id": "r", "status": "completed"})
    drain(viewer)
    viewer.subscribe("r", {}, overview=100)
    long.hub.publish_deleted("r")
    del long.stored["r", "train"]

    assert headers(viewer) == []


def test_who_subscribes_anew_with_rows_has_no_overview_of_before_due(long):
    viewer = long.viewer()
    viewer.subscribe("r", {}, overview=100)
    viewer.subscribe("r", {"train": 19_000}, overview=100)

    assert [(header["first"], "overview" in header) for header in headers(viewer)] == [(19_000, False)]


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from(["launch", "rows", "change", "delete", "ask", "lose an answer"]), max_size=60)
)
def test_a_page_that_only_asks_ends_with_the_truth_whatever_happened_in_between(events):
    """Each question is a viewer of its own, from what the page has (`app.routes.poll`); two deletions are kept."""
    lab = Lab()
    truth: dict[str, int] = {}
    seen: dict[str, int] = {}
    have: dict[str, int] = {}
    state = 0

    def ask(*, lost=False):
        nonlocal state, seen
        whole = not state or not lab.hub.remembers(state)
        viewer = Viewer(lab.hub, version=0 if whole else state)
        for run_id in seen:
            viewer.subscribe(run_id, {"train": have.get(run_id, 0)})
        received, texts = drain(viewer)
        if lost:
            return
        for header, _ in received:
            assert header["first"] == have.get(header["run"], 0), "a gap or an overlap"
            have[header["run"]] = header["first"] + header["rows"]
        if whole:
            seen = {}
        for text in texts:
            seen |= {run["id"]: run["change"] for run in text["runs"]}
            for run_id in text["deleted"]:
                seen.pop(run_id, None)
        state = viewer.version

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub, "DELETED_RUNS", 2)
        patch.setattr("app.live.viewer.ROUND_BYTES", 200)
        for number, event in enumerate(events):
            run_id = next(iter(truth), None)
            match event:
                case "launch":
                    truth[f"run {number}"] = number
                case "rows" if run_id:
                    lab.append(7, run_id)
                case "change" if run_id:
                    truth[run_id] = number
                case "delete" if run_id:
                    del truth[run_id]
                    lab.hub.publish_deleted(run_id)
                case "ask" | "lose an answer":
                    ask(lost=event != "ask")
            if event in ("launch", "change") and truth:
                changed = f"run {number}" if event == "launch" else run_id
                lab.hub.publish_run({"id": changed, "change": truth[changed]})
        ask()
        ask()

    assert seen == truth
    assert {run_id: have.get(run_id, 0) for run_id in truth} == {
        run_id: lab.hub.total(run_id, "train") for run_id in truth
    }
