"""Mistakes: the images that the network takes for another class, with what it says of each.

Images are ordered by p, the probability of the class that the network predicts. The surest mistakes come first. Images
that it gets right (`truth` = `predicted`) come the other way round, the least sure first. Images with equal p keep
their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.config import ExperimentConfig
from engine.datasets.dataset import Source
from engine.fields import Field
from engine.levels import rounded_levels
from engine.parts import Part
from engine.views.kind import Kind, View, demand_at_most
from engine.views.subject import PART, Subject, check_part, softmax

FIELDS = (
    PART,
    Field("truth", "integer", None, minimum=0, maximum=100_000, nullable=True),
    Field("predicted", "integer", None, minimum=0, maximum=100_000, nullable=True),
    Field("count", "integer", 24, minimum=1, maximum=200),
)


def check(config: ExperimentConfig, options: Mapping[str, Any]) -> None:
    """Refuse a part or classes that the experiment does not have.

    Raises:
        ConfigError: the experiment has no validation images, or its test set stays closed, or a class is not one of
            its data set.
    """
    check_part(config, options["part"])
    last = len(config.dataset.source.class_names) - 1
    for name in ("truth", "predicted"):
        if options[name] is not None:
            demand_at_most(name, options[name], last)


def see(subject: Subject, options: Mapping[str, Any]) -> View:
    """Mistakes, or images of one cell of the confusion matrix: those of class `truth` that are taken for `predicted`.
    Where one of the two is not given, any mistake will do.

    `images` (n, C, H, W) uint8; or `points` (n, 2) float32; or `rows` (n, columns) float32 of a table, in its own
    units. `probabilities` (n, classes) float32; `indices` (n,) int32: their indices in the part; `labels` and
    `predictions` (n,) int32. The labels are those of the experiment, with its label noise.

    Facts:
        part, truth, predicted: as asked for.
        total: how many such images there are; n is at most `count` of them.
        sample: how many images of the part were looked at, as in the view `confusion`.
        columns: the names of a table's columns; empty for images and points.
    """
    source = subject.config.dataset.source
    chosen, total, sample = _chosen(subject, options)
    part = subject.part(options["part"])
    indices = chosen.places
    if options["part"] == "train" and subject.trainer.evaluations.sampled is not None:
        indices = subject.trainer.evaluations.sampled[indices]
    return View(
        {
            **_pictures(part, indices, source),
            "probabilities": softmax(chosen.logits),
            "indices": indices.astype(np.int32),
            "labels": chosen.labels.astype(np.int32),
            "predictions": chosen.logits.argmax(axis=1).astype(np.int32),
        },
        {
            "part": options["part"],
            "truth": options["truth"],
            "predicted": options["predicted"],
            "total": total,
            "sample": sample,
            "columns": list(source.about.columns) if source.about else [],
        },
    )


class _Chosen:
    """The images that come first among those looked at so far: their places in what was evaluated, labels and
    logits."""

    def __init__(self, classes: int) -> None:
        self.places: NDArray[np.intp] = np.empty(0, np.intp)
        self.labels: NDArray[np.intp] = np.empty(0, np.intp)
        self.logits: Array = np.empty((0, classes), np.float64)
        self._order: Array = np.empty(0)

    def add(
        self, places: NDArray[np.intp], labels: NDArray[np.intp], logits: Array, order: Array, most: int
    ) -> None:
        """Add images, and keep the `most` with the smallest `order`."""
        places = np.concatenate([self.places, places])
        order = np.concatenate([self._order, order])
        kept = np.lexsort((places, order))[:most]  # numbers that are not finite come last
        self.places, self._order = places[kept], order[kept]
        self.labels = np.concatenate([self.labels, labels])[kept]
        self.logits = np.concatenate([self.logits, logits])[kept]


def _chosen(subject: Subject, options: Mapping[str, Any]) -> tuple[_Chosen, int, int]:
    """The images that come first, how many were found, and how many were looked at."""
    truth, predicted = options["truth"], options["predicted"]
    wants_right = truth is not None and truth == predicted
    chosen = _Chosen(len(subject.class_names))
    total = sample = 0
    for outcome in subject.evaluator(options["part"]).outcomes():
        predictions = outcome.logits.argmax(axis=1)
        wanted = (predictions == outcome.labels) == wants_right
        if truth is not None:
            wanted &= outcome.labels == truth
        if predicted is not None:
            wanted &= predictions == predicted
        places = np.flatnonzero(wanted)
        total += len(places)
        sample += len(predictions)
        logits = outcome.logits[places].astype(np.float64)
        # -log p of the largest logit: log(1 + Σ e^(z - max)) with the other logits z, exact also where p rounds to 1
        others = np.exp(logits - logits.max(axis=1, keepdims=True))
        others[np.arange(len(places)), predictions[places]] -= 1
        doubt = np.log1p(others.sum(axis=1))
        order = -doubt if wants_right else doubt
        chosen.add(outcome.places[places], outcome.labels[places], logits, order, options["count"])
    return chosen, total, sample


def _pictures(part: Part, indices: NDArray[np.intp], source: Source) -> dict[str, Array]:
    values = part.images[indices].reshape(len(indices), *source.shape)
    if source.about is not None and source.about.columns:
        return {"rows": source.about.in_own_units(values)}
    if len(source.shape) != 3:
        return {"points": values.astype(np.float32)}
    return {"images": rounded_levels(values)}


KIND = Kind(see, FIELDS, check)
