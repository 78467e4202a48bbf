"""The engine's layers as PyTorch source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine import ExperimentConfig
from engine.layers import Layer, build_layers
from engine.layers.conv import Conv2D
from engine.layers.dense import Dense
from engine.layers.residual import Residual

_ACTIVATIONS = {
    "identity": "nn.Identity()",
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "leaky_relu": "nn.LeakyReLU(0.01)",
    "elu": "nn.ELU()",
    "gelu": 'nn.GELU(approximate="tanh")',
    "softplus": "nn.Softplus()",
    "swish": "nn.SiLU()",
}

_RESIDUAL = '''\
class Residual(nn.Module):
    """inner(x) + x, or + a projection of x where the shapes differ."""

    def __init__(self, inner, projection=None):
        super().__init__()
        self.inner = inner
        self.projection = projection

    def forward(self, x):
        return self.inner(x) + (x if self.projection is None else self.projection(x))


'''
_PENALTY = '''\
class ActivityPenalty(nn.Module):
    """l1 sum|a| + l2 sum a^2 over a batch's activations, divided by its size."""

    def __init__(self, l1, l2):
        super().__init__()
        self.l1, self.l2, self.value = l1, l2, 0.0

    def forward(self, a):
        if self.training:
            self.value = (self.l1 * a.abs().sum() + self.l2 * (a * a).sum()) / len(a)
        return a


'''


_UNPENALIZED = '''\
def unpenalized(layer):
    """The same layer; the penalties leave its weights alone."""
    layer.unpenalized = True
    return layer


'''
#: Which weights the penalties are on, if not on all: none of `unpenalized` layers, and none that is not learnt.
PENALIZED = '\n               and layer.weight.requires_grad and not hasattr(layer, "unpenalized")'


def has_special_weights(described: Sequence[dict[str, Any]]) -> bool:
    """Whether the penalties leave some weights alone, at any depth."""
    return any(
        not (layer.get("penalized", True) and layer.get("trainable", True))
        or has_special_weights(layer.get("layers", ()))
        for layer in described
    )


def network_source(config: ExperimentConfig) -> tuple[str, bool]:
    """Source of `build()`, and whether the network has penalties on its activations."""
    body = _sequential(config.network.layers, config.dataset.source.shape, "    ")
    text = f"def build():\n    return {body}\n"
    has_penalty = "ActivityPenalty(" in text
    parts = {"Residual(": _RESIDUAL, "ActivityPenalty(": _PENALTY, "unpenalized(": _UNPENALIZED}
    return "".join(part for name, part in parts.items() if name in text) + text, has_penalty


def _sequential(described: Sequence[dict[str, Any]], shape: tuple[int, ...], indent: str) -> str:
    inner = indent + "    "
    lines = []
    for config, layer in zip(described, build_layers(described, shape), strict=True):
        if isinstance(layer, Dense) and len(layer.input_shape) > 1:
            lines.append("nn.Flatten()")
        lines.append(_module(config, layer, inner))
        if layer.has_activity_penalty:
            lines.append(f"ActivityPenalty({layer.activity_l1!r}, {layer.activity_l2!r})")
    return "nn.Sequential(\n" + "".join(f"{inner}{line},\n" for line in lines) + f"{indent})"


def _module(config: dict[str, Any], layer: Layer, indent: str) -> str:
    match config["type"]:
        case "dense":
            assert isinstance(layer, Dense)
            return _with_weights(f"nn.Linear({layer.inputs}, {layer.units})", layer)
        case "conv2d":
            assert isinstance(layer, Conv2D)
            return _with_weights(_conv(layer), layer)
        case "max_pool2d" | "avg_pool2d" as kind:
            name = "MaxPool2d" if kind == "max_pool2d" else "AvgPool2d"
            return f"nn.{name}({config['size']}, {config['stride'] or config['size']})"
        case "activation":
            return _ACTIVATIONS[config["name"]]
        case "batch_norm":
            name = "BatchNorm2d" if len(layer.input_shape) == 3 else "BatchNorm1d"
            momentum = round(1 - config["momentum"], 12)  # PyTorch's is the new mean's share
            return f"nn.{name}({layer.input_shape[0]}, eps={config['epsilon']!r}, momentum={momentum!r})"
        case "local_response_norm":
            alpha = config["size"] * config["alpha"]  # PyTorch divides it by the size
            return (
                f"nn.LocalResponseNorm({config['size']}, alpha={alpha!r},"
                f" beta={config['beta']!r}, k={config['k']!r})"
            )
        case "dropout":
            return f"nn.Dropout({config['rate']!r})"
        case "residual":
            assert isinstance(layer, Residual)
            return _residual(config, layer, indent)
        case _:
            return "nn.Flatten()"


def _with_weights(module: str, layer: Layer) -> str:
    module += "" if layer.trainable else ".requires_grad_(False)"
    return module if layer.penalized else f"unpenalized({module})"


def _conv(layer: Conv2D, bias: str = "") -> str:
    return (
        f"nn.Conv2d({layer.input_shape[0]}, {layer.filters}, {layer.kernel_size},"
        f" stride={layer.stride}, padding={layer.padding}{bias})"
    )


def _residual(config: dict[str, Any], layer: Residual, indent: str) -> str:
    inner = _sequential(config["layers"], layer.input_shape, indent)
    match layer.projection:
        case None:
            projection = ""
        case Dense() as dense:
            projection = f", nn.Linear({dense.inputs}, {dense.units}, bias=False)"
        case Conv2D() as conv:
            projection = f", {_conv(conv, ', bias=False')}"
        case other:
            raise TypeError(f"a projection is no {type(other).__name__}")
    return f"Residual({inner}{projection})"
