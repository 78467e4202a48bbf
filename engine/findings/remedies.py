"""Remedies: changes of an experiment that are known to help against a fault.

Each function makes one for a case, or None where it does not fit: where the experiment has it already, or would be none
with it. Only what is a valid experiment is offered.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from engine import optimizers
from engine.config import ExperimentConfig
from engine.described_layers import at_any_depth
from engine.errors import ConfigError
from engine.fields import parse
from engine.findings.case import Case
from engine.findings.finding import Remedy
from engine.fork import check_fork

Layers = list[dict[str, Any]]
#: Activations that flatten on both sides.
SATURATING = ("sigmoid", "tanh")


def applied(config: ExperimentConfig, changes: Mapping[str, Any]) -> ExperimentConfig:
    """An experiment with the changes of a remedy.

    Raises:
        ConfigError: it would be none.
    """
    document = config.to_dict()
    for path, value in changes.items():
        *above, name = path.split(".")
        section = document
        for key in above:
            section = section[key]
        section[name] = copy.deepcopy(value)
    return ExperimentConfig.from_dict(document)


def nested(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes as parts of an experiment, such as `{"optimizer": {"learning_rate": 0.1}}`."""
    parts: dict[str, Any] = {}
    for path, value in changes.items():
        *above, name = path.split(".")
        section = parts
        for key in above:
            section = section.setdefault(key, {})
        section[name] = value
    return parts


def _offer(
    case: Case,
    code: str,
    kind: Literal["launch", "fork"],
    changes: Mapping[str, Any],
    values: Mapping[str, Any] | None = None,
    at: int | None = None,
) -> Remedy | None:
    """The remedy, if it is an experiment, and another one than the case's; a fork, if something is left to train."""
    try:
        config = applied(case.config, changes)
        if kind == "fork":
            check_fork(case.config, config, at or 0)
    except ConfigError:
        return None
    if config.to_dict() == case.config.to_dict():
        return None
    return Remedy(code, kind, changes, values or {}, at if kind == "fork" else None)


# -- network ---------------------------------------------------------------------------------------


def fitting_weights(case: Case, began: int, moment: int) -> Remedy | None:
    """Initial weights that fit the width of the layers: Glorot's for sigmoid and tanh, He's for the others."""
    layers = at_any_depth(case.config.network.layers)
    names = {layer["name"] for layer in layers if layer["type"] == "activation"}
    name = "glorot_normal" if names and names <= set(SATURATING) else "he_normal"
    return _offer(case, name, "launch", {"network.initializer": {"name": name}})


def relu(case: Case, began: int, moment: int) -> Remedy | None:
    """ReLU instead of activations that saturate, with the initial weights that fit it."""
    layers = _mapped(
        case.config.network.layers,
        lambda layer: (
            {**layer, "name": "relu"}
            if layer["type"] == "activation" and layer["name"] in SATURATING
            else layer
        ),
    )
    if layers == list(case.config.network.layers):
        return None
    changes = {"network.layers": layers, "network.initializer": {"name": "he_normal"}}
    return _offer(case, "relu", "launch", changes)


def leaky_relu(case: Case, began: int, moment: int) -> Remedy | None:
    """Leaky ReLU instead of ReLU: a unit that is 0 for all images still gets a gradient."""
    layers = _mapped(
        case.config.network.layers,
        lambda layer: (
            {**layer, "name": "leaky_relu"}
            if layer["type"] == "activation" and layer["name"] == "relu"
            else layer
        ),
    )
    if layers == list(case.config.network.layers):
        return None
    return _offer(case, "leaky_relu", "launch", {"network.layers": layers})


def batch_norm(case: Case, began: int, moment: int) -> Remedy | None:
    """Batch norm before each activation."""
    if case.has("batch_norm"):
        return None
    return _offer(
        case, "batch_norm", "launch", {"network.layers": _before_activations(case.config.network.layers)}
    )


