"""The steps of `engine.fast` compute the same as the layers of `engine.layers` and the optimizers.

Outputs, ∂L/∂x, the gradient of every parameter and running statistics are the same up to rounding: for every kind of
layer on any shape, and for whole random networks, with fused steps and with one step for each layer.
"""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import ExperimentConfig, Trainer, losses
from engine.activations import ACTIVATIONS
from engine.fast import losses as fast_losses
from engine.fast import windows
from engine.fast.activations import KERNELS
from engine.fast.draws import set_generators
from engine.fast.optimizers import FAST
from engine.fast.plan import plan
from engine.fields import parse_named
from engine.layers import LAYERS, build_layers
from engine.network import Network
from engine.optimizers import FIELDS, OPTIMIZERS, make_optimizer
from tests.engine.gradients import bind
from tests.engine.image_layers import Steps
from tests.engine.test_gradients import ACTIVITY_CASES, LAYER_CASES, PENALTY_CASES, complete, image_shapes

FLOAT64 = np.dtype(np.float64)
#: sizes of batches: one image, one block, several blocks, and a prime number
COUNTS = st.sampled_from([1, 2, 3, 5, 24, 34, 64, 67])
#: one strip of a convolution, a few, and one for each row
STRIPS = st.sampled_from([2 << 20, 20_000, 1])
few = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def check_close(given, expected, what):
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    np.testing.assert_allclose(given, expected, rtol=1e-9, atol=1e-10 * scale, err_msg=what)


def check_same(steps, layer, bound, shape, counts, seed):
    """Check two rounds of passes with each count: forward in evaluation, forward and backward in training."""
    generator = np.random.default_rng(seed)
    (_, ours), (_, theirs) = bound
    for count in [*counts, *counts]:
        x = generator.standard_normal((count, *shape))
        check_close(steps.forward(x, False), layer.forward(x, False), "y in evaluation")
        y = layer.forward(x, True)
        check_close(steps.forward(x, True), y, "y in training")
        dy = generator.standard_normal(y.shape)
        dx = layer.backward(dy)
        check_close(steps.backward(dy.copy()), dx, "dx")
        for name, gradient in theirs.items():
            check_close(ours[name], gradient, f"d{name}")


@pytest.mark.parametrize("kind", LAYERS)
@few
@given(
    data=st.data(), counts=st.lists(COUNTS, min_size=1, max_size=2), strip=STRIPS, seed=st.integers(0, 999)
)
def test_a_step_computes_the_same_as_its_layer(kind, data, counts, strip, seed):
    described, shape = data.draw(LAYER_CASES[kind])
    layers = [build_layers([complete({"type": kind, **described})], shape)[0] for _ in range(2)]
    bound = [bind(layer, seed).bound for layer in layers]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "STRIP_BYTES", strip)
        steps = Steps(layers[:1])
        for number, layer in enumerate(layers):
            set_generators([layer], np.random.default_rng(7), fast=number == 0)
        check_same(steps, layers[1], bound, shape, counts, seed)
    for name, array in layers[0].running.items():
        check_close(array, layers[1].running[name], name)


@pytest.mark.parametrize(("columns", "counts"), [(8, (34, 64)), (16, (33, 32))])
def test_batches_of_other_sizes_leave_no_pixels_where_a_convolution_has_borders(columns, counts):
    """With these counts, the rows of windows of one batch are as long as the padded rows of the other."""
    described = {"type": "conv2d", "filters": 1, "kernel_size": 3, "stride": 2, "padding": 1}
    shape = (1, 4, columns)
    layers = [build_layers([complete(described)], shape)[0] for _ in range(2)]
    bound = [bind(layer, 0).bound for layer in layers]
    check_same(Steps(layers[:1]), layers[1], bound, shape, counts, 0)


# -- whole networks ----------------------------------------------------------------------------------


