"""/api/.../export.*, /api/exports, /api/imports: runs as files, and files as runs."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from tempfile import TemporaryFile
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.answers.errors import ERRORS
from app.answers.runs import FieldsAnswer, RunsAnswer
from app.errors import Conflict, Invalid, StoreUnavailable
from app.exports import documents, imports, of_class, report, script, tables, tfevents, torch_script
from app.exports.documents import MAX_RUNS
from app.exports.fields import flatten
from app.exports.names import attachment, name_of_runs
from app.exports.recording import Recording
from app.folders import demand_disk
from app.lab import EXPORTS, IMPORTS, READS_LESSONS, Lab, TheLab
from app.lessons.class_counts import ClassCounts, LessonCount
from app.pages import Pages
from app.people.challenge import Outcome
from app.people.person import Person, Role
from app.people.visits import ThePerson
from app.rows import Rows
from app.runs import Run
from app.storage import row_store
from app.texts import file_name
from app.work import in_pieces, in_thread, write_parts
from engine.events import STREAMS
from engine.reasons import Reason, reason_of
from engine.stretches import with_stretches

router = APIRouter(prefix="/api", tags=["exports"], responses=ERRORS)

Selection = Annotated[
    str, Query(description=f"ids, separated by commas; at most {MAX_RUNS}", max_length=3000)
]
Language = Annotated[str | None, Query(description="en or ja; default: as the page", max_length=20)]
Dash = Annotated[
    str | None,
    Query(description="a field of /api/fields whose values dashes and symbols show", max_length=200),
]
#: Four documents are received at a time, each into a file, and one is checked and stored: a class that drops its files
#: at once fills neither the memory nor the disk.
_receiving = asyncio.Semaphore(4)
_importing = asyncio.Lock()


# -- one run -----------------------------------------------------------------------------------------


@router.get("/runs/{run_id}/export.json", dependencies=[EXPORTS])
async def export_json(lab: TheLab, person: ThePerson, run_id: str) -> Response:
    """The experiment file: POST it again, or hand it to `lossroom train --config`. That of a fork holds what is trained
    before. Rows: `/api/exports/json`."""
    recording = _record(lab, person, lab.register.get(run_id))
    document = with_stretches(recording.config, recording.run["stretches"])
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    return Response(text, media_type="application/json", headers=_file_of(recording, "experiment.json"))


@router.get("/runs/{run_id}/export.csv", dependencies=[EXPORTS])
async def export_csv(lab: TheLab, person: ThePerson, run_id: str) -> Response:
    """Every recorded row; an evaluation is in the row of its iteration."""
    recording = _record(lab, person, lab.register.get(run_id))
    return StreamingResponse(
        in_pieces(tables.run_csv(recording)),
        media_type="text/csv; charset=utf-8",
        headers=_file_of(recording, "csv"),
    )


@router.get("/runs/{run_id}/export.html", dependencies=[EXPORTS, READS_LESSONS])
async def export_html(
    lab: TheLab, person: ThePerson, request: Request, run_id: str, lang: Language = None
) -> Response:
    """A page with interactive figures that needs no lab and no network."""
    recording = _record(lab, person, lab.register.get(run_id))
    return await _report(request, person, [recording], lang, _file_of(recording, "report.html"))


@router.get("/runs/{run_id}/export.py", dependencies=[EXPORTS])
async def export_script(lab: TheLab, person: ThePerson, run_id: str) -> Response:
    """A Python script that trains the same curve with the lab's engine, bit for bit."""
    recording = _record(lab, person, lab.register.get(run_id))
    text = script.script(recording)
    return Response(text, media_type="text/x-python; charset=utf-8", headers=_file_of(recording, "py"))


@router.get("/runs/{run_id}/export.torch.py", dependencies=[EXPORTS])
async def export_torch_script(lab: TheLab, person: ThePerson, run_id: str) -> Response:
    """A Python script that trains the same network in plain PyTorch, from the same weights and batches."""
    recording = _record(lab, person, lab.register.get(run_id))
    text = await in_thread(torch_script.torch_script, recording)
    return Response(text, media_type="text/x-python; charset=utf-8", headers=_file_of(recording, "torch.py"))