def dropout(case: Case, began: int, moment: int) -> Remedy | None:
    """Dropout after the activation of each dense layer."""
    if case.has("dropout"):
        return None
    layers: Layers = []
    for index, layer in enumerate(case.config.network.layers):
        layers.append(copy.deepcopy(layer))
        if layer["type"] == "activation" and _below(case.config.network.layers, index) == "dense":
            layers.append({"type": "dropout", "rate": 0.3})
    return _offer(case, "dropout", "launch", {"network.layers": layers}, {"rate": 0.3})


def wider(case: Case, began: int, moment: int) -> Remedy | None:
    """Twice as many units and filters in the hidden layers; without hidden layers, one."""
    before = case.config.network.layers
    places = [place for place, layer in enumerate(before) if layer["type"] in ("dense", "conv2d")]
    if len(places) < 2 or any(layer["type"] == "residual" for layer in before):
        return None
    layers = copy.deepcopy(list(before))
    for place in places[:-1]:
        size = "units" if layers[place]["type"] == "dense" else "filters"
        layers[place][size] *= 2
    return _offer(case, "wider", "launch", {"network.layers": layers})


def hidden_layer(case: Case, began: int, moment: int) -> Remedy | None:
    """One more hidden layer of 40 units, before the last layer."""
    layers = copy.deepcopy(list(case.config.network.layers))
    added = [{"type": "dense", "units": 40}, {"type": "activation", "name": "relu"}]
    return _offer(
        case, "hidden_layer", "launch", {"network.layers": [*layers[:-1], *added, layers[-1]]}, {"units": 40}
    )


# -- optimizer and length --------------------------------------------------------------------------


def adam(case: Case, began: int, moment: int) -> Remedy | None:
    """Adam, which divides each step by the size of the gradient."""
    if case.config.optimizer["name"] in ("adam", "adamw", "nadam"):
        return None
    settings = {"name": "adam", **parse(optimizers.FIELDS["adam"], {"learning_rate": 0.01}, "optimizer")}
    return _offer(case, "adam", "launch", {"optimizer": settings}, {"learning_rate": 0.01})


def slower(case: Case, began: int, moment: int) -> Remedy | None:
    """A third of the learning rate, from the start."""
    return _rate(case, "launch", 1 / 3, None)


def much_slower(case: Case, began: int, moment: int) -> Remedy | None:
    """A tenth of the learning rate, from the start."""
    return _rate(case, "launch", 1 / 10, None)


def slower_from_here(case: Case, began: int, moment: int) -> Remedy | None:
    """A third of the learning rate, from the moment on."""
    return _rate(case, "fork", 1 / 3, moment)


def faster(case: Case, began: int, moment: int) -> Remedy | None:
    """Ten times the learning rate, from the start."""
    return _rate(case, "launch", 10, None)


def faster_or_slower(case: Case, began: int, moment: int) -> Remedy | None:
    """Three times the learning rate, from the start, where the loss of training images still falls: the network learns,
    but slowly. A third of it elsewhere."""
    return _rate(case, "launch", 3 if _falls(case, moment) else 1 / 3, None)


def _falls(case: Case, moment: int) -> bool:
    """Whether most of the last evaluations, up to ten, had a lower training loss than the one before."""
    evaluation = case.rows.evaluation
    if "train_loss" not in evaluation:
        return False
    changes = np.diff(evaluation["train_loss"][evaluation["iteration"] <= moment])[-10:]
    return bool(changes.size and np.mean(changes < 0) > 0.75)


def _rate(case: Case, kind: Literal["launch", "fork"], factor: float, at: int | None) -> Remedy | None:
    rate = float(f"{case.config.optimizer['learning_rate'] * factor:.2g}")
    return _offer(case, "learning_rate", kind, {"optimizer.learning_rate": rate}, {"learning_rate": rate}, at)


def constant_rate(case: Case, began: int, moment: int) -> Remedy | None:
    """The learning rate without the schedule that lowers it."""
    if case.config.training.schedule is None:
        return None
    return _offer(case, "schedule", "launch", {"training.schedule": None})


def clipped(case: Case, began: int, moment: int) -> Remedy | None:
    """Gradients that are at most 1 long (Pascanu et al. 2013)."""
    if case.config.training.clip_norm is not None:
        return None
    return _offer(case, "clip_norm", "launch", {"training.clip_norm": 1.0}, {"clip_norm": 1.0})


