"""Presets: whole networks described by a few numbers, which expand to lists of layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from engine import layers
from engine.activations import ACTIVATIONS
from engine.fields import Field, parse, parse_named
from engine.layers import Shape, ShapeError, build_layers

Layers = list[dict[str, Any]]

#: The most hidden layers of an `mlp`. Each can have as many units as a dense layer can.
MAX_HIDDEN = 60


def mlp(
    classes: int, *, hidden: list[int], activation: str, batch_norm: bool, dropout: float, residual: bool
) -> Layers:
    """Dense layers with an activation between them, and one dense layer of `classes` logits.

    `batch_norm` goes between each dense layer and its activation, `dropout` after the activation. With `residual`, the
    input of each hidden layer after the first is added to its output.
    """
    layers: Layers = []
    for number, units in enumerate(hidden):
        block: Layers = [_dense(units)]
        if batch_norm:
            block.append({"type": "batch_norm"})
        block.append(_activation(activation))
        layers += [{"type": "residual", "layers": block}] if residual and number else block
        if dropout:
            layers.append({"type": "dropout", "rate": dropout})
    return [*layers, _dense(classes)]


def simple_convnet(classes: int, *, filters: int, kernel_size: int, units: int) -> Layers:
    """One convolution, one pool, one hidden layer. Trained on 1000 MNIST images (lesson 4), it gets about 91 % of the
    10,000 test images right."""
    return [
        _conv(filters, kernel_size),
        _activation("relu"),
        {"type": "max_pool2d"},
        _dense(units),
        _activation("relu"),
        _dense(classes),
    ]


def keras_cifar(
    classes: int,
    *,
    activity_l1: float,
    activity_l2: float,
    dropout: float,
    batch_norm: bool,
    filters: int,
    units: int,
) -> Layers:
    """Two convolutions, a pool and a wide hidden layer, as in the Keras examples for CIFAR-10."""
    norm: Layers = [{"type": "batch_norm"}] if batch_norm else []
    drop: Layers = [{"type": "dropout", "rate": dropout}] if dropout else []
    penalized = {**_activation("relu"), "activity_l1": activity_l1, "activity_l2": activity_l2}
    return [
        _conv(filters, 3, padding="same"), *norm, _activation("relu"),
        _conv(filters, 3), *norm, _activation("relu"),
        {"type": "max_pool2d"},
        *drop,
        {"type": "flatten"},
        _dense(units), *norm, penalized,
        *drop,
        _dense(classes),
    ]  # fmt: skip


def alexnet(classes: int, *, local_response_norm: bool, dropout: float) -> Layers:
    """AlexNet for 224 × 224 pixels (Krizhevsky et al. 2012), without the split over two GPUs: about 62 million
    parameters."""
    norm: Layers = [{"type": "local_response_norm"}] if local_response_norm else []
    drop: Layers = [{"type": "dropout", "rate": dropout}] if dropout else []
    pool = {"type": "max_pool2d", "size": 3, "stride": 2}
    relu = _activation("relu")
    return [
        _conv(96, 11, stride=4, padding=2), relu, *norm, pool,
        _conv(256, 5, padding=2), relu, *norm, pool,
        _conv(384, 3, padding=1), relu,
        _conv(384, 3, padding=1), relu,
        _conv(256, 3, padding=1), relu, pool,
        {"type": "flatten"},
        _dense(4096), relu, *drop,
        _dense(4096), relu, *drop,
        _dense(classes),
    ]  # fmt: skip


def alexnet_cifar(classes: int, *, local_response_norm: bool, dropout: float, filters: int) -> Layers:
    """AlexNet's order of layers for 32 × 32 pixels. `filters` are those of the first convolution; the widths of the
    other layers are multiples of it."""
    norm: Layers = [{"type": "local_response_norm"}] if local_response_norm else []
    drop: Layers = [{"type": "dropout", "rate": dropout}] if dropout else []
    pool = {"type": "max_pool2d", "size": 3, "stride": 2}
    relu = _activation("relu")
    return [
        _conv(filters, 5, padding="same"), relu, *norm, pool,
        _conv(2 * filters, 5, padding="same"), relu, *norm, pool,
        _conv(3 * filters, 3, padding="same"), relu,
        _conv(3 * filters, 3, padding="same"), relu,
        _conv(2 * filters, 3, padding="same"), relu, pool,
        {"type": "flatten"},
        _dense(8 * filters), relu, *drop,
        _dense(4 * filters), relu, *drop,
        _dense(classes),
    ]  # fmt: skip


def _dense(units: int) -> dict[str, Any]:
    return {"type": "dense", "units": units}


def _activation(name: str) -> dict[str, Any]:
    return {"type": "activation", "name": name}


def _conv(filters: int, kernel_size: int, **more: Any) -> dict[str, Any]:
    return {"type": "conv2d", "filters": filters, "kernel_size": kernel_size, **more}


PRESETS: dict[str, Callable[..., Layers]] = {
    "mlp": mlp,
    "simple_convnet": simple_convnet,
    "keras_cifar": keras_cifar,
    "alexnet": alexnet,
    "alexnet_cifar": alexnet_cifar,
}

_DROPOUT = Field("dropout", "number", 0.0, minimum=0, maximum=0.99)
_ALEXNET = (
    Field("local_response_norm", "boolean", True),
    Field("dropout", "number", 0.5, minimum=0, maximum=0.99),
)

FIELDS: dict[str, Sequence[Field]] = {
    "mlp": (
        Field("hidden", "integers", (40, 20), minimum=1, maximum=65_536),
        Field("activation", "choice", "relu", choices=tuple(ACTIVATIONS)),
        Field("batch_norm", "boolean", False),
        _DROPOUT,
        Field("residual", "boolean", False),
    ),
    "simple_convnet": (
        Field("filters", "integer", 30, minimum=1, maximum=4096),
        Field("kernel_size", "integer", 5, minimum=1, maximum=64),
        Field("units", "integer", 100, minimum=1, maximum=65_536),
    ),
    "keras_cifar": (
        Field("activity_l1", "number", 0.0, minimum=0, maximum=100, scale="log"),
        Field("activity_l2", "number", 0.0, minimum=0, maximum=100, scale="log"),
        _DROPOUT,
        Field("batch_norm", "boolean", False),
        Field("filters", "integer", 32, minimum=1, maximum=4096),
        Field("units", "integer", 512, minimum=1, maximum=65_536),
    ),
    "alexnet": _ALEXNET,
    "alexnet_cifar": (*_ALEXNET, Field("filters", "integer", 64, minimum=1, maximum=4096)),
}


@lru_cache(maxsize=64)
def presets_for(shape: Shape, classes: int) -> tuple[str, ...]:
    """The presets whose default settings accept images of this shape."""
    return tuple(name for name in PRESETS if _fits(name, shape, classes))


def _fits(name: str, shape: Shape, classes: int) -> bool:
    defaults = parse(FIELDS[name], {}, "")
    described = [
        parse_named(layers.FIELDS, layer, "", key="type") for layer in PRESETS[name](classes, **defaults)
    ]
    try:
        build_layers(described, shape)
    except ShapeError:
        return False
    return True
