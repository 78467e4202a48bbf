import asyncio
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from app.live import frames, row_logs, states
from app.live.hub import Hub
from app.live.row_logs import RowLogs
from app.live.states import START, States
from app.rows import Rows
from tests.support import event_loop

COLUMNS = ("iteration", "loss")


def rows(first: int, count: int) -> np.ndarray:
    iterations = np.arange(first, first + count, dtype=np.float32)
    return np.stack([iterations, iterations / 2])


class Lab:
    """A hub, and a stand-in for the store that keeps all rows."""

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

    def publish_run(self, view):
        """The hub passes a run's state on as it is, and reads its id only."""
        self.hub.publish_run(view)

    def viewer(self, **cursors):
        viewer = self.hub.join()
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
    drain(first)
    drain(second)
    lab.append(3)

    (mine,) = event_loop.run(first.next_messages())
    (yours,) = event_loop.run(second.next_messages())

    assert mine is yours


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
    for number in range(1000):
        logs.append("r", "train", Rows(COLUMNS, 10 * number, rows(10 * number, 10), []))

    log = logs.log("r", "train")
    assert log is not None
    assert log.first > 0
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
    lab.publish_run({"id": "r", "status": "running"})
    drain(viewer)
    lab.append(5)
    lab.publish_run({"id": "r", "status": "completed"})

    messages = event_loop.run(viewer.next_messages())

    assert [type(message) for message in messages] == [bytes, str]


def test_a_new_viewer_hears_of_all_runs_and_then_only_of_changes(lab):
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
        self.viewer = lab.hub.join(self.write)

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
        st.sampled_from(["rows", "other rows", "state", "idle", "slow", "fast", "subscribe anew"]),
        max_size=40,
    )
)
def test_rows_come_once_and_before_later_states_from_the_hub_or_the_viewers_task(events):
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
                    lab.publish_run({"id": "r", "rows": appended})
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


def listed(place, log):
    """The parts of the list of runs from a place on."""
    while place is not None:
        text, place = log.part(place)
        yield json.loads(text)


def test_the_list_comes_in_parts_of_a_bounded_size_and_archived_runs_come_last():
    log = States()
    for number in range(2000):
        view = {"id": str(number), "archived": number % 20 != 0, "notes": 400 * "x"}
        log.put_run(str(number), view)
    parts = list(listed(START, log))

    assert [run["archived"] for run in parts[0]["runs"]] == 100 * [False]
    assert all(run["archived"] for part in parts[1:] for run in part["runs"])
    assert sorted(int(run["id"]) for part in parts for run in part["runs"]) == list(range(2000))
    assert [part["more"] for part in parts] == [True] * (len(parts) - 1) + [False]
    assert max(len(json.dumps(part)) for part in parts) < 1.2 * states.PART_CHARACTERS


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
    long.publish_run({"id": "r", "status": "completed"})
    drain(viewer)
    viewer.subscribe("r", {}, overview=100)

    first, *others = headers(viewer)

    assert (first["overview"], first["rows"]) == (20_000, 200)
    assert not any("overview" in header for header in others)
    assert sum(header["rows"] for header in others) == 20_000


@pytest.mark.parametrize(("cursor", "bins"), [(0, 0), (1, 100)])
def test_a_viewer_with_rows_or_without_the_wish_gets_no_overview(long, cursor, bins):
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
    long.publish_run({"id": "r", "status": "completed"})
    drain(viewer)
    viewer.subscribe("r", {}, overview=100)
    long.hub.publish_deleted("r")
    del long.stored["r", "train"]

    assert headers(viewer) == []


def test_a_new_subscription_with_rows_cancels_an_overview_that_is_due(long):
    viewer = long.viewer()
    viewer.subscribe("r", {}, overview=100)
    viewer.subscribe("r", {"train": 19_000}, overview=100)

    assert [(header["first"], "overview" in header) for header in headers(viewer)] == [(19_000, False)]


class Page:
    """The runs that a page knows from messages alone; see `inbox.js` and `store.js` in static/js."""

    def __init__(self):
        self.seen: dict[str, int] = {}
        self.listed: set[str] | None = None
        self.complete = False

    def begin_list(self):
        self.listed = set()

    def take(self, text):
        self.seen |= {run["id"]: run["change"] for run in text["runs"]}
        for run_id in text["deleted"]:
            self.seen.pop(run_id, None)
        if self.listed is None:
            assert "more" not in text
            return
        self.listed |= {run["id"] for run in text["runs"]}
        if text.get("more") is False:
            for run_id in self.seen.keys() - self.listed:
                del self.seen[run_id]
            self.listed = None
            self.complete = True


