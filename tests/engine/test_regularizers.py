"""L1 and L2: the penalty and its gradient."""

import numpy as np
import pytest

from engine.regularizers import Penalty
from tests.engine.gradients import numerical_gradient, relative_error


@pytest.mark.parametrize(("l1", "l2"), [(0.1, 0.0), (0.0, 0.3), (0.1, 0.3)])
def test_the_gradient_is_that_of_the_penalty(l1, l2):
    weights = np.random.default_rng(0).standard_normal(20)
    penalty = Penalty(l1, l2, weights)
    gradient = np.zeros(20)
    penalty.add(weights, gradient)
    numerical = numerical_gradient(lambda: penalty.add(weights, np.zeros(20)), weights)
    assert relative_error(gradient, numerical) <= 1e-6


def test_l2_is_half_the_square_and_l1_the_sum():
    weights = np.array([3.0, -4.0])
    assert Penalty(0, 0.1, weights).add(weights, np.zeros(2)) == pytest.approx(0.05 * 25)
    assert Penalty(0.1, 0, weights).add(weights, np.zeros(2)) == pytest.approx(0.7)


def test_the_gradient_of_the_penalty_is_added_to_the_given_gradient():
    weights, gradient = np.array([2.0, -2.0]), np.array([1.0, 1.0])
    Penalty(0.5, 0.1, weights).add(weights, gradient)
    np.testing.assert_allclose(gradient, [1 + 0.5 + 0.2, 1 - 0.5 - 0.2])
