"""The figures of the lessons: docs/lessons.json, which `make lessons` trains where they are missing.

The file stores the figures of each run under a digest of its settings. So a run that several lessons share is trained
once, and it is trained again only if its settings change.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from app.lessons.document import Claim
from app.lessons.expressions import holds
from app.lessons.layer_figures import stacked
from app.lessons.lesson import STAND_IN, Lesson
from app.lessons.library import Library
from app.lessons.measuring import measure
from app.lessons.outcome import QUANTITIES, Figures, Outcome
from app.settings import Settings
from engine import ExperimentConfig, datasets

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs/lessons.json"
#: The number of seeds in full size, in which a lesson takes up to an hour for each seed.
FULL_SEEDS = 3
LESSONS = Library().shelf().lessons


def quantities_of(config: ExperimentConfig) -> list[str]:
    """The names of the figures that are measured of its runs."""
    has_validation = config.dataset.validation_size is not None
    return [name for name in QUANTITIES if has_validation or name != "validation"]


#: digest → {"run", "dataset", a list for each quantity with a number for each seed, and where a lesson's claims ask for
#: them "layers": a list with {figure of `app.lessons.layer_figures`: a number for each layer} for each seed}
Table = dict[str, dict[str, Any]]


def digest(config: ExperimentConfig) -> str:
    """A digest of all settings that decide the curve, except the seed."""
    document = {name: value for name, value in config.to_dict().items() if name not in ("name", "seed")}
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:12]


def data_sets(lesson: Lesson) -> list[str]:
    """The data sets on which a lesson is trained for its figures."""
    if not lesson.runs:
        return []
    return list(dict.fromkeys([lesson.dataset, STAND_IN] if lesson.any_dataset else [lesson.dataset]))


def sizes(lesson: Lesson) -> list[bool]:
    """The sizes in which a lesson is measured: False is the usual size, True the full one."""
    return [False, True] if lesson.settings.full else [False]


def seeds(lesson: Lesson, *, full: bool) -> int:
    """How many seeds the figures of a lesson come from."""
    return min(lesson.seeds, FULL_SEEDS) if full else lesson.seeds


def runs_with_layers(lesson: Lesson, dataset: str, *, full: bool) -> set[str]:
    """The runs whose layers are measured, by their names on this data set: those that the lesson's claims or tables ask
    about. None in full size."""
    names = lesson.names_on(dataset)
    return set() if full else {names[written] for written in lesson.runs_with_layers}


def figures(table: Table, lesson: Lesson, dataset: str, *, full: bool = False) -> Figures:
    """The figures of a lesson's runs, which its claims check.

    Raises:
        KeyError: a run's settings have changed since it was trained.
    """
    outcomes = {}
    count = seeds(lesson, full=full)
    for config in lesson.configs(dataset=dataset, measured=True, full=full):
        row = table[digest(config)]
        values = {name: row.get(name, [None] * count)[:count] for name in QUANTITIES}
        outcomes[config.name] = Outcome(
            **{name: np.array(_with_nan(each)) for name, each in values.items()},
            layers=stacked([_layers_with_nan(each) for each in row.get("layers", [])[:count]]),
        )
    return lesson.figures(outcomes, dataset)


def _with_nan(values: list[float | None]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _layers_with_nan(seed: dict[str, list[float | None]] | None) -> dict[str, list[float]]:
    return {name: _with_nan(values) for name, values in (seed or {}).items()}


def claims(lesson: Lesson, dataset: str, *, full: bool) -> list[Claim]:
    """The claims that can be checked on a data set, in one size. In full size no layers are measured, so claims about
    layers are left out."""
    return [
        claim
        for claim in lesson.claims
        if claim.on in (None, dataset) and not (full and lesson.expression(claim.holds).needs_layers)
    ]


def denied(table: Table) -> list[str]:
    """The claims that the figures of a lesson's runs deny."""
    return [
        f"{lesson.slug} on {dataset}{', full size' if full else ''}: {claim.says} ({claim.holds})"
        for lesson in LESSONS.values()
        for dataset in data_sets(lesson)
        for full in sizes(lesson)
        for claim in _denied(table, lesson, dataset, full=full)
    ]


