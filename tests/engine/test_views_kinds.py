"""The numbers of each kind of view, against independent computations, at random moments of random small trainings."""

import base64
import contextlib
import json
import random
from typing import Any

import numpy as np
import pytest

from engine import ConfigError, ExperimentConfig, Trainer
from engine.datasets.points import SETS
from engine.layers.activation import ActivationLayer
from engine.layers.residual import Residual
from engine.replay import Replay
from engine.views import KINDS, check, see
from engine.views.boundary import REACH
from engine.views.distribution import distribution
from engine.views.subject import Subject

ITERATIONS = 40
#: what is trained → sections of its experiment
TRAININGS: dict[str, dict[str, Any]] = {
    "dense": {
        "network": {"preset": "mlp", "hidden": [12, 8], "activation": "sigmoid"},
        "dataset": {"name": "digits", "validation_size": 150, "label_noise": 0.2},
        "training": {"evaluate_train_size": 200},
    },
    "convolutional": {
        "network": {
            "layers": [
                {"type": "conv2d", "filters": 3, "kernel_size": 3, "padding": 1, "stride": 2},
                {"type": "activation", "name": "relu"},
                {"type": "max_pool2d", "size": 2},
                {"type": "flatten"},
                {"type": "dense", "units": 10},
            ]
        },
        "dataset": {"name": "digits", "test_size": 230},
        "optimizer": {"name": "adam"},
        "regularization": {"l1": 0.001, "l2": 0.01},
    },
    "residual": {
        "network": {
            "layers": [
                {"type": "conv2d", "filters": 4, "kernel_size": 3},
                {
                    "type": "residual",
                    "layers": [
                        {"type": "conv2d", "filters": 6, "kernel_size": 3, "stride": 2, "padding": 1},
                        {"type": "batch_norm"},
                        {"type": "activation", "name": "relu"},
                        {"type": "conv2d", "filters": 6, "kernel_size": 3, "padding": 1},
                    ],
                },
                {"type": "activation", "name": "relu"},
                {"type": "dense", "units": 10, "activity_l2": 0.01},
            ]
        },
        "dataset": {"name": "digits", "test_size": 120},
        "optimizer": {"name": "momentum", "learning_rate": 0.02},
    },
    "batch norm and dropout": {
        "network": {
            "layers": [
                {"type": "dense", "units": 12},
                {"type": "batch_norm"},
                {"type": "activation", "name": "tanh"},
                {"type": "dropout", "rate": 0.3},
                {"type": "dense", "units": 10},
            ]
        },
        "dataset": {"name": "digits"},
        "dtype": "float64",
    },
    "points": {
        "network": {"preset": "mlp", "hidden": [9, 7], "activation": "relu"},
        "dataset": {"name": "spirals"},
        "optimizer": {"name": "adam", "learning_rate": 0.01},
    },
}


def experiment(name: str, seed: int = 0) -> ExperimentConfig:
    sections = dict(TRAININGS[name])
    training = {"iterations": ITERATIONS, "batch_size": 20, "evaluate_every": 10}
    sections["training"] = training | sections.get("training", {})
    return ExperimentConfig.from_dict({"seed": seed, **sections})


