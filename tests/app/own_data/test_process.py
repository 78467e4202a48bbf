"""Files are read in a process that is confined: too much time or memory is a reason, and nothing of it stays."""

import asyncio
import io
import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import psutil
import pytest

from app.own_data import process
from app.own_data.choices import Choices
from app.own_data.limits import Limits
from engine.datasets import own
from engine.errors import DatasetError
from tests.support import event_loop
from tests.support.own_files import bring

TABLE = b"size,kind\n" + b"".join(
    b"%d.5,%s\n" % (number % 7, b"ab"[number % 2 :][:1]) for number in range(40)
)


def refused(awaitable):
    with pytest.raises(DatasetError) as error:
        event_loop.run(awaitable)
    return error.value.args[0]


def test_a_process_reads_what_this_one_would(tmp_path):
    brought = bring(tmp_path, "leaves.csv", TABLE)
    choices = Choices(seed=3, classes={"a": "甲"})
    said = event_loop.run(process.preview(brought.path, brought.name, choices, Limits()))
    assert said == brought.preview(seed=3, classes={"a": "甲"})
    about = event_loop.run(process.decode(brought.path, brought.name, choices, Limits(), brought.out))
    assert about == brought.keep(seed=3, classes={"a": "甲"})[0]
    assert [path.name for path in brought.out.iterdir()] == [own.name_of(about)]


def test_a_refusal_comes_through_with_its_code_and_values(tmp_path):
    brought = bring(tmp_path, "leaves.csv", TABLE)
    reason = refused(process.preview(brought.path, brought.name, Choices(label="colour"), Limits()))
    assert reason == "there is no column colour; there are size, kind"
    assert reason.why == {"code": "read_no_column", "values": {"column": "colour", "there": "size, kind"}}


def test_a_fault_of_the_program_is_logged_without_what_is_in_the_file(tmp_path, caplog):
    brought = bring(tmp_path, "leaves.csv", TABLE)
    faulty = Limits(columns="many")  # type: ignore[arg-type]
    reason = refused(process.preview(brought.path, brought.name, Choices(), faulty))
    assert reason == "reading leaves.csv ended unexpectedly"
    (record,) = caplog.records
    assert record.getMessage().endswith("TypeError")
    assert "in read_delimited" in record.getMessage()


def test_reading_that_takes_too_long_or_too_much_memory_is_refused_and_leaves_nothing(tmp_path):
    brought = bring(tmp_path, "leaves.csv", TABLE)
    late = refused(process.decode(brought.path, brought.name, Choices(), Limits(seconds=0.001), brought.out))
    assert late.code == "read_slow"
    buffer = io.BytesIO()
    np.savez(buffer, x=np.zeros((30_000, 8, 8), np.uint8), y=np.arange(30_000) % 2)
    images = bring(tmp_path, "images.npz", buffer.getvalue())
    enlarged = Choices(size=64, colour=True)
    large = refused(process.decode(images.path, images.name, enlarged, Limits(memory_bytes=0), images.out))
    assert large == "reading images.npz needed too much memory and was ended"
    assert not list(brought.out.iterdir())


def test_a_process_whose_server_is_gone_ends_without_an_answer(tmp_path):
    brought = bring(tmp_path, "leaves.csv", TABLE * 2000)
    task = {
        "path": str(brought.path),
        "file": brought.name,
        "choices": {},
        "limits": asdict(Limits()),
        "out": None,
    }
    child = subprocess.run(
        [sys.executable, "-m", "app.own_data.child"],
        input=json.dumps(task).encode() + b"\n",  # and then the pipe ends
        capture_output=True,
    )
    assert (child.returncode, child.stdout) == (1, b"")


def test_a_process_whose_reader_goes_away_is_killed(tmp_path):
    brought = bring(tmp_path, "leaves.csv", TABLE)
    me = psutil.Process()
    before = set(me.children())

    async def go_away():
        reading = asyncio.create_task(process.preview(brought.path, brought.name, Choices(), Limits()))
        while set(me.children()) <= before:
            await asyncio.sleep(0.01)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    event_loop.run(go_away())
    assert set(me.children()) <= before


def test_who_is_cancelled_while_a_killed_process_ends_goes_away_after_its_end():
    async def be_cancelled():
        sleeper = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=subprocess.PIPE)
        waiting = asyncio.create_task(process._wait_for_end(sleeper))
        for _ in range(2):
            await asyncio.sleep(0)
            waiting.cancel()
        await asyncio.sleep(0.05)
        assert not waiting.done()
        sleeper.kill()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert sleeper.returncode is not None

    event_loop.run(be_cancelled())
