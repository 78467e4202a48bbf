"""The verdict: which configuration is the best, and whether that is more than luck.

Each configuration is compared with the best one, by pairs: trials of the same seed and the same fold. So what a seed or
a fold does to both of them cancels out. The mean difference has a 95 % interval by Student's t.

**Folds are not independent**: their trainings share examples, so the plain t-test finds too many differences. With k
folds the variance of a mean of n differences is taken as s² (1/n + 1/(k-1)) in place of s²/n (Nadeau and Bengio,
"Inference for the generalization error", 2003; for repeated folds Bouckaert and Frank, 2004).

**A winner must be better than each other configuration**, every time with an interval that does not contain 0. To claim
all of several things at once, each may be tested at the full level (intersection-union test; Berger, 1982): if none
is truly the best, at most about one study in twenty names a winner, however many configurations it compares. The
single comparisons of a table are another question: of twenty equal configurations, one looks worse than the best more
often than that. For these there are probabilities by Holm's method (1979), over all comparisons with the best.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.studies.student import quantile, two_sided

#: With fewer pairs there is no verdict.
MIN_PAIRS = 6
#: The probability with which an interval contains the true mean.
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Difference:
    """A configuration minus the best one, over their common pairs. `low` and `high` bound the 95 % interval; `p` is the
    probability of a difference at least as large between equal ones; all three are None with one pair. `p_holm` is
    `p` corrected by Holm's method for the number of comparisons with the best one."""

    mean: float
    low: float | None
    high: float | None
    pairs: int
    p: float | None
    p_holm: float | None = None

    @property
    def tied(self) -> bool:
        """Whether neither of the two is shown to be better: too few pairs, or 0 lies in the interval."""
        return self.pairs < MIN_PAIRS or self.low is None or self.high is None or self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    Attributes:
        kind: "winner", "tie", "few" (too few pairs), "alone" (nothing to compare with) or "none" (nothing measured).
        best: the index of the best configuration in the scores; None: there is none.
        tied: the indices of the configurations that are not shown to be worse than the best one.
        pairs: the fewest common pairs of a comparison.
        differences: by index; None of the best, and of those without common pairs.
    """

    kind: str
    best: int | None
    tied: tuple[int, ...]
    pairs: int
    differences: tuple[Difference | None, ...]


def spread_of(scores: NDArray[np.float64]) -> float | None:
    """The standard deviation of `scores`, one for each pair (1-D). None if there are fewer than two."""
    return float(scores.std(ddof=1)) if len(scores) > 1 else None


def interval(scores: NDArray[np.float64], folds: int | None) -> tuple[float, float] | None:
    """The 95 % interval of a mean of scores or differences (1-D); None: fewer than two.

    Args:
        folds: how many there are of the training examples; None: all pairs differ by their seeds alone.
    """
    spread = spread_of(scores)
    if spread is None:
        return None
    reach = quantile((1 + LEVEL) / 2, len(scores) - 1) * spread * _factor(len(scores), folds)
    mean = float(scores.mean())
    return mean - reach, mean + reach


def judge(
    scores: NDArray[np.float64],
    *,
    higher_is_better: bool,
    folds: int | None = None,
    failed: Sequence[int] | None = None,
) -> Verdict:
    """Compare configurations.

    Args:
        scores: (configurations, pairs); NaN where nothing is measured yet.
        folds: how many there are of the training examples; None: no folds.
        failed: how many trials of each configuration failed; of equal means, that with fewer is better.
    """
    best = best_of(scores, higher_is_better=higher_is_better, failed=failed)
    if best is None:
        return Verdict("none", None, (), 0, (None,) * len(scores))
    measured = ~np.isnan(scores)
    differences = [
        None if index == best else _compare(row[both] - scores[best][both], folds)
        for index, (row, both) in enumerate(zip(scores, measured & measured[best], strict=True))
    ]
    if len(scores) == 1:
        return Verdict("alone", best, (), int(measured[best].sum()), tuple(differences))
    adjusted = _holm([None if difference is None else difference.p for difference in differences])
    all_differences = tuple(
        difference and replace(difference, p_holm=p_holm)
        for difference, p_holm in zip(differences, adjusted, strict=True)
    )
    others = [(index, difference) for index, difference in enumerate(all_differences) if index != best]
    pairs = min(0 if difference is None else difference.pairs for _, difference in others)
    sign = 1.0 if higher_is_better else -1.0
    tied = tuple(
        index
        for index, difference in others
        if difference is None or difference.tied or sign * difference.mean > 0
    )
    kind = "few" if pairs < MIN_PAIRS else "tie" if tied else "winner"
    return Verdict(kind, best, tied, pairs, all_differences)


def best_of(
    scores: NDArray[np.float64], *, higher_is_better: bool, failed: Sequence[int] | None = None
) -> int | None:
    """The index of the configuration with the best mean; None: nothing is measured.

    Candidates have at least half as many pairs as the one with the most. Their means are over the pairs that all of
    them have. If there are no such pairs, those with the most pairs are compared, each by all its pairs.
    """
    measured = ~np.isnan(scores)
    counts = measured.sum(axis=1)
    if not counts.size or not counts.max():
        return None
    candidates = np.flatnonzero(2 * counts >= counts.max())
    common = measured[candidates].all(axis=0)
    if not common.any():
        candidates, common = np.flatnonzero(counts == counts.max()), np.ones_like(common)
    means = np.nanmean(scores[np.ix_(candidates, common)], axis=1)
    failures = np.zeros(len(candidates)) if failed is None else np.asarray(failed)[candidates]
    # the last key counts most; of equal ones, the first configuration is taken
    return int(candidates[np.lexsort((failures, -means if higher_is_better else means))[0]])


def _compare(differences: NDArray[np.float64], folds: int | None) -> Difference | None:
    count = len(differences)
    if not count:
        return None
    mean, bounds = float(differences.mean()), interval(differences, folds)
    if bounds is None:
        return Difference(mean, None, None, count, None)
    error = float(differences.std(ddof=1)) * _factor(count, folds)
    without_spread = 1.0 if mean == 0 else 0.0
    p = two_sided(mean / error, count - 1) if error else without_spread
    return Difference(mean, *bounds, count, p)


def _factor(pairs: int, folds: int | None) -> float:
    """By what the standard deviation of pairs is multiplied to be that of their mean."""
    return math.sqrt(1 / pairs + (0 if folds is None else 1 / (folds - 1)))


def _holm(probabilities: Sequence[float | None]) -> list[float | None]:
    ranked = sorted((p, index) for index, p in enumerate(probabilities) if p is not None)
    adjusted: list[float | None] = [None] * len(probabilities)
    before = 0.0
    for rank, (p, index) in enumerate(ranked):
        before = max(before, min(1.0, (len(ranked) - rank) * p))
        adjusted[index] = before
    return adjusted
