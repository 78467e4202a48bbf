"""Memory: what a run will hold, in bytes, from its description alone, before anything is allocated.

Each step of the network says what it makes for a batch (`Layer.memory`); here are the vectors, the batches and the
evaluation, and which sizes of batches there will be. Arrays are kept for each size, so an evaluation in blocks of
200 images has its own beside those of training.

It is never below what a worker that trains the run takes at its peak, and at most twice that, where the data set is
whole; `python -m benchmarks.worker_memory` compares.

Not counted: the interpreter, and images that lie in the cache of decoded data sets, which all runs of a machine map
(`engine.datasets.prepare`). What a run copies of them does count, as bytes where they are levels of brightness.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from engine import batches, optimizers, regularizers
from engine.config import ExperimentConfig
from engine.layers import Dense, Layer
from engine.layers.dense import DenseRelu
from engine.layers.plan import plan
from engine.layers.residual import spare_input_gradient

#: Images of one block of an evaluation whose empty pixels are left out (see `engine.evaluation`).
BLOCK = 500
#: Images of one block otherwise, such as through convolutions: their activations stay in the cache.
WHOLE_BLOCK = 200
#: What a block's activations may take in an evaluation; where 200 images of a large network take more, as a full
#: AlexNet's 2 GB, blocks are smaller.
BLOCK_BYTES = 1 << 29

#: Images that a run copies at most to leave out the pixels that all of them leave empty: of more, few are empty.
LEARNT_APART = 10_000

#: Logits that an evaluation holds at most: more than all images of any data set with ten classes have, but not more
#: than fit where millions of images have a thousand classes.
LOGITS = 1 << 23


#: What a worker takes for itself once it has a run: messages, rows that wait, what it imports.
WORKER = 1_500_000

#: One part in so many of all arrays is lost between them, in pieces of memory that are free and too small.
SPARE = 16

#: Bytes that NumPy turns into a file's at a time, in one array and in one text of bytes.
SAVED_AT_ONCE = 1 << 24


def estimate(config: ExperimentConfig) -> int:
    """Bytes that a run of this experiment will hold, while a checkpoint is made too."""
    held = arrays(config)
    return WORKER + held + held // SPARE + checkpoint(config)


def arrays(config: ExperimentConfig) -> int:
    """Bytes of all arrays that are made to train and to measure."""
    layers = config.network.built
    spare_input_gradient(layers)
    itemsize = np.dtype(config.dtype).itemsize
    steps = plan(layers)
    return (
        _vectors(config, layers, itemsize)
        + _images(config, steps, itemsize)
        + _evaluators(config, steps, itemsize)
        + _passes(config, steps, itemsize)
    )


def checkpoint(config: ExperimentConfig) -> int:
    """Bytes of a checkpoint, with what a file in memory takes while it grows."""
    itemsize = np.dtype(config.dtype).itemsize
    specs = [spec for layer in config.network.built for spec in layer.parameters]
    vector = sum(math.prod(spec.shape) for spec in specs) * itemsize
    saved = (1 + _slots(config) + _keeps_best(config)) * vector + 8 * _drawn(config)
    return saved + saved // 8 + 2 * min(vector, SAVED_AT_ONCE)


def block_images(steps: Sequence[Layer], itemsize: int) -> int:
    """How many images go together through a network in an evaluation, where nothing is left out."""
    count = WHOLE_BLOCK
    while count > 1 and sum(step.memory(count, itemsize, False) for step in steps) > BLOCK_BYTES:
        count //= 2
    return count


def logits_at_once(count: int, classes: int) -> int:
    """How many of `count` images an evaluation holds the logits of at a time."""
    return min(count, max(LOGITS // classes, BLOCK))


def may_leave_out_pixels(steps: Sequence[Layer]) -> bool:
    """Whether pixels that are empty need not be multiplied: the images go into a dense layer."""
    return isinstance(steps[0], (Dense, DenseRelu))


def may_learn_on_fewer_pixels(config: ExperimentConfig, steps: Sequence[Layer], images: int) -> bool:
    """Whether pixels that all of so many images trained on leave empty need not be multiplied in a step; those of an
    image that is moved or made noisy are not the same each time."""
    return may_leave_out_pixels(steps) and config.dataset.augment is None and images <= LEARNT_APART


def _vectors(config: ExperimentConfig, layers: Sequence[Layer], itemsize: int) -> int:
    """Parameters, gradients, what the optimizer remembers, its scratch and the penalty's, and the best weights."""
    specs = [spec for layer in layers for spec in layer.parameters]
    parameters = sum(math.prod(spec.shape) for spec in specs)
    learnt = sum(math.prod(spec.shape) for spec in specs if spec.trainable)
    penalized = [spec for spec in specs if spec.is_weight and spec.penalized and spec.trainable]
    weights = sum(math.prod(spec.shape) for spec in penalized)
    values = (2 + _keeps_best(config)) * parameters + _slots(config) * learnt
    values += min(learnt, optimizers.LARGE) + weights
    small = min(weights, regularizers.PART) * (itemsize + 1) if config.regularization.l1 else 0
    return values * itemsize + small


