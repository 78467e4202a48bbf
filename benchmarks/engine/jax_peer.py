"""The experiment in JAX: one compiled function for a step, and one for an evaluation.

For small networks JAX comes closest to the engine: most of their step is the cost of calls, which `jax.jit` avoids.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from engine import Dataset, ExperimentConfig
from engine.layers import build_layers

# one thread, like the other peers; XLA reads this when it starts
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

#: The optimizers that are implemented here, and how many state arrays they have for each parameter.
SLOTS = {"sgd": 0, "momentum": 1, "adam": 2}

#: Images that are evaluated together.
BLOCK = 500


class Jax:
    """A peer (see `benchmarks.engine.peers`).

    Raises:
        ImportError: JAX is not installed.
        KeyError: its optimizer is not implemented here. A layer or an activation that is not raises ValueError or
            KeyError at the first step.
    """

    name = "jax"

    def __init__(self, config: ExperimentConfig, dataset: Dataset) -> None:
        import jax

        # the loop waits for each step anyway, and giving a small step to another thread takes longer than the step
        jax.config.update("jax_cpu_enable_async_dispatch", False)
        self._config = config
        self._layers = config.network.layers
        self._key = jax.random.key(0)
        parameters = _parameters(config)
        slots = SLOTS[config.optimizer["name"]]
        self._state = jax.device_put((parameters, [_zeros(parameters) for _ in range(slots)], 0))
        train, test = config.dataset.train_size, config.dataset.test_size
        self._train = jax.device_put((dataset.train_images[:train], dataset.train_labels[:train]))
        self._test = jax.device_put((dataset.test_images[:test], dataset.test_labels[:test]))
        size = min(config.training.evaluate_train_size, len(self._train[0]))
        self._sample = self._train[0][:size], self._train[1][:size]
        self._generator = np.random.default_rng(0)
        self._step = jax.jit(self._stepped, donate_argnums=0)
        self._measure = jax.jit(self._measured)
        self._split = jax.jit(jax.random.split)
        self._has_dropout = any(layer["type"] == "dropout" for layer in self._layers)

    def step(self) -> None:
        images, labels = self._train
        chosen = self._generator.integers(0, len(images), self._config.training.batch_size)
        if self._has_dropout:
            self._key, key = self._split(self._key)
        else:
            key = self._key
        self._state, measured = self._step(self._state, images, labels, chosen, key)
        np.asarray(measured)

    def evaluate(self) -> None:
        for images, labels in (self._sample, self._test):
            for start in range(0, len(images), BLOCK):
                part = slice(start, start + BLOCK)
                np.asarray(self._measure(self._state[0], images[part], labels[part]))

    def loss(self, parameters: Any, x: Any, labels: Any, key: Any = None) -> tuple[Any, Any]:
        """Mean cross entropy of a batch, and how many images are classified correctly."""
        import jax
        import jax.numpy as jnp

        logits = self._logits(parameters, x, key)
        shares = jax.nn.log_softmax(logits)
        loss = -jnp.take_along_axis(shares, labels[:, None], axis=1).mean()
        return loss, (logits.argmax(axis=1) == labels).sum()

    def _measured(self, parameters: Any, x: Any, labels: Any) -> Any:
        import jax.numpy as jnp

        return jnp.stack(self.loss(parameters, x, labels))

    def _stepped(self, state: Any, images: Any, labels: Any, chosen: Any, key: Any) -> tuple[Any, Any]:
        import jax
        import jax.numpy as jnp

        parameters, remembered, t = state
        x, labels = images[chosen], labels[chosen]
        (loss, correct), gradients = jax.value_and_grad(self.loss, has_aux=True)(parameters, x, labels, key)
        l2, optimizer = self._config.regularization.l2, self._config.optimizer
        rate, t = optimizer["learning_rate"], t + 1
        gradients = jax.tree.map(lambda g, w: g + l2 * w if w.ndim > 1 else g, gradients, parameters)
        match optimizer["name"]:
            case "sgd":
                parameters = jax.tree.map(lambda w, g: w - rate * g, parameters, gradients)
            case "momentum":
                keep = optimizer["momentum"]
                remembered = [jax.tree.map(lambda v, g: keep * v - rate * g, *remembered, gradients)]
                parameters = jax.tree.map(jnp.add, parameters, *remembered)
            case "adam":
                beta1, beta2, epsilon = optimizer["beta1"], optimizer["beta2"], optimizer["epsilon"]
                m = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, remembered[0], gradients)
                v = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, remembered[1], gradients)
                remembered = [m, v]
                a, b = 1 / (1 - beta1**t), 1 / (1 - beta2**t)
                parameters = jax.tree.map(
                    lambda w, m, v: w - rate * a * m / (jnp.sqrt(b * v) + epsilon), parameters, m, v
                )
        return (parameters, remembered, t), jnp.stack([loss, correct])

    def _logits(self, parameters: Any, x: Any, key: Any) -> Any:
        import jax
        import jax.numpy as jnp
        from jax import lax

        learnt = iter(parameters)
        for number, layer in enumerate(self._layers):
            match layer["type"]:
                case "dense":
                    W, b = next(learnt)
                    x = x.reshape(len(x), -1) @ W + b
                case "conv2d":
                    W, b = next(learnt)
                    same = (layer["kernel_size"] - 1) // 2
                    padding = same if layer["padding"] == "same" else layer["padding"]
                    border, strides = [(padding, padding)] * 2, (layer["stride"], layer["stride"])
                    x = lax.conv_general_dilated(x, W, strides, border) + b[:, None, None]
                case "max_pool2d":
                    size, stride = layer["size"], layer["stride"] or layer["size"]
                    window, window_strides = (1, 1, size, size), (1, 1, stride, stride)
                    x = lax.reduce_window(x, -jnp.inf, lax.max, window, window_strides, "VALID")
                case "activation":
                    x = {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh}[layer["name"]](x)
                case "local_response_norm":
                    reach = layer["size"] // 2
                    sums = lax.reduce_window(
                        x**2, 0.0, lax.add, (1, layer["size"], 1, 1), (1, 1, 1, 1),
                        [(0, 0), (reach, reach), (0, 0), (0, 0)],
                    )  # fmt: skip
                    x = x / (layer["k"] + layer["alpha"] * sums) ** layer["beta"]
                case "dropout":
                    if key is not None:
                        kept = jax.random.bernoulli(
                            jax.random.fold_in(key, number), 1 - layer["rate"], x.shape
                        )
                        x = jnp.where(kept, x / (1 - layer["rate"]), 0)
                case "flatten":
                    x = x.reshape(len(x), -1)
                case other:
                    raise ValueError(f"no JAX counterpart for {other} here")
        return x


def _parameters(config: ExperimentConfig) -> list[list[Any]]:
    """The weights (small random numbers) and biases of each layer with parameters."""
    generator = np.random.default_rng(0)
    return [
        [
            (0.01 * generator.standard_normal(spec.shape) if spec.is_weight else np.zeros(spec.shape)).astype(
                config.dtype
            )
            for spec in layer.parameters
        ]
        for layer in build_layers(config.network.layers, config.dataset.source.shape)
        if layer.parameters
    ]


def _zeros(parameters: list[list[Any]]) -> list[list[Any]]:
    return [[np.zeros_like(array) for array in layer] for layer in parameters]
