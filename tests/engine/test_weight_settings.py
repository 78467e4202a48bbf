"""Layers whose weights the penalties leave alone, and layers that are not learnt."""

import json

import numpy as np
import pytest

from engine import ConfigError, ExperimentConfig, Trainer
from engine.memory import estimate
from engine.optimizers import OPTIMIZERS
from tests.engine.gradients import check_network
from tests.engine.test_network import LABELS, activation, dense, images, network
from tests.support.events import steps_of

CONV = {"type": "conv2d", "filters": 4, "kernel_size": 3}
SETTINGS = [{}, {"penalized": False}, {"trainable": False}, {"penalized": False, "trainable": False}]


def experiment(layers, **sections):
    return ExperimentConfig.from_dict(
        {
            "network": {"layers": layers, "initializer": {"name": "glorot_uniform"}},
            "training": {"iterations": 12, "batch_size": 20},
            **sections,
        }
    )


def layers_with(lower, upper):
    return [{**CONV, **lower}, activation("tanh"), dense(7, **lower), activation("relu"), dense(10, **upper)]


@pytest.mark.parametrize("lower", SETTINGS)
@pytest.mark.parametrize("upper", SETTINGS)
def test_gradients_are_those_of_the_loss_whatever_is_penalized_or_learnt(lower, upper):
    check_network(network(layers_with(lower, upper), l1=0.01, l2=0.1), images(), LABELS)


def test_the_penalty_is_on_the_penalized_weights_that_are_learnt_and_on_no_others():
    layers = [dense(6, penalized=False), activation("tanh"), dense(5), dense(4, trainable=False), dense(10)]
    net = network(layers, l2=0.1)
    net.loss_and_gradients(images(), LABELS)
    on = [net.parameters[f"{number}.W"] for number in (2, 4)]
    assert net.penalty_value == pytest.approx(0.05 * sum((W**2).sum() for W in on))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_frozen_weights_stay_bit_for_bit_with_every_optimizer_and_the_others_change(digits, optimizer):
    config = experiment(
        layers_with({"trainable": False}, {}),
        optimizer={"name": optimizer, "learning_rate": 0.1},
        regularization={"l1": 0.01, "l2": 0.1},
        training={"iterations": 12, "batch_size": 20, "clip_norm": 1.0},
    )
    trainer = Trainer(config, digits)
    before = {name: array.copy() for name, array in trainer.network.parameters.items()}
    list(trainer.run())
    moved = {
        name
        for name, array in trainer.network.parameters.items()
        if array.tobytes() != before[name].tobytes()
    }
    assert moved == {"3.W", "3.b"}


def test_a_network_without_trainable_weights_stays_as_it_is_and_is_not_called_dead(digits):
    config = experiment([dense(10, trainable=False)], training={"iterations": 70, "batch_size": 20})
    trainer = Trainer(config, digits)
    before = trainer.network.vector.tobytes()
    steps = steps_of(trainer)
    assert trainer.network.vector.tobytes() == before
    assert all(step.gradient_norms[0] > 0 for step in steps)
    assert trainer.dead is None


def test_the_first_weights_and_the_batches_are_the_same_whatever_is_learnt_or_penalized(digits):
    first = [Trainer(experiment(layers_with(lower, {})), digits) for lower in SETTINGS]
    for other in first[1:]:
        for name, array in first[0].network.parameters.items():
            assert other.network.parameters[name].tobytes() == array.tobytes()
        assert other.network.weight_layers.keys() == first[0].network.weight_layers.keys()
    losses = {trainer.step().loss for trainer in first}
    assert len(losses) == 1


def test_a_run_goes_on_from_a_checkpoint_bit_for_bit(digits):
    config = experiment(
        layers_with({"trainable": False}, {"penalized": False}),
        optimizer={"name": "adamw", "learning_rate": 0.01},
        regularization={"l1": 0.001, "l2": 0.1},
    )
    whole = [event.values for event in Trainer(config, digits).run()]
    trainer = Trainer(config, digits)
    begun = [event.values for _ in range(5) for event in trainer.advance()]
    restored = Trainer.restore(trainer.checkpoint(), digits)
    assert begun + [event.values for event in restored.run()] == whole


def test_settings_as_by_default_leave_no_trace_in_the_document():
    said = experiment(layers_with({"penalized": True, "trainable": True}, {}))
    unsaid = experiment(layers_with({}, {}))
    assert said == unsaid
    assert "penalized" not in json.dumps(said.to_dict())
    assert "trainable" not in json.dumps(said.to_dict())

    other = experiment(layers_with({"penalized": False}, {"trainable": False}))
    assert [layer.get("penalized", True) for layer in other.network.layers] == [
        False,
        True,
        False,
        True,
        True,
    ]
    assert ExperimentConfig.from_dict(other.to_dict()) == other


@pytest.mark.parametrize("name", ["penalized", "trainable"])
def test_wrong_settings_name_their_field(name):
    with pytest.raises(ConfigError) as error:
        experiment([dense(10, **{name: 0})])
    assert error.value.field == f"network.layers.0.{name}"
    with pytest.raises(ConfigError) as error:
        experiment([activation("relu", **{name: False}), dense(10)])
    assert error.value.code == "unknown_key"


def test_less_memory_is_counted_for_frozen_layers():
    adam = {"optimizer": {"name": "adam"}}
    learnt, frozen = (
        experiment([dense(500, **more), dense(10)], **adam) for more in ({}, {"trainable": False})
    )
    assert estimate(learnt) - estimate(frozen) >= 2 * 64 * 500 * 4


def test_inside_blocks_they_hold_too(digits):
    block = {
        "type": "residual",
        "layers": [dense(64, trainable=False), activation("relu"), dense(64, penalized=False)],
    }
    config = experiment([{"type": "flatten"}, block, dense(10)], regularization={"l1": 0.0, "l2": 0.1})
    trainer = Trainer(config, digits)
    before = {name: array.copy() for name, array in trainer.network.parameters.items()}
    step = trainer.step()
    assert step.penalty == pytest.approx(0.05 * (before["2.W"].astype(float) ** 2).sum(), rel=1e-5)
    assert trainer.network.parameters["1.1.W"].tobytes() == before["1.1.W"].tobytes()
    assert np.abs(trainer.network.parameters["1.3.W"] - before["1.3.W"]).max() > 0
