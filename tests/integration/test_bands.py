"""Final accuracies on real MNIST against those of an independent implementation with the same settings.

The bands are the references' means over three seeds, ± three of their standard deviations, at least a point, and
where 300 images make the outcome vary from seed to seed, as much as a mean over our seeds can. Without MNIST the
same networks must learn the digits.
"""

import numpy as np
import pytest

from engine import ExperimentConfig, Trainer, datasets
from tests.lab_server import find_data_dir

DATA_DIR = find_data_dir()
HAS_MNIST = DATA_DIR is not None and datasets.status("mnist", DATA_DIR)["available"]
needs_mnist = pytest.mark.skipif(not HAS_MNIST, reason="MNIST is not on this machine: no band was checked")


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def mlp(hidden, activation, initializer):
    return {"preset": "mlp", "hidden": hidden, "activation": activation, "initializer": initializer}


SMALL = {"name": "normal", "std": 0.01}
HE = {"name": "he_normal"}
OVERFITTING = {
    "dataset": {"name": "mnist", "train_size": 300},
    "network": mlp([100] * 6, "relu", HE),
    "optimizer": {"name": "sgd", "learning_rate": 0.01},
    "training": {"iterations": 1000},
}


def first(activation, initializer):
    return {
        "network": mlp([40, 20], activation, initializer),
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
        "training": {"iterations": 2000},
    }


def second(**optimizer):
    return {
        "network": mlp([40, 20], "sigmoid", SMALL),
        "optimizer": {"learning_rate": 0.01, **optimizer},
        "training": {"iterations": 1000},
    }


def final(document, cache_dir, seeds):
    """Train and test accuracy in %, means over seeds."""
    accuracies = []
    for seed in seeds:
        document = {"dataset": {"name": "mnist"}, **document, "seed": seed}
        document["training"] = {**document["training"], "evaluate_every": 100_000}
        trainer = Trainer(ExperimentConfig.from_dict(document), data_dir=DATA_DIR, cache_dir=cache_dir)
        last = list(trainer.run())[-1]
        accuracies.append((100 * last.train_accuracy, 100 * last.test_accuracy))
    return np.mean(accuracies, axis=0)


@needs_mnist
@pytest.mark.parametrize(
    ("document", "train", "test"),
    [
        pytest.param(first("sigmoid", SMALL), (10.2, 1.3), (10.2, 1.3), id="1 sigmoid stays at chance"),
        pytest.param(first("relu", SMALL), (91.7, 1.0), (91.5, 1.2), id="1 ReLU"),
        pytest.param(first("relu", HE), (96.0, 1.0), (95.6, 1.0), id="1 ReLU, He"),
        pytest.param(second(name="sgd"), (11.2, 1.2), (11.4, 1.5), id="2 SGD"),
        pytest.param(second(name="momentum"), (11.0, 1.2), (11.0, 1.5), id="2 Momentum"),
        pytest.param(second(name="rmsprop", rho=0.9), (95.4, 1.0), (94.9, 1.0), id="2 RMSProp"),
        pytest.param(second(name="adam"), (95.1, 1.0), (94.6, 1.0), id="2 Adam"),
        pytest.param(OVERFITTING, (100.0, 0.5), (76.9, 1.8), id="3 no penalty"),
        pytest.param(OVERFITTING | {"regularization": {"l2": 0.1}}, (91.9, 2.0), (72.4, 4.0), id="3 L2 0.1"),
        pytest.param(
            OVERFITTING | {"regularization": {"l2": 0.01}}, (100.0, 0.5), (77.9, 1.8), id="3 L2 0.01"
        ),
    ],
)
def test_mnist_ends_where_an_independent_implementation_does(document, train, test, cache_dir):
    measured = final(document, cache_dir, seeds=(0, 1, 2))
    np.testing.assert_array_less(np.abs(measured - [train[0], test[0]]), [train[1], test[1]])


@needs_mnist
def test_a_small_convolutional_network_reaches_its_band(cache_dir):
    document = {
        "dataset": {"name": "mnist", "train_size": 1000, "test_size": 200},
        "network": {"preset": "simple_convnet", "initializer": SMALL},
        "optimizer": {"name": "adam", "learning_rate": 0.001},
        "training": {"iterations": 1000},
    }
    train, test = final(document, cache_dir, seeds=(0,))
    assert train >= 99.5
    assert test == pytest.approx(95.0, abs=2.0)  # 200 images: half a point each


def test_the_networks_of_the_lessons_learn_the_digits(cache_dir):
    for network, least in ((mlp([40, 20], "relu", HE), 90), (mlp([100] * 6, "relu", HE), 90)):
        document = {
            "dataset": {"name": "digits"},
            "network": network,
            "optimizer": {"name": "adam", "learning_rate": 0.003},
            "training": {"iterations": 400},
        }
        _, test = final(document, cache_dir, seeds=(0,))
        assert test >= least
