"""The functions of a lesson's expressions. Those of a run give one number for each seed, those of a curve give one, and
those of values may join them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np

from app.lessons import layer_figures
from app.lessons.outcome import Curves, Figures, Numbers, Outcome

Kind = Literal["truth", "number"]


class Unmeasured(LookupError):
    """An expression needs a run, or a curve of it, that is not there. The message names it."""


#: Functions of the name of a run: how it ended.
OF_RUNS = (
    "train",
    "validation",
    "test",
    "gap",
    "loss",
    "diverged",
    "dead",
    "iterations",
    "weights",
    "small",
    "lowest",
    "highest",
)


def of_run(figures: Figures, function: str, run: str) -> Numbers:
    values: Numbers = getattr(_outcome(figures, run), function)
    return values


#: Functions of the name of a run and of a layer: what it was like at the end. See `app.lessons.layer_figures`. Layer 1
#: is the nearest to the input, −1 the nearest to the output.
OF_LAYERS = tuple(layer_figures.FIGURES)


def of_layer(figures: Figures, function: str, run: str, layer: Any) -> Numbers:
    layers = _outcome(figures, run).layers
    if function not in layers:
        raise Unmeasured(f"{function} was not measured in the run {run!r}")
    return _of_layer(layers[function], float(np.mean(layer)))


def _of_layer(values: Numbers, layer: float) -> Numbers:
    """The column of a layer, of values (n, layers); NaN if there is no such layer."""
    count = values.shape[-1] if values.ndim == 2 else 0
    if not 1 <= abs(layer) <= count or layer != int(layer):
        return np.full(len(values), np.nan)
    column: Numbers = values[:, int(layer) - 1 if layer > 0 else int(layer)]
    return column


def _outcome(figures: Figures, run: str) -> Outcome:
    try:
        return figures.outcomes[figures.name(run)]
    except KeyError:
        raise Unmeasured(f"there is no run {run!r}") from None


def _takes_off(curves: Curves, percent: float) -> float:
    above = np.flatnonzero(curves.test > percent)
    return float(curves.evaluations[above[0]]) if above.size else np.nan


def _best(curves: Curves) -> float:
    return float(np.nanmax(curves.test)) if np.isfinite(curves.test).any() else np.nan


def _best_at(curves: Curves) -> float:
    any_finite = np.isfinite(curves.test).any()
    return float(curves.evaluations[np.nanargmax(curves.test)]) if any_finite else np.nan


def _at(iterations: Numbers, values: Numbers, iteration: float) -> float:
    """The last value up to an iteration; NaN before the first, and where the iteration is NaN."""
    if np.isnan(iteration):
        return np.nan
    place = int(np.searchsorted(iterations, iteration, side="right")) - 1
    return float(values[place]) if place >= 0 else np.nan


def _swing(curves: Curves, begin: float, end: float) -> float:
    """How far apart the highest and the lowest test accuracy are from one iteration to another."""
    inside = curves.test[(curves.evaluations >= begin) & (curves.evaluations <= end)]
    return float(np.nanmax(inside) - np.nanmin(inside)) if np.isfinite(inside).any() else np.nan


def _gradient(curves: Curves, layer: float, iteration: float) -> float:
    return _at(curves.steps, _of_layer(curves.gradients, layer), iteration)


def _measured_at(name: str) -> Callable[..., float]:
    """The function of a layer's figure at the last measurement up to an iteration."""

    def at(curves: Curves, layer: float, iteration: float) -> float:
        if name not in curves.layers:
            raise Unmeasured(f"{name} was not measured on the way")
        return _at(curves.measurements, _of_layer(curves.layers[name], layer), iteration)

    return at


_AT = ("iteration",)
_IN_LAYER_AT = ("layer", "iteration")

#: Functions of the name of a run and of numbers: what was measured in its course. Name → function, the numbers.
OF_CURVES: Mapping[str, tuple[Callable[..., float], tuple[str, ...]]] = {
    "takes_off": (_takes_off, ("percent",)),
    "best": (_best, ()),
    "best_at": (_best_at, ()),
    "test_at": (lambda curves, at: _at(curves.evaluations, curves.test, at), _AT),
    "train_at": (lambda curves, at: _at(curves.evaluations, curves.train, at), _AT),
    "gap_at": (lambda curves, at: _at(curves.evaluations, curves.train - curves.test, at), _AT),
    "loss_at": (lambda curves, at: _at(curves.evaluations, curves.loss, at), _AT),
    "swing": (_swing, ("from", "to")),
    "gradient": (_gradient, _IN_LAYER_AT),
    **{f"{name}_at": (_measured_at(name), _IN_LAYER_AT) for name in layer_figures.DURING_TRAINING},
}
#: Those of the functions above that need figures of the layers.
NEEDING_LAYERS = (*OF_LAYERS, *(f"{name}_at" for name in layer_figures.DURING_TRAINING))
#: Functions whose second argument is a layer.
BY_LAYER = (*OF_LAYERS, *(name for name, (_, numbers) in OF_CURVES.items() if "layer" in numbers))


