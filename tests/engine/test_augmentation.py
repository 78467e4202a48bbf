"""Augmentation of images: shifts, turns, flips and noise."""

import tracemalloc

import numpy as np
import pytest

from engine import ConfigError, ExperimentConfig, Trainer
from engine.augmentation import Augmentation, move, turn, working_bytes
from engine.reasons import Reason


def augmentation(**settings):
    settings = {"shift": 0, "rotate": 0.0, "noise": 0.0, "flip": False, **settings}
    return Augmentation(**settings, generator=np.random.default_rng(0))


def test_a_shift_moves_pixels_and_fills_with_black():
    image = np.arange(1.0, 17).reshape(1, 4, 4)
    expected = np.zeros_like(image)
    expected[:, 1:, :2] = image[:, :3, 2:]
    move(image, 1, -2)
    np.testing.assert_array_equal(image, expected)
    move(image, 9, 9)
    assert not image.any()


@pytest.mark.parametrize("shape", [(1, 5, 5), (2, 6, 6)])
def test_a_quarter_turn_is_exact_and_counter_clockwise(shape):
    images = np.random.default_rng(0).random((3, *shape))
    turned = images.copy()
    turn(turned, np.array([0.0, np.pi / 2, -np.pi / 2]))
    np.testing.assert_allclose(turned[0], images[0], atol=1e-12)
    np.testing.assert_allclose(turned[1], np.rot90(images[1], axes=(1, 2)), atol=1e-9)
    np.testing.assert_allclose(turned[2], np.rot90(images[2], -1, axes=(1, 2)), atol=1e-9)


def test_a_flip_exchanges_left_and_right_of_about_half_the_images():
    images = np.random.default_rng(0).random((400, 1, 3, 3))
    flipped = images.copy()
    augmentation(flip=True).apply(flipped)
    changed = [not np.array_equal(a, b) for a, b in zip(images, flipped, strict=True)]
    assert 150 < sum(changed) < 250
    first = changed.index(True)
    np.testing.assert_array_equal(flipped[first], images[first, :, :, ::-1])


def test_noise_has_the_given_standard_deviation_also_on_points():
    points = np.zeros((5000, 2), np.float32)
    augmentation(noise=0.3).apply(points)
    assert points.std() == pytest.approx(0.3, rel=0.05)


def test_a_large_batch_is_changed_in_parts_exactly_as_it_would_be_whole():
    images = np.random.default_rng(0).random((1000, 1, 5, 7), np.float32)
    whole, draws = images.copy(), np.random.default_rng(0)
    turn(whole, np.radians(draws.uniform(-20, 20, 1000)))
    whole += draws.standard_normal(whole.shape, np.float32) * np.float32(0.1)
    augmentation(rotate=20.0, noise=0.1).apply(images)
    np.testing.assert_array_equal(images, whole)


@pytest.mark.parametrize("changes", [{"shift": 2}, {"rotate": 10.0}, {"noise": 0.1}, {"flip": True}])
@pytest.mark.parametrize(
    ("shape", "count", "dtype"),
    [((1, 28, 28), 2000, np.float64), ((3, 32, 32), 1000, np.float32), ((3, 200, 200), 20, np.float64)],
)
def test_the_memory_that_augmentation_takes_is_bounded_for_any_batch(shape, count, dtype, changes):
    images, change = np.ones((count, *shape), dtype), augmentation(**changes)
    tracemalloc.start()
    try:
        change.apply(images)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < working_bytes(shape) < images.nbytes


def test_augmentation_changes_batches_and_not_the_data_set():
    document = {
        "dataset": {"augment": {"shift": 1, "rotate": 10, "noise": 0.1}},
        "training": {"iterations": 5},
    }
    trainer = Trainer(ExperimentConfig.from_dict(document))
    before = trainer._images.copy()
    first = [event.values for event in trainer.advance()]
    resumed = Trainer.restore(trainer.checkpoint())
    assert [e.values for e in resumed.run()] == [e.values for e in trainer.run()]
    np.testing.assert_array_equal(trainer._images, before)
    plain = Trainer(ExperimentConfig.from_dict({"training": {"iterations": 5}}))
    assert first != [event.values for event in plain.advance()]
    np.testing.assert_array_equal(plain.batches.order, trainer.batches.order)


@pytest.mark.parametrize(
    ("name", "augment", "field"),
    [
        ("digits", {"flip": True}, "dataset.augment.flip"),
        ("moons", {"rotate": 5}, "dataset.augment.rotate"),
        ("digits", {"shift": -1}, "dataset.augment.shift"),
        ("digits", {"zoom": 2}, "dataset.augment.zoom"),
    ],
)
def test_augmentation_that_does_not_suit_the_images_is_refused(name, augment, field):
    with pytest.raises(ConfigError) as caught:
        ExperimentConfig.from_dict({"dataset": {"name": name, "augment": augment}})
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("name", "setting", "code"),
    [
        ("digits", "flip", "augmentation"),
        ("moons", "flip", "augments_images"),
        ("moons", "shift", "augments_images"),
    ],
)
def test_what_has_no_images_is_not_said_to_have_images_of_another_class(name, setting, code):
    with pytest.raises(ConfigError) as caught:
        ExperimentConfig.from_dict({"dataset": {"name": name, "augment": {setting: setting == "flip" or 2}}})
    assert isinstance(caught.value.message, Reason)
    assert caught.value.message.why["code"] == code
