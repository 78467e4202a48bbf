"""The process that replays moments of trainings, finds learning rates and measures landscapes. Imports the engine
and the standard library only.

It takes one question at a time from the server, and meanwhile only that it is withdrawn. Trainers stay at the moments
that were asked for last, so the next moment is near. When the server is gone, the pipe ends and so does the process.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from app.jobs import checkpoints
from app.jobs.confined import confine
from app.jobs.messages import Job
from app.jobs.replay_messages import (
    Answer,
    Ask,
    AskLandscape,
    AskRate,
    Failed,
    Progress,
    RateFound,
    Seen,
    Surveyed,
    Task,
    Tested,
    TooLong,
    Withdraw,
    Withdrawn,
    Written,
    decode_question,
    encode,
)
from app.jobs.view_bytes import encode as encode_view
from engine import ConfigError, DatasetError, ExperimentConfig, Trainer, reasons, views
from engine.arrays import Array
from engine.datasets import Dataset, load_dataset, own
from engine.landscape import Options, Survey
from engine.memory import estimate
from engine.plane import Snapshot, snapshot
from engine.rate_finder import find_rate
from engine.reasons import Reason
from engine.replay import KEPT_BYTES, Cancelled, Replay
from engine.stretches import parse_stretches
from engine.testing import measure_test
from engine.weights import named_weights

#: Trainings come first.
NICENESS = 15
#: How often it looks whether a question was withdrawn.
LOOK_SECONDS = 0.02
#: Seconds between two reports of progress.
REPORT_SECONDS = 0.1
#: Where the number of images is left open, a landscape has as many as it can measure in this share of the time that is
#: left, and at least some.
LANDSCAPE_SHARE = 0.4
LEAST_IMAGES = 50
#: For so long it measures with all images, to see how long they take.
TRIED_SECONDS = 0.5
#: The parts of the images, by their names in `engine.parts`.
PARTS = ("test", "validation", "train")
#: A new trainer, and a checkpoint read into it.
RESTORE_SECONDS = 0.05


@dataclass(frozen=True)
class Bounds:
    """What the process may take: all trainers that it holds, and the largest of them alone."""

    cache_bytes: int
    training_bytes: int


def main(connection: Connection, bounds: Bounds) -> None:
    """Answer until the server has ended; the process's entry point."""
    confine(NICENESS, bounds.cache_bytes + bounds.training_bytes)
    try:
        Replaying(connection, bounds.cache_bytes).run()
    except (BrokenPipeError, ConnectionResetError, EOFError):
        pass  # the server has ended, or needs this process no more
    finally:
        connection.close()


