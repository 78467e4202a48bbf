"""The moments that a worker keeps of its training, and those that all trainings of a lab keep."""

import json
import types

import pytest

from app.folders import LOW_DISK_BYTES
from app.jobs import checkpoints, kept
from app.jobs.checkpoint_store import FolderStore
from app.jobs.kept import Keeper
from app.jobs.kept_bound import KeptBound
from app.runs import Run
from app.trainings import Status, Training
from engine import ExperimentConfig, Trainer, load_dataset
from tests.support.experiments import QUICK


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits")


@pytest.fixture
def without_rest(monkeypatch):
    """Every moment is kept, however long the last one has taken."""
    monkeypatch.setattr(kept, "SHARE", 0)
    monkeypatch.setattr(checkpoints, "SHARE", 0)


CONFIG = ExperimentConfig.from_dict(QUICK)


def keeper(folder, *, most_bytes=16 << 20, earlier=(), at=0, attempt=1):
    return Keeper(
        FolderStore(folder), "one", attempt, iterations=200, most_bytes=most_bytes, earlier=earlier, at=at
    )


def train(trainer, keeper, until=200):
    while trainer.iteration < until:
        trainer.advance()
        if trainer.iteration >= keeper.due:
            keeper.keep(trainer, trainer.iteration // 20, is_saving=False)


def iterations(made):
    return sorted(checkpoint["iteration"] for checkpoint in made)


@pytest.mark.usefixtures("without_rest")
def test_every_kept_file_leads_to_the_moment_that_it_says(tmp_path, digits):
    trainer = Trainer(CONFIG, digits)
    keep = keeper(tmp_path)
    train(trainer, keep)
    made = keep.news()

    assert iterations(made) == list(range(14, 200, 14))
    assert keep.news() is None
    alone = Trainer(CONFIG, digits)
    for checkpoint in reversed(made):
        while alone.iteration < checkpoint["iteration"]:
            alone.advance()
        data = (tmp_path / checkpoint["file"]).read_bytes()
        assert len(data) == checkpoint["kept_bytes"]
        assert checkpoint["evaluations"] == alone.iteration // 20
        restored = Trainer.restore(data, digits)
        assert restored.network.vector.tobytes() == alone.network.vector.tobytes()


@pytest.mark.usefixtures("without_rest")
def test_files_stay_within_the_bound_and_the_next_worker_goes_on_with_those_that_are_there(tmp_path, digits):
    trainer = Trainer(CONFIG, digits)
    trainer.advance()
    size = len(trainer.checkpoint()) + 64  # counters have more digits later
    first = keeper(tmp_path, most_bytes=5 * size)
    train(trainer, first, until=100)
    second = keeper(tmp_path, most_bytes=5 * size, earlier=first.news(), at=100, attempt=2)
    train(trainer, second)
    made = second.news()

    assert iterations(made) == [56, 112, 168]
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.npz")) == sorted(
        checkpoint["file"] for checkpoint in made
    )


@pytest.mark.usefixtures("without_rest")
@pytest.mark.parametrize("most_bytes", [0, 1000])
def test_nothing_is_written_where_no_checkpoint_fits(tmp_path, digits, most_bytes):
    keep = keeper(tmp_path / "new", most_bytes=most_bytes)
    train(Trainer(CONFIG, digits), keep)
    assert keep.news() is None
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("waits", "works", "expected"), [(0.0, 0.02, [140, 2660]), (0.02, 0.0, [140, 560, 980, 1400])]
)
def test_where_keeping_takes_long_less_is_kept(tmp_path, digits, monkeypatch, waits, works, expected):
    """An iteration takes 1 ms, a checkpoint 20: one in 2,500 iterations if the processor works for it, and one in 400
    if the disk does."""
    clock = types.SimpleNamespace(waited=0.0, worked=0.0)
    times = {"monotonic": lambda: clock.waited + clock.worked, "process_time": lambda: clock.worked}
    monkeypatch.setattr(kept, "time", types.SimpleNamespace(**times))
    trainer = Trainer(CONFIG, digits)
    save = trainer.checkpoint

    def slow():
        clock.waited += waits
        clock.worked += works
        return save()

    monkeypatch.setattr(trainer, "checkpoint", slow)
    keep = Keeper(FolderStore(tmp_path), "one", 1, iterations=4900, most_bytes=1 << 30, earlier=(), at=0)
    for iteration in range(1, 4901):
        clock.worked += 0.001
        trainer.iteration = iteration
        if iteration >= keep.due:
            keep.keep(trainer, 0, is_saving=False)
    assert iterations(keep.news())[: len(expected)] == expected


def test_a_full_disk_costs_only_what_would_have_been_kept(tmp_path, digits):
    (tmp_path / "one").touch()  # a file where the folder should be
    keep = keeper(tmp_path)
    train(Trainer(CONFIG, digits), keep)
    assert keep.news() is None


def training(number, size, status=Status.COMPLETED):
    made = [
        {"file": "", "iteration": 1, "evaluations": 0, "kept_bytes": size},
        {"file": "", "iteration": 2, "evaluations": 0},
    ]
    return Training(
        f"t{number}", {}, 1, created_at=number, status=status, checkpoints=json.loads(json.dumps(made))
    )


def test_the_oldest_trainings_without_a_star_lose_theirs_first_then_starred_ones_but_never_one_that_goes_on():
    starred = {"t1"}
    bound = KeptBound(100, lambda shown: [Run("r", 1, "", shown, 0.0, starred=shown.id in starred)])
    trainings = [
        training(0, 40, Status.RUNNING),
        training(1, 30),
        *(training(number, 20) for number in (3, 2, 4)),
    ]
    for noted in trainings:
        bound.note(noted)
    assert bound.bytes == 130

    def losing(free=LOW_DISK_BYTES):
        return [chosen.id for chosen in bound.excess(trainings, free=free)]

    assert losing() == ["t2", "t3"]
    assert losing(free=LOW_DISK_BYTES - 41) == ["t2", "t3", "t4"]
    bound.note(training(4, 70))
    assert losing() == ["t2", "t3", "t4"]
    bound.note(training(0, 95, Status.RUNNING))
    assert losing() == ["t2", "t3", "t4", "t1"]
    for name in ("t0", "t1", "t2", "t3", "t4"):
        bound.forget(name)
    assert (bound.bytes, losing(free=0)) == (0, [])


def test_trainings_that_only_studies_show_lose_theirs_before_all_others():
    studies = {"t2": ["s"], "t3": ["s", None]}
    bound = KeptBound(
        50,
        lambda shown: [Run("r", 1, "", shown, 0.0, study=study) for study in studies.get(shown.id, [None])],
    )
    trainings = [training(number, 20) for number in (1, 2, 3, 4)]
    for noted in trainings:
        bound.note(noted)
    assert [chosen.id for chosen in bound.excess(trainings, free=LOW_DISK_BYTES)] == ["t2", "t1"]
