"""Each optimizer against its formula, written out plainly in float64."""

import itertools

import numpy as np
import pytest

from engine import optimizers
from engine.fields import parse_named
from engine.optimizers import FIELDS, OPTIMIZERS, clip_by_norm, make_optimizer

STEPS = 50


def settings(name, **changes):
    return parse_named(FIELDS, {"name": name, **changes}, "optimizer")


def trajectory(config, dtype=np.float64):
    """Positions on a bowl with random gradients on top, the same ones for everybody."""
    generator = np.random.default_rng(3)
    w = generator.standard_normal(12).astype(dtype)
    optimizer = make_optimizer(config, w)
    for _ in range(STEPS):
        g = (w + 0.3 * generator.standard_normal(12)).astype(dtype)
        yield w.copy(), g.copy()
        optimizer.step(w, g, config["learning_rate"])
    yield w.copy(), None


def reference(name, c, w, g, s, t):
    """One textbook step; `s` is a dictionary for state."""
    lr = c["learning_rate"]
    zero = np.zeros_like(w)
    match name:
        case "sgd":
            return w - lr * g
        case "momentum":
            s["v"] = c["momentum"] * s.get("v", zero) - lr * g
            return w + s["v"]
        case "nesterov":
            s["v"] = c["momentum"] * s.get("v", zero) - lr * g
            return w + c["momentum"] * s["v"] - lr * g
        case "adagrad":
            s["h"] = s.get("h", zero) + g**2
            return w - lr * g / (np.sqrt(s["h"]) + c["epsilon"])
        case "rmsprop":
            s["h"] = c["rho"] * s.get("h", zero) + (1 - c["rho"]) * g**2
            return w - lr * g / (np.sqrt(s["h"]) + c["epsilon"])
        case "adadelta":
            s["h"] = c["rho"] * s.get("h", zero) + (1 - c["rho"]) * g**2
            delta = np.sqrt(s.get("u", zero) + c["epsilon"]) / np.sqrt(s["h"] + c["epsilon"]) * g
            s["u"] = c["rho"] * s.get("u", zero) + (1 - c["rho"]) * delta**2
            return w - lr * delta
        case "adam" | "adamw" | "nadam":
            b1, b2 = c["beta1"], c["beta2"]
            s["m"] = b1 * s.get("m", zero) + (1 - b1) * g
            s["v"] = b2 * s.get("v", zero) + (1 - b2) * g**2
            mhat, vhat = s["m"] / (1 - b1**t), s["v"] / (1 - b2**t)
            if name == "adamw":
                w = w - lr * c["weight_decay"] * w
            if name == "nadam":
                mhat = b1 * s["m"] / (1 - b1 ** (t + 1)) + (1 - b1) * g / (1 - b1**t)
            return w - lr * mhat / (np.sqrt(vhat) + c["epsilon"])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fifty_steps_are_those_of_the_formula(name):
    config, state = settings(name, learning_rate=0.05), {}
    path = list(trajectory(config))
    for t, ((w, g), (moved, _)) in enumerate(itertools.pairwise(path), 1):
        np.testing.assert_allclose(moved, reference(name, config, w, g, state, t), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_single_precision_stays_close_to_double(name):
    config = settings(name, learning_rate=0.01)
    single = list(trajectory(config, np.float32))[-1][0]
    double = list(trajectory(config))[-1][0]
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, double, rtol=1e-4, atol=1e-5)


def test_adams_first_step_is_the_learning_rate_whatever_the_gradient():
    for scale in (1e-3, 1.0, 1e3):
        w, g = np.zeros(3), scale * np.array([1.0, -2.0, 3.0])
        make_optimizer(settings("adam", epsilon=1e-12), w).step(w, g, 0.01)
        np.testing.assert_allclose(w, [-0.01, 0.01, -0.01], rtol=1e-6)


def test_momentum_by_hand():
    w = np.array([1.0])
    optimizer = make_optimizer(settings("momentum", momentum=0.5), w)
    optimizer.step(w, np.array([2.0]), 0.1)  # v = -0.2
    optimizer.step(w, np.array([2.0]), 0.1)  # v = -0.1 - 0.2 = -0.3
    assert w.item() == pytest.approx(0.5)


def test_adamw_decays_weights_that_have_no_gradient():
    w = np.array([2.0])
    make_optimizer(settings("adamw", weight_decay=0.1), w).step(w, np.array([0.0]), 0.5)
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
    whole = list(trajectory(config))
    monkeypatch.setattr(optimizers, "LARGE", 8)
    monkeypatch.setattr(optimizers, "PART", 5)
    for (w, _), (expected, _) in zip(trajectory(config), whole, strict=True):
        np.testing.assert_array_equal(w, expected)
