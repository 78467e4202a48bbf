"""create_app: the only place where the lab's objects are made and wired together."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.types import Scope

from app import __version__
from app.addresses import Addresses
from app.assets import Assets
from app.data_sets import DataSets
from app.error_answers import answer_errors
from app.errors import StoreUnavailable
from app.findings.looking import Looking
from app.findings.tried import Tried
from app.guide import Guide
from app.head import Head
from app.jobs.executor import Executor
from app.jobs.landscapes import Landscapes
from app.jobs.local import LocalExecutor
from app.jobs.past import Past
from app.jobs.register import Register
from app.jobs.replayer import CACHE_BYTES, Replayer
from app.jobs.scheduler import Scheduler
from app.jobs.viewing import Viewing
from app.lab import Lab
from app.lessons.attempts import Attempts
from app.lessons.figures import MeasuredRuns
from app.lessons.library import Library
from app.lessons.playing import Playing
from app.lessons.room import Room
from app.lessons.votes import Votes
from app.live.hub import Hub
from app.metrics import Metrics
from app.own_data.found_files import FoundFiles
from app.own_data.handwriting import Handwriting
from app.own_data.library import OwnData
from app.own_data.tending import Tending
from app.own_data.uploads import Uploads
from app.pages import Pages
from app.people import access
from app.people.attendance import Attendance
from app.people.challenges import MEASURE_SECONDS, Challenges
from app.people.class_cloud import ClassCloud
from app.people.classroom import Classroom
from app.people.guard import Guard, keys_of
from app.people.wall import Wall
from app.routes import (
    api_docs,
    challenge,
    datasets,
    drawings,
    experiments,
    exports,
    findings,
    forks,
    health,
    lesson_list,
    lessons,
    loss_landscapes,
    moments,
    pages,
    people,
    poll,
    preview,
    qr,
    rate_finder,
    runs,
    shared_views,
    source,
    stream,
    teaching,
)
from app.routes import own_data as own_data_routes
from app.routes import studies as study_routes
from app.security.bodies import TextBodies
from app.security.headers import SecurityHeaders
from app.security.limits import BodyLimit
from app.security.origin import OriginCheck
from app.security.prefix import route_path
from app.security.proxies import Proxies
from app.settings import Settings
from app.storage import people_store
from app.storage.database import Database
from app.storage.history import StoredHistory
from app.storage.lock import FolderLock
from app.studies.studies import Studies
from app.zipped import Zipped
from engine.datasets import own

log = logging.getLogger(__name__)

#: Memory for the trainers of the process that measures landscapes; it needs each only for a short time.
SURVEY_BYTES = 128 << 20


def create_app(settings: Settings | None = None, *, executor: Executor | None = None) -> FastAPI:
    """The whole server. Tests hand in their own settings and, if they need one, their own executor."""
    settings = settings or Settings()
    own.look_in(settings.own_dir)
    database = Database(settings.database_path)
    metrics = Metrics()
    history = StoredHistory(
        database, note_damage=lambda training_id, reason: register.note_damage(training_id, reason)
    )
    hub = Hub(history=history, observe_lag=metrics.lag.observe, in_class=bool(settings.class_name))
    classroom = None
    if settings.class_name:
        classroom = Classroom(settings.class_name, database, hub, max_people=settings.max_people)
    register = Register(database, hub, classroom)
    executor = executor or _executor(settings)
    data_sets = DataSets(settings, hub)
    most = settings.max_memory_bytes
    replayer = Replayer(settings.socket_dir, cache_bytes=min(CACHE_BYTES, most // 4), training_bytes=most)
    surveyor = Replayer(settings.socket_dir, cache_bytes=SURVEY_BYTES, training_bytes=most)
    landscapes = Landscapes(settings, database, data_sets, surveyor)
    past = Past(settings, database, data_sets, replayer)
    viewing = Viewing(register, executor, past.view)
    scheduler = Scheduler(settings, register, database, hub, metrics, executor, data_sets, viewing)
    looking = Looking(database, hub)
    attendance = None
    if classroom is not None:
        attendance = Attendance(classroom, database, hub, register.owners, settings.class_days)
    wall = None if classroom is None else Wall(classroom, register, hub, scheduler.expected_starts)
    cloud = None if classroom is None else ClassCloud(classroom, register, hub)
    measure = partial(past.measure_test, bound_seconds=MEASURE_SECONDS)
    studies = Studies(settings, database, hub, register, scheduler, data_sets, measure)
    challenges = None
    if classroom is not None:
        challenges = Challenges(classroom, database, hub, register, measure, scheduler.allowance.set_terms)
    own_data = OwnData(settings, hub, classroom)
    uploads = Uploads(own_data, settings.data_limits)
    found_files = FoundFiles(settings.data_dir / "own", own_data, settings.data_limits)
    tending = Tending(own_data, uploads, found_files, database, classroom)
    library = Library(settings.lessons_dir)
    attempts = Attempts(classroom, database, scheduler.commands)
    votes = None if classroom is None else Votes(classroom, database)
    playing = Playing(register, attempts, MeasuredRuns(database), votes)
    room = None
    if classroom is not None and votes is not None:
        room = Room(classroom, attempts, votes, playing)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Frames are many small objects that die young; the default thresholds pause a large class.
        gc.set_threshold(50_000, 20, 100)
        lab.open("a lab")
        await _end_old_classes(database, settings.class_days)
        if classroom is not None:
            await classroom.open(register.republish, scheduler.let_all_wait, scheduler.stepping.release)
        await scheduler.open()
        if classroom is None or not classroom.held:  # it was released while the lab was down
            scheduler.stepping.release()
        elif scheduler.stepping.is_on:
            classroom.note_stepped(0)
        if classroom is not None:
            await classroom.views.open(classroom.id, register.find_run)
            await classroom.release_deleted(register.find_run)
        if challenges is not None:
            await challenges.open()
        await studies.open()
        await attempts.open()
        if votes is not None:
            await votes.open()
        if attendance is not None:
            attendance.open()
        if cloud is not None:
            cloud.open()
        await tending.open()
        preparing = asyncio.create_task(data_sets.prepare_all())
        yield
        preparing.cancel()
        tending.close()
        for shown in (wall, cloud):
            if shown is not None:
                shown.close()
        if challenges is not None:
            await challenges.close()
        await studies.close()
        viewing.close()
        await replayer.close()
        await surveyor.close()
        await scheduler.close()
        if attendance is not None:
            await attendance.close()
        await asyncio.to_thread(lab.close)

    app = FastAPI(
        title="Lossroom",
        version=__version__,
        summary="A live deep-learning lab for classrooms.",
        lifespan=lifespan,
        # FastAPI's own page loads its scripts from another host; routes/api_docs.py serves /docs.
        docs_url=None,
        redoc_url=None,
    )
    lab = app.state.lab = Lab(
        settings,
        database,
        hub,
        register,
        scheduler,
        data_sets,
        metrics,
        FolderLock(settings.state_dir),
        replayer,
        past,
        landscapes,
        viewing,
        Addresses(settings),
        looking,
        Tried(register, looking),
        library,
        attempts,
        playing,
        own_data,
        uploads,
        studies,
        Handwriting(database, classroom),
        classroom,
        wall,
        challenges,
        votes,
        room,
    )
    metrics.watch(lab.figures)
    static_dir, templates_dir, docs_dir = _assets()
    is_open = classroom is None and settings.open
    page_files = app.state.pages = Pages(templates_dir, static_dir, is_open=is_open)
    guide = app.state.guide = Guide(docs_dir)
    modules = (
        runs,  # first, as a class launches many: routes are tried one after the other
        health,
        people,
        qr,
        teaching,
        challenge,
        shared_views,
        forks,
        moments,
        findings,
        exports,
        experiments,
        lesson_list,
        lessons,
        preview,
        datasets,
        drawings,
        own_data_routes,
        loss_landscapes,
        rate_finder,
        source,
        study_routes,
        stream,
        poll,
        api_docs,
        pages,
    )
    app.mount("/static", page_files.assets)
    app.mount("/guide/images", Assets(guide.pictures))
    keys = [*keys_of(app.routes), *(key for module in modules for key in keys_of(module.router.routes))]
    access.check(keys)
    # the routes as the modules have made them: `include_router` makes each again, in a quarter of a second before the
    # first answer
    app.router.routes.extend(route for module in modules for route in module.router.routes)
    if classroom is not None:
        app.add_middleware(
            Guard,
            classroom=classroom,
            sight=register.sight,
            find_run=register.find_run,
            keys=keys,
            count_change=lab.rates.take,
        )
    app.add_middleware(Zipped, fits=_is_page_text)
    app.add_middleware(Head)
    streamed = {"/api/imports": settings.max_import_bytes, own_data_routes.UPLOADED: settings.max_data_bytes}
    app.add_middleware(TextBodies, unread=streamed)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes, streamed=streamed)
    app.add_middleware(OriginCheck, host=settings.host, allowed=settings.origins)
    app.add_middleware(Proxies, named=settings.trusted_proxies, root_path=settings.root_path)
    app.add_middleware(SecurityHeaders)
    answer_errors(app)
    return app


def _executor(settings: Settings) -> Executor:
    """Where trainings run. What a cluster needs is loaded only for one."""
    if settings.executor == "local":
        return LocalExecutor(settings.socket_dir)
    from app.cluster.opening import cluster_executor

    return cluster_executor(settings)


async def _end_old_classes(database: Database, days: float) -> None:
    """Delete the names of classes whose days are over, also where the lab has no class now."""
    now = time.time()
    with contextlib.suppress(StoreUnavailable):  # a disk that takes no writes: another time
        await database.write(lambda c: people_store.end_others(c, None, now, before=now - days * 86_400))


def _is_page_text(scope: Scope) -> bool:
    """Whether this is what a page loads at its start."""
    path = route_path(scope)
    return path == "/" or path.startswith(("/i18n/", "/api/options", "/api/lessons"))


def _assets() -> tuple[Path, Path, Path]:
    """`static`, `templates` and `docs`: beside `app` in a checkout, inside it in an installed wheel."""
    package = Path(__file__).resolve().parent
    root = package / "_assets" if (package / "_assets").is_dir() else package.parent
    return root / "static", root / "templates", root / "docs"
