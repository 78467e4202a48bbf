"""Presets: the layers that they stand for, and training of whole networks."""

import numpy as np
import pytest

from engine import ConfigError, Dataset, ExperimentConfig, Trainer
from engine.fast.plan import plan
from engine.layers import build_layers
from engine.network import Network, build_network
from engine.presets import PRESETS
from engine.summary import summarize
from tests.engine.gradients import relative_error

SHAPES = {
    "mlp": "digits",
    "simple_convnet": "mnist",
    "keras_cifar": "cifar10",
    "alexnet": "imagenet",
    "alexnet_cifar": "cifar10",
}


def experiment(preset, batch_size=4, dtype="float32", **more):
    return ExperimentConfig.from_dict(
        {
            "dataset": {"name": SHAPES[preset]},
            "network": {"preset": preset, **more},
            "training": {"batch_size": batch_size, "iterations": 3},
            "dtype": dtype,
        }
    )


def data_of(source, images):
    """These images to train and to test on, with labels by chance."""
    labels = np.random.default_rng(1).integers(0, len(source.class_names), len(images))
    return Dataset(
        name=source.name,
        train_images=images,
        train_labels=labels,
        test_images=images,
        test_labels=labels,
        class_names=source.class_names,
    )


def own_images(config, count=4):
    source = config.dataset.source
    return data_of(source, np.random.default_rng(0).random((count, *source.shape), dtype=np.float32))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_expands_to_layers_that_give_the_classes(preset):
    config = experiment(preset)
    summary = summarize(config)
    assert summary.layers[-1].output_shape == [len(config.dataset.source.class_names)]
    assert ExperimentConfig.from_dict(config.to_dict()) == config


@pytest.mark.parametrize("preset", ["mlp", "simple_convnet", "keras_cifar", "alexnet_cifar"])
def test_a_preset_trains_and_goes_on_from_a_checkpoint_bit_for_bit(preset):
    config = experiment(preset)
    data = own_images(config) if preset != "mlp" else None
    whole = [event.values for event in Trainer(config, data).run()]
    trainer = Trainer(config, data)
    first = [event.values for event in trainer.advance()]
    assert first + [e.values for e in Trainer.restore(trainer.checkpoint(), data).run()] == whole
    assert np.isfinite(whole[-1]).all()


def test_alexnet_has_its_62_million_parameters():
    summary = summarize(experiment("alexnet"))
    assert summary.parameters == pytest.approx(62.4e6, rel=0.01)
    assert [row.output_shape for row in summary.layers if row.type == "max_pool2d"] == [
        [96, 27, 27],
        [256, 13, 13],
        [256, 6, 6],
    ]


@pytest.mark.parametrize("preset", ["simple_convnet", "keras_cifar"])
def test_the_gradient_of_a_whole_network_is_that_of_its_loss(preset):
    """Along random parts of the gradient: a full check of every weight would take hours."""
    config = experiment(preset, dtype="float64")
    network = build_network(config, np.random.default_rng(0))
    data = own_images(config)
    network.loss_and_gradients(data.train_images, data.train_labels)
    gradient, weights = network.gradient.copy(), network.vector.copy()
    generator = np.random.default_rng(1)
    for _ in range(3):
        direction: np.ndarray = gradient * generator.integers(0, 2, len(weights))
        direction /= np.linalg.norm(direction)
        losses = []
        for step in (1e-6, -1e-6):
            network.vector[...] = weights + step * direction
            losses.append(network.loss_and_gradients(data.train_images, data.train_labels))
        numerical = np.array((losses[0] - losses[1]) / 2e-6)
        assert relative_error(np.array(gradient @ direction), numerical) <= 1e-6


@pytest.mark.parametrize("stages", [1, 2])
@pytest.mark.parametrize("filters", [3, 8])
@pytest.mark.parametrize("size", [9, 10, 11])
@pytest.mark.parametrize("pool", [None, {"size": 2}, {"size": 3, "stride": 2}, {"size": 2, "stride": 1}])
def test_a_fused_step_equals_the_layers_that_it_replaces(pool, size, filters, stages):
    shape = (2, size, size + 1)
    described = []
    for stage in range(stages):
        described.append(
            {"type": "conv2d", "filters": filters, "kernel_size": 3, "stride": 1, "padding": stage}
        )
        described.append({"type": "activation", "name": "relu"})
        if pool:
            described.append({"type": "max_pool2d", "stride": None, **pool})
    described.append({"type": "dense", "units": 4})

    def network():
        return Network(
            build_layers(described, shape),
            initializer={"name": "normal", "std": 0.3},
            generator=np.random.default_rng(0),
            dtype="float64",
        )

    fused, apart = network(), network()
    apart.plan = apart.steps = plan(apart.layers, apart.dtype, fused=False)
    assert len(fused.steps) < len(apart.steps)
    generator = np.random.default_rng(1)
    for n in (5, 7, 64):
        x, labels = generator.standard_normal((n, *shape)), generator.integers(0, 4, n)
        losses = [net.loss_and_gradients(x, labels) for net in (fused, apart)]
        assert losses[0] == pytest.approx(losses[1], rel=1e-12)
        np.testing.assert_allclose(fused.gradient, apart.gradient, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(fused.forward(x), apart.forward(x), rtol=1e-9, atol=1e-12)


def test_layers_with_wrong_shapes_are_refused_with_their_position():
    conv = {"type": "conv2d", "filters": 2, "kernel_size": 9}
    with pytest.raises(ConfigError) as caught:
        ExperimentConfig.from_dict({"network": {"layers": [{"type": "flatten"}, conv]}})
    assert (caught.value.code, caught.value.field) == ("shape", "network.layers.1")
    with pytest.raises(ConfigError, match="does not fit"):
        ExperimentConfig.from_dict({"network": {"layers": [conv, {"type": "dense", "units": 10}]}})


def test_dropout_can_be_changed_live_also_inside_blocks():
    config = experiment("mlp", dropout=0.5)
    trainer = Trainer(config)
    trainer.set_live(dropout=0.1)
    assert trainer.network.dropout_rate == 0.1
    trainer = Trainer.restore(trainer.checkpoint())
    assert trainer.network.dropout_rate == 0.1


@pytest.mark.parametrize(
    ("preset", "narrow", "filters", "units"),
    [
        ("keras_cifar", {"filters": 16, "units": 256}, [16, 16], [256, 10]),
        ("alexnet_cifar", {"filters": 16}, [16, 32, 48, 48, 32], [128, 64, 10]),
    ],
)
def test_the_networks_for_photographs_can_be_narrower(preset, narrow, filters, units):
    layers = experiment(preset, **narrow).network.layers
    assert [layer["filters"] for layer in layers if layer["type"] == "conv2d"] == filters
    assert [layer["units"] for layer in layers if layer["type"] == "dense"] == units
