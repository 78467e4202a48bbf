"""The network: consecutive layers, whose parameters are all in one flat vector.

One contiguous vector has all parameters, and another one all gradients, in the same order. A layer has reshaped views
of its parts, so its products write directly into the vectors. The step of an optimizer is then a few operations on
whole vectors, and a penalty is one operation on a slice. The order in the vectors: weights with a penalty, other
weights, biases, and at the end the parameters that are not trained.

A parameter is named `<layer>.<name>`. Layers without parameters are not counted: `1.W`, `1.b`, `2.W`, ...
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import initializers
from engine.arrays import Array
from engine.config import ExperimentConfig
from engine.fast.arrays import zeros
from engine.fast.draws import set_generators
from engine.fast.losses import SoftmaxCrossEntropy as FastSoftmaxCrossEntropy
from engine.fast.plan import plan
from engine.fast.step import Step
from engine.layers import Layer, ParameterSpec, build_layers
from engine.layers.activity_penalty import with_penalties
from engine.layers.residual import at_any_depth, dropouts_in
from engine.losses import SoftmaxCrossEntropy
from engine.regularizers import Penalty


class Network:
    """Layers with their weights.

    Attributes:
        parameters, gradients: name → view into the flat vectors. Dense: W (n_in, n_out), b (n_out,).
        vector, gradient: the flat vectors themselves.
        weights: how many entries at the start of the vector are weights with a penalty.
        learnt, learnt_gradient: views of the parameters that are trained, and of their gradients.
        weight_layers: "1", "2", ... for the first, the second, ... layer with weights → the slice of the vector with
            these weights. Batch norm has no weights here, so networks with and without it can be compared.
        weight_names: the same → the name of the parameter.
        penalty: L1 and L2 on the weights; their strengths may change while training.
        plan: the fast steps of a pass (see `engine.fast`); None if the layers themselves run.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        *,
        initializer: dict[str, Any],
        generator: np.random.Generator,
        layer_generator: np.random.Generator | None = None,
        l1: float = 0.0,
        l2: float = 0.0,
        dtype: str = "float32",
        fast: bool = True,
    ) -> None:
        self.layers = list(layers)
        self.dtype = np.dtype(dtype)
        self.parameters: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}
        self.weight_layers: dict[str, slice] = {}
        self.weight_names: dict[str, str] = {}
        self._lay_out(initializer, generator)
        set_generators(self.layers, layer_generator, fast=fast)
        self.plan: list[Step] | None = plan(self.layers, self.dtype) if fast else None
        #: a pass calls these in order: the steps of the plan, or the layers with the penalties on their outputs
        self.steps: Sequence[Step | Layer] = with_penalties(self.layers) if self.plan is None else self.plan
        self.penalty = Penalty(l1, l2, self.vector[: self.weights])
        self._plain_loss = SoftmaxCrossEntropy()
        self._losses: dict[int, FastSoftmaxCrossEntropy] = {}
        #: results of the last `loss_and_gradients`: the loss without penalties, the images whose class was right, the
        #: penalties, the logits
        self.data_loss = math.nan
        self.correct = 0
        self.penalty_value = 0.0
        self.logits: Array = np.empty((0, self.layers[-1].output_shape[0]), self.dtype)

    def _lay_out(self, initializer: dict[str, Any], generator: np.random.Generator) -> None:
        """Give every parameter its place in the vectors, weights first, and draw the weights."""
        owners = [layer for layer in self.layers if layer.parameters]
        placed: list[tuple[int, ParameterSpec]] = [
            (number, spec) for number, layer in enumerate(owners, 1) for spec in layer.parameters
        ]
        size = sum(math.prod(spec.shape) for _, spec in placed)
        self.vector: Array = zeros((size,), self.dtype)
        self.gradient: Array = zeros((size,), self.dtype)
        self.weights = learnt = start = 0
        places: dict[str, slice] = {}
        # sorting is stable: within a group, parameters stay in the order of the layers
        for number, spec in sorted(placed, key=lambda item: _place(item[1])):
            end = start + math.prod(spec.shape)
            name = f"{number}.{spec.name}"
            places[name] = slice(start, end)
            self.vector[start:end] = spec.initial
            self.parameters[name] = self.vector[start:end].reshape(spec.shape)
            self.gradients[name] = self.gradient[start:end].reshape(spec.shape)
            if _place(spec) == _PENALIZED:
                self.weights = end
            if spec.trainable:
                learnt = end
            start = end
        self.learnt, self.learnt_gradient = self.vector[:learnt], self.gradient[:learnt]
        # drawn in the layers' order, so that a layer that is not trained begins with the same weights as a trained one
        for number, spec in placed:
            if spec.is_weight:
                name = f"{number}.{spec.name}"
                values = initializers.draw(initializer, generator, spec.shape, spec.fan_in, spec.fan_out)
                self.parameters[name][...] = values
                layer_name = str(len(self.weight_layers) + 1)
                self.weight_layers[layer_name], self.weight_names[layer_name] = places[name], name
        for number, layer in enumerate(owners, 1):
            names = {spec.name: f"{number}.{spec.name}" for spec in layer.parameters}
            layer.bind(
                {name: self.parameters[full] for name, full in names.items()},
                {name: self.gradients[full] for name, full in names.items()},
            )

    @property
    def running(self) -> dict[str, Array]:
        """Running statistics: arrays that training changes without gradients. Their names are like those of
        parameters."""
        owners = [layer for layer in self.layers if layer.parameters]
        return {
            f"{number}.{name}": array
            for number, layer in enumerate(owners, 1)
            for name, array in layer.running.items()
        }

    @property
    def activity_penalties(self) -> list[tuple[float, float]]:
        """The λ of L1 and the λ of L2 of each layer with a penalty on its outputs."""
        penalized = [layer for layer in at_any_depth(self.layers) if layer.has_activity_penalty]
        return [(layer.activity_l1, layer.activity_l2) for layer in penalized]

    @property
    def dropout_rate(self) -> float | None:
        """The rate of the lowest dropout layer; None if there is no dropout layer. Setting it sets the rate of all."""
        return next((layer.rate for layer in dropouts_in(self.layers)), None)

    @dropout_rate.setter
    def dropout_rate(self, rate: float) -> None:
        for layer in dropouts_in(self.layers):
            layer.rate = rate

    def forward(self, x: Array, training: bool = False) -> Array:
        """Logits (N, classes) of images (N, ...). The next pass of as many images overwrites the array."""
        x = np.asarray(x, self.dtype)
        for step in self.steps:
            x = step.forward(x, training)
        return x

    def loss_of(self, count: int, *, keep: bool = True) -> SoftmaxCrossEntropy:
        """The loss for batches of `count` images. The fast one has arrays of that size, which the network keeps for the
        next batch of this size if `keep`."""
        if self.plan is None:
            return self._plain_loss
        loss = self._losses.get(count)
        if loss is None:
            classes = self.layers[-1].output_shape[0]
            loss = FastSoftmaxCrossEntropy(count, classes, self.dtype)
            if keep:
                self._losses[count] = loss
        return loss

    def loss_and_gradients(self, x: Array, labels: NDArray[np.intp]) -> float:
        """Mean loss of a batch with penalties, in training mode; fills `gradients`.

        Args:
            x: images (N, ...).
            labels: class indices (N,).
        """
        self.logits = self.forward(x, training=True)
        loss = self.loss_of(len(x))
        self.data_loss = loss(self.logits, labels)
        self.correct = loss.correct
        dy: Array | None = loss.gradient
        for step in reversed(self.steps):
            if dy is None:
                break  # no layer before this one is trained
            dy = step.backward(dy)
        self.penalty_value = self.penalty.add(
            self.vector[: self.weights], self.gradient[: self.weights]
        ) + sum(step.penalty for step in self.steps)
        return self.data_loss + self.penalty_value


