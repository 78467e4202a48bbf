"""What layers and their units do, against independent passes at random moments of random trainings."""

import numpy as np
import pytest

from engine import ExperimentConfig, Trainer
from engine.layers.activation import ActivationLayer
from engine.layers.residual import Residual
from engine.views import see
from engine.views.distribution import distribution
from engine.views.subject import Subject
from tests.engine.view_moments import ACTIVATIONS, TRAININGS, moment_of, outputs_below


@pytest.fixture(params=TRAININGS)
def moment(request):
    return moment_of(request.param)


def dead_and_saturated(activation, x, y):
    """Of values x that become y (N, units, ...): the share of units and of values, unit by unit."""
    if activation == "relu":
        return sum(not y[:, unit].any() for unit in range(y.shape[1])) / y.shape[1], None
    t = np.tanh(x / 2 if activation == "sigmoid" else x)
    return None, float((1 - t**2 < 0.05).mean())


def test_units_are_dead_or_saturated_where_an_independent_pass_says_so(moment):
    seen = moment.see("units")
    found, _ = outputs_below(moment.twin().layers, moment.images("test")[:500])
    passes = [(x, y) for layer, x, y in found if isinstance(layer, ActivationLayer)]
    assert seen.facts["sample"] == min(500, len(moment.trainer.parts.test.labels))
    assert [layer["name"] for layer in seen.facts["layers"]] == list(moment.trainer.network.weight_layers)
    for facts, activation in zip(seen.facts["layers"], ACTIVATIONS[moment.name], strict=True):
        dead, saturated = (
            (None, None) if activation is None else dead_and_saturated(activation, *passes.pop(0))
        )
        assert facts["activation"] == activation
        assert facts["dead"] == (None if dead is None else pytest.approx(dead, abs=1e-9))
        assert facts["saturated"] == (None if saturated is None else pytest.approx(saturated, abs=1e-3))


def test_the_update_ratio_is_that_of_the_last_step_for_each_layer(moment):
    layers = moment.see("units").facts["layers"]
    for name, place in moment.trainer.network.weight_layers.items():
        now, before = moment.trainer.network.vector[place], moment.before[place]
        ratio = np.linalg.norm(now - before) / np.linalg.norm(before)
        facts = next(layer for layer in layers if layer["name"] == name)
        assert facts["update_ratio"] == pytest.approx(ratio, rel=1e-4)
    unknown = see(moment.trainer, "units", {}).facts["layers"]
    assert all(layer["update_ratio"] is None for layer in unknown)


def test_a_relu_that_never_fires_is_dead_and_a_sigmoid_far_from_0_saturated():
    network = {"preset": "mlp", "hidden": [4], "activation": "relu"}
    for activation, fact in (("relu", "dead"), ("tanh", "saturated"), ("sigmoid", "saturated")):
        config = ExperimentConfig.from_dict({"network": {**network, "activation": activation}})
        trainer = Trainer(config)
        trainer.network.parameters["1.b"][:3] = -100
        trainer.network.parameters["1.W"][:, 3] = 0
        trainer.network.parameters["1.b"][3] = 0.5
        assert see(trainer, "units", {}).facts["layers"][0][fact] == 0.75


def loss_with_penalties(moment, network, images, labels):
    """As the formulas say, in evaluation mode."""
    found, logits = outputs_below(network.layers, images)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[np.arange(len(labels)), labels].mean()
    for layer, _, y in found:
        loss += (layer.activity_l1 * np.abs(y).sum() + layer.activity_l2 * (y**2).sum()) / len(images)
    penalty = moment.trainer.network.penalty
    w = network.vector[: network.weights]
    return loss + penalty.l1 * np.abs(w).sum() + penalty.l2 * (w**2).sum() / 2


def in_doubles(moment):
    """A plain network with the same weights, as float64."""
    config = ExperimentConfig.from_dict({**moment.trainer.config.to_dict(), "dtype": "float64"})
    network = Trainer(config, fast=False).network
    network.vector[...] = moment.trainer.network.vector
    for name, values in moment.trainer.network.running.items():
        network.running[name][...] = values
    return network


