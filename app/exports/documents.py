"""JSON documents of runs: configs, names, tags and notes, and every recorded row.

    {"lossroom": <version>, "exported_at": 1790000000.0,
     "data_sets": [{"title", "about": <see engine.datasets.own_about>}, ...],
     "runs": [
        {"name", "status", "reason", "why", "lesson", "created_at", "started_at", "finished_at", "seconds",
         "starred", "archived", "tags", "notes", "annotations",
         "color": <where one was chosen: another lab has given others away>,
         "config": <the experiment file; of a fork, what follows its last fork>,
         "id": <in versions 2 and 3>,
         "origin", "stretches": <of a fork: what it was forked from, and what was trained before its forks>,
         "streams": {"train": {"columns": ["iteration", "loss", ...], "data": [[1, 2.3, ...], ...]},
                     "evaluation": {...}},
         "times": {"train": [[rows so far, Unix seconds, seconds of training], ...], "evaluation": [...]}}]}

Version 2 has forks, which version 1 had not, and version 3 own data sets: what they are, not their images or rows. A
document without either is of version 1, so that earlier labs read it.
A stream is `pandas.DataFrame(**stream)`. JSON has no name for what is not finite: "NaN", "Infinity", "-Infinity".
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

from app.exports.recording import Recording, texts
from app.rows import Times
from engine import datasets
from engine.events import STREAMS

VERSION = 3
#: The versions of other documents. `WITHOUT_OWN`: may have forks, has no own data sets. `WITHOUT_FORKS`: has neither.
WITHOUT_OWN, WITHOUT_FORKS = 2, 1
#: The most runs in a document, also of an export: every lab can read what a lab has written.
MAX_RUNS = 200
#: The fields of a run object that an import restores.
META = (
    "name",
    "status",
    "reason",
    "why",
    "lesson",
    "created_at",
    "started_at",
    "finished_at",
    "seconds",
    "starred",
    "archived",
    "tags",
    "notes",
    "annotations",
)

_NOT_FINITE = {"nan": '"NaN"', "-nan": '"NaN"', "inf": '"Infinity"', "-inf": '"-Infinity"'}


def document(recordings: Sequence[Recording]) -> Iterator[str]:
    """The document in pieces."""
    data_sets = _own_data_sets(recordings)
    version = WITHOUT_OWN if any(map(_has_fork, recordings)) else WITHOUT_FORKS
    version = VERSION if data_sets else version
    yield f'{{"lossroom": {version}, "exported_at": {round(time.time(), 3)}, '
    if data_sets:
        yield f'"data_sets": {json.dumps(data_sets, ensure_ascii=False)}, '
    yield '"runs": ['
    for number, recording in enumerate(recordings):
        yield ",\n" if number else "\n"
        yield from _run(recording, set() if version == WITHOUT_FORKS else {"id"})
    yield "\n]}\n"


def _own_data_sets(recordings: Sequence[Recording]) -> list[dict[str, Any]]:
    """What the own data sets of the runs are, so that a lab that has none of them can read the experiments."""
    titles = {recording.config["dataset"]["name"]: recording.data_title for recording in recordings}
    sources = [(title, datasets.find(name)) for name, title in titles.items() if title]
    return [
        {"title": title, "about": source.about.to_dict()}
        for title, source in sources
        if source is not None and source.about is not None
    ]


def _has_fork(recording: Recording) -> bool:
    return bool(recording.run["stretches"] or recording.run["origin"])


def _run(recording: Recording, also: set[str]) -> Iterator[str]:
    """A run; `also` are values of the run object beside those of all documents."""
    run = recording.run
    if _has_fork(recording):
        also = also | {"origin", "stretches"}
    meta = {name: run[name] for name in (*META, *sorted(also))} | {"config": recording.config}
    if run["color_chosen"]:
        meta["color"] = run["color"]
    yield json.dumps(meta, ensure_ascii=False, allow_nan=False)[:-1] + ', "streams": {'
    separator = ""
    times: dict[str, Times] = {}
    for stream in STREAMS:
        columns = recording.columns(stream)
        if columns:
            yield f'{separator}"{stream}": {{"columns": {json.dumps(columns)}, "data": ['
            times[stream] = []
            yield from _data(recording, stream, times[stream])
            yield "]}"
            separator = ", "
    yield f'}}, "times": {json.dumps(times)}}}'


def _data(recording: Recording, stream: str, times: Times) -> Iterator[str]:
    """The rows; their times are added to `times`."""
    separator = "\n"
    for page in recording.pages(stream):
        times += page.times
        rows = texts(page.values)
        yield separator + ",\n".join(f"[{','.join([_NOT_FINITE.get(v, v) for v in row])}]" for row in rows)
        separator = ",\n"
