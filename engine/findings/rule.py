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


#: The names of thresholds that are a number of evaluations, of which a rule takes a mean, a median or a difference.
WINDOW_THRESHOLDS = ("evaluations", "smoothed")


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
        true: for each row, whether the fault is there; depends on no later row.
        values: the numbers of the finding: one for each row, or one for all.
        layer: the layer that it is about.
        began: for each row, since which iteration the fault is there; None: since the first of the
            consecutive rows.
    """

    iterations: Numbers
    true: NDArray[np.bool_]
    values: Mapping[str, Value]
    sample: Sample
    layer: str | None = None
    began: Numbers | None = None


#: Makes a remedy for a case with a finding that began at an iteration, at the moment of another one; None: it does not
#: fit this experiment.
MakeRemedy = Callable[[Case, int, int], Remedy | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of fault.

    Attributes:
        look: what it sees; None: there is nothing to look at, as in a network without batch norm.
        values: the placeholders of its texts, with their kinds.
        rows: for how many consecutive rows the fault must be there for the finding to come, and gone for it to go.
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
        """From how many evaluations on the finding of a rule on evaluations can come: those for which it must hold, and
        those before them that the first one is compared with."""
        window = max((self.limits.get(name, 1) for name in WINDOW_THRESHOLDS), default=1)
        return self.rows + int(window) - 1
