"""Why a run diverged: the likely causes of a loss that is not finite."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.config import ExperimentConfig
from engine.events import StepMetrics
from engine.network import Network
from engine.reasons import Reason

#: Initial weights are too large if the first loss is above this many times the loss of guessing, ln(classes).
FIRST_LOSS = 10
#: Weights with a norm above this have grown without bound.
LARGE_NORM = 1e3
#: Learning rates from this one on may be too large.
LARGE_RATE = 0.01


def likely_causes(
    config: ExperimentConfig, network: Network, metrics: StepMetrics, first_loss: float
) -> tuple[Reason, ...]:
    """The likely causes, the most likely first; never empty.

    Args:
        network: as it is after the last step.
        metrics: of the last step.
        first_loss: the loss of the first batch, before any step.
    """
    causes = (
        *_of_initial_weights(config, network, metrics, first_loss),
        *_of_penalty_on_activations(network),
        *_of_steps(config, network, metrics),
        *_of_growth(config, metrics),
    )
    text = f"numbers became too large for {config.dtype}"
    return causes or (Reason("numbers_too_large", text, dtype=config.dtype),)


def _is_before_any_step(metrics: StepMetrics) -> bool:
    """Whether the initial weights gave the loss that is not finite. After an only iteration with a finite loss it may
    be that of the last evaluation, which measures the weights after the step."""
    return metrics.iteration == 1 and not math.isfinite(metrics.loss)


def _of_initial_weights(
    config: ExperimentConfig, network: Network, metrics: StepMetrics, first_loss: float
) -> Iterator[Reason]:
    guess = math.log(network.logits.shape[1])
    if not (_is_before_any_step(metrics) or first_loss > FIRST_LOSS * guess):
        return
    initializer = config.network.initializer
    name, std = initializer["name"], initializer.get("std")
    too_large = "the initial weights, {}, are too large for this network".format
    if std is None:
        yield Reason("first_weights", too_large(name), initializer=name)
    else:
        yield Reason("first_weights_std", too_large(f"{name} (std {std:g})"), initializer=name, std=std)


def _of_penalty_on_activations(network: Network) -> Iterator[Reason]:
    if strengths := network.activity_penalties:
        l1, l2 = (max(values) for values in zip(*strengths, strict=True))
        text = f"the penalty on activations (l1 {l1:g}, l2 {l2:g}) is too strong"
        yield Reason("activity_penalty", text, l1=l1, l2=l2)


def _of_steps(config: ExperimentConfig, network: Network, metrics: StepMetrics) -> Iterator[Reason]:
    rate, l2 = metrics.learning_rate, network.penalty.l2
    if _is_before_any_step(metrics):
        return
    if config.optimizer["name"] == "sgd" and rate * l2 > 2:  # other optimizers have other bounds, or none
        product = f"the learning rate {rate:g} times l2 {l2:g}"
        text = f"{product} is above 2, so the penalty makes the weights larger at each step"
        yield Reason("penalty_too_strong", text, learning_rate=rate, l2=l2)
    if rate >= LARGE_RATE:
        text = f"the learning rate {rate:g} is too large for this network"
        yield Reason("learning_rate_too_large", text, learning_rate=rate)


def _of_growth(config: ExperimentConfig, metrics: StepMetrics) -> Iterator[Reason]:
    is_finite = all(
        map(math.isfinite, metrics.weight_norms)
    )  # the maximum of NaN and others depends on their order
    largest = max(metrics.weight_norms, default=0.0) if is_finite else math.inf
    if largest > LARGE_NORM:
        norm = float(f"{largest:.3g}") if is_finite else "∞"
        text = f"the weights have grown without bound (norm {largest:.3g})"
        yield Reason("weights_grown", text, norm=norm)
    if config.training.clip_norm is None and config.training.clip_value is None:
        yield Reason("not_clipped", "the gradients are not clipped")
