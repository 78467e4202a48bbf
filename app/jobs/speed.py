"""The measured speed of this machine: how long trainings hold their places, compared with `app.estimate`."""

from __future__ import annotations

import math
import statistics
from collections import deque

from app.trainings import Training

#: Of each kind, only this many of the newest measurements count.
RECENT = 20
#: At most this many kinds are remembered: then the one that was measured first is forgotten.
MAX_KINDS = 500
#: A training that has trained for less than this says nothing about the machine.
MIN_SECONDS = 0.1

#: What decides how far the estimate is off: the data, the types of layers and the optimizer.
Kind = tuple[str, ...]


class Speed:
    """Corrects the estimated seconds of a training by what earlier ones have taken.

    The estimate is a count of multiply-adds. It is multiplied by a ratio, measured ÷ estimated seconds: the median of
    the trainings of the same kind, or, if none of this kind has trained, of all kinds. Lives in the event loop.
    """

    def __init__(self) -> None:
        self._ratios: dict[Kind, dict[str, float]] = {}  # by the id of the training, the newest last
        self._all: dict[str, float] = {}
        self._medians: dict[Kind | None, float] = {}
        self._extras: deque[float] = deque(maxlen=RECENT)
        self._extra = 0.0

    def measure(self, training: Training, *, expected: float | None = None) -> None:
        """Note what a training has taken so far. Called several times for a training that goes on: the newest counts.

        Args:
            expected: the estimate in seconds for all its iterations; None: that of the training.
        """
        if training.stretches:
            return  # some of its time is of another experiment
        expected = expected or training.expected_seconds
        part = training.iteration / training.iterations
        if not expected or not part or training.seconds < MIN_SECONDS:
            return
        ratio = training.seconds / (expected * part)
        kind = _kind(training)
        if kind not in self._ratios and len(self._ratios) >= MAX_KINDS:
            del self._ratios[next(iter(self._ratios))]
        for ratios in (self._ratios.setdefault(kind, {}), self._all):
            ratios.pop(training.id, None)
            ratios[training.id] = ratio
            if len(ratios) > RECENT:
                del ratios[next(iter(ratios))]
        self._medians.clear()

    def measure_extra(self, seconds: float) -> None:
        """Note for how many seconds a training held its place without training: while its worker started and ended, and
        while its rows were stored."""
        self._extras.append(max(0.0, seconds))
        self._extra = statistics.median(self._extras)

    @property
    def slowness(self) -> float:
        """The ratio of measured to estimated seconds for trainings of all kinds, with two digits, so that it rarely
        changes; 1 while nothing has trained."""
        return float(f"{statistics.median(self._all.values()):.2g}") if self._all else 1.0

    def left(self, training: Training) -> float:
        """Seconds that a training will hold its place from now on; infinite: nothing is known of it."""
        left = training.iterations - training.iteration
        if training.iteration and training.seconds >= MIN_SECONDS:
            seconds = training.seconds / training.iteration * left
        elif training.expected_seconds is None:
            return math.inf
        else:
            seconds = training.expected_seconds * left / training.iterations * self._ratio(_kind(training))
        return seconds + self._extra

    def _ratio(self, kind: Kind) -> float:
        if kind not in self._medians:
            ratios = self._ratios.get(kind) or self._all
            self._medians[kind] = statistics.median(ratios.values()) if ratios else 1.0
        return self._medians[kind]


def _kind(training: Training) -> Kind:
    config = training.config
    layers = sorted({layer["type"] for layer in config["network"]["layers"]})
    return (config["dataset"]["name"], config["optimizer"]["name"], *layers)
