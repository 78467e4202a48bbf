"""Optimizers: how a gradient becomes a step, on one flat parameter vector.

Contract: `optimizer.step(w, g, learning_rate)` changes `w` in place; `g` is ∂L/∂w of the same shape and may be
overwritten. State arrays and scratch are made once. t counts steps from 1.

Every method is a few in-place vector operations over all parameters at once: that, and not a loop over
layers, is what makes a step cheap.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from engine.arrays import Array, empty, zeros
from engine.fields import Field
from engine.norms import euclidean_norm

#: Vectors of at least so many numbers are stepped in parts, which stay in the cache from one operation to the next: a
#: fourth faster. All operations are elementwise, so the parts change nothing; shorter vectors fit as they are.
LARGE = 1 << 20
PART = 1 << 17


class Optimizer:
    """Base: state arrays by name, so that all of them can be listed, saved and restored."""

    #: names of the state arrays
    slots: Sequence[str] = ()

    def __init__(self, parameters: Array, **hyperparameters: float) -> None:
        self.t = 0
        self.state: dict[str, Array] = {
            name: zeros(parameters.shape, parameters.dtype) for name in self.slots
        }
        self._scratch: Array = empty((min(len(parameters), LARGE),), parameters.dtype)
        self.hyperparameters = hyperparameters

    def step(self, w: Array, g: Array, learning_rate: float) -> None:
        self.t += 1
        if len(w) < LARGE:
            self._update(w, g, learning_rate, **self.state, **self.hyperparameters)
            return
        for at in range(0, len(w), PART):
            part = slice(at, at + PART)
            state = {name: array[part] for name, array in self.state.items()}
            self._update(w[part], g[part], learning_rate, **state, **self.hyperparameters)

    def _update(self, w: Array, g: Array, learning_rate: float, *args: Any, **kwargs: Any) -> None:
        raise TypeError("an optimizer defines _update")  # pragma: no cover


class SGD(Optimizer):
    """w ← w - ηg."""

    def _update(self, w: Array, g: Array, learning_rate: float) -> None:
        g *= learning_rate
        w -= g


class Momentum(Optimizer):
    """v ← μv - ηg, w ← w + v (Polyak 1964)."""

    slots = ("v",)

    def _update(self, w: Array, g: Array, learning_rate: float, v: Array, momentum: float) -> None:
        v *= momentum
        g *= learning_rate
        v -= g
        w += v


class Nesterov(Optimizer):
    """v ← μv - ηg, w ← w + μv - ηg: the gradient as if taken ahead (Sutskever et al. 2013, in Bengio's form)."""

    slots = ("v",)

    def _update(self, w: Array, g: Array, learning_rate: float, v: Array, momentum: float) -> None:
        g *= learning_rate
        v *= momentum
        v -= g
        w -= g
        np.multiply(v, momentum, out=g)
        w += g


class AdaGrad(Optimizer):
    """h ← h + g², w ← w - ηg / (√h + ε): steps shrink where gradients were large (Duchi et al. 2011)."""

    slots = ("h",)

    def _update(self, w: Array, g: Array, learning_rate: float, h: Array, epsilon: float) -> None:
        s = self._scratch[: len(w)]
        np.multiply(g, g, out=s)
        h += s
        np.sqrt(h, out=s)
        s += epsilon
        g *= learning_rate
        g /= s
        w -= g


class RMSProp(Optimizer):
    """h ← ρh + (1-ρ)g², w ← w - ηg / (√h + ε): AdaGrad that forgets (Tieleman & Hinton 2012)."""

    slots = ("h",)

    def _update(self, w: Array, g: Array, learning_rate: float, h: Array, rho: float, epsilon: float) -> None:
        s = self._scratch[: len(w)]
        np.multiply(g, g, out=s)
        s *= 1 - rho
        h *= rho
        h += s
        np.sqrt(h, out=s)
        s += epsilon
        g *= learning_rate
        g /= s
        w -= g


class Adadelta(Optimizer):
    """Δ = g √(u + ε) / √(h + ε), w ← w - ηΔ, with running means h of g² and u of Δ² (Zeiler 2012)."""

    slots = ("h", "u")

    def _update(
        self, w: Array, g: Array, learning_rate: float, h: Array, u: Array, rho: float, epsilon: float
    ) -> None:
        s = self._scratch[: len(w)]
        np.multiply(g, g, out=s)
        s *= 1 - rho
        h *= rho
        h += s
        np.add(u, epsilon, out=s)
        g *= np.sqrt(s, out=s)
        np.add(h, epsilon, out=s)
        g /= np.sqrt(s, out=s)
        np.multiply(g, g, out=s)
        s *= 1 - rho
        u *= rho
        u += s
        g *= learning_rate
        w -= g


class Adam(Optimizer):
    """m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², w ← w - η m̂ / (√v̂ + ε) (Kingma & Ba 2015).

    m and v are kept without their factors (1-β), which saves two passes over all parameters; the factors and
    both bias corrections are folded into two scalars: with a = (1-β₁)/(1-β₁ᵗ) and b = √((1-β₂)/(1-β₂ᵗ)),
    m̂ / (√v̂ + ε) = (a/b) m / (√v + ε/b).
    """

    slots = ("m", "v")

    def _update(
        self,
        w: Array,
        g: Array,
        learning_rate: float,
        m: Array,
        v: Array,
        beta1: float,
        beta2: float,
        epsilon: float,
    ) -> None:
        s = self._scratch[: len(w)]
        m *= beta1
        m += g
        g *= g
        v *= beta2
        v += g
        np.sqrt(v, out=s)
        a = (1 - beta1) / (1 - beta1**self.t)
        b = math.sqrt((1 - beta2) / (1 - beta2**self.t))
        s += epsilon / b
        np.divide(m, s, out=s)
        s *= learning_rate * a / b
        w -= s


class AdamW(Adam):
    """Adam whose weight decay w ← w - ηδw stands beside the gradient, not in it (Loshchilov & Hutter 2019)."""

    def _update(self, w: Array, g: Array, learning_rate: float, *args: Any, **kwargs: Any) -> None:
        decay = kwargs.pop("weight_decay")
        w *= 1 - learning_rate * decay
        super()._update(w, g, learning_rate, *args, **kwargs)


class Nadam(Optimizer):
    """Adam with Nesterov's look ahead (Dozat 2016, without its schedule of β₁).

    w ← w - η (β₁ m / (1-β₁ᵗ⁺¹) + (1-β₁) g / (1-β₁ᵗ)) / (√v̂ + ε).
    """

    slots = ("m", "v")

    def _update(
        self,
        w: Array,
        g: Array,
        learning_rate: float,
        m: Array,
        v: Array,
        beta1: float,
        beta2: float,
        epsilon: float,
    ) -> None:
        s = self._scratch[: len(w)]
        m *= beta1
        np.multiply(g, 1 - beta1, out=s)
        m += s
        v *= beta2
        np.multiply(g, g, out=s)
        s *= 1 - beta2
        v += s
        np.multiply(v, 1 / (1 - beta2**self.t), out=s)
        np.sqrt(s, out=s)
        s += epsilon
        g *= (1 - beta1) / (1 - beta1**self.t)
        g /= s
        np.divide(m, s, out=s)
        s *= beta1 / (1 - beta1 ** (self.t + 1))
        s += g
        s *= learning_rate
        w -= s


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
_EPSILON = Field("epsilon", "number", 1e-7, exclusive_minimum=0, maximum=1, scale="log")
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
    """Scale a gradient whose Euclidean norm is above `limit` down to it (Pascanu et al. 2013)."""
    norm = euclidean_norm(gradient)
    if norm > limit:
        gradient *= limit / norm


def make_optimizer(config: dict[str, Any], parameters: Array) -> Optimizer:
    """The optimizer that `config` (`{"name", "learning_rate", ...}`) names; the rate is given at each step."""
    rest = {name: value for name, value in config.items() if name not in ("name", "learning_rate")}
    return OPTIMIZERS[config["name"]](parameters, **rest)
