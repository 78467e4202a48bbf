"""A fork shares every bit with the training that it leaves, and goes on with other settings."""

from typing import Any

import pytest

from engine import ConfigError, ExperimentConfig, Trainer
from engine.fork import check_fork, fork
from engine.live import as_changed
from engine.replay import Replay
from tests.support.reasons import reason_in

BASE: dict[str, Any] = {
    "dataset": {"name": "digits"},
    "network": {
        "layers": [
            {"type": "dense", "units": 12},
            {"type": "batch_norm"},
            {"type": "activation", "name": "relu"},
            {"type": "dropout", "rate": 0.2},
            {"type": "dense", "units": 10},
        ]
    },
    "optimizer": {"name": "adam", "learning_rate": 0.003},
    "training": {"iterations": 60, "batch_size": 20, "evaluate_every": 10},
}
DROPOUT_LAYER = 3


def experiment(**sections: Any) -> ExperimentConfig:
    """The base with other values in these sections."""
    changed = {
        name: {**BASE[name], **values} if isinstance(values, dict) else values
        for name, values in sections.items()
    }
    return ExperimentConfig.from_dict({**BASE, **changed})


def rows(trainer: Trainer) -> list[tuple[float, ...]]:
    return [event.values for event in trainer.run()]


def after(events: list[tuple[float, ...]], iteration: int) -> list[tuple[float, ...]]:
    return [values for values in events if values[0] > iteration]


@pytest.mark.parametrize("sampling", ["with_replacement", "epochs"])
@pytest.mark.parametrize("iteration", [0, 7, 40, 59])
def test_a_fork_with_the_same_settings_goes_on_as_the_original(digits, iteration, sampling):
    config = experiment(training={"sampling": sampling})
    original = rows(Trainer(config, digits))
    forked = rows(fork(Replay(config, digits).at(iteration), config, digits))
    assert forked == after(original, iteration)


def test_training_longer_is_a_fork_at_the_end(digits):
    short, long = experiment(), experiment(training={"iterations": 90})
    forked = rows(fork(Replay(short, digits).at(60), long, digits))
    assert forked == after(rows(Trainer(long, digits)), 60)


def test_another_rate_or_penalty_or_dropout_from_a_fork_on_is_the_same_change_made_by_hand(digits):
    layers = [dict(layer) for layer in BASE["network"]["layers"]]
    layers[DROPOUT_LAYER]["rate"] = 0.5
    changes: dict[str, tuple[float, dict[str, dict[str, Any]]]] = {
        "learning_rate": (0.01, {"optimizer": {"learning_rate": 0.01}}),
        "l2": (0.02, {"regularization": {"l2": 0.02}}),
        "dropout": (0.5, {"network": {"layers": layers}}),
    }
    config = ExperimentConfig.from_dict({**BASE, "regularization": {"l2": 0.001}})
    for name, (value, sections) in changes.items():
        by_hand = Trainer(config, digits)
        while by_hand.iteration < 25:
            by_hand.advance()
        changed = ExperimentConfig.from_dict(
            {**config.to_dict(), **{key: {**config.to_dict()[key], **part} for key, part in sections.items()}}
        )
        forked = fork(by_hand, changed, digits)
        by_hand.set_live(**{name: value})
        assert rows(forked) == rows(by_hand), name


def test_after_a_fork_the_settings_are_those_of_its_experiment_whatever_was_changed_by_hand_before(digits):
    original = Trainer(experiment(), digits)
    by_hand = {"learning_rate": 0.05, "l2": 0.1, "dropout": 0.4}
    original.set_live(**by_hand)
    again = fork(original, experiment(), digits)
    assert (again.learning_rate, again.network.penalty.l2, again.network.dropout_rate) == (0.003, 0, 0.2)
    kept = ExperimentConfig.from_dict(as_changed(experiment().to_dict(), by_hand))
    assert rows(fork(original, kept, digits)) == rows(original)


def test_another_seed_changes_what_comes_after_only(digits):
    config = experiment()
    original = rows(Trainer(config, digits))
    first, second = (fork(Replay(config, digits).at(30), config, digits, seed=seed) for seed in (1, 2))
    assert first.network.vector.tobytes() == second.network.vector.tobytes()
    assert len({str(curve) for curve in (after(original, 30), rows(first), rows(second))}) == 3