@st.composite
def networks(draw):
    """Random sequences of layers, often in patterns that are fused to one step; some layers with activity penalties."""
    shape = draw(image_shapes(least=4, most=9, channels=6))
    layers = []

    def add(*described):
        for layer in described:
            if draw(st.integers(0, 7)) == 0:
                layer = {**layer, **ACTIVITY_CASES}
            layers.append(layer)

    for _ in range(draw(st.integers(1, 3))):
        below = build_layers([complete(layer) for layer in layers], shape)
        channels, height, width = below[-1].output_shape if below else shape
        side = min(height, width)
        filters = draw(st.integers(1, 24))
        kernel = draw(st.sampled_from([size for size in (1, 2, 3, 5) if size <= side]))
        conv = {
            "type": "conv2d",
            "filters": filters,
            "kernel_size": kernel,
            "stride": draw(st.integers(1, 2)),
        }
        conv["padding"] = draw(st.integers(0, kernel - 1))
        same = {"type": "conv2d", "filters": draw(st.sampled_from([channels, filters])), "padding": "same"}
        relu = {"type": "activation", "name": "relu"}
        any_activation = {"type": "activation", "name": draw(st.sampled_from(list(ACTIVATIONS)))}
        menu = ["conv", "conv relu", "residual", "norm", "response", "dropout", "activation"]
        window = {
            "size": draw(st.sampled_from([2, 2, 2, 3])),
            "stride": draw(st.sampled_from([None, 1, 2, 3])),
        }
        if side >= 3:
            menu += ["conv relu pool", "conv relu pool", "pool", "mean"]
        match draw(st.sampled_from(menu)):
            case "conv":
                add(conv)
            case "conv relu":
                add(same, relu)
            case "conv relu pool":
                add(same, relu, {"type": "max_pool2d", **window})
            case "residual":
                inner = draw(
                    st.sampled_from(
                        [
                            [same, relu],
                            [relu, same, {"type": "batch_norm", "epsilon": 0.1}],
                            [{**any_activation, **ACTIVITY_CASES}, {"type": "dropout", "rate": 0.4}],
                            [{"type": "residual", "layers": [same, relu]}, any_activation],
                        ]
                    )
                )
                add({"type": "residual", "layers": inner})
            case "norm":
                add({"type": "batch_norm", "epsilon": 0.1})
            case "response":
                add({"type": "local_response_norm", "alpha": 0.3, "size": draw(st.sampled_from([1, 3, 5]))})
            case "dropout":
                add({"type": "dropout", "rate": 0.3})
            case "activation":
                add(any_activation)
            case "pool":
                add({"type": "max_pool2d", **window})
            case "mean":
                add({"type": "avg_pool2d", **window})
    if draw(st.booleans()):
        add({"type": "flatten"})
        if draw(st.booleans()):
            inner = [{"type": "dense", "units": 9}, {"type": "activation", "name": "relu"}]
            add({"type": "residual", "layers": inner})
    if draw(st.booleans()):
        add({"type": "dense", "units": draw(st.integers(1, 40))}, {"type": "activation", "name": "relu"})
    return [*layers, {"type": "dense", "units": 3}], shape


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(
    drawn=networks(), penalized=st.booleans(), counts=st.lists(COUNTS, min_size=1, max_size=2), strip=STRIPS,
    seed=st.integers(0, 999),
)  # fmt: skip
def test_a_network_trains_the_same_fused_in_single_steps_and_by_its_layers(
    drawn, penalized, counts, strip, seed
):
    layers, shape = drawn

    def network(fast, fused=True):
        built = Network(
            build_layers([complete(layer) for layer in layers], shape),
            initializer={"name": "he_normal"},
            generator=np.random.default_rng(seed),
            layer_generator=np.random.default_rng(7),
            dtype="float64",
            fast=fast,
            **(PENALTY_CASES if penalized else {}),
        )
        if not fused:
            built.plan = built.steps = plan(built.layers, FLOAT64, fused=False)
        return built

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "STRIP_BYTES", strip)
        plain, fused, apart = network(False), network(True), network(True, fused=False)
        generator = np.random.default_rng(seed)
        for count in [*counts, *counts]:
            x, labels = generator.standard_normal((count, *shape)), generator.integers(0, 3, count)
            loss = plain.loss_and_gradients(x, labels)
            # evaluated once, for running statistics count
            logits = plain.forward(x).copy()
            for other in (fused, apart):
                assert math.isclose(other.loss_and_gradients(x, labels), loss, rel_tol=1e-9, abs_tol=1e-12)
                assert other.correct == plain.correct
                check_close(other.gradient, plain.gradient, "gradient")
                check_close(other.forward(x), logits, "logits")
            for net in (plain, fused, apart):
                net.vector -= 0.01 * plain.gradient
    for name, array in plain.running.items():
        check_close(fused.running[name], array, name)