class Replaying:
    """Answers the questions of one pipe.

    Args:
        cache_bytes: what all trainings may take that are held. One alone may take more.
    """

    def __init__(self, connection: Connection, cache_bytes: int) -> None:
        self._connection = connection
        self._cache_bytes = cache_bytes
        self._held: OrderedDict[str, _Held] = OrderedDict()  # the one that was asked for last is the last

    def run(self) -> None:
        while True:
            question = decode_question(self._connection.recv_bytes())
            if not isinstance(question, Withdraw):  # else it withdraws what has just been answered
                self._connection.send_bytes(encode(self._answer(question)))

    def _answer(self, task: Task) -> Answer:
        try:
            match task:
                case Ask():
                    return self._replay(task)
                case AskRate():
                    return self._find_rate(task)
                case AskLandscape():
                    return self._survey(task)
        except (ConfigError, DatasetError, MemoryError, OSError, ValueError) as error:
            jobs = [task.job] if isinstance(task, Ask) else getattr(task, "jobs", [])
            for job in jobs:
                self._held.pop(job.training, None)
            reason = reasons.reason_of(error)
            return Failed(reason, reasons.why(reason))

    def _replay(self, ask: Ask) -> Answer:
        begun = time.monotonic()
        held = self._take(ask.job)
        replay = held.replay

        def still(iteration: int) -> float:
            """How long it takes from the moment that needs no steps."""
            return RESTORE_SECONDS + (ask.iteration - iteration) * ask.seconds_per_iteration

        expected = still(replay.nearest(ask.iteration))
        if expected > ask.bound_seconds:
            return TooLong(expected)
        look = Look(self._connection, until=begun + ask.bound_seconds)
        try:
            trainer = held.at(ask.iteration, look)
        except Cancelled:
            if look.withdrawn:
                return Withdrawn()
            taken = time.monotonic() - begun
            return TooLong(taken + still(replay.nearest(ask.iteration)))
        _demand_recorded(trainer, ask.loss)
        if ask.file is None and not ask.view:
            return Tested(*measure_test(trainer, held.dataset()))
        if ask.file is None:
            view = views.see(trainer, ask.view, ask.options, held.before)
            return Seen(encode_view(ask.view, trainer.iteration, view))
        weights = named_weights(trainer.network, trainer.config.network.layers)
        Path(ask.file).parent.mkdir(parents=True, exist_ok=True)  # it may have been deleted
        np.savez(ask.file, allow_pickle=False, iteration=np.int64(trainer.iteration), **weights)
        return Written()

    def _find_rate(self, ask: AskRate) -> Answer:
        begun = time.monotonic()
        own.look_in(Path(ask.own_dir))
        config = ExperimentConfig.from_dict(ask.config)
        self._make_room(estimate(config))
        look = Look(self._connection, until=begun + ask.bound_seconds)
        done = -1  # it looks before each iteration

        def is_cancelled() -> bool:
            nonlocal done
            done += 1
            return look()

        try:
            found = find_rate(
                config,
                iterations=ask.iterations,
                data_dir=Path(ask.data_dir),
                cache_dir=Path(ask.cache_dir),
                is_cancelled=is_cancelled,
            )
        except Cancelled:
            if look.withdrawn:
                return Withdrawn()
            return TooLong((time.monotonic() - begun) * ask.iterations / max(done, 1))
        return RateFound(asdict(found))

    def _survey(self, ask: AskLandscape) -> Answer:
        begun = time.monotonic()
        until = begun + ask.bound_seconds
        look = Look(self._connection, until=until)
        options, points = Options(**ask.options), sum(map(len, ask.iterations))
        replayed, total = (
            0,
            options.size**2 + 2 * points,
        )  # each point of a path is replayed, and then measured
        paths: list[list[Snapshot]] = []
        first: Trainer | None = None
        is_closed = False  # whether some run leaves the test set closed: then none is measured on it
        try:
            for job, iterations, loss in zip(ask.jobs, ask.iterations, ask.losses, strict=True):
                replay, path = self._take(job).replay, []
                for iteration in iterations:
                    trainer = replay.at(iteration, is_cancelled=look)
                    path.append(snapshot(trainer))
                    replayed += 1
                    self._connection.send_bytes(encode(Progress(replayed, total)))
                _demand_recorded(trainer, loss)
                first = first or trainer
                is_closed = is_closed or trainer.parts.test is None
                paths.append(path)
            assert first is not None
            test = None if is_closed else first.parts.test
            part = test or first.parts.validation or first.parts.train
            survey = Survey(first.config, part, paths, options)
            steps = survey.run()
            if ask.fewer:
                images = _fitting(survey, steps, options, (until - time.monotonic()) * LANDSCAPE_SHARE)
                if images < options.images:
                    survey = Survey(first.config, part, paths, replace(options, images=images))
                    steps = survey.run()
            reported = 0.0
            for _ in steps:
                if look():
                    raise Cancelled
                if (now := time.monotonic()) > reported + REPORT_SECONDS:
                    reported = now
                    self._connection.send_bytes(encode(Progress(replayed + survey.done, total)))
        except Cancelled:
            return Withdrawn() if look.withdrawn else TooLong(ask.bound_seconds)
        name = next(name for name in PARTS if getattr(first.parts, name) is part)
        return Surveyed({**survey.result, "part": name})

    def _make_room(self, needed: int) -> None:
        """Hold fewer trainings, so that all of them and this many bytes are within the bound, if that is possible."""
        while self._held and needed + sum(one.bytes for one in self._held.values()) > self._cache_bytes:
            self._held.popitem(last=False)

    def _take(self, job: Job) -> _Held:
        """The moments of a training, which are held from now on in place of those that were not asked for longest."""
        held = self._held.pop(job.training, None)
        if held is None or held.job.changes != job.changes:
            held = _Held(job)
        folder = Path(job.checkpoint_dir)
        held.replay.checkpoints = {
            made["iteration"]: partial(checkpoints.read, folder, made["file"]) for made in job.checkpoints
        }
        self._held[job.training] = held
        while len(self._held) > 1 and sum(one.bytes for one in self._held.values()) > self._cache_bytes:
            self._held.popitem(last=False)
        return held


