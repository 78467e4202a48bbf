"""Checkpoints of a worker: how they are written and reported, and how often."""

import time

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

    assert finish(writer) == {"file": "run.2.30.npz", "iteration": 30, "evaluations": 3}
    assert writer.written() is None
    assert writer.problem() is None
    assert checkpoints.read(FolderStore(tmp_path / "new"), "run.2.30.npz") == b"data"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["run.2.30.npz"]


def test_a_checkpoint_that_cannot_be_written_is_reported_and_the_next_one_is_tried(tmp_path):
    folder = tmp_path / "folder"
    folder.touch()  # a file where the folder should be
    writer = Writer(FolderStore(folder), "run", 1, every=1)
    writer.begin(b"data", 1, 0, seconds=0)

    assert finish(writer) is None
    assert "exists" in writer.problem()
    assert writer.problem() is None
    folder.unlink()
    writer.begin(b"data", 2, 0, seconds=0)
    assert finish(writer)["iteration"] == 2


@pytest.mark.parametrize(("seconds", "wait"), [(0.0, 3.0), (1.0, checkpoints.SHARE)])
def test_checkpoints_that_take_long_to_save_are_saved_less_often(tmp_path, seconds, wait):
    writer = Writer(FolderStore(tmp_path), "run", 1, every=3)
    writer.begin(b"", 1, 0, seconds=seconds)
    finish(writer)

    now = time.monotonic()
    assert not writer.due(now + wait - 1.5)
    assert writer.due(now + wait + 0.1)
