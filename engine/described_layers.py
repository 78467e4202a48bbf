"""The layers of an experiment as they are described: objects with a type; that of a block has a list of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

Described = TypeVar("Described", bound=Mapping[str, Any])


def at_any_depth(layers: Sequence[Described]) -> Iterator[Described]:
    """All layers from the input on: blocks, and after each block the layers inside it."""
    for layer in layers:
        yield layer
        yield from at_any_depth(layer.get("layers", ()))
