"""The checkpoint files of a lab: that they are deleted, and what a store that hangs holds up."""

import asyncio
import threading

import pytest

from app.jobs.checkpoint_files import CheckpointFiles
from app.jobs.checkpoint_store import FolderStore
from app.jobs.register import Register
from app.live.hub import Hub
from app.settings import Settings
from app.storage.database import Database
from tests.support import event_loop


class Far(FolderStore):
    """A folder of another machine, which may be out of reach."""

    is_near = False


class Hanging(Far):
    """It answers when the test ends."""

    def __init__(self, folder):
        super().__init__(folder)
        self.asked, self.answers = threading.Event(), threading.Event()

    def files(self, training_id=None):
        self.asked.set()
        self.answers.wait(60)
        return super().files(training_id)


@pytest.fixture
def settings(tmp_path):
    return Settings(state_dir=tmp_path)


def files_of(settings, store):
    files = CheckpointFiles(settings, Register(Database(settings.database_path), Hub(history=None)))
    files._store = store
    return files


@pytest.mark.parametrize(("kind", "left"), [(FolderStore, 0), (Far, 2)])
def test_of_many_trainings_that_are_deleted_together_a_folder_of_this_machine_loses_all_files(
    settings, monkeypatch, kind, left
):
    monkeypatch.setattr("app.jobs.checkpoint_files.MAX_WAITING", 3)
    store = kind(settings.checkpoint_dir)
    names = [f"t{number}" for number in range(5)]
    for name in names:
        store.write(f"{name}/1.2.npz", b"", durable=False)

    async def scenario():
        files = files_of(settings, store)
        for name in names:
            files.clean(name)
        await asyncio.wait(files._works)
        await files.close()

    event_loop.run(scenario())
    assert len(store.files()) == left


def test_neither_a_lab_that_closes_nor_its_process_waits_for_a_store_that_hangs(settings):
    store = Hanging(settings.checkpoint_dir)

    async def scenario():
        files = files_of(settings, store)
        files.clean("one")
        await asyncio.to_thread(store.asked.wait, 60)
        await files.close()
        return [thread.daemon for thread in threading.enumerate() if thread.name.startswith("checkpoints")]

    assert event_loop.run(scenario()) == [True]  # Python ends without threads that are daemons
    store.answers.set()
