"""Both ends of a transfer of a data set, connected by hand: what the lab gives, and what a worker takes and keeps."""

import asyncio
import os
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from app.cluster.copies import CHECKPOINT_SECONDS, CHECKPOINTS, Copies
from app.cluster.giving import Giver, data_of
from app.cluster.messages import PIECE_BYTES
from app.jobs import checkpoints
from app.jobs.checkpoint_store import FolderStore
from app.jobs.messages import Job
from engine import DatasetError, ExperimentConfig
from tests.engine.test_datasets import write_mnist
from tests.support import event_loop
from tests.support.experiments import QUICK


def job_on(name, folder):
    return Job(
        training="a",
        attempt=1,
        config=ExperimentConfig.from_dict({**QUICK, "dataset": {"name": name}}).to_dict(),
        data_dir=str(folder),
        cache_dir=str(folder / "cache"),
        own_dir=str(folder / "own"),
        checkpoint_place=str(folder / "state" / "checkpoints"),
        checkpoint_seconds=1.0,
        kept_bytes=1,
        memory_bytes=1,
        stored=0,
        seconds=0.0,
        dead=False,
        stretches=[],
        checkpoints=[],
        changes=[],
        wanted=[],
    )


@pytest.fixture
def given(tmp_path):
    """A job on MNIST, with images of several pieces."""
    write_mnist(tmp_path / "lab" / "mnist", train=3000)
    job = job_on("mnist", tmp_path / "lab")
    return job, data_of(job)


def pulled(tmp_path, *jobs, data, alter=lambda message: message, may_share=False, **options):
    """The jobs as the worker would start them, and the files that it asked for."""
    asked = []

    async def pull():
        loop = asyncio.get_running_loop()

        def arrive(worker, message):
            if (altered := alter(message)) is not None:
                loop.call_soon_threadsafe(copies.take, altered)

        def ask(want):
            asked.append((want["file"], want["offset"]))
            giver.give("worker", want, data if want["key"] == data["key"] else None)

        giver = Giver(arrive)
        copies = Copies(tmp_path / "worker", may_share=may_share, send=ask, **options)
        try:
            return await asyncio.gather(*(copies.prepare(job, data, "its-name") for job in jobs))
        finally:
            giver.close()

    return event_loop.run(pull()), asked


def test_trainings_that_begin_together_share_one_transfer_of_a_few_pieces(tmp_path, given):
    job, data = given
    (first, second), asked = pulled(tmp_path, job, job, data=data)
    assert first == second
    offsets = [offset for file, offset in asked if file == "train_images.npy"]
    assert offsets == [0, PIECE_BYTES, 2 * PIECE_BYTES]
    assert len(asked) == len(set(asked))
    _, asked = pulled(tmp_path, job, data=data)
    assert asked == []


def test_a_worker_with_the_labs_folders_uses_them_and_pulls_nothing(tmp_path, given):
    job, data = given
    (used,), asked = pulled(tmp_path, job, data=data, may_share=True)
    assert asked, "the state folder is not there"
    assert used != job
    name = tmp_path / "lab" / "state" / "lab-name"
    name.parent.mkdir()
    name.write_text("another-lab-at-this-path")
    assert pulled(tmp_path, job, data=data, may_share=True)[0] == [used]
    name.write_text("its-name")
    assert pulled(tmp_path, job, data=data, may_share=True) == ([job], [])


def test_copies_that_were_not_used_for_longest_go_where_they_become_too_many_bytes(tmp_path, given):
    job, data = given
    folder = tmp_path / "worker" / "copies"
    for age, name in ((9, "oldest-1"), (8, "noted-2"), (0.5, "of-this-hour-3")):
        (folder / name / "inner").mkdir(parents=True)
        (folder / name / "inner" / "train_images.npy").write_bytes(bytes(1000))
        used = time.time() - age * 3600
        os.utime(folder / name, (used, used))
    room = Copies(tmp_path / "worker", may_share=False, send=lambda message: None)
    room.note_used([folder / "noted-2", tmp_path / "elsewhere"])
    pulled(tmp_path, job, data=data, most_bytes=1 << 30)
    assert len(list(folder.iterdir())) == 4
    (pulled_one,) = folder.glob("mnist-*")
    shutil.rmtree(pulled_one)
    pulled(tmp_path, job, data=data, most_bytes=1)
    assert {path.name for path in folder.iterdir()} == {pulled_one.name, "noted-2", "of-this-hour-3"}