def test_the_gradient_of_histograms_is_the_slope_of_the_loss_of_the_sample(moment):
    """A step of 1e-6 along the gradient of each layer with weights changes the loss by its squared norm × 1e-6."""
    seen = moment.see("histograms")
    network = in_doubles(moment)
    images = moment.images("test")[:500].astype(np.float64)
    labels = moment.trainer.parts.test.labels[:500]
    gradient = Subject(moment.trainer).gradient(moment.images("test")[:500], labels).astype(np.float64)
    start = network.vector.copy()
    for facts in seen.facts["layers"]:
        place = network.weight_layers[facts["name"]]
        own = gradient[place]
        norm = np.linalg.norm(own)
        assert facts["gradients"]["norm"] == pytest.approx(norm, rel=1e-5)
        losses = []
        for step in (1e-6, -1e-6):
            network.vector[...] = start
            network.vector[place] += step * own / norm
            losses.append(loss_with_penalties(moment, network, images, labels))
        assert (losses[0] - losses[1]) / 2e-6 == pytest.approx(norm, rel=2e-3)
        expected, _ = np.histogram(own, 40)
        assert np.abs(seen.arrays[f"gradients/{facts['name']}/counts"] - expected).sum() <= 0.01 * own.size


def test_the_bins_count_each_weight_and_each_output_of_the_sample(moment):
    seen = moment.see("histograms", bins=13)
    found, _ = outputs_below(moment.twin().layers, moment.images("test")[:500])
    activations = [layer for layer, _, _ in found if isinstance(layer, ActivationLayer)]
    owners = [
        layer
        for layer, _, _ in found
        if not isinstance(layer, Residual) and any(spec.is_weight for spec in layer.parameters)
    ]
    outputs = {layer: y for layer, _, y in found}
    for facts, owner, activation in zip(seen.facts["layers"], owners, ACTIVATIONS[moment.name], strict=True):
        name = facts["name"]
        w = moment.trainer.network.vector[moment.trainer.network.weight_layers[name]]
        y = outputs[owner if activation is None else activations.pop(0)][: facts["outputs"]["images"]]
        for what, values in (("weights", w), ("outputs", y)):
            edges, counts = seen.arrays[f"{what}/{name}/edges"], seen.arrays[f"{what}/{name}/counts"]
            expected, places = np.histogram(values, 13)
            np.testing.assert_allclose(edges, places, rtol=1e-4, atol=1e-5)
            assert counts.sum() == values.size == facts[what]["count"]
            # values at an edge may fall on the other side: those of the twin differ in their last bits
            assert np.abs(counts - expected).sum() <= 0.01 * values.size
            assert facts[what]["mean"] == pytest.approx(values.mean(dtype=float), rel=1e-3, abs=1e-6)
            assert facts[what]["std"] == pytest.approx(values.std(dtype=float), rel=1e-3)
        assert facts["weights"]["norm"] == pytest.approx(np.linalg.norm(w), rel=1e-5)
        assert facts["weights"]["near_zero"] == np.mean(np.abs(w) < 0.001)


def test_a_histogram_leaves_out_what_is_not_finite_and_says_how_much():
    seen = distribution(np.array([1, np.nan, 2, np.inf, 2, -np.inf], np.float32), 4)
    assert seen.counts.tolist() == [1, 0, 0, 2]
    assert seen.facts["count"] == 6
    assert seen.facts["not_finite"] == 3
    assert seen.facts["mean"] is seen.facts["norm"] is None
    nothing = distribution(np.full(3, np.nan, np.float32), 4)
    assert nothing.counts.sum() == 0
    with np.errstate(over="ignore"):
        wide = distribution(np.array([-3e38, 3e38], np.float32), 2)
    assert wide.counts.tolist() == [1, 1]
    alike = distribution(np.zeros(7, np.float32), 3)
    assert alike.counts.sum() == 7
