"""Activations: their derivatives, extreme inputs, and known values."""

import numpy as np
import pytest

from engine.activations import ACTIVATIONS
from engine.layers.activation import ActivationLayer
from tests.engine.gradients import bind, check_layer
from tests.engine.image_layers import LayerSteps


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_derivative_is_that_of_the_value(name):
    x = np.random.default_rng(1).standard_normal((5, 7)) * 2
    x += np.where(x > 0, 0.01, -0.01)  # away from the kink at 0
    check_layer(bind(ActivationLayer((7,), name=name)), x)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_huge_inputs_give_finite_outputs_without_warnings(name, dtype):
    x = np.array([[-1e30, -1e4, -100.0, 0.0, 100.0, 1e4, 1e30]], dtype)
    layer = ActivationLayer((7,), name=name)
    for either in (layer, LayerSteps(layer, dtype=dtype)):
        with np.errstate(all="raise", under="ignore"):
            y = either.forward(x, training=True)
            dx = either.backward(np.ones_like(x))
        assert y.dtype == dx.dtype == dtype
        assert np.isfinite(y).all()
        assert np.isfinite(dx).all()


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("identity", -3.0, -3.0),
        ("sigmoid", 0.0, 0.5),
        ("sigmoid", 2.0, 0.8807970779778823),
        ("tanh", 1.0, 0.7615941559557649),
        ("relu", -1.0, 0.0),
        ("relu", 2.5, 2.5),
        ("leaky_relu", -2.0, -0.02),
        ("elu", -1.0, -0.6321205588285577),
        ("gelu", 1.0, 0.8411919906082768),
        ("softplus", 1.0, 1.3132616875182228),
        ("swish", 1.0, 0.7310585786300049),
    ],
)
def test_known_values(name, x, y):
    given = ActivationLayer((1,), name=name).forward(np.array([[x]]), training=False)
    assert given.item() == pytest.approx(y, rel=1e-12)
