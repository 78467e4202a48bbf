"""Challenges over a real store and hub: who gets what, and how the test set is opened whatever happens meanwhile."""

import asyncio
import json
import time

import numpy as np

from app.errors import Conflict, LabError
from app.jobs.register import Register
from app.jobs.replayer import ReplayBusy
from app.live.hub import Hub
from app.people import challenges as challenges_module
from app.people.challenges import Challenges
from app.people.classroom import Classroom
from app.people.judging import Terms
from app.rows import Rows
from app.storage.database import Database
from app.storage.history import StoredHistory
from engine import ExperimentConfig
from tests.support import event_loop
from tests.support.experiments import QUICK
from tests.support.stored_runs import make_run

DATA = {"name": "digits", "validation_size": 300, "test_size": 0}
CONFIG = ExperimentConfig.from_dict({**QUICK, "dataset": DATA}).to_dict()
TERMS = Terms("digits", 300, max_iterations=1000)
COLUMNS = ("iteration", "validation_accuracy")


class ChallengeLab:
    """A class with its challenges, without workers; `measure` is called for each entry."""

    def __init__(self, path, measure):
        self.database = Database(path / "lossroom.sqlite3")
        self.hub = Hub(StoredHistory(self.database, note_damage=lambda *_: None), in_class=True)
        self.classroom = Classroom("1-B", self.database, self.hub, max_people=500)
        self.register = Register(self.database, self.hub, self.classroom)
        self.terms: list[Terms | None] = []
        self.challenges = Challenges(
            self.classroom, self.database, self.hub, self.register, measure, self.terms.append
        )

    async def __aenter__(self):
        self.database.open()
        await self.classroom.open(self.register.republish)
        await self.register.open()
        await self.challenges.open()
        return self

    async def __aexit__(self, *_):
        await self.challenges.close()
        self.database.close()

    async def enter(self, nickname, accuracy):
        """A student with one run that has this best accuracy."""
        person, _ = await self.classroom.entrance.join(self.classroom.entrance.code, nickname, "")
        run = make_run(f"run-{person.number}", CONFIG, at=time.time(), fingerprint=f"f{person.number}")
        run.owner = person.id
        await self.register.add([run])
        values = np.array([[20], [accuracy]], np.float32)
        self.hub.append(run.training.id, "evaluation", Rows(COLUMNS, 0, values, [(1, 0.0, 0.1)]))
        return person

    def phase(self):
        view = self.challenges.scoreboard.view
        return None if view is None else view["phase"]

    async def until(self, condition):
        while not condition():
            await asyncio.sleep(0.01)

    def places(self):
        found = [standing["entry"] for standing in self.challenges.scoreboard.all_standings()]
        return {
            entry["number"]: (entry["place"], entry["test"], entry["test_place"]) for entry in found if entry
        }


def test_a_lab_that_stops_while_it_measures_goes_on_with_the_next_run_and_shows_all_figures_at_once(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(challenges_module, "PERIOD_SECONDS", 0.01)
    measured: list[str] = []

    async def until_the_second(training, iteration):
        measured.append(training.id)
        if len(measured) == 2:
            await asyncio.Event().wait()
        return 0.5

    async def others(training, iteration):
        measured.append(training.id)
        assert iteration == 20
        if len(measured) == 4:
            raise ReplayBusy("many moments are waiting")
        if training.id.endswith("3"):
            raise Conflict("it cannot be trained again")
        return 0.75

    async def scenario():
        async with ChallengeLab(tmp_path, until_the_second) as lab:
            await lab.challenges.start("Best", TERMS)
            for number in range(1, 5):
                await lab.enter(f"student {number}", 1 - number / 10)
            await lab.challenges.open_test_set()
            assert lab.terms[-1] == TERMS
            await lab.until(lambda: len(measured) == 2)
            assert lab.phase() == "opening"
            assert lab.challenges.scoreboard.view["measured"] == 1
            assert {test for _, test, _ in lab.places().values()} == {None}

        async with ChallengeLab(tmp_path, others) as lab:
            assert lab.terms == [TERMS]
            await lab.until(lambda: lab.phase() == "opened")
            assert lab.terms[-1] is None
            assert lab.places() == {1: (1, 0.5, 3), 2: (2, 0.75, 1), 3: (3, None, None), 4: (4, 0.75, 1)}
            assert len(measured) == 6  # the second again, and once more where the replays were busy

        async with ChallengeLab(tmp_path, others) as lab:
            assert (lab.phase(), lab.places()[3], lab.terms) == ("opened", (3, None, None), [None])
            await lab.challenges.end()
            assert lab.phase() is None
        async with ChallengeLab(tmp_path, others) as lab:
            assert lab.phase() is None

    event_loop.run(scenario())


async def messages(viewer, *types):
    found = []
    while new := await viewer.next_messages():
        found += [json.loads(message) for message in new if isinstance(message, str)]
    return [message for message in found if message["type"] in types]


def test_a_student_gets_the_first_places_and_their_own_and_the_teacher_all_of_them(tmp_path, monkeypatch):
    monkeypatch.setattr(challenges_module, "PERIOD_SECONDS", 0.01)

    async def nothing(training, iteration):
        raise LabError("nothing is measured here")

    async def scenario():
        async with ChallengeLab(tmp_path, nothing) as lab:
            await lab.challenges.start("Best", TERMS)
            people = [await lab.enter(f"student {number}", 1 - number / 10) for number in range(1, 6)]
            teacher, projector = (
                next(person for person in lab.classroom.people if person.role.value == role)
                for role in ("teacher", "projector")
            )
            await lab.until(lambda: lab.challenges.scoreboard.view["of"] == 5)
            await asyncio.sleep(0.05)
            last = lab.hub.join(people[4])
            (challenge, own) = await messages(last, "challenge", "standing")
            assert [entry["number"] for entry in challenge["challenge"]["top"]] == [1, 2, 3]
            assert (own["person"], own["entry"]["place"]) == (people[4].id, 5)
            assert "nickname" not in own["entry"]
            assert len(await messages(lab.hub.join(teacher), "standing")) == 5
            assert await messages(lab.hub.join(projector), "standing") == []

            await lab.classroom.set(numbers_only=False)
            await asyncio.sleep(0.05)
            (renamed,) = await messages(last, "challenge", "standing")
            assert [entry["nickname"] for entry in renamed["challenge"]["top"]] == [
                "student 1",
                "student 2",
                "student 3",
            ]
            board = lab.hub.join(teacher)
            await messages(board, "standing")
            await lab.classroom.change(people[3], removed=True)
            await lab.until(lambda: lab.challenges.scoreboard.view["of"] == 4)
            heard = {message["person"]: message["entry"] for message in await messages(board, "standing")}
            assert heard[people[3].id] is None
            assert heard[people[4].id]["place"] == 4

            await lab.classroom.end()
            await lab.until(lambda: lab.phase() is None)
            over = await messages(last, "challenge", "standing")
            assert [message for message in over if message.get("challenge") or message.get("entry")] == []
            assert "student" not in json.dumps(over)

    event_loop.run(scenario())
