"""The trainer: its rows, evaluations and random choices, from a whole run."""

import dataclasses
import subprocess
import sys
import tracemalloc
from typing import Any

import numpy as np
import pytest

from engine import ConfigError, Dataset, ExperimentConfig, Trainer
from engine.events import StepMetrics
from tests.engine.small_trainings import curve, experiment
from tests.support.events import evaluations_of, steps_of


def test_a_run_gives_a_row_an_iteration_and_an_evaluation_every_ten(digits):
    trainer = Trainer(experiment(training={"iterations": 35}), digits)
    events = list(trainer.run())

    steps = [event for event in events if event.stream == "train"]
    evaluations = [event for event in events if event.stream == "evaluation"]
    assert [event.iteration for event in steps] == list(range(1, 36))
    assert [event.iteration for event in evaluations] == [10, 20, 30, 35]
    for event in events:
        assert len(event.values) == len(trainer.columns[event.stream])
    assert trainer.columns["train"][:5] == ("iteration", "loss", "accuracy", "penalty", "learning_rate")
    assert trainer.columns["train"][5:] == tuple(
        f"{kind}_norm/{layer}" for kind in ("gradient", "weight") for layer in "12"
    )


def test_it_learns_the_digits(digits):
    trainer = Trainer(
        experiment(optimizer={"name": "adam", "learning_rate": 0.01}, training={"iterations": 600}), digits
    )
    last = evaluations_of(trainer)[-1]
    assert last.test_accuracy > 0.9
    assert last.train_accuracy > 0.95


STEEP = [{"type": "dense", "units": 300}] * 18 + [{"type": "dense", "units": 10}]


@pytest.mark.parametrize("sampling", ["with_replacement", "epochs"])
def test_the_same_seed_gives_the_same_bits_and_another_one_others(digits, sampling):
    def run(seed):
        return curve(Trainer(experiment(seed=seed, training={"sampling": sampling}), digits))

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_runs_that_differ_in_one_choice_share_everything_else(digits):
    first, second = (Trainer(experiment(optimizer={"name": name}), digits) for name in ("sgd", "adam"))
    np.testing.assert_array_equal(first.network.vector, second.network.vector)
    first.step()
    second.step()
    np.testing.assert_array_equal(first.batches.order, second.batches.order)

    with_dropout = experiment(network={"layers": [{"type": "dropout"}, {"type": "dense", "units": 10}]})
    without = experiment(network={"layers": [{"type": "dense", "units": 10}]})
    third, fourth = Trainer(with_dropout, digits), Trainer(without, digits)
    third.step()
    fourth.step()
    np.testing.assert_array_equal(third.batches.order, fourth.batches.order)


def test_the_loss_is_the_batchs_before_the_step(digits):
    trainer = Trainer(experiment(optimizer={"learning_rate": 1.0}), digits)
    before = trainer.network.vector.copy()
    metrics = trainer.step()
    images, labels = trainer.batches._batch_images, trainer.batches._batch_labels

    trainer.network.vector[...] = before
    assert trainer.network.loss_and_gradients(images, labels) == metrics.loss
    logits = trainer.network.forward(images)
    assert metrics.accuracy == np.mean(logits.argmax(axis=1) == labels)
    gradient = trainer.network.gradients["1.W"]
    assert metrics.gradient_norms[0] == pytest.approx(np.linalg.norm(gradient), rel=1e-5)


def test_an_epoch_shows_every_image_once(digits):
    config = experiment(
        dataset={"train_size": 50}, training={"epochs": 2, "iterations": None, "sampling": "epochs"}
    )
    trainer = Trainer(config, digits)
    assert trainer.iterations == 6
    for _ in range(2):
        seen: list[int] = []
        for _ in range(3):
            trainer.step()
            seen.extend(trainer.batches.order[: trainer.batches.position])
        assert sorted(trainer.batches.order) == list(range(50))