@router.get("/runs/{run_id}/export.tfevents", dependencies=[EXPORTS])
async def export_tfevents(lab: TheLab, person: ThePerson, run_id: str) -> Response:
    """TensorBoard's event file: put it into its own folder below `--logdir`."""
    recording = _record(lab, person, lab.register.get(run_id))
    return StreamingResponse(
        in_pieces(tfevents.tfevents(recording)),
        media_type="application/octet-stream",
        # TensorBoard reads files with "tfevents" in their name
        headers=_file_of(recording, f"out.tfevents.{int(recording.run['created_at'])}"),
    )


# -- a selection -------------------------------------------------------------------------------------


@router.get("/exports/csv", dependencies=[EXPORTS])
async def export_runs_csv(lab: TheLab, person: ThePerson, runs: Selection) -> Response:
    """Every recorded row of several runs, below each other."""
    recordings = _select(lab, person, runs)
    return StreamingResponse(
        in_pieces(tables.runs_csv(recordings)),
        media_type="text/csv; charset=utf-8",
        headers=attachment(name_of_runs(recordings, "csv")),
    )


@router.get("/exports/json", dependencies=[EXPORTS])
async def export_runs_json(lab: TheLab, person: ThePerson, runs: Selection) -> Response:
    """Configs, notes and every recorded row: what `POST /api/imports` takes back."""
    recordings = _select(lab, person, runs)
    headers = attachment(name_of_runs(recordings, "json"))
    text = documents.document(recordings)
    return StreamingResponse(in_pieces(text), media_type="application/json", headers=headers)


@router.get("/exports/html", dependencies=[EXPORTS, READS_LESSONS])
async def export_runs_html(
    lab: TheLab,
    person: ThePerson,
    request: Request,
    runs: Selection,
    lang: Language = None,
    dash: Dash = None,
) -> Response:
    """A page that compares several runs, and needs no lab and no network."""
    recordings = _select(lab, person, runs)
    headers = attachment(name_of_runs(recordings, "report.html"))
    return await _report(request, person, recordings, lang, headers, dash)


@router.get("/fields")
async def get_fields(lab: TheLab, person: ThePerson, runs: Selection) -> FieldsAnswer:
    """Configs as flat fields, to compare and to group by: `{"fields": {run: {"optimizer.name": "sgd", ...}}}`."""
    return {"fields": {run.id: flatten(run.training.config) for run in _runs(lab, person, runs)}}


# -- the class ---------------------------------------------------------------------------------------


@router.get("/class/export.html", dependencies=[READS_LESSONS])
async def export_class_html(
    lab: TheLab, person: ThePerson, request: Request, lang: Language = None
) -> Response:
    """A page with the best run of each student and the places of challenges, with numbers and nicknames, and with how
    the class did in its lessons, without persons. It needs no lab and no network."""
    best = of_class.best_of_each(_owned(lab))
    if not best:
        raise Conflict("no student has launched a run yet", code="nothing_launched")
    recordings = []
    for owner, run in best:
        recording = _record(lab, person, run)
        named = {**recording.run, "name": of_class.title_of(owner, run)}
        recordings.append(replace(recording, run=named))
    headers = attachment(_name_of_class(lab, "report.html"))
    classroom = lab.demand_class()
    challenges = of_class.ranked(await lab.demand_challenges().outcomes(), classroom.find)
    assert lab.votes is not None
    lessons = lab.library.shelf().lessons.values()
    counts = ClassCounts(classroom, lab.attempts, lab.votes, lab.playing)
    return await _report(
        request,
        person,
        recordings,
        lang,
        headers,
        points=of_class.MAX_POINTS,
        challenges=challenges,
        counts=await counts.of(lessons, _language(request, lang), lab.dataset_of),
    )


@router.get("/class/export.csv")
async def export_class_csv(lab: TheLab) -> Response:
    """One line for each run of the students, with numbers and nicknames."""
    rows = of_class.table(_owned(lab), await lab.demand_challenges().outcomes())
    return StreamingResponse(
        in_pieces(rows),
        media_type="text/csv; charset=utf-8",
        headers=attachment(_name_of_class(lab, "csv")),
    )


def _owned(lab: Lab) -> list[of_class.Owned]:
    """The runs of the students, each with the student who launched it."""
    classroom = lab.demand_class()
    owned = ((classroom.find(run.owner), run) for run in lab.register.runs)
    return [(owner, run) for owner, run in owned if owner is not None and owner.role is Role.STUDENT]


def _name_of_class(lab: Lab, ending: str) -> str:
    return f"class-{file_name(lab.demand_class().name)}.{ending}"


# -- and back ----------------------------------------------------------------------------------------


