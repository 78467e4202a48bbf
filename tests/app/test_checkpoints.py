"""Checkpoints of a worker: how they are written and reported, and how often."""

import types

import pytest

from app.jobs import checkpoints
from app.jobs.checkpoint_store import FolderStore
from app.jobs.checkpoints import Writer


def finish(writer):
    writer.wait()
    return writer.written()


def test_a_checkpoint_is_written_completely_and_reported_once(tmp_path):
    writer = Writer(FolderStore(tmp_path / "new"), "run", 2, every=1)
    writer.begin(b"data", 30, 3, seconds=0)

    assert finish(writer) == [{"file": "run.2.30.npz", "iteration": 30, "evaluations": 3}]
    assert writer.written() == []
    assert writer.problem() is None
    assert checkpoints.read(FolderStore(tmp_path / "new"), "run.2.30.npz") == b"data"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["run.2.30.npz"]


def test_a_checkpoint_that_was_not_reported_before_the_next_one_began_is_reported_with_it(tmp_path):
    writer = Writer(FolderStore(tmp_path), "run", 1, every=1)
    writer.begin(b"first", 10, 1, seconds=0)
    writer.begin(b"second", 20, 2, seconds=0)

    assert [checkpoint["iteration"] for checkpoint in finish(writer)] == [10, 20]
    assert writer.written() == []


def test_a_checkpoint_that_cannot_be_written_is_reported_and_the_next_one_is_tried(tmp_path):
    folder = tmp_path / "folder"
    folder.touch()  # a file where the folder should be
    writer = Writer(FolderStore(folder), "run", 1, every=1)
    writer.begin(b"data", 1, 0, seconds=0)

    assert finish(writer) == []
    assert "exists" in writer.problem()
    assert writer.problem() is None
    folder.unlink()
    writer.begin(b"data", 2, 0, seconds=0)
    assert [checkpoint["iteration"] for checkpoint in finish(writer)] == [2]


@pytest.mark.parametrize(("clock", "processor", "is_due"), [(2, 99, False), (99, 19, False), (3, 20, True)])
def test_the_next_checkpoint_is_due_after_some_time_and_twenty_times_what_the_last_one_took_the_processor(
    tmp_path, monkeypatch, clock, processor, is_due
):
    now = types.SimpleNamespace(clock=100.0, processor=50.0)
    times = {"monotonic": lambda: now.clock, "process_time": lambda: now.processor}
    monkeypatch.setattr(checkpoints, "time", types.SimpleNamespace(**times))
    writer = Writer(FolderStore(tmp_path), "run", 1, every=3)
    assert not writer.is_due
    writer.begin(b"", 1, 0, seconds=1.0)
    finish(writer)

    now.clock, now.processor = 100.0 + clock, 50.0 + processor
    assert writer.is_due == is_due
