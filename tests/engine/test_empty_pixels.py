"""Pixels that are 0 in all images of a group are left out of products; nothing else changes."""

import numpy as np
import pytest

from engine import Dataset, ExperimentConfig, Trainer
from engine.fast.empty_pixels import group
from engine.memory import BLOCK


def sparse_images(count, shape=(1, 12, 12), seed=0):
    """Random rectangles on black."""
    generator = np.random.default_rng(seed)
    images = np.zeros((count, *shape), np.float32)
    _, height, width = shape
    for image in images:
        top, left = generator.integers(0, height - 3), generator.integers(0, width - 3)
        h, w = generator.integers(2, 6, 2)
        image[:, top : top + h, left : left + w] = generator.random(
            image[:, top : top + h, left : left + w].shape
        )
    return images


@pytest.mark.parametrize(("count", "size"), [(1, 10), (10, 10), (11, 10), (237, 20)])
@pytest.mark.parametrize("shape", [(1, 12, 12), (3, 12, 12)])
def test_groups_hold_every_image_once_and_all_of_its_pixels(count, size, shape):
    images = sparse_images(count, shape).reshape(count, -1)
    groups = group(images, shape, size)
    assert sorted(np.concatenate([members for members, _ in groups])) == list(range(count))
    assert len(groups) == -(-count // size)
    for members, pixels in groups:
        assert len(members) <= size
        np.testing.assert_array_equal(pixels, np.flatnonzero((images[members] != 0).any(axis=0)))


def test_groups_leave_more_out_than_the_images_as_they_come():
    images = sparse_images(400).reshape(400, -1)
    products = sum(len(members) * len(pixels) for members, pixels in group(images, (1, 12, 12), 25))
    in_order = sum(25 * (images[start : start + 25] != 0).any(axis=0).sum() for start in range(0, 400, 25))
    assert products < 0.8 * in_order


def test_points_are_not_reordered_as_images_are():
    points = np.random.default_rng(0).random((25, 2))
    members = [part for part, _ in group(points, (2,), 10)]
    np.testing.assert_array_equal(np.concatenate(members), np.arange(25))


def padded_dataset(train, test):
    """Images with an empty border of eight pixels, and any labels."""
    labels = np.random.default_rng(2)
    border = ((0, 0), (0, 0), (8, 8), (8, 8))
    return Dataset(
        name="own",
        train_images=np.pad(train, border),
        train_labels=labels.integers(0, 10, len(train)),
        test_images=np.pad(test, border),
        test_labels=labels.integers(0, 10, len(test)),
        class_names=tuple("0123456789"),
    )


@pytest.mark.parametrize("hidden", [[], [16, 16]])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_training_without_empty_pixels_is_training_with_them(hidden, optimizer, monkeypatch):
    dataset = padded_dataset(sparse_images(300), sparse_images(20, seed=1))
    config = ExperimentConfig.from_dict(
        {
            "dataset": {"name": "mnist"},
            "network": {"preset": "mlp", "hidden": hidden},
            "optimizer": {"name": optimizer, "learning_rate": 0.01},
            "regularization": {"l2": 0.1},
            "training": {"batch_size": 32, "sampling": "epochs"},
            "dtype": "float64",
        }
    )
    without = Trainer(config, dataset)
    assert without.batches.next()[0].shape[1] < 0.25 * 28**2
    without = Trainer(config, dataset)
    monkeypatch.setattr("engine.trainer.used_pixels", lambda images: None)
    whole = Trainer(config, dataset)
    for _ in range(25):  # the last batch of each epoch is a smaller one
        assert without.step().values == pytest.approx(whole.step().values, rel=1e-9)
    np.testing.assert_allclose(without.network.vector, whole.network.vector, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(without.network.gradients["1.W"][0], whole.network.gradients["1.W"][0])


def test_images_that_are_moved_are_trained_on_with_all_of_their_pixels():
    dataset = padded_dataset(sparse_images(300), sparse_images(20, seed=1))
    config = ExperimentConfig.from_dict({"dataset": {"name": "mnist", "augment": {"shift": 2}}})
    assert Trainer(config, dataset).batches.next()[0].shape == (100, 1, 28, 28)


@pytest.mark.parametrize("of_bytes", [False, True])
@pytest.mark.parametrize("hidden", [[], [16], [16, 16]])
def test_an_evaluation_without_empty_pixels_is_that_of_all_of_them(hidden, of_bytes):
    train, test = sparse_images(700), sparse_images(2 * BLOCK + 37, seed=1)
    if of_bytes:
        train, test = (np.rint(images * 255) / 255 for images in (train, test))
    dataset = padded_dataset(train, test)
    config = ExperimentConfig.from_dict(
        {"dataset": {"name": "mnist"}, "network": {"preset": "mlp", "hidden": hidden}, "dtype": "float64"}
    )
    trainer = Trainer(config, dataset)
    for _ in range(5):
        trainer.step()
    metrics = trainer.evaluate()
    again = trainer.evaluate()
    for part, accuracy, loss in (
        ("train", metrics.train_accuracy, metrics.train_loss),
        ("test", metrics.test_accuracy, metrics.test_loss),
    ):
        logits = trainer.network.forward(getattr(dataset, f"{part}_images"))
        truth = getattr(dataset, f"{part}_labels")
        shifted = logits - logits.max(axis=1, keepdims=True)
        p = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
        assert accuracy == np.mean(logits.argmax(axis=1) == truth)
        assert loss == pytest.approx(-np.log(p[np.arange(len(truth)), truth]).mean(), rel=1e-12)
    assert again == metrics