def of_curve(figures: Figures, function: str, run: str, numbers: list[Any]) -> Numbers:
    try:
        curves = figures.curves[figures.name(run)]
    except KeyError:
        raise Unmeasured(f"there are no curves of the run {run!r}") from None
    apply, _ = OF_CURVES[function]
    return np.array([apply(curves, *(float(np.mean(number)) for number in numbers))])


def _joined(values: tuple[Any, ...]) -> Any:
    """All values of all arguments."""
    return np.concatenate([np.atleast_1d(value) for value in values])


def _spread(*values: Any) -> Any:
    """The standard deviation of a sample; 0 of one value."""
    joined = _joined(values)
    return joined.std(ddof=1) if joined.size > 1 else np.float64(0)


def _extreme(reduce: Callable[[Any], Any], pairwise: Any, values: tuple[Any, ...]) -> Any:
    if len(values) == 1:
        return reduce(values[0])
    result = values[0]
    for value in values[1:]:
        result = pairwise(result, value)
    return result


#: Functions of numbers or truths: name → function, what it takes, what it gives, how many it takes at most.
OF_VALUES: Mapping[str, tuple[Callable[..., Any], Kind, Kind, int]] = {
    "abs": (np.abs, "number", "number", 1),
    "log10": (np.log10, "number", "number", 1),
    "min": (lambda *values: _extreme(np.min, np.minimum, values), "number", "number", 20),
    "max": (lambda *values: _extreme(np.max, np.maximum, values), "number", "number", 20),
    "mean": (lambda *values: np.mean(_joined(values)), "number", "number", 20),
    "median": (lambda *values: np.median(_joined(values)), "number", "number", 20),
    "std": (_spread, "number", "number", 20),
    "all": (lambda *values: np.all(_joined(values)), "truth", "truth", 20),
    "any": (lambda *values: np.any(_joined(values)), "truth", "truth", 20),
}

#: What `chosen` may choose by, and on which images it may say how good the chosen run is.
CHOOSERS = ("test", "validation")
CHOSEN_ON = ("test", "validation", "other")


def chosen(figures: Figures, by: str, on: str) -> Numbers:
    """By how many points the run that is best by some images is above the mean of all runs, on these or other images.

    The runs differ only in their seed. Each run with one seed: all runs are one choice. Runs with several seeds each:
    the seeds of the first run are cut into groups as large as the number of runs, and each group is one choice.
    "other": the test images by which nothing was chosen. They are computed from a further run with more test images.
    NaN for a choice among runs of which one has no accuracy on the images that choose.

    Raises:
        Unmeasured: there is no such run, or one has too few seeds.
    """
    sizes = figures.test_images
    fewest = min((sizes.get(name, 0) for name in figures.outcomes), default=0)
    runs = [outcome for name, outcome in figures.outcomes.items() if sizes.get(name, 0) == fewest]
    if not runs:
        raise Unmeasured("there are no runs to choose from")
    whole = [name for name in figures.outcomes if sizes.get(name, 0) > fewest]
    if on == "other" and not whole:
        raise Unmeasured("no run was measured on other test images")
    together = runs[0].test.size == 1

    def of(quantity: str) -> Numbers:
        each = [getattr(run, quantity) for run in runs]
        values: Numbers = np.concatenate(each) if together else each[0]
        groups = values.size // len(runs)
        return values[: groups * len(runs)].reshape(groups, len(runs))

    if on == "other":
        count = sizes[whole[0]]
        all_of_them, few = figures.outcomes[whole[0]].test, of("test")
        if all_of_them.size < few.size:
            raise Unmeasured(f"the run {whole[0]!r} needs {few.size} seeds")
        measured = (count * all_of_them[: few.size].reshape(few.shape) - fewest * few) / (count - fewest)
    else:
        measured = of(on)
    choosing = of(by)
    best = np.argmax(choosing, axis=1)[:, None]
    result: Numbers = np.take_along_axis(measured, best, axis=1)[:, 0] - measured.mean(axis=1)
    result[np.isnan(choosing).any(axis=1)] = np.nan
    if not result.size:
        raise Unmeasured(f"a choice among {len(runs)} runs needs as many seeds")
    return result


def signatures() -> list[str]:
    """How each function of a run is written, and `chosen`; for the documents."""
    choices = ", ".join(f'"{"|".join(names)}"' for names in (CHOOSERS, CHOSEN_ON))
    return [
        *(_signature(name) for name in OF_RUNS),
        *(_signature(name, "layer") for name in OF_LAYERS),
        *(_signature(name, *numbers) for name, (_, numbers) in OF_CURVES.items()),
        f"chosen({choices})",
    ]


def _signature(name: str, *numbers: str) -> str:
    return f"{name}({', '.join(['run', *numbers])})"
