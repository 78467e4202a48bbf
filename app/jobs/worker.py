"""The worker: one process for one training. Imports the engine and the standard library only.

Messages to the server, through one pipe, have these parts (see `app.jobs.link`):
    `R` + `ROWS` header + float32 little endian, row after row: rows of a stream
    `J` + JSON: an event of `app.jobs.messages`
    `V` + `VIEW` header + a view of `app.jobs.view_bytes`
Messages from the server: commands of `app.jobs.messages` as JSON, read every 50 ms. When the server is gone, the pipe
ends and so does the worker.

A worker may take over from one that died: from its last checkpoint, or from the start where there is none. It
then computes rows again that are stored already, bit for bit the same, as long as it makes the same changes by hand
at the same iterations; new ones wait until it has caught up.

The same holds for a fork, whose first rows are stored before it begins: without a checkpoint, the worker trains it from
the start, through its stretches.
"""

from __future__ import annotations

import time
from collections import deque
from multiprocessing.connection import Connection
from pathlib import Path

from app.jobs import checkpoints
from app.jobs.checkpoint_store import CheckpointStore, open_store
from app.jobs.confined import confine
from app.jobs.kept import Keeper
from app.jobs.link import Link
from app.jobs.looking import Looks
from app.jobs.measuring import Measuring
from app.jobs.messages import (
    Began,
    Cancel,
    ChangeLive,
    Died,
    Finished,
    Job,
    Kept,
    LiveChanged,
    NotSaved,
    Pause,
    Paused,
    Resume,
    Save,
    Saved,
    SaveDone,
    See,
    Step,
    Stop,
    Stopped,
    Watch,
)
from engine import ConfigError, DatasetError, ExperimentConfig, Trainer, reasons
from engine.datasets import own
from engine.events import STREAMS
from engine.forks_ahead import ForksAhead
from engine.stretches import parse_stretches

#: Workers fill every core; the server, and a browser beside it, come first, so that the lab stays quick.
NICENESS = 10
#: How long a training that ends waits at most for its last checkpoint, if that is sent over a network.
KEEP_SECONDS = 2.0


def main(connection: Connection, job: Job) -> None:
    """Train `job.config` and report; the process's entry point."""
    confine(NICENESS, job.memory_bytes)
    own.look_in(Path(job.own_dir))
    try:
        _train(Link(connection, seconds=job.seconds), job)
    except (BrokenPipeError, ConnectionResetError, EOFError):
        pass  # the server has ended, so there is no reason to train
    finally:
        connection.close()


def _train(link: Link, job: Job) -> None:
    store = open_store(job.checkpoint_place)
    try:
        forks_ahead = _forks_ahead(job)
        trainer, evaluations = _trainer(job, forks_ahead, store)
    except (ConfigError, DatasetError, MemoryError) as error:
        link.report(_finished("failed", reasons.reason_of(error)))
        return
    link.note(Began(str(trainer.data["digest"])))
    columns = forks_ahead.columns(trainer)
    for stream, first in zip(STREAMS, (trainer.iteration, evaluations), strict=True):
        link.open(stream, columns[stream], first)
    ending: Finished | Stopped
    try:
        training = Training(link, trainer, job, forks_ahead, store)
        del trainer  # otherwise it would stay in memory beside the trainer that goes on after a fork
        ending = training.run()
    except (ConfigError, MemoryError) as error:  # such as weights at a fork that are not finite
        ending = _finished("failed", reasons.reason_of(error))
    link.report(ending)


def _forks_ahead(job: Job) -> ForksAhead:
    config = ExperimentConfig.from_dict(job.config, stored=True)
    stretches = parse_stretches(job.stretches, config)
    return ForksAhead(stretches, config, data_dir=Path(job.data_dir), cache_dir=Path(job.cache_dir))