def test_evaluation_is_that_of_the_forward_pass(digits):
    trainer = Trainer(experiment(dataset={"train_size": 100, "test_size": 333}), digits)
    list(trainer.run())
    metrics = trainer.evaluate()

    logits = trainer.network.forward(digits.test_images[:333]).astype(np.float64)
    labels = digits.test_labels[:333]
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert metrics.test_accuracy == np.mean(logits.argmax(axis=1) == labels)
    assert metrics.test_loss == pytest.approx(-np.log(p[np.arange(333), labels]).mean(), rel=1e-5)
    logits = trainer.network.forward(digits.train_images[:100])
    assert metrics.train_accuracy == np.mean(logits.argmax(axis=1) == digits.train_labels[:100])


def test_train_accuracy_is_of_a_sample_until_the_last_evaluation(digits):
    config = experiment(training={"iterations": 20, "evaluate_train_size": 7})
    trainer = Trainer(config, digits)
    first, last = evaluations_of(trainer)
    assert (first.train_accuracy * 7) == pytest.approx(round(first.train_accuracy * 7))
    assert last.train_accuracy == trainer.evaluate(whole=True).train_accuracy


def test_a_divergence_ends_the_run_after_its_row_and_names_reasons(digits):
    config = experiment(
        network={"preset": "mlp", "hidden": [16, 16], "activation": "identity"},
        optimizer={"learning_rate": 5000},
    )
    trainer = Trainer(config, digits)
    *_, last = trainer.run()
    assert isinstance(last, StepMetrics)
    assert not np.isfinite(last.loss)
    assert trainer.divergence.iteration == last.iteration < 30
    assert "learning rate" in trainer.divergence.reasons[0]
    assert trainer.advance() == []


def test_clipping_bounds_the_step(digits):
    trainer = Trainer(experiment(training={"clip_norm": 0.001}, optimizer={"learning_rate": 1.0}), digits)
    before = trainer.network.vector.copy()
    trainer.step()
    assert np.linalg.norm(trainer.network.vector - before) == pytest.approx(0.001, rel=1e-3)

    trainer = Trainer(experiment(training={"clip_value": 1e-4}, optimizer={"learning_rate": 1.0}), digits)
    before = trainer.network.vector.copy()
    trainer.step()
    assert np.abs(trainer.network.vector - before).max() <= 1.001e-4


def test_noisy_labels_are_wrong_in_their_share_and_only_in_training(digits):
    trainer = Trainer(experiment(dataset={"label_noise": 0.25}), digits)
    wrong = np.count_nonzero(trainer.batches._labels != digits.train_labels)
    assert wrong == int(0.25 * len(digits.train_labels))


def test_early_stopping_brings_the_best_weights_back(digits):
    config = experiment(
        dataset={"train_size": 40},
        optimizer={"name": "adam", "learning_rate": 0.02},
        training={"iterations": 3000, "early_stopping": {"metric": "test_loss", "patience": 5}},
    )
    trainer = Trainer(config, digits)
    *evaluations, last = evaluations_of(trainer)
    assert trainer.iteration < 3000
    losses = [event.test_loss for event in evaluations]
    best = min(evaluations, key=lambda event: event.test_loss)
    assert len(evaluations) == 5 + 1 + losses.index(best.test_loss)
    # one more evaluation, of the weights that stay
    assert trainer.evaluate() == last
    assert (last.iteration, last.test_loss) == (trainer.iteration, best.test_loss)
    assert f"stopped early: test_loss was best at iteration {best.iteration:,}" in trainer.stop_reason
    assert "the weights of that iteration were restored" in trainer.stop_reason


def test_the_best_weights_come_back_also_after_the_last_iteration(digits):
    stopping = {"metric": "test_loss", "patience": 1000}
    config = experiment(
        dataset={"train_size": 40},
        optimizer={"name": "adam", "learning_rate": 0.02},
        training={"iterations": 200, "early_stopping": stopping},
    )
    trainer = Trainer(config, digits)
    *evaluations, last = evaluations_of(trainer)
    best = min(evaluations, key=lambda event: event.test_loss)
    assert best.iteration < trainer.iteration == 200
    assert trainer.evaluate() == last
    assert last.test_loss == best.test_loss
    assert f"best at iteration {best.iteration:,}" in trainer.stop_reason


