"""What people predicted and voted, in a real SQLite file."""

import dataclasses
from functools import partial
from typing import Any

import pytest

from app.lessons.attempt import Answer, Attempt
from app.lessons.attempts import Attempts
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
PEOPLE = [Person("t", None, "", Role.TEACHER), Person("a", 1, "Ada", Role.STUDENT)]


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
    write(database, attempt_store.put_ballot, "a", "1a", "ahead", 1, "relu")
    write(database, people_store.end_class, "c", 9.5)
    write(database, attempt_store.insert, attempt("late"))
    write(database, attempt_store.insert, attempt("3", person="t"))
    assert [attempt.id for attempt in newest(database)] == ["3"]
    assert [attempt.id for attempt in newest(database, None)] == ["2"]
    load = partial(attempt_store.load_ballots, class_id="c", lesson="1a", question="ahead")
    assert database.read_now(load) == []


def test_in_one_round_the_last_vote_of_a_person_counts(database):
    for number, value in ((1, "sigmoid"), (1, "relu"), (2, "alike")):
        write(database, attempt_store.put_ballot, "a", "1a", "ahead", number, value)
    load = partial(attempt_store.load_ballots, class_id="c", lesson="1a", question="ahead")
    assert sorted(database.read_now(load)) == [("a", 1, "relu"), ("a", 2, "alike")]
    write(database, attempt_store.put_ballot, "a", "2a", "ahead", 1, "adam")
    write(database, attempt_store.delete_ballots, "c", "1a", "ahead")  # the same question again, and no other
    assert database.read_now(load) == []
    left = database.read_now(partial(attempt_store.load_all_ballots, class_id="c"))
    assert left == [("2a", "ahead", "a", 1, "adam")]
