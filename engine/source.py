"""The source of layers, optimizers and activations: the formula and the code of each, read from the engine's files."""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.activations import ACTIVATIONS
from engine.layers import LAYERS
from engine.optimizers import OPTIMIZERS, Optimizer


@dataclass(frozen=True, slots=True)
class Source:
    """Source for a student to read: the file's path from the root of the project, the formula, and the Python code."""

    file: str
    formula: str
    code: str


def _layer(name: str) -> Source:
    layer = LAYERS[name]
    formula = inspect.getdoc(sys.modules[layer.__module__])
    return _source(layer, formula, [layer.forward, layer.backward])


def _optimizer(name: str) -> Source:
    optimizer = OPTIMIZERS[name]
    # if an optimizer extends another one, both updates are shown
    bases = [base for base in optimizer.__mro__ if base not in Optimizer.__mro__]
    return _source(optimizer, inspect.getdoc(optimizer), [base.__dict__["update"] for base in bases])


def _activation(name: str) -> Source:
    activation = ACTIVATIONS[name]
    return _source(
        activation.value, inspect.getdoc(activation.value), [activation.value, activation.derivative]
    )


KINDS: dict[str, Callable[[str], Source]] = {
    "layer": _layer,
    "optimizer": _optimizer,
    "activation": _activation,
}


def source_of(kind: str, name: str) -> Source:
    """The source of a layer (by its type), an optimizer or an activation.

    Raises:
        KeyError: the kind or the name is unknown.
    """
    return KINDS[kind](name)


def _source(owner: Any, formula: str | None, functions: list[Callable[..., Any]]) -> Source:
    code = "\n".join(textwrap.dedent(inspect.getsource(function)) for function in functions)
    return Source(f"{owner.__module__.replace('.', '/')}.py", formula or "", code)
