"""What happens in a class at the same moment, and what its end and a new link leave open: no server, a real store."""

import asyncio
import contextlib
import sqlite3
from types import SimpleNamespace
from typing import Any

import pytest

from app.errors import Conflict, LabError
from app.live.hub import Hub
from app.people import phrases
from app.people.attendance import Attendance
from app.people.classroom import Classroom
from app.people.guesses import FREE
from app.people.person import Role
from app.people.refusals import TooOften
from app.people.tokens import hash_of, new_token
from app.people.visits import PERSON
from app.routes.stream import Stream
from app.security.rates import RATES
from app.storage import people_store
from app.storage.database import Database
from tests.support import event_loop


class Room:
    """A class, and for each run whether it was last published as one that the whole class sees."""

    def __init__(self, path, runs=(), max_people=1000):
        self.database = Database(path / "lossroom.sqlite3")
        self.hub = Hub(history=None, in_class=True)
        self.classroom = Classroom("1-B", self.database, self.hub, max_people=max_people)
        self.runs: Any = [SimpleNamespace(id=name, owner=None) for name in runs]
        self.open: dict[str, bool] = {}

    def publish(self, fits):
        self.open |= {run.id: run.id in self.classroom.shown_runs for run in self.runs if fits(run)}

    async def __aenter__(self):
        self.database.open()
        await self.classroom.open(self.publish)
        return self.classroom

    async def __aexit__(self, *_):
        self.database.close()


def shown(*runs):
    return {"kind": "runs", "runs": list(runs)}


def test_of_many_wrong_recovery_phrases_at_once_few_are_compared(tmp_path, monkeypatch):
    compared = []

    def compare(phrase, salt):
        compared.append(phrase)
        return phrase

    monkeypatch.setattr(phrases, "hash_of", compare)

    async def scenario():
        async with Room(tmp_path) as room:
            person, _ = await room.entrance.join(room.entrance.code, "Ada", "")
            phrase = await room.entrance.give_phrase(person, "en")
            compared.clear()
            wrong = [
                room.entrance.return_by(room.entrance.code, f"wrong {number}", "") for number in range(200)
            ]
            answers = await asyncio.gather(
                *wrong, room.entrance.return_by(room.entrance.code, phrase, ""), return_exceptions=True
            )
            assert all(isinstance(answer, LabError) for answer in answers), "also a right one among them"
            assert any(isinstance(answer, TooOften) for answer in answers)

    event_loop.run(scenario())
    assert len(compared) <= FREE + 1


def test_a_class_joins_at_once_and_one_student_cannot_join_as_many_as_the_class_holds(tmp_path):
    async def scenario():
        async with Room(tmp_path) as room:
            most = RATES["join"].burst
            answers = await asyncio.gather(
                *(
                    room.entrance.join(room.entrance.code, f"name {number}", "")
                    for number in range(most + 100)
                ),
                return_exceptions=True,
            )
            refused = [answer for answer in answers if isinstance(answer, TooOften)]
            assert not any(isinstance(answer, BaseException) for answer in answers[:300])
            assert 0 < len(refused) <= 100
            assert refused[0].code == "too_often"
            assert refused[0].bounds["seconds"] >= 1

    event_loop.run(scenario())


def test_of_views_that_are_shown_at_the_same_moment_only_the_last_ones_runs_are_open(tmp_path):
    async def scenario():
        room = Room(tmp_path, "abc")
        async with room as classroom:
            await asyncio.gather(*(classroom.set(shown=shown(name)) for name in "abc"))
            assert [name for name, is_open in room.open.items() if is_open] == classroom.shown_runs

    event_loop.run(scenario())


def test_the_end_of_a_class_closes_what_was_shown_and_nothing_is_shown_after_it(tmp_path):
    async def scenario():
        room = Room(tmp_path, "a")
        async with room as classroom:
            await classroom.set(shown=shown("a"))
            assert room.open == {"a": True}
            await classroom.end()
            assert room.open == {"a": False}
            with pytest.raises(Conflict) as refused:
                await classroom.set(shown=shown("a"))
            assert refused.value.code == "class_ended"
            assert classroom.shown is None

    event_loop.run(scenario())


