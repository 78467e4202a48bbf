import time

import pytest

from app.jobs import checkpoints
from app.jobs.checkpoints import Writer
from app.jobs.messages import Checkpoint


def finish(writer):
    writer.wait()
    return writer.written()


def test_a_checkpoint_is_written_completely_and_reported_once(tmp_path):
    writer = Writer(tmp_path / "new", "run", 2, every=1)
    writer.begin(b"data", 30, 3, seconds=0)

    assert finish(writer) == {"file": "run.2.30.npz", "iteration": 30, "evaluations": 3}
    assert writer.written() is None
    assert writer.problem() is None
    assert checkpoints.read(tmp_path / "new", "run.2.30.npz") == b"data"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["run.2.30.npz"]


def test_a_checkpoint_that_cannot_be_written_is_reported_and_the_next_one_is_tried(tmp_path):
    folder = tmp_path / "folder"
    folder.touch()  # a file where the folder should be
    writer = Writer(folder, "run", 1, every=1)
    writer.begin(b"data", 1, 0, seconds=0)

    assert finish(writer) is None
    assert "exists" in writer.problem()
    assert writer.problem() is None
    folder.unlink()
    writer.begin(b"data", 2, 0, seconds=0)
    assert finish(writer)["iteration"] == 2


@pytest.mark.parametrize(("seconds", "wait"), [(0.0, 3.0), (1.0, checkpoints.SHARE)])
def test_checkpoints_that_take_long_to_save_are_saved_less_often(tmp_path, seconds, wait):
    writer = Writer(tmp_path, "run", 1, every=3)
    writer.begin(b"", 1, 0, seconds=seconds)
    finish(writer)

    now = time.monotonic()
    assert not writer.due(now + wait - 1.5)
    assert writer.due(now + wait + 0.1)


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()


def test_files_that_no_training_has_are_deleted_and_the_folders_that_are_empty_then(tmp_path):
    touch(
        tmp_path, "goes-on.1.5.npz", "goes-on.1.4.npz", "gone.1.6.npz.part", "gone/1.4.npz", "ended/1.2.npz"
    )
    touch(tmp_path, "ended/1.3.npz")

    there = checkpoints.sweep(
        tmp_path, {"goes-on.1.5.npz", "goes-on.1.9.npz", "ended/1.3.npz", "lost/1.4.npz"}
    )

    assert there == {"goes-on.1.5.npz", "ended/1.3.npz"}

    assert files(tmp_path) == ["ended/1.3.npz", "goes-on.1.5.npz"]
    assert not (tmp_path / "gone").exists()


def test_of_an_ended_training_only_what_it_keeps_stays_and_of_a_deleted_one_nothing(tmp_path):
    touch(
        tmp_path,
        "one.1.5.npz",
        "one.2.6.npz.part",
        "one/1.2.npz",
        "one/2.4.npz",
        "other.1.1.npz",
        "other/1.2.npz",
    )
    kept: Checkpoint = {"file": "one/2.4.npz", "iteration": 4, "evaluations": 0, "kept_bytes": 0}

    checkpoints.remove_all(tmp_path, "one", but=[kept])
    assert files(tmp_path) == ["one/2.4.npz", "other.1.1.npz", "other/1.2.npz"]
    checkpoints.remove_all(tmp_path, "one")
    assert files(tmp_path) == ["other.1.1.npz", "other/1.2.npz"]
    assert not (tmp_path / "one").exists()


def test_a_training_that_leaves_another_one_gets_its_checkpoints_also_where_two_are_of_one_iteration(
    tmp_path,
):
    touch(tmp_path, "one.1.4.npz", "one/1.4.npz")
    made: list[Checkpoint] = [
        {"file": "one.1.4.npz", "iteration": 4, "evaluations": 0},
        {"file": "one/1.4.npz", "iteration": 4, "evaluations": 0, "kept_bytes": 3},
        {"file": "one/1.2.npz", "iteration": 2, "evaluations": 0, "kept_bytes": 3},
    ]

    linked = checkpoints.link(tmp_path, made, "new")
    checkpoints.remove_all(tmp_path, "one")

    assert [checkpoint["file"] for checkpoint in linked] == ["new.0.4.npz", "new/0.4.npz"]
    assert files(tmp_path) == ["new.0.4.npz", "new/0.4.npz"]
