"""The plan: the steps of a network, made once from its layers.

A step runs one layer, or several consecutive layers that match one of the patterns of `_step`. Where two steps need
different layouts, a conversion step comes between them.

A layer with an activity penalty is the last of its step: the penalty needs the layer's output.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.fast.batch_norm import BatchNormStep
from engine.fast.conv import ConvReluHalveStep, ConvReluPoolStep, ConvReluStep, ConvStep
from engine.fast.conversions import FromBlocks, ToBlocks
from engine.fast.dense import DenseReluStep, DenseStep
from engine.fast.elementwise import ActivationStep, DropoutStep, FlattenStep, PenaltyStep
from engine.fast.local_response_norm import LocalResponseNormStep
from engine.fast.pooling import AvgPoolStep, HalvingPoolStep, MaxPoolStep, halves
from engine.fast.residual import ResidualStep
from engine.fast.step import Place, Step
from engine.layers import Layer
from engine.layers.activation import ActivationLayer
from engine.layers.activity_penalty import penalty_of
from engine.layers.batch_norm import BatchNorm
from engine.layers.conv import Conv2D
from engine.layers.dense import Dense
from engine.layers.dropout import Dropout
from engine.layers.flatten import Flatten
from engine.layers.layer import Shape
from engine.layers.local_response_norm import LocalResponseNorm
from engine.layers.pooling import AvgPool2D, MaxPool2D
from engine.layers.residual import Residual


def plan(
    layers: Sequence[Layer],
    dtype: np.dtype[Any],
    *,
    layout: str = "rows",
    lowest: bool = True,
    images_innermost: bool = False,
    fused: bool = True,
) -> list[Step]:
    """The steps for layers, from the input on.

    Args:
        layout: of the input and the output.
        lowest: whether these are the network's first layers; ∂L/∂x of their input is not needed then.
        images_innermost: whether the images are the innermost axis of the input in memory (see `Place`).
        fused: whether several layers may be one step.
    """
    steps: list[Step] = []
    current, rest = layout, list(layers)
    needs_gradient = not lowest
    while rest:
        needed = layout_of(rest[0], current)
        if needed != current:
            place = Place(dtype, needs_input_gradient=needs_gradient)
            steps.append(_conversion(needed, rest[0].input_shape, place))
            current = needed
        place = Place(
            dtype, current, needs_gradient, images_innermost=_images_innermost(steps, images_innermost)
        )
        step, count = _step(rest, place, fused)
        steps.append(step)
        top = rest[count - 1]
        needs_gradient = needs_gradient or any(layer.parameters for layer in rest[:count])
        rest = rest[count:]
        if top.has_activity_penalty:
            steps.append(PenaltyStep(penalty_of(top), Place(dtype, current)))
    if current != layout:
        steps.append(_conversion(layout, layers[-1].output_shape, Place(dtype)))
    return steps


def _conversion(layout: str, shape: Shape, place: Place) -> Step:
    """The step that brings images of a shape into a layout."""
    return ToBlocks(shape, place) if layout == "blocks" else FromBlocks(shape, place)


def layout_of(layer: Layer, given: str) -> str:
    """The layout in which a layer is run, if its input has the layout `given`."""
    match layer:
        case Conv2D() | MaxPool2D() | AvgPool2D() | LocalResponseNorm():
            return "blocks"
        case BatchNorm() | Residual():
            return "blocks" if len(layer.input_shape) == 3 else "rows"
        case ActivationLayer() | Dropout():
            return given
    return "rows"


def _step(layers: Sequence[Layer], place: Place, fused: bool) -> tuple[Step, int]:
    """A step for the first of the layers, and how many layers it runs."""
    if fused:
        match layers:
            case [
                Conv2D(has_activity_penalty=False) as conv,
                ActivationLayer(name="relu", has_activity_penalty=False),
                MaxPool2D() as pool,
                *_,
            ]:
                if halves(pool):
                    return ConvReluHalveStep(conv, pool, place), 3
                return ConvReluPoolStep(conv, pool, place), 3
            case [Conv2D(has_activity_penalty=False) as conv, ActivationLayer(name="relu"), *_]:
                return ConvReluStep(conv, place), 2
            case [Dense(has_activity_penalty=False) as dense, ActivationLayer(name="relu"), *_]:
                return DenseReluStep(dense, place), 2
    return _single(layers[0], place, fused), 1


def _single(layer: Layer, place: Place, fused: bool) -> Step:
    match layer:
        case Dense():
            return DenseStep(layer, place)
        case Conv2D():
            return ConvStep(layer, place)
        case ActivationLayer():
            return ActivationStep(layer, place)
        case Dropout():
            return DropoutStep(layer, place)
        case Flatten():
            return FlattenStep(layer, place)
        case BatchNorm():
            return BatchNormStep(layer, place)
        case LocalResponseNorm():
            return LocalResponseNormStep(layer, place)
        case MaxPool2D():
            return (HalvingPoolStep if halves(layer) else MaxPoolStep)(layer, place)
        case AvgPool2D():
            return AvgPoolStep(layer, place)
        case Residual():
            steps = plan(
                layer.inner,
                place.dtype,
                layout=place.layout,
                lowest=not place.needs_input_gradient,
                images_innermost=place.images_innermost,
                fused=fused,
            )
            projection = None if layer.projection is None else _single(layer.projection, place, fused)
            return ResidualStep(layer, steps, projection, place)
    raise TypeError(f"no step runs a {type(layer).__name__}")


def _images_innermost(steps: Sequence[Step], given: bool) -> bool:
    """Whether the images are the innermost axis of the steps' output in memory: if it comes from `FromBlocks`, or is a
    view of such an output."""
    for step in reversed(steps):
        if isinstance(step, FromBlocks):
            return True
        if not isinstance(step, (FlattenStep, PenaltyStep)):
            return False
    return given
