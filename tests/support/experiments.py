"""Short experiments for tests in which the learning itself does not matter."""

from __future__ import annotations

from typing import Any

#: Trains in well under a second.
QUICK: dict[str, Any] = {
    "name": "quick",
    "dataset": {"name": "digits"},
    "network": {"preset": "mlp", "hidden": [16]},
    "optimizer": {"name": "sgd", "learning_rate": 0.1},
    "training": {"iterations": 200, "batch_size": 32, "evaluate_every": 20},
}

#: Two evaluations.
SHORT: dict[str, Any] = {**QUICK, "training": {"iterations": 40, "batch_size": 16, "evaluate_every": 20}}

#: Trains for about a second, and keeps some checkpoints.
LONG: dict[str, Any] = {
    **QUICK,
    "name": "long",
    "network": {"preset": "mlp", "hidden": [256]},
    "training": {"iterations": 2000, "batch_size": 256, "evaluate_every": 100},
}

#: Trains until it is cancelled, with random streams and moments that a checkpoint must hold: for tests in which
#: something must happen while a run trains, however slow the machine is. `LabServer.train_on` ends it.
STOCHASTIC: dict[str, Any] = {
    "name": "stochastic",
    "dataset": {"name": "digits"},
    "network": {"preset": "mlp", "hidden": [32, 16], "batch_norm": True, "dropout": 0.2},
    "optimizer": {"name": "adam", "learning_rate": 0.001},
    "training": {"iterations": 1_000_000, "batch_size": 32, "evaluate_every": 100, "sampling": "epochs"},
}

#: Trains until it is cancelled.
ENDLESS: dict[str, Any] = {
    **QUICK,
    "name": "endless",
    "training": {"iterations": 1_000_000, "batch_size": 32, "evaluate_every": 1000},
}

#: Trains until it is cancelled, some hundred iterations a second: the smaller network of ENDLESS makes thousands. To
#: store and draw them would be most of the work of a test that only needs a run that goes on.
STEADY: dict[str, Any] = {
    **ENDLESS,
    "network": {"preset": "mlp", "hidden": [200, 200]},
    "training": {**ENDLESS["training"], "evaluate_every": 100},
}

#: Lesson 1a on the digits, a tenth of a second: the gradient vanishes, and nothing is learned.
VANISHING: dict[str, Any] = {
    "name": "sigmoid",
    "dataset": {"name": "digits"},
    "network": {
        "preset": "mlp",
        "hidden": [40, 20],
        "activation": "sigmoid",
        "initializer": {"name": "normal", "std": 0.01},
    },
    "optimizer": {"name": "sgd", "learning_rate": 0.1},
    "training": {"iterations": 400, "batch_size": 50},
}