class Truth:
    """The real runs of a lab, which random events change."""

    def __init__(self, lab):
        self.lab = lab
        self.runs: dict[str, int] = {}
        self.archived: set[str] = set()

    def happen(self, number, event):
        run_id = next(iter(self.runs), None)
        match event:
            case "launch" | "import archived":
                run_id = f"run {number}"
                if event == "import archived":
                    self.archived.add(run_id)
            case "rows" if run_id:
                self.lab.append(7, run_id)
                return
            case "archive or not" if run_id:
                self.archived ^= {run_id}
            case "change" if run_id:
                run_id = list(self.runs)[number % len(self.runs)]
            case "delete" if run_id:
                del self.runs[run_id]
                self.archived.discard(run_id)
                self.lab.hub.publish_deleted(run_id)
                return
            case _:
                return
        self.runs[run_id] = number
        view = {"id": run_id, "change": number, "archived": run_id in self.archived}
        self.lab.publish_run(view)


HAPPENINGS = ["launch", "import archived", "rows", "change", "archive or not", "delete"]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(HAPPENINGS), max_size=30), st.lists(st.sampled_from([*HAPPENINGS, "look"])))
def test_a_viewer_that_has_the_list_and_all_changes_knows_every_run(before, events):
    """This holds also for a page that knows runs of an earlier connection, some of them deleted since."""
    lab = Lab()
    truth = Truth(lab)
    for number, event in enumerate(before):
        truth.happen(number, event)
    viewer = lab.viewer()
    page = Page()
    page.seen = {"run of before": -1, **dict.fromkeys(list(truth.runs)[::2], -1)}
    page.begin_list()

    async def look():
        messages = await viewer.next_messages()
        for message in messages:
            if isinstance(message, str):
                page.take(json.loads(message))
                assert page.seen.keys() >= truth.runs.keys() & known, "a run is gone that will come again"
        return messages

    async def play():
        for number, event in enumerate(events, len(before)):
            if event != "look":
                truth.happen(number, event)
                continue
            was_complete = page.complete
            await look()
            if page.complete and not was_complete:
                assert page.seen == truth.runs, "a complete list has every run"
        for _ in range(1000):
            if not await look():
                return
        pytest.fail("there is always something new")

    known = set(page.seen)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(states, "PART_CHARACTERS", 100)
        event_loop.run(play())

    assert page.complete
    assert page.seen == truth.runs


@settings(max_examples=300)
@given(st.lists(st.sampled_from([*HAPPENINGS, "ask", "lose an answer"]), max_size=60))
def test_a_page_that_polls_knows_all_runs_in_the_end_whatever_happens_between_requests(events):
    """Each request makes a new viewer that continues where the page is (`app.routes.poll`); two deletions are kept."""
    lab = Lab()
    lab.hub.publish("lab", {"type": "lab"})
    truth = Truth(lab)
    page = Page()
    have: dict[str, int] = {}
    state, place = 0, None

    async def ask(*, lost=False):
        nonlocal state, place
        whole = not state or not lab.hub.remembers(state)
        viewer = lab.hub.glance(0, START) if whole else lab.hub.glance(state, place)
        for run_id in page.seen:
            viewer.subscribe(run_id, {"train": have.get(run_id, 0)})
        messages = await viewer.next_messages()
        received = [frames.decode(message) for message in messages if isinstance(message, bytes)]
        texts = [json.loads(message) for message in messages if isinstance(message, str)]
        texts = [text for text in texts if text["type"] == "runs"]
        if lost:
            return True
        for header, _ in received:
            assert header["first"] == have.get(header["run"], 0), "a gap or an overlap"
            have[header["run"]] = header["first"] + header["rows"]
        if whole:
            page.begin_list()
        for text in texts:
            page.take(text)
        state, place = viewer.version, viewer.place
        return messages

    async def play():
        for number, event in enumerate(events):
            if event in HAPPENINGS:
                truth.happen(number, event)
            else:
                await ask(lost=event != "ask")
        for _ in range(1000):
            if not await ask():
                return
        pytest.fail("there is always something new")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(states, "DELETED_RUNS", 2)
        patch.setattr(states, "PART_CHARACTERS", 100)
        patch.setattr("app.live.viewer.ROUND_BYTES", 200)
        event_loop.run(play())

    assert page.seen == truth.runs
    assert {run_id: have.get(run_id, 0) for run_id in truth.runs} == {
        run_id: lab.hub.total(run_id, "train") for run_id in truth.runs
    }
