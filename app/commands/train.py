"""lossroom train: the same experiments without a browser, with a progress bar or one JSON event per line."""

from __future__ import annotations

import csv
import json
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.commands.experiments import find_lesson, read_experiment, with_changes
from app.commands.terminal import INTERRUPTED, complain, console, visible
from app.folders import make_writable, unwritable_message
from app.mistake import Failure, Mistake
from app.settings import Settings, read_settings
from app.texts import file_name
from engine import ConfigError, DatasetError, EvaluationMetrics, ExperimentConfig, Trainer, datasets
from engine.events import Event

#: Exit statuses: 2 for a wrong configuration, 3 for a divergence.
WRONG, DIVERGED = 2, 3


def train(
    *,
    config: Path | None,
    lesson: str | None,
    changes: list[str],
    as_json: bool,
    out: Path | None,
    plain: bool,
    data_dir: Path | None,
    state_dir: Path | None,
) -> int:
    """Train one experiment file, or all runs of a lesson; the exit status.

    Args:
        changes: such as "optimizer.name=adam"; the value is JSON, or else text.
        as_json: one JSON object per line and event, in place of the bar and the table.
        out: a folder for weights, metrics and config of each run.
        plain: by the formulas of layers and optimizer (see `engine.layers`), not by what runs them fast.
    """
    settings = read_settings(data_dir=data_dir, state_dir=state_dir)
    try:
        configs = _experiments(config, lesson, changes, settings)
        if out is not None:
            make_writable(out, "the folder")  # so that an error comes before the training, not after it
        sessions: list[Session] = []
        bar = _bar()
        with _Interrupt() as interrupt, ExitStack() as shown:
            for number, experiment in enumerate(configs, 1):
                if interrupt.asked:
                    break
                folder = out
                if out is not None and len(configs) > 1:
                    folder = out / f"{number:02d}-{file_name(experiment.name)}"
                    make_writable(folder, "the folder")
                session = Session(experiment, settings, interrupt, plain=plain)
                if not (as_json or sessions):
                    shown.enter_context(bar)
                sessions.append(session)
                if as_json:
                    _train_as_json(session)
                else:
                    _follow(bar, session)
                if folder is not None:
                    session.write(folder)
                session.release()
    except (ConfigError, DatasetError) as error:
        complain(error)
        return WRONG
    except KeyboardInterrupt:
        complain("interrupted; the run in progress is lost")
        return INTERRUPTED
    if not as_json:
        console().print(_results(sessions))
    if len(sessions) < len(configs) or not all(session.finished for session in sessions):
        return INTERRUPTED
    return DIVERGED if any(session.diverged for session in sessions) else 0


class _Interrupt:
    """The first Ctrl-C is noted and handled between iterations, so none is cut off. A second one stops immediately."""

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> _Interrupt:
        self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _ask(self, *_: object) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


class Session:
    """One run: its trainer, and what it has reported.

    Attributes:
        evaluation: the last one; of the weights that the run ended with.
        finished: whether it came to its end and was not interrupted.
        ending: how it ended, in a line.
    """

    def __init__(
        self, config: ExperimentConfig, settings: Settings, interrupt: _Interrupt, *, plain: bool
    ) -> None:
        self.config = config
        self.trainer = Trainer(
            config, data_dir=settings.data_dir, cache_dir=settings.cache_dir, fast=not plain
        )
        self.rows: dict[str, list[tuple[float, ...]]] = {"train": [], "evaluation": []}
        self.evaluation: EvaluationMetrics | None = None
        self.seconds = 0.0
        self.iteration = 0
        self.finished = self.diverged = False
        self.ending = "not begun"
        self._interrupt = interrupt

    def events(self) -> Iterator[Any]:
        """Train to the end or until an interruption, and keep every event.

        After an interruption, the network is evaluated once more.
        """
        began = time.perf_counter()
        trainer = self.trainer
        try:
            while not (trainer.done or self._interrupt.asked):
                yield from self._kept(trainer.advance())
            if not trainer.done and 0 < trainer.iteration != getattr(self.evaluation, "iteration", None):
                yield from self._kept([trainer.evaluate()])
        finally:
            self.seconds = time.perf_counter() - began
            self.finished, self.diverged = trainer.done, trainer.divergence is not None
            self.ending = self._describe_ending()

    def _kept(self, events: Sequence[Event]) -> Iterator[Event]:
        for event in events:
            self.iteration = event.iteration
            self.rows[event.stream].append(tuple(event.values))
            if isinstance(event, EvaluationMetrics):
                self.evaluation = event
            yield event

    def _describe_ending(self) -> str:
        trainer = self.trainer
        if trainer.divergence is not None:
            ended = trainer.divergence
            where = "after" if ended.evaluated else "at"
            return f"diverged {where} iteration {ended.iteration}: {'; '.join(ended.reasons)}"
        if not trainer.done:
            return f"interrupted after {trainer.iteration:,} of {trainer.iterations:,} iterations"
        return trainer.reason or "completed"

    def release(self) -> None:
        """Free the run's memory before the next run of a lesson."""
        del self.trainer
        self.rows.clear()

    def write(self, folder: Path) -> None:
        """weights.npz (each parameter, and batch norm's running statistics), metrics.csv (a row for each iteration)
        and config.json.

        Raises:
            Failure: they cannot be written there; they are in a temporary folder then, which the message names.
        """
        try:
            self._write(folder)
        except OSError as error:
            text = unwritable_message(folder, "the folder", error)
            try:
                rescue = Path(tempfile.mkdtemp(prefix="lossroom-"))
                self._write(rescue)
            except OSError as again:
                raise Failure(
                    f"{text}; nor can the temporary folder: {again}; the weights are lost"
                ) from error
            raise Failure(f"{text}; weights, metrics and config are in {rescue}") from error

    def _write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        network = self.trainer.network
        np.savez(folder / "weights.npz", **network.parameters, **network.running)  # type: ignore[arg-type]
        text = json.dumps(self.config.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
        (folder / "config.json").write_text(text + "\n", "utf-8")
        with (folder / "metrics.csv").open("w", newline="", encoding="utf-8") as file:
            self._write_metrics(file)

    def _write_metrics(self, file: TextIO) -> None:
        columns = self.trainer.columns
        evaluated = {row[0]: row[1:] for row in self.rows["evaluation"]}
        blank = ("",) * (len(columns["evaluation"]) - 1)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*columns["train"], *columns["evaluation"][1:]])
        for row in self.rows["train"]:
            writer.writerow([int(row[0]), *row[1:], *evaluated.get(row[0], blank)])


