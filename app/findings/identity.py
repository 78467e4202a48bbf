"""What a training computes, as digests: two with the same identity are the same experiment, apart from where their
forks are and how they are called."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.jobs.fork import by_hand
from app.trainings import Training
from engine import ExperimentConfig
from engine.findings import Remedy
from engine.findings.remedies import applied
from engine.live import as_changed

#: `launch` or `fork`, and the digests of the experiments that are trained, one after the other.
Identity = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A remedy for a training.

    Attributes:
        document: the complete experiment that tries it.
        identity: of the training that tries it.
    """

    remedy: Remedy
    document: dict[str, Any]
    identity: Identity


def offer(training: Training, iteration: int, config: ExperimentConfig, remedy: Remedy) -> Offer:
    """What a remedy would be for a training that follows an experiment at an iteration."""
    document = applied(config, remedy.changes).to_dict()
    if remedy.kind == "launch":
        return Offer(remedy, document, ("launch", digest(document)))
    before = [digest(stretch["config"]) for stretch in training.stretches if stretch["until"] < iteration]
    return Offer(remedy, document, ("fork", *before, digest(config.to_dict()), digest(document)))


def identity_of(training: Training) -> Identity:
    """What a training computes. One that was changed by hand is like no other."""
    if any(note["kind"] == "live" for note in training.annotations):
        return ("changed", training.id)
    before = [digest(stretch["config"]) for stretch in training.stretches]
    return ("fork" if before else "launch", *before, digest(training.config))


def experiment_at(training: Training, iteration: int) -> ExperimentConfig:
    """The experiment that a training follows at an iteration: that before the next fork, with what was changed by hand
    by then."""
    stretch_then = next((stretch for stretch in training.stretches if stretch["until"] >= iteration), None)
    if stretch_then is not None:
        return ExperimentConfig.from_dict(stretch_then["config"], stored=True)
    changed = as_changed(training.config, by_hand(training, iteration))
    return ExperimentConfig.from_dict(changed, stored=True)


def digest(config: Mapping[str, Any]) -> str:
    """Of an experiment without its name."""
    text = json.dumps({**config, "name": ""}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
