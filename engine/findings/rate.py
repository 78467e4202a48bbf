"""Rules on the learning rate: the loss overflows, goes up and down, or hardly moves."""

from __future__ import annotations

import numpy as np

from engine.findings.case import Case
from engine.findings.rows import Numbers, before, latest, trailing_mean, trailing_median
from engine.findings.rule import Limits, Look


def diverged(case: Case, limits: Limits) -> Look | None:
    """The loss of a batch is infinite or no number: it ends the training, so one row is enough."""
    train = case.rows.train
    return Look(
        train["iteration"],
        ~np.isfinite(train["loss"]),
        {"at": train["iteration"].astype(np.int64), "learning_rate": train["learning_rate"]},
        case.of_batches(1),
    )


def too_high(case: Case, limits: Limits) -> Look | None:
    """The loss of the same training images goes up and down from evaluation to evaluation, and does not fall."""
    evaluation, count = case.rows.evaluation, int(limits["evaluations"])
    loss = evaluation["train_loss"] if "train_loss" in evaluation else np.empty(0)
    if not len(loss):
        return None
    mean = trailing_mean(loss, count)
    moves = trailing_mean(np.abs(np.diff(loss, prepend=np.nan)), count - 1)
    fall = before(trailing_median(loss, count // 2), count - count // 2) - trailing_median(loss, count // 2)
    true = (mean > limits["loss"]) & (moves > limits["moves"] * mean) & (fall < limits["fall"] * mean)
    return Look(
        evaluation["iteration"],
        true,
        {"moves": moves, "loss": mean, "learning_rate": _rate(case)},
        case.of_part("train", count),
    )


def too_low(case: Case, limits: Limits) -> Look | None:
    """After many iterations the loss is near the first one, the weights too, and the loss still falls steadily."""
    evaluation, train = case.rows.evaluation, case.rows.train
    if "train_loss" not in evaluation or not len(evaluation["iteration"]) or not case.layers:
        return None
    if not train["iteration"].size or train["iteration"][0] != 1:
        return None
    loss, iterations, count = evaluation["train_loss"], evaluation["iteration"], int(limits["evaluations"])
    first = float(np.median(train["loss"][:10]))
    norms = case.weight_norms()
    moved = np.abs(latest(norms, train["iteration"], iterations) / norms[0] - 1)
    falling = trailing_mean(np.sign(-np.diff(loss, prepend=np.nan)), count)
    true = (
        (iterations >= limits["iterations"])
        & (loss > limits["loss"] * first)
        & (moved < limits["moved"])
        & (falling > limits["falling"])
    )
    return Look(
        iterations,
        true,
        {"first_loss": first, "loss": loss, "moved": moved, "learning_rate": _rate(case)},
        case.of_part("train", count),
    )


def _rate(case: Case) -> Numbers:
    """The learning rate at each evaluation, as it was used."""
    train = case.rows.train
    return latest(train["learning_rate"], train["iteration"], case.rows.evaluation["iteration"])