_PENALIZED = (False, False, False)


def _place(spec: ParameterSpec) -> tuple[bool, bool, bool]:
    """The sort key of a parameter: penalized weights, other weights, biases and the like, parameters not trained."""
    return not spec.trainable, not spec.is_weight, not (spec.is_weight and spec.penalized)


def build_network(
    config: ExperimentConfig,
    generator: np.random.Generator,
    layer_generator: np.random.Generator | None = None,
    *,
    fast: bool = True,
) -> Network:
    """The network of an experiment.

    Args:
        generator: the source of the initial weights.
        layer_generator: the source of dropout's random numbers.
        fast: whether fast steps run the layers (see `engine.fast`); otherwise the layers themselves run, with the same
            results up to rounding.
    """
    return Network(
        build_layers(config.network.layers, config.dataset.source.shape),
        initializer=config.network.initializer,
        generator=generator,
        layer_generator=layer_generator,
        l1=config.regularization.l1,
        l2=config.regularization.l2,
        dtype=config.dtype,
        fast=fast,
    )


def empty_network(config: ExperimentConfig, *, fast: bool) -> Network:
    """The network of an experiment, to be filled with weights: they are 0, and none are drawn. `fast`: see
    `build_network`."""
    return Network(
        build_layers(config.network.layers, config.dataset.source.shape),
        initializer={"name": "zeros"},
        generator=np.random.default_rng(0),
        layer_generator=np.random.default_rng(0),
        dtype=config.dtype,
        fast=fast,
    )
