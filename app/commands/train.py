"""lossroom train: the same experiments without a browser, with a progress bar or one JSON event per line."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.commands.data import find_dataset
from app.commands.experiments import find_lesson, read_experiment, with_changes
from app.commands.session import Interrupt, Session
from app.commands.terminal import INTERRUPTED, complain, console, visible
from app.folders import make_writable
from app.mistake import Mistake
from app.settings import Settings, read_settings
from app.texts import file_name
from engine import ConfigError, DatasetError, ExperimentConfig, datasets
from engine.stretches import Stretch, parse_stretches

#: Exit statuses: 2 for a wrong configuration, 3 for a divergence.
WRONG, DIVERGED = 2, 3


def train(
    *,
    config: Path | None,
    lesson: str | None,
    data: str | None = None,
    changes: list[str],
    as_json: bool,
    out: Path | None,
    plain: bool,
    data_dir: Path | None,
    state_dir: Path | None,
) -> int:
    """Train one experiment file, or all runs of a lesson; the exit status.

    Args:
        data: the data set to train on, by its name or an own one by its title; None: that of the experiment.
        changes: such as "optimizer.name=adam"; the value is JSON, or else text.
        as_json: one JSON object per line and event, in place of the bar and the table.
        out: a folder for weights, metrics and config of each run.
        plain: by the formulas of layers and optimizer (see `engine.layers`), not by what runs them fast.
    """
    settings = read_settings(data_dir=data_dir, state_dir=state_dir)
    datasets.own.look_in(settings.own_dir)
    try:
        configs, stretches = _experiments(config, lesson, data, changes, settings)
        if out is not None:
            make_writable(out, "the folder")  # so that an error comes before the training, not after it
        sessions: list[Session] = []
        bar = _bar()
        with Interrupt() as interrupt, ExitStack() as shown:
            for number, experiment in enumerate(configs, 1):
                if interrupt.asked:
                    break
                folder = out
                if out is not None and len(configs) > 1:
                    folder = out / f"{number:02d}-{file_name(experiment.name)}"
                    make_writable(folder, "the folder")
                session = Session(
                    experiment, stretches, settings, interrupt, plain=plain, keeps_rows=out is not None
                )
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


# -- what to train -----------------------------------------------------------------------------------


def _experiments(
    path: Path | None, lesson: str | None, data: str | None, changes: list[str], settings: Settings
) -> tuple[list[ExperimentConfig], Sequence[Stretch]]:
    """What to train, and of an exported fork what is trained before."""
    stretches: Any = []
    dataset = None if data is None else find_dataset(data)
    if path is not None:
        documents = [read_experiment(path)]
        stretches = documents[0].pop("stretches", [])
        if dataset is not None:
            changes = [f"dataset.name={dataset}", *changes]
    else:
        chosen = find_lesson(lesson)
        if not chosen.runs:
            raise Mistake(f"lesson {lesson} trains nothing; `lossroom look --lesson {lesson}` shows it")
        if dataset is not None:
            if not (chosen.any_dataset or dataset == chosen.dataset):
                raise Mistake(f"lesson {lesson} can only be trained on {chosen.dataset}; leave out --data")
            documents = [config.to_dict() for config in chosen.configs(dataset=dataset)]
            return with_changes(documents, changes, settings.limits), []
        is_available = datasets.status(chosen.dataset, settings.data_dir)["available"]
        if (
            chosen.any_dataset
            and not is_available
            and not any(change.startswith("dataset.name=") for change in changes)
        ):
            complain(
                f"{chosen.dataset} is not there, so this is on the digits;"
                f" `lossroom fetch {chosen.dataset}` gets it"
            )
            configs = chosen.configs(dataset="digits")
        else:
            configs = chosen.configs()
        documents = [config.to_dict() for config in configs]
    configs = with_changes(documents, changes, settings.limits)
    parsed = parse_stretches(stretches, configs[0])
    settings.limits.check_all(configs[0], parsed)
    return configs, parsed


# -- how it is shown ---------------------------------------------------------------------------------


def _train_as_json(session: Session) -> None:
    _print_json({"event": "start", "name": session.config.name, "config": session.document()})
    try:
        for event, row in session.events():
            finite = (value if math.isfinite(value) else None for value in row)
            columns = session.columns[event.stream]
            _print_json({"event": event.stream, **dict(zip(columns, finite, strict=True))})
    finally:
        _print_json({"event": "end", "ending": session.ending, "seconds": round(session.seconds, 3)})


def _print_json(event: dict[str, Any]) -> None:
    # in ASCII, which is JSON in every encoding that a terminal may have
    print(json.dumps(event, allow_nan=False), flush=True)


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
    task = bar.add_task(_name(session), total=session.iterations, speed="", metrics="")
    began = shown = time.perf_counter()
    metrics = None
    for event, _ in session.events():
        if event.stream == "train":
            metrics = event
        now = time.perf_counter()
        if metrics is not None and (now - shown > 0.1 or metrics.iteration == session.iterations):
            shown = now
            parts = [f"loss {metrics.loss:.4f}"]
            if session.evaluation is not None:
                if session.evaluation.validation_accuracy is not None:
                    parts.append(f"validation {100 * session.evaluation.validation_accuracy:.1f} %")
                if session.evaluation.test_accuracy is not None:
                    parts.append(f"test {100 * session.evaluation.test_accuracy:.1f} %")
            speed = f"{metrics.iteration / (now - began):,.0f} it/s"
            bar.update(task, completed=metrics.iteration, speed=speed, metrics="  ".join(parts))


def _results(sessions: list[Session]) -> Table:
    parts = ["train", "validation", "test"]
    if not any(session.config.dataset.validation_images for session in sessions):
        parts.remove("validation")
    if not any(session.config.dataset.test_images for session in sessions):
        parts.remove("test")
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
