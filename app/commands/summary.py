"""lossroom summary: a network's layers as a table, from its description alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.table import Table

from app.commands.experiments import find_lesson, read_experiment, with_changes
from app.commands.terminal import complain, console, visible
from app.mistake import Mistake
from app.settings import read_settings
from engine import ConfigError, ExperimentConfig
from engine.datasets import own
from engine.memory import estimate
from engine.stretches import parse_stretches
from engine.summary import summarize


def summary(*, config: Path | None, lesson: str | None, changes: list[str]) -> int:
    """Print a table for each network of an experiment file or a lesson: 0, or 2 for what is wrong."""
    settings = read_settings()
    own.look_in(settings.own_dir)
    limits = settings.limits
    stretches: Any = []
    try:
        if config is not None:
            documents = [read_experiment(config)]
            stretches = documents[0].pop("stretches", [])  # of a fork; the network is the same in all of them
        else:
            chosen = find_lesson(lesson)
            documents = [made.to_dict() for made in chosen.configs() or [chosen.experiment()]]
        experiments = with_changes(documents, changes, limits)
        parse_stretches(stretches, experiments[0])
    except (Mistake, ConfigError) as error:
        complain(error)
        return 2
    lines = console()
    for alike in _by_network(experiments):
        names = [experiment.name for experiment in alike]
        lines.print(table_of(*alike, title=visible(", ".join(filter(None, names)))))
    return 0


def _by_network(experiments: list[ExperimentConfig]) -> list[list[ExperimentConfig]]:
    """The experiments, those with the same network and data set together."""
    networks: dict[str, list[ExperimentConfig]] = {}
    for experiment in experiments:
        source = experiment.dataset.source
        key = repr((experiment.network.layers, source.name, source.shape))
        networks.setdefault(key, []).append(experiment)
    return list(networks.values())


def table_of(config: ExperimentConfig, *others: ExperimentConfig, title: str = "") -> Table:
    """Layers with the shapes that they give, and totals, as the page has them.

    Args:
        others: have the same network and data set, but may need another memory, such as for larger batches.
    """
    summary = summarize(config)
    total = [f"{summary.parameters:,}", f"{summary.multiply_adds:,}"]
    needs = {summary.memory_bytes, *(estimate(other) for other in others)}
    memory = f"one run needs {'about' if len(needs) == 1 else 'at most about'} {_megabytes(max(needs))}"
    table = Table(
        title=title or None, title_justify="left", caption=memory, caption_justify="left", show_footer=True
    )
    table.add_column("", justify="right")
    table.add_column("layer", footer="total")
    table.add_column("output shape", justify="right")
    table.add_column("parameters", justify="right", footer=total[0])
    table.add_column("multiply-adds", justify="right", footer=total[1])
    source = config.dataset.source
    table.add_row("", source.title, _shape(source.shape), "", "")
    for number, (layer, row) in enumerate(zip(config.network.layers, summary.layers, strict=True), 1):
        costs = [f"{cost:,}" if cost else "" for cost in (row.parameters, row.multiply_adds)]
        table.add_row(str(number), _layer(layer), _shape(row.output_shape), *costs)
    return table


def _layer(layer: dict[str, Any]) -> str:
    """Its type, and what distinguishes it from others of its type and does not show in its shape."""
    kind: str = layer["type"]
    if kind == "activation":
        return str(layer["name"])
    size = layer.get("kernel_size", layer.get("size"))
    if kind in ("conv2d", "max_pool2d", "avg_pool2d") and size is not None:
        return f"{kind} {size}×{size}"
    return f"{kind} {layer['rate']:g}" if "rate" in layer else kind


def _shape(shape: Any) -> str:
    return "×".join(str(size) for size in shape)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 10e6 else f"{size / 1e6:.1f} MB"
