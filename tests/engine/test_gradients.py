"""Every gradient of the engine against central finite differences in double precision: relative error ≤ 1e-6.

Each registry has its table of cases here, and a test that the two agree: a layer, an activation, a loss, a penalty or
a preset that is added without a case fails.
"""

import inspect
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import losses, regularizers
from engine.activations import ACTIVATIONS
from engine.fast.draws import set_generators
from engine.fields import parse_named
from engine.layers import ACTIVITY_FIELDS, FIELDS, LAYERS, build_layers
from engine.losses import SoftmaxCrossEntropy
from engine.network import Network
from engine.presets import FIELDS as PRESET_FIELDS
from engine.presets import PRESETS
from tests.engine.gradients import bind, check_layer, numerical_gradient, relative_error

TOLERANCE = 1e-6
#: a gradient below this is compared absolutely: that of a bias in front of batch norm is 0, and only rounding is seen
FLOOR = 1e-3
few = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])

# -- one layer ---------------------------------------------------------------------------------------
# A case draws a layer's description and the shape of what goes in.

small = st.integers(1, 4)
features = st.tuples(st.integers(1, 6))
ACTIVATION = st.sampled_from([name for name in ACTIVATIONS if name != "relu"])


@st.composite
def image_shapes(draw, least=1, most=6, channels=4):
    side = st.sampled_from(range(least, max(least, most) + 1))
    return draw(st.integers(1, channels)), draw(side), draw(side)


@st.composite
def dense(draw):
    return {"units": draw(st.integers(1, 5))}, draw(features | image_shapes(most=3))


@st.composite
def conv2d(draw):
    kernel = draw(st.integers(1, 4))
    padding = draw(st.sampled_from(["same", *range(kernel)] if kernel % 2 else range(kernel)))
    wide = (kernel - 1) // 2 if padding == "same" else padding
    shape = draw(image_shapes(least=max(1, kernel - 2 * wide), channels=3))
    described = {"filters": draw(st.integers(1, 3)), "kernel_size": kernel, "stride": draw(st.integers(1, 4))}
    return {**described, "padding": padding}, shape


@st.composite
def pool(draw):
    size = draw(st.sampled_from([2, 3, 1, 4]))
    # side by side, as usual (which has its own faster step), overlapping, and with gaps
    stride = draw(st.sampled_from([None, 1, 2, 3, 4]))
    return {"size": size, "stride": stride}, draw(image_shapes(least=size, most=7))


@st.composite
def batch_norm(draw):
    # with a tiny ε and very few values, x̂ hardly depends on x: a gradient of nearly 0 has no relative error
    return {"epsilon": draw(st.sampled_from([1e-2, 0.5]))}, draw(features | image_shapes())


@st.composite
def local_response_norm(draw):
    constants = st.sampled_from([0.3, 0.75, 1.0, 2.0])
    described = {"alpha": draw(constants), "beta": draw(constants), "k": draw(constants)}
    return {**described, "size": draw(st.sampled_from([1, 3, 5, 7]))}, draw(image_shapes(most=3, channels=7))


@st.composite
def residual(draw):
    if draw(st.booleans()):
        inner = [{"type": "dense", "units": draw(small)}, {"type": "activation", "name": draw(ACTIVATION)}]
        return {"layers": inner}, draw(features)
    first = {"type": "conv2d", "filters": draw(small), "kernel_size": 3, "padding": 1}
    first["stride"] = stride = draw(st.integers(1, 2))
    more = draw(
        st.sampled_from(
            [
                [{"type": "activation", "name": "tanh"}],
                [{"type": "batch_norm", "epsilon": 0.1}],
                [{"type": "residual", "layers": [{**first, "stride": 1}]}],
            ]
        )
    )
    # where a stride halves the sides, they must be even for a 1 × 1 convolution to do the same
    side = 2 * draw(st.integers(1, 2)) if stride == 2 else draw(st.integers(1, 4))
    return {"layers": [first, *more]}, (draw(st.integers(1, 3)), side, side)


@st.composite
def activation(draw):
    return {"name": draw(st.sampled_from(list(ACTIVATIONS)))}, draw(features)


@st.composite
def dropout(draw):
    return {"rate": draw(st.sampled_from([0.0, 0.3, 0.9]))}, draw(features)