def test_a_deleted_run_is_no_longer_shown_and_a_view_without_runs_is_released(tmp_path):
    async def scenario():
        room = Room(tmp_path, "ab")
        runs = {run.id: run for run in room.runs}
        async with room as classroom:
            await classroom.set(shown={"kind": "moment", "runs": ["a", "b"], "iteration": 3})
            await classroom.release_deleted(runs.get)
            assert classroom.shown_runs == ["a", "b"]
            del runs["b"]
            await classroom.release_deleted(runs.get)
            assert classroom.shown == {"kind": "moment", "runs": ["a"], "iteration": 3}
            runs["b"] = room.runs[1]
            await classroom.set(shown={"kind": "moment", "runs": ["a", "b"], "iteration": 3})
            del runs["a"]
            await classroom.release_deleted(runs.get)
            assert classroom.shown == {"kind": "runs", "runs": ["b"]}, "the moment was one of the first run"
            del runs["b"]
            await classroom.release_deleted(runs.get)
            assert classroom.shown is None
            await classroom.set(shown={"kind": "lesson", "lesson": "1-activations", "step": None})
            await classroom.release_deleted(runs.get)
            assert classroom.shown is not None

    event_loop.run(scenario())


def test_whoever_enters_while_a_new_link_is_made_is_not_known_by_the_old_one(tmp_path):
    async def scenario():
        async with Room(tmp_path) as room:
            secret = await room.links.renew(Role.TEACHER)
            for _ in range(20):
                entering = asyncio.create_task(room.links.enter(secret))
                secret = await room.links.renew(Role.TEACHER)
                with contextlib.suppress(LabError):
                    _, token = await entering
                    assert room.person_of(token) is None

    event_loop.run(scenario())


def test_a_link_that_was_made_beside_the_lab_ends_the_sessions_of_the_one_before(tmp_path):
    async def scenario():
        room = Room(tmp_path)
        async with room as classroom:
            _, old = await classroom.links.enter(await classroom.links.renew(Role.TEACHER))
            await classroom.links.look_for_new()
            assert classroom.person_of(old) is not None
            hashed = hash_of(new_token())
            await room.database.write(
                lambda c: people_store.renew_secret(c, classroom.id, Role.TEACHER, hashed)
            )
            await classroom.links.look_for_new()
            assert classroom.person_of(old) is None

    event_loop.run(scenario())


def test_a_new_code_is_noticed_by_all_and_known_to_those_who_ask_for_it(tmp_path):
    async def scenario():
        async with Room(tmp_path) as room:
            before = room.view()
            await room.set(held=True)
            assert room.view()["code_made"] == before["code_made"]
            await room.entrance.renew_code()
            assert room.view()["code_made"] != before["code_made"]
            assert room.entrance.code not in map(str, room.view().values())

    event_loop.run(scenario())


def test_who_is_removed_while_their_socket_is_accepted_gets_nothing_of_the_stream(tmp_path):
    async def scenario():
        room = Room(tmp_path)
        async with room as classroom:
            person, token = await classroom.entrance.join(classroom.entrance.code, "Ada", "")
            lab = SimpleNamespace(
                hub=room.hub,
                classroom=classroom,
                settings=SimpleNamespace(max_viewers=9),
                wall=None,
                viewing=SimpleNamespace(leave=lambda viewer: None),
                server_id="",
            )
            scope = {
                "type": "websocket",
                "app": SimpleNamespace(state=SimpleNamespace(lab=lab)),
                "headers": [(b"cookie", f"lossroom-{classroom.id}={token}".encode())],
                "query_string": b"",
                PERSON: person,
            }
            events = [{"type": "websocket.connect"}]
            sent = []

            async def receive():
                return events.pop() if events else await asyncio.Event().wait()

            async def send(message):
                sent.append(message)
                if message["type"] == "websocket.accept":
                    await classroom.change(person, removed=True)
                if message["type"] == "websocket.close":
                    events.append({"type": "websocket.disconnect", "code": message["code"]})
                    raise OSError("gone")

            async with asyncio.timeout(20):
                await Stream()(scope, receive, send)
            assert [message["code"] for message in sent if message["type"] == "websocket.close"] == [1008]
            assert "Ada" not in str(sent)

    event_loop.run(scenario())


def test_a_full_disk_does_not_keep_a_class_from_closing(tmp_path, monkeypatch, caplog):
    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    async def scenario():
        of_the_class = Room(tmp_path)
        async with of_the_class as room:
            await room.entrance.join(room.entrance.code, "Ada", "")
            attendance = Attendance(room, of_the_class.database, of_the_class.hub, set, days=1)
            attendance._seen_stored_at = 0.0
            attendance.open()
            monkeypatch.setattr(people_store, "store_seen", full)
            await attendance.close()

    event_loop.run(scenario())
    assert "could not be read or stored" in caplog.text
