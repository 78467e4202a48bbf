"""The stages of a study: configurations that are trained independently; see `engine.studies.methods`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from engine.studies.space import Values


@dataclass(frozen=True, slots=True)
class Stage:
    """Configurations that are trained without knowing of each other.

    Attributes:
        rung: from 1.
        members: their indices in the list of configurations, from 0.
        new: configurations that are added to the list, before `members` is read.
    """

    rung: int
    members: tuple[int, ...]
    new: tuple[Values, ...] = ()


class Method(Protocol):
    """What decides on the stages of a study, in their order."""

    def next_stage(self, means: Mapping[int, float]) -> Stage | None:
        """What follows; None: nothing.

        Args:
            means: of the stage before: index → mean score, where higher is better; of equal ones, the better one
                comes first. Empty at the beginning.
        """
