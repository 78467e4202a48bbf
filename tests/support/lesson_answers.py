"""What a student answers to a lesson's questions, right or wrong, and what the runs of a lab show to be right."""

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

#: Whether a student gives right or wrong answers.
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
    """The right answers to a lesson's questions, from the runs of an attempt.

    Attributes:
        stage: the lesson, on the data set and in the language in which it is played.
        figures: of the runs; None: they have not ended yet, so no right answer is known.
    """

    stage: Stage
    figures: Figures | None = None

    @classmethod
    def of(cls, lab: LabServer, stage: Stage, runs: Mapping[str, str]) -> Truth:
        """From ended runs: name → id."""
        measured = {name: measured_in(lab, run_id) for name, run_id in runs.items()}
        figures = Figures(
            outcomes={name: run.outcome for name, run in measured.items()},
            curves={name: run.curves for name, run in measured.items()},
            names=stage.names,
            test_images={name: run.test_images for name, run in measured.items()},
        )
        return cls(stage, figures)

    @property
    def _runs(self) -> tuple[str, ...]:
        return tuple(self.stage.lesson.run_names())

    def answer(self, question: Question, aim: Aim) -> Any:
        """An answer as one gives it on the page: an option's id, names of runs in order, a number, an iteration; for a
        sketch, a dictionary run → heights, from 0 at the foot of the chart to 1 at the top. Before the runs have
        ended it is a guess, whatever the aim, and so are sketches of losses."""
        right_answer = (
            None if self.figures is None else results.right_answer(question, self.figures, self._runs)
        )
        wants_right = aim == "right"
        match question:
            case Choice():
                others = [option.id for option in question.options if option.id != right_answer]
                return right_answer if wants_right and right_answer is not None else others[0]
            case Rank():
                order = right_answer or [self.stage.names[run] for run in question.runs]
                return order if wants_right else order[::-1]
            case Number():
                if right_answer is None:
                    return (question.low + question.high) / 2
                farthest = max(question.low, question.high, key=lambda bound: abs(bound - right_answer))
                return float(f"{right_answer:.6g}") if wants_right else farthest
            case Click():
                last = self.stage.iterations
                if right_answer is None:
                    return last // 2
                return (
                    round(right_answer)
                    if wants_right
                    else max(
                        last // 20, last - last // 20, key=lambda iteration: abs(iteration - right_answer)
                    )
                )
            case Sketch():
                return {self.stage.names[run]: self._heights(question, run, aim) for run in question.runs}

    def _heights(self, question: Sketch, run: str, aim: Aim) -> list[float]:
        curve: Numbers | None = None
        if self.figures is not None and question.chart.endswith("accuracy"):
            curve = results.CHARTS[question.chart](self.figures.curves[self.stage.names[run]])
        if curve is None or not len(curve):
            return [0.1, 0.5, 0.7, 0.8]
        # percent → height, with a margin so that the pen stays inside the chart; wrong: the curve upside down
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

    def result_in_words(self, question: Question) -> str:
        """The result, in words."""
        assert self.figures is not None, "the runs have not ended"
        return results.in_words(
            question, results.right_answer(question, self.figures, self._runs), self.stage.words
        )

    def reached(self, try_id: str, measured: Measured) -> bool:
        """Whether a run that the lesson proposes to try has reached its goal."""
        assert self.figures is not None, "the runs have not ended"
        transfer = self.stage.lesson.settings.transfer
        assert transfer is not None, "there is nothing to try"
        tried = next(option for option in transfer.try_ if option.id == try_id)
        figures = Figures(
            {**self.figures.outcomes, try_id: measured.outcome},
            {**self.figures.curves, try_id: measured.curves},
            self.figures.names,
            {**self.figures.test_images, try_id: measured.test_images},
        )
        return expressions.holds(self.stage.lesson.expression(str(tried.reach), also=try_id), figures)

    @property
    def denied(self) -> set[str]:
        """The claims of the lesson's text that are false for these runs."""
        assert self.figures is not None, "the runs have not ended"
        known = KnownRuns(self.stage.lesson, self.stage.dataset, self.figures, {}, self.stage.words)
        return {claim for claim in self.stage.body.claims if known.holds(claim) is False}


def _spread(count: int) -> list[int]:
    """Five indices of `count` points, evenly spread from the first to the last."""
    return [round(step * (count - 1) / 4) for step in range(5)]
