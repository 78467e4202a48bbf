"""What optimizers do, each by its formula and in place; that both are the same is in test_fast.py."""

import numpy as np
import pytest

from engine.fast import optimizers as fast_optimizers
from engine.fast.optimizers import FAST
from engine.fields import parse_named
from engine.optimizers import FIELDS, OPTIMIZERS, clip_by_norm, make_optimizer

STEPS = 50
both = pytest.mark.parametrize("kinds", [OPTIMIZERS, FAST], ids=["formula", "in place"])


def settings(name, **changes):
    return parse_named(FIELDS, {"name": name, **changes}, "optimizer")


def trajectory(config, kinds, dtype=np.float64):
    """Positions on a bowl with random gradients on top, the same ones for each optimizer."""
    generator = np.random.default_rng(3)
    w = generator.standard_normal(12).astype(dtype)
    optimizer = make_optimizer(config, w, kinds)
    for _ in range(STEPS):
        g = (w + 0.3 * generator.standard_normal(12)).astype(dtype)
        yield w.copy(), g.copy()
        optimizer.step(w, g, config["learning_rate"])
    yield w.copy(), None


@both
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_single_precision_stays_close_to_double(name, kinds):
    config = settings(name, learning_rate=0.01)
    single = list(trajectory(config, kinds, np.float32))[-1][0]
    double = list(trajectory(config, kinds))[-1][0]
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, double, rtol=1e-4, atol=1e-5)


@both
def test_adams_first_step_is_the_learning_rate_whatever_the_gradient(kinds):
    for scale in (1e-3, 1.0, 1e3):
        w, g = np.zeros(3), scale * np.array([1.0, -2.0, 3.0])
        make_optimizer(settings("adam", epsilon=1e-12), w, kinds).step(w, g, 0.01)
        np.testing.assert_allclose(w, [-0.01, 0.01, -0.01], rtol=1e-6)


@both
def test_momentum_by_hand(kinds):
    w = np.array([1.0])
    optimizer = make_optimizer(settings("momentum", momentum=0.5), w, kinds)
    optimizer.step(w, np.array([2.0]), 0.1)  # v = -0.2
    optimizer.step(w, np.array([2.0]), 0.1)  # v = -0.1 - 0.2 = -0.3
    assert w.item() == pytest.approx(0.5)


@both
def test_adamw_decays_weights_that_have_no_gradient(kinds):
    w = np.array([2.0])
    make_optimizer(settings("adamw", weight_decay=0.1), w, kinds).step(w, np.array([0.0]), 0.5)
    assert w.item() == pytest.approx(2.0 * (1 - 0.05))


def test_clipping_keeps_the_direction_and_leaves_short_gradients_alone():
    gradient = np.array([3.0, 4.0])
    clip_by_norm(gradient, 10)
    np.testing.assert_array_equal(gradient, [3, 4])
    clip_by_norm(gradient, 1)
    np.testing.assert_allclose(gradient, [0.6, 0.8])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_long_vector_stepped_in_parts_takes_the_same_steps(name, monkeypatch):
    config = settings(name)
    whole = list(trajectory(config, FAST))
    monkeypatch.setattr(fast_optimizers, "LARGE", 8)
    monkeypatch.setattr(fast_optimizers, "PART", 5)
    for (w, _), (expected, _) in zip(trajectory(config, FAST), whole, strict=True):
        np.testing.assert_array_equal(w, expected)
