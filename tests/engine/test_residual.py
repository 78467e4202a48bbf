"""Residual blocks: gradients through their layers and their shortcut."""

import numpy as np
import pytest

from engine import ExperimentConfig
from engine.fast.residual import ResidualStep
from engine.layers import build_layers
from engine.network import build_network
from tests.engine.gradients import bind, check_layer, check_network
from tests.engine.image_layers import LayerSteps, images

RELU = {"type": "activation", "name": "relu"}
TANH = {"type": "activation", "name": "tanh"}


def conv(filters, stride=1):
    return {"type": "conv2d", "filters": filters, "kernel_size": 3, "stride": stride, "padding": 1}


def residual(shape, layers):
    return build_layers([{"type": "residual", "layers": layers}], shape)[0]


@pytest.mark.parametrize(
    "layers", [[{"type": "dense", "units": 5}, TANH], [{"type": "dense", "units": 7}, TANH]]
)
def test_gradients_through_layers_and_shortcut_are_right_for_features(layers):
    check_layer(bind(residual((5,), layers)), images(4, (5,)))


@pytest.mark.parametrize("layers", [[conv(2), TANH, conv(2)], [conv(3, stride=2), TANH], [TANH, conv(4)]])
def test_gradients_through_layers_and_shortcut_are_right_for_images(layers):
    check_layer(LayerSteps(residual((2, 6, 6), layers)), images(3, (2, 6, 6)))


@pytest.mark.parametrize("stride", [1, 2, 3, 4, 5])
def test_a_block_may_make_images_smaller_by_any_stride(stride):
    for size in range(5, 12):
        smaller = -(-size // stride)
        block = residual((2, size, size), [conv(3, stride=stride), TANH])
        assert block.output_shape == (3, smaller, smaller)


def test_a_block_may_make_images_smaller_that_are_not_square():
    assert residual((2, 1, 9), [conv(3, stride=2), TANH]).output_shape == (3, 1, 5)


def test_a_block_may_pool_images_whose_size_is_odd():
    pool = {"type": "max_pool2d", "size": 2}
    check_layer(LayerSteps(residual((2, 7, 7), [conv(3), TANH, pool])), images(3, (2, 7, 7)))


def test_a_block_whose_layers_give_zero_passes_its_input_on():
    block = bind(residual((5,), [{"type": "dense", "units": 5}]))
    for array in block.bound[0].values():
        array[...] = 0
    x = images(4, (5,))
    np.testing.assert_array_equal(block.forward(x, training=True), x)
    np.testing.assert_array_equal(block.backward(x.copy()), x)


def test_a_block_may_hold_another_block_batch_norm_and_a_penalty():
    inner = {"type": "residual", "layers": [{"type": "dense", "units": 6}, TANH]}
    layers = [
        {"type": "dense", "units": 6},
        {"type": "residual", "layers": [inner, {"type": "batch_norm"}, {**TANH, "activity_l2": 0.1}]},
        {"type": "dense", "units": 10},
    ]
    config = ExperimentConfig.from_dict({"dtype": "float64", "network": {"layers": layers}})
    network = build_network(config, np.random.default_rng(0))
    assert network.penalty_value == 0
    assert set(network.running) == {"2.2.running_mean", "2.2.running_variance"}
    check_network(network, images(4, (1, 8, 8)), np.array([1, 2, 3, 4]))
    assert network.penalty_value > 0
    assert len(network.weight_layers) == 3


@pytest.mark.parametrize(
    ("inner", "lowest"),
    [
        ([conv(1), RELU, conv(1)], "1.1.W"),
        ([TANH, conv(3)], "1.2.W"),
        ([conv(2), {"type": "batch_norm"}, RELU], "1.projection.W"),
        ([{"type": "residual", "layers": [conv(3)]}, RELU], "1.1.1.W"),
    ],
)
def test_the_lowest_block_learns_without_the_gradient_of_the_images(inner, lowest):
    pool = {"type": "avg_pool2d", "size": 4}
    layers = [{"type": "residual", "layers": inner}, pool, {"type": "dense", "units": 10}]
    config = ExperimentConfig.from_dict({"dtype": "float64", "network": {"layers": layers}})
    network = build_network(config, np.random.default_rng(0))
    # a bias before batch norm has gradient 0, which `floor` allows for
    check_network(network, images(3, (1, 8, 8)), np.array([1, 2, 3]), floor=1e-3)
    assert lowest in network.gradients

    block = next(step for step in network.plan if isinstance(step, ResidualStep))
    assert block.backward(np.ones_like(block.forward(np.zeros((1, 8, 1, 8, 3)), training=True))) is None
    assert all("dx" not in step.buffers(3, training=True) for step in lowest_of(block))


def lowest_of(block):
    """The block, and the steps in it that get its input."""
    yield block
    if block._projection is not None:
        yield block._projection
    first = block.parts[0]
    yield from lowest_of(first) if isinstance(first, ResidualStep) else [first]


def test_a_block_whose_output_shape_differs_from_its_input_is_refused_with_a_reason():
    with pytest.raises(ValueError, match="cannot add"):
        residual((2, 6, 6), [{"type": "flatten"}])
