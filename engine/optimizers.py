"""Optimizers: how a gradient becomes a step, on one flat parameter vector.

Contract: `optimizer.step(w, g, learning_rate)` changes `w` in place; `g` is ∂L/∂w of the same shape and may be
overwritten. t counts steps from 1.

These are the formulas of the papers. The trainer takes the same steps without allocating an array for each operation
(`engine.fast.optimizers`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.fields import Field
from engine.norms import euclidean_norm


class Optimizer:
    """Base: state arrays by name, so that all of them can be listed, saved and restored."""

    #: names of the state arrays
    slots: Sequence[str] = ()

    def __init__(self, parameters: Array, **hyperparameters: float) -> None:
        self.t = 0
        self.state: dict[str, Array] = {name: np.zeros_like(parameters) for name in self.slots}
        self.hyperparameters = hyperparameters

    def step(self, w: Array, g: Array, learning_rate: float) -> None:
        self.t += 1
        self.update(w, g, learning_rate, **self.state, **self.hyperparameters)

    def update(self, w: Array, g: Array, learning_rate: float, *args: Any, **kwargs: Any) -> None:
        raise TypeError("an optimizer defines update")  # pragma: no cover

    def take_over(self, other: Optimizer) -> None:
        """Go on where `other` is. It is of the same class and for as many parameters, but may have other
        hyperparameters."""
        self.t = other.t
        for name, array in self.state.items():
            array[...] = other.state[name]


class SGD(Optimizer):
    """w ← w - ηg."""

    def update(self, w: Array, g: Array, learning_rate: float) -> None:
        w -= learning_rate * g


class Momentum(Optimizer):
    """v ← μv - ηg, w ← w + v (Polyak 1964)."""

    slots = ("v",)

    def update(self, w: Array, g: Array, learning_rate: float, v: Array, momentum: float) -> None:
        v[:] = momentum * v - learning_rate * g
        w += v


class Nesterov(Optimizer):
    """v ← μv - ηg, w ← w + μv - ηg: as if the gradient was computed after the next move along v (Sutskever et al. 2013,
    in Bengio's form)."""

    slots = ("v",)

    def update(self, w: Array, g: Array, learning_rate: float, v: Array, momentum: float) -> None:
        v[:] = momentum * v - learning_rate * g
        w += momentum * v - learning_rate * g


class AdaGrad(Optimizer):
    """h ← h + g², w ← w - ηg / (√h + ε): steps shrink where gradients were large (Duchi et al. 2011)."""

    slots = ("h",)

    def update(self, w: Array, g: Array, learning_rate: float, h: Array, epsilon: float) -> None:
        h += g**2
        w -= learning_rate * g / (np.sqrt(h) + epsilon)


class RMSProp(Optimizer):
    """h ← ρh + (1-ρ)g², w ← w - ηg / (√h + ε): AdaGrad that forgets (Tieleman & Hinton 2012)."""

    slots = ("h",)

    def update(self, w: Array, g: Array, learning_rate: float, h: Array, rho: float, epsilon: float) -> None:
        h[:] = rho * h + (1 - rho) * g**2
        w -= learning_rate * g / (np.sqrt(h) + epsilon)


class Adadelta(Optimizer):
    """Δ = g √(u + ε) / √(h + ε), w ← w - ηΔ, with running means h of g² and u of Δ² (Zeiler 2012)."""

    slots = ("h", "u")

    def update(
        self, w: Array, g: Array, learning_rate: float, h: Array, u: Array, rho: float, epsilon: float
    ) -> None:
        h[:] = rho * h + (1 - rho) * g**2
        delta = g * np.sqrt(u + epsilon) / np.sqrt(h + epsilon)
        u[:] = rho * u + (1 - rho) * delta**2
        w -= learning_rate * delta


class Adam(Optimizer):
    """m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², w ← w - η m̂ / (√v̂ + ε) (Kingma & Ba 2015).

    m̂ = m / (1-β₁ᵗ) and v̂ = v / (1-β₂ᵗ) make up for means that begin at 0.
    """

    slots = ("m", "v")

    def update(
        self, w: Array, g: Array, learning_rate: float, m: Array, v: Array, beta1: float, beta2: float,
        epsilon: float,
    ) -> None:  # fmt: skip
        m[:] = beta1 * m + (1 - beta1) * g
        v[:] = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**self.t)
        v_hat = v / (1 - beta2**self.t)
        w -= learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)


