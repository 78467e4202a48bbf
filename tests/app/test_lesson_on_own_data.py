"""A teacher's lesson on an own data set, which may come later than the lesson's file."""

from __future__ import annotations

from app.lessons.library import INTERVAL_SECONDS, Library
from engine.datasets import own
from tests.app.two_rates import ENGLISH, Clock, write
from tests.engine.test_own_data import images, kept, no_folders  # noqa: F401  (a fixture that is always used)


def test_a_lesson_that_is_older_than_its_data_set_is_read_when_the_data_set_comes(tmp_path):
    data_folder, lesson_folder = tmp_path / "data", tmp_path / "lessons"
    own.look_in(data_folder)
    lesson_folder.mkdir()
    name = own.name_of(images()[0])
    write(lesson_folder, ENGLISH.replace("{name: digits}", f"{{name: {name}}}"))
    clock = Clock()
    library = Library(lesson_folder, clock=clock)
    shelf = library.shelf()
    assert "two-rates" not in shelf.lessons
    assert name in str(shelf.problems[0])

    clock.now += INTERVAL_SECONDS
    assert library.shelf() is shelf  # nothing has come

    kept(data_folder)
    clock.now += INTERVAL_SECONDS
    shelf = library.shelf()
    assert shelf.problems == ()
    assert [config.dataset.name for config in shelf.lessons["two-rates"].configs()] == [name, name]
