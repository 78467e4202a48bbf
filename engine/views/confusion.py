"""Confusion matrix: for each pair of classes, how many images of the first are predicted as the second.

    counts[t, p] = the number of images with label t whose largest logit is that of class p

Among equal logits the first class counts as the largest, as in the accuracies of the curves: the sum of the diagonal,
divided by the number of images, is exactly the accuracy that an evaluation at this moment gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.config import ExperimentConfig
from engine.views.kind import Kind, View
from engine.views.subject import PART, Subject, check_part


def check(config: ExperimentConfig, options: Mapping[str, Any]) -> None:
    """Refuse a part that the experiment does not have.

    Raises:
        ConfigError: the experiment has no validation images, or its test set stays closed.
    """
    check_part(config, options["part"])


def see(subject: Subject, options: Mapping[str, Any]) -> View:
    """`counts` (classes, classes) int32: rows are true classes, columns predicted classes.

    Facts:
        part: "test", "validation" or "train".
        sample: how many images were counted: all of the part, or the sample of training images that the curve
            "train" is measured on.
        total: how many images the part has.
        accuracy: of all counted images.
        classes: for each class its name, the number of its images, and the share of them that are right (None if
            there are none).
        commonest: the commonest mistake {truth, predicted, count, of}, where `of` is the number of images of that
            true class; None if there is no mistake.
    """
    part = options["part"]
    names = subject.class_names
    classes = len(names)
    flat = np.zeros(classes * classes, np.int64)
    for outcome in subject.evaluator(part).outcomes():
        cells = outcome.labels * classes + outcome.logits.argmax(axis=1)
        flat += np.bincount(cells, minlength=classes * classes)
    counts = flat.reshape(classes, classes)
    right, totals = counts.diagonal(), counts.sum(axis=1)
    mistakes = counts - np.diag(right)
    truth, predicted = divmod(int(mistakes.argmax()), classes)
    count = int(mistakes[truth, predicted])
    return View(
        {"counts": counts.astype(np.int32)},
        {
            "part": part,
            "sample": int(counts.sum()),
            "total": len(subject.part(part).labels),
            "accuracy": float(right.sum() / counts.sum()),
            "classes": [
                {"name": name, "count": int(total), "accuracy": float(correct / total) if total else None}
                for name, correct, total in zip(names, right, totals, strict=True)
            ],
            "commonest": {"truth": truth, "predicted": predicted, "count": count, "of": int(totals[truth])}
            if count
            else None,
        },
    )


KIND = Kind(see, (PART,), check)