class AdamW(Adam):
    """Adam with the weight decay w ← w - ηδw, which is apart from the gradient (Loshchilov & Hutter 2019)."""

    def update(self, w: Array, g: Array, learning_rate: float, *args: Any, **kwargs: Any) -> None:
        weight_decay = kwargs.pop("weight_decay")
        w -= learning_rate * weight_decay * w
        super().update(w, g, learning_rate, *args, **kwargs)


class Nadam(Optimizer):
    """Adam with Nesterov's look ahead (Dozat 2016, without its schedule of β₁).

    w ← w - η (β₁ m / (1-β₁ᵗ⁺¹) + (1-β₁) g / (1-β₁ᵗ)) / (√v̂ + ε).
    """

    slots = ("m", "v")

    def update(
        self, w: Array, g: Array, learning_rate: float, m: Array, v: Array, beta1: float, beta2: float,
        epsilon: float,
    ) -> None:  # fmt: skip
        m[:] = beta1 * m + (1 - beta1) * g
        v[:] = beta2 * v + (1 - beta2) * g**2
        ahead = beta1 * m / (1 - beta1 ** (self.t + 1)) + (1 - beta1) * g / (1 - beta1**self.t)
        v_hat = v / (1 - beta2**self.t)
        w -= learning_rate * ahead / (np.sqrt(v_hat) + epsilon)


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adadelta": Adadelta,
    "adam": Adam,
    "adamw": AdamW,
    "nadam": Nadam,
}


LEARNING_RATE = Field("learning_rate", "number", 0.01, exclusive_minimum=0, maximum=10_000, scale="log")


def _rate(default: float) -> Field:
    return replace(LEARNING_RATE, default=default)


_MOMENTUM = Field("momentum", "number", 0.9, minimum=0, maximum=0.9999)
# a much smaller one is 0 in float32, and then a weight without a gradient gives 0/0
_EPSILON = Field("epsilon", "number", 1e-7, minimum=1e-12, maximum=1, scale="log", stored_above=0)
_BETAS = (
    Field("beta1", "number", 0.9, minimum=0, maximum=0.9999),
    Field("beta2", "number", 0.999, minimum=0, maximum=0.999999),
)

FIELDS: dict[str, Sequence[Field]] = {
    "sgd": (_rate(0.01),),
    "momentum": (_rate(0.01), _MOMENTUM),
    "nesterov": (_rate(0.01), _MOMENTUM),
    "adagrad": (_rate(0.01), _EPSILON),
    "rmsprop": (_rate(0.001), Field("rho", "number", 0.9, minimum=0, maximum=0.9999), _EPSILON),
    "adadelta": (_rate(1.0), Field("rho", "number", 0.95, minimum=0, maximum=0.9999), _EPSILON),
    "adam": (_rate(0.001), *_BETAS, _EPSILON),
    "adamw": (
        _rate(0.001),
        *_BETAS,
        _EPSILON,
        Field("weight_decay", "number", 0.01, minimum=0, maximum=10, scale="log"),
    ),
    "nadam": (_rate(0.001), *_BETAS, _EPSILON),
}


def clip_by_norm(gradient: Array, limit: float) -> None:
    """If the Euclidean norm of a gradient is above `limit`, scale the gradient down to this norm (Pascanu et al.
    2013)."""
    norm = euclidean_norm(gradient)
    if norm > limit:
        gradient *= limit / norm


def make_optimizer(
    config: dict[str, Any], parameters: Array, kinds: Mapping[str, type[Optimizer]] = OPTIMIZERS
) -> Optimizer:
    """The optimizer that `config` (`{"name", "learning_rate", ...}`) names; the rate is given at each step.

    Args:
        kinds: by name; those in this file, or those in `engine.fast.optimizers`.
    """
    rest = {name: value for name, value in config.items() if name not in ("name", "learning_rate")}
    return kinds[config["name"]](parameters, **rest)
