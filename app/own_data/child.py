"""The process that reads one file, see `app.own_data.process`: without secrets, with bounds for memory and time."""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from app.jobs.confined import confine
from app.own_data.choices import Choices
from app.own_data.limits import Limits
from app.own_data.preview import with_text
from app.own_data.reading import decode, preview
from app.own_data.reasons import make_reason
from engine.errors import DatasetError
from engine.reasons import Reason, reason_of

if sys.platform != "win32":
    import resource

#: The server and its trainings come first.
NICENESS = 10
#: Processor seconds allowed beyond the time for which the server waits. They end a process whose server is gone.
SPARE_SECONDS = 10


def main() -> None:
    answers = _only_answers()
    task = json.loads(sys.stdin.readline())
    limits = Limits(**task["limits"])
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    _confine(limits)
    answers.write(json.dumps(_answer(task, limits)) + "\n")
    answers.flush()


def _answer(task: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """The `result`; or why the file is `refused`; or where reading `failed`, which is a fault of this program."""
    path, file, choices = Path(task["path"]), str(task["file"]), Choices.model_validate(task["choices"])
    try:
        if task["out"] is None:
            return {"result": preview(path, file, choices, limits)}
        return {"result": decode(path, file, choices, limits, Path(task["out"])).to_dict()}
    except (DatasetError, OSError) as error:
        reason = reason_of(error)
    except MemoryError:
        reason = make_reason("read_memory", file=file)
    except Exception as error:
        # without its message, which may quote the file
        return {"failed": f"{''.join(traceback.format_tb(error.__traceback__))}{type(error).__name__}"}
    return {"refused": _plain(reason)}


def _plain(reason: Reason) -> dict[str, Any]:
    return dict(with_text(reason))


def _only_answers() -> Any:
    """The stream of answers. Whatever else is printed goes nowhere."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return answers


def _confine(limits: Limits) -> None:
    confine(NICENESS, limits.memory_bytes)
    if sys.platform != "win32":
        _lower(resource.RLIMIT_CPU, int(limits.seconds) + SPARE_SECONDS)
        _lower(resource.RLIMIT_FSIZE, limits.unpacked_bytes + limits.decoded_bytes)


def _lower(kind: int, most: int) -> None:
    """Set a limit of this process; one that is lower already stays."""
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(kind, (most, most))


def _end_with_the_server() -> None:
    while os.read(0, 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
