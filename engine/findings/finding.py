"""A finding: a fault with its numbers, what they were measured on, where to see it, and what may help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

#: What a sample is of. `batch`: the images of each iteration; `weights`: no images, all weights.
PartOf = Literal["batch", "train", "validation", "test", "weights"]


@dataclass(frozen=True, slots=True)
class Sample:
    """What the numbers were measured on.

    Attributes:
        images: how many images; None: of `weights`.
        rows: over how many rows the numbers were taken, up to the moment.
    """

    part: PartOf
    images: int | None
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the fault is seen: the card, the moment to pin, and the layer, by its name in the metrics."""

    card: str
    iteration: int
    layer: str | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """Something that may help.

    Attributes:
        code: names its text.
        kind: `launch` from the start, or `fork` at `iteration`.
        changes: dotted field → value, of the experiment. The layers are one field, `network.layers`.
        values: the numbers in its text.
        iteration: of the fork; None for a launch.
    """

    code: str
    kind: Literal["launch", "fork"]
    changes: Mapping[str, Any]
    values: Mapping[str, Any] = field(default_factory=dict)
    iteration: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found.

    Attributes:
        iteration: since when the fault is there.
        values: the numbers in its text; their kinds are in `Rule.values`.
    """

    code: str
    iteration: int
    values: Mapping[str, Any]
    sample: Sample
    evidence: Evidence
    remedies: tuple[Remedy, ...] = ()
