"""Experiments as documents: defaults, errors, and the way to a config and back."""

import copy
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ConfigError, ExperimentConfig, Trainer
from engine.limits import Limits
from engine.summary import summarize
from tests.support.reasons import reason_in

DENSE = {"type": "dense", "units": 10}


def error(document):
    with pytest.raises(ConfigError) as caught:
        ExperimentConfig.from_dict(document)
    return caught.value


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"network": {"layers": [{"type": "conv2d", "filters": 2, "kernel_size": 3, "padding": -1}]}},
            "must be a whole number at least 0 and at most 63, or same, not -1",
        ),
        ({"seed": -(10**16)}, "not about -10^16"),
        ({"seed": -(10**4000)}, "not a huge negative number"),
    ],
)
def test_a_wrong_number_is_refused_with_its_sign_and_what_is_right(changes, words):
    assert words in error(changes).message


def test_an_empty_document_is_a_complete_experiment():
    document = ExperimentConfig.from_dict({}).to_dict()

    assert document["dataset"]["name"] == "digits"
    assert document["network"]["layers"][-1] == {"type": "dense", "units": 10}
    assert document["training"]["iterations"] == 1000
    assert document["training"]["evaluate_every"] == 10
    assert document["seed"] == 0


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"network": {"preset": "mlp", "hidden": [], "activation": "tanh"}},
        {"training": {"epochs": 3, "sampling": "epochs", "batch_size": 64}},
        {"training": {"schedule": {"name": "cosine", "warm_up": 5}, "early_stopping": {"patience": 3}}},
        {"network": {"layers": [{"type": "dense", "units": 5, "activity_l1": 0.1}, DENSE]}},
        {"optimizer": {"name": "adamw", "weight_decay": 0.1}, "dtype": "float64"},
    ],
)
def test_a_document_survives_the_way_there_and_back(document):
    config = ExperimentConfig.from_dict(document)

    assert ExperimentConfig.from_dict(config.to_dict()) == config
    assert ExperimentConfig.from_dict(config.to_dict()).to_dict() == config.to_dict()


def test_a_document_that_is_handed_out_can_be_changed_without_harm():
    config = ExperimentConfig.from_dict({})
    config.to_dict()["network"]["layers"].clear()
    assert config.to_dict()["network"]["layers"]


@pytest.mark.parametrize(
    ("document", "code", "field"),
    [
        (3, "type", ""),
        ({"surprise": 1}, "unknown_key", "surprise"),
        ({"seed": -1}, "range", "seed"),
        ({"seed": True}, "type", "seed"),
        ({"seed": 1.5}, "type", "seed"),
        ({"version": 2}, "range", "version"),
        ({"dtype": "float16"}, "unknown_name", "dtype"),
        ({"dataset": {"name": "no such set"}}, "unknown_name", "dataset.name"),
        ({"dataset": {"train_size": 10**6}}, "range", "dataset.train_size"),
        ({"dataset": {"train_size": 0}}, "range", "dataset.train_size"),
        ({"dataset": {"label_noise": 1.1}}, "range", "dataset.label_noise"),
        ({"optimizer": {"name": "sgdd"}}, "unknown_name", "optimizer.name"),
        ({"optimizer": {"learning_rate": math.nan}}, "range", "optimizer.learning_rate"),
        ({"optimizer": {"learning_rate": math.inf}}, "range", "optimizer.learning_rate"),
        ({"optimizer": {"learning_rate": 0}}, "range", "optimizer.learning_rate"),
        ({"optimizer": {"learning_rate": "0.1"}}, "type", "optimizer.learning_rate"),
        ({"optimizer": {"learning_rate": None}}, "type", "optimizer.learning_rate"),
        ({"optimizer": {"name": "sgd", "momentum": 0.9}}, "unknown_key", "optimizer.momentum"),
        ({"regularization": {"l2": -1}}, "range", "regularization.l2"),
        ({"training": {"iterations": 0}}, "range", "training.iterations"),
        ({"training": {"iterations": 10**12}}, "range", "training.iterations"),
        ({"training": {"iterations": 5, "epochs": 5}}, "range", "training.epochs"),
        ({"training": {"batch_size": 2000, "sampling": "epochs"}}, "range", "training.batch_size"),
        ({"training": {"schedule": {"name": "cubic"}}}, "unknown_name", "training.schedule.name"),
        ({"training": {"early_stopping": {"patience": 0}}}, "range", "training.early_stopping.patience"),
        ({"network": {"preset": "mlp", "hidden": "forty"}}, "type", "network.hidden"),
        ({"network": {"preset": "mlp", "hidden": [40, 0]}}, "range", "network.hidden.1"),
        ({"network": {"preset": "resnet"}}, "unknown_name", "network.preset"),
        ({"network": {"layers": []}}, "shape", "network.layers"),
        ({"network": {"layers": {}}}, "type", "network.layers"),
        ({"network": {"layers": [DENSE] * 201}}, "range", "network.layers"),
        ({"network": {"layers": [{"type": "dense"}]}}, "missing", "network.layers.0.units"),
        ({"network": {"layers": [{"units": 10}]}}, "missing", "network.layers.0.type"),
        ({"network": {"layers": [{"type": "dense", "units": 11}]}}, "shape", "network.layers.0"),
        ({"network": {"layers": [{"type": "dense", "units": 10**12}]}}, "range", "network.layers.0.units"),
        ({"network": {"initializer": {"name": "normal", "std": 0}}}, "range", "network.initializer.std"),
    ],
)
def test_errors_are_named_by_code_and_field(document, code, field):
    wrong = error(document)
    assert (wrong.code, wrong.field) == (code, field)
    assert wrong.message


