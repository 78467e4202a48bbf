"""A study and its trials as they are stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class StoredTrial:
    """A trial that has begun.

    Attributes:
        number: in the study's plan.
        training_id: None: there was nothing to train, as its values do not go together.
        remembered: whether its training was there before.
        status: of its training when it had ended; None: it goes on.
        score: its metric; None: none.
        seconds: of training.
        iteration: how far it came.
        reason: why it failed.
    """

    number: int
    training_id: str | None
    remembered: bool
    status: str | None = None
    score: float | None = None
    seconds: float = 0.0
    iteration: int = 0
    reason: str | None = None


@dataclass(slots=True)
class StoredStudy:
    """A study. Times are Unix seconds.

    Attributes:
        document: as `engine.studies.StudyConfig` gives it.
        configurations: the new ones of each stage that is known; see `engine.studies.plan`.
        owner: who began it in a class.
        test: `{"configuration", "scores"}`, the accuracies of the best one on the test examples; None: not measured.
    """

    id: str
    name: str
    document: dict[str, Any]
    status: str
    created_at: float
    number: int = 0
    configurations: list[list[dict[str, Any]]] = field(default_factory=list)
    reason: str | None = None
    owner: str | None = None
    shared: bool = False
    finished_at: float | None = None
    test: dict[str, Any] | None = None
    trials: list[StoredTrial] = field(default_factory=list)
