"""lossroom look: images of a data set, two pixels to a character; points of one in the plane; rows of a table."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from app.commands import terminal
from app.commands.data import find_dataset
from app.commands.experiments import find_lesson
from app.commands.summary import table_of
from app.commands.terminal import visible
from app.lessons.lesson import Lesson
from app.mistake import Mistake
from app.settings import read_settings
from engine import ConfigError, Dataset, DatasetError, ExperimentConfig, datasets
from engine.datasets.own import About
from engine.datasets.sample import DEFAULT_COUNT, MAX_COUNT, Sample
from engine.parts import validation_of

#: Images are halved until this many fit side by side, while their width is even and they have two rows or more.
SIDE_BY_SIDE = 4
#: Brightness levels for terminals without colours, from black to white.
GREYS = " .:-=+*#%@"
#: Colours for the classes of points: Okabe and Ito's, which can be distinguished with every kind of colour vision.
COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7")
POINT_ROWS = 30
#: At most this many columns of a table are shown.
MAX_COLUMNS = 8


def look(
    *,
    name: str | None,
    lesson: str | None,
    part: str,
    first: int,
    count: int | None,
    data_dir: Path | None,
    state_dir: Path | None,
) -> int:
    """Print a data set's images, or a lesson's with the summary of its network.

    Args:
        count: None: 50 images, or all points.

    Returns:
        the exit code: 0, or 2 if an argument or the data is wrong.
    """
    settings = read_settings(data_dir=data_dir, state_dir=state_dir)
    console = terminal.console()
    datasets.own.look_in(settings.own_dir)
    try:
        shown_lesson = None if lesson is None else find_lesson(lesson)
        experiment = None if shown_lesson is None else shown_lesson.experiment()
        chosen = find_dataset(str(name)) if experiment is None else experiment.dataset.name
        dataset = datasets.load_dataset(chosen, data_dir=settings.data_dir, cache_dir=settings.cache_dir)
        if count is None:
            count = MAX_COUNT if chosen in datasets.catalog() and len(dataset.shape) == 1 else DEFAULT_COUNT
        if part == "validation":
            seen = _kept_back(dataset, experiment, first=first, count=count)
        else:
            seen = datasets.sample(dataset, part=part, first=first, count=count)
    except (Mistake, ConfigError, DatasetError) as error:
        terminal.complain(error)
        return 2
    last = seen.first + len(seen.labels)
    title = datasets.source(chosen).title
    where = f"  {seen.part}  {seen.first:,} to {last - 1:,} of {seen.total:,}\n"
    console.print(Text.assemble((title, "bold"), where))
    names = [str(class_name) for class_name in dataset.class_names]
    about = datasets.source(chosen).about
    if seen.is_images:
        _print_images(console, seen.values, [names[label] for label in seen.labels])
    elif about is not None:
        _print_rows(console, seen.values, about, [names[label] for label in seen.labels])
    else:
        _print_points(console, seen.values, seen.labels, names)
    if shown_lesson is not None and experiment is not None:
        console.print(table_of(experiment))
        console.print(visible(_said(shown_lesson)))
    return 0


def _kept_back(dataset: Dataset, experiment: ExperimentConfig | None, *, first: int, count: int) -> Sample:
    """Some of the images that an experiment keeps back from training."""
    kept = None if experiment is None else validation_of(experiment.dataset, len(dataset.train_labels))
    if kept is None:
        raise Mistake(
            "--part validation needs the --lesson of an experiment that keeps validation images back"
        )
    images, labels = dataset.train_images[kept], dataset.train_labels[kept]
    own = replace(dataset, test_images=images, test_labels=labels)
    return replace(datasets.sample(own, part="test", first=first, count=count), part="validation")


def _said(lesson: Lesson) -> str:
    """A lesson's question; if it trains nothing, all there is to read."""
    if lesson.runs:
        return lesson.question["en"]
    html = lesson.edition("en").body.render("explain")
    return unescape(re.sub(r"<[^>]*>", "", html))


# -- images ------------------------------------------------------------------------------------------


