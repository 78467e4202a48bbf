"""Optimizers without new arrays: the formulas of `engine.optimizers` as operations in place.

Each step is a few vector operations on all parameters at once, into arrays that are allocated once. This is cheaper
than a loop over layers. `g` is overwritten.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine import optimizers
from engine.arrays import Array
from engine.fast.arrays import empty, zeros

#: Vectors of at least `LARGE` numbers are updated in parts of `PART`, which stay in the cache from one operation to the
#: next: a step of Adam takes a quarter less time. All operations are elementwise, so the result is the same. Shorter
#: vectors fit as they are.
LARGE = 1 << 20
PART = 1 << 17


class InPlace(optimizers.Optimizer):
    """Base of all optimizers in place: has the scratch array, and updates long vectors in parts."""

    #: whether a step needs a scratch array
    needs_scratch = True

    def __init__(self, parameters: Array, **hyperparameters: float) -> None:
        self.t = 0
        self.state = {name: zeros(parameters.shape, parameters.dtype) for name in self.slots}
        self._scratch: Array = empty((self.scratch(len(parameters)),), parameters.dtype)
        self.hyperparameters = hyperparameters

    @classmethod
    def scratch(cls, count: int) -> int:
        """How many numbers the scratch array for `count` parameters has."""
        if not cls.needs_scratch:
            return 0
        return PART if count >= LARGE else count

    def step(self, w: Array, g: Array, learning_rate: float) -> None:
        self.t += 1
        if len(w) < LARGE:
            self.update(w, g, learning_rate, **self.state, **self.hyperparameters)
            return
        for start in range(0, len(w), PART):
            part = slice(start, start + PART)
            state = {name: array[part] for name, array in self.state.items()}
            self.update(w[part], g[part], learning_rate, **state, **self.hyperparameters)


class SGD(InPlace, optimizers.SGD):
    needs_scratch = False

    def update(self, w: Array, g: Array, learning_rate: float) -> None:
        g *= learning_rate
        w -= g


class Momentum(InPlace, optimizers.Momentum):
    needs_scratch = False

    def update(self, w: Array, g: Array, learning_rate: float, v: Array, momentum: float) -> None:
        v *= momentum
        g *= learning_rate
        v -= g
        w += v


class Nesterov(InPlace, optimizers.Nesterov):
    needs_scratch = False

    def update(self, w: Array, g: Array, learning_rate: float, v: Array, momentum: float) -> None:
        g *= learning_rate
        v *= momentum
        v -= g
        w -= g
        np.multiply(v, momentum, out=g)
        w += g


class AdaGrad(InPlace, optimizers.AdaGrad):
    def update(self, w: Array, g: Array, learning_rate: float, h: Array, epsilon: float) -> None:
        s = self._scratch[: len(w)]
        np.multiply(g, g, out=s)
        h += s
        np.sqrt(h, out=s)
        s += epsilon
        g *= learning_rate
        g /= s
        w -= g


class RMSProp(InPlace, optimizers.RMSProp):
    def update(self, w: Array, g: Array, learning_rate: float, h: Array, rho: float, epsilon: float) -> None:
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


class Adadelta(InPlace, optimizers.Adadelta):
    def update(
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


class Adam(InPlace, optimizers.Adam):
    """m and v are stored without their factors (1-β), which saves two passes over all parameters. The factors and
    both bias corrections are folded into two scalars: with a = (1-β₁)/(1-β₁ᵗ) and b = √((1-β₂)/(1-β₂ᵗ)),
    m̂ / (√v̂ + ε) = (a/b) m / (√v + ε/b).
    """

    def update(
        self, w: Array, g: Array, learning_rate: float, m: Array, v: Array, beta1: float, beta2: float,
        epsilon: float,
    ) -> None:  # fmt: skip
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

    def take_over(self, other: optimizers.Optimizer) -> None:
        super().take_over(other)
        for name, beta in (("m", "beta1"), ("v", "beta2")):  # stored without the factors of the other's β
            self.state[name] *= (1 - other.hyperparameters[beta]) / (1 - self.hyperparameters[beta])


class AdamW(Adam):
    def update(self, w: Array, g: Array, learning_rate: float, *args: Any, **kwargs: Any) -> None:
        decay = kwargs.pop("weight_decay")
        w *= 1 - learning_rate * decay
        super().update(w, g, learning_rate, *args, **kwargs)


class Nadam(InPlace, optimizers.Nadam):
    def update(
        self, w: Array, g: Array, learning_rate: float, m: Array, v: Array, beta1: float, beta2: float,
        epsilon: float,
    ) -> None:  # fmt: skip
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


FAST: dict[str, type[InPlace]] = {
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
