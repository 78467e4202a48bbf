"""A session: one run that `lossroom train` trains in its own process, until Ctrl-C."""

from __future__ import annotations

import csv
import json
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from app.folders import unwritable_message
from app.mistake import Failure
from app.settings import Settings
from engine import EvaluationMetrics, ExperimentConfig, Trainer
from engine.events import Event
from engine.forks_ahead import ForksAhead
from engine.stretches import Stretch, with_stretches


class Interrupt:
    """The first Ctrl-C is noted and handled between iterations, so none is cut off. A second one stops immediately."""

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> Interrupt:
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
        columns: the names of the columns of `rows`, by stream.
        iterations: the number of iterations that are planned.
        rows: the recorded rows, by stream; none where they are not kept.
        evaluation: the last evaluation; of the final weights, unless the run diverged.
        finished: whether it came to its end and was not interrupted.
        ending: how it ended, in a line.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        stretches: Sequence[Stretch],
        settings: Settings,
        interrupt: Interrupt,
        *,
        plain: bool,
        keeps_rows: bool = False,
    ) -> None:
        """
        Args:
            stretches: what is trained before, with a fork after each; see `engine.stretches`.
            keeps_rows: whether `write` will write them; they may be many.
        """
        self.config = config
        self.stretches = stretches
        folders = {"data_dir": settings.data_dir, "cache_dir": settings.cache_dir}
        self._forks_ahead = ForksAhead(stretches, config, **folders)
        self.trainer = Trainer(self._forks_ahead.first, None, **folders, fast=not plain)
        self.columns = self._forks_ahead.columns(self.trainer)
        self.iterations = self._forks_ahead.iterations(self.trainer)
        self.rows: dict[str, list[tuple[float, ...]]] = {"train": [], "evaluation": []}
        self.evaluation: EvaluationMetrics | None = None
        self.seconds = 0.0
        self.iteration = 0
        self.finished = self.diverged = False
        self.ending = "not begun"
        self._interrupt = interrupt
        self._keeps_rows = keeps_rows

    def events(self) -> Iterator[tuple[Event, Sequence[float]]]:
        """Train to the end or until an interruption. Yields each event with its row.

        After an interruption, the network is evaluated once more.
        """
        began = time.perf_counter()
        try:
            self.trainer = self._forks_ahead.go_on(self.trainer)
            while not (self.trainer.done or self._interrupt.asked):
                yield from self._with_rows(self.trainer.advance())
                self.trainer = self._forks_ahead.go_on(self.trainer)
            trainer = self.trainer
            if not trainer.done and 0 < trainer.iteration != getattr(self.evaluation, "iteration", None):
                yield from self._with_rows([trainer.evaluate()])
        finally:
            self.seconds = time.perf_counter() - began
            self.diverged = self.trainer.divergence is not None
            self.finished = self.trainer.done and (self.diverged or not self._forks_ahead.any_left)
            self.ending = self._describe_ending()

    def _with_rows(self, events: Sequence[Event]) -> Iterator[tuple[Event, Sequence[float]]]:
        for event in events:
            self.iteration = event.iteration
            row = tuple(self._forks_ahead.values(self.trainer, event))
            if self._keeps_rows:
                self.rows[event.stream].append(row)
            if isinstance(event, EvaluationMetrics):
                self.evaluation = event
            yield event, row

    def _describe_ending(self) -> str:
        trainer = self.trainer
        if trainer.divergence is not None:
            ended = trainer.divergence
            where = "after" if ended.evaluated else "at"
            return f"diverged {where} iteration {ended.iteration}: {'; '.join(ended.reasons)}"
        if trainer.done and self._forks_ahead.any_left:
            return f"ended at iteration {trainer.iteration:,}, before it was forked"
        if not trainer.done:
            return f"interrupted after {trainer.iteration:,} of {trainer.iterations:,} iterations"
        return trainer.reason or "completed"

    def document(self) -> dict[str, Any]:
        """The experiment file, which trains the same again."""
        return with_stretches(self.config.to_dict(), [stretch.to_dict() for stretch in self.stretches])

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
        text = json.dumps(self.document(), indent=2, ensure_ascii=False, allow_nan=False)
        (folder / "config.json").write_text(text + "\n", "utf-8")
        with (folder / "metrics.csv").open("w", newline="", encoding="utf-8") as file:
            self._write_metrics(file)

    def _write_metrics(self, file: TextIO) -> None:
        columns = self.columns
        evaluated = {row[0]: row[1:] for row in self.rows["evaluation"]}
        blank = ("",) * (len(columns["evaluation"]) - 1)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*columns["train"], *columns["evaluation"][1:]])
        for row in self.rows["train"]:
            writer.writerow([int(row[0]), *row[1:], *evaluated.get(row[0], blank)])