class _Held:
    """A training whose moments are at hand, and what it may take.

    Attributes:
        before: all parameters before the last iteration of the moment that was asked for last; None if it is the start.
    """

    def __init__(self, job: Job) -> None:
        own.look_in(Path(job.own_dir))
        config = ExperimentConfig.from_dict(job.config, stored=True)
        self.job = job
        self.bytes = estimate(config) + KEPT_BYTES
        self.replay = Replay(
            config,
            data_dir=Path(job.data_dir),
            cache_dir=Path(job.cache_dir),
            stretches=parse_stretches(job.stretches, config),
            changes=job.changes,
        )
        self.before: Array | None = None
        self._iteration = -1

    def dataset(self) -> Dataset:
        """All images of its data set."""
        folders = {"data_dir": Path(self.job.data_dir), "cache_dir": Path(self.job.cache_dir)}
        return load_dataset(self.job.config["dataset"]["name"], **folders)

    def at(self, iteration: int, is_cancelled: Callable[[], bool]) -> Trainer:
        """The trainer at a moment, as `Replay.at`. Several questions about one moment take its steps once."""
        if iteration != self._iteration:
            self._iteration, self.before = -1, None
            if iteration > 0:
                self.before = self.replay.at(iteration - 1, is_cancelled=is_cancelled).network.vector.copy()
        trainer = self.replay.at(iteration, is_cancelled=is_cancelled)
        self._iteration = iteration
        return trainer


class Look:
    """Whether a replay is to be given up: its time is over, or it was withdrawn.

    Attributes:
        withdrawn: whether it was that.
    """

    def __init__(self, connection: Connection, *, until: float) -> None:
        self._connection = connection
        self._until = until
        self._next = 0.0
        self.withdrawn = False

    def __call__(self) -> bool:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + LOOK_SECONDS
            if self._connection.poll():
                self.withdrawn = isinstance(decode_question(self._connection.recv_bytes()), Withdraw)
        return self.withdrawn or now >= self._until


def _fitting(survey: Survey, steps: Iterator[None], options: Options, seconds: float) -> int:
    """On how many images a landscape can be measured in a time, at most those of the options: from the mean time of its
    first losses. The very first one does not count, as it takes longer."""
    next(steps)
    begun, count = time.monotonic(), survey.done
    for _ in steps:
        if (taken := time.monotonic() - begun) > TRIED_SECONDS:
            break
    else:
        return options.images
    each = taken / (survey.done - count)
    fitting = options.images * min(1.0, seconds / (each * survey.total))
    return min(options.images, max(LEAST_IMAGES, int(fitting) // 10 * 10))


def _demand_recorded(trainer: Trainer, recorded: float | None) -> None:
    """Refuse a moment whose loss is not the recorded one, bit for bit. After a checkpoint there is nothing to compare:
    it was made by the training itself.

    Raises:
        ValueError: with the reason.
    """
    loss = trainer.network.data_loss
    if recorded is None or math.isnan(loss) or np.float32(loss) == np.float32(recorded):
        return
    text = (
        f"trained again, iteration {trainer.iteration:,} has another loss than was recorded; another version or"
        " another machine rounds differently"
    )
    raise ValueError(Reason("replay_other", text, iteration=trainer.iteration))
