"""`lossroom lessons check`: train a lesson's runs, and look whether what it says and asks agrees with their results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.lessons.document import Choice, Claim, Click, Number, Question, Rank, Spread, Try
from app.lessons.expressions import holds, value_of
from app.lessons.functions import OF_LAYERS, OF_RUNS, Unmeasured, of_layer
from app.lessons.layer_figures import stacked
from app.lessons.lesson import Lesson
from app.lessons.measuring import Measured
from app.lessons.outcome import QUANTITIES, Figures, Outcome
from app.lessons.trained import Trained, but_seed, plan
from engine import ExperimentConfig

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


def check(
    lesson: Lesson,
    dataset: str,
    seeds: int,
    trained: Trained,
    *,
    tries: bool = True,
    progress: Progress = lambda done, count: None,
) -> list[Line]:
    """Train all runs of a lesson on a data set from several seeds, and look at its claims and questions.

    The questions are answered as for a person: by each run with its own seed.

    Args:
        trained: what was trained for other lessons is not trained again.
        tries: say also whether what is to be tried reaches what it shall.

    Raises:
        DatasetError: the data set is not in the folder.
    """
    planned = {each.key: each for each in plan(lesson, dataset, seeds, tries=tries)}
    for done, each in enumerate(planned.values(), 1):
        trained.get(each)
        progress(done, len(planned))

    def measured(config: ExperimentConfig, seed: int) -> Measured:
        return trained.get(planned[but_seed(config), seed])

    configs = lesson.configs(dataset=dataset, measured=True)
    further = {lesson.names_on(dataset)[name] for name in lesson.settings.also_measured}
    alone = {config.name: measured(config, config.seed) for config in configs if config.name not in further}
    over_seeds = lesson.figures(
        {config.name: outcome_of([measured(config, seed) for seed in range(seeds)]) for config in configs},
        dataset,
    )
    of_person = lesson.figures(
        {name: outcome_of([each]) for name, each in alone.items()},
        dataset,
        curves={name: each.curves for name, each in alone.items()},
    )
    lines = [_claim(lesson, claim, over_seeds) for claim in lesson.claims if claim.on in (None, dataset)]
    lines += [_question(lesson, question, of_person) for question in lesson.questions()]
    transfer = lesson.settings.transfer
    if transfer is not None and transfer.spread is not None:
        lines.append(_of_each(lesson, transfer.spread, of_person))
    for to_try in lesson.tries_to_reach if tries else []:
        config = lesson.tried(to_try, to_try.id, dataset=dataset)
        lines.append(_try(lesson, to_try, of_person, measured(config, config.seed)))
    return lines


def outcome_of(seeds: Sequence[Measured]) -> Outcome:
    """The results of the seeds of a run; NaN for what was not measured."""
    return Outcome(
        **{name: np.array([each.quantities.get(name, np.nan) for each in seeds]) for name in QUANTITIES},
        layers=stacked([each.layers for each in seeds]),
    )


def _claim(lesson: Lesson, claim: Claim, figures: Figures) -> Line:
    expression = lesson.expression(claim.holds, curves=False)
    try:
        right = holds(expression, figures)
    except Unmeasured as error:
        return Line(f"claim {claim.id}: {claim.says}", str(error), None)
    measured = ", ".join(
        [
            f"{function}({run}) {_spread(getattr(figures.outcomes[figures.name(run)], function))}"
            for run in expression.runs
            for function in expression.functions
            if function in OF_RUNS
        ]
        + [
            f"{function}({run}, {layer}) {_spread(of_layer(figures, function, run, layer))}"
            for function, run, layer in expression.layers
            if function in OF_LAYERS
        ]
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
            return Line(what, right_option(lesson, question, figures) or "none of the options", True)
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


def _try(lesson: Lesson, each: Try, of_person: Figures, measured: Measured) -> Line:
    """Whether what is to be reached is reached at once. Either may be meant, so neither is wrong."""
    figures = replace(
        of_person,
        outcomes={**of_person.outcomes, each.id: outcome_of([measured])},
        curves={**of_person.curves, each.id: measured.curves},
    )
    what = f"try {each.id}: {each.text}"
    try:
        reached = holds(lesson.expression(str(each.reach), also=each.id), figures)
    except Unmeasured as error:
        return Line(what, str(error), None)
    scores = f"test {measured.quantities.get('test', np.nan):.4g}, train {measured.quantities['train']:.4g}"
    return Line(what, f"{scores}: {'reached' if reached else 'not reached'} as it is", True)


def right_option(lesson: Lesson, question: Choice, figures: Figures) -> str | None:
    """The id of the first option that holds; None if none does."""
    for option in question.options:
        if option.holds is None or holds(lesson.expression(option.holds), figures):
            return option.id
    return None
