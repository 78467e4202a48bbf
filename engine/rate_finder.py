"""The rate finder: a short training whose learning rate grows from iteration to iteration, to find a rate that suits.

    found = find_rate(config)
    found.suggestion

While the rate is far too small the loss stays; then it falls, and where the rate is too large it rises (the range test
of Smith 2017, https://arxiv.org/abs/1506.01186). The training has the first weights, the batches and the optimizer of
the experiment, whose schedule and whose own rate do not matter. So two tests of an experiment are equal, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from engine.config import ExperimentConfig
from engine.datasets import Dataset
from engine.replay import Cancelled
from engine.trainer import Trainer

#: The first rate, and the last one.
LOWEST, HIGHEST = 1e-6, 10.0
ITERATIONS = 150
#: With fewer iterations a step of the rate would be too large to see anything.
MIN_ITERATIONS = 60
#: The smoothed loss is a mean over this share of all iterations, about: half a power of ten.
SMOOTHED_SHARE = 1 / 15
#: The test ends where the smoothed loss is this many times its lowest value after the start.
RISEN = 4.0
#: The suggestion is the rate with the lowest smoothed loss after the start, divided by this. Near that rate the loss no
#: longer falls, as it is too large already.
DIVISOR = 5.0
#: Nothing is suggested unless the smoothed loss has fallen below this share of what it was at the start.
FALLEN = 0.9
#: The start: this share of all iterations, with rates that change nothing. Its smoothed losses are not searched for the
#: lowest: the first ones are means of one batch or a few, which may be low by chance.
START_SHARE = 0.2

#: Why a test ended: at the highest rate, as the loss had risen, or as it was not finite any more.
End = Literal["completed", "risen", "diverged"]


@dataclass(frozen=True, slots=True)
class RateTest:
    """What the test of an experiment has found; an entry for each iteration with a finite loss.

    Attributes:
        rates: the learning rate of each iteration's step.
        losses: the loss of each batch before the step, without penalties.
        smoothed: their running mean.
        best: the index of the lowest smoothed loss after the start, or of all if the test ended at the start; None: no
            loss was finite.
        suggestion: a good learning rate, with two digits; None: the loss did not fall with any rate.
        end: why the test ended.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    best: int | None
    suggestion: float | None
    end: End


def find_rate(
    config: ExperimentConfig,
    dataset: Dataset | None = None,
    *,
    iterations: int = ITERATIONS,
    data_dir: Path | None = None,
    cache_dir: Path | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> RateTest:
    """Test an experiment with rates from `LOWEST` to `HIGHEST`.

    Args:
        dataset, data_dir, cache_dir: as for `Trainer`.
        iterations: how many the test takes at most, at least `MIN_ITERATIONS`.

    Raises:
        Cancelled: `is_cancelled`, asked before each iteration, returned True.
        DatasetError: the data set is missing, or its files are damaged.
    """
    training = replace(config.training, schedule=None, early_stopping=None)
    trainer = Trainer(replace(config, training=training), dataset, data_dir=data_dir, cache_dir=cache_dir)
    rates = rates_of(iterations)
    losses: list[float] = []
    smoothed: list[float] = []
    mean = smoothing(iterations)
    start = round(START_SHARE * iterations)
    end: End = "completed"
    for rate in rates:
        if is_cancelled():
            raise Cancelled
        trainer.learning_rate = rate
        loss = trainer.step().loss
        if not math.isfinite(loss):
            end = "diverged"
            break
        losses.append(loss)
        smoothed.append(mean(loss))
        if len(smoothed) > start and smoothed[-1] > RISEN * min(smoothed[start:]):
            end = "risen"
            break
    count = len(losses)
    best = min(range(start if count > start else 0, count), key=smoothed.__getitem__, default=None)
    suggestion = None
    if best is not None and best >= start and smoothed[best] <= FALLEN * sum(smoothed[:start]) / start:
        suggestion = float(f"{rates[best] / DIVISOR:.2g}")
    return RateTest(tuple(rates[:count]), tuple(losses), tuple(smoothed), best, suggestion, end)


def rates_of(iterations: int) -> list[float]:
    """The rate of each iteration; each is the one before times the same factor."""
    return [LOWEST * (HIGHEST / LOWEST) ** (place / (iterations - 1)) for place in range(iterations)]


def smoothing(iterations: int) -> Callable[[float], float]:
    """A function that takes one loss after the other, and gives their mean, in which earlier ones weigh less and less.

    m ← βm + (1-β)x, and m / (1-βᵗ) makes up for a mean that begins at 0, as in Adam.
    """
    beta = 1 - 1 / (SMOOTHED_SHARE * iterations)
    mean, t = 0.0, 0

    def take(loss: float) -> float:
        nonlocal mean, t
        mean = beta * mean + (1 - beta) * loss
        t += 1
        return mean / (1 - beta**t)

    return take
