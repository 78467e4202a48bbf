"""Batch norm and local response norm: gradients, means and variances."""

import numpy as np
import pytest

from engine.layers.batch_norm import BatchNorm
from engine.layers.local_response_norm import LocalResponseNorm
from tests.engine.gradients import bind, check_layer
from tests.engine.image_layers import LayerSteps, images


def batch_norm(shape, momentum=0.9):
    return BatchNorm(shape, momentum=momentum, epsilon=1e-5)


def test_gradients_are_those_of_the_formula_for_features():
    check_layer(bind(batch_norm((5,))), np.random.default_rng(8).standard_normal((7, 5)))


def test_gradients_are_those_of_the_formula_for_channels():
    check_layer(LayerSteps(batch_norm((3, 4, 5))), images(6, (3, 4, 5)))


def test_a_channel_has_mean_0_and_variance_1_before_gamma_and_beta():
    layer = LayerSteps(batch_norm((3, 4, 5)))
    parameters, _ = layer.bound
    parameters["gamma"][...], parameters["beta"][...] = 1, 0
    y = layer.forward(5 + 3 * images(8, (3, 4, 5)), training=True)
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=(0, 2, 3)), 1, rtol=1e-4)


def test_evaluation_uses_running_means_and_leaves_them_alone():
    layer = bind(batch_norm((4,), momentum=0.5))
    x = np.random.default_rng(0).standard_normal((50, 4)) * 3 + 2
    for _ in range(40):
        layer.forward(x, training=True)
    running = {name: array.copy() for name, array in layer.running.items()}
    np.testing.assert_allclose(running["running_mean"], x.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(running["running_variance"], x.var(axis=0, ddof=1), rtol=1e-6)

    parameters, _ = layer.bound
    y = layer.forward(x[:3], training=False)
    normed = (x[:3] - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + 1e-5)
    np.testing.assert_allclose(y, parameters["gamma"] * normed + parameters["beta"], rtol=1e-6)
    for name, array in layer.running.items():
        np.testing.assert_array_equal(array, running[name])


@pytest.mark.parametrize(
    ("channels", "size", "beta"), [(7, 5, 0.75), (3, 5, 0.75), (4, 1, 0.75), (5, 3, 0.6)]
)
def test_gradients_are_those_of_response_normalization(channels, size, beta):
    layer = LocalResponseNorm((channels, 3, 2), size=size, alpha=0.3, beta=beta, k=2.0)
    check_layer(LayerSteps(layer), images(3, (channels, 3, 2)))


def test_response_normalization_divides_by_the_neighbours():
    x = images(2, (6, 3, 3))
    y = LayerSteps(LocalResponseNorm((6, 3, 3), size=3, alpha=0.5, beta=0.75, k=2.0)).forward(
        x, training=False
    )
    squares = np.pad(x**2, ((0, 0), (1, 1), (0, 0), (0, 0)))
    d = 2 + 0.5 * (squares[:, :-2] + squares[:, 1:-1] + squares[:, 2:])
    np.testing.assert_allclose(y, x / d**0.75)


def test_response_normalization_with_the_papers_constants():
    # Krizhevsky et al. 2012, section 3.3: k = 2, n = 5, alpha = 1e-4, beta = 0.75; five neighbours of 100 give
    # 100 / (2 + 1e-4 * 5 * 100^2)^0.75 = 100 / 7^0.75
    x = np.full((1, 9, 1, 1), 100.0)
    y = LayerSteps(LocalResponseNorm((9, 1, 1), size=5, alpha=1e-4, beta=0.75, k=2.0)).forward(
        x, training=False
    )
    np.testing.assert_allclose(y[0, 2:-2, 0, 0], 100 / 7**0.75)