def test_what_is_lost_or_comes_twice_on_the_way_changes_nothing(tmp_path, given, monkeypatch):
    for name in ("RETRY_SECONDS", "MAX_RETRY_SECONDS"):
        monkeypatch.setattr(f"app.cluster.copies.{name}", 0.05)
    job, data = given
    lost = set()

    def lose_each_once(message):
        part = (message["file"], message["offset"])
        if part in lost:
            return message
        return lost.add(part)

    (used,), asked = pulled(tmp_path, job, data=data, alter=lose_each_once)
    assert set(asked) == lost
    assert len(asked) >= 2 * len(lost)
    assert data_of(used)["key"] == data["key"]  # as the process that trains will find it


def test_what_comes_late_is_asked_for_again_after_longer_and_longer_times(tmp_path, given, monkeypatch):
    monkeypatch.setattr("app.cluster.copies.RETRY_SECONDS", 0.02)
    waits = []
    wait_for = asyncio.wait_for

    def note(answer, seconds):
        waits.append(seconds)
        return wait_for(answer, seconds)

    monkeypatch.setattr("app.cluster.copies.asyncio.wait_for", note)
    job, data = given
    late: list[Any] = []

    def be_late(message):
        return message if len(late) == 2 else late.append(message)

    pulled(tmp_path, job, data=data, alter=be_late)
    assert waits[:3] == [0.02, 0.04, 0.08]
    assert waits == sorted(waits)


def test_a_damaged_copy_that_another_worker_of_the_machine_has_just_removed_is_pulled(
    tmp_path, given, monkeypatch
):
    job, data = given
    (used,), _ = pulled(tmp_path, job, data=data)
    (copy,) = (tmp_path / "worker" / "copies").iterdir()
    (copy / "sums.json").write_text("damaged")
    real = Path.read_text

    def read(path, *given):
        text = real(path, *given)
        if path == copy / "sums.json":
            shutil.rmtree(copy)
        return text

    monkeypatch.setattr(Path, "read_text", read)
    assert pulled(tmp_path, job, data=data)[0] == [used]


def test_of_the_checkpoints_on_a_worker_only_the_newest_stay_and_none_for_long(tmp_path, given):
    job, data = given
    copies = Copies(tmp_path / "worker", may_share=False, send=lambda message: None)
    store = FolderStore(tmp_path / "worker" / "checkpoints")
    made = [
        checkpoints.name("a", attempt, iteration)
        for attempt in (1, 2)
        for iteration in (70, 900, 1000, 20_000)
    ]
    others = ["c.2.30000.npz.part", checkpoints.name("b", 1, 5)]
    for file in (*reversed(made), *others):
        store.write(file, b"")
    copies.forget_older("a")
    assert store.files() == {*made[-CHECKPOINTS:], *others}
    week = time.time() - CHECKPOINT_SECONDS
    for file, moment in ((others[0], week - 60), (others[1], week + 3600), (made[-1], week - 60)):
        os.utime(tmp_path / "worker" / "checkpoints" / file, (moment, moment))
    pulled(tmp_path, job, data=data)
    assert job.training == "a", "it may go on from its checkpoints, however old they are"
    assert store.files() == {*made[-CHECKPOINTS:], others[1]}


def test_a_data_set_that_has_gone_and_one_that_arrives_damaged_are_refused(tmp_path, given):
    job, data = given

    def damage(message):
        return {**message, "data": bytes(len(message["data"]))}

    for alter, code in ((damage, "data_damaged"), (lambda message: message, "data_not_here")):
        with pytest.raises(DatasetError) as refused:
            pulled(tmp_path, job, data=data, alter=alter)
        assert refused.value.args[0].code == code
        assert list((tmp_path / "worker" / "copies").iterdir()) == []
        for path in (tmp_path / "lab" / "cache").glob("mnist-*/train_images.npy"):
            path.unlink()


@pytest.mark.parametrize("file", ["../../secret", "/etc/passwd", "card.json"])
def test_the_lab_gives_no_files_but_those_of_the_data_sets_that_its_trainings_have(given, file):
    _, data = given
    came, answers = threading.Event(), []

    def arrive(worker, message):
        answers.append(message)
        came.set()

    giver = Giver(arrive)
    for known, name in ((data, file), (None, "about.json")):
        came.clear()
        giver.give("worker", {"key": data["key"], "file": name, "offset": 0}, known)
        assert came.wait(10)
    giver.close()
    assert [answer["kind"] for answer in answers] == ["missing", "missing"]


def test_data_sets_that_are_in_every_lossroom_are_not_sent(tmp_path):
    assert data_of(job_on("digits", tmp_path)) is None
