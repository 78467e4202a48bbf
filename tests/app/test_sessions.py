"""Two tabs of one browser: one person, but only for a moment."""

from app.live.hub import Hub
from app.people.classroom import Classroom
from app.storage.database import Database
from tests.support import event_loop


def test_the_token_of_before_joining_stands_for_a_person_for_ten_seconds_and_not_longer(
    tmp_path, monkeypatch
):
    """Whoever has planted it in the browser could ask again and again to be that person."""
    now = 1000.0
    monkeypatch.setattr("app.people.sessions.time.monotonic", lambda: now)

    async def join_at(*moments):
        nonlocal now
        database = Database(tmp_path / "lab.sqlite3")
        database.open()
        classroom = Classroom("1-B", database, Hub(history=None, in_class=True), max_people=10)
        await classroom.open(lambda fits: None)
        people = []
        for index, moment in enumerate(moments):
            now = 1000.0 + moment
            person, token = await classroom.entrance.join(classroom.entrance.code, f"name {index}", "planted")
            assert classroom.person_of(token) is person
            people.append(person.number)
        assert classroom.person_of("planted") is None
        database.close()
        return people

    assert event_loop.run(join_at(0, 4, 9, 11)) == [1, 1, 1, 2]