def _denied(table: Table, lesson: Lesson, dataset: str, *, full: bool) -> list[Claim]:
    stated = claims(lesson, dataset, full=full)
    if not stated:
        return []
    measured = figures(table, lesson, dataset, full=full)
    return [claim for claim in stated if not holds(lesson.expression(claim.holds), measured)]


def load() -> Table:
    table: Table = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    return table


def save(table: Table) -> None:
    """Write the file with one line for each run, so that a changed run changes one line."""
    lines = [
        f"{json.dumps(key)}: {json.dumps(row, ensure_ascii=False, allow_nan=False)}"
        for key, row in table.items()
    ]
    new = FILE.with_suffix(".new")
    new.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    new.replace(FILE)


def prune(table: Table) -> Table:
    """The table without the runs that no lesson uses any more."""
    used = {key for lesson in LESSONS.values() for key, _ in _used(lesson)}
    return {key: row for key, row in table.items() if key in used}


def untrained(table: Table) -> list[str]:
    """The lessons that lack figures of some seeds, by their slugs."""
    return [
        lesson.slug
        for lesson in LESSONS.values()
        if any(len(table.get(key, {}).get("test", [])) < count for key, count in _used(lesson))
    ]


def _used(lesson: Lesson) -> Iterator[tuple[str, int]]:
    """The digests of a lesson's runs in the table, each with the number of its seeds."""
    for dataset in data_sets(lesson):
        for full in sizes(lesson):
            for config in lesson.configs(dataset=dataset, measured=True, full=full):
                yield digest(config), seeds(lesson, full=full)


def train(slug_prefix: str, only_dataset: str | None) -> None:
    """Train the runs whose figures are missing, and store their figures."""
    settings = Settings()
    for lesson in LESSONS.values():
        for dataset in data_sets(lesson):
            if not lesson.slug.startswith(slug_prefix) or only_dataset not in (None, dataset):
                continue
            if not datasets.status(dataset, settings.data_dir)["available"]:
                print(f"{lesson.slug}: this machine does not have {dataset}")
                continue
            for full in sizes(lesson):
                measured_by_layer = runs_with_layers(lesson, dataset, full=full)
                for config in lesson.configs(dataset=dataset, measured=True, full=full):
                    _fill(
                        config,
                        seeds(lesson, full=full),
                        settings,
                        f"{lesson.slug} {config.name}",
                        with_layers=config.name in measured_by_layer,
                    )


def _fill(config: ExperimentConfig, count: int, settings: Settings, name: str, *, with_layers: bool) -> None:
    for seed in range(count):
        table = load()  # again, because another process may have written other runs
        key = digest(config)
        row = table.setdefault(
            key,
            {
                "run": name,
                "dataset": config.dataset.name,
                **{quantity: [] for quantity in quantities_of(config)},
            },
        )
        if len(row["test"]) > seed and not (with_layers and len(row.get("layers", [])) <= seed):
            continue
        measured = measure(config, seed, settings.data_dir, settings.cache_dir, with_layers=with_layers)
        quantities = measured.quantities
        for quantity, value in quantities.items():
            row[quantity][seed : seed + 1] = [_short(value)]
        if with_layers:
            layers = {figure: [_short(value) for value in each] for figure, each in measured.layers.items()}
            row.setdefault("layers", []).append(layers)
        table = load()
        table[key] = row
        save(table)
        print(
            f"{config.dataset.name} {name} seed {seed}: train {quantities['train']:.1f} test {quantities['test']:.1f}",
            flush=True,
        )


def _short(value: float) -> float | None:
    """A number as it is stored."""
    return float(f"{value:.5g}") if math.isfinite(value) else None
