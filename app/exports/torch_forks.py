"""Forks in a PyTorch script: those that change nothing but what can be changed by hand, and the length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.errors import Invalid
from app.exports.recording import Recording
from app.exports.script import live_changes
from engine.live import as_changed, dropout_rate
from engine.reasons import Reason


def without_forks(recording: Recording) -> tuple[dict[str, Any], dict[int, dict[str, float]]]:
    """One experiment that trains all of a run, and what changes in it on the way, by iteration.

    Raises:
        Invalid: a fork changes something else.
    """
    stretches = recording.run["stretches"]
    live = live_changes(recording.run["annotations"])
    changes: dict[int, dict[str, float]] = {}
    parts = [*(stretch["config"] for stretch in stretches), recording.config]
    for stretch, before, after in zip(stretches, parts, parts[1:], strict=False):
        until = stretch["until"]
        if stretch["seed"] is not None:
            raise _impossible(until, "seed")
        changes[until] = values = _settings(after)
        by_hand = {name for iteration, made in live.items() if iteration < until for name in made}
        if before["network"] == after["network"] and "dropout" not in by_hand:
            values.pop("dropout", None)  # layers may have several rates
        _demand_equal(until, _stripped(as_changed(before, values)), _stripped(after))
    for iteration, made in live.items():
        changes[iteration] = {**changes.get(iteration, {}), **made}
    first = {**parts[0], "name": recording.config["name"]}
    for name in ("iterations", "epochs"):
        first["training"] = {k: v for k, v in first["training"].items() if k != name}
    length = {k: v for k, v in recording.config["training"].items() if k in ("iterations", "epochs")}
    return {**first, "training": {**length, **first["training"]}}, changes


def _settings(document: Mapping[str, Any]) -> dict[str, float]:
    """What can be changed by hand, as an experiment has it."""
    regularization = document["regularization"]
    values = {
        "learning_rate": document["optimizer"]["learning_rate"],
        "l1": regularization["l1"],
        "l2": regularization["l2"],
    }
    rate = dropout_rate(document["network"]["layers"])
    return values if rate is None else {**values, "dropout": rate}


def _stripped(document: Mapping[str, Any]) -> dict[str, Any]:
    """An experiment without its name, and without its length where nothing but the end depends on that."""
    training = dict(document["training"])
    if training["schedule"] is None and training["early_stopping"] is None:
        training = {k: v for k, v in training.items() if k not in ("iterations", "epochs")}
    return {**document, "name": "", "training": training}


def _demand_equal(until: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for section, values in after.items():
        if values == before[section]:
            continue
        names = values if isinstance(values, Mapping) and isinstance(before[section], Mapping) else ()
        other = next((name for name in names if values[name] != before[section].get(name)), None)
        raise _impossible(until, section if other is None else f"{section}.{other}")


def _impossible(until: int, field: str) -> Invalid:
    text = (
        f"this run was forked at iteration {until:,}, where {field} changes; a PyTorch script can change only learning"
        " rate, penalties, dropout and length on the way. The script for the lab's own engine can replay the fork"
    )
    return Invalid(Reason("fork_not_in_torch", text, iteration=until), code="fork_not_in_torch", field=field)