LAYER_CASES = {
    "dense": dense(),
    "activation": activation(),
    "flatten": st.tuples(st.just({}), image_shapes(most=3)),
    "dropout": dropout(),
    "batch_norm": batch_norm(),
    "conv2d": conv2d(),
    "max_pool2d": pool(),
    "avg_pool2d": pool(),
    "local_response_norm": local_response_norm(),
    "residual": residual(),
}


class Redrawn:
    """A layer whose random draws are the same at each pass, so that its loss is a function."""

    def __init__(self, layer):
        self.layer, self.bound, self.output_shape = layer, layer.bound, layer.output_shape

    def forward(self, x, training):
        set_generators([self.layer], np.random.default_rng(7), fast=False)
        return self.layer.forward(x, training)

    def backward(self, dy):
        return self.layer.backward(dy)


def complete(described):
    """A layer's description with every default, also of those inside it."""
    parsed = parse_named(FIELDS, described, "layer", key="type")
    if "layers" in parsed:
        parsed["layers"] = [complete(inner) for inner in parsed["layers"]]
    return parsed


def made(kind, described, shape):
    """The layer as an experiment would have it."""
    return Redrawn(bind(build_layers([complete({"type": kind, **described})], shape)[0]))


@pytest.mark.parametrize("kind", LAYERS)
@few
@given(data=st.data(), n=st.sampled_from([1, 2, 3, 5, 34]), seed=st.integers(0, 1000))
def test_a_layer_of_any_shape_has_the_gradient_of_its_output(kind, data, n, seed):
    described, shape = data.draw(LAYER_CASES[kind])
    if n * int(np.prod(shape)) > 150:  # finite differences take two passes for each value
        n = 3
    if kind in ("batch_norm", "residual"):
        n = max(n, 3)
    x = np.random.default_rng(seed).standard_normal((n, *shape))
    # not within a step of a kink, where there is no derivative
    x += np.where(x > 0, 1e-4, -1e-4)
    check_layer(made(kind, described, shape), x, TOLERANCE, seed=seed, floor=FLOOR)


def test_every_kind_of_layer_has_a_case():
    assert LAYER_CASES.keys() == LAYERS.keys() == FIELDS.keys()


# -- losses and penalties ----------------------------------------------------------------------------

LOSS_CASES = {"SoftmaxCrossEntropy": SoftmaxCrossEntropy}


@pytest.mark.parametrize("name", LOSS_CASES)
@few
@given(n=st.integers(1, 7), classes=st.integers(1, 6), scale=st.sampled_from([0.1, 1.0, 5.0]))
def test_a_loss_has_the_gradient_of_its_value(name, n, classes, scale):
    generator = np.random.default_rng(n * classes)
    logits, labels = scale * generator.standard_normal((n, classes)), generator.integers(0, classes, n)
    loss = LOSS_CASES[name]()
    loss(logits, labels)
    analytic = loss.gradient.copy()
    assert relative_error(analytic, numerical_gradient(lambda: loss(logits, labels), logits)) <= TOLERANCE


def test_every_loss_has_a_case():
    classes = {
        name
        for name, kind in inspect.getmembers(losses, inspect.isclass)
        if kind.__module__ == "engine.losses"
    }
    assert classes == LOSS_CASES.keys()


#: penalties on weights and on activations, by the names of their strengths
PENALTY_CASES = {"l1": 0.05, "l2": 0.2}
ACTIVITY_CASES = {"activity_l1": 0.05, "activity_l2": 0.2}


def test_every_penalty_has_a_case():
    assert PENALTY_CASES.keys() == {field.name for field in regularizers.FIELDS}
    assert ACTIVITY_CASES.keys() == {field.name for field in ACTIVITY_FIELDS}


# -- composed networks -------------------------------------------------------------------------------


def network(layers, shape, **penalties):
    built = Network(
        build_layers([complete(layer) for layer in layers], shape),
        initializer={"name": "he_normal"},
        generator=np.random.default_rng(0),
        dtype="float64",
        **penalties,
    )
    built.vector += 0.05 * np.random.default_rng(1).standard_normal(built.vector.shape)
    return built


def loss_of(net, x, labels):
    set_generators(net.layers, np.random.default_rng(7), fast=True)  # the same masks at each pass
    return net.loss_and_gradients(x, labels)