CONV, RELU = {"type": "conv2d", "filters": 6, "padding": "same"}, {"type": "activation", "name": "relu"}
DENSE, POOL = {"type": "dense", "units": 3}, {"type": "max_pool2d"}
PENALIZED = {"activity_l1": 0.1}


@pytest.mark.parametrize(
    ("layers", "steps"),
    [
        ([CONV, RELU, POOL], ["ConvReluHalveStep"]),
        ([CONV, RELU, {**POOL, "size": 3}], ["ConvReluPoolStep"]),
        ([CONV, RELU, CONV], ["ConvReluStep", "ConvStep"]),
        ([DENSE, RELU, DENSE], ["DenseReluStep", "DenseStep"]),
        # an activity penalty needs the output of its layer, so the step ends there
        ([{**CONV, **PENALIZED}, RELU], ["ConvStep", "PenaltyStep", "ActivationStep"]),
        ([CONV, {**RELU, **PENALIZED}, POOL], ["ConvReluStep", "PenaltyStep", "HalvingPoolStep"]),
        ([CONV, RELU, {**POOL, **PENALIZED}], ["ConvReluHalveStep", "PenaltyStep"]),
        ([{**DENSE, **PENALIZED}, RELU], ["DenseStep", "PenaltyStep", "ActivationStep"]),
    ],
)
def test_layers_in_a_pattern_are_one_step(layers, steps):
    shape, layout = ((2, 8, 8), "blocks") if layers[0]["type"] == "conv2d" else ((5,), "rows")
    built = build_layers([complete(layer) for layer in layers], shape)
    assert [type(step).__name__ for step in plan(built, FLOAT64, layout=layout)] == steps


# -- activations, losses and optimizers --------------------------------------------------------------


@pytest.mark.parametrize("name", ACTIVATIONS)
@few
@given(values=st.lists(st.floats(-50, 50), min_size=1, max_size=20))
def test_a_kernel_is_its_function(name, values):
    x = np.array(values)
    y, slope = np.empty_like(x), np.empty_like(x)
    KERNELS[name].value(x, y)
    check_close(y, ACTIVATIONS[name].value(x), "y")
    KERNELS[name].derivative(y, x, slope)
    check_close(slope, ACTIVATIONS[name].derivative(x), "derivative")


@few
@given(
    count=st.integers(1, 40), classes=st.integers(1, 12), scale=st.sampled_from([0.0, 1.0, 1e4]),
    seed=st.integers(0, 999),
)  # fmt: skip
def test_a_loss_computed_in_place_equals_its_formula(count, classes, scale, seed):
    generator = np.random.default_rng(seed)
    logits, labels = (
        scale * generator.standard_normal((count, classes)),
        generator.integers(0, classes, count),
    )
    fast, plain = fast_losses.SoftmaxCrossEntropy(count, classes, FLOAT64), losses.SoftmaxCrossEntropy()
    check_close(fast(logits, labels), plain(logits, labels), "loss")
    check_close(fast.gradient, plain.gradient, "gradient")
    assert fast.correct == plain.correct


def test_among_equal_logits_the_first_class_counts_whatever_the_sign_of_their_zeros():
    zeros = [0.0, -0.0]
    logits = np.array([[a, b, c] for a in zeros for b in zeros for c in (-0.0, 0.0, -1.0)])
    for label in range(3):
        labels = np.full(len(logits), label)
        fast, plain = fast_losses.SoftmaxCrossEntropy(len(logits), 3, FLOAT64), losses.SoftmaxCrossEntropy()
        fast(logits, labels)
        plain(logits, labels)
        assert fast.correct == plain.correct == (len(logits) if label == 0 else 0)
        for row, right in zip(logits, logits.argmax(axis=1) == label, strict=True):
            alone = fast_losses.SoftmaxCrossEntropy(1, 3, FLOAT64)
            alone(row[None], np.array([label]))
            assert alone.correct == right


