"""Accuracies on real CIFAR-10 against PyTorch's; beside `test_bands.py`, so that the two can run at once.

PyTorch, with the same settings, gives 56.2, 57.4, 60.6, 53.1, 58.3 and 55.0 % on the images trained on and 49.0, 55.5,
54.0, 50.1, 57.4 and 52.4 % on the test images for six seeds. The band is their mean ± three standard deviations.
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
            "dataset": {"name": "cifar10", "train_size": 20_000, "test_size": 1000},
            "network": {"preset": "keras_cifar", "initializer": {"name": "glorot_uniform"}},
            "optimizer": {"name": "adam", "learning_rate": 0.001},
            "training": {"epochs": 2, "batch_size": 256, "sampling": "epochs", "evaluate_train_size": 1000},
        }
    )
    first, second = evaluations_of(Trainer(config, data_dir=DATA_DIR))
    assert first.train_accuracy < second.train_accuracy
    assert 100 * second.train_accuracy == pytest.approx(56.8, abs=7.9)
    assert 100 * second.test_accuracy == pytest.approx(53.1, abs=9.6)
