"""Maps: what each layer makes of one image, and what each unit does in the plane."""

import random

import numpy as np
import pytest

from engine import ConfigError, ExperimentConfig, Trainer
from engine.datasets.points import SETS
from engine.views import check, see
from engine.views.boundary import REACH
from tests.engine.view_moments import DRAWN, PIXELS, TRAININGS, Moment, experiment, moment_of, outputs_below


@pytest.fixture(params=TRAININGS)
def moment(request):
    return moment_of(request.param)


@pytest.fixture
def dense():
    return moment_of("dense")


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
    seen = dense.see("maps", pixels=PIXELS)
    assert seen.facts["image"] is seen.facts["truth"] is None
    np.testing.assert_array_equal(np.rint(seen.arrays["input"].ravel() * 255), np.frombuffer(DRAWN, np.uint8))
    again = dense.see("digit", pixels=PIXELS)
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


@pytest.fixture(scope="module")
def points():
    return Moment("points")


def test_a_boundary_has_the_probabilities_at_each_place_of_the_plane_the_top_row_first(points):
    seen = points.see("boundary", size=11)
    extent, maps = seen.facts["extent"], seen.arrays["probabilities"]
    assert maps.shape == (3, 11, 11)
    for row, column in ((0, 0), (0, 10), (10, 0), (3, 8), (5, 5)):
        x = extent["left"] + (column + 0.5) * (extent["right"] - extent["left"]) / 11
        y = extent["top"] - (row + 0.5) * (extent["top"] - extent["bottom"]) / 11
        p = points.probabilities(np.array([[x, y]], np.float32))[0]
        np.testing.assert_allclose(maps[:, row, column], p, rtol=1e-3, atol=1e-6)


def test_the_map_of_a_unit_is_its_output_after_the_activation(points):
    seen = points.see("boundary")
    first = seen.arrays["units/1"]
    W, b = points.trainer.network.parameters["1.W"], points.trainer.network.parameters["1.b"]
    size, reach = first.shape[1], seen.facts["extent"]["right"]
    for unit, row, column in ((0, 0, 0), (8, 2, 20), (4, 11, 3)):
        x, y = reach * (2 * column + 1 - size) / size, -reach * (2 * row + 1 - size) / size
        expected = max(0.0, x * W[0, unit] + y * W[1, unit] + b[unit])
        assert first[unit, row, column] == pytest.approx(expected, rel=1e-3, abs=1e-5)
    assert [layer["shown"] for layer in seen.facts["layers"]] == [9, 7, 3]


def test_all_points_lie_inside_the_square_of_a_boundary():
    for source in SETS:
        dataset = source.read(None)
        for place in (dataset.train_images, dataset.test_images):
            assert np.abs(place).max() < REACH


def test_images_have_no_boundary():
    with pytest.raises(ConfigError, match="points in the plane"):
        check("boundary", {}, experiment("dense"))
