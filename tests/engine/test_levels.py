"""Images that are kept as whole levels from 0 to 255: a run on them is the same, bit for bit."""

import numpy as np
import pytest

from engine import Dataset, ExperimentConfig, Trainer
from engine.levels import AT_ONCE, as_levels, as_numbers

LEVELS = np.arange(256, dtype=np.uint8)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_levels_and_numbers_are_the_same_images(dtype):
    numbers = as_numbers(LEVELS, dtype)
    assert numbers.dtype == dtype
    assert (numbers[0], numbers[-1]) == (0, 1)
    np.testing.assert_array_equal(as_levels(numbers), LEVELS)
    assert as_levels(LEVELS) is LEVELS
    assert as_numbers(numbers, dtype) is numbers
    out = np.empty(256, dtype)
    assert as_numbers(LEVELS, dtype, out) is out
    np.testing.assert_array_equal(out, numbers)


def test_images_are_kept_as_levels_only_where_they_are_such():
    numbers = LEVELS.astype(np.float32)
    for levels in (numbers / np.float32(255), numbers * np.float32(1 / 255), LEVELS / 255):
        np.testing.assert_array_equal(as_levels(levels), LEVELS)
    beyond = np.zeros(AT_ONCE + 1, np.float32)
    beyond[-1] = 0.1  # the last of all: nothing is decided by the first ones alone
    for images in (
        beyond,
        np.array([0.1, 0.5], np.float32),
        np.array([0, 1.2], np.float32),
        np.array([-1 / 255, 1], np.float32),
        np.array([np.nan], np.float32),
        np.empty((5, 0), np.float32),
    ):
        assert as_levels(images) is images


@pytest.mark.parametrize("network", [{"preset": "mlp"}, {"preset": "simple_convnet"}])
@pytest.mark.parametrize("count", [200, 6000])
def test_a_run_on_levels_is_the_run_on_numbers_bit_for_bit(network, count):
    """Whether there are few images, which become numbers at once, or many, which do so batch by batch."""
    generator = np.random.default_rng(0)
    levels = generator.integers(0, 256, (count, 1, 28, 28), np.uint8)
    labels = generator.integers(0, 10, count)

    def run(images):
        dataset = Dataset(
            name="own",
            train_images=images,
            train_labels=labels,
            test_images=images[:50],
            test_labels=labels[:50],
            class_names=tuple("0123456789"),
        )
        document = {
            "dataset": {"name": "mnist"},
            "network": network,
            "training": {"iterations": 7, "batch_size": 64, "sampling": "epochs", "evaluate_train_size": 100},
        }
        return [event.values for event in Trainer(ExperimentConfig.from_dict(document), dataset).run()]

    assert run(levels) == run(as_numbers(levels, np.float32))
