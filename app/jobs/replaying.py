"""The process that replays moments of trainings, finds learning rates and measures landscapes. Imports the engine
and the standard library only.

It answers one question of the server at a time. While it trains, measures a landscape or measures the test images, it
also looks whether the server has withdrawn the question; while it makes a view, it does not look.
Trainers are kept at the moments that were asked for last, as the next question is often about a near one. When the
server has ended, the pipe ends, and so does the process.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from app.jobs.confined import confine
from app.jobs.held_trainings import HeldTrainings, demand_recorded
from app.jobs.replay_messages import (
    Answer,
    Ask,
    AskLandscape,
    AskRate,
    Failed,
    Progress,
    RateFound,
    Seen,
    Task,
    Tested,
    TooLong,
    Withdraw,
    Withdrawn,
    Written,
    decode_question,
    encode,
)
from app.jobs.stop_signal import StopSignal
from app.jobs.surveying import survey
from app.jobs.view_bytes import encode as encode_view
from engine import ConfigError, DatasetError, ExperimentConfig, reasons, views
from engine.datasets import own
from engine.memory import estimate
from engine.rate_finder import find_rate
from engine.replay import Cancelled
from engine.testing import measure_test
from engine.weights import named_weights

#: Its priority: below that of the workers, as trainings come first.
NICENESS = 15
#: About what it takes to build a trainer and to read a checkpoint into it.
RESTORE_SECONDS = 0.05


@dataclass(frozen=True)
class Bounds:
    """Bounds of memory, in bytes. The process may take their sum.

    `cache_bytes`: of all trainings that are held together. `training_bytes`: of the largest training, which may need
    more than that.
    """

    cache_bytes: int
    training_bytes: int


def main(connection: Connection, bounds: Bounds) -> None:
    """Answer until the server has ended; the process's entry point."""
    confine(NICENESS, bounds.cache_bytes + bounds.training_bytes)
    try:
        Replaying(connection, bounds.cache_bytes).run()
    except (BrokenPipeError, ConnectionResetError, EOFError):
        pass  # the server has ended, or no longer needs this process
    finally:
        connection.close()


class Replaying:
    """Answers the questions of one pipe.

    Args:
        cache_bytes: what all kept trainings together may take. One alone may take more.
    """

    def __init__(self, connection: Connection, cache_bytes: int) -> None:
        self._connection = connection
        self._trainings = HeldTrainings(cache_bytes)

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
                self._trainings.drop(job.training)
            reason = reasons.reason_of(error)
            return Failed(reason, reasons.why(reason))

    def _replay(self, ask: Ask) -> Answer:
        begun = time.monotonic()
        held = self._trainings.take(ask.job)
        with_step = bool(ask.view) and views.KINDS[ask.view].needs_step

        def expected_seconds() -> float:
            """How long it takes to get to the asked moment from the nearest one that is kept."""
            steps = ask.iteration - held.nearest(ask.iteration, with_step=with_step)
            return RESTORE_SECONDS + steps * ask.seconds_per_iteration

        expected = expected_seconds()
        if expected > ask.bound_seconds:
            return TooLong(expected)
        stop = StopSignal(self._connection, until=begun + ask.bound_seconds)
        try:
            trainer = held.at(ask.iteration, stop, with_step=with_step)
            demand_recorded(trainer, ask.loss)
            if ask.file is None and not ask.view:
                return Tested(*measure_test(trainer, held.dataset(), is_cancelled=stop))
        except Cancelled:
            if stop.withdrawn:
                return Withdrawn()
            taken = time.monotonic() - begun
            return TooLong(taken + expected_seconds())
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
        self._trainings.make_room(estimate(config))
        stop = StopSignal(self._connection, until=begun + ask.bound_seconds)
        done = -1  # it looks before each iteration

        def is_cancelled() -> bool:
            nonlocal done
            done += 1
            return stop()

        try:
            result = find_rate(
                config,
                iterations=ask.iterations,
                data_dir=Path(ask.data_dir),
                cache_dir=Path(ask.cache_dir),
                is_cancelled=is_cancelled,
            )
        except Cancelled:
            if stop.withdrawn:
                return Withdrawn()
            return TooLong((time.monotonic() - begun) * ask.iterations / max(done, 1))
        return RateFound(asdict(result))

    def _survey(self, ask: AskLandscape) -> Answer:
        until = time.monotonic() + ask.bound_seconds
        stop = StopSignal(self._connection, until=until)

        def report(progress: Progress) -> None:
            self._connection.send_bytes(encode(progress))

        try:
            return survey(ask, self._trainings, stop, report, until=until)
        except Cancelled:
            return Withdrawn() if stop.withdrawn else TooLong(ask.bound_seconds)
