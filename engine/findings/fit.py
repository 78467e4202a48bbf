"""Rules on how well the network fits: too well, not well enough, held back by a penalty, or fitted to wrong labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.findings.case import Case
from engine.findings.rows import Numbers, before, latest, trailing_mean, trailing_median
from engine.findings.rule import Limits, Look


def overfitting(case: Case, limits: Limits) -> Look | None:
    """The loss of held-out images lies clearly above its lowest value so far, while the loss of training images is
    lower than it was there: Prechelt's generalization loss (1998). Both losses are medians over some evaluations."""
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
    """The accuracy is much higher on training images than on held-out images."""
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
    """The accuracy is higher on held-out images than on training images, so the labels of the latter are likely wrong.
    Both are measured without dropout and without augmentation, which could explain it otherwise."""
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
    training images."""
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
    """The loss of training images does not fall any more, and the accuracy is low, on held-out images as well."""
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
    """The loss of training images does not fall any more, though some of them are still predicted wrongly."""
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
    """With batch norm and few images in a batch, the loss of batches (with their own means) is higher than that of
    evaluations (with running means, over many batches). Dropout and augmentation, which only batches have, make such a
    difference too: with one of them, nothing is said."""
    size = case.config.training.batch_size
    if not case.has("batch_norm") or size >= limits["batch_size"]:
        return None
    if case.has("dropout") or case.config.dataset.augment:
        return None
    if not _evaluated(case):
        return None
    evaluation, train, window = case.rows.evaluation, case.rows.train, int(limits["window"])
    batches = latest(trailing_mean(train["loss"], window), train["iteration"], evaluation["iteration"])
    iterations, loss = evaluation["iteration"], evaluation["train_loss"]
    # While the loss falls or rises, its mean over a window of batches lies between the losses at both ends of it. So it
    # is compared with the higher of both.
    running = np.fmax(latest(loss, iterations, iterations - window), loss)
    return Look(
        evaluation["iteration"],
        batches > limits["times"] * running,
        {"batch_size": size, "batches": batches, "running": running},
        case.of_batches(window),
    )


def _evaluated(case: Case) -> bool:
    """Whether loss and accuracy of training and held-out images were measured at least once."""
    wanted = {f"{part}_{name}" for part in ("train", case.held_out) for name in ("loss", "accuracy")}
    return wanted <= case.rows.evaluation.keys() and len(case.rows.evaluation["iteration"]) > 0


def _accuracies(case: Case) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """The accuracies of training images and of held-out images, their difference, and its standard error."""
    evaluation = case.rows.evaluation
    train, held_out = evaluation["train_accuracy"], evaluation[f"{case.held_out}_accuracy"]
    return train, held_out, train - held_out, case.spread(train, held_out)


def _best(x: Numbers) -> tuple[Numbers, NDArray[np.intp]]:
    """For each row the lowest value up to there, and the row of that value."""
    best = np.fmin.accumulate(x)
    is_new = np.isfinite(x) & (np.r_[np.nan, best[:-1]] != best)
    return best, np.maximum.accumulate(np.where(is_new, np.arange(len(x)), 0))


def _flat(case: Case, limits: Limits) -> tuple[NDArray[np.bool_], Numbers, Numbers]:
    """For each evaluation, whether the training loss is hardly lower than `evaluations` evaluations earlier; and both
    losses, which are medians of five."""
    loss = trailing_median(case.rows.evaluation["train_loss"], 5)
    earlier = before(loss, int(limits["evaluations"]))
    return loss > (1 - limits["fall"]) * earlier, loss, earlier
