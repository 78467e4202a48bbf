"""Feature maps: what each layer makes of one image; and one pixel of a map in numbers.

    convolution   y[f, i, j] = b[f] + Σ over c, k, l of W[f, c, k, l] · window[c, k, l]
                  window[c, k, l] = x[c, i·stride + k - padding, j·stride + l - padding]
    dense         y[u] = b[u] + Σ over i of W[i, u] · x[i]
    pool          y[c, i, j] = the maximum, or the mean, of a window of channel c
    activation    y = f(x)

The window of a pixel is the part of x that its sum runs over, with zeros for what is outside of the image.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.config import ExperimentConfig
from engine.errors import ConfigError
from engine.fields import Field
from engine.layers import Layer
from engine.layers.activation import ActivationLayer
from engine.layers.conv import Conv2D
from engine.layers.dense import Dense
from engine.layers.pooling import Pool2D
from engine.reasons import Reason
from engine.views.kind import Kind, View, demand_at_most, finite
from engine.views.passes import passed
from engine.views.pixels import PIXELS, demand_images, image_of
from engine.views.subject import Subject, shown_part, softmax

#: The most channels of a layer that are given, the first ones.
CHANNELS = 64
#: The most numbers of such a layer.
NUMBERS = 500_000
#: The most units of a dense layer.
UNITS = 1024

FIELDS = (
    Field("image", "integer", 0, minimum=0, maximum=10_000_000),
    replace(PIXELS, default=None, nullable=True),
    Field("layer", "integer", None, minimum=1, maximum=1000, nullable=True),
    Field("channel", "integer", 0, minimum=0, maximum=1_000_000),
    Field("y", "integer", 0, minimum=0, maximum=1_000_000),
    Field("x", "integer", 0, minimum=0, maximum=1_000_000),
)


def check(config: ExperimentConfig, options: Mapping[str, Any]) -> None:
    """Refuse an image, a layer or a place that there is not.

    Raises:
        ConfigError: `image`, `layer`, `channel`, `y` or `x` is too large; `pixels` is no image of the data set; the
            layer has no windows.
    """
    if options["pixels"] is not None:
        demand_images(config)
        image_of(config, options["pixels"])
    else:
        demand_at_most("image", options["image"], _images(config) - 1)
    if options["layer"] is not None:
        layers = config.network.built
        demand_at_most("layer", options["layer"], len(layers))
        layer = layers[options["layer"] - 1]
        if not isinstance(layer, (Conv2D, Dense, Pool2D, ActivationLayer)):
            text = f"a pixel of layer {options['layer']} is no sum or maximum of a window"
            raise ConfigError("shape", "layer", Reason("no_window", text, layer=options["layer"]))
        lasts = [length - 1 for length in (*layer.output_shape, 1, 1)[:3]]
        for name, last in zip(("channel", "y", "x"), lasts, strict=True):
            demand_at_most(name, options[name], last)


def see(subject: Subject, options: Mapping[str, Any]) -> View:
    """`input` (C, H, W), and the output of each layer, `layer/1` the lowest: (channels, H, W) or (units,), the first
    channels or units of it; and `probabilities` (classes,). The image is the test image at place `image` (where
    the test set stays closed, the validation or training image), or `pixels`.

    If `layer` is given, the pixel `y`, `x` of its `channel` is explained (a dense layer has units as channels, and
    `y` = `x` = 0): `window`, and of a convolution or a dense layer also `kernel` and `products`, each of the shape of
    the window.

    Facts:
        image: its index in the part that is shown (test, or else validation or training images); None for pixels.
        truth: its class; None for pixels.
        predicted: the class with the largest probability; None if the network's numbers are not finite.
        layers: for each layer {number, type, activation, shape, shown}: `activation` is the name of the function, or
            None; `shape` that of the whole output; `shown` how many channels or units are given.
        pixel: None, or {layer, type, channel, y, x, value}, with
            top, left: the place of the window in the layer's input; what lies outside of it is 0 (convolution, pool);
            bias, sum: value = bias + sum, and sum is that of the products (convolution, dense);
            input: f's argument (activation).
    """
    image, truth = _image(subject, options)
    seen = passed(subject.network.layers, image)
    probabilities = softmax(seen.outputs[subject.network.layers[-1]])[0]
    arrays: dict[str, Array] = {"input": image[0].astype(np.float32), "probabilities": probabilities}
    layers = []
    described = subject.config.network.layers
    for number, (layer, about) in enumerate(zip(subject.network.layers, described, strict=True), 1):
        output = seen.outputs[layer][0]
        shown = output[: _most(layer)]
        arrays[f"layer/{number}"] = shown.astype(np.float32)
        layers.append(
            {
                "number": number,
                "type": about["type"],
                "activation": layer.name if isinstance(layer, ActivationLayer) else None,
                "shape": list(layer.output_shape),
                "shown": len(shown),
            }
        )
    pixel = None
    if options["layer"] is not None:
        layer = subject.network.layers[options["layer"] - 1]
        place = options["channel"], options["y"], options["x"]
        more, facts = _explained(layer, seen.inputs[layer][0], *place)
        arrays |= more
        value = seen.outputs[layer][0][place[: len(layer.output_shape)]]
        kind = described[options["layer"] - 1]["type"]
        names = {name: options[name] for name in ("layer", "channel", "y", "x")}
        pixel = {**names, "type": kind, "value": finite(float(value)), **facts}
    is_finite = bool(np.isfinite(probabilities).all())
    return View(
        arrays,
        {
            "image": None if truth is None else options["image"],
            "truth": truth,
            "predicted": int(probabilities.argmax()) if is_finite else None,
            "layers": layers,
            "pixel": pixel,
        },
    )


def _image(subject: Subject, options: Mapping[str, Any]) -> tuple[Array, int | None]:
    """The image (1, *shape) and its class."""
    if options["pixels"] is not None:
        return image_of(subject.config, options["pixels"]), None
    part, place = subject.part(shown_part(subject.config)), options["image"]
    # a machine may have fewer images than the data set
    demand_at_most("image", place, len(part.labels) - 1)
    return subject.images(part, slice(place, place + 1)), int(part.labels[place])


def _images(config: ExperimentConfig) -> int:
    """How many images there are to choose from."""
    dataset = config.dataset
    return dataset.test_images or dataset.validation_images or dataset.train_images


def _most(layer: Layer) -> int:
    """How many channels or units of a layer's output are given."""
    if len(layer.output_shape) == 1:
        return UNITS
    return max(1, min(CHANNELS, NUMBERS // math.prod(layer.output_shape[1:])))


def _explained(
    layer: Layer, x: Array, channel: int, y: int, column: int
) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays and facts of one number of a layer's output; x (*input_shape) is its input."""
    match layer:
        case Conv2D():
            border = (layer.padding, layer.padding)
            padded = np.pad(x, ((0, 0), border, border))
            window, top, left = _window(padded, y, column, layer.stride, layer.kernel_size)
            about = {"top": top - layer.padding, "left": left - layer.padding}
            return _sum(window, layer.W[channel], layer.b[channel], about)
        case Dense():
            return _sum(x, layer.W[:, channel].reshape(x.shape), layer.b[channel], {})
        case Pool2D():
            window, top, left = _window(x[channel : channel + 1], y, column, layer.stride, layer.size)
            return {"window": window.astype(np.float32)}, {"top": top, "left": left}
        case _:
            place = (channel, y, column)[: x.ndim]
            return {}, {"input": finite(float(x[place]))}


def _window(x: Array, y: int, column: int, stride: int, size: int) -> tuple[Array, int, int]:
    """The window (channels, size, size) of x (channels, H, W) that belongs to a place of the output, and its corner."""
    top, left = y * stride, column * stride
    return x[:, top : top + size, left : left + size], top, left


def _sum(
    window: Array, kernel: Array, bias: Any, about: dict[str, Any]
) -> tuple[dict[str, Array], dict[str, Any]]:
    products = window.astype(np.float64) * kernel
    arrays = {"window": window, "kernel": kernel, "products": products}
    facts = {**about, "bias": finite(float(bias)), "sum": finite(float(products.sum()))}
    return {name: array.astype(np.float32) for name, array in arrays.items()}, facts


KIND = Kind(see, FIELDS, check)
