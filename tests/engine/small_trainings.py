"""A small training on the digits, for the tests of trainers."""

from engine import ExperimentConfig

MLP = {"preset": "mlp", "hidden": [16]}


def experiment(**sections):
    """30 iterations of an MLP. `sections` replace those of the experiment, except for `training`: its fields are
    added."""
    training = {"iterations": 30, "batch_size": 20, **sections.pop("training", {})}
    return ExperimentConfig.from_dict({"network": MLP, "training": training, **sections})


def curve(trainer):
    """Train to the end; returns the values of all events."""
    return [event.values for event in trainer.run()]
