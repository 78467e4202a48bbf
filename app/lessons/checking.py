"""`lossroom lessons check`: train a lesson's runs, and look whether what it says and asks agrees with what comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.estimate import expected_seconds
from app.lessons.document import Choice, Claim, Click, Number, Question, Rank, Spread, Try
from app.lessons.expressions import holds, value_of
from app.lessons.functions import Unmeasured
from app.lessons.lesson import Lesson
from app.lessons.measuring import Measured, measure
from app.lessons.outcome import QUANTITIES, Figures, Outcome
from engine import ExperimentConfig
from engine.summary import summarize

#: Functions that say something of all seeds together: with fewer of them, it need not be so.
_OVER_SEEDS = {"mean", "median", "std", "min", "max", "any", "chosen"}
#: Called after each training: how many are done, and how many there are.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at.

    Attributes:
        right: None where it could not be looked at, and `found` says why.
    """

    what: str
    found: str
    right: bool | None


def seconds_of(lesson: Lesson, dataset: str, seeds: int) -> float:
    """How long the trainings of a check are expected to take."""
    configs = lesson.configs(dataset=dataset, measured=True)
    return sum(expected_seconds(config, summarize(config)) for config in configs) * seeds


def check(
    lesson: Lesson,
    dataset: str,
    seeds: int,
    data_dir: Path,
    cache_dir: Path | None = None,
    *,
    progress: Progress = lambda done, count: None,
) -> list[Line]:
    """Train all runs of a lesson on a data set from several seeds, and look at its claims and questions.

    The questions are answered as for a person: by each run with its own seed.

    Raises:
        DatasetError: the data set is not in the folder.
    """
    configs = lesson.configs(dataset=dataset, measured=True)
    # runs that differ in nothing but their seed are one training for each seed
    further = {lesson.names_on(dataset)[name] for name in lesson.settings.also_measured}
    same = {config.name: _without_seed(config) for config in configs}
    outcomes: dict[str, Outcome] = {}
    alone: dict[str, Measured] = {}
    known: dict[str, Outcome] = {}
    done, count = 0, len(set(same.values())) * seeds + len(lesson.names(dataset=dataset))
    for config in configs:
        key = same[config.name]
        if key not in known:
            measured = []
            for seed in range(seeds):
                measured.append(measure(config, seed, data_dir, cache_dir).quantities)
                done += 1
                progress(done, count)
            known[key] = outcome_of(measured)
        outcomes[config.name] = known[key]
        if config.name in further:
            continue
        alone[config.name] = measure(config, config.seed, data_dir, cache_dir, curves=True)
        done += 1
        progress(done, count)
    over_seeds = lesson.figures(outcomes, dataset)
    of_person = lesson.figures(
        {name: outcome_of([each.quantities]) for name, each in alone.items()},
        dataset,
        curves={name: each.curves for name, each in alone.items()},
    )
    lines = [_claim(lesson, claim, over_seeds) for claim in lesson.claims if claim.on in (None, dataset)]
    lines += [_question(lesson, question, of_person) for question in lesson.questions()]
    transfer = lesson.settings.transfer
    if transfer is not None and transfer.spread is not None:
        lines.append(_of_each(lesson, transfer.spread, of_person))
    tries = transfer.try_ if transfer else []
    return lines + [
        _try(lesson, each, dataset, of_person, data_dir, cache_dir) for each in tries if each.reach
    ]


def outcome_of(measured: Sequence[dict[str, float]]) -> Outcome:
    """The results of the seeds of a run; NaN for what was not measured."""
    return Outcome(
        **{name: np.array([each.get(name, np.nan) for each in measured], float) for name in QUANTITIES}
    )


def _without_seed(config: ExperimentConfig) -> str:
    return repr({name: value for name, value in config.to_dict().items() if name not in ("name", "seed")})


def _claim(lesson: Lesson, claim: Claim, figures: Figures) -> Line:
    expression = lesson.expression(claim.holds, curves=False)
    try:
        right = holds(expression, figures)
    except Unmeasured as error:
        return Line(f"claim {claim.id}: {claim.says}", str(error), None)
    measured = ", ".join(
        f"{function}({run}) {_spread(getattr(figures.outcomes[figures.name(run)], function))}"
        for run in expression.runs
        for function in expression.functions
        if hasattr(Outcome, function)
    )
    seeds = len(next(iter(figures.outcomes.values())).test)
    if not right and seeds < lesson.seeds and _OVER_SEEDS & set(expression.functions):
        few = f"{measured}: not with {seeds} of its {lesson.seeds} seeds"
        return Line(f"claim {claim.id}: {claim.says}", few, None)
    return Line(f"claim {claim.id}: {claim.says}", measured, right)


def _spread(values: np.ndarray) -> str:
    return f"{values.mean():.4g} ± {values.std(ddof=1):.2g}" if values.size > 1 else f"{values.mean():.4g}"


def _of_each(lesson: Lesson, spread: Spread, figures: Figures) -> Line:
    """What is measured in the runs of each student, for these runs."""
    what = f"spread {spread.id}: {spread.says}"
    try:
        value = value_of(lesson.expression(spread.value), figures)
    except Unmeasured as error:
        return Line(what, str(error), None)
    return Line(what, f"{value:.4g}", bool(np.isfinite(value)))


def _question(lesson: Lesson, question: Question, figures: Figures) -> Line:
    """What the answer is for these runs. It is wrong only where it cannot be given."""
    what = f"question {question.id}: {question.ask}"
    try:
        if isinstance(question, Choice):
            return Line(what, came(lesson, question, figures) or "none of the options", True)
        if isinstance(question, Rank):
            values = {
                name: value_of(lesson.expression(f'{question.by}("{name}")'), figures)
                for name in question.runs
            }
            return Line(what, " > ".join(sorted(values, key=lambda name: -values[name])), True)
        if isinstance(question, Number | Click):
            value = value_of(lesson.expression(question.value), figures)
            inside = np.isfinite(value) and (
                not isinstance(question, Number) or question.low <= value <= question.high
            )
            bounds = (
                f", outside {question.low:g} to {question.high:g}" if isinstance(question, Number) else ""
            )
            return Line(what, f"{value:.4g}" + ("" if inside else bounds or ": it never comes"), bool(inside))
    except Unmeasured as error:
        return Line(what, str(error), None)
    return Line(what, "a sketch", True)


def _try(
    lesson: Lesson, each: Try, dataset: str, of_person: Figures, data_dir: Path, cache_dir: Path | None
) -> Line:
    """Whether what is to be reached is reached at once. Either may be meant, so neither is wrong."""
    config = lesson.tried(each, each.id, dataset=dataset)
    measured = measure(config, config.seed, data_dir, cache_dir, curves=True)
    figures = replace(
        of_person,
        outcomes={**of_person.outcomes, each.id: outcome_of([measured.quantities])},
        curves={**of_person.curves, each.id: measured.curves},
    )
    what = f"try {each.id}: {each.text}"
    try:
        reached = holds(lesson.expression(str(each.reach), also=each.id), figures)
    except Unmeasured as error:
        return Line(what, str(error), None)
    found = f"test {measured.quantities.get('test', np.nan):.4g}, train {measured.quantities['train']:.4g}"
    return Line(what, f"{found}: {'reached' if reached else 'not reached'} as it is", True)


def came(lesson: Lesson, question: Choice, figures: Figures) -> str | None:
    """The id of the first option that holds; None if none does."""
    for option in question.options:
        if option.holds is None or holds(lesson.expression(option.holds), figures):
            return option.id
    return None
