"""The section `network` of an experiment: layers, or a preset that expands to layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine import initializers, layers, presets
from engine.datasets.dataset import Source
from engine.errors import ConfigError
from engine.fields import demand_object, parse, parse_named
from engine.layers import Layer, Shape, ShapeError, build_layers
from engine.reasons import Reason, reworded

#: The most layers of a network. A residual block counts as the layers in it.
MAX_LAYERS = 200
#: How deep residual blocks may be inside residual blocks.
MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Layers from the images to the logits, each `{"type", ...}`, and the initializer of their weights.

    Attributes:
        built: the same layers as objects without weights, for shapes and costs. A `Network` builds its own layers.
    """

    layers: tuple[dict[str, Any], ...]
    initializer: dict[str, Any]
    built: tuple[Layer, ...] = field(compare=False, repr=False)


def parse_network(given: Any, source: Source, *, stored: bool = False) -> NetworkConfig:
    """Check the section `network`, a preset or a list of layers. The layers must fit the images, and the last one must
    have one output for each class.

    Args:
        stored: it was accepted before. Earlier versions let each residual block have `MAX_LAYERS` layers of its own,
            and some fields smaller numbers (`Field.stored_above`).

    Raises:
        ConfigError: a value is wrong; it names the field, the bound and the value of the first one.
    """
    path = "network"
    demand_object(given, path)
    classes = len(source.class_names)
    initializer = parse_named(
        initializers.FIELDS, given.get("initializer", {}), "network.initializer", default="he_normal"
    )
    if "layers" in given:
        parse([], given, path, also=("layers", "initializer"))
        described = given["layers"]
    else:
        rest = {key: value for key, value in given.items() if key != "initializer"}
        preset = parse_named(presets.FIELDS, rest, path, key="preset", default="mlp")
        _demand_few(len(preset.get("hidden", ())), presets.MAX_HIDDEN, "network.hidden")
        described = presets.PRESETS[preset.pop("preset")](classes, **preset)
    parsed = _layers(described, stored=stored)
    return NetworkConfig(parsed, initializer, _built(parsed, source.shape, classes))


def _demand_few(count: int, most: int, path: str) -> None:
    if count > most:
        message = f"{path} must have at most {most} layers, not {count:,}"
        raise ConfigError("range", path, Reason("too_many_layers", message, most=most), {"maximum": most})


def _layers(given: Any, *, stored: bool) -> tuple[dict[str, Any], ...]:
    """Check the list of layers, and each layer by itself."""
    path = "network.layers"
    if not isinstance(given, (list, tuple)):
        raise ConfigError("type", path, f"{path} must be a list of layers")
    if not given:
        message = "network.layers must have at least one layer; the network is empty"
        raise ConfigError("shape", path, Reason("no_layers", message))
    _demand_few(len(given) if stored else _count(given), MAX_LAYERS, path)
    return tuple(_layer(layer, f"{path}.{i}", stored=stored) for i, layer in enumerate(given))


def _count(given: Sequence[Any], depth: int = 0) -> int:
    """How many layers a list has at any depth. What is no layer, or too deep, counts as one: it is refused later."""
    count = 0
    for layer in given:
        inner = layer.get("layers") if isinstance(layer, Mapping) and depth < MAX_DEPTH else None
        count += _count(inner, depth + 1) if isinstance(inner, (list, tuple)) and inner else 1
    return count


def _built(parsed: tuple[dict[str, Any], ...], shape: Shape, classes: int) -> tuple[Layer, ...]:
    """Check that each layer fits the output of the one before, and that the last one has one output for each class."""
    path = "network.layers"
    try:
        built = tuple(build_layers(parsed, shape))
    except ShapeError as error:
        where = f"{path}.{'.layers.'.join(map(str, error.place))}"
        shapes = {"output_shapes": [list(shape) for shape in error.shapes]}
        raise ConfigError("shape", where, reworded(error.reason, f"{where}: {error}"), shapes) from error
    output, last = built[-1].output_shape, f"{path}.{len(built) - 1}"
    if output != (classes,):
        message = Reason(
            "last_layer",
            f"{last}: the last layer must give {classes} values, one for each class,"
            f" not {' × '.join(map(str, output))}",
            units=classes,
            shape=output,
        )
        raise ConfigError("shape", last, message, {"units": classes})
    return built


def _layer(given: Any, path: str, depth: int = 0, *, stored: bool) -> dict[str, Any]:
    """The complete description of one layer. Rare settings (`layers.OMITTED_DEFAULTS`) are left out if they have their
    default."""
    parsed = parse_named(layers.FIELDS, given, path, key="type", stored=stored)
    inner = parsed.get("layers")
    if inner is not None:
        if depth >= MAX_DEPTH or not 0 < len(inner) <= MAX_LAYERS:
            message = f"{path}.layers must hold 1 to {MAX_LAYERS} layers, at most {MAX_DEPTH} blocks deep"
            reason = Reason("block_size", message, most=MAX_LAYERS, deepest=MAX_DEPTH)
            raise ConfigError("range", f"{path}.layers", reason, {"minimum": 1, "maximum": MAX_LAYERS})
        parsed["layers"] = [
            _layer(layer, f"{path}.layers.{i}", depth + 1, stored=stored) for i, layer in enumerate(inner)
        ]
    return {
        name: value
        for name, value in parsed.items()
        if name not in layers.OMITTED_DEFAULTS or value != layers.OMITTED_DEFAULTS[name]
    }
