"""Known runs: a page that receives the list and the changes has every run, whatever happens meanwhile."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.live import frames, states
from app.live.states import START, States
from tests.support import event_loop
from tests.support.hub import HubLab


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


class Page:
    """The runs that a page has from messages alone; see `inbox.js` and `store.js` in static/js."""

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
def test_a_viewer_with_the_list_and_all_changes_has_every_run(before, events):
    """This is also true for a page that has runs from an earlier connection, some of them deleted since."""
    lab = HubLab()
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
def test_a_polling_page_ends_with_all_runs_whatever_happens_between_requests(events):
    """Each request makes a new viewer that continues where the page is (`app.routes.poll`); two deletions are kept."""
    lab = HubLab()
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
