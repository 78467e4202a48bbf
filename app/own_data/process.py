"""Reads a file in a process of its own: whatever is in the file, it cannot harm the lab, take its memory or hang it.

    await preview(path, "leaves.csv", Choices(), Limits())
    await decode(path, "leaves.csv", Choices(title="Leaves"), Limits(), out)

The process gets its task as one line of JSON and answers with one (`app.own_data.child`). It is killed when its time is
over and when the task that waits for it is cancelled, and it ends by itself when the server is gone.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from app.jobs.confined import needed_variables
from app.own_data.choices import Choices
from app.own_data.limits import Limits
from app.own_data.preview import Preview
from app.own_data.reasons import refusal
from engine.datasets import own
from engine.errors import DatasetError
from engine.reasons import restored

log = logging.getLogger(__name__)

#: The longest answer: 50 images in colour, 1000 columns and 1000 classes with long names take 3 MB.
MAX_ANSWER = 16 << 20


async def preview(path: Path, file_name: str, choices: Choices, limits: Limits) -> Preview:
    """As `app.own_data.reading.preview`, in a process of its own.

    Raises:
        DatasetError: also if reading took too long or too much memory, or the process died.
    """
    return cast(Preview, await _read(path, file_name, choices, limits, None))


async def decode(path: Path, file_name: str, choices: Choices, limits: Limits, out: Path) -> own.About:
    """As `app.own_data.reading.decode`, in a process of its own. If it dies, it may leave a hidden folder in `out`.

    Raises:
        DatasetError: as `preview`.
    """
    return own.About.from_dict(await _read(path, file_name, choices, limits, out))


async def _read(path: Path, file_name: str, choices: Choices, limits: Limits, out: Path | None) -> Any:
    task = {
        "path": str(path.absolute()),
        "file": file_name,
        "choices": choices.model_dump(),
        "limits": asdict(limits),
        "out": None if out is None else str(out.absolute()),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.own_data.child"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=MAX_ANSWER,
        env=needed_variables(os.environ) | {"PYTHONSAFEPATH": "1"},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    line = b""
    try:
        async with asyncio.timeout(limits.seconds):
            with suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.write(json.dumps(task).encode() + b"\n")
                # not closed: the process ends when its input does, as when the server dies
                await process.stdin.drain()
            with suppress(ValueError):  # an answer longer than MAX_ANSWER counts as no answer
                line = await process.stdout.readline()
    except TimeoutError:
        raise refusal("read_slow", file=file_name, seconds=int(limits.seconds)) from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await _wait_for_end(process)
    return _answer(line, file_name)


async def _wait_for_end(process: asyncio.subprocess.Process) -> None:
    """Wait for the end of a killed process, also if this task is cancelled meanwhile.

    Raises:
        CancelledError: it was cancelled; only after the end.
    """
    waiting = asyncio.ensure_future(process.wait())
    cancelled: asyncio.CancelledError | None = None
    while not waiting.done():
        try:
            await asyncio.shield(waiting)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled


def _answer(line: bytes, file_name: str) -> Any:
    """The result in an answer.

    Raises:
        DatasetError: the file was refused, reading it failed, or there is no answer.
    """
    try:
        answer = json.loads(line)
    except ValueError:
        raise refusal("read_died", file=file_name) from None
    if "failed" in answer:
        log.error("a file could not be read:\n%s", answer["failed"])
        raise refusal("read_died", file=file_name)
    if "refused" in answer:
        reason = answer["refused"]  # a `ReasonWithText`
        raise DatasetError(restored(reason["text"], {"code": reason["code"], "values": reason["values"]}))
    return answer["result"]