def test_a_network_has_at_most_200_layers_also_in_blocks_and_a_stored_one_may_have_more():
    def network(*sizes):
        """A dense layer, and a block of blocks with these numbers of them."""
        blocks = [{"type": "residual", "layers": [DENSE] * size} for size in sizes]
        return {"network": {"layers": [DENSE, {"type": "residual", "layers": blocks}]}}

    ExperimentConfig.from_dict(network(100, 99))
    wrong = error(network(100, 100))
    assert (wrong.code, wrong.field, wrong.bounds) == ("range", "network.layers", {"maximum": 200})
    assert "not 201" in wrong.message
    stored = ExperimentConfig.from_dict(network(100, 100), stored=True).to_dict()
    assert len(stored["network"]["layers"][1]["layers"][1]["layers"]) == 100


def test_a_range_error_names_field_bound_and_value():
    wrong = error({"training": {"batch_size": -3}})
    assert wrong.bounds == {"minimum": 1, "maximum": 100_000}
    assert "training.batch_size" in wrong.message
    assert "at least 1" in wrong.message
    assert "-3" in wrong.message


def test_whoever_has_limits_refuses_what_costs_more_with_the_estimate():
    summary = summarize(
        ExperimentConfig.from_dict({"network": {"layers": [{"type": "dense", "units": 5000}, DENSE]}})
    )
    needed = summary.memory_bytes
    Limits(memory_bytes=needed).check(summary)
    with pytest.raises(
        ConfigError, match=f"about {needed:,} bytes of memory; at most {needed - 1:,}"
    ) as wrong:
        Limits(memory_bytes=needed - 1).check(summary)
    assert (wrong.value.code, wrong.value.field) == ("too_large", "network")
    with pytest.raises(ConfigError, match="multiply-adds"):
        Limits(multiply_adds=1000).check(summary)


def test_reading_an_experiment_does_not_ask_what_it_costs():
    enormous = {"network": {"layers": [*2 * [{"type": "dense", "units": 60_000}], DENSE]}}
    config = ExperimentConfig.from_dict(enormous)
    assert config.network.layers[0]["units"] == 60_000
    with pytest.raises(ConfigError, match="bytes of memory"):
        Limits().check(summarize(config))


def test_epochs_become_iterations():
    config = ExperimentConfig.from_dict({"training": {"epochs": 2, "batch_size": 100, "sampling": "epochs"}})
    assert config.iterations == 2 * 15  # 1,437 digits
    assert config.training.evaluate_every == 15