@pytest.mark.parametrize(
    "sections",
    [
        {"optimizer": {"name": "sgd", "learning_rate": 0.1}},
        {"training": {"batch_size": 7}},
        {"training": {"sampling": "epochs", "batch_size": 50}},
        {"training": {"early_stopping": {"patience": 2}}},
        {"training": {"schedule": {"name": "cosine"}, "clip_norm": 1.0}},
        {"regularization": {"l1": 0.0005}},
        {"optimizer": {"beta1": 0.5, "beta2": 0.99}},
    ],
    ids=str,
)
def test_other_settings_take_over_at_the_fork_and_a_fork_can_be_saved_and_restored(digits, sections):
    trainer = Replay(experiment(), digits).at(20)
    config = ExperimentConfig.from_dict(
        {**BASE, **{key: {**BASE.get(key, {}), **part} for key, part in sections.items()}}
    )
    forked = fork(trainer, config, digits)
    assert forked.network.vector.tobytes() == trainer.network.vector.tobytes()
    again = Trainer.restore(forked.checkpoint(), digits)
    curve = rows(forked)
    assert curve[0][0] == 21
    assert rows(again) == curve


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("momentum", {"momentum": 0.5}),
        ("rmsprop", {"rho": 0.5}),
        ("adadelta", {"rho": 0.5}),
        *(
            (name, change)
            for name in ("adam", "adamw", "nadam")
            for change in ({"beta1": 0.5}, {"beta2": 0.99})
        ),
    ],
)
def test_an_optimizer_with_other_hyperparameters_goes_on_at_a_fork_as_its_formula_does(digits, name, changes):
    sections: dict[str, Any] = {"dtype": "float64", "network": {"layers": [{"type": "dense", "units": 10}]}}
    curves = []
    for fast in (True, False):
        trainer = Trainer(experiment(**sections, optimizer={"name": name}), digits, fast=fast)
        while trainer.iteration < 20:
            trainer.advance()
        curves.append(
            rows(fork(trainer, experiment(**sections, optimizer={"name": name, **changes}), digits))
        )
    for values, by_formula in zip(*curves, strict=True):
        assert values == pytest.approx(by_formula, rel=1e-6)


@pytest.mark.parametrize("seed", [None, 4])
@pytest.mark.parametrize(
    "sections",
    [
        {"optimizer": {"name": "sgd", "learning_rate": 0.1}},
        {"training": {"sampling": "epochs", "early_stopping": {"patience": 2}}},
        {"regularization": {"l1": 0.0005}},
        {"optimizer": {"beta1": 0.5, "beta2": 0.99}},
        {},
    ],
    ids=str,
)
def test_a_fork_that_is_forked_again_where_it_is_stays_the_same(digits, sections, seed):
    """So whoever goes on at a fork need not know whether a checkpoint was made before it or after it."""
    config = experiment()
    changed = ExperimentConfig.from_dict(
        {**BASE, **{key: {**BASE.get(key, {}), **part} for key, part in sections.items()}}
    )
    once = fork(Replay(config, digits).at(20), changed, digits, seed=seed)
    twice = fork(Trainer.restore(once.checkpoint(), digits), changed, digits, seed=seed)
    assert twice.checkpoint() == once.checkpoint()
    assert rows(twice) == rows(once)


def test_a_fork_leaves_its_origin_as_it_was(digits):
    config = experiment()
    trainer = Replay(config, digits).at(20)
    rows(fork(trainer, experiment(optimizer={"name": "sgd"}), digits))
    assert rows(trainer) == after(rows(Trainer(config, digits)), 20)


def test_early_stopping_goes_on_counting_where_its_settings_stay(digits):
    stopping = {"early_stopping": {"patience": 3}, "iterations": 300, "evaluate_every": 5}
    config = experiment(training=stopping, dataset={"train_size": 60}, optimizer={"learning_rate": 0.02})
    original = Trainer(config, digits)
    events = rows(original)
    assert original.stop_reason is not None
    iteration = original.early_stopping.best_iteration + 7
    assert rows(fork(Replay(config, digits).at(iteration), config, digits)) == after(events, iteration)


@pytest.mark.parametrize(
    ("sections", "field"),
    [
        ({"dataset": {"train_size": 100}}, "dataset.train_size"),
        ({"seed": 3}, "seed"),
        ({"dtype": "float64"}, "dtype"),
        ({"network": {"layers": [{"type": "dense", "units": 10}]}}, "network.layers"),
        ({"network": {"initializer": {"name": "glorot_uniform"}}}, "network.initializer.name"),
    ],
)
def test_what_the_weights_were_trained_with_cannot_change(digits, sections, field):
    trainer = Trainer(experiment(), digits)
    with pytest.raises(ConfigError) as error:
        fork(trainer, experiment(**sections), digits)
    assert error.value.field.startswith(field)
    assert reason_in(error.value.message).code == "fork_fixed"


def test_a_fork_at_the_end_or_of_a_diverged_training_is_refused(digits):
    with pytest.raises(ConfigError) as error:
        fork(Replay(experiment(), digits).at(60), experiment(), digits)
    assert (error.value.field, error.value.bounds) == ("training.iterations", {"minimum": 61})

    in_epochs = {"iterations": None, "epochs": 1, "batch_size": 50}  # of 200 images: 4 iterations
    short = experiment(training=in_epochs)
    with pytest.raises(ConfigError) as error:
        check_fork(short, short, 2 * short.iterations_per_epoch + 1)
    assert (error.value.field, error.value.bounds) == ("training.epochs", {"minimum": 3})

    wild = experiment(
        optimizer={"name": "sgd", "learning_rate": 1e4},
        network={"layers": [{"type": "dense", "units": 10}] * 2},
    )
    diverged = Trainer(wild, digits)
    rows(diverged)
    assert diverged.divergence is not None
    with pytest.raises(ConfigError, match=f"diverged at iteration {diverged.divergence.iteration}"):
        fork(diverged, wild, digits)
