"""Surveying: a loss landscape is measured around the replayed paths of some trainings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from app.jobs.held_trainings import HeldTrainings, demand_recorded
from app.jobs.replay_messages import AskLandscape, Progress, Surveyed
from app.jobs.stop_signal import StopSignal
from engine import Trainer
from engine.landscape import Options, Survey
from engine.parts import Part
from engine.plane import Snapshot, snapshot
from engine.replay import Cancelled

#: Seconds between two reports of progress.
REPORT_SECONDS = 0.1
#: Where the number of images is left open, a landscape has as many as it can measure in this share of the time that is
#: left, and at least some.
LANDSCAPE_SHARE = 0.4
MIN_IMAGES = 50
#: At first, losses are measured for this time, to see how long all images take.
TRIED_SECONDS = 0.5
#: The parts of the images, by their names in `engine.parts`, the one to measure on first.
PARTS = ("test", "validation", "train")


def survey(
    ask: AskLandscape,
    trainings: HeldTrainings,
    stop: StopSignal,
    report: Callable[[Progress], None],
    *,
    until: float,
) -> Surveyed:
    """Replay the paths, and measure the losses around them.

    Args:
        until: when the time is over, by the monotonic clock; the last part of it decides how many images are measured.

    Raises:
        Cancelled: it was stopped.
        ConfigError: the weights have not moved, or are not finite.
        ValueError: a replayed moment is not the recorded one.
    """
    options, points = Options(**ask.options), sum(map(len, ask.iterations))
    total = options.size**2 + 2 * points  # each point of a path is replayed, and then measured
    replayed = 0
    paths: list[list[Snapshot]] = []
    first: Trainer | None = None
    parts = list(PARTS)
    for job, iterations, loss in zip(ask.jobs, ask.iterations, ask.losses, strict=True):
        replay, path = trainings.take(job).replay, []
        for iteration in iterations:
            trainer = replay.at(iteration, is_cancelled=stop)
            path.append(snapshot(trainer))
            replayed += 1
            report(Progress(replayed, total))
        demand_recorded(trainer, loss)
        first = first or trainer
        if trainer.parts.test is None and "test" in parts:
            parts.remove("test")  # where some run leaves the test set closed, none is measured on it
        paths.append(path)
    assert first is not None
    name, part = _first_part(first, parts)
    measured = Survey(first.config, part, paths, options)
    steps = measured.run()
    if ask.fewer:
        images = _fitting(measured, steps, options, (until - time.monotonic()) * LANDSCAPE_SHARE)
        if images < options.images:
            measured = Survey(first.config, part, paths, replace(options, images=images))
            steps = measured.run()
    reported = 0.0
    for _ in steps:
        if stop():
            raise Cancelled
        if (now := time.monotonic()) > reported + REPORT_SECONDS:
            reported = now
            report(Progress(replayed + measured.done, total))
    return Surveyed({**measured.result, "part": name})


def _first_part(trainer: Trainer, names: list[str]) -> tuple[str, Part]:
    """The first of some parts that the experiment has; there are always images to train on."""
    return next((name, part) for name in names if (part := getattr(trainer.parts, name)) is not None)


def _fitting(measured: Survey, steps: Iterator[None], options: Options, seconds: float) -> int:
    """On how many images a landscape can be measured in a time, at most those of the options: from the mean time of its
    first losses. The very first one does not count, as it takes longer."""
    next(steps)
    begun, count = time.monotonic(), measured.done
    for _ in steps:
        if (taken := time.monotonic() - begun) > TRIED_SECONDS:
            break
    else:
        return measured.images
    each = taken / (measured.done - count)
    fitting = measured.images * min(1.0, seconds / (each * measured.total))
    return min(measured.images, max(MIN_IMAGES, int(fitting) // 10 * 10))
