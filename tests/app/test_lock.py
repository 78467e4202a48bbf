"""The lock on the state folder, with real processes that hold it and die."""

import signal
import subprocess
import sys

import pytest

from app.folders import FolderError
from app.storage.lock import FolderInUse, FolderLock

HOLD = """
import sys, subprocess
from pathlib import Path
from app.storage.lock import FolderLock
FolderLock(Path(sys.argv[1])).acquire("the first")
child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock on the folder, and has a child process."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_folder_can_be_locked_once_and_the_refusal_names_folder_and_process(tmp_path, holder):
    with pytest.raises(FolderInUse) as refused:
        FolderLock(tmp_path).acquire("the second")

    message = str(refused.value)
    assert f"{tmp_path} is in use by the first (process {holder.pid} on " in message
    assert "\n" not in message


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_that_dies_leaves_no_lock(tmp_path, holder, how):
    holder.send_signal(how)
    holder.wait()

    FolderLock(tmp_path).acquire("the second")


def test_a_released_lock_can_be_taken(tmp_path):
    first, second = FolderLock(tmp_path), FolderLock(tmp_path)
    first.acquire("the first")
    first.acquire("the first again")
    with pytest.raises(FolderInUse):
        second.acquire("the second")

    first.release()

    second.acquire("the second")
    second.release()


def test_a_lock_file_with_other_content_is_named(tmp_path):
    (tmp_path / "lossroom.lock").write_bytes(b"something else, and long enough to be looked at" * 100)

    with pytest.raises(FolderError, match=r"lossroom\.lock cannot be locked"):
        FolderLock(tmp_path).acquire("a lab")