@router.post("/imports", status_code=201, dependencies=[IMPORTS])
async def import_runs(lab: TheLab, person: ThePerson, request: Request) -> RunsAnswer:
    """Store the runs of a document of `/api/exports/json` as finished ones: all of them, or none."""
    try:
        async with _receiving:
            with TemporaryFile(dir=lab.settings.state_dir) as file:
                folder = lab.settings.state_dir
                await write_parts(request.stream(), file, lambda _: demand_disk(folder))
                async with _importing:
                    demand_disk(folder, file.tell())  # its rows take about as much again at most
                    file.seek(0)
                    return await _import(lab, person, file)
    except OSError as error:  # a full disk
        text = f"the lab cannot write to its disk: {error}"
        raise StoreUnavailable(Reason("store_unavailable", text, why=reason_of(error))) from None


async def _import(lab: Lab, person: Person, file: BinaryIO) -> RunsAnswer:
    with TemporaryFile(dir=lab.settings.state_dir) as spool:
        imported = await in_thread(imports.parse, file, spool)
        demand_disk(
            lab.settings.state_dir, 2 * spool.seek(0, os.SEEK_END)
        )  # in the log of the database, and in itself
        lab.scheduler.allowance.demand_runs(person.owner, lab.register.count_of(person.owner), len(imported))
        await lab.own_data.mention(person, [item.data_set for item in imported if item.data_set is not None])
        for item in imported:
            item.run.owner = person.owner
        await lab.register.add(
            [item.run for item in imported], {item.run.training.id: item.rows for item in imported}
        )
    for item in imported:
        for stream, rows in item.rows.items():
            lab.hub.set_total(item.run.training.id, stream, rows.count)
    return {"runs": [lab.sight.view(person, item.run) for item in imported]}


def _record(lab: Lab, person: Person, run: Run) -> Recording:
    totals = {stream: lab.hub.total(run.id, stream) for stream in STREAMS}

    def read(stream: str, first: int, limit: int) -> Rows | None:
        # what is shown is what is exported: rows that come while the file is written are not half in it
        limit = min(limit, totals[stream] - first)
        if limit <= 0:
            return None
        return lab.database.read_now(
            lambda c: row_store.read_rows(c, run.training.id, stream, first, limit=limit)
        )

    name = str(run.training.config["dataset"]["name"])
    return Recording(lab.sight.view(person, run), read, lab.own_data.title(person, name))


def _runs(lab: Lab, person: Person, ids: str) -> list[Run]:
    chosen = list(dict.fromkeys(filter(None, ids.split(","))))
    if not 0 < len(chosen) <= MAX_RUNS:
        raise Invalid(
            f"runs must name 1 to {MAX_RUNS} runs, not {len(chosen)}",
            code="range",
            field="runs",
            bounds={"minimum": 1, "maximum": MAX_RUNS},
        )
    return [lab.demand_seen(person, run_id) for run_id in chosen]


def _select(lab: Lab, person: Person, ids: str) -> list[Recording]:
    return [_record(lab, person, run) for run in _runs(lab, person, ids)]


async def _report(
    request: Request,
    person: Person,
    recordings: list[Recording],
    wanted_language: str | None,
    headers: dict[str, str],
    dash: str | None = None,
    points: int = report.MAX_POINTS,
    challenges: Sequence[tuple[Outcome, Sequence[of_class.Ranked]]] = (),
    counts: Sequence[LessonCount] = (),
) -> Response:
    pages: Pages = request.app.state.pages
    language = _language(request, wanted_language)
    curves = [await in_thread(report.curves, recording, points) for recording in recordings]
    lab: Lab = request.app.state.lab
    own = {f"dataset.title.{name}": lab.own_data.title(person, name) for name in lab.own_data.names(person)}
    texts = {**pages.messages.catalog(language), **own}
    lessons = lab.library.shelf().lessons
    text = report.report(
        recordings, curves, texts, language, pages.plotly.plain, dash, lessons, challenges, counts
    )
    return StreamingResponse(in_pieces(text), media_type="text/html; charset=utf-8", headers=headers)


def _language(request: Request, wanted: str | None) -> str:
    """The language of a report: the wanted one, else that of the page."""
    pages: Pages = request.app.state.pages
    return pages.messages.negotiate(
        wanted, request.cookies.get("language"), request.headers.get("accept-language")
    )


def _file_of(recording: Recording, ending: str) -> dict[str, str]:
    return attachment(name_of_runs([recording], ending))
