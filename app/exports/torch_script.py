"""A script that trains a run in plain PyTorch: the same network from the same initial weights on the same batches.

What both sides share (data, initial weights, batch order, augmentation) is drawn by the engine's own NumPy functions,
whose source is copied into the script; so the first iterations agree to rounding, and one can look where a framework
does what this engine does. Dropout's draws are PyTorch's own.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from string import Template
from typing import Any

from app.exports import torch_source
from app.exports.recording import Recording
from app.exports.script import data_file, literal, live_changes
from app.exports.torch_forks import fork_parts
from app.exports.torch_layers import PENALIZED, has_special_weights, network_source
from engine import ExperimentConfig, augmentation, datasets, initializers, kfold, schedules
from engine.batches import DRAWN_BATCHES
from engine.datasets import points
from engine.layers.residual import dropouts_in
from engine.trainer import STREAMS

_KINDS = {"digits": "digits", "mnist": "idx", "fashion_mnist": "idx", "kmnist": "idx"} | dict.fromkeys(
    (source.name for source in points.SETS), "points"
)


def torch_script(recording: Recording) -> str:
    """Python source. Nothing of a run but literals enters it.

    Raises:
        Invalid: it was forked and stops early.
    """
    stretches, changes = recording.run["stretches"], live_changes(recording.run["annotations"])
    documents = [*(stretch["config"] for stretch in stretches), recording.config]
    configs = [ExperimentConfig.from_dict(document, stored=True) for document in documents]
    config, document = configs[0], {**documents[0], "name": recording.config["name"]}
    training = config.training
    source, has_penalty = network_source(config)
    keeps_velocity = config.optimizer["name"] in torch_source.VELOCITY
    draw = inspect.getsource(initializers.INITIALIZERS[config.network.initializer["name"]])
    parameters = {k: v for k, v in config.network.initializer.items() if k != "name"}
    parts = {
        "schedule": _schedule(training.schedule),
        "prelude": "",
        "forks": "",
        "factor": torch_source.FACTOR,
        "rate": "" if keeps_velocity else torch_source.RATE,
        "scale": torch_source.SCALE if keeps_velocity else "",
        "clip": _clip(config),
    }
    if stretches:
        parts = fork_parts(stretches, configs, schedule=_schedule, optimizer=_optimizer)
    prelude = parts.pop("prelude") + _prelude(config, changes)
    return torch_source.HEAD.substitute(
        parts,
        experiment=literal(document),
        differences=_differences(configs),
        iterations=configs[-1].iterations,
        streams=literal(STREAMS),
        drawn=DRAWN_BATCHES,
        data=_data(config, data_file(recording)),
        adjust=_adjust(config),
        network=source,
        initializer=f"{draw}\n\ndef initial_weights(draws, shape, fan_in, fan_out):\n"
        f"    return {config.network.initializer['name']}(draws, shape, fan_in, fan_out, **{parameters!r})\n",
        optimizer=_optimizer(config),
        prelude=prelude,
        live=torch_source.LIVE if changes else "",
        augment="        augmentation.apply(images)\n" if config.dataset.augment else "",
        penalized=PENALIZED if has_special_weights(config.network.layers) else "",
        penalties=torch_source.PENALTIES if has_penalty else "",
        stopping=_stopping(training.early_stopping),
        # without test images, other images must be measured instead
        measure_test=torch_source.MEASURE_TEST if config.dataset.test_images else torch_source.MEASURE_TRAIN,
        **_validation(config),
        recorded=literal(recording.run["latest"]),
    )


def _optimizer(config: ExperimentConfig) -> str:
    values = {name: repr(value) for name, value in config.optimizer.items()}
    return "torch.optim." + Template(torch_source.OPTIMIZERS[config.optimizer["name"]]).substitute(values)


def _differences(configs: Sequence[ExperimentConfig]) -> str:
    notes = []
    if any(dropouts_in(config.network.built) for config in configs):
        notes.append("Dropout drops what PyTorch draws, not what the lab drew.")
    if any(config.optimizer["name"] == "nadam" for config in configs):
        notes.append("PyTorch's NAdam has Dozat's schedule of beta1, the lab's has not.")
    return "".join(f"\n{note}" for note in notes)


def _data(config: ExperimentConfig, file: str | None) -> str:
    """What loads the data set; `file` is that of an own one, as in `data_file`."""
    name = config.dataset.name
    kind = "own" if file is not None else _KINDS.get(name, "engine")
    parts = []
    if kind == "points":
        parts.append(inspect.getsource(getattr(points, name)))
    parts.append(Template(torch_source.DATA[kind]).safe_substitute(make=name, file=literal(file)))
    if config.dataset.fold:
        parts.append(f"_SEED = {kfold._SEED}\n")
        parts.append(inspect.getsource(kfold.split))
    if config.dataset.label_noise:
        parts.append(inspect.getsource(datasets.noisy_labels))
    if config.dataset.augment:
        parts += [inspect.getsource(part) for part in (augmentation.move, augmentation.turn)]
        parts.append(inspect.getsource(augmentation.Augmentation))
    return "\n\n".join(parts)


def _adjust(config: ExperimentConfig) -> str:
    lines = ""
    if config.dataset.fold:
        held_out = "validation" if config.dataset.validates_on_fold else "test"
        lines += (
            '    fold = EXPERIMENT["dataset"]["fold"]\n'
            '    train, held_out = split(train_labels, fold["folds"], fold["index"])\n'
            f"    {held_out}_images, {held_out}_labels = train_images[held_out], train_labels[held_out]\n"
            "    train_images, train_labels = train_images[train], train_labels[train]\n"
        )
    if config.dataset.label_noise:
        lines += (
            f"    train_labels = noisy_labels(train_labels, {len(config.dataset.source.class_names)},"
            ' EXPERIMENT["dataset"]["label_noise"], generator("label_noise"))\n'
        )
    return lines


def _validation(config: ExperimentConfig) -> dict[str, str]:
    """What keeps the validation images back and measures them; empty where there are none."""
    names = ("validation", "keep_back", "measure_validation")
    has_validation = config.dataset.validation_images > 0
    parts = {name: getattr(torch_source, name.upper()) if has_validation else "" for name in names}
    return {**parts, "keep_back": ""} if config.dataset.validates_on_fold else parts


def _stopping(stopping: dict[str, Any] | None) -> str:
    if stopping is None:
        return ""
    return Template(torch_source.STOPPING).substitute(watched=torch_source.WATCHED[stopping["metric"]])


def _schedule(schedule: dict[str, Any] | None) -> str:
    if schedule is None:
        return "def factor(t, total):\n    return 1.0\n"
    parameters = {name: value for name, value in schedule.items() if name not in ("name", "warm_up")}
    warm_up = schedule["warm_up"]
    return (
        f"{inspect.getsource(schedules.SCHEDULES[schedule['name']])}\n\n"
        "def factor(t, total):\n"
        f"    warm = min(1.0, (t + 1) / {warm_up}) if t < {warm_up} else 1.0\n"
        f"    return warm * {schedule['name']}(t, total, **{parameters!r})\n"
    )


def _prelude(config: ExperimentConfig, changes: dict[int, dict[str, float]]) -> str:
    lines = ""
    if config.dataset.augment:
        lines += (
            '    augmentation = Augmentation(**EXPERIMENT["dataset"]["augment"],'
            ' generator=generator("augmentation"))\n'
        )
    if config.training.early_stopping:
        lines += '    stopping = TRAINING["early_stopping"]\n    best, waited, state = float("inf"), 0, {}\n'
    if changes:
        lines += f"    CHANGES = {changes!r}  # made by hand after these iterations\n"
    return lines


def _clip(config: ExperimentConfig) -> str:
    lines = ""
    if config.training.clip_value is not None:
        lines += '        nn.utils.clip_grad_value_(network.parameters(), TRAINING["clip_value"])\n'
    if config.training.clip_norm is not None:
        lines += '        nn.utils.clip_grad_norm_(network.parameters(), TRAINING["clip_norm"])\n'
    return lines
