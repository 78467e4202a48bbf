"""A whole network: gradients, parameters in one vector, and penalties."""

import numpy as np
import pytest

from engine import ExperimentConfig
from engine.fast.batch_norm import BatchNormStep
from engine.fast.dense import DenseStep
from engine.fast.plan import plan
from engine.network import build_network
from engine.summary import summarize
from tests.engine.gradients import check_network


def network(layers, *, dtype="float64", l1=0.0, l2=0.0, std=0.3):
    config = ExperimentConfig.from_dict(
        {
            "dtype": dtype,
            "network": {"layers": layers, "initializer": {"name": "normal", "std": std}},
            "regularization": {"l1": l1, "l2": l2},
        }
    )
    generator = np.random.default_rng(0)
    built = build_network(config, generator, np.random.default_rng(1))
    built.vector += 0.05 * generator.standard_normal(built.vector.shape)  # biases are not all zero
    return built


def dense(units, **more):
    return {"type": "dense", "units": units, **more}


def activation(name, **more):
    return {"type": "activation", "name": name, **more}


def images(n=4, dtype=np.float64):
    return np.random.default_rng(2).standard_normal((n, 1, 8, 8)).astype(dtype)


LABELS = np.array([3, 0, 9, 3])


@pytest.mark.parametrize(
    "layers",
    [
        [dense(10)],
        [{"type": "flatten"}, dense(6), activation("relu"), dense(10)],
        [dense(6), activation("sigmoid"), dense(5), activation("tanh"), dense(10)],
        [dense(6), dense(5), activation("relu"), activation("leaky_relu"), dense(10)],
        [dense(6, activity_l2=0.1), activation("relu", activity_l1=0.2), dense(10)],
    ],
)
@pytest.mark.parametrize(("l1", "l2"), [(0.0, 0.0), (0.01, 0.1)])
def test_composed_gradients_are_those_of_the_loss(layers, l1, l2):
    check_network(network(layers, l1=l1, l2=l2), images(), LABELS)


def test_weights_stand_first_and_names_lead_to_views():
    net = network([dense(6), activation("relu"), dense(10)])
    assert list(net.parameters) == ["1.W", "2.W", "1.b", "2.b"]
    assert net.weights == 64 * 6 + 6 * 10
    net.parameters["2.b"][...] = 7
    np.testing.assert_array_equal(net.vector[-10:], 7)
    assert all(np.shares_memory(view, net.vector) for view in net.parameters.values())
    assert all(np.shares_memory(view, net.gradient) for view in net.gradients.values())


def test_penalties_leave_biases_alone():
    plain, penalized = (network([dense(10)], l2=l2) for l2 in (0.0, 1.0))
    plain.loss_and_gradients(images(), LABELS)
    penalized.loss_and_gradients(images(), LABELS)
    np.testing.assert_array_equal(plain.gradients["1.b"], penalized.gradients["1.b"])
    np.testing.assert_allclose(
        penalized.gradients["1.W"], plain.gradients["1.W"] + penalized.parameters["1.W"]
    )


def test_activity_penalties_are_those_of_keras():
    net = network([dense(10, activity_l1=0.1, activity_l2=0.01)])
    loss = net.loss_and_gradients(images(), LABELS)
    expected = (0.1 * np.abs(net.logits).sum() + 0.01 * (net.logits**2).sum()) / 4
    assert net.penalty_value == pytest.approx(expected)
    assert loss == pytest.approx(net.data_loss + expected)


def test_dropout_is_off_in_evaluation_and_keeps_the_mean_in_training():
    net = network([{"type": "dropout", "rate": 0.25}, dense(10)])
    x = np.ones((500, 1, 8, 8))
    step = net.steps[0]
    np.testing.assert_array_equal(step.forward(x, training=False), x)
    y = step.forward(x, training=True).copy()
    assert set(np.unique(y)) == {0, 1 / 0.75}
    assert y.mean() == pytest.approx(1, abs=0.02)
    np.testing.assert_array_equal(step.backward(np.ones_like(y)), y)


def test_the_summary_counts_without_building():
    config = ExperimentConfig.from_dict({"network": {"preset": "mlp", "hidden": [40, 20]}})
    summary = summarize(config)
    net = build_network(config, np.random.default_rng(0))

    assert summary.parameters == net.vector.size
    assert summary.multiply_adds == 64 * 40 + 40 * 20 + 20 * 10
    assert [row.output_shape for row in summary.layers] == [[40], [40], [20], [20], [10]]


@pytest.mark.parametrize(
    "below",
    [
        [{"type": "flatten"}, {"type": "dropout", "rate": 0.2}],
        [{"type": "activation", "name": "tanh"}, {"type": "avg_pool2d"}, {"type": "local_response_norm"}],
        [{"type": "flatten"}, {"type": "batch_norm"}],
        [{"type": "residual", "layers": [{"type": "activation", "name": "relu"}]}],
    ],
)
def test_layers_below_the_first_that_learns_get_no_gradient_and_change_none(below, monkeypatch):
    learning = [
        {"type": "dense", "units": 12},
        {"type": "activation", "name": "relu"},
        {"type": "dense", "units": 10},
    ]
    config = ExperimentConfig.from_dict({"network": {"layers": [*below, *learning]}})
    images = np.random.default_rng(0).random((6, 1, 8, 8), dtype=np.float32)
    networks = [build_network(config, np.random.default_rng(0), np.random.default_rng(1)) for _ in range(2)]
    spared, whole = networks
    lowest = next(step for step in spared.plan if isinstance(step, (DenseStep, BatchNormStep)))
    for step in spared.plan[: spared.plan.index(lowest)]:
        monkeypatch.setattr(step, "backward", None)  # nothing may ask
    whole.plan = whole.steps = plan(whole.layers, whole.dtype, lowest=False)
    for network in networks:
        network.loss_and_gradients(images, np.arange(6))
    assert not lowest.needs_input_gradient
    np.testing.assert_array_equal(spared.gradient, whole.gradient)