NORMED = {"preset": "mlp", "hidden": [8], "batch_norm": True}
ONE_PLACE: list[dict[str, Any]] = [
    {"type": "conv2d", "filters": 4, "kernel_size": 8},
    {"type": "residual", "layers": [{"type": "batch_norm"}]},
    {"type": "dense", "units": 10},
]
PLACES = [{**ONE_PLACE[0], "kernel_size": 3}, *ONE_PLACE[1:]]


@pytest.mark.parametrize("network", [NORMED, {"layers": ONE_PLACE}])
@pytest.mark.parametrize(
    ("training", "code"),
    [
        ({"batch_size": 1}, "batch_of_one"),
        ({"batch_size": 1, "sampling": "epochs"}, "batch_of_one"),
        ({"batch_size": 359, "sampling": "epochs"}, "last_batch_of_one"),  # 1,437 = 4 · 359 + 1
    ],
)
def test_batch_norm_refuses_a_batch_of_one_image_beside_its_field(network, training, code):
    document = {"network": network, "training": training}
    with pytest.raises(ConfigError) as caught:
        ExperimentConfig.from_dict(document)
    assert (caught.value.code, caught.value.field) == ("range", "training.batch_size")
    assert reason_in(caught.value.message).code == code
    assert str(training["batch_size"]) in caught.value.message
    assert ExperimentConfig.from_dict(document, stored=True).to_dict()["training"]["batch_size"]


@pytest.mark.parametrize(
    ("network", "training"),
    [
        ({"layers": PLACES}, {"batch_size": 1}),  # 36 values share each mean
        ({"preset": "mlp"}, {"batch_size": 1}),
        (NORMED, {"batch_size": 359}),
        (NORMED, {"batch_size": 2}),
        (NORMED, {"batch_size": 5, "sampling": "epochs"}),
    ],
)
def test_batches_with_a_variance_are_accepted(network, training):
    ExperimentConfig.from_dict({"network": network, "training": training})


@pytest.mark.parametrize(
    ("layers", "optimizer", "field"),
    [
        ([{"type": "flatten"}, {"type": "batch_norm"}, DENSE], {}, "network.layers.1.epsilon"),
        (
            [{"type": "residual", "layers": [{"type": "batch_norm"}]}, DENSE],
            {},
            "network.layers.0.layers.0.epsilon",
        ),
        ([{"type": "local_response_norm"}, DENSE], {}, "network.layers.0.k"),
        ([DENSE], {"name": "adagrad"}, "optimizer.epsilon"),
    ],
)
def test_what_keeps_a_division_from_0_has_a_lowest_value_but_in_a_stored_experiment(
    digits, layers, optimizer, field
):
    """The corners of the digits are always 0: features without variance, and weights without a gradient."""

    def document(value):
        whole = copy.deepcopy({"network": {"layers": layers}, "optimizer": optimizer})
        *path, name = field.split(".")
        part: Any = whole
        for key in path:
            part = part[int(key) if key.isdigit() else key]
        part[name] = value
        return whole

    refused = error(document(1e-50))
    assert (refused.code, refused.field, refused.bounds["minimum"]) == ("range", field, 1e-12)
    opened = ExperimentConfig.from_dict(document(1e-50), stored=True).to_dict()
    assert ExperimentConfig.from_dict(opened, stored=True).to_dict() == opened
    trainer = Trainer(ExperimentConfig.from_dict(document(1e-12)), digits)
    for _ in range(2):
        trainer.step()
    assert trainer.divergence is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(
    ["dataset", "network", "optimizer", "regularization", "training", "seed", "dtype", "x"]
)
inner_keys = st.sampled_from(
    ["name", "layers", "preset", "hidden", "learning_rate", "l1", "epochs", "schedule"]
)


@settings(max_examples=150)
@given(st.dictionaries(keys, json_values | st.dictionaries(inner_keys, json_values), max_size=4))
def test_any_json_document_is_an_experiment_or_a_config_error(document):
    try:
        config = ExperimentConfig.from_dict(document)
    except ConfigError:
        return
    assert ExperimentConfig.from_dict(config.to_dict()) == config
