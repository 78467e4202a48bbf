"""Points in the plane: five small sets whose decision boundaries can be drawn.

Each function draws `count` points (count, 2), about in [-1, 1]², and their classes (count,) from a generator.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.datasets.dataset import Dataset, Source

Points = tuple[NDArray[np.float64], NDArray[np.intp]]

TRAIN_SIZE = 1000
TEST_SIZE = 1000


def spirals(generator: np.random.Generator, count: int, noise: float = 0.03) -> Points:
    """Three arms that wind around each other, so that each class has the others beside it everywhere."""
    labels = generator.integers(0, 3, count)
    radius = np.sqrt(generator.uniform(0.01, 1, count))
    angle = radius * 4 + labels * (2 * np.pi / 3)
    points = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return points + generator.normal(0, noise, points.shape), labels


def circles(generator: np.random.Generator, count: int, noise: float = 0.06) -> Points:
    """A disc inside a ring: no straight line separates them."""
    labels = generator.integers(0, 2, count)
    radius = np.where(labels == 0, generator.uniform(0, 0.45, count), generator.uniform(0.6, 1, count))
    angle = generator.uniform(0, 2 * np.pi, count)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return points + generator.normal(0, noise, points.shape), labels


def moons(generator: np.random.Generator, count: int, noise: float = 0.08) -> Points:
    """Two half circles, one reaching into the other."""
    labels = generator.integers(0, 2, count)
    angle = generator.uniform(0, np.pi, count)
    x = np.where(labels == 0, np.cos(angle), 1 - np.cos(angle)) - 0.5
    y = np.where(labels == 0, np.sin(angle), 0.5 - np.sin(angle)) - 0.25
    points = np.stack([x, y], axis=1) / 1.5
    return points + generator.normal(0, noise, points.shape), labels


def xor(generator: np.random.Generator, count: int, noise: float = 0.05) -> Points:
    """Class 1 if the signs of the two coordinates differ, otherwise 0 (Minsky & Papert's example)."""
    points = generator.uniform(-1, 1, (count, 2))
    labels = (points[:, 0] * points[:, 1] < 0).astype(np.intp)
    return points + generator.normal(0, noise, points.shape), labels


def blobs(generator: np.random.Generator, count: int, noise: float = 0.16) -> Points:
    """Four separate round clouds, the easiest set."""
    labels = generator.integers(0, 4, count)
    angle = labels * (np.pi / 2) + np.pi / 4
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 0.65
    return points + generator.normal(0, noise, points.shape), labels


def _source(make: Callable[[np.random.Generator, int], Points], title: str, classes: int) -> Source:
    name = make.__name__
    class_names = tuple("ABCD"[:classes])

    def read(data_dir: Path | None = None) -> Dataset:
        # one fixed draw for all runs, so that runs never differ in their data
        generator = np.random.Generator(np.random.PCG64(2))
        points, labels = make(generator, TRAIN_SIZE + TEST_SIZE)
        points, labels = points.astype(np.float32), labels.astype(np.intp)
        return Dataset(
            name=name,
            train_images=points[:TRAIN_SIZE],
            train_labels=labels[:TRAIN_SIZE],
            test_images=points[TRAIN_SIZE:],
            test_labels=labels[TRAIN_SIZE:],
            class_names=class_names,
        )

    return Source(
        name=name,
        title=title,
        shape=(2,),
        train_size=TRAIN_SIZE,
        test_size=TEST_SIZE,
        class_names=class_names,
        read=read,
    )


SETS = (
    _source(spirals, "Spirals (2-D)", 3),
    _source(circles, "Circles (2-D)", 2),
    _source(moons, "Moons (2-D)", 2),
    _source(xor, "XOR (2-D)", 2),
    _source(blobs, "Blobs (2-D)", 4),
)