def _slots(config: ExperimentConfig) -> int:
    return len(optimizers.OPTIMIZERS[config.optimizer["name"]].slots)


def _keeps_best(config: ExperimentConfig) -> bool:
    stopping = config.training.early_stopping
    return stopping is not None and bool(stopping["restore_best"])


def _drawn(config: ExperimentConfig) -> int:
    """Indices of images that are drawn at once."""
    if config.training.sampling == "epochs":
        return config.dataset.train_images
    return config.training.batch_size * batches.DRAWN_BATCHES


def _stored_itemsize(config: ExperimentConfig, itemsize: int) -> int:
    """Bytes of a number of an image as it is kept: one, where images are levels of brightness."""
    return 1 if config.dataset.source.levels else itemsize


def _images(config: ExperimentConfig, steps: Sequence[Layer], itemsize: int) -> int:
    """Batches, and images that are copied: other numbers than the cache holds, the images of a fold, few without their
    empty pixels, few as numbers."""
    dataset, training = config.dataset, config.training
    pixels = math.prod(dataset.source.shape)
    stored = _stored_itemsize(config, itemsize)
    train, both = dataset.train_images, dataset.train_images + dataset.test_images
    copied = 0
    if may_learn_on_fewer_pixels(config, steps, train) and leaves_pixels_empty(config):
        copied += train
    if dataset.fold is not None or not (dataset.source.levels or itemsize == 4):
        copied += both
    numbers = training.batch_size * pixels * (itemsize + stored)
    if dataset.source.levels and train * pixels * itemsize <= batches.FEW_BYTES:
        numbers += train * pixels * itemsize
    indices = both + copied + _drawn(config) + training.batch_size
    return copied * pixels * stored + numbers + indices * 8


def _evaluated(config: ExperimentConfig) -> tuple[int, int]:
    """Images that are measured again and again: of those trained on, and of the test images."""
    sample = min(config.training.evaluate_train_size, config.dataset.train_images)
    return sample, config.dataset.test_images


def _evaluators(config: ExperimentConfig, steps: Sequence[Layer], itemsize: int) -> int:
    """Logits and losses of all measured images; images without their empty pixels, as bytes, or else the sample."""
    classes = math.prod(steps[-1].output_shape)
    sample, test = _evaluated(config)
    measured = [sample, test]
    if sample < config.dataset.train_images:
        measured.append(config.dataset.train_images)  # after the last iteration
    # logits and softmax; three numbers and two indices for each image
    held = sum(logits_at_once(count, classes) for count in measured)
    memory = held * ((2 * classes + 3) * itemsize + 16)
    pixels = math.prod(config.dataset.source.shape)
    stored = _stored_itemsize(config, itemsize)
    own_sample = sample * pixels * stored if sample < config.dataset.train_images else 0
    whole = block_images(steps, itemsize)
    numbers = sum(min(whole, count) for count in measured) * pixels * itemsize if stored != itemsize else 0
    if not may_leave_out_pixels(steps):
        return memory + own_sample + numbers
    search = 2 * max(sample, test) * pixels  # once, for empty pixels
    if not leaves_pixels_empty(config):
        return memory + own_sample + search + numbers
    units = math.prod(steps[0].output_shape)
    copies = (sample + test) * pixels * stored
    scratch = sum(min(BLOCK, count) * pixels + units * pixels for count in (sample, test)) * itemsize
    return memory + max(copies, own_sample + search) + scratch


def leaves_pixels_empty(config: ExperimentConfig) -> bool:
    """Whether images leave pixels empty, by a rule of thumb: drawings in one colour do, photographs do not."""
    shape = config.dataset.source.shape
    return len(shape) == 3 and shape[0] == 1


def _passes(config: ExperimentConfig, steps: Sequence[Layer], itemsize: int) -> int:
    """Arrays of all steps for each size of batch, and the loss of a batch."""
    training = config.training
    train = {training.batch_size}
    if training.sampling == "epochs":
        train |= {config.dataset.train_images % training.batch_size} - {0}
    classes = math.prod(steps[-1].output_shape)
    loss = sum(train) * ((classes + 3) * itemsize + 16)
    evaluation: set[int] = set()
    whole = block_images(steps, itemsize)
    sample, test = _evaluated(config)
    if may_leave_out_pixels(steps) and leaves_pixels_empty(config):
        for count in (sample, test):
            parts = -(-count // BLOCK)
            evaluation |= {count // parts, -(-count // parts)}
        last = [config.dataset.train_images] if sample < config.dataset.train_images else []
    else:
        last = [sample, test, config.dataset.train_images]
    for count in last:
        evaluation |= {min(whole, count), count % whole} - {0}
    return (
        loss
        + sum(step.memory(count, itemsize, True) for step in steps for count in train)
        + sum(step.memory(count, itemsize, False) for step in steps for count in evaluation - train)
    )
