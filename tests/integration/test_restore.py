"""`lossroom restore`: a copy replaces the database completely or not at all."""

import contextlib
import signal
import sqlite3

import pytest

from tests.support import commands
from tests.support.experiments import ENDLESS
from tests.support.waiting import wait_until


@pytest.fixture
def backed_up(make_lab, tmp_path):
    """A running lab, and an earlier backup of it with one run fewer."""
    lab = make_lab(LOSSROOM_WORKERS="1")
    lab.wait_for(lab.launch(name="before")["id"], "completed")
    copy = tmp_path / "copy.sqlite3"
    assert commands.run("backup", copy, "--state-dir", lab.state_dir).returncode == 0
    lab.wait_for(lab.launch(name="after")["id"], "completed")
    return lab, copy


def names(lab):
    return [run["name"] for run in lab.http.get("/api/runs").json()["runs"]]


def test_a_copy_is_not_restored_while_a_lab_is_running(backed_up):
    lab, copy = backed_up

    done = commands.run("restore", copy, "--state-dir", lab.state_dir)

    assert done.returncode == 1
    assert f"is in use by the lab at {lab.url}" in done.stderr
    assert names(lab) == ["before", "after"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_a_restored_copy_is_what_the_next_lab_shows_and_the_replaced_one_is_kept(backed_up, how):
    lab, copy = backed_up
    lab.launch(**ENDLESS)
    wait_until(lambda: lab.http.get("/health").json()["busy"], "a run")
    lab.stop(how)  # a killed lab leaves a write-ahead log that is not the copy's

    done = commands.run("restore", copy, "--state-dir", lab.state_dir)
    lab.start()

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 runs from ")
    assert names(lab) == ["before"]
    lab.wait_for(lab.launch(name="new")["id"], "completed")
    (kept,) = (lab.state_dir / "backups").glob("replaced-*.sqlite3")
    assert str(kept) in done.stdout
    with contextlib.closing(sqlite3.connect(kept)) as old, old:
        assert [name for (name,) in old.execute("SELECT name FROM runs")] == ["before", "after", "endless"]
    lab.stop()
    back = commands.run("restore", kept, "--state-dir", lab.state_dir)
    lab.start()
    assert back.returncode == 0, back.stderr
    assert names(lab) == ["before", "after", "endless"]


def break_a_page(path):
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(content)


def make_newer(path):
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA user_version = 99")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (break_a_page, "is damaged"),
        (make_newer, "has schema 99"),
        (lambda path: path.write_bytes(b"no database" * 1000), "is not a Lossroom database"),
        (lambda path: path.write_bytes(b""), "is not a Lossroom database"),
        (lambda path: path.unlink(), "there is no file"),
    ],
)
def test_a_damaged_or_foreign_copy_changes_nothing(backed_up, spoil, said):
    lab, copy = backed_up
    lab.stop()
    before = (lab.state_dir / "lossroom.sqlite3").read_bytes()
    spoil(copy)

    done = commands.run("restore", copy, "--state-dir", lab.state_dir)

    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (lab.state_dir / "lossroom.sqlite3").read_bytes() == before
    assert not list(lab.state_dir.glob("*.restored*"))
