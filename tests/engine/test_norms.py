"""Norms and penalties that stay right where a sum of squares leaves the range of its numbers."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.fast.elementwise import PenaltyStep
from engine.fast.step import Place
from engine.layers.activity_penalty import ActivityPenalty
from engine.norms import PART, euclidean_norm, squared_norm
from engine.optimizers import clip_by_norm
from engine.regularizers import Penalty

#: The trainer ignores overflows in its steps too.
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")


def exact_norm(x):
    square = sum(Fraction(float(value)) ** 2 for value in x)
    exponent = (square.numerator.bit_length() - square.denominator.bit_length()) // 2 if square else 0
    return math.ldexp(math.sqrt(square / Fraction(4) ** exponent), exponent)


@given(
    dtype=st.sampled_from(["float32", "float64"]),
    values=st.lists(st.floats(-1, 1, width=32), max_size=20),
    exponent=st.integers(-40, 120),
)
@example(dtype="float32", values=[0.8], exponent=-68)  # its square has few digits
@example(dtype="float64", values=[0.8], exponent=-530)
def test_a_norm_is_right_wherever_its_numbers_are(dtype, values, exponent):
    x = np.ldexp(np.array(values, dtype), exponent)
    assert euclidean_norm(x) == pytest.approx(exact_norm(x), rel=1e-5, abs=1e-43)


@pytest.mark.parametrize(("dtype", "large", "small"), [("float32", 1e30, 1e-30), ("float64", 1e200, 1e-200)])
def test_a_norm_beyond_the_square_root_of_the_range_is_a_number(dtype, large, small):
    for value in (large, small):
        x = np.full(2 * PART + 100, value, dtype)
        assert euclidean_norm(x) == pytest.approx(value * math.sqrt(len(x)), rel=1e-6)
    assert squared_norm(np.array([3 * 2.0**90, 4 * 2.0**90], "float32")) == 25 * 2.0**180


def test_a_norm_within_the_range_keeps_its_bits():
    x = np.random.default_rng(0).normal(size=10_000).astype(np.float32)
    assert euclidean_norm(x) == math.sqrt(np.dot(x, x))
    assert squared_norm(x) == float(np.dot(x, x))


def test_values_that_are_not_finite_stay_so():
    assert euclidean_norm(np.array([1, -np.inf], np.float32)) == math.inf
    assert math.isnan(euclidean_norm(np.array([1, np.nan], np.float32)))
    assert euclidean_norm(np.zeros(5, np.float32)) == euclidean_norm(np.zeros(0, np.float32)) == 0


def test_a_gradient_whose_squares_overflow_is_scaled_down_and_not_lost():
    gradient = np.array([3e25, -4e25, 0], np.float32)
    clip_by_norm(gradient, 10)
    np.testing.assert_allclose(gradient, [6, -8, 0], rtol=1e-6)


def test_penalties_of_large_weights_are_numbers():
    weights = np.full(10, 1e38, np.float32)
    penalty = Penalty(1.0, 2.0, weights).add(weights, np.zeros_like(weights))
    assert penalty == pytest.approx(1e77, rel=1e-6)
    layer = ActivityPenalty((5,), l1=1.0, l2=0.0)
    for either in (layer, PenaltyStep(layer, Place(np.dtype(np.float32)))):
        either.forward(np.full((2, 5), 1e38, np.float32), True)
        assert either.penalty == pytest.approx(5e38, rel=1e-6)
