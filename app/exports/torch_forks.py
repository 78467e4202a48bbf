"""Forks in a PyTorch script: the lines that change the settings at the beginning of the first iteration after a
fork."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.errors import Invalid
from app.exports import torch_source
from app.exports.script import literal
from engine import ExperimentConfig
from engine.fork import draws_alike
from engine.layers.residual import dropouts_in
from engine.reasons import Reason
from engine.trainer import STREAMS


def fork_parts(
    stretches: Sequence[Mapping[str, Any]],
    configs: Sequence[ExperimentConfig],
    *,
    schedule: Callable[[dict[str, Any] | None], str],
    optimizer: Callable[[ExperimentConfig], str],
) -> dict[str, str]:
    """The parts of a script that are different when the run was forked, by their names in `torch_source.HEAD`.

    Args:
        configs: of the stretches, and the one after the last fork.
        schedule, optimizer: the source of a schedule's function `factor`, and of an optimizer.

    Raises:
        Invalid: it stops early, which a script with forks does not.
    """
    functions, code = [schedule(configs[0].training.schedule)], ""
    for stretch, before, after in zip(stretches, configs, configs[1:], strict=False):
        until = stretch["until"]
        if before.training.early_stopping or after.training.early_stopping:
            raise _stops_early(until)
        name = f"factor_{until}"
        functions.append(schedule(after.training.schedule).replace("def factor(", f"def {name}("))
        code += f"        if iteration == {until + 1}:  # a fork\n"
        lines = _lines(stretch, before, after, name, optimizer(after))
        code += "".join(f"            {line}\n" for line in lines)
    first = configs[0]
    return {
        "schedule": "\n\n".join(functions),
        "prelude": f"    schedule_factor, length, has_velocity = factor, {first.iterations}, {_has_velocity(first)}\n",
        "forks": code,
        "factor": torch_source.FORKED_FACTOR,
        "rate": torch_source.FORKED_RATE,
        "scale": torch_source.FORKED_SCALE,
        "clip": torch_source.FORKED_CLIP,
    }


def _lines(
    stretch: Mapping[str, Any],
    before: ExperimentConfig,
    after: ExperimentConfig,
    factor_name: str,
    optimizer: str,
) -> list[str]:
    """The statements of a fork."""
    seed, regularization = stretch["seed"], after.regularization
    lines = [
        *f"TRAINING.update({literal(after.to_dict()['training'])})".splitlines(),
        f"rate, l1, l2 = {after.optimizer['learning_rate']!r}, {regularization.l1!r}, {regularization.l2!r}",
        f"schedule_factor, length, has_velocity = {factor_name}, {after.iterations}, {_has_velocity(after)}",
        "state = optimizer.state",
        f"optimizer = {optimizer}",
    ]
    if before.optimizer["name"] == after.optimizer["name"]:
        lines.append("optimizer.state.update(state)")
    rates = [layer.rate for layer in dropouts_in(after.network.built)]
    if rates:
        lines.append("dropouts = [layer for layer in network.modules() if isinstance(layer, nn.Dropout)]")
        lines.append(f"for layer, dropped in zip(dropouts, {rates!r}, strict=True):")
        lines.append("    layer.p = dropped")
    if seed is not None:
        lines.append(f"draw = np.random.default_rng([{seed}, {STREAMS['batches']}])")
        if after.dataset.augment:
            drawn = f"np.random.default_rng([{seed}, {STREAMS['augmentation']}])"
            lines.append(
                f'augmentation = Augmentation(**EXPERIMENT["dataset"]["augment"], generator={drawn})'
            )
    if seed is not None or not draws_alike(before, after):
        lines.append("order = batches(len(train_images), draw)")
    return lines


def _has_velocity(config: ExperimentConfig) -> bool:
    return config.optimizer["name"] in torch_source.VELOCITY


def _stops_early(until: int) -> Invalid:
    text = (
        f"this run was forked at iteration {until:,} and stops early, and a PyTorch script cannot do both; the script"
        " for the lab's own engine can"
    )
    reason = Reason("fork_not_in_torch", text, iteration=until)
    return Invalid(reason, code="fork_not_in_torch", field="training.early_stopping")
