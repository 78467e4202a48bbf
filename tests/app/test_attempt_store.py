"""What people predicted and voted, in a real SQLite file."""

import asyncio
import contextlib
import dataclasses
import sqlite3
from functools import partial
from typing import Any

import pytest

from app.errors import Conflict
from app.lessons.attempt import Answer, Attempt
from app.lessons.attempts import Attempts
from app.lessons.votes import Votes
from app.live.hub import Hub
from app.people.classroom import Classroom
from app.people.person import ANYONE, Person, Role
from app.storage import attempt_store, people_store
from app.storage.attempt_store import MAX_ATTEMPTS
from app.storage.database import Database
from tests.support import event_loop

CLASS = {
    "id": "c",
    "name": "1-B",
    "code": "123456",
    "made_at": 1.5,
    "salt": "",
    "teacher_secret": "",
    "projector_secret": "",
}
PEOPLE = [
    Person("t", None, "", Role.TEACHER),
    Person("a", 1, "Ada", Role.STUDENT),
    Person("b", 2, "Bob", Role.STUDENT),
]
#: The question that is voted on.
ASKED = ("1a", "ahead")


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "lab.sqlite3")
    database.open()
    write(database, people_store.insert_class, CLASS, PEOPLE)
    yield database
    database.close()


def write(database, function, *values):
    return event_loop.run(database.write(lambda c: function(c, *values)))


def newest(database, class_id="c"):
    return database.read_now(partial(attempt_store.load_newest, class_id=class_id))


def set_vote(database, lesson="1a", phase="first"):
    """Let the class vote on a question; the vote as it is stored."""
    vote = {"lesson": lesson, "question": "ahead", "phase": phase}
    write(database, people_store.update_class, "c", {"vote": vote})
    return vote


@contextlib.asynccontextmanager
async def opened(database):
    """The votes of the class, and its students."""
    classroom = Classroom("1-B", database, Hub(history=None, in_class=True), max_people=9)
    await classroom.open(lambda fits: None)
    votes = Votes(classroom, database)
    await votes.open()
    yield votes, *classroom.students


def ballots(database):
    """Those on the question."""
    stored = database.read_now(partial(attempt_store.load_ballots, class_id="c"))
    return sorted(tuple(ballot) for lesson, question, *ballot in stored if (lesson, question) == ASKED)


def attempt(name, person: str | None = "a", lesson="1a"):
    sketch = {"ReLU": [[0.0, 10.0], [5.0, 90.5]]}
    return Attempt(name, person, lesson, 2.5, "fairly", True, "digits", {"curves": sketch}, {"ReLU": "r"})


def test_the_newest_attempt_of_each_person_in_each_lesson_is_read_back_as_it_was_sealed(database):
    kept = [attempt("2"), attempt("3", lesson="1b"), attempt("4", person="t")]
    for stored in [attempt("1"), *kept, attempt("5", person=None)]:
        write(database, attempt_store.insert, stored)
    assert newest(database) == kept
    assert newest(database, None) == [attempt("5", person=None)]


def test_answers_are_stored_with_what_came(database):
    write(database, attempt_store.insert, attempt("1"))
    answers = {"see": Answer(120, False, 80.5, 3.5), "exit": Answer("ほかの層は？")}
    write(database, attempt_store.set_answers, "1", answers)
    assert newest(database) == [dataclasses.replace(attempt("1"), answers=answers)]


def test_the_same_prediction_on_another_data_set_is_another_attempt(database):
    """A lesson is played on the digits until its own data set is there."""

    async def scenario():
        attempts = Attempts(None, database, None)

        async def seal(dataset):
            parts: dict[str, Any] = {"full": False, "dataset": dataset, "is_whole": lambda attempt: True}
            sealed, _ = await attempts.seal(ANYONE, "1a", {"ahead": "relu"}, "guess", [], **parts)
            return sealed

        return [await seal(dataset) for dataset in ("digits", "digits", "mnist", "mnist")]

    first, again, other, other_again = event_loop.run(scenario())
    assert first is again
    assert other is other_again
    assert (first.dataset, other.dataset) == ("digits", "mnist")


def test_old_attempts_of_one_person_in_one_lesson_are_forgotten_beyond_a_bound(database):
    write(database, attempt_store.insert, attempt("other", lesson="1b"))
    for number in range(MAX_ATTEMPTS + 3):
        write(database, attempt_store.insert, attempt(str(number)))
    ids = [
        row["id"]
        for row in database.read_now(
            lambda c: c.execute("SELECT id FROM attempts ORDER BY number").fetchall()
        )
    ]
    assert ids == ["other", *(str(number) for number in range(3, MAX_ATTEMPTS + 3))]