def larger_batches(case: Case, began: int, moment: int) -> Remedy | None:
    """Batches of 32 images."""
    return _offer(case, "batch_size", "launch", {"training.batch_size": 32}, {"batch_size": 32})


def early_stopping(case: Case, began: int, moment: int) -> Remedy | None:
    """End at the best iteration, by validation images; if there are none, a tenth of the images is kept back."""
    if case.config.training.early_stopping is not None:
        return None
    dataset = case.config.dataset
    changes: dict[str, Any] = {}
    if not dataset.validation_images:
        changes["dataset.validation_size"] = max(1, dataset.train_images // 10)
    changes["training.early_stopping"] = {
        "metric": "validation_loss",
        "patience": 10,
        "min_delta": 0.0,
        "restore_best": True,
    }
    return _offer(case, "early_stopping", "launch", changes)


# -- penalties and data ----------------------------------------------------------------------------


def weaker_penalty(case: Case, began: int, moment: int) -> Remedy | None:
    """A tenth of the penalties, from the start."""
    penalties = case.config.regularization
    changes = {
        f"regularization.{name}": float(f"{value / 10:.2g}")
        for name, value in (("l1", penalties.l1), ("l2", penalties.l2))
        if value
    }
    return _offer(case, "weaker_penalty", "launch", changes)


def l2(case: Case, began: int, moment: int) -> Remedy | None:
    """An L2 penalty, from the start."""
    if case.config.regularization.l2:
        return None
    return _offer(case, "l2", "launch", {"regularization.l2": 0.01}, {"l2": 0.01})


def more_images(case: Case, began: int, moment: int) -> Remedy | None:
    """Three times as many training images, or all there are."""
    dataset = case.config.dataset
    if dataset.train_size is None:
        return None
    most = dataset.source.train_size - (dataset.validation_size or 0)
    size = min(3 * dataset.train_size, most)
    if size <= dataset.train_size:
        return None
    return _offer(case, "more_images", "launch", {"dataset.train_size": size}, {"images": size})


def shifted(case: Case, began: int, moment: int) -> Remedy | None:
    """Images that are shifted a little each time."""
    dataset = case.config.dataset
    if dataset.augment is not None or len(dataset.source.shape) != 3:
        return None
    pixels = max(1, dataset.source.shape[-1] // 14)
    augment = {"shift": pixels, "rotate": 0.0, "noise": 0.0, "flip": False}
    return _offer(case, "augment", "launch", {"dataset.augment": augment}, {"pixels": pixels})


def right_labels(case: Case, began: int, moment: int) -> Remedy | None:
    """The labels of the data set, without noise."""
    if not case.config.dataset.label_noise:
        return None
    return _offer(case, "label_noise", "launch", {"dataset.label_noise": 0.0})


# -- layers ----------------------------------------------------------------------------------------


def _mapped(layers: Sequence[dict[str, Any]], change: Callable[[dict[str, Any]], dict[str, Any]]) -> Layers:
    """The layers, each changed, also those in blocks."""
    changed = []
    for layer in layers:
        one = change(copy.deepcopy(layer))
        changed.append({**one, "layers": _mapped(one["layers"], change)} if "layers" in one else one)
    return changed


def _before_activations(layers: Sequence[dict[str, Any]]) -> Layers:
    """The layers with batch norm between weights and activation, also in blocks."""
    changed: Layers = []
    for layer in copy.deepcopy(list(layers)):
        if layer["type"] == "activation" and changed and changed[-1]["type"] in ("dense", "conv2d"):
            changed.append({"type": "batch_norm", "momentum": 0.9, "epsilon": 1e-5})
        changed.append(
            {**layer, "layers": _before_activations(layer["layers"])} if "layers" in layer else layer
        )
    return changed


def _below(layers: Sequence[Mapping[str, Any]], place: int) -> str | None:
    """The type of the nearest layer with weights below a place."""
    types = [layer["type"] for layer in layers[:place] if layer["type"] in ("dense", "conv2d", "residual")]
    return types[-1] if types else None
