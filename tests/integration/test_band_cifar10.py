"""Accuracies on real CIFAR-10 against PyTorch's; beside `test_bands.py`, so that the two files can run in parallel.

PyTorch, with the same settings, gives 49.7, 54.0, 48.5, 46.6, 46.9 and 48.1 % on the images trained on and 46.5, 46.8,
44.1, 38.9, 42.5 and 43.8 % on the test images for six seeds. The band is their mean ± three standard deviations.
"""

import pytest

from engine import ExperimentConfig, Trainer, datasets
from tests.support.events import evaluations_of
from tests.support.folders import find_data_dir

DATA_DIR = find_data_dir()
HAS_CIFAR10 = DATA_DIR is not None and datasets.status("cifar10", DATA_DIR)["available"]


@pytest.mark.skipif(not HAS_CIFAR10, reason="CIFAR-10 is not on this machine: no band was checked")
def test_the_keras_network_is_in_its_band_after_two_epochs():
    config = ExperimentConfig.from_dict(
        {
            "dataset": {"name": "cifar10", "train_size": 5000, "test_size": 1000},
            "network": {"preset": "keras_cifar", "initializer": {"name": "glorot_uniform"}},
            "optimizer": {"name": "adam", "learning_rate": 0.001},
            "training": {"epochs": 2, "batch_size": 128, "sampling": "epochs", "evaluate_train_size": 1000},
        }
    )
    first, second = evaluations_of(Trainer(config, data_dir=DATA_DIR))
    assert first.train_accuracy < second.train_accuracy
    assert 100 * second.train_accuracy == pytest.approx(49.0, abs=8.1)
    assert 100 * second.test_accuracy == pytest.approx(43.8, abs=8.7)
