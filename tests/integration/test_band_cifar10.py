"""Final accuracies on real CIFAR-10, at full length; beside `test_bands.py`, so that the two can run at once.

PyTorch, with the same settings, gives 73.8, 69.8, 71.5, 69.2, 71.6 and 66.1 % on the images trained on and 64.9, 59.3,
61.8, 59.4, 63.5 and 58.2 % on the test images for six seeds. The band is their mean ± three standard deviations.
"""

import pytest

from engine import ExperimentConfig, Trainer, datasets
from tests.lab_server import find_data_dir

DATA_DIR = find_data_dir()
HAS_CIFAR10 = DATA_DIR is not None and datasets.status("cifar10", DATA_DIR)["available"]


@pytest.mark.skipif(not HAS_CIFAR10, reason="CIFAR-10 is not on this machine: no band was checked")
def test_the_keras_network_reaches_its_band_and_gains_with_each_epoch():
    config = ExperimentConfig.from_dict(
        {
            "dataset": {"name": "cifar10", "train_size": 20_000, "test_size": 1000},
            "network": {"preset": "keras_cifar", "initializer": {"name": "glorot_uniform"}},
            "optimizer": {"name": "adam", "learning_rate": 0.001},
            "training": {"epochs": 5, "batch_size": 256, "sampling": "epochs", "evaluate_train_size": 1000},
        }
    )
    evaluations = [
        event for event in Trainer(config, data_dir=DATA_DIR).run() if event.stream == "evaluation"
    ]
    assert len(evaluations) == 5
    gained = [evaluation.train_accuracy for evaluation in evaluations]
    assert gained[0] < gained[1] < gained[2]
    assert gained[-1] == max(gained)
    assert 100 * evaluations[-1].train_accuracy == pytest.approx(70.3, abs=7.8)
    assert 100 * evaluations[-1].test_accuracy == pytest.approx(61.2, abs=7.8)