class Moment:
    """A training after a random number of iterations, and the parameters before the last of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        dice = random.Random(name)
        self.trainer = Trainer(experiment(name, dice.randrange(1000)))
        for _ in range(dice.randint(5, ITERATIONS - 1)):
            self.before = self.trainer.network.vector.copy()
            self.trainer.step()

    def see(self, kind: str, **options):
        return see(self.trainer, kind, check(kind, options, self.trainer.config), self.before)

    def twin(self):
        """A plain network with the same weights."""
        twin = Trainer(self.trainer.config, fast=False).network
        twin.vector[...] = self.trainer.network.vector
        for name, values in self.trainer.network.running.items():
            twin.running[name][...] = values
        return twin

    def probabilities(self, images):
        """Of the plain network, image by image."""
        twin = self.twin()
        logits = np.concatenate([twin.forward(image[None]) for image in images]).astype(np.float64)
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def images(self, part: str):
        """The images of a part as numbers (N, *shape)."""
        images = getattr(self.trainer.parts, part).images
        numbers = images / 255 if images.dtype == np.uint8 else images
        return np.asarray(numbers, self.trainer.config.dtype).reshape(
            -1, *self.trainer.config.dataset.source.shape
        )


@pytest.fixture(scope="module", params=TRAININGS)
def moment(request):
    return Moment(request.param)


@pytest.fixture(scope="module")
def dense():
    return Moment("dense")


# -- all kinds -------------------------------------------------------------------------------------

#: options for the kinds that need some
DRAWN = bytes((7 * place) % 256 for place in range(64))
OPTIONS: dict[str, dict[str, Any]] = {"digit": {"pixels": base64.b64encode(DRAWN).decode()}}


@pytest.mark.parametrize("name", TRAININGS)
def test_a_view_after_a_replay_is_the_one_that_was_made_live_at_that_iteration(name):
    moment = Moment(name)
    config, at = moment.trainer.config, moment.trainer.iteration
    replay = Replay(config)
    before = replay.at(at - 1).network.vector.copy()
    replayed = replay.at(at)
    kinds = fitting(config)
    assert len(kinds) >= 6
    for kind, options in kinds.items():
        live, past = see(moment.trainer, kind, options, moment.before), see(replayed, kind, options, before)
        assert json.dumps(live.facts, allow_nan=False) == json.dumps(past.facts, allow_nan=False)
        assert list(live.arrays) == list(past.arrays)
        for key, array in live.arrays.items():
            assert array.dtype in (np.float32, np.int32, np.uint8), (kind, key)
            assert array.shape == past.arrays[key].shape
            assert array.tobytes() == past.arrays[key].tobytes(), (kind, key)


def fitting(config):
    """The kinds of views that fit an experiment, with their options."""
    found = {}
    for kind in KINDS:
        with contextlib.suppress(ConfigError):
            found[kind] = check(kind, OPTIONS.get(kind, {}), config)
    return found


@pytest.mark.parametrize("name", TRAININGS)
def test_looking_leaves_a_training_as_it_was_bit_for_bit(name):
    """Also with dropout and batch norm, whose passes in training mode draw numbers and move means."""
    config = experiment(name)
    alone, watched = Trainer(config), Trainer(config)
    for iteration in range(ITERATIONS):
        expected, before = alone.advance(), watched.network.vector.copy()
        assert watched.advance() == expected
        if iteration % 10 == 5:
            for kind, options in fitting(config).items():
                see(watched, kind, options, before)
    assert watched.checkpoint() == alone.checkpoint()


# -- confusion -------------------------------------------------------------------------------------


def test_a_confusion_matrix_counts_what_the_network_says_of_each_test_image(moment):
    seen = moment.see("confusion")
    labels = moment.trainer.parts.test.labels
    classes = len(moment.trainer.class_names)
    counts = np.zeros((classes, classes), int)
    for label, p in zip(labels, moment.probabilities(moment.images("test")), strict=True):
        counts[label, p.argmax()] += 1
    np.testing.assert_array_equal(seen.arrays["counts"], counts)
    assert seen.facts["sample"] == seen.facts["total"] == len(labels)
    for number, facts in enumerate(seen.facts["classes"]):
        assert facts["name"] == moment.trainer.class_names[number]
        assert facts["count"] == counts[number].sum()
        assert facts["accuracy"] == pytest.approx(counts[number, number] / counts[number].sum())
    worst = seen.facts["commonest"]
    np.fill_diagonal(counts, 0)
    assert worst["count"] == counts.max() == counts[worst["truth"], worst["predicted"]]


def test_the_accuracy_of_a_confusion_matrix_is_that_of_the_curves_for_each_part(dense):
    curves = dense.trainer.evaluate(whole=False)
    for part, images in (("train", 200), ("test", 360), ("validation", 150)):
        seen = dense.see("confusion", part=part)
        assert seen.facts["accuracy"] == getattr(curves, f"{part}_accuracy")
        assert seen.facts["sample"] == images


def test_validation_images_that_there_are_not_are_refused():
    with pytest.raises(ConfigError, match="no validation images") as error:
        check("confusion", {"part": "validation"}, experiment("points"))
    assert error.value.field == "part"


# -- digit -----------------------------------------------------------------------------------------


def test_a_drawn_digit_gets_the_probabilities_of_an_image_with_those_pixels(dense):
    seen = dense.see("digit", **OPTIONS["digit"])
    image = np.frombuffer(DRAWN, np.uint8).reshape(1, 1, 8, 8) / np.float32(255)
    expected = dense.probabilities(image)[0]
    np.testing.assert_allclose(seen.arrays["probabilities"], expected, rtol=1e-4)
    assert seen.facts["predicted"] == expected.argmax()


@pytest.mark.parametrize(
    ("pixels", "what"),
    [("AAAA", "must be 64 bytes"), ("%%%%", "base64"), ("あ", "base64"), ("A" * 500_000, "at most")],
)
def test_pixels_that_are_no_image_of_the_data_set_are_refused(pixels, what):
    with pytest.raises(ConfigError, match=what) as error:
        check("digit", {"pixels": pixels}, experiment("dense"))
    assert error.value.field == "pixels"


def test_points_have_no_pixels():
    with pytest.raises(ConfigError, match="data set of images"):
        check("digit", OPTIONS["digit"], experiment("points"))


# -- units -----------------------------------------------------------------------------------------


def outputs_below(layers, x):
    """[(layer, input, output)] of every layer of a plain network, and its output; also of those in blocks."""
    found = []
    for layer in layers:
        before = x
        if isinstance(layer, Residual):
            inside, y = outputs_below(layer.inner, x)
            shortcut = x
            if layer.projection is not None:
                shortcut = layer.projection.forward(x, False)
                inside.append((layer.projection, x, shortcut))
            found += inside
            x = y + shortcut
        else:
            x = layer.forward(x, False)
        found.append((layer, before, x))
    return found, x


#: the activation of each layer with weights
ACTIVATIONS = {
    "dense": ["sigmoid", "sigmoid", None],
    "convolutional": ["relu", None],
    "residual": [None, "relu", None, None, None],
    "batch norm and dropout": ["tanh", None],
    "points": ["relu", "relu", None],
}


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
    assert [one["name"] for one in seen.facts["layers"]] == list(moment.trainer.network.weight_layers)
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
        facts = next(one for one in layers if one["name"] == name)
        assert facts["update_ratio"] == pytest.approx(ratio, rel=1e-4)
    unknown = see(moment.trainer, "units", {}).facts["layers"]
    assert all(one["update_ratio"] is None for one in unknown)


def test_a_relu_that_never_fires_is_dead_and_a_sigmoid_far_from_0_saturated():
    network = {"preset": "mlp", "hidden": [4], "activation": "relu"}
    for activation, fact in (("relu", "dead"), ("tanh", "saturated"), ("sigmoid", "saturated")):
        config = ExperimentConfig.from_dict({"network": {**network, "activation": activation}})
        trainer = Trainer(config)
        trainer.network.parameters["1.b"][:3] = -100
        trainer.network.parameters["1.W"][:, 3] = 0
        trainer.network.parameters["1.b"][3] = 0.5
        assert see(trainer, "units", {}).facts["layers"][0][fact] == 0.75


# -- histograms ------------------------------------------------------------------------------------


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


# -- mistakes --------------------------------------------------------------------------------------


def expected_mistakes(p, labels, truth, predicted):
    """The places of the images of one cell, or of all mistakes, in the order in which they are shown."""
    rights = truth is not None and truth == predicted
    found = []
    for place, (label, row) in enumerate(zip(labels, p, strict=True)):
        says = int(row.argmax())
        if (says == label) == rights and truth in (None, label) and predicted in (None, says):
            found.append((row[says] if rights else -row[says], place))
    return [place for _, place in sorted(found)]


def test_mistakes_are_the_images_of_a_cell_the_surest_first(moment):
    p = moment.probabilities(moment.images("test"))
    labels = moment.trainer.parts.test.labels
    for truth, predicted in ((None, None), (1, None), (None, 0), (0, 1), (1, 1)):
        seen = moment.see("mistakes", truth=truth, predicted=predicted, count=7)
        expected = expected_mistakes(p, labels, truth, predicted)
        indices = seen.arrays["indices"]
        assert seen.facts["total"] == len(expected)
        assert len(indices) == min(7, len(expected))
        assert set(indices) <= set(expected)
        # images that are equally sure up to rounding may change places
        np.testing.assert_allclose(
            p[indices].max(axis=1), p[expected[:7]].max(axis=1), rtol=1e-4, err_msg=str((truth, predicted))
        )
        np.testing.assert_allclose(seen.arrays["probabilities"], p[indices], rtol=1e-3, atol=1e-6)
        np.testing.assert_array_equal(seen.arrays["labels"], labels[indices])
        np.testing.assert_array_equal(seen.arrays["predictions"], p[indices].argmax(axis=1))
        if "points" in seen.arrays:
            np.testing.assert_array_equal(seen.arrays["points"], moment.images("test")[indices])
        else:
            np.testing.assert_array_equal(
                seen.arrays["images"], np.rint(moment.images("test")[indices] * 255)
            )


def test_mistakes_in_training_are_told_by_the_labels_that_it_learns_from(dense):
    """Their indices are places among the training images, of which only a sample is looked at."""
    seen = dense.see("mistakes", part="train", count=50)
    indices = seen.arrays["indices"]
    assert seen.facts["sample"] == 200
    assert indices.max() >= 200
    p = dense.probabilities(dense.images("train")[indices])
    np.testing.assert_allclose(seen.arrays["probabilities"], p, rtol=1e-3, atol=1e-6)
    clean = dense.trainer.parts.train.labels[indices]
    assert (seen.arrays["labels"] != clean).any()  # a fifth of the labels are wrong
    counts = dense.see("confusion", part="train").arrays["counts"]
    assert seen.facts["total"] == counts.sum() - np.trace(counts)


def test_a_class_that_there_is_not_is_refused():
    for name in ("truth", "predicted"):
        with pytest.raises(ConfigError, match=f"{name} must be at most 2") as error:
            check("mistakes", {name: 3}, experiment("points"))
        assert error.value.field == name
        assert error.value.bounds == {"maximum": 2}


# -- maps ------------------------------------------------------------------------------------------


def test_maps_are_the_outputs_of_each_layer_for_the_chosen_image(moment):
    labels = moment.trainer.parts.test.labels
    place = random.Random(3).randrange(len(labels))
    seen = moment.see("maps", image=place)
    twin, image = moment.twin(), moment.images("test")[place : place + 1]
    np.testing.assert_allclose(seen.arrays["input"], image[0])
    outputs = {layer: y for layer, _, y in outputs_below(twin.layers, image)[0]}
    for number, layer in enumerate(twin.layers, 1):
        np.testing.assert_allclose(seen.arrays[f"layer/{number}"], outputs[layer][0], rtol=1e-3, atol=1e-5)
        assert seen.facts["layers"][number - 1]["shape"] == list(layer.output_shape)
    p = moment.probabilities(image)[0]
    np.testing.assert_allclose(seen.arrays["probabilities"], p, rtol=1e-3, atol=1e-6)
    assert seen.facts["predicted"] == p.argmax()
    assert seen.facts["truth"] == labels[place]
    assert seen.facts["pixel"] is None


def test_maps_of_drawn_pixels_are_those_of_an_image_with_these_pixels(dense):
    seen = dense.see("maps", **OPTIONS["digit"])
    assert seen.facts["image"] is seen.facts["truth"] is None
    np.testing.assert_array_equal(np.rint(seen.arrays["input"].ravel() * 255), np.frombuffer(DRAWN, np.uint8))
    again = dense.see("digit", **OPTIONS["digit"])
    np.testing.assert_allclose(
        seen.arrays["probabilities"], again.arrays["probabilities"], rtol=1e-4, atol=1e-7
    )


def test_a_pixel_of_a_map_is_the_sum_over_its_window(moment):
    """Of each kind of layer, at random places, summed in plain loops."""
    dice = random.Random(5)
    for number, layer in enumerate(moment.trainer.config.network.built, 1):
        kind = moment.trainer.config.network.layers[number - 1]["type"]
        if kind not in ("conv2d", "dense", "max_pool2d", "activation"):
            with pytest.raises(ConfigError, match="no sum") as error:
                moment.see("maps", layer=number)
            assert error.value.field == "layer"
            continue
        for _ in range(6):
            channel, y, x = (dice.randrange(length) for length in (*layer.output_shape, 1, 1)[:3])
            seen = moment.see("maps", image=9, layer=number, channel=channel, y=y, x=x)
            below = seen.arrays["input" if number == 1 else f"layer/{number - 1}"].astype(float)
            value = seen.arrays[f"layer/{number}"][(channel, y, x)[: len(layer.output_shape)]]
            pixel = seen.facts["pixel"]
            assert pixel["value"] == pytest.approx(float(value))
            if kind == "conv2d":
                W, b = moment.trainer.network.parameters["1.W"], moment.trainer.network.parameters["1.b"]
                total = 0.0
                for c, k, m in np.ndindex(W.shape[1:]):
                    row, column = pixel["top"] + k, pixel["left"] + m
                    inside = 0 <= row < below.shape[1] and 0 <= column < below.shape[2]
                    input_ = below[c, row, column] if inside else 0
                    assert seen.arrays["window"][c, k, m] == pytest.approx(input_)
                    assert seen.arrays["kernel"][c, k, m] == W[channel, c, k, m]
                    assert seen.arrays["products"][c, k, m] == pytest.approx(W[channel, c, k, m] * input_)
                    total += W[channel, c, k, m] * input_
                assert pixel["sum"] == pytest.approx(total, rel=1e-4, abs=1e-6)
                assert pixel["bias"] == b[channel]
            elif kind == "dense":
                products = seen.arrays["kernel"].astype(float) * below
                np.testing.assert_allclose(seen.arrays["products"], products, rtol=1e-4, atol=1e-6)
                assert pixel["sum"] == pytest.approx(products.sum(), rel=1e-3, abs=1e-5)
            elif kind == "max_pool2d":
                assert seen.arrays["window"].max() == pytest.approx(float(value))
                np.testing.assert_array_equal(
                    seen.arrays["window"][0],
                    below[channel, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2].astype(np.float32),
                )
            else:
                assert pixel["input"] == pytest.approx(below[(channel, y, x)[: below.ndim]])
            if "sum" in pixel:
                assert pixel["sum"] + pixel["bias"] == pytest.approx(float(value), rel=1e-3, abs=1e-5)


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("image", {"image": 230}),
        ("layer", {"layer": 6}),
        ("channel", {"layer": 1, "channel": 3}),
        ("y", {"layer": 1, "y": 4}),
        ("x", {"layer": 5, "x": 1}),
    ],
)
def test_a_place_that_no_map_has_is_refused(field, options):
    with pytest.raises(ConfigError, match=f"{field} must be at most") as error:
        check("maps", options, experiment("convolutional"))
    assert error.value.field == field


def test_a_layer_with_many_channels_gives_the_first_of_them():
    layers = [{"type": "conv2d", "filters": 100, "kernel_size": 3}, {"type": "dense", "units": 10}]
    trainer = Trainer(ExperimentConfig.from_dict({"network": {"layers": layers}}))
    seen = see(trainer, "maps", check("maps", {}, trainer.config))
    assert seen.arrays["layer/1"].shape == (64, 6, 6)
    assert seen.facts["layers"][0]["shape"] == [100, 6, 6]
    assert seen.facts["layers"][0]["shown"] == 64


# -- boundary --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def points():
    return Moment("points")


def test_a_boundary_is_what_the_network_says_of_each_place_from_the_top(points):
    seen = points.see("boundary", size=11)
    extent, maps = seen.facts["extent"], seen.arrays["probabilities"]
    assert maps.shape == (3, 11, 11)
    for row, column in ((0, 0), (0, 10), (10, 0), (3, 8), (5, 5)):
        x = extent["left"] + (column + 0.5) * (extent["right"] - extent["left"]) / 11
        y = extent["top"] - (row + 0.5) * (extent["top"] - extent["bottom"]) / 11
        p = points.probabilities(np.array([[x, y]], np.float32))[0]
        np.testing.assert_allclose(maps[:, row, column], p, rtol=1e-3, atol=1e-6)


def test_the_map_of_a_unit_is_its_output_behind_the_activation(points):
    seen = points.see("boundary")
    first = seen.arrays["units/1"]
    W, b = points.trainer.network.parameters["1.W"], points.trainer.network.parameters["1.b"]
    size, reach = first.shape[1], seen.facts["extent"]["right"]
    for unit, row, column in ((0, 0, 0), (8, 2, 20), (4, 11, 3)):
        x, y = reach * (2 * column + 1 - size) / size, -reach * (2 * row + 1 - size) / size
        expected = max(0.0, x * W[0, unit] + y * W[1, unit] + b[unit])
        assert first[unit, row, column] == pytest.approx(expected, rel=1e-3, abs=1e-5)
    assert [one["shown"] for one in seen.facts["layers"]] == [9, 7, 3]


def test_all_points_lie_inside_the_square_of_a_boundary():
    for source in SETS:
        dataset = source.read(None)
        for place in (dataset.train_images, dataset.test_images):
            assert np.abs(place).max() < REACH


def test_images_have_no_boundary():
    with pytest.raises(ConfigError, match="points in the plane"):
        check("boundary", {}, experiment("dense"))
