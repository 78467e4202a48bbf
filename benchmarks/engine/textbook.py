"""Textbook NumPy: the same networks as course books write them. A baseline, to be read and not to be fast.

float64; convolution and pooling by copying every window (im2col), pooling's way back through a dense mask of the
winners; a second forward pass for the logged loss; a Python loop over parameters in the optimizer. Correct, and slow
for reasons that `docs` of the engine name one by one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import Dataset, ExperimentConfig


class Affine:
    def __init__(self, n_in: int, n_out: int, generator: np.random.Generator) -> None:
        self.params = {"W": generator.standard_normal((n_in, n_out)) * 0.01, "b": np.zeros(n_out)}
        self.grads: dict[str, Any] = {}

    def forward(self, x: Any) -> Any:
        self.shape = x.shape
        self.x = x.reshape(len(x), -1)
        return self.x @ self.params["W"] + self.params["b"]

    def backward(self, dout: Any) -> Any:
        self.grads = {"W": self.x.T @ dout, "b": dout.sum(axis=0)}
        return (dout @ self.params["W"].T).reshape(self.shape)


class Relu:
    params: dict[str, Any] = {}  # noqa: RUF012

    def forward(self, x: Any) -> Any:
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout: Any) -> Any:
        dout[self.mask] = 0
        return dout


class Convolution:
    def __init__(self, c: int, filters: int, k: int, pad: int, generator: np.random.Generator) -> None:
        self.k, self.pad = k, pad
        self.params = {"W": generator.standard_normal((filters, c, k, k)) * 0.01, "b": np.zeros(filters)}
        self.grads: dict[str, Any] = {}

    def forward(self, x: Any) -> Any:
        n, _, h, w = self.shape = x.shape
        self.oh, self.ow = h + 2 * self.pad - self.k + 1, w + 2 * self.pad - self.k + 1
        self.col = im2col(x, self.k, self.pad, self.oh, self.ow)
        filters = self.params["W"].reshape(len(self.params["W"]), -1).T
        out = self.col @ filters + self.params["b"]
        return out.reshape(n, self.oh, self.ow, -1).transpose(0, 3, 1, 2)

    def backward(self, dout: Any) -> Any:
        W = self.params["W"]
        dout = dout.transpose(0, 2, 3, 1).reshape(-1, len(W))
        self.grads = {"W": (self.col.T @ dout).T.reshape(W.shape), "b": dout.sum(axis=0)}
        return col2im(dout @ W.reshape(len(W), -1), self.shape, self.k, self.pad, self.oh, self.ow)


class MaxPool:
    params: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self, size: int, stride: int) -> None:
        self.size, self.stride = size, stride

    def forward(self, x: Any) -> Any:
        n, c, h, w = self.shape = x.shape
        self.oh, self.ow = (h - self.size) // self.stride + 1, (w - self.size) // self.stride + 1
        col = im2col(x, self.size, 0, self.oh, self.ow, self.stride).reshape(-1, self.size**2)
        self.winners = np.argmax(col, axis=1)
        return np.max(col, axis=1).reshape(n, self.oh, self.ow, c).transpose(0, 3, 1, 2)

    def backward(self, dout: Any) -> Any:
        dout = dout.transpose(0, 2, 3, 1)
        mask = np.zeros((dout.size, self.size**2))
        mask[np.arange(dout.size), self.winners] = dout.flatten()
        col = mask.reshape(dout.shape[0] * self.oh * self.ow, -1)
        return col2im(col, self.shape, self.size, 0, self.oh, self.ow, self.stride)


def im2col(x: Any, k: int, pad: int, oh: int, ow: int, stride: int = 1) -> Any:
    n, c, _, _ = x.shape
    x = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    col = np.zeros((n, c, k, k, oh, ow))
    for i in range(k):
        for j in range(k):
            col[:, :, i, j] = x[:, :, i : i + stride * oh : stride, j : j + stride * ow : stride]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(n * oh * ow, -1)


def col2im(col: Any, shape: tuple[int, ...], k: int, pad: int, oh: int, ow: int, stride: int = 1) -> Any:
    n, c, h, w = shape
    col = col.reshape(n, oh, ow, c, k, k).transpose(0, 3, 4, 5, 1, 2)
    x = np.zeros((n, c, h + 2 * pad + stride - 1, w + 2 * pad + stride - 1))
    for i in range(k):
        for j in range(k):
            x[:, :, i : i + stride * oh : stride, j : j + stride * ow : stride] += col[:, :, i, j]
    return x[:, :, pad : h + pad, pad : w + pad]


class Textbook:
    """A peer (see peers.py): layers in a list, SGD or Adam over a dictionary of arrays."""

    name = "textbook"

    def __init__(self, config: ExperimentConfig, dataset: Dataset) -> None:
        self._config, self._dataset = config, dataset
        self._generator = np.random.default_rng(0)
        self._layers = self._build()
        self._t = 0
        self._moments: dict[tuple[int, str], tuple[Any, Any]] = {}
        self._train = dataset.train_images[: config.dataset.train_size].astype(np.float64)
        self._test = dataset.test_images[: config.dataset.test_size].astype(np.float64)

    def _build(self) -> list[Any]:
        shape: tuple[int, ...] = self._config.dataset.source.shape
        layers: list[Any] = []
        for layer in self._config.network.layers:
            match layer["type"]:
                case "dense":
                    layers.append(Affine(int(np.prod(shape)), layer["units"], self._generator))
                    shape = (layer["units"],)
                case "conv2d":
                    k = layer["kernel_size"]
                    pad = (k - 1) // 2 if layer["padding"] == "same" else layer["padding"]
                    layers.append(Convolution(shape[0], layer["filters"], k, pad, self._generator))
                    shape = (layer["filters"], shape[1] + 2 * pad - k + 1, shape[2] + 2 * pad - k + 1)
                case "activation":
                    layers.append(Relu())
                case "max_pool2d":
                    size, stride = layer["size"], layer["stride"] or layer["size"]
                    layers.append(MaxPool(size, stride))
                    shape = (shape[0], (shape[1] - size) // stride + 1, (shape[2] - size) // stride + 1)
                case "flatten":
                    pass  # an affine layer flattens by itself
                case other:
                    raise ValueError(f"the textbook has no {other}")
        return layers

    def _forward(self, x: Any) -> Any:
        for layer in self._layers:
            x = layer.forward(x)
        return x

    def _loss(self, x: Any, t: Any) -> float:
        y = softmax(self._forward(x))
        loss = -np.sum(np.log(y[np.arange(len(t)), t] + 1e-7)) / len(t)
        l2 = self._config.regularization.l2
        return loss + sum(0.5 * l2 * np.sum(layer.params["W"] ** 2) for layer in self._layers if layer.params)

    def step(self) -> None:
        chosen = self._generator.choice(len(self._train), self._config.training.batch_size)
        x, t = self._train[chosen], self._dataset.train_labels[chosen]
        dout = softmax(self._forward(x))
        dout[np.arange(len(t)), t] -= 1
        dout /= len(t)
        for layer in reversed(self._layers):
            dout = layer.backward(dout)
        self._t += 1
        for number, layer in enumerate(self._layers):
            for name in layer.params:
                gradient = layer.grads[name]
                if name == "W":
                    gradient = gradient + self._config.regularization.l2 * layer.params[name]
                self._update(number, name, layer.params, gradient)
        self._loss(x, t)  # the second pass

    def _update(self, number: int, name: str, params: dict[str, Any], gradient: Any) -> None:
        rate = self._config.optimizer["learning_rate"]
        if self._config.optimizer["name"] == "sgd":
            params[name] -= rate * gradient
            return
        m, v = self._moments.setdefault((number, name), (np.zeros_like(gradient), np.zeros_like(gradient)))
        rate = rate * np.sqrt(1 - 0.999**self._t) / (1 - 0.9**self._t)
        m += (1 - 0.9) * (gradient - m)
        v += (1 - 0.999) * (gradient**2 - v)
        params[name] -= rate * m / (np.sqrt(v) + 1e-7)

    def evaluate(self) -> None:
        size = self._config.training.evaluate_train_size
        for images, labels in (
            (self._train[:size], self._dataset.train_labels[: len(self._train[:size])]),
            (self._test, self._dataset.test_labels[: len(self._test)]),
        ):
            for start in range(0, len(images), 1000):
                y = np.argmax(self._forward(images[start : start + 1000]), axis=1)
                np.sum(y == labels[start : start + 1000])


def softmax(x: Any) -> Any:
    x = x - np.max(x, axis=1, keepdims=True)
    return np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)
