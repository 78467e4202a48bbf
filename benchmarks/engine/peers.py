"""Peers: the same experiment, trained by the engine or by other libraries with the interface `step()`, `evaluate()`."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from engine import Dataset, ExperimentConfig, Trainer
from engine.levels import as_levels


class Peer(Protocol):
    """One way to train. A step draws its batch and reads its loss and accuracy; an evaluation uses as many images as
    the engine's."""

    name: str

    def step(self) -> None: ...

    def evaluate(self) -> None: ...


class Engine:
    """Lossroom's engine with all diagnostics, as in the lab; with `fast=False` its formulas in plain NumPy."""

    def __init__(self, config: ExperimentConfig, dataset: Dataset, *, fast: bool = True) -> None:
        self.name = "engine" if fast else "formulas"
        # levels of brightness, as the lab's workers get them from the cache of decoded data sets
        decoded = replace(
            dataset,
            train_images=as_levels(dataset.train_images),
            test_images=as_levels(dataset.test_images),
        )
        self.trainer = Trainer(config, decoded, fast=fast)

    def step(self) -> None:
        self.trainer.step()

    def evaluate(self) -> None:
        self.trainer.evaluate(whole=False)


def torch_peers(config: ExperimentConfig, dataset: Dataset) -> list[Peer]:
    """PyTorch in several variants: eager, with a fused optimizer, and for convolutions also with channels last.

    Raises:
        ImportError: PyTorch is not installed.
    """
    import torch

    torch.set_num_threads(1)
    images = any(layer["type"] == "conv2d" for layer in config.network.layers)
    variants = [("eager", False, False), ("fused", True, False)]
    if images:
        variants.append(("channels-last", True, True))
    return [_Torch(torch, config, dataset, *variant) for variant in variants]


class _Torch:
    def __init__(
        self,
        torch: Any,
        config: ExperimentConfig,
        dataset: Dataset,
        name: str,
        fused: bool,
        channels_last: bool,
    ) -> None:
        self.name = f"torch {name}"
        self._torch = torch
        self._config = config
        self._format = torch.channels_last if channels_last else torch.contiguous_format
        self._flat = not any(layer["type"] == "conv2d" for layer in config.network.layers)
        self._model = _model(torch, config).to(memory_format=self._format)
        self._optimizer = _optimizer(torch, config, self._model, fused)
        self._loss = torch.nn.CrossEntropyLoss()
        sizes = config.dataset.train_size, config.dataset.test_size
        self._train = self._tensors(dataset.train_images[: sizes[0]], dataset.train_labels[: sizes[0]])
        self._test = self._tensors(dataset.test_images[: sizes[1]], dataset.test_labels[: sizes[1]])
        size = min(config.training.evaluate_train_size, len(self._train[0]))
        self._sample = (self._train[0][:size], self._train[1][:size])
        self._generator = np.random.default_rng(0)
        self._block: int | None = None

    def _tensors(self, images: Any, labels: Any) -> tuple[Any, Any]:
        x = self._torch.from_numpy(np.array(images))
        if self._flat:
            return x.reshape(len(x), -1), self._torch.from_numpy(np.array(labels))
        return x.contiguous(memory_format=self._format), self._torch.from_numpy(np.array(labels))

    def step(self) -> None:
        torch, (images, labels) = self._torch, self._train
        chosen = self._generator.integers(0, len(images), self._config.training.batch_size)
        index = torch.from_numpy(chosen)
        x, t = images[index], labels[index]
        self._model.train()
        logits = self._model(x)
        loss = self._loss(logits, t)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self._optimizer.step()
        loss.item()
        (logits.detach().argmax(1) == t).sum().item()

    def evaluate(self) -> None:
        if self._block is None:
            # find the fastest block size: through a convolution, blocks of 250 images are twice as fast as of 1,000
            seconds = {}
            for block in (100, 250, 500, 1000, 2000):
                began = time.perf_counter()
                self._evaluate(block)
                seconds[block] = time.perf_counter() - began
            self._block = min(seconds, key=lambda block: seconds[block])
        self._evaluate(self._block)

    def _evaluate(self, block: int) -> None:
        torch = self._torch
        self._model.eval()
        with torch.inference_mode():
            for images, labels in (self._sample, self._test):
                for start in range(0, len(images), block):
                    part = slice(start, start + block)
                    logits = self._model(images[part])
                    self._loss(logits, labels[part]).item()
                    (logits.argmax(1) == labels[part]).sum().item()


def _model(torch: Any, config: ExperimentConfig) -> Any:
    """The experiment's layers as torch modules; sizes are found by passing shapes through."""
    nn = torch.nn
    x = torch.zeros(1, *config.dataset.source.shape)
    modules: list[Any] = []
    if not any(layer["type"] == "conv2d" for layer in config.network.layers):
        x = x.reshape(1, -1)  # without convolutions, images are flat vectors
    for layer in config.network.layers:
        if layer["type"] in ("dense", "flatten") and x.ndim > 2:
            modules.append(nn.Flatten())
            x = x.reshape(1, -1)
        match layer["type"]:
            case "dense":
                module = nn.Linear(x.shape[1], layer["units"])
            case "conv2d":
                module = nn.Conv2d(
                    x.shape[1], layer["filters"], layer["kernel_size"], layer["stride"], layer["padding"]
                )
            case "max_pool2d":
                module = nn.MaxPool2d(layer["size"], layer["stride"] or layer["size"])
            case "flatten":
                continue
            case "activation":
                module = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}[layer["name"]]()
            case "dropout":
                module = nn.Dropout(layer["rate"])
            case "local_response_norm":
                size, alpha = layer["size"], layer["alpha"]
                # PyTorch divides α by the size
                module = nn.LocalResponseNorm(size, alpha=size * alpha, beta=layer["beta"], k=layer["k"])
            case other:
                raise ValueError(f"no PyTorch counterpart for {other} here")
        modules.append(module)
        with torch.no_grad():
            x = module(x)
    return nn.Sequential(*modules)


def _optimizer(torch: Any, config: ExperimentConfig, model: Any, fused: bool) -> Any:
    optimizer = config.optimizer
    weights = [p for p in model.parameters() if p.ndim > 1]
    biases = [p for p in model.parameters() if p.ndim == 1]
    groups = [{"params": weights, "weight_decay": config.regularization.l2}, {"params": biases}]
    rate = optimizer["learning_rate"]
    match optimizer["name"]:
        case "sgd":
            return torch.optim.SGD(groups, lr=rate, fused=fused)
        case "momentum":
            return torch.optim.SGD(groups, lr=rate, momentum=optimizer["momentum"], fused=fused)
        case "adam":
            return torch.optim.Adam(groups, lr=rate, eps=optimizer["epsilon"], fused=fused)
    raise ValueError(f"no PyTorch counterpart for {optimizer['name']} here")
