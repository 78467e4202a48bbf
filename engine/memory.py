"""Memory: how many bytes a run will need, computed from its config before anything is allocated.

Each step of the network lists its arrays in a table (`engine.fast.step`), from which it also makes them; this file adds
up the tables. It adds the vectors, the batches and the evaluation, and knows which sizes of batches there will be.
Arrays are kept for each size, so an evaluation in blocks of 200 images has its own arrays beside those of training.

The estimate is never below the peak of a worker that trains the run, and at most twice that peak, where the whole data
set is used; `python -m benchmarks.worker_memory` compares the two.

Not counted: the interpreter, and the images in the cache of decoded data sets, which all runs of a machine map
(`engine.datasets.prepare`). Copies that a run makes of them do count, as bytes where they are levels of brightness.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from engine import batches, regularizers
from engine.config import ExperimentConfig
from engine.fast import optimizers
from engine.fast.dense import DenseStep
from engine.fast.plan import plan
from engine.fast.step import Step, memory
from engine.layers import Layer

#: Images of one block of an evaluation whose empty pixels are left out (see `engine.evaluation`).
BLOCK = 500
#: Images of one block in other evaluations, such as those of convolutions: their activations stay in the cache.
WHOLE_BLOCK = 200
#: Images of one block through layers that run as their formulas say, which keep every window of a convolution.
PLAIN_BLOCK = 50
#: Most bytes of a block's activations in an evaluation. Where 200 images need more, as with a full AlexNet (2 GB),
#: blocks are smaller.
BLOCK_BYTES = 1 << 29

#: Up to this many training images, a run copies them without the pixels that are 0 in all of them. Of more images, few
#: pixels are 0 in all.
LEARNT_APART = 10_000

#: The most logits that an evaluation holds at a time: more than all images of any data set with ten classes have, but
#: few enough to fit where millions of images have a thousand classes.
LOGITS = 1 << 23


#: Bytes that a worker needs besides the arrays of its run: messages, rows that wait, modules.
WORKER = 1_500_000

#: One byte is lost for each of this many bytes of arrays, in free pieces of memory that are too small to use.
SPARE = 16

#: Bytes of an array that NumPy writes to a file at a time; it copies them twice.
SAVED_AT_ONCE = 1 << 24


def estimate(config: ExperimentConfig) -> int:
    """Bytes that a run of this experiment needs at most, which is while it makes a checkpoint."""
    held = arrays(config)
    return WORKER + held + held // SPARE + checkpoint(config)


def arrays(config: ExperimentConfig) -> int:
    """Bytes of all arrays for training and evaluation."""
    layers = config.network.built
    dtype = np.dtype(config.dtype)
    itemsize = dtype.itemsize
    steps = plan(layers, dtype)
    lowest = lowest_dense(steps)
    if lowest and learns_on_fewer_pixels(config, steps, config.dataset.train_images):
        lowest.learn_on(np.arange(lowest.layer.inputs))  # at most
    return (
        _vectors(config, layers, itemsize)
        + _images(config, steps, itemsize)
        + _evaluators(config, steps, itemsize)
        + _passes(config, steps, itemsize)
    )


def checkpoint(config: ExperimentConfig) -> int:
    """Bytes of a checkpoint, and of the growing file in memory that it is written to."""
    itemsize = np.dtype(config.dtype).itemsize
    specs = [spec for layer in config.network.built for spec in layer.parameters]
    vector = sum(math.prod(spec.shape) for spec in specs) * itemsize
    saved = (1 + _slots(config) + _keeps_best(config)) * vector + 8 * _drawn(config)
    return saved + saved // 8 + 2 * min(vector, SAVED_AT_ONCE)


def block_images(steps: Sequence[Step]) -> int:
    """How many images pass through a network together in an evaluation, if no pixels are left out."""
    count = WHOLE_BLOCK
    while count > 1 and memory(steps, [(count, False)]) > BLOCK_BYTES:
        count //= 2
    return count


def logits_at_once(count: int, classes: int) -> int:
    """How many of `count` images an evaluation holds the logits of at a time."""
    return min(count, max(LOGITS // classes, BLOCK))


def lowest_dense(steps: Sequence[Step]) -> DenseStep | None:
    """The first step if it is a dense one, otherwise None: empty pixels need not be multiplied there."""
    return steps[0] if isinstance(steps[0], DenseStep) else None


def may_learn_on_fewer_pixels(config: ExperimentConfig, images: int) -> bool:
    """Whether a dense step may leave out the pixels that are 0 in all training images. Augmentation forbids it: moved
    or noisy images have other empty pixels each time."""
    return config.dataset.augment is None and images <= LEARNT_APART


def learns_on_fewer_pixels(config: ExperimentConfig, steps: Sequence[Step], images: int) -> bool:
    """Whether a run will, by a rule of thumb."""
    may = lowest_dense(steps) is not None and may_learn_on_fewer_pixels(config, images)
    return may and leaves_pixels_empty(config)


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
    return len(optimizers.FAST[config.optimizer["name"]].slots)


def _keeps_best(config: ExperimentConfig) -> bool:
    stopping = config.training.early_stopping
    return stopping is not None and bool(stopping["restore_best"])


def _drawn(config: ExperimentConfig) -> int:
    """How many indices of images are drawn together."""
    if config.training.sampling == "epochs":
        return config.dataset.train_images
    return config.training.batch_size * batches.DRAWN_BATCHES


def _stored_itemsize(config: ExperimentConfig, itemsize: int) -> int:
    """Bytes of a number of an image as it is kept: one, where images are levels of brightness."""
    return 1 if config.dataset.source.levels else itemsize


def _images(config: ExperimentConfig, steps: Sequence[Step], itemsize: int) -> int:
    """Batches, and images that are copied: other numbers than the cache holds, the images of a fold, few without their
    empty pixels, few as numbers."""
    dataset, training = config.dataset, config.training
    pixels = math.prod(dataset.source.shape)
    stored = _stored_itemsize(config, itemsize)
    train, validation = dataset.train_images, dataset.validation_images
    both = train + dataset.test_images
    converted = not (dataset.source.levels or itemsize == 4)
    copied = 0
    if learns_on_fewer_pixels(config, steps, train):
        copied += train
    if dataset.fold is not None or converted:
        copied += both
    if converted:
        copied += validation
    numbers = training.batch_size * pixels * (itemsize + stored)
    if dataset.source.levels and train * pixels * itemsize <= batches.FEW_BYTES:
        numbers += train * pixels * itemsize
    indices = both + validation + copied + _drawn(config) + training.batch_size
    return copied * pixels * stored + numbers + indices * 8


def _evaluated(config: ExperimentConfig) -> list[int]:
    """Images that are measured again and again: of those trained on, the test images, and the validation images."""
    dataset = config.dataset
    sample = min(config.training.evaluate_train_size, dataset.train_images)
    return [sample, dataset.test_images, *([dataset.validation_images] if dataset.validation_size else [])]


def _evaluators(config: ExperimentConfig, steps: Sequence[Step], itemsize: int) -> int:
    """Logits and losses of all measured images; images without their empty pixels, as bytes, or else the sample."""
    classes = math.prod(steps[-1].output_shape)
    again = _evaluated(config)
    sample, measured = again[0], list(again)
    if sample < config.dataset.train_images:
        measured.append(config.dataset.train_images)  # after the last iteration
    held = [logits_at_once(count, classes) for count in measured]
    logits = sum(held) * classes * itemsize
    # a loss for each number of images: softmax, three numbers and two indices for each image
    losses = sum(set(held)) * ((classes + 3) * itemsize + 16)
    total = logits + losses
    pixels = math.prod(config.dataset.source.shape)
    stored = _stored_itemsize(config, itemsize)
    own_sample = sample * pixels * stored if sample < config.dataset.train_images else 0
    whole = block_images(steps)
    numbers = [min(whole, count) * pixels * itemsize if stored != itemsize else 0 for count in measured]
    if lowest_dense(steps) is None:
        return total + own_sample + sum(numbers)
    # for empty pixels: which are used, and those of a half of the images
    search = 3 * max(again) * pixels // 2
    if not leaves_pixels_empty(config):
        return total + own_sample + numbers[0] + max(search, sum(numbers[1:]))
    units = math.prod(steps[0].output_shape)
    copies = sum(again) * pixels * stored
    scratch = sum(min(BLOCK, count) * pixels + units * pixels for count in again) * itemsize
    return total + max(copies, own_sample + search) + scratch


def leaves_pixels_empty(config: ExperimentConfig) -> bool:
    """Whether images leave pixels empty, by a rule of thumb: drawings in one colour do, photographs do not."""
    shape = config.dataset.source.shape
    return len(shape) == 3 and shape[0] == 1


def _passes(config: ExperimentConfig, steps: Sequence[Step], itemsize: int) -> int:
    """Arrays of all steps for each size of batch, and the loss of a batch."""
    training = config.training
    train = {training.batch_size}
    if training.sampling == "epochs":
        train |= {config.dataset.train_images % training.batch_size} - {0}
    classes = math.prod(steps[-1].output_shape)
    loss = sum(train) * ((classes + 3) * itemsize + 16)
    evaluation: set[int] = set()
    whole = block_images(steps)
    again = _evaluated(config)
    sample = again[0]
    if lowest_dense(steps) is not None and leaves_pixels_empty(config):
        for count in again:
            parts = -(-count // BLOCK)
            evaluation |= {count // parts, -(-count // parts)}
        last = [config.dataset.train_images] if sample < config.dataset.train_images else []
    else:
        last = [*again, config.dataset.train_images]
    for count in last:
        evaluation |= {min(whole, count), count % whole} - {0}
    passes = {(count, True) for count in train} | {(count, False) for count in evaluation}
    return loss + memory(steps, passes)
