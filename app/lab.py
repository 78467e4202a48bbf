"""The lab: the objects that `create_app` made, and how routes get them."""

from __future__ import annotations

import logging
import secrets
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.addresses import Addresses
from app.data_sets import DataSets
from app.errors import NotFound
from app.findings.looking import Looking
from app.findings.tried import Tried
from app.folders import LOW_DISK_BYTES, PRIVATE_FOLDER, free_bytes, make_writable
from app.jobs.checkpoint_place import demand_usable
from app.jobs.landscapes import Landscapes
from app.jobs.past import Past
from app.jobs.register import Register
from app.jobs.replayer import Replayer
from app.jobs.scheduler import Scheduler
from app.jobs.viewing import Viewing
from app.lessons.attempts import Attempts
from app.lessons.lesson import STAND_IN, Lesson
from app.lessons.library import Library
from app.lessons.listing import Listing
from app.lessons.playing import Playing
from app.lessons.room import Room
from app.lessons.votes import Votes
from app.live.hub import Hub
from app.metrics import Figures, Metrics
from app.own_data.handwriting import Handwriting
from app.own_data.library import OwnData
from app.own_data.uploads import Uploads
from app.people.challenges import Challenges
from app.people.classroom import Classroom
from app.people.person import Person, Role
from app.people.sight import Sight
from app.people.visits import ThePerson
from app.people.wall import Wall
from app.runs import Run
from app.security.questions import Questions
from app.security.rates import Action, Rates
from app.settings import Settings
from app.storage.database import Database
from app.storage.lock import FolderLock
from app.studies.studies import Studies
from app.work import in_thread
from engine import ExperimentConfig
from engine.summary import Summary

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lab:
    """One running server. `server_id` is new at every start, so that a page notices a restart. Without a `classroom`,
    anyone who opens it may do everything."""

    settings: Settings
    database: Database
    hub: Hub
    register: Register
    scheduler: Scheduler
    data_sets: DataSets
    metrics: Metrics
    lock: FolderLock
    replayer: Replayer
    past: Past
    landscapes: Landscapes
    viewing: Viewing
    addresses: Addresses
    looking: Looking
    tried: Tried
    library: Library
    attempts: Attempts
    playing: Playing
    own_data: OwnData
    uploads: Uploads
    studies: Studies
    handwriting: Handwriting
    classroom: Classroom | None = None
    wall: Wall | None = None
    challenges: Challenges | None = None
    votes: Votes | None = None
    room: Room | None = None
    listing: Listing = field(default_factory=Listing)
    rates: Rates = field(default_factory=Rates)
    questions: Questions = field(default_factory=Questions)
    server_id: str = field(default_factory=lambda: secrets.token_hex(4))
    #: seconds of the monotonic clock
    started_at: float = field(default_factory=time.monotonic)

    @property
    def sight(self) -> Sight:
        """Who sees a run, and who may change it."""
        return self.register.sight

    def demand_seen(self, person: Person, run_id: str) -> Run:
        """The run, or `NotFound`: for those who may not see it, it is as if there were none."""
        run = self.register.get(run_id)
        self.sight.demand(person, run)
        return run

    def take_runs(self, person: Person, count: int) -> None:
        """Count the runs that a person launches now. A student who launches too many in a short time is refused."""
        if person.role is Role.STUDENT:
            self.rates.take(person.id, "run", count)

    def demand_lesson(self, slug: str, *, field: str = "slug") -> Lesson:
        """A lesson, or `NotFound` with the field that names it."""
        lesson = self.library.shelf().lessons.get(slug)
        if lesson is None:
            raise NotFound(f"there is no lesson {slug!r}", field=field)
        return lesson

    def dataset_of(self, lesson: Lesson) -> str:
        """The data set of a lesson; the digits if it is missing and the lesson allows another one."""
        is_usable = not lesson.any_dataset or self.data_sets.is_available(lesson.dataset)
        return lesson.dataset if is_usable else STAND_IN

    def demand_dataset(self, person: Person, name: str, *, path: str = "") -> None:
        """Refuse an experiment on a data set that is not there, or that a person may not see.

        Args:
            path: where the experiment is in the request, such as "experiments.3.".
        """
        self.own_data.demand_seen(person, name, path=f"{path}dataset.name")
        self.data_sets.demand(name, path=path)

    def check_lesson(self, person: Person, launched: Iterable[tuple[ExperimentConfig, Summary]]) -> None:
        """Refuse a lesson whose runs are too large for this lab, or whose data set is missing."""
        for config, summary in launched:
            self.settings.limits.check(summary)
            self.demand_dataset(person, config.dataset.name)

    def demand_class(self) -> Classroom:
        """The class, or `NotFound`."""
        if self.classroom is None:
            raise NotFound("this lab has no class", code="no_class")
        return self.classroom

    def demand_challenges(self) -> Challenges:
        """The challenges of the class, or `NotFound`."""
        self.demand_class()
        assert self.challenges is not None
        return self.challenges

    def open(self, holder: str) -> None:
        """Lock the state folder and open the database. A second call does nothing.

        Args:
            holder: a name of this process, for the error message of a second lab on this folder.

        Raises:
            FolderError: a folder cannot be made or written.
            FolderInUse: another lab has locked it.
            DatabaseError: the database cannot be opened.
            Mistake: the address of the checkpoints cannot be used.
        """
        if self.database.is_open:
            return
        demand_usable(self.settings)
        make_writable(self.settings.state_dir, "the state folder", mode=PRIVATE_FOLDER)
        make_writable(self.settings.cache_dir, "the cache folder", mode=PRIVATE_FOLDER)
        make_writable(self.settings.own_dir, "the folder of own data sets", mode=PRIVATE_FOLDER)
        make_writable(self.settings.checkpoint_dir, "the checkpoint folder", mode=PRIVATE_FOLDER)
        self.lock.acquire(holder)
        self.database.open()
        for warning in self.warnings():
            log.warning("%s", warning)

    @property
    def disk_free_bytes(self) -> int:
        """Free bytes on the disk of the state folder."""
        return free_bytes(self.settings.state_dir)

    def warnings(self) -> list[str]:
        """Problems that an administrator should solve, although the lab still takes runs."""
        free = self.disk_free_bytes
        low = f"the disk has {free / 1e6:,.0f} MB left; `lossroom prune` deletes old runs"
        return [
            *([low] if free < LOW_DISK_BYTES else []),
            *([f"{self.database.damage}; `lossroom restore` helps"] if self.database.damage else []),
        ]

    def figures(self) -> Figures:
        """The state of the lab, for `/metrics`."""
        path = self.database.path
        return Figures(
            runs=Counter(run.training.status for run in self.register.runs),
            trainings=Counter(training.status for training in self.register.trainings),
            workers=self.scheduler.places,
            busy=self.scheduler.busy,
            queued=self.scheduler.queued,
            viewers=self.hub.viewers,
            store_waiting=self.database.waiting,
            store_bytes=path.stat().st_size if path.exists() else 0,
            disk_free_bytes=self.disk_free_bytes,
            kept_bytes=self.scheduler.kept_bytes,
            own_data_bytes=self.own_data.bytes,
            store_fault=self.database.fault is not None,
            hosts=self.scheduler.hosts,
        )

    def close(self) -> None:
        """Close the database in a consistent state, and release the folder for another lab."""
        self.database.close()
        self.lock.release()


async def _lab(connection: HTTPConnection) -> Lab:
    lab: Lab = connection.app.state.lab
    return lab


TheLab = Annotated[Lab, Depends(_lab)]


class Limited:
    """For the routes of an action: a student who asks for it too often is refused, see `Rates`."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, lab: TheLab, person: ThePerson) -> None:
        if person.role is Role.STUDENT:
            lab.rates.take(person.id, self.action)


LAUNCHES, IMPORTS, EXPORTS, FINDS, UPLOADS, PREVIEWS = (
    Depends(Limited(action)) for action in ("launch", "import", "export", "find", "upload", "preview")
)


async def read_lessons(lab: TheLab) -> None:
    """Read all lessons in a thread, if this is the first look at them; a later look reads what has changed."""
    if not lab.library.is_read:
        await in_thread(lab.library.shelf)


#: For the routes that look at lessons.
READS_LESSONS = Depends(read_lessons)
