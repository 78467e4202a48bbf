"""Who sees which run, and under which names: every role, owner, and way of showing."""

import json
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from app.exports import of_class
from app.live.lanes import Lanes
from app.live.states import START
from app.people.classroom import Classroom
from app.people.person import ANYONE, Person, Role
from app.people.sight import Sight
from engine import ExperimentConfig
from tests.support.experiments import QUICK
from tests.support.stored_runs import make_run

PEOPLE = {
    "t": Person("t", None, "", Role.TEACHER),
    "p": Person("p", None, "", Role.PROJECTOR),
    "a": Person("a", 1, "Ada", Role.STUDENT),
    "b": Person("b", 2, "Bob", Role.STUDENT),
}
CONFIG = ExperimentConfig.from_dict(QUICK).to_dict()


def sight_of(*runs, shown=(), numbers_only=True):
    views = SimpleNamespace(opens=lambda run: False)
    room = SimpleNamespace(find=PEOPLE.get, shown_runs=list(shown), numbers_only=numbers_only, views=views)
    return Sight(cast(Classroom, room), {run.id: run for run in runs}.get)


def run_of(owner, run_id="r", *, shared=False, **values: Any):
    run = make_run(run_id, CONFIG, name="its name")
    run.owner, run.shared = owner, shared
    for name, value in values.items():
        setattr(run, name, value)
    return run


OWNERS = st.sampled_from(["a", "b", "t", "of another class", None])


@given(owner=OWNERS, shared=st.booleans(), shown=st.booleans(), numbers_only=st.booleans())
def test_what_is_answered_and_what_is_streamed_agree_for_each_person(owner, shared, shown, numbers_only):
    run = run_of(owner, shared=shared)
    sight = sight_of(run, shown=["r"] if shown else [], numbers_only=numbers_only)
    lanes = Lanes(in_class=True)
    lanes.put_run(sight.state(run))

    for person in PEOPLE.values():
        sees, changes = sight.may_see(person, run), sight.may_change(person, run)
        assert changes == (person.is_teacher or (person.role is Role.STUDENT and person.id == owner))
        assert sees == (changes or shared or shown)
        streamed = [run for lane in lanes.of(person) for run in json.loads(lane.part(START)[0])["runs"]]
        assert bool(streamed) == sees, person.id
        answered = sight.listed(person, run)
        for view in streamed:
            assert {**view, "revision": 0} == {**answered, "revision": 0}
        named = answered["owner"] and answered["owner"]["nickname"]
        sees_names = person.is_teacher or (person.role is Role.PROJECTOR and not numbers_only)
        assert named == ({"a": "Ada", "b": "Bob"}.get(owner) if sees_names else None)


@given(owner=OWNERS, of_origin=OWNERS, shared=st.booleans(), deleted=st.booleans())
def test_the_name_of_another_persons_run_is_seen_with_the_run_only(owner, of_origin, shared, deleted):
    origin = run_of(of_origin, "o", shared=shared)
    named: Any = {"run": "o", "number": 1, "name": origin.name, "iteration": 0, "seed": None}
    fork = run_of(owner, origin=named)
    sight = sight_of(fork, *([] if deleted else [origin]))

    seen = not deleted and (shared or owner == of_origin)
    for person in PEOPLE.values():
        view = sight.view(person, fork)["origin"]
        assert view is not None
        assert view["name"] == ("its name" if seen or person.is_teacher else "")
        assert {**view, "name": ""} == {**named, "name": ""}


def test_without_a_class_anyone_sees_and_changes_everything_as_it_is():
    run = run_of(None, shared=False)
    sight = Sight(None, lambda run_id: None)
    assert sight.may_see(ANYONE, run)
    assert sight.may_change(ANYONE, run)
    assert sight.state(run).others is None


def test_the_files_of_a_class_have_the_best_run_of_each_and_names_that_stay_texts():
    eve = Person("e", 3, '=HYPERLINK("x")', Role.STUDENT)
    runs = []
    for index, (person, accuracy) in enumerate(
        [(PEOPLE["b"], 0.5), (PEOPLE["a"], 0.7), (eve, float("nan")), (PEOPLE["b"], 0.9)]
    ):
        run = run_of(person.id, f"r{index}", number=index + 1)
        run.training.latest = {"train_accuracy": 0.1, "test_accuracy": accuracy}
        runs.append((person, run))

    assert [run.number for _, run in of_class.best_of_each(runs)] == [2, 4, 3]
    assert of_class.title_of(*runs[0]) == "2 Bob: its name"
    assert of_class.title_of(Person("x", 4, "", Role.STUDENT), runs[0][1]) == "4: its name"
    head, *lines = "".join(of_class.table(runs)).lstrip("\ufeff").splitlines()
    assert head.startswith("number,nickname,run,name")
    assert "optimizer.name" in head
    assert lines[1].startswith("1,Ada,2,its name,")
    assert lines[2].startswith("3,\"'=HYPERLINK")
