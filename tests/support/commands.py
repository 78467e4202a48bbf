"""Commands of the terminal that end by themselves, run in processes of their own.

Importing is most of the work of a short command, so these are forked from a process that has imported all of them, as
labs are (`lab_starter.py`). Tests of a process's start, of its threads and of its pipes start the installed program.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.lab_starter import IS_POSSIBLE, lab_starter

#: `lossroom`, as it is installed beside the interpreter.
LOSSROOM = str(Path(sys.executable).with_name("lossroom"))
#: Seconds until a command is killed: long enough for the slowest machine.
TIMEOUT = 300.0


def run_in_bytes(
    *arguments: str | bytes | Path,
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run `lossroom` with arguments, and wait for its end.

    Args:
        directory: where it is started; None: where this process is.
        environment: all its variables; None: those of this process.

    Raises:
        subprocess.TimeoutExpired: it ran for too long, and was killed.
    """
    command = [LOSSROOM, *map(os.fsdecode, arguments)]
    variables = os.environ if environment is None else environment
    if not IS_POSSIBLE:
        return subprocess.run(command, capture_output=True, cwd=directory, env=variables, timeout=TIMEOUT)
    code, out, error = lab_starter().run(command, directory=directory, environment=variables, timeout=TIMEOUT)
    return subprocess.CompletedProcess(command, code, out, error)


def run(
    *arguments: str | bytes | Path,
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """As `run_in_bytes`, with the output as text."""
    done = run_in_bytes(*arguments, directory=directory, environment=environment)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