def _trainer(job: Job, forks_ahead: ForksAhead, store: CheckpointStore) -> tuple[Trainer, int]:
    """The trainer where the last usable checkpoint was made, and how many evaluations came before that; without one,
    a new trainer."""
    data_dir, cache_dir = Path(job.data_dir), Path(job.cache_dir)
    for checkpoint in job.checkpoints:
        data = checkpoints.read(store, checkpoint["file"])
        try:
            if data is not None:
                return Trainer.restore(data, data_dir=data_dir, cache_dir=cache_dir), checkpoint[
                    "evaluations"
                ]
        except ValueError:
            continue  # damaged; the one before it, or the start, leads to the same curve
    return Trainer(forks_ahead.first, data_dir=data_dir, cache_dir=cache_dir), 0


def _finished(status: str, reason: str | None) -> Finished:
    """The event that a training has ended, with the code and values of its reason."""
    return Finished(status, reason, reasons.why(reason))


class Training:
    """One training in this process: it trains, follows commands, reports rows and events, and saves checkpoints."""

    def __init__(
        self, link: Link, trainer: Trainer, job: Job, forks_ahead: ForksAhead, store: CheckpointStore
    ) -> None:
        self._link = link
        self._trainer = trainer
        self._forks_ahead = forks_ahead
        self._writer = checkpoints.Writer(store, job.training, job.attempt, every=job.checkpoint_seconds)
        self._keeper = Keeper(
            store,
            job.training,
            job.attempt,
            iterations=forks_ahead.iterations(trainer),
            most_bytes=job.kept_bytes,
            earlier=job.checkpoints,
            at=trainer.iteration,
        )
        self._saved_at = trainer.iteration
        self._paused: bool = job.paused
        self._steps: int = job.steps
        #: changes by hand of earlier attempts, to be made again at their iterations
        self._earlier_changes = deque(
            change for change in job.changes if change.iteration >= trainer.iteration
        )
        #: the last iteration whose rows are stored
        self._stored: int = job.stored
        #: changes by hand that were requested and are not made yet
        self._requested_changes = deque(job.wanted)
        #: whether it is known that the network is dead
        self._dead: bool = job.dead
        self._stopped = False
        self._cancelled = False
        self._looks = Looks(link)
        self._measuring = Measuring(link, trainer, forks_ahead.iterations(trainer))

    def run(self) -> Finished | Stopped:
        """Train to the end, or until this process is asked to end."""
        ending = self._train()
        if self._keeper.is_writing:
            self._link.flush()
            self._keeper.wait(KEEP_SECONDS)
        self._note_kept()
        return ending

    def _train(self) -> Finished | Stopped:
        due = [True]  # for each row just computed, whether it is time to flush
        self._trainer = self._forks_ahead.go_on(self._trainer)
        self._link.resume_clock()
        while not self._trainer.done:
            asked = self._looks.are_frequent and self._link.has_command()
            if not self._obey_and_report(asked or any(due)):
                return _finished("cancelled", None) if self._cancelled else Stopped()
            self._looks.prepare(self._trainer)
            events = self._trainer.advance()
            if self._forks_ahead.any_left:
                due = [
                    self._link.add(event.stream, self._forks_ahead.values(self._trainer, event))
                    for event in events
                ]
            else:
                due = [self._link.add(event.stream, event.values) for event in events]
            self._looks.make(self._trainer)
            if self._trainer.iteration >= self._measuring.due:
                self._measuring.measure(self._trainer)
            if self._paused and self._trainer.iteration > self._stored:
                self._steps -= 1  # repeating what is stored already is no step
            if self._trainer.iteration >= self._keeper.due:
                self._keeper.keep(
                    self._trainer, self._link.rows_of("evaluation"), is_saving=self._writer.is_writing
                )
            if self._forks_ahead.any_left:
                self._trainer = self._forks_ahead.go_on(self._trainer)
        return self._ending()

    def _ending(self) -> Finished:
        if self._trainer.divergence is None:
            self._measuring.measure(self._trainer)
        self._report_dead()
        if self._forks_ahead.any_left and self._trainer.divergence is None:
            return _finished(
                "failed", f"it ended at iteration {self._trainer.iteration:,}, before it was forked"
            )
        return _finished(
            "completed" if self._trainer.divergence is None else "diverged", self._trainer.reason
        )

    @property
    def _waits_for_command(self) -> bool:
        """Whether training waits for a command: it is paused, has no step left, and has repeated all stored rows."""
        return self._paused and self._steps <= 0 and self._trainer.iteration >= self._stored

    # -- between iterations ----------------------------------------------------------------------

    def _obey_and_report(self, due: bool) -> bool:
        """Report, save and follow commands if it is time for that. Returns False if training must stop.

        Args:
            due: whether it is time, also if training goes on.
        """
        if due or self._waits_for_command:
            if self._trainer.iteration <= self._stored:
                self._link.resume_clock()  # repeated, and so counted already
            if self._waits_for_command:
                self._link.flush()
            else:
                self._link.flush_if_due()
            self._report_dead()
            self._report_saved()
            if self._writer.is_due and not self._keeper.is_writing:
                self._save()
            self._obey()
            self._link.resume_clock()
        if self._stopped:
            self._save_now()
        elif not self._cancelled:
            self._change()
        return not (self._stopped or self._cancelled)

    def _obey(self) -> None:
        """Take the commands that are there; while paused, wait for one that lets training go on."""
        while not (self._stopped or self._cancelled):
            waits = self._waits_for_command
            if waits:
                self._change()
            if not (waits or self._link.has_command()):
                break
            if waits:
                self._link.flush()
            match self._link.command():
                case Pause():
                    self._paused, self._steps = True, 0
                    self._link.report(Paused())
                    self._save_now()
                case Step(iterations) if self._paused:
                    self._steps = max(self._steps, 0) + iterations
                case Resume():
                    self._paused = False
                case ChangeLive(values):
                    self._requested_changes.append(values)
                case Save():
                    self._save_now()
                    self._link.report(SaveDone())
                case See() as look:
                    self._looks.ask(look, trains=not waits)
                case Watch(is_watched):
                    self._link.is_watched = is_watched
                case Cancel():
                    self._cancelled = True
                case Stop():
                    self._stopped = True

    def _change(self) -> None:
        """Make the changes by hand that are due before the next iteration."""
        trainer = self._trainer
        while self._earlier_changes and self._earlier_changes[0].iteration <= trainer.iteration:
            trainer.set_live(**self._earlier_changes.popleft().values)
        # A new change must not fall among rows that are stored already as they were without it.
        while self._requested_changes and trainer.iteration >= self._stored:
            values = self._requested_changes.popleft()
            before = {
                "learning_rate": trainer.learning_rate,
                "l1": trainer.network.penalty.l1,
                "l2": trainer.network.penalty.l2,
                "dropout": trainer.network.dropout_rate,
            }
            trainer.set_live(**values)
            changes = {name: [before[name], value] for name, value in values.items()}
            self._link.report(LiveChanged(trainer.iteration, changes))

    def _report_dead(self) -> None:
        """Report once the iteration at which the network died."""
        if not self._dead and (since := self._trainer.first_dead) is not None:
            self._dead = True
            self._link.report(Died(since))

    # -- checkpoints -----------------------------------------------------------------------------

    def _save(self) -> None:
        self._note_kept()
        if self._saved_at == self._trainer.iteration:
            return
        begun = time.thread_time()
        data = self._trainer.checkpoint()
        seconds = time.thread_time() - begun
        self._saved_at = self._trainer.iteration
        self._writer.begin(data, self._saved_at, self._link.rows_of("evaluation"), seconds=seconds)

    def _save_now(self) -> None:
        self._save()
        self._writer.wait()
        self._report_saved()

    def _note_kept(self) -> None:
        """Note the kept checkpoints if they have changed."""
        if (kept := self._keeper.news()) is not None:
            self._link.note(Kept(kept))

    def _report_saved(self) -> None:
        for checkpoint in self._writer.written():
            self._link.report(Saved(checkpoint))
        if (problem := self._writer.problem()) is not None:
            self._link.report(NotSaved(problem))