@pytest.mark.parametrize("restore_best", [True, False])
def test_no_evaluation_is_made_twice_where_the_last_weights_stay(digits, restore_best):
    stopping = {
        "metric": "test_loss",
        "patience": 1 if not restore_best else 1000,
        "restore_best": restore_best,
    }
    trainer = Trainer(experiment(training={"iterations": 40, "early_stopping": stopping}), digits)
    iterations = [event.iteration for event in evaluations_of(trainer)]
    assert len(set(iterations)) == len(iterations)


@pytest.mark.parametrize("restore_best", [True, False])
def test_the_last_accuracy_of_a_run_that_stopped_early_is_that_of_all_images(digits, restore_best):
    stopping = {"metric": "test_loss", "patience": 2, "restore_best": restore_best}
    config = experiment(
        dataset={"train_size": 200},
        optimizer={"name": "adam", "learning_rate": 0.05},
        training={"iterations": 3000, "evaluate_train_size": 20, "early_stopping": stopping},
    )
    trainer = Trainer(config, digits)
    *_, last = evaluations_of(trainer)
    assert "stopped early" in trainer.stop_reason
    assert last == trainer.evaluate(whole=True)
    assert last != trainer.evaluate(whole=False)


def test_a_gradient_whose_squares_overflow_is_clipped_and_its_true_norm_is_logged(digits):
    network = {"layers": STEEP, "initializer": {"name": "normal", "std": 0.8}}
    trainer = Trainer(experiment(network=network, training={"clip_norm": 7.0}), digits)
    metrics = trainer.step()
    assert np.isfinite(metrics.loss)
    assert np.sqrt(np.finfo(np.float32).max) < max(metrics.gradient_norms) < np.inf
    # what SGD subtracts: the rate times the clipped gradient
    assert np.linalg.norm(trainer.network.gradient) == pytest.approx(metrics.learning_rate * 7, rel=1e-4)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"optimizer": {"learning_rate": 1000.0}, "network": {"layers": STEEP[-3:]}},
            "the learning rate 1000 is too large",
        ),
        (
            {"optimizer": {"learning_rate": 0.5}, "regularization": {"l2": 50.0}},
            "the learning rate 0.5 times l2 50 is above 2",
        ),
        (
            {"network": {"layers": STEEP, "initializer": {"name": "normal", "std": 100.0}}},
            "the initial weights, normal (std 100), are too large",
        ),
    ],
)
def test_a_divergence_names_its_iteration_and_the_likeliest_reason_first(digits, changes, words):
    trainer = Trainer(experiment(**changes, training={"iterations": 3000}), digits)
    steps = steps_of(trainer)
    assert trainer.divergence.iteration == steps[-1].iteration
    assert np.isfinite([step.loss for step in steps[:-1]]).all()
    assert words in trainer.divergence.reasons[0]
    if trainer.divergence.iteration > 1:
        assert "the gradients are not clipped" in trainer.divergence.reasons


def test_a_schedule_moves_the_learning_rate(digits):
    schedule = {"name": "step", "every": 10, "factor": 0.5, "warm_up": 2}
    trainer = Trainer(experiment(optimizer={"learning_rate": 0.4}, training={"schedule": schedule}), digits)
    rates = [step.learning_rate for step in steps_of(trainer)]
    assert rates[:3] == pytest.approx([0.2, 0.4, 0.4])
    assert rates[9:11] == pytest.approx([0.4, 0.2])
    assert rates[-1] == pytest.approx(0.1)