def _print_images(console: Console, images: NDArray[Any], names: list[str]) -> None:
    """Rows of images with their class names below, as many side by side as the terminal is wide."""
    pixels = np.moveaxis(np.broadcast_to(images, (len(images), 3, *images.shape[2:])), 1, -1).astype(float)
    while (
        console.width // (pixels.shape[2] + 1) < SIDE_BY_SIDE
        and pixels.shape[2] % 2 == 0
        and pixels.shape[1] > 1
    ):
        pixels = _halved(pixels)
    width = max(pixels.shape[2], min(max(map(len, names)), 8))
    columns = max(1, (console.width + 1) // (width + 1))
    for start in range(0, len(pixels), columns):
        row = pixels[start : start + columns]
        for y in range(0, pixels.shape[1], 2):
            line = Text(no_wrap=True, overflow="crop")
            for image in row:
                lower = image[y + 1] if y + 1 < len(image) else image[y]
                for cell in zip(image[y], lower, strict=True):
                    line.append(*_cell(cell, plain=console.color_system is None))
                line.append(" " * (width + 1 - pixels.shape[2]))
            console.print(line)
        labels = (name[:width].ljust(width) for name in names[start : start + columns])
        console.print(Text(" ".join(labels), style="dim", no_wrap=True, overflow="crop"))
        console.print()


def _halved(pixels: NDArray[Any]) -> NDArray[Any]:
    """Images (N, H, W, 3) of half the size: the means of four pixels."""
    count, height, width, channels = pixels.shape
    even = pixels[:, : height // 2 * 2]
    halved: NDArray[Any] = even.reshape(count, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4))
    return halved


def _cell(pair: tuple[NDArray[Any], NDArray[Any]], *, plain: bool) -> tuple[str, Style | None]:
    """Two pixels, one above the other, as a character."""
    if plain:
        level = float(np.mean(pair)) / 255
        return GREYS[min(int(level * len(GREYS)), len(GREYS) - 1)], None
    upper, lower = (f"rgb({','.join(str(round(value)) for value in pixel)})" for pixel in pair)
    return "▀", Style.parse(f"{upper} on {lower}")


# -- rows ------------------------------------------------------------------------------------------


def _print_rows(console: Console, rows: NDArray[Any], about: About, labels: list[str]) -> None:
    """Rows of a table in its own units, with their classes; of many columns the first ones."""
    rows = about.in_own_units(rows)
    table = Table(box=None)
    for name in about.columns[:MAX_COLUMNS]:
        table.add_column(visible(name), justify="right")
    table.add_column("")
    for values, label in zip(rows, labels, strict=True):
        table.add_row(*(f"{value:.5g}" for value in values[:MAX_COLUMNS]), Text(visible(label), style="bold"))
    console.print(table)
    if len(about.columns) > MAX_COLUMNS:
        console.print(f"and {len(about.columns) - MAX_COLUMNS:,} more columns")


# -- points ------------------------------------------------------------------------------------------


def _print_points(console: Console, points: NDArray[Any], labels: NDArray[Any], names: list[str]) -> None:
    """Points of the plane as the names of their classes, y upwards, in a frame as wide as high."""
    rows, columns = POINT_ROWS, min(2 * POINT_ROWS, console.width)
    reach = float(np.abs(points).max())
    places = np.clip((points / reach + 1) / 2, 0, 1)
    cells = np.rint(places * (columns - 1, rows - 1)).astype(int)
    grid = np.full((rows, columns), -1)
    grid[rows - 1 - cells[:, 1], cells[:, 0]] = labels
    for row in grid:
        line = Text(no_wrap=True, overflow="crop")
        for label in row:
            line.append(*((" ", None) if label < 0 else (names[label][0], COLOURS[label % len(COLOURS)])))
        console.print(line)
    counts = np.bincount(labels, minlength=len(names))
    legend = Text("\n")
    for label, name in enumerate(names):
        legend.append(f"{name} {counts[label]:,}   ", COLOURS[label % len(COLOURS)])
    console.print(legend)
    console.print()
