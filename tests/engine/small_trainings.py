"""A small training on the digits, for the tests of trainers."""

from engine import ExperimentConfig

MLP = {"preset": "mlp", "hidden": [16]}


def experiment(**sections):
    """30 iterations of an MLP; these sections are others, and these fields of the section training."""
    training = {"iterations": 30, "batch_size": 20, **sections.pop("training", {})}
    return ExperimentConfig.from_dict({"network": MLP, "training": training, **sections})


def curve(trainer):
    return [event.values for event in trainer.run()]