def test_a_live_change_takes_effect_from_the_next_step(digits):
    trainer = Trainer(experiment(), digits)
    trainer.step()
    trainer.set_live(learning_rate=0.5, l2=0.1)
    metrics = trainer.step()
    assert metrics.learning_rate == 0.5
    assert metrics.penalty > 0
    for wrong in ({"learning_rate": -1.0}, {"l1": float("nan")}, {"dropout": 0.5}):
        with pytest.raises(ConfigError):
            trainer.set_live(**wrong)
    assert trainer.learning_rate == 0.5


ALLOCATING: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "mlp, SGD": ("digits", {"preset": "mlp", "hidden": [400, 300]}, {}),
    "mlp, Adam, penalties": (
        "digits",
        {"preset": "mlp", "hidden": [400, 300]},
        {"optimizer": {"name": "adam"}, "regularization": {"l1": 0.01, "l2": 0.01}},
    ),
    "batch norm, dropout": (
        "digits",
        {"preset": "mlp", "hidden": [400, 300], "batch_norm": True, "dropout": 0.3, "activation": "gelu"},
        {"training": {"clip_norm": 1.0}},
    ),
    "residual": ("digits", {"preset": "mlp", "hidden": [300, 300], "residual": True}, {}),
    "convolution": ("mnist", {"preset": "simple_convnet"}, {"optimizer": {"name": "adam"}}),
    "convolutions, batch norm, dropout, activity": (
        "cifar10",
        {"preset": "keras_cifar", "batch_norm": True, "dropout": 0.3, "activity_l1": 0.01},
        {},
    ),
    "response norm, overlapping pools": (
        "cifar10",
        {"preset": "alexnet_cifar"},
        {"optimizer": {"name": "nadam"}},
    ),
}


@pytest.mark.parametrize("case", ALLOCATING)
def test_a_step_allocates_no_arrays(case):
    source, network, given = ALLOCATING[case]
    more = dict(given)
    training = {"batch_size": 40, "iterations": 1000, **more.pop("training", {})}
    config = ExperimentConfig.from_dict(
        {"dataset": {"name": source}, "network": network, "training": training, **more}
    )
    generator = np.random.default_rng(0)
    images = generator.random((80, *config.dataset.source.shape), dtype=np.float32)
    labels = generator.integers(0, 10, len(images))
    own = Dataset(
        name=source,
        train_images=images,
        train_labels=labels,
        test_images=images,
        test_labels=labels,
        class_names=config.dataset.source.class_names,
    )
    trainer = Trainer(config, own)
    for _ in range(2):
        trainer.step()
    taken = []
    tracemalloc.start()
    for _ in range(4):
        tracemalloc.reset_peak()
        held, _ = tracemalloc.get_traced_memory()
        trainer.step()
        taken.append(tracemalloc.get_traced_memory()[1] - held)
    tracemalloc.stop()
    # Views, an event, and what NumPy converts at a time where types are mixed (`trainer.CASTING_BUFFER`). Drawn
    # indices of coming batches come now and then.
    assert min(taken) < 16_000
    assert np.getbufsize() == 8192


def test_a_data_set_of_ones_own_can_be_trained_on():
    generator = np.random.default_rng(0)
    own = Dataset(
        name="own",
        train_images=generator.random((50, 1, 8, 8), dtype=np.float32),
        train_labels=generator.integers(0, 10, 50),
        test_images=generator.random((20, 1, 8, 8), dtype=np.float32),
        test_labels=generator.integers(0, 10, 20),
        class_names=tuple("0123456789"),
    )
    assert len(list(Trainer(experiment(), own).run())) == 33
    with pytest.raises(ValueError, match="images are"):
        Trainer(experiment(dataset={"name": "moons"}, network={"preset": "mlp"}), own)
    with pytest.raises(ValueError, match="11 classes; the network is for 10"):
        Trainer(experiment(), dataclasses.replace(own, class_names=tuple("0123456789A")))


def test_the_engine_alone_imports_nothing_of_the_web():
    code = (
        "import sys; from engine import Trainer;"
        "print([m for m in ('pooch', 'fastapi', 'app', 'rich') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
