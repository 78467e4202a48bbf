"""A rule: the function that sees a fault, its thresholds, and for how many rows the fault must be there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.findings.case import Case
from engine.findings.finding import Remedy, Sample
from engine.findings.rows import Numbers

#: Kinds of values, by which a page writes them: a whole number, a number with some digits, a share of 1 as per cent,
#: a difference of two shares in percentage points, how many times, the name of a layer, names of classes, and `train`,
#: `validation` or `test`.
Kind = Literal["count", "number", "share", "points", "times", "layer", "classes", "part"]
Value = Numbers | NDArray[Any] | float | int | str
Limits = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that a rule compares with, and where it comes from."""

    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a rule sees.

    Attributes:
        iterations: of the rows that it looked at.
        faulty: for each row, whether the fault is there; depends on no later row.
        values: the numbers of the finding: one for each row, or one for all.
        layer: the layer that it is about.
        began: for each row, since which iteration the fault is there; None: since the first of the
            consecutive rows.
    """

    iterations: Numbers
    faulty: NDArray[np.bool_]
    values: Mapping[str, Value]
    sample: Sample
    layer: str | None = None
    began: Numbers | None = None


#: Makes a remedy. Arguments: the case, the iteration at which the finding began, and the iteration now. None: the
#: remedy does not fit this experiment.
MakeRemedy = Callable[[Case, int, int], Remedy | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of fault.

    Attributes:
        look: what it sees; None: there is nothing to look at, as in a network without batch norm.
        values: the placeholders of its texts, with their kinds.
        rows: for how many consecutive rows the fault must be there for the finding to come, and gone for it to go.
        needs: of a rule on evaluations, how many evaluations there must be before it can see the fault at one.
        stream: what its rows are: iterations, evaluations, or measurements (`engine.measuring`).
        card: where the fault is seen.
        opens_at_start: whether the evidence is seen where the fault began, rather than at the moment.
        unless: findings that explain this one: while they hold, it is not a fault of its own.
        never_after: findings that explain it also when they no longer hold.
    """

    code: str
    look: Callable[[Case, Limits], Look | None]
    values: Mapping[str, Kind]
    thresholds: Mapping[str, Threshold]
    rows: int
    stream: Literal["train", "evaluation", "measurement"]
    card: str
    needs: int = 1
    opens_at_start: bool = False
    remedies: Sequence[MakeRemedy] = ()
    unless: Sequence[str] = ()
    never_after: Sequence[str] = ()

    @property
    def limits(self) -> dict[str, float]:
        """The thresholds by name."""
        return {name: threshold.value for name, threshold in self.thresholds.items()}

    @property
    def least_evaluations(self) -> int:
        """The fewest evaluations with which this rule can report a finding. For rules on evaluations only."""
        return self.needs + self.rows - 1