def test_what_a_class_predicted_answered_and_voted_is_forgotten_at_its_end_and_not_stored_after_it(database):
    write(database, attempt_store.insert, attempt("1"))
    write(database, attempt_store.insert, attempt("2", person=None))
    vote = set_vote(database)
    assert write(database, attempt_store.put_ballot, "a", vote, 1, "relu")
    write(database, people_store.end_class, "c", 9.5)
    assert not write(database, attempt_store.put_ballot, "a", vote, 1, "late")
    write(database, attempt_store.insert, attempt("late"))
    write(database, attempt_store.insert, attempt("3", person="t"))
    assert [attempt.id for attempt in newest(database)] == ["3"]
    assert [attempt.id for attempt in newest(database, None)] == ["2"]
    assert ballots(database) == []


def test_in_one_round_the_last_vote_of_a_person_counts(database):
    for number, phase, value in ((1, "first", "sigmoid"), (1, "first", "relu"), (2, "second", "alike")):
        write(database, attempt_store.put_ballot, "a", set_vote(database, phase=phase), number, value)
    assert ballots(database) == [("a", 1, "relu"), ("a", 2, "alike")]
    write(database, attempt_store.put_ballot, "a", set_vote(database, "2a"), 1, "adam")
    write(database, attempt_store.delete_ballots, "c", "1a", "ahead")  # the same question again, and no other
    assert ballots(database) == []
    left = database.read_now(partial(attempt_store.load_ballots, class_id="c"))
    assert left == [("2a", "ahead", "a", 1, "adam")]


def test_a_ballot_of_a_vote_that_begins_again_at_the_same_moment_is_not_in_the_new_one(database):
    async def scenario():
        async with opened(database) as (votes, ada, _):
            await votes.move(*ASKED, "first", [])
            await votes.move(*ASKED, "second", [])
            await votes.cast(ada, *ASKED, "relu")
            begun = asyncio.create_task(votes.move(*ASKED, "first", []))
            await asyncio.sleep(0)  # its write waits now
            with pytest.raises(Conflict):
                await votes.cast(ada, *ASKED, "late")
            await begun
            assert (votes.mine(ada, 1), votes.mine(ada, 2), ballots(database)) == (None, None, [])

    event_loop.run(scenario())


def test_a_vote_that_cannot_begin_again_keeps_its_ballots(database):
    async def scenario():
        async with opened(database) as (votes, ada, _):
            await votes.move(*ASKED, "first", [])
            await votes.cast(ada, *ASKED, "relu")
            await votes.move(*ASKED, "discuss", [])
            refuse = "CREATE TRIGGER no BEFORE UPDATE ON classes BEGIN SELECT RAISE(ABORT, 'no'); END"
            await database.write(lambda c: c.execute(refuse))
            with pytest.raises(sqlite3.IntegrityError):
                await votes.move(*ASKED, "first", [])
            assert (votes.mine(ada, 1), ballots(database)) == ("relu", [("a", 1, "relu")])

    event_loop.run(scenario())


def test_the_first_round_counts_what_was_predicted_before_its_end_and_nothing_that_is_predicted_later(
    database,
):
    def predicted(value, *people):
        return [
            dataclasses.replace(attempt(person, person), prediction={"ahead": value}) for person in people
        ]

    async def scenario():
        async with opened(database) as (votes, _, bob):
            await votes.move(*ASKED, "first", [])
            await votes.cast(bob, *ASKED, "alike")
            early, later = predicted("relu", "a", "b"), predicted("sigmoid", "a", "b")
            assert sorted(votes.values(1, *ASKED, early)) == ["alike", "relu"]
            await votes.move(*ASKED, "discuss", early)
            assert sorted(votes.values(1, *ASKED, later)) == ["alike", "relu"]
            await votes.move(*ASKED, "closed", later)
        async with opened(database) as (votes, *_):
            assert sorted(votes.values(1, *ASKED, later)) == ["alike", "relu"]
            closed = (await votes.closed())[ASKED]
            assert closed == {1: {"a": "relu", "b": "alike"}, 2: {}}
            assert sorted(votes.counted(closed[1])) == ["alike", "relu"]

    event_loop.run(scenario())


def test_a_vote_in_which_nobody_voted_is_not_among_those_of_the_report(database):
    async def scenario():
        async with opened(database) as (votes, *_):
            await votes.move(*ASKED, "first", [])
            await votes.move(*ASKED, "closed", [])
            assert await votes.closed() == {}

    event_loop.run(scenario())


def test_damaged_ballots_do_not_keep_the_lab_closed(database):
    write(database, attempt_store.put_ballot, "a", set_vote(database), 1, "a ballot that is found again")
    database.close()
    content = bytearray(database.path.read_bytes())
    size = int.from_bytes(content[16:18], "big")
    for page in range(0, len(content), size):
        if b"a ballot that is found again" in content[page : page + size]:
            content[page : page + 8] = b"\xff" * 8
    database.path.write_bytes(content)
    database = Database(database.path)
    database.open()

    async def scenario():
        async with opened(database) as (votes, ada, _):
            assert (votes.phase(*ASKED), votes.mine(ada, 1)) == ("first", None)

    event_loop.run(scenario())
    assert database.damage is not None
    database.close()
