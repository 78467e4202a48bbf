"""Runs that are known to have a fault, and healthy ones, each trained once; for the tests of findings."""

import functools
import json
from collections.abc import Sequence

import numpy as np

from engine import ExperimentConfig, Trainer
from engine.findings import Case, Measured, Rows
from engine.measuring import interval, measure

SMALL = {"name": "normal", "std": 0.01}
LARGE = {"name": "normal", "std": 1.0}
LINEAR = {"layers": [{"type": "dense", "units": 2}]}


def mlp(*hidden, activation="relu", **more):
    return {"preset": "mlp", "hidden": list(hidden or (40, 20)), "activation": activation, **more}


def experiment(network=None, rate=0.1, optimizer="sgd", dataset=None, regularization=None, **training):
    return {
        "dataset": {"name": "digits", **(dataset or {})},
        "network": network or mlp(),
        "optimizer": {"name": optimizer, "learning_rate": rate},
        "regularization": regularization or {},
        "training": {"iterations": 600, "batch_size": 50, **training},
    }


#: finding → runs that are known to have the fault, each trained in a fraction of a second
FAULTY = {
    "diverged": [experiment(mlp(40, 40, 40, activation="identity", initializer=LARGE), 1.0)],
    "initial_weights_large": [experiment(mlp(*[40] * 5, initializer=LARGE), 1e-5)],
    # lesson 1a and 1b, on the digits
    "initial_weights_small": [
        experiment(mlp(initializer=SMALL)),
        experiment(mlp(*[30] * 10, initializer=SMALL)),
    ],
    "vanishing_gradients": [
        experiment(mlp(activation="sigmoid", initializer=SMALL)),
        experiment(mlp(*[30] * 8, activation="sigmoid")),
    ],
    "exploding_gradients": [experiment(mlp(*[40] * 5, initializer=LARGE), 1e-5)],
    # lesson 2d
    "dead_network": [experiment(rate=10), experiment(mlp(initializer={"name": "zeros"}))],
    "rate_too_high": [{**experiment(rate=1), "seed": 2}, experiment(rate=0.1, optimizer="adam")],
    "rate_too_low": [experiment(rate=1e-3), experiment(rate=1e-5, optimizer="adam")],
    # lesson 3a
    "overfitting": [experiment(mlp(100, 100, 100), 0.01, "adam", {"train_size": 100, "label_noise": 0.2})],
    "gap": [experiment(mlp(100, 100, 100), dataset={"train_size": 100})],
    "penalty_too_strong": [
        experiment(regularization={"l2": 0.1}),
        experiment(regularization={"l2": 0.5}),
    ],
    "batch_norm_small_batches": [experiment(mlp(batch_norm=True), batch_size=4)],
    "labels_look_wrong": [experiment(dataset={"label_noise": 0.3})],
    "underfitting": [experiment(LINEAR, dataset={"name": "circles"}, iterations=800)],
    # most units of the lowest layer give 0 for every image
    "dead_units": [experiment(mlp(100, 50), rate=1.0, optimizer="sgd")],
    # one learns, but slowly; the other jumped to where it gives most images to one class
    "classes_never_predicted": [
        experiment(rate=0.01, iterations=200),
        {**experiment(rate=0.4, optimizer="momentum"), "seed": 1},
    ],
    # what is left of the rate after 150 iterations moves nothing
    "plateau": [experiment(iterations=750, schedule={"name": "step", "every": 150, "factor": 0.001})],
}
FAULTY_RUNS = [(code, index) for code, runs in FAULTY.items() for index in range(len(runs))]

HEALTHY = {
    "SGD 0.03": experiment(rate=0.03),
    "SGD 0.1": experiment(rate=0.1),
    "SGD 0.3": experiment(rate=0.3),
    "Adam": experiment(rate=0.001, optimizer="adam"),
    "momentum": experiment(rate=0.01, optimizer="momentum"),
    "sigmoid, He": experiment(mlp(activation="sigmoid"), iterations=1000),
    "tanh, deep": experiment(mlp(*[30] * 8, activation="tanh", initializer={"name": "glorot_normal"}), 0.05),
    "batch norm": experiment(mlp(batch_norm=True)),
    "batch norm, batches of 8": experiment(mlp(batch_norm=True), batch_size=8),
    # the loss of batches is that of moved images, which are harder
    "batch norm, small batches of moved images": experiment(
        mlp(batch_norm=True), dataset={"augment": {"shift": 1}}, batch_size=7
    ),
    "dropout": experiment(mlp(dropout=0.3)),
    "residual": experiment(mlp(*[30] * 4, residual=True), 0.03),
    "L2": experiment(regularization={"l2": 0.01}),
    "L1": experiment(regularization={"l1": 0.001}),
    "validation images": experiment(dataset={"validation_size": 200}),
    "softmax regression": experiment({"layers": [{"type": "dense", "units": 10}]}, 0.1),
    "moons": experiment(mlp(16, 16), dataset={"name": "moons"}),
    "blobs": experiment(mlp(16), dataset={"name": "blobs"}),
    "convolution": experiment(
        {"preset": "simple_convnet", "filters": 4, "kernel_size": 3, "units": 20},
        0.01,
        "adam",
        iterations=150,
        evaluate_every=5,
    ),
}


@functools.cache
def _trained(text):
    config = ExperimentConfig.from_dict(json.loads(text))
    trainer = Trainer(config)
    events: dict[str, list[Sequence[float]]] = {"train": [], "evaluation": []}
    measured = []
    while advanced := trainer.advance():
        for event in advanced:
            events[event.stream].append(event.values)
        if trainer.iteration % interval(config, trainer.iterations) == 0 and not trainer.divergence:
            measured.append(Measured(trainer.iteration, measure(trainer)))
    streams = {
        stream: (trainer.columns[stream], np.array(rows, np.float32).reshape(len(rows), -1).T)
        for stream, rows in events.items()
        if rows
    }
    return config, Rows.of(streams), measured


def case_of(document, until=None):
    config, rows, measured = _trained(json.dumps(document))
    if until is None:
        return Case(rows, config, measured)
    return Case(
        rows.up_to(until), config, [measurement for measurement in measured if measurement.iteration <= until]
    )
