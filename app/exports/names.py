"""Names of exported files: what they hold, and of which runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from app.exports.recording import Recording
from app.texts import file_name

#: Numbers of runs that are named one by one.
MAX_NUMBERS = 4


def name_of_run(number: int, name: str, ending: str) -> str:
    """The name of a file of one run, such as "run-012-Adam-lr-0.01.csv"."""
    return f"run-{number:03d}-{file_name(name)}.{ending}"


def name_of_runs(recordings: Sequence[Recording], ending: str) -> str:
    """The name of a file of several runs, such as "lesson-2a-optimizers-runs-1-to-3.csv" or "mnist-runs-4-7-9.json"."""
    runs = [recording.run for recording in recordings]
    if len(runs) == 1:
        return name_of_run(runs[0]["number"], runs[0]["name"], ending)
    of = _numbers(sorted(run["number"] for run in runs))
    return f"{file_name('-'.join(part for part in (_common(recordings), of) if part))}.{ending}"


def attachment(name: str) -> dict[str, str]:
    """The header with a file's name as browsers read it (RFC 6266), and with one in ASCII for programs that can read
    nothing else."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"}


def _common(recordings: Sequence[Recording]) -> str:
    """The lesson or else the data set that the runs have in common."""
    lessons = {recording.run["lesson"] for recording in recordings}
    if len(lessons) == 1 and (slug := lessons.pop()):
        return f"lesson-{slug}"
    names = {str(recording.config["dataset"]["name"]) for recording in recordings}
    return (recordings[0].data_title or names.pop()) if len(names) == 1 else ""


def _numbers(numbers: Sequence[int]) -> str:
    """ "runs-4-to-13" of runs that follow each other, "runs-4-7-9" of a few others, "39-of-runs-4-to-80" of many."""
    first, last = numbers[0], numbers[-1]
    if last - first == len(numbers) - 1:
        return f"runs-{first}-to-{last}"
    if len(numbers) <= MAX_NUMBERS:
        return f"runs-{'-'.join(map(str, numbers))}"
    return f"{len(numbers)}-of-runs-{first}-to-{last}"
