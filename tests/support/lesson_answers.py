"""What a student answers to a lesson's questions, right or wrong, and what the runs of a lab say to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.lessons import expressions, results
from app.lessons.document import Choice, Click, Number, Question, Rank, Sketch
from app.lessons.figures import Measured, measure
from app.lessons.known import KnownRuns
from app.lessons.outcome import Figures, Numbers
from app.lessons.stage import Stage
from app.rows import Rows
from app.trainings import Status, Training
from engine.reasons import restored
from tests.support.lab_server import LabServer

#: Whether a student means to answer rightly.
Aim = Literal["right", "wrong"]


def measured_in(lab: LabServer, run_id: str) -> Measured:
    """The figures of an ended run, from its rows and measurements in the lab's database."""
    run = lab.run(run_id)
    training = Training(
        id=run_id,
        config=run["config"],
        iterations=run["iterations"],
        created_at=0.0,
        status=Status(run["status"]),
        reason=None if run["reason"] is None else restored(run["reason"], run["why"]),
        iteration=run["iteration"],
    )
    train, evaluation = (_rows(lab, run_id, stream) for stream in ("train", "evaluation"))
    return measure(training, train, evaluation, lab.stored_measurements(run_id))


def _rows(lab: LabServer, run_id: str, stream: str) -> Rows:
    names, values = lab.stored_rows(run_id, stream)
    return Rows(tuple(names), 0, values.T, [])


@dataclass(frozen=True)
class Truth:
    """What the runs of an attempt say to the questions of its lesson.

    Attributes:
        stage: the lesson, on the data set and in the language in which it is played.
        figures: of the runs; None: they have not ended yet, so it is not known.
    """

    stage: Stage
    figures: Figures | None = None

    @classmethod
    def of(cls, lab: LabServer, stage: Stage, runs: Mapping[str, str]) -> Truth:
        """From ended runs: name → id."""
        found = {name: measured_in(lab, run_id) for name, run_id in runs.items()}
        figures = Figures(
            outcomes={name: trained.outcome for name, trained in found.items()},
            curves={name: trained.curves for name, trained in found.items()},
            names=stage.names,
            test_images={name: trained.test_images for name, trained in found.items()},
        )
        return cls(stage, figures)

    @property
    def _runs(self) -> tuple[str, ...]:
        return tuple(self.stage.lesson.run_names())

    def answer(self, question: Question, aim: Aim) -> Any:
        """An answer as one gives it on the page: an option's id, names of runs, a number, an iteration; of a sketch,
        run → heights of the curve, from 0 at the foot of the chart to 1. Before the runs have ended it is a guess."""
        came = None if self.figures is None else results.right_answer(question, self.figures, self._runs)
        is_right = aim == "right"
        match question:
            case Choice():
                others = [option.id for option in question.options if option.id != came]
                return came if is_right and came is not None else others[0]
            case Rank():
                order = came or [self.stage.names[run] for run in question.runs]
                return order if is_right else order[::-1]
            case Number():
                if came is None:
                    return (question.low + question.high) / 2
                far = max(question.low, question.high, key=lambda bound: abs(bound - came))
                return float(f"{came:.6g}") if is_right else far
            case Click():
                last = self.stage.iterations
                if came is None:
                    return last // 2
                return (
                    round(came)
                    if is_right
                    else max(last // 20, last - last // 20, key=lambda at: abs(at - came))
                )
            case Sketch():
                return {self.stage.names[run]: self._heights(question, run, aim) for run in question.runs}

    def _heights(self, question: Sketch, run: str, aim: Aim) -> list[float]:
        curve: Numbers | None = None
        if self.figures is not None and question.chart.endswith("accuracy"):
            curve = results.CHARTS[question.chart](self.figures.curves[self.stage.names[run]])
        if curve is None or not len(curve):
            return [0.1, 0.5, 0.7, 0.8]
        heights = [0.02 + 0.94 * float(curve[at]) / 100 for at in _spread(len(curve))]
        return heights if aim == "right" else [0.98 - height for height in heights]

    def is_right(self, question: Question, value: Any) -> bool | None:
        """Whether an answer, as the lab stores it, is right; None: that cannot be said."""
        assert self.figures is not None, "the runs have not ended"
        return results.judge(question, value, self.figures, self._runs).right

    def outcome(self, question: Question, value: Any) -> results.QuestionOutcome:
        """A prediction beside the result."""
        assert self.figures is not None, "the runs have not ended"
        return results.outcome(question, value, self.figures, self._runs, self.stage.words)

    def came(self, question: Question) -> str:
        """The result, in words."""
        assert self.figures is not None, "the runs have not ended"
        return results.in_words(
            question, results.right_answer(question, self.figures, self._runs), self.stage.words
        )

    def reached(self, what: str, of: Measured) -> bool:
        """Whether something to try has reached what is asked of it, by its figures."""
        assert self.figures is not None, "the runs have not ended"
        transfer = self.stage.lesson.settings.transfer
        assert transfer is not None, "there is nothing to try"
        tried = next(option for option in transfer.try_ if option.id == what)
        figures = Figures(
            {**self.figures.outcomes, what: of.outcome},
            {**self.figures.curves, what: of.curves},
            self.figures.names,
            {**self.figures.test_images, what: of.test_images},
        )
        return expressions.holds(self.stage.lesson.expression(str(tried.reach), also=what), figures)

    @property
    def denied(self) -> set[str]:
        """The claims of the lesson's text that the runs deny."""
        assert self.figures is not None, "the runs have not ended"
        known = KnownRuns(self.stage.lesson, self.stage.dataset, self.figures, {}, self.stage.words)
        return {claim for claim in self.stage.body.claims if known.holds(claim) is False}


def _spread(count: int) -> list[int]:
    """Places of five of `count` points, from the first to the last."""
    return [round(share * (count - 1) / 4) for share in range(5)]