@st.composite
def networks(draw):
    """A few layers of any kind on top of each other, with penalties on some of what they give."""
    side = draw(st.integers(4, 7))
    shape = draw(st.integers(1, 2)), side, side
    layers: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(1, 3))):
        same = {"type": "conv2d", "filters": draw(small), "kernel_size": 3, "padding": "same"}
        menu = [
            [same],
            [{"type": "residual", "layers": [same]}],
            [{"type": "batch_norm", "epsilon": 0.1}],
            [{"type": "local_response_norm", "alpha": 0.3}],
            [{"type": "dropout", "rate": 0.3}],
        ]
        below = build_layers([complete(layer) for layer in layers], shape)
        if min((below[-1].output_shape if below else shape)[1:]) >= 3:
            window = {"size": draw(st.integers(2, 3)), "stride": draw(st.integers(1, 2))}
            menu += [[{"type": kind, **window}] for kind in ("max_pool2d", "avg_pool2d")]
            # what the engine takes as one step
            menu.append([same, {"type": "activation", "name": "relu"}, {"type": "max_pool2d", **window}])
        layers += draw(st.sampled_from(menu))
        layers.append({"type": "activation", "name": draw(st.sampled_from(["relu", "tanh", "gelu"]))})
        layers[-1] |= draw(st.sampled_from([{}, ACTIVITY_CASES]))
    layers += draw(st.sampled_from([[], [{"type": "flatten"}]]))
    layers += [{"type": "dense", "units": 4}, {"type": "activation", "name": "relu"}]
    return [*layers, {"type": "dense", "units": 3}], shape


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=networks(), penalized=st.booleans(), n=st.integers(3, 5))
def test_layers_on_top_of_each_other_have_the_gradient_of_the_loss(drawn, penalized, n):
    layers, shape = drawn
    net = network(layers, shape, **(PENALTY_CASES if penalized else {}))
    generator = np.random.default_rng(n)
    x, labels = generator.standard_normal((n, *shape)), generator.integers(0, 3, n)
    loss_of(net, x, labels)
    analytic = net.gradient.copy()
    numerical = numerical_gradient(lambda: loss_of(net, x, labels), net.vector, analytic)
    assert relative_error(analytic, numerical, floor=FLOOR) <= TOLERANCE


#: preset → shape of the images and the settings under which its gradient is checked: narrow networks, as widths are no
#: part of a formula, and AlexNet on the smallest images that its pools leave anything of.
PRESET_CASES: dict[str, tuple[tuple[int, int, int], dict[str, Any]]] = {
    "mlp": (
        (1, 8, 8),
        {"hidden": [9, 9, 9], "activation": "gelu", "batch_norm": True, "residual": True, "dropout": 0.2},
    ),
    "simple_convnet": ((1, 28, 28), {}),
    "keras_cifar": ((3, 32, 32), {"activity_l1": 0.01, "activity_l2": 0.01, "batch_norm": True, "dropout": 0.3}),
    "alexnet": ((3, 63, 63), {}),
    "alexnet_cifar": ((3, 32, 32), {"filters": 16}),
}  # fmt: skip


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_has_the_gradient_of_its_loss(preset):
    """Along random parts of the gradient: every weight by itself would take hours."""
    shape, given = PRESET_CASES[preset]
    settings = parse_named(PRESET_FIELDS, {"preset": preset, **given}, "", key="preset")
    layers = PRESETS[settings.pop("preset")](10, **settings)
    if preset == "alexnet":  # which has no setting for its widths, and 62 million weights
        layers = [
            {
                key: value // 16 if key in ("filters", "units") and value > 10 else value
                for key, value in layer.items()
            }
            for layer in layers
        ]
    net = network(layers, shape, l2=0.01)
    generator = np.random.default_rng(3)
    x, labels = generator.standard_normal((3, *shape)), np.array([1, 7, 2])
    loss_of(net, x, labels)
    gradient, weights = net.gradient.copy(), net.vector.copy()
    for _ in range(2):
        direction = gradient * generator.integers(0, 2, len(weights))
        direction /= np.linalg.norm(direction)
        expected = float(gradient @ direction)
        values = []
        for step in (1e-6, -1e-6):
            net.vector[...] = weights + step * direction
            values.append(loss_of(net, x, labels))
        measured = (values[0] - values[1]) / 2e-6
        assert measured == pytest.approx(expected, rel=TOLERANCE)


def test_every_preset_has_a_case():
    assert PRESET_CASES.keys() == PRESETS.keys()