@pytest.mark.parametrize("name", OPTIMIZERS)
@few
@given(seed=st.integers(0, 999), rate=st.sampled_from([0.001, 0.05, 1.0]), parts=st.booleans())
def test_an_optimizer_in_place_takes_the_steps_of_its_formula(name, seed, rate, parts):
    config = parse_named(FIELDS, {"name": name}, "optimizer")
    generator = np.random.default_rng(seed)
    ours = generator.standard_normal(12)
    theirs = ours.copy()
    with pytest.MonkeyPatch.context() as patch:
        if parts:
            patch.setattr("engine.fast.optimizers.LARGE", 8)
            patch.setattr("engine.fast.optimizers.PART", 5)
        fast, plain = make_optimizer(config, ours, FAST), make_optimizer(config, theirs)
        for _ in range(30):
            g = theirs + 0.3 * generator.standard_normal(12)
            fast.step(ours, g.copy(), rate)
            plain.step(theirs, g.copy(), rate)
            check_close(ours, theirs, "w")


def test_everything_that_can_be_chosen_has_both_forms():
    assert FAST.keys() == OPTIMIZERS.keys()
    assert KERNELS.keys() == ACTIVATIONS.keys()
    assert LAYER_CASES.keys() == LAYERS.keys()


# -- whole experiments -------------------------------------------------------------------------------

EXPERIMENTS: dict[str, dict[str, Any]] = {
    "mlp": {"network": {"preset": "mlp", "hidden": [30, 20]}},
    "mlp with all": {
        "network": {
            "preset": "mlp", "hidden": [30, 30], "batch_norm": True, "dropout": 0.3, "residual": True,
            "activation": "swish",
        },
        "regularization": {"l1": 1e-4, "l2": 1e-3},
        "optimizer": {"name": "nadam"},
    },
    "convolutions": {
        "network": {
            "layers": [
                CONV, RELU, {"type": "max_pool2d"}, {"type": "dropout", "rate": 0.3},
                {"type": "residual", "layers": [CONV, {"type": "batch_norm"}, RELU]},
                {"type": "local_response_norm"}, {"type": "dense", "units": 10},
            ]
        },
        "optimizer": {"name": "adam", "learning_rate": 0.01},
        "training": {"clip_norm": 1.0, "early_stopping": {"patience": 1, "restore_best": True}},
    },
    "epochs": {
        "network": {"preset": "mlp", "activation": "tanh"},
        "optimizer": {"name": "adadelta"},
        "training": {"sampling": "epochs", "batch_size": 130},
    },
}  # fmt: skip


def experiment(name):
    given = EXPERIMENTS[name]
    training = {"iterations": 24, "evaluate_every": 8, "batch_size": 40, **given.get("training", {})}
    return ExperimentConfig.from_dict({"dtype": "float64", **given, "training": training})


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_has_the_same_curve_by_its_formulas(name, digits):
    config = experiment(name)
    fast, plain = (list(Trainer(config, digits, fast=fast).run()) for fast in (True, False))
    assert len(fast) == len(plain)
    for ours, theirs in zip(fast, plain, strict=True):
        assert ours.stream == theirs.stream
        np.testing.assert_allclose(ours.values, theirs.values, rtol=1e-7)


def test_a_checkpoint_of_formulas_goes_on_with_formulas_bit_for_bit(digits):
    config = experiment("mlp with all")
    whole = [event.values for event in Trainer(config, digits, fast=False).run()]
    trainer = Trainer(config, digits, fast=False)
    begun = [event.values for _ in range(10) for event in trainer.advance()]
    restored = Trainer.restore(trainer.checkpoint(), digits)
    assert not restored.fast
    assert begun + [event.values for event in restored.run()] == whole