# -- what to train -----------------------------------------------------------------------------------


def _experiments(
    path: Path | None, lesson: str | None, changes: list[str], settings: Settings
) -> list[ExperimentConfig]:
    if path is not None:
        documents = [read_experiment(path)]
    else:
        chosen = find_lesson(lesson)
        if not chosen.runs:
            raise Mistake(f"lesson {lesson} trains nothing; `lossroom look --lesson {lesson}` shows it")
        there = datasets.status(chosen.dataset, settings.data_dir)["available"]
        if not there and not any(change.startswith("dataset.name=") for change in changes):
            complain(
                f"{chosen.dataset} is not there, so this is on the digits;"
                f" `lossroom fetch {chosen.dataset}` gets it"
            )
            configs = chosen.configs(dataset="digits")
        else:
            configs = chosen.configs()
        documents = [config.to_dict() for config in configs]
    return with_changes(documents, changes, settings.limits)


# -- how it is shown ---------------------------------------------------------------------------------


def _train_as_json(session: Session) -> None:
    columns = session.trainer.columns
    _print_json({"event": "start", "name": session.config.name, "config": session.config.to_dict()})
    try:
        for event in session.events():
            values = zip(columns[event.stream], event.values, strict=True)
            _print_json({"event": event.stream, **{name: _finite(value) for name, value in values}})
    finally:
        _print_json({"event": "end", "ending": session.ending, "seconds": round(session.seconds, 3)})


def _print_json(event: dict[str, Any]) -> None:
    # in ASCII, which is JSON in every encoding that a terminal may have
    print(json.dumps(event, allow_nan=False), flush=True)


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[metrics]}"),
        console=console(),
    )


def _follow(bar: Progress, session: Session) -> None:
    """Train with a line of the bar."""
    task = bar.add_task(_name(session), total=session.trainer.iterations, speed="", metrics="")
    began = shown = time.perf_counter()
    metrics = None
    for event in session.events():
        if event.stream == "train":
            metrics = event
        now = time.perf_counter()
        if metrics is not None and (now - shown > 0.1 or metrics.iteration == session.trainer.iterations):
            shown = now
            parts = [f"loss {metrics.loss:.4f}"]
            if session.evaluation is not None:
                if session.evaluation.validation_accuracy is not None:
                    parts.append(f"validation {100 * session.evaluation.validation_accuracy:.1f} %")
                parts.append(f"test {100 * session.evaluation.test_accuracy:.1f} %")
            speed = f"{metrics.iteration / (now - began):,.0f} it/s"
            bar.update(task, completed=metrics.iteration, speed=speed, metrics="  ".join(parts))


def _results(sessions: list[Session]) -> Table:
    parts = ["train", "validation", "test"]
    if not any(session.config.dataset.validation_size for session in sessions):
        parts.remove("validation")
    table = Table("run", "iterations", *parts, "seconds", "ending")
    for session in sessions:
        accuracies = [getattr(session.evaluation, f"{part}_accuracy", None) for part in parts]
        table.add_row(
            _name(session),
            f"{session.iteration:,}",
            *("–" if accuracy is None else f"{100 * accuracy:.1f} %" for accuracy in accuracies),
            f"{session.seconds:.2f}",
            session.ending,
        )
    return table


def _name(session: Session) -> str:
    return visible(session.config.name) or "run"
