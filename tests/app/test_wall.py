"""The wall over a real store and hub: a curve in few points, each thing sent once, and nothing while it is closed."""

import asyncio
import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs.register import Register
from app.live.hub import Hub
from app.people import class_cloud as cloud_module
from app.people import wall as wall_module
from app.people.class_cloud import ClassCloud
from app.people.classroom import Classroom
from app.people.wall import Wall, newest_of_each
from app.people.wall_curve import MAX_POINTS, WallCurve
from app.rows import Rows
from app.storage.database import Database
from app.storage.history import StoredHistory
from app.trainings import Status
from engine import ExperimentConfig
from tests.support import event_loop
from tests.support.experiments import QUICK
from tests.support.stored_runs import make_run

CONFIG = ExperimentConfig.from_dict(QUICK).to_dict()
ACCURACY = st.floats(0, 1, width=32)
COLUMNS = ("iteration", "train_accuracy", "test_accuracy")


def evaluations(first, accuracies):
    """Rows of evaluations, one after each ten iterations."""
    iterations = 10.0 * np.arange(first, first + len(accuracies))
    values = np.stack([iterations, np.zeros(len(accuracies)), np.asarray(accuracies)]).astype(np.float32)
    return Rows(COLUMNS, first, values, [])


def points_of(curve):
    training = make_run("r", CONFIG).training
    return curve.message(training, chance=0.1)["points"]


@given(
    st.one_of(
        st.lists(ACCURACY, min_size=60, max_size=150),
        st.lists(st.one_of(ACCURACY, st.just(float("nan"))), max_size=200),
    ),
    st.data(),
)
def test_a_curve_has_few_points_which_are_rows_and_lie_equally_far_apart(accuracies, data):
    curve, row_count = WallCurve(), 0
    while row_count < len(accuracies):
        count = data.draw(st.integers(1, 120))
        curve.add(evaluations(row_count, accuracies[row_count : row_count + count]))
        row_count = min(row_count + count, len(accuracies))
        points = points_of(curve)
        known = {10 * row: value for row, value in enumerate(accuracies[:row_count]) if np.isfinite(value)}
        assert len(points) <= MAX_POINTS
        assert [x for x, _ in points] == sorted({x for x, _ in points})
        assert all(value == pytest.approx(known[x], abs=1e-4) for x, value in points)
        if known:
            assert points[-1][0] == max(known)
            assert curve.best == pytest.approx(max(known.values()))
        else:
            assert curve.best is None
        if len(known) == row_count:  # equally far apart from the first row on, apart from the newest one
            kept = [x for x, _ in points[:-1]]
            assert kept[:1] == [0] * bool(kept)
            assert len({after - x for x, after in itertools.pairwise(kept)}) <= 1


class WallLab:
    """A class with its wall, without workers."""

    def __init__(self, path):
        self.database = Database(path / "lossroom.sqlite3")
        self.hub = Hub(StoredHistory(self.database, note_damage=lambda *_: None), in_class=True)
        self.classroom = Classroom("1-B", self.database, self.hub, max_people=500)
        self.register = Register(self.database, self.hub, self.classroom)
        self.waiting: list[tuple[str, float]] = []
        self.wall = Wall(self.classroom, self.register, self.hub, lambda: self.waiting)
        self.cloud = ClassCloud(self.classroom, self.register, self.hub)

    async def __aenter__(self):
        self.database.open()
        await self.classroom.open(self.register.republish)
        return self

    async def __aexit__(self, *_):
        self.wall.close()
        self.cloud.close()
        self.database.close()

    async def student(self, nickname):
        person, _ = await self.classroom.entrance.join(self.classroom.entrance.code, nickname, "")
        return person

    async def launch(self, person, *names, group=None, training=None):
        runs = [make_run(f"{person.number}-{name}", CONFIG, name=name) for name in names]
        for run in runs:
            run.owner, run.group_id = person.id, group
            run.training = training or run.training
        await self.register.add(runs)
        return runs

    def viewer(self):
        teacher = next(person for person in self.classroom.people if person.is_teacher)
        return self.hub.join(teacher, wall=True)


async def messages(viewer, *types):
    """What the viewer has not seen yet, of these types."""
    found = []
    while new := await viewer.next_messages():
        found += [json.loads(message) for message in new if isinstance(message, str)]
    return [message for message in found if message["type"] in types]


