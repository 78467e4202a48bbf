"""Draw a digit: what the network says of pixels that a person drew, or of a test image that they changed.

    p = softmax(logits)

This view is made at each stroke. So the one image passes through the training's own network in evaluation mode, as in
an evaluation, and not through a copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.config import ExperimentConfig
from engine.views.kind import Kind, View
from engine.views.pixels import PIXELS, demand_images, image_of
from engine.views.subject import Subject, softmax


def check(config: ExperimentConfig, options: Mapping[str, Any]) -> None:
    """Refuse pixels that are no image of the data set.

    Raises:
        ConfigError: the data set has no images, or `pixels` has another length or is not base64.
    """
    demand_images(config)
    image_of(config, options["pixels"])


def see(subject: Subject, options: Mapping[str, Any]) -> View:
    """`probabilities` (classes,).

    Facts:
        predicted: the class with the largest probability; None if the network's numbers are not finite.
    """
    image = image_of(subject.config, options["pixels"])
    probabilities = softmax(subject.trainer.network.forward(image))[0]
    is_finite = bool(np.isfinite(probabilities).all())
    return View(
        {"probabilities": probabilities}, {"predicted": int(probabilities.argmax()) if is_finite else None}
    )


KIND = Kind(see, (PIXELS,), check)
