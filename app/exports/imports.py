"""Imports: a document of exported runs is read and checked.

A document comes from anybody, so everything in it is checked: types and bounds by models, the experiment
by the engine, the rows against the experiment (`imported_run`). It is read value by value, and its rows lie in a file
until they are stored, so that no document fills the memory.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from pydantic import ValidationError

from app.errors import Invalid
from app.exports.documents import MAX_RUNS, VERSION, WITHOUT_FORKS, WITHOUT_OWN
from app.exports.imported_rows import ImportedRows, Spool, wrong
from app.exports.imported_run import Imported, ImportedRun
from app.exports.reading import JsonReader, NotJson
from app.rows import Times
from app.texts import find_unfit, fit
from engine import ConfigError, ExperimentConfig
from engine.datasets import own
from engine.datasets.dataset import Source
from engine.events import STREAMS
from engine.reasons import Reason
from engine.stretches import Stretch, parse_stretches

#: Characters of a reason as JSON.
MAX_REASON_LENGTH = 4000
#: The most times in one stream. A lab records 256 of them for a page of rows.
MAX_TIMES = 300_000


def parse(file: BinaryIO, spool: BinaryIO) -> list[Imported]:
    """The runs of a document, all of them checked; costs time, so call it in a thread.

    Args:
        file: the document, to be read from its beginning.
        spool: where its rows lie until they are stored.

    Raises:
        Invalid: not a document of this lab's, or one with something wrong in it; `field` says where.
        ConfigError: an experiment in it is none.
    """
    try:
        return _document(JsonReader(file), Spool(spool))
    except NotJson as error:
        message = f"this is not an export of a Lossroom: it is not JSON: {error}"
        raise Invalid(Reason("not_an_export", message, field=str(error)), field="") from None


#: A run without its rows, its experiment, what was trained before its forks, its rows, and their times.
Parts = tuple[ImportedRun, ExperimentConfig, Sequence[Stretch], dict[str, ImportedRows], dict[str, Times]]


def _document(reader: JsonReader, spool: Spool) -> list[Imported]:
    own_sources: dict[str, Source] = {}
    with own.mentioned(own_sources):
        return _imported(reader, spool, own_sources)


def _imported(reader: JsonReader, spool: Spool, own_sources: dict[str, Source]) -> list[Imported]:
    """The runs. Own data sets that the document describes are added to `own_sources` before its experiments are read:
    the key `data_sets` comes before `runs`."""
    version: Any = None
    exported_at: float | None = None
    runs: list[Parts] | None = None
    for key in reader.object():
        match key:
            case "lossroom":
                version = reader.value()
                _demand_version(version)
            case "exported_at":
                exported_at = _unix_seconds(reader.value(), "exported_at")
            case "data_sets":
                if runs is not None:
                    raise wrong(key, "data_sets must come before runs, which are trained on them")
                for place in _turns(reader, key):
                    source = _data_set(reader.value(), f"{key}.{place}")
                    own_sources[source.name] = source
            case "runs":
                runs = [_run(reader, spool, f"runs.{place}") for place in _turns(reader, key)]
            case _:
                raise wrong(key, "there is no such key")
    reader.end()
    _demand_version(version)
    if not runs:
        raise wrong("runs", "there is no run in it")
    group_id = secrets.token_hex(6) if len(runs) > 1 else None
    imported = [
        Imported(*parts, field=f"runs.{place}", group_id=group_id, exported_at=exported_at)
        for place, parts in enumerate(runs)
    ]
    _link(imported)
    return imported


def _link(imported: list[Imported]) -> None:
    """Let the forks name the new ids of those of their origins that are in the document, too."""
    ids = {item.exported_id: item.run.id for item in imported if item.exported_id is not None}
    for item in imported:
        if item.run.origin is not None:
            item.run.origin["run"] = ids.get(item.run.origin["run"], item.run.origin["run"])


def _demand_version(version: Any) -> None:
    if version is None:
        message = "this is not an export of a Lossroom: it has no key lossroom"
        raise Invalid(Reason("not_an_export", message, field="lossroom"), field="lossroom")
    if version not in (WITHOUT_FORKS, WITHOUT_OWN, VERSION) or isinstance(version, bool):
        shown = fit(str(version))[:40]
        message = f"lossroom: this is a document of version {shown}; this lab reads versions up to {VERSION}"
        raise Invalid(Reason("other_version", message, version=shown), field="lossroom")


def _turns(reader: JsonReader, field: str) -> Iterator[int]:
    for index, _ in enumerate(reader.array()):
        if index == MAX_RUNS:
            problem = f"a document holds at most {MAX_RUNS} of them, and this one holds more"
            if field != "runs":
                raise wrong(field, problem)
            reason = Reason("too_many_runs", f"{field}: {problem}", most=MAX_RUNS)
            raise Invalid(reason, field=field, bounds={"maximum": MAX_RUNS})
        yield index


def _data_set(given: Any, field: str) -> Source:
    """What the document says of an own data set."""
    if not isinstance(given, dict) or set(given) != {"title", "about"}:
        raise wrong(field, "a data set has title and about")
    if (unfit := find_unfit(given, field)) is not None:
        raise Invalid(unfit[1], field=unfit[0])
    title = given["title"]
    if not isinstance(title, str) or not own.is_title(title):
        raise wrong(f"{field}.title", "this must be 1 to 60 characters in one line")
    try:
        return own.described(own.About.from_dict(given["about"]), title)
    except ValueError as error:
        raise wrong(f"{field}.about", str(error)) from None


def _run(reader: JsonReader, spool: Spool, field: str) -> Parts:
    meta: dict[str, Any] = {}
    rows: dict[str, ImportedRows] = {}
    times: dict[str, Times] = {}
    for key in reader.object():
        match key:
            case "streams":
                for stream in reader.object():
                    where = f"{field}.streams.{_stream(stream, f'{field}.streams')}"
                    rows[stream] = ImportedRows.read(reader, stream, spool, where)
            case "times":
                for stream in reader.object():
                    where = f"{field}.times.{_stream(stream, f'{field}.times')}"
                    times[stream] = list(_times(reader, where))
            case _ if key in ImportedRun.model_fields:
                meta[key] = reader.value()
            case _:  # refused before its value is read
                raise wrong(f"{field}.{key}", "there is no such key")
    if (unfit := find_unfit(meta, field)) is not None:
        raise Invalid(unfit[1], field=unfit[0])
    try:
        given = ImportedRun.model_validate(meta)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join([field, *(str(part) for part in first["loc"])])
        value = len(first["input"]) if first["type"].endswith("too_long") else first["input"]
        value_text = f", not {value:,}" if isinstance(value, int | float) else ""
        raise wrong(path, f"{first['msg']}{value_text}") from None
    for stream, of_stream in times.items():
        if stream not in rows or any(row > rows[stream].count for row, _, _ in of_stream[-1:]):
            raise wrong(f"{field}.times.{stream}", "these are times of rows that are not there")
    # before the next run is read: what is no experiment may be large
    try:
        config = ExperimentConfig.from_dict({**given.config, "name": given.name}, stored=True)
    except ConfigError as error:
        raise error.within(f"{field}.config") from error
    try:
        stretches = parse_stretches(given.stretches, config, "config")
    except ConfigError as error:
        raise error.within(field) from error
    return (
        given.model_copy(update={"config": {}, "stretches": [], "why": _short(given.why)}),
        config,
        stretches,
        rows,
        times,
    )


def _stream(name: str, field: str) -> str:
    if name not in STREAMS:
        raise wrong(f"{field}.{name}", f"there is no such stream; there are {', '.join(STREAMS)}")
    return name


def _times(reader: JsonReader, field: str) -> Iterator[tuple[int, float, float]]:
    last_row = 0
    for index, _ in enumerate(reader.array()):
        if index == MAX_TIMES:
            raise wrong(field, f"there are more than {MAX_TIMES:,} times")
        time = reader.value()
        match time:
            case [int(row), int() | float() as at, int() | float() as seconds] if (
                not any(isinstance(value, bool) for value in time)
                and row > last_row
                and 0 <= at <= 1e11
                and 0 <= seconds <= 1e11
            ):
                last_row = row
                yield row, float(at), float(seconds)
            case _:
                wanted = "[rows so far, Unix seconds, seconds of training], with more rows each time"
                raise wrong(f"{field}.{index}", f"this must be {wanted}")


def _unix_seconds(value: Any, field: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e11:
        raise wrong(field, "this must be Unix seconds")
    return float(value)


def _short(why: dict[str, Any] | None) -> dict[str, Any] | None:
    """A reason's JSON, for a page to word. None if it is too long or holds numbers that are not finite: no lab writes
    such a reason."""
    try:
        return why if len(json.dumps(why, allow_nan=False)) <= MAX_REASON_LENGTH else None
    except ValueError:
        return None