def test_a_training_that_many_students_show_is_sent_once_and_what_has_not_changed_is_not_sent_again(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(wall_module, "PERIOD_SECONDS", 0.01)

    async def scenario():
        async with WallLab(tmp_path) as lab:
            people = [await lab.student(f"student {number}") for number in range(1, 6)]
            (first,) = await lab.launch(people[0], "ReLU")
            for person in people[1:]:
                await lab.launch(person, "ReLU", training=first.training)
            lab.hub.append(first.training.id, "evaluation", evaluations(0, [0.1, 0.5]))
            lab.wall.enter()
            viewer = lab.viewer()
            await asyncio.sleep(0.05)
            began = await messages(viewer, "tile", "curve", "waiting")
            curves = [message for message in began if message["type"] == "curve"]
            assert {curve["training"] for curve in curves} == {first.training.id}
            assert curves[-1]["points"] == [[0, 0.1], [10, 0.5]]
            tiles = [message for message in began if message["type"] == "tile" and message["number"]]
            assert [tile["number"] for tile in tiles] == [1, 2, 3, 4, 5]

            await asyncio.sleep(0.05)
            assert await messages(viewer, "tile", "curve", "waiting") == []

            first.training.status = Status.RUNNING
            lab.hub.append(first.training.id, "evaluation", evaluations(2, [0.7]))
            other, unlisted = await lab.launch(people[0], "waits", "waits too")
            starts = {
                other.training.id: 2.2,
                "deleted": 3.0,
                first.training.id: 4.0,
                unlisted.training.id: 5.0,
            }
            lab.waiting = list(starts.items())
            monkeypatch.setattr(wall_module, "MAX_WAITING", 1)
            await asyncio.sleep(0.05)
            sent = await messages(viewer, "curve", "waiting", "running")
            new = {message.get("training", message["type"]): message for message in sent}
            curve, waiting = new[first.training.id], new["waiting"]
            assert (curve["best"], curve["status"], curve["points"][-1]) == (0.7, "running", [20, 0.7])
            assert waiting["waiting"] == [[other.training.id, 3, [people[0].id], 0]], "what waits still"
            assert waiting["total"] == 2, "also those that are not listed"
            ((training, *_, owners, others),) = new["running"]["running"]
            assert (training, owners, others) == (first.training.id, [person.id for person in people], 0)

    event_loop.run(scenario())


def test_while_the_wall_is_closed_nothing_is_made_and_a_later_page_gets_all_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(wall_module, "PERIOD_SECONDS", 0.01)

    async def scenario():
        async with WallLab(tmp_path) as lab:
            person = await lab.student("Ada")
            viewer = lab.viewer()
            await messages(viewer)
            lab.wall.enter()
            lab.wall.leave()
            await asyncio.sleep(0.1)
            assert not lab.wall.is_open
            assert await messages(lab.viewer(), "tile", "curve", "waiting") == [], "nothing is left of it"
            await messages(viewer)

            (run,) = await lab.launch(person, "ReLU")
            lab.hub.append(run.training.id, "evaluation", evaluations(0, [0.3]))
            await asyncio.sleep(0.05)
            assert await messages(viewer, "tile", "curve", "waiting") == []

            lab.wall.polled()  # a page that polls opens it too
            later = await messages(lab.viewer(), "tile")
            assert {tile["person"] for tile in later if tile["number"]} == {person.id}
            await asyncio.sleep(0.05)
            (curve,) = (await messages(lab.viewer(), "curve"))[-1:]
            assert curve["points"] == [[0, 0.3]]

    event_loop.run(scenario())


def test_names_are_on_the_tiles_only_when_the_projector_shows_them(tmp_path, monkeypatch):
    monkeypatch.setattr(wall_module, "PERIOD_SECONDS", 0.01)

    async def scenario():
        async with WallLab(tmp_path) as lab:
            await lab.student("Ada")
            lab.wall.enter()
            projector = next(person for person in lab.classroom.people if person.role == "projector")
            viewer = lab.hub.join(projector, wall=True)
            sent = await messages(viewer, "tile", "person", "class", "runs")
            assert "Ada" not in json.dumps(sent)
            assert [message["nickname"] for message in sent if message.get("number")] == [None]
            await lab.classroom.set(numbers_only=False)
            await asyncio.sleep(0.05)
            (tile,) = [message for message in await messages(viewer, "tile") if message["number"]]
            assert tile["nickname"] == "Ada"

    event_loop.run(scenario())


def test_the_projector_gets_the_name_of_a_run_where_several_people_have_it_or_the_class_sees_the_run(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(wall_module, "PERIOD_SECONDS", 0.01)

    async def scenario():
        async with WallLab(tmp_path) as lab:
            ada, bob = [await lab.student(name) for name in ("Ada", "Bob")]
            _, own, _ = await lab.launch(ada, "ReLU", "ReLU of Ada", "tanh of Ada", group="1")
            await lab.launch(bob, "ReLU")
            lab.wall.enter()
            projector = next(person for person in lab.classroom.people if person.role == "projector")
            screens = lab.hub.join(projector, wall=True), lab.viewer()

            async def names():
                return [
                    {
                        tile["person"]: [run["name"] for run in tile["runs"]]
                        for tile in await messages(screen, "tile")
                    }
                    for screen in screens
                ]

            on_projector, on_teachers = await names()
            assert on_projector[ada.id] == ["ReLU", "#2", "#3"]
            assert on_projector[bob.id] == ["ReLU"]
            assert on_teachers[ada.id] == ["ReLU", "ReLU of Ada", "tanh of Ada"]

            await lab.launch(bob, "of Bob")
            await asyncio.sleep(0.1)
            on_projector, _ = await names()
            assert on_projector == {ada.id: ["#1", "#2", "#3"], bob.id: ["#5"]}

            await lab.classroom.set(shown={"kind": "runs", "runs": [own.id]})
            await asyncio.sleep(0.1)
            on_projector, on_teachers = await names()
            assert on_projector == {ada.id: ["#1", "ReLU of Ada", "#3"]}

    event_loop.run(scenario())


def test_the_newest_runs_of_a_person_are_those_of_the_last_launch():
    runs = [make_run(str(number), CONFIG) for number in range(6)]
    for run, owner, group in zip(runs, "aabbaa", ["1", "1", None, None, "2", "2"], strict=True):
        run.owner, run.group_id = owner, group
    assert newest_of_each(runs) == {"a": runs[4:], "b": [runs[3]]}
    runs[4].archived = runs[5].archived = True
    assert newest_of_each(runs)["a"] == runs[:2]


def test_students_get_the_curves_of_all_without_persons_only_while_the_teacher_lets_them(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(cloud_module, "PERIOD_SECONDS", 0.01)

    async def scenario():
        async with WallLab(tmp_path) as lab:
            ada, bob, eve = [await lab.student(name) for name in ("Ada", "Bob", "Eve")]
            (first,) = await lab.launch(ada, "ReLU")
            await lab.launch(bob, "ReLU", training=first.training)
            (private,) = await lab.launch(eve, "what only she calls it")
            for run, values in ((first, [0.1, 0.5]), (private, [0.2])):
                lab.hub.append(run.training.id, "evaluation", evaluations(0, values))
            lab.cloud.open()
            pages = {person.id: lab.hub.join(person) for person in (ada, eve)}

            async def news(person):
                await asyncio.sleep(0.1)
                return await messages(pages[person.id], "cloud", "cloud_curve")

            assert await news(ada) == []  # not before the teacher lets them

            await lab.classroom.set(cloud=True)
            (groups, *curves) = await news(ada)
            (named, rest) = groups["groups"]
            ((shared, runs),) = named["curves"]
            ((alone, one),) = rest["curves"]
            assert (named["name"], named["people"], runs) == ("ReLU", 2, 2)
            assert (rest["name"], rest["people"], one) == ("", 0, 1)
            assert {curve["id"]: curve["points"] for curve in curves} == {
                shared: [[0, 0.1], [10, 0.5]],
                alone: [[0, 0.2]],
            }
            assert await news(eve) == [groups, *curves]
            sent = json.dumps([groups, curves])
            hidden = [
                ada.id,
                bob.id,
                eve.id,
                private.name,
                private.id,
                first.training.id,
                private.training.id,
            ]
            assert [secret for secret in hidden if secret in sent] == []
            assert await messages(lab.viewer(), "cloud", "cloud_curve") == []  # the teacher has the wall

            # only what has changed; what is no longer shown is in no group
            lab.hub.append(first.training.id, "evaluation", evaluations(2, [0.6]))
            (grown,) = await news(ada)
            assert (grown["id"], grown["points"][-1]) == (shared, [20, 0.6])
            await lab.launch(eve, "ReLU", training=first.training)
            assert [message["groups"] for message in await news(ada)] == [
                [{"name": "ReLU", "people": 3, "curves": [[shared, 3]]}]
            ]

            await lab.classroom.set(cloud=False)
            assert [message["groups"] for message in await news(ada)] == [None]
            assert [
                message["type"] for message in await messages(lab.hub.join(eve), "cloud", "cloud_curve")
            ] == ["cloud"]

    event_loop.run(scenario())
