"""Who gets which states: a class of a teacher, a projector and two students, with runs that are shared or not."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.live.hub import Hub
from app.live.lanes import SCREENS, TEACHER, RunState
from app.live.states import START
from app.people.person import Person, Role
from tests.support import event_loop

PEOPLE = {
    "teacher": Person("t", None, "", Role.TEACHER),
    "projector": Person("p", None, "", Role.PROJECTOR),
    "ada": Person("ada", 1, "Ada", Role.STUDENT),
    "bob": Person("bob", 2, "Bob", Role.STUDENT),
}


def state(view: Any, owner: str | None = None, *, is_open: bool = False) -> RunState:
    """The hub reads nothing of a run but its id, and whether it is archived."""
    return RunState(view, owner=owner, open=is_open)


OWNERS = ("ada", "bob", None)


class Screen:
    """What one person's page knows; see `inbox.js` and `store.js` in static/js."""

    def __init__(self, hub, person):
        self.viewer = hub.join(person)
        self.runs: dict[str, int] = {}
        self.listed: set[str] | None = set()
        self.others: dict[str, int] = {}
        self.lost: list[str] = []

    async def look(self):
        while messages := await self.viewer.next_messages():
            for message in messages:
                self.take(json.loads(message))

    def take(self, message):
        if message["type"] != "runs":
            self.others[message["type"]] = message["change"]
            return
        for run in message["runs"]:
            self.runs[run["id"]] = max(run["change"], self.runs.get(run["id"], -1))
        for run_id in message["deleted"]:
            self.lost.append(run_id)
            self.runs.pop(run_id, None)
        if self.listed is not None:
            self.listed |= {run["id"] for run in message["runs"]}
            if message.get("more") is False:
                self.runs = {run_id: self.runs[run_id] for run_id in self.runs.keys() & self.listed}
                self.listed = None


def may_see(person, owner, is_open):
    return person.is_teacher or is_open or person.id == owner


EVENTS = st.tuples(
    st.sampled_from(["put", "put", "delete", "look", "poll"]),
    st.integers(0, 4),
    st.booleans(),
    st.sampled_from(list(PEOPLE)),
)


@settings(max_examples=300)
@given(st.lists(EVENTS, max_size=40))
def test_each_person_has_exactly_the_runs_that_they_may_see_whatever_happens_meanwhile(events):
    async def play():
        hub = Hub(history=None, in_class=True)
        truth: dict[str, tuple[str | None, bool, int]] = {}
        screens = {name: Screen(hub, person) for name, person in PEOPLE.items()}
        for number, (event, which, is_open, name) in enumerate(events):
            run_id, owner = f"run {which}", OWNERS[which % 3]
            match event:
                case "put":
                    truth[run_id] = owner, is_open, number
                    view = {"id": run_id, "change": number, "archived": which == 4}
                    hub.publish_runs([state(view, owner, is_open=is_open)])
                    for person in PEOPLE.values():
                        viewer = hub.glance(0, START, person)
                        viewer.subscribe(run_id, {})
                        assert viewer.shows(run_id) == may_see(person, owner, is_open)
                case "delete" if run_id in truth:
                    del truth[run_id]
                    hub.publish_deleted(run_id)
                case "look":
                    await screens[name].look()
                case "poll":
                    screens[name].viewer = hub.glance(
                        screens[name].viewer.version, screens[name].viewer.place, PEOPLE[name]
                    )
        for name, screen in screens.items():
            await screen.look()
            wanted = {
                run_id: change
                for run_id, (owner, is_open, change) in truth.items()
                if may_see(PEOPLE[name], owner, is_open)
            }
            assert screen.runs == wanted, name
            assert screen.listed is None

    event_loop.run(play())


def test_a_run_that_is_no_longer_shared_is_gone_for_the_others_and_never_for_its_owner():
    async def play():
        hub = Hub(history=None, in_class=True)
        screens = {name: Screen(hub, person) for name, person in PEOPLE.items()}
        for number, is_open in enumerate([False, True, False]):
            view = {"id": "r", "change": number}
            hub.publish_runs([state(view, "ada", is_open=is_open)])
            for screen in screens.values():
                await screen.look()
                screen.viewer.subscribe("r", {"train": 0})
        return screens

    screens = event_loop.run(play())

    assert {name: screen.lost for name, screen in screens.items()} == {
        "teacher": [],
        "projector": ["r"],
        "ada": [],
        "bob": ["r"],
    }
    assert {name: screen.viewer.shows("r") for name, screen in screens.items()} == {
        "teacher": True,
        "projector": False,
        "ada": True,
        "bob": False,
    }


def test_a_message_reaches_its_audience_only():
    async def play():
        hub = Hub(history=None, in_class=True)
        screens = {name: Screen(hub, person) for name, person in PEOPLE.items()}
        for audience in (None, TEACHER, SCREENS, "ada"):
            hub.publish(str(audience), {"type": str(audience), "change": 0}, audience)
        for screen in screens.values():
            await screen.look()
        return {name: set(screen.others) for name, screen in screens.items()}

    assert event_loop.run(play()) == {
        "teacher": {"None", "teacher", "screens", "ada"},
        "projector": {"None", "screens"},
        "ada": {"None", "ada"},
        "bob": {"None"},
    }


def test_what_a_person_may_not_see_wakes_no_one_and_is_encoded_for_no_one(monkeypatch):
    hub = Hub(history=None, in_class=True)
    bob, other, projector = (
        hub.join(person, lambda frame: True)
        for person in (PEOPLE["bob"], Person("eve", 3, "Eve", Role.STUDENT), PEOPLE["projector"])
    )
    encoded: list[Any] = []

    def dump(value):
        encoded.append(value)
        return "{}"

    monkeypatch.setattr("app.live.states._dump", dump)
    for viewer in (bob, other, projector):
        viewer.news.clear()

    for change in range(50):
        hub.publish_runs([state({"id": "r", "change": change}, "ada")])

    assert not any(viewer.news.is_set() for viewer in (bob, other, projector))
    assert encoded == []


def test_a_shared_run_is_encoded_once_for_all_students(monkeypatch):
    hub = Hub(history=None, in_class=True)
    viewers = [hub.join(Person(str(number), number, str(number), Role.STUDENT)) for number in range(1, 200)]

    async def look():
        return [await viewer.next_messages() for viewer in viewers]

    event_loop.run(look())
    encoded: list[Any] = []

    def dump(value):
        encoded.append(value)
        return "{}"

    monkeypatch.setattr("app.live.states._dump", dump)
    hub.publish_runs([state({"id": "r"}, "ada", is_open=True)])

    received = event_loop.run(look())

    assert len({id(messages[0]) for messages in received}) == 1
    assert encoded == [{"id": "r"}, []]  # the run, and the list of deleted ones
