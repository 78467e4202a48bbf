"""When a finding holds: not at each row at which a fault is there, but while it stays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.findings.rows import Numbers
from engine.findings.rule import Look


@dataclass(frozen=True, slots=True)
class FindingHistory:
    """At which rows one finding held.

    Attributes:
        look: what the finding's rule saw.
        held: for each row, whether the finding held.
        since: the index of the first of the consecutive rows after which it came the last time; -1: it never came.
        seen: the index of the last row at which the fault was there; -1: at none.
    """

    look: Look
    held: NDArray[np.bool_]
    since: int
    seen: int

    @property
    def holds(self) -> bool:
        """Whether it holds at the last row."""
        return bool(self.held[-1])

    @property
    def held_once(self) -> bool:
        """Whether it held at any row."""
        return self.since >= 0


def history_of(look: Look, faulty: NDArray[np.bool_], rows: int) -> FindingHistory:
    """A finding comes after `rows` consecutive rows at which the fault is there, and goes after as many at which it is
    not. Whether it holds at a row depends on that row and those before it alone.

    Args:
        faulty: for each row, whether the fault is there and not explained by another finding.
    """
    held = np.zeros(len(faulty), bool)
    since = -1
    holds = False
    edges = np.flatnonzero(np.diff(faulty)) + 1
    for begin, end in zip([0, *edges], [*edges, len(faulty)], strict=True):
        changes = faulty[begin] != holds and end - begin >= rows
        if changes:
            held[begin : begin + rows - 1] = holds
            held[begin + rows - 1 : end] = not holds
            holds = not holds
            if holds:
                since = int(begin)
        else:
            held[begin:end] = holds
    seen = np.flatnonzero(faulty)
    return FindingHistory(look, held, since, int(seen[-1]) if len(seen) else -1)


def at_iterations(history: FindingHistory, iterations: Numbers) -> NDArray[np.bool_]:
    """For each of `iterations`, which may be those of another stream, whether the finding held at the newest row up to
    there."""
    places = np.searchsorted(history.look.iterations, iterations, side="right") - 1
    return np.where(places >= 0, history.held[places], False)
