"""Rules on how well the network fits: too well, not well enough, held back by a penalty, or fitted to wrong labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.findings.case import Case
from engine.findings.rows import Numbers, before, latest, trailing_mean, trailing_median
from engine.findings.rule import Limits, Look


def overfitting(case: Case, limits: Limits) -> Look | None:
    """The loss of images that are not trained on has a lowest point behind it and rises, while that of the images
    trained on went on falling: Prechelt's generalization loss (1998). Each is a median over some evaluations."""
    if not _evaluated(case):
        return None
    evaluation, part, count = case.rows.evaluation, case.held_out, int(limits["smoothed"])
    held_out, train = (trailing_median(evaluation[f"{name}_loss"], count) for name in (part, "train"))
    best, place = _best(held_out)
    rise = held_out / best - 1
    true = (rise > limits["rise"]) & (held_out - best > limits["nats"]) & (train < train[place])
    return Look(
        evaluation["iteration"],
        true,
        {
            "best_at": evaluation["iteration"][place].astype(np.int64),
            "best": best,
            "loss": held_out,
            "rise": rise,
            "train_loss": train,
            "part": part,
        },
        case.of_part(part, count),
        began=evaluation["iteration"][place],
    )


def gap(case: Case, limits: Limits) -> Look | None:
    """The accuracy is much higher on the images trained on than on others."""
    if not _evaluated(case):
        return None
    train, held_out, difference, spread = _accuracies(case)
    return Look(
        case.rows.evaluation["iteration"],
        (difference > limits["gap"]) & (difference > limits["errors"] * spread),
        {"train": train, "held_out": held_out, "gap": difference, "part": case.held_out},
        case.of_part(case.held_out),
    )


def wrong_labels(case: Case, limits: Limits) -> Look | None:
    """The accuracy is higher on images that are not trained on than on those that are: with the labels of the latter
    something is wrong that others do not have. Both are measured without dropout and without augmentation."""
    if not _evaluated(case):
        return None
    train, held_out, difference, spread = _accuracies(case)
    return Look(
        case.rows.evaluation["iteration"],
        (-difference > limits["gap"]) & (-difference > limits["errors"] * spread),
        {"train": train, "held_out": held_out, "gap": -difference, "part": case.held_out},
        case.of_part("train"),
    )


def penalty(case: Case, limits: Limits) -> Look | None:
    """The penalty has made the weights much smaller than they were at the start, and the network cannot even fit the
    images trained on."""
    penalties = case.config.regularization
    train = case.rows.train
    if not (penalties.l1 or penalties.l2) or not _evaluated(case) or not case.layers:
        return None
    if not train["iteration"].size or train["iteration"][0] != 1:
        return None
    evaluation = case.rows.evaluation
    norms = case.weight_norms()
    norm = latest(norms, train["iteration"], evaluation["iteration"])
    accuracy = evaluation["train_accuracy"]
    return Look(
        evaluation["iteration"],
        (norm < limits["norm"] * norms[0]) & (accuracy < limits["accuracy"]),
        {
            "first_norm": float(norms[0]),
            "norm": norm,
            "times": norms[0] / np.maximum(norm, np.finfo(np.float32).tiny),
            "accuracy": accuracy,
            "l1": penalties.l1,
            "l2": penalties.l2,
        },
        case.of_part("train"),
    )


def underfitting(case: Case, limits: Limits) -> Look | None:
    """The loss of the images trained on falls no more, their accuracy is low, and that of others is no lower."""
    if not _evaluated(case):
        return None
    evaluation = case.rows.evaluation
    train, held_out, difference, _ = _accuracies(case)
    flat, loss, _ = _flat(case, limits)
    return Look(
        evaluation["iteration"],
        flat & (train < limits["accuracy"]) & (difference < limits["gap"]),
        {"train": train, "held_out": held_out, "loss": loss, "part": case.held_out},
        case.of_part("train", int(limits["evaluations"])),
    )


def plateau(case: Case, limits: Limits) -> Look | None:
    """The loss of the images trained on falls no more, and they are not all right."""
    if not _evaluated(case):
        return None
    evaluation = case.rows.evaluation
    flat, loss, earlier = _flat(case, limits)
    return Look(
        evaluation["iteration"],
        flat & (evaluation["train_accuracy"] < limits["accuracy"]),
        {"loss": loss, "earlier": earlier, "evaluations": int(limits["evaluations"])},
        case.of_part("train", int(limits["evaluations"])),
    )


def small_batches(case: Case, limits: Limits) -> Look | None:
    """With batch norm and few images in a batch: the loss while training, with the means of the batch, is higher than
    with the running means, which are of many batches. Without dropout nothing else can make this difference."""
    size = case.config.training.batch_size
    if not case.has("batch_norm") or case.has("dropout") or size >= limits["batch_size"]:
        return None
    if not _evaluated(case):
        return None
    evaluation, train, window = case.rows.evaluation, case.rows.train, int(limits["window"])
    batches = latest(trailing_mean(train["loss"], window), train["iteration"], evaluation["iteration"])
    iterations, loss = evaluation["iteration"], evaluation["train_loss"]
    # while the loss falls, that of the batches is between those at both ends of the window
    running = np.fmax(latest(loss, iterations, iterations - window), loss)
    return Look(
        evaluation["iteration"],
        batches > limits["times"] * running,
        {"batch_size": size, "batches": batches, "running": running},
        case.of_batches(window),
    )


def _evaluated(case: Case) -> bool:
    wanted = {f"{part}_{name}" for part in ("train", case.held_out) for name in ("loss", "accuracy")}
    return wanted <= case.rows.evaluation.keys() and len(case.rows.evaluation["iteration"]) > 0


def _accuracies(case: Case) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Of the images trained on, of those held out, the difference, and its standard error."""
    evaluation = case.rows.evaluation
    train, held_out = evaluation["train_accuracy"], evaluation[f"{case.held_out}_accuracy"]
    return train, held_out, train - held_out, case.spread(train, held_out)


def _best(x: Numbers) -> tuple[Numbers, NDArray[np.intp]]:
    """Row by row the lowest value so far, and its row."""
    best = np.fmin.accumulate(x)
    is_new = np.isfinite(x) & (np.r_[np.nan, best[:-1]] != best)
    return best, np.maximum.accumulate(np.where(is_new, np.arange(len(x)), 0))


def _flat(case: Case, limits: Limits) -> tuple[NDArray[np.bool_], Numbers, Numbers]:
    """Whether the training loss is hardly lower than some evaluations before, with both, as medians of five."""
    loss = trailing_median(case.rows.evaluation["train_loss"], 5)
    earlier = before(loss, int(limits["evaluations"]))
    return loss > (1 - limits["fall"]) * earlier, loss, earlier
