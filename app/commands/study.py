"""lossroom study: a study without a browser, with a progress bar and a table, or one JSON event per line."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.commands import study_table
from app.commands.experiments import read_experiment
from app.commands.session import Interrupt, Session
from app.commands.terminal import INTERRUPTED, complain, console, visible
from app.folders import make_writable, unwritable_message
from app.mistake import Failure
from app.settings import Settings, read_settings
from app.studies import tables
from app.studies.costs import costs_of
from engine import ConfigError, DatasetError, ExperimentConfig, datasets
from engine.studies import Plan, StudyConfig, Trial, results_of
from engine.testing import measure_test

#: Exit status for a study that is wrong.
WRONG = 2
#: With more configurations, the best one is shown only at the end of the study.
MAX_WATCHED = 30


def study(
    *, file: Path, as_json: bool, out: Path | None, data_dir: Path | None, state_dir: Path | None
) -> int:
    """Run the study of a file; the exit status.

    Args:
        as_json: one JSON object per line and event, in place of the bar and the table.
        out: a folder for the study with its results, and for a table of its trials.
    """
    settings = read_settings(data_dir=data_dir, state_dir=state_dir)
    datasets.own.look_in(settings.own_dir)
    try:
        config = StudyConfig.from_dict(read_experiment(file))
        plan = Plan(config)
        costs_of(plan, settings.limits)
        if out is not None:
            make_writable(out, "the folder")  # so that an error comes before the training, not after it
        with Interrupt() as interrupt:
            going = _Going(plan, settings, interrupt, as_json=as_json)
            going.run()
            results = results_of(plan)
            if not interrupt.asked:
                going.measure_test(results)
    except (ConfigError, DatasetError) as error:
        complain(error)
        return WRONG
    except KeyboardInterrupt:
        complain("interrupted; the trial in progress is lost")
        return INTERRUPTED
    if out is not None:
        _write(out, plan, results, going.rows)
    if as_json:
        _print_json({"event": "results", **results})
    else:
        study_table.show(plan, results, budget_spent=going.is_spent, ended=len(going.rows))
    return INTERRUPTED if interrupt.asked else 0


class _Going:
    """A study that goes on in this process, one trial after the other.

    Attributes:
        seconds: of training so far.
        is_spent: whether its budget is used up.
        rows: the trials that have ended, for the table of them.
    """

    def __init__(self, plan: Plan, settings: Settings, interrupt: Interrupt, *, as_json: bool) -> None:
        self.plan = plan
        self.seconds = 0.0
        self.is_spent = False
        self.rows: list[tables.TrialRow] = []
        self._settings = settings
        self._interrupt = interrupt
        self._as_json = as_json
        self._scores: dict[str, float | None] = {}  # what this study has trained: experiment → score

    def run(self) -> None:
        """Train until all trials have ended, the budget is spent, or a person interrupts."""
        bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[best]}"),
            console=console(),
            disable=self._as_json,
        )
        done = 0
        with bar:
            task = bar.add_task(visible(self.plan.config.name) or "study", total=self.plan.total, best="")
            while done < len(self.plan.trials) and not self._interrupt.asked:
                budget = self.plan.config.budget_seconds
                if budget is not None and self.seconds >= budget:
                    self.is_spent = True
                    break
                if self._train(self.plan.trials[done]):
                    done += 1
                    bar.update(task, completed=done, total=self.plan.total, best=self._best())

    def measure_test(self, results: dict[str, Any]) -> None:
        """Measure the best configuration on the test examples, once, when nothing is chosen any more. Its trials are
        trained again, as no trainer was kept."""
        number = results["verdict"]["best"]
        if number is None:
            return
        row = next(row for row in results["configurations"] if row["number"] == number)
        scores: list[float | None] = []
        for trial_number in self.plan.numbers(row["rung"])[number - 1]:
            trial = self.plan.trials[int(trial_number) - 1] if trial_number else None
            if trial is None or self.plan.score(trial.number) is None:
                scores.append(None)
                continue
            session = self._session(self.plan.experiment(trial))
            for _ in session.events():
                pass
            if self._interrupt.asked:
                return
            dataset = datasets.load_dataset(
                session.config.dataset.name,
                data_dir=self._settings.data_dir,
                cache_dir=self._settings.cache_dir,
            )
            scores.append(measure_test(session.trainer, dataset)[0])
            session.release()
        measured = [score for score in scores if score is not None]
        row["test"] = {
            "mean": float(np.mean(measured)) if measured else None,
            "spread": float(np.std(measured, ddof=1)) if len(measured) > 1 else None,
            "scores": scores,
        }

    def _session(self, config: ExperimentConfig) -> Session:
        return Session(config, (), self._settings, self._interrupt, plain=False)

    def _train(self, trial: Trial) -> bool:
        """Train a trial, and report its score; whether it came to its end."""
        began = time.perf_counter()
        status, reason, iteration, remembered = "completed", None, 0, False
        score: float | None = None
        try:
            config = self.plan.experiment(trial)
            key = json.dumps({**config.to_dict(), "name": ""}, sort_keys=True)
            remembered = key in self._scores
            if not remembered:
                session = self._session(config)
                for _ in session.events():
                    pass
                if not session.finished:
                    return False
                if session.diverged:
                    status, reason = "diverged", session.ending
                elif session.evaluation is not None:
                    # as the lab stores it
                    score = float(np.float32(getattr(session.evaluation, self.plan.config.metric)))
                self._scores[key], iteration = score, session.iteration
                session.release()
            score = self._scores[key]
        except ConfigError as error:
            status, reason = "failed", error.message
        seconds = time.perf_counter() - began
        self.seconds += seconds
        self._note(trial, status, score, reason, iteration, seconds, remembered=remembered)
        self.plan.report(trial.number, score)
        return True

    def _note(
        self,
        trial: Trial,
        status: str,
        score: float | None,
        reason: str | None,
        iteration: int,
        seconds: float,
        *,
        remembered: bool,
    ) -> None:
        values = self.plan.configurations[trial.configuration - 1]
        row: tables.TrialRow = (
            {
                "number": trial.number,
                "configuration": trial.configuration,
                "rung": trial.rung,
                "seed": trial.pair.seed,
                "fold": trial.pair.fold,
                "iterations": self.plan.iterations(trial.configuration, trial.rung),
                "status": status,
                "score": score,
                "remembered": remembered,
                "iteration": iteration,
                "seconds": round(seconds, 3),
                "reason": reason,
                "why": None,
            },
            values,
        )
        self.rows.append(row)
        if self._as_json:
            fields = {name: value for name, value in row[0].items() if name != "why"}
            _print_json({"event": "trial", **fields, "values": values})

    def _best(self) -> str:
        """The best so far, beside the bar; for few configurations, as it costs time."""
        if len(self.plan.configurations) > MAX_WATCHED:
            return ""
        first = results_of(self.plan)["configurations"][0]
        return "" if first["mean"] is None else f"best {study_table.score(first['mean'], self.plan)}"


def _write(folder: Path, plan: Plan, results: dict[str, Any], rows: list[tables.TrialRow]) -> None:
    """study.json, which can be run again, and trials.csv.

    Raises:
        Failure: they cannot be written there.
    """
    text = json.dumps(
        {**plan.config.to_dict(), "results": results}, indent=2, ensure_ascii=False, allow_nan=False
    )
    try:
        (folder / "study.json").write_text(text + "\n", "utf-8")
        with (folder / "trials.csv").open("w", newline="", encoding="utf-8") as file:
            file.writelines(tables.trials_csv(rows, plan.config))
    except OSError as error:
        raise Failure(unwritable_message(folder, "the folder", error)) from error


def _print_json(event: dict[str, Any]) -> None:
    # in ASCII, which is JSON in every encoding that a terminal may have
    print(json.dumps(event, allow_nan=False), flush=True)
