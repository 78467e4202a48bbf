"""Memory: how many bytes a run will need, computed from its config before anything is allocated.

Each step of the network has a table of its arrays, from which it allocates them (`engine.fast.step`). The estimate adds
up these tables for all sizes of batches, and adds the parameter vectors, the images and the evaluation. A step keeps
arrays for each size of a batch, so an evaluation in blocks of 200 images has its own arrays beside those of training.

The estimate is never below the peak of a worker that trains the run, with one exception: it counts copies without empty
pixels only for images in one colour (see `leaves_pixels_empty`). If the whole data set is used, it is at most twice the
peak. `python -m benchmarks.worker_memory` compares the two.

Not counted are the interpreter, and the decoded images that all runs of a machine share (`engine.datasets.prepare`). If
a run copies images, the copies count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from engine import augmentation, batches, initializers, regularizers
from engine.config import ExperimentConfig
from engine.fast import optimizers
from engine.fast.dense import DenseStep
from engine.fast.plan import plan
from engine.fast.step import Step, memory
from engine.layers import Layer
from engine.plain_memory import plain_bytes

#: Images in a block of an evaluation that leaves out empty pixels (see `engine.evaluation`).
BLOCK = 500
#: Images in a block of other evaluations, such as with convolutions; so few that their activations stay in the cache.
WHOLE_BLOCK = 200
#: Images in a block if the layers themselves run (`fast=False`), which keep every window of a convolution.
PLAIN_BLOCK = 50
#: The most bytes that the activations of a block may take. If 200 images need more, as with a full AlexNet (2 GB),
#: blocks are smaller.
BLOCK_BYTES = 1 << 29

#: With at most this many training images, a run copies them without the pixels that are 0 in all of them. With more
#: images, few pixels are 0 in all.
LEARNT_APART = 10_000

#: The most logits that an evaluation holds at a time. This is enough for all images of the data sets with ten classes,
#: and it bounds the memory for millions of images with a thousand classes.
LOGITS = 1 << 23


#: Bytes that a worker needs in addition to the arrays of its run, for messages and waiting rows.
WORKER = 400_000

#: For each of this many bytes of arrays, one byte is lost in free pieces of memory that are too small to use.
SPARE = 16


def estimate(config: ExperimentConfig) -> int:
    """The most bytes that a run of this experiment needs: while it makes a measurement for findings, or a view, which
    needs about as much, and a checkpoint is still being written. The last measurement needs the initial weights again.
    Augmentation takes its memory at other moments.
    """
    held = arrays(config)
    augmented = augmentation.working_bytes(config.dataset.source.shape) if config.dataset.augment else 0
    beside = max(plain_bytes(config), initial_weights(config), augmented)
    return WORKER + held + held // SPARE + checkpoint(config) + beside


def arrays(config: ExperimentConfig) -> int:
    """Bytes of all arrays for training and evaluation."""
    layers = config.network.built
    dtype = np.dtype(config.dtype)
    itemsize = dtype.itemsize
    steps = plan(layers, dtype)
    lowest = lowest_dense(steps)
    if lowest and learns_on_fewer_pixels(config, steps, config.dataset.train_images):
        lowest.learn_on(np.arange(lowest.layer.inputs))  # all inputs: the worst case
    return (
        _vectors(config, layers, itemsize)
        + _images(config, steps, itemsize)
        + _evaluators(config, steps, itemsize)
        + _passes(config, steps, itemsize)
    )


def checkpoint(config: ExperimentConfig) -> int:
    """Bytes of a checkpoint."""
    return (1 + _slots(config) + _keeps_best(config)) * _vector(config) + 8 * _drawn(config)


def initial_weights(config: ExperimentConfig) -> int:
    """Bytes that making the initial weights again needs: a network, and the weights of a layer as they are drawn."""
    shapes = [spec.shape for layer in config.network.built for spec in layer.parameters if spec.is_weight]
    initializer = config.network.initializer
    drawn = max((initializers.drawing_numbers(initializer, shape) for shape in shapes), default=0)
    return 2 * _vector(config) + drawn * np.dtype(np.float64).itemsize


def _vector(config: ExperimentConfig) -> int:
    """Bytes of all parameters."""
    specs = [spec for layer in config.network.built for spec in layer.parameters]
    return sum(math.prod(spec.shape) for spec in specs) * np.dtype(config.dtype).itemsize


def block_images(steps: Sequence[Step]) -> int:
    """How many images pass through a network together in an evaluation that leaves out no pixels."""
    count = WHOLE_BLOCK
    while count > 1 and memory(steps, [(count, False)]) > BLOCK_BYTES:
        count //= 2
    return count


def logits_at_once(count: int, classes: int) -> int:
    """How many of `count` images an evaluation holds the logits of at a time."""
    return min(count, max(LOGITS // classes, BLOCK))


def lowest_dense(steps: Sequence[Step]) -> DenseStep | None:
    """The first step if it is a dense one, which can leave out empty pixels; otherwise None."""
    return steps[0] if isinstance(steps[0], DenseStep) else None


def may_learn_on_fewer_pixels(config: ExperimentConfig, images: int) -> bool:
    """Whether a dense step may leave out the pixels that are 0 in all training images. Augmentation forbids it: moved
    or noisy images have other empty pixels each time."""
    return config.dataset.augment is None and images <= LEARNT_APART


def learns_on_fewer_pixels(config: ExperimentConfig, steps: Sequence[Step], images: int) -> bool:
    """Whether a run will leave out such pixels. The estimate does not know the images and uses a rule of thumb."""
    may = lowest_dense(steps) is not None and may_learn_on_fewer_pixels(config, images)
    return may and leaves_pixels_empty(config)


def _vectors(config: ExperimentConfig, layers: Sequence[Layer], itemsize: int) -> int:
    """Parameters, gradients, the optimizer's state, the scratch arrays of optimizer and penalty, and the best
    weights."""
    specs = [spec for layer in layers for spec in layer.parameters]
    parameters = sum(math.prod(spec.shape) for spec in specs)
    learnt = sum(math.prod(spec.shape) for spec in specs if spec.trainable)
    penalized = [spec for spec in specs if spec.is_weight and spec.penalized and spec.trainable]
    weights = sum(math.prod(spec.shape) for spec in penalized)
    values = (2 + _keeps_best(config)) * parameters + _slots(config) * learnt
    values += optimizers.FAST[config.optimizer["name"]].scratch(learnt) + weights
    small = min(weights, regularizers.PART) * (itemsize + 1) if config.regularization.l1 else 0
    return values * itemsize + small


def _slots(config: ExperimentConfig) -> int:
    return len(optimizers.FAST[config.optimizer["name"]].slots)


def _keeps_best(config: ExperimentConfig) -> bool:
    stopping = config.training.early_stopping
    return stopping is not None and bool(stopping["restore_best"])


def _drawn(config: ExperimentConfig) -> int:
    """How many indices of images are drawn at a time."""
    if config.training.sampling == "epochs":
        return config.dataset.train_images
    return config.training.batch_size * batches.DRAWN_BATCHES


def _stored_itemsize(config: ExperimentConfig, itemsize: int) -> int:
    """Bytes of each value of a stored image: one, if images are levels of brightness."""
    return 1 if config.dataset.source.levels else itemsize


def _images(config: ExperimentConfig, steps: Sequence[Step], itemsize: int) -> int:
    """Batches, and copies of images: without their empty pixels, as another type of numbers than the cache has, for a
    fold, or converted to numbers at the start."""
    dataset, training = config.dataset, config.training
    pixels = math.prod(dataset.source.shape)
    stored = _stored_itemsize(config, itemsize)
    train, validation = dataset.train_images, dataset.validation_images
    everything = train + dataset.test_images + validation
    converted = not (dataset.source.levels or itemsize == 4)
    copied = 0
    if learns_on_fewer_pixels(config, steps, train):
        copied += train
    if converted:
        copied += everything
    elif dataset.fold is not None:
        copied += train + (validation if dataset.validates_on_fold else dataset.test_images)
    numbers = training.batch_size * pixels * (itemsize + stored)
    if dataset.source.levels and train * pixels * itemsize <= batches.FEW_BYTES:
        numbers += train * pixels * itemsize
    indices = everything + copied + _drawn(config) + training.batch_size
    return copied * pixels * stored + numbers + indices * 8


def _evaluated(config: ExperimentConfig) -> list[int]:
    """How many training, test and validation images each evaluation uses; fewer numbers where there are no test or
    validation images."""
    dataset = config.dataset
    sample = min(config.training.evaluate_train_size, dataset.train_images)
    return [sample, *(count for count in (dataset.test_images, dataset.validation_images) if count)]


def _evaluators(config: ExperimentConfig, steps: Sequence[Step], itemsize: int) -> int:
    """The arrays of evaluations: logits and losses of all images, and copies of the images without their empty pixels;
    if none are left out, a copy of the sample of training images."""
    classes = math.prod(steps[-1].output_shape)
    repeated = _evaluated(config)
    sample, all_counts = repeated[0], list(repeated)
    if sample < config.dataset.train_images:
        all_counts.append(config.dataset.train_images)  # after the last iteration
    logits_held = [logits_at_once(count, classes) for count in all_counts]
    logits = sum(logits_held) * classes * itemsize
    # a loss for each different number of images: softmax, three numbers and two indices for each image
    losses = sum(set(logits_held)) * ((classes + 3) * itemsize + 16)
    total = logits + losses
    pixels = math.prod(config.dataset.source.shape)
    stored = _stored_itemsize(config, itemsize)
    own_sample = sample * pixels * stored if sample < config.dataset.train_images else 0
    whole = block_images(steps)
    numbers = [min(whole, count) * pixels * itemsize if stored != itemsize else 0 for count in all_counts]
    if lowest_dense(steps) is None:
        return total + own_sample + sum(numbers)
    # the search for empty pixels: which pixels are used, and a copy of this for half of the images
    search = 3 * max(repeated) * pixels // 2
    if not leaves_pixels_empty(config):
        return total + own_sample + numbers[0] + max(search, sum(numbers[1:]))
    units = math.prod(steps[0].output_shape)
    copies = sum(repeated) * (pixels * stored + 8)  # with the index of each image
    scratch = sum(min(BLOCK, count) * pixels + units * pixels for count in repeated) * itemsize
    return total + max(copies, own_sample + search) + scratch


def leaves_pixels_empty(config: ExperimentConfig) -> bool:
    """Whether images have empty pixels. A rule of thumb: images in one colour have, photographs in colour have not. For
    colour images and tables that have them, a run also makes copies that are not counted. To count them always would
    nearly double the estimate for small samples of photographs."""
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
    repeated = _evaluated(config)
    sample = repeated[0]
    if lowest_dense(steps) is not None and leaves_pixels_empty(config):
        for count in repeated:
            parts = -(-count // BLOCK)
            evaluation |= {count // parts, -(-count // parts)}
        last = [config.dataset.train_images] if sample < config.dataset.train_images else []
    else:
        last = [*repeated, config.dataset.train_images]
    for count in last:
        evaluation |= {min(whole, count), count % whole} - {0}
    passes = {(count, True) for count in train} | {(count, False) for count in evaluation}
    return loss + memory(steps, passes)
