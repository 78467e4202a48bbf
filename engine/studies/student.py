"""Student's t distribution, without scipy: probabilities and quantiles.

Both come from the regularized incomplete beta function, computed by its continued fraction (Numerical Recipes, 3rd
edition, 6.4; Lentz's method), which converges to the precision of a double within some hundred steps.
"""

from __future__ import annotations

import functools
import math

_MAX_STEPS = 10_000
_TINY = 1e-300


def two_sided(t: float, degrees: float) -> float:
    """P(|T| ≥ |t|), where T has this many degrees of freedom (more than 0)."""
    if math.isinf(t):
        return 0.0
    return _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))


@functools.lru_cache(maxsize=1024)
def quantile(probability: float, degrees: float) -> float:
    """The t with P(T ≤ t) = `probability` (between 0 and 1), where T has this many degrees of freedom (more than 0)."""
    if probability < 0.5:
        return -quantile(1 - probability, degrees)
    outside = 2 * (1 - probability)  # P(|T| ≥ t) at the t that is looked for; it falls while t grows
    low, high = 0.0, 1.0
    while two_sided(high, degrees) > outside and high < 1e300:
        low, high = high, 2 * high
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if two_sided(middle, degrees) > outside:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """I_x(a, b), for x from 0 to 1."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    # the fraction converges fast only for small x; for a larger one: I_x(a, b) = 1 - I_(1-x)(b, a)
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of I_x(a, b) by Lentz's method. As in the book, `c` and `d` are the ratios of its
    consecutive numerators and denominators, `even` and `odd` its coefficients of 2m and 2m + 1."""
    c, d = 1.0, _inverse(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MAX_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for part in (even, odd):
            d = _inverse(1 + part * d)
            c = _kept_from_zero(1 + part / c)
            change = c * d
            value *= change
        if abs(change - 1) < 1e-15:
            break
    return value


def _inverse(value: float) -> float:
    return 1 / _kept_from_zero(value)


def _kept_from_zero(value: float) -> float:
    return _TINY if abs(value) < _TINY else value
