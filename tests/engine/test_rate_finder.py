"""The rate finder: its test is exact, its numbers are those of a training by hand, and what it suggests trains well."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import ExperimentConfig, Trainer, load_dataset
from engine.rate_finder import ITERATIONS, MIN_ITERATIONS, find_rate
from engine.replay import Cancelled

DIGITS: dict[str, Any] = {
    "dataset": {"name": "digits"},
    "network": {"preset": "mlp", "hidden": [40, 20], "activation": "leaky_relu"},
    "training": {"iterations": 200, "batch_size": 32, "evaluate_every": 200},
}


def config_of(**changes):
    return ExperimentConfig.from_dict({**DIGITS, **changes})


def test_its_losses_are_those_of_the_experiments_images_and_weights_trained_by_hand():
    """Softmax regression in plain NumPy, with the batches and the initial weights that the trainer draws."""
    config = config_of(network={"layers": [{"type": "dense", "units": 10}]}, dtype="float64", seed=3)
    found = find_rate(config)
    trainer = Trainer(config)
    W, b = (trainer.network.parameters[name].copy() for name in ("1.W", "1.b"))
    losses, mean, means = [], 0.0, []
    for index, rate in enumerate(found.rates):
        x, labels = (array.copy() for array in trainer.batches.next())
        x = x.reshape(len(x), -1)
        exponentials = np.exp(x @ W + b)
        p = exponentials / exponentials.sum(axis=1, keepdims=True)
        losses.append(-np.log(p[np.arange(len(x)), labels]).mean())
        p[np.arange(len(x)), labels] -= 1
        W -= rate * x.T @ p / len(x)
        b -= rate * p.mean(axis=0)
        mean = 0.9 * mean + 0.1 * losses[-1]
        means.append(mean / (1 - 0.9 ** (index + 1)))
    np.testing.assert_allclose(found.losses, losses, rtol=1e-6)
    np.testing.assert_allclose(found.smoothed, means, rtol=1e-6)
    assert found.best == int(np.argmin(means))
    assert found.suggestion == pytest.approx(found.rates[found.best] / 5, rel=0.05)


def test_the_rate_grows_by_a_constant_factor_and_the_schedule_and_the_own_rate_do_not_matter():
    training = {**DIGITS["training"], "schedule": {"name": "cosine", "warm_up": 50}}
    plain = find_rate(config_of())
    assert plain == find_rate(config_of(training=training, optimizer={"name": "sgd", "learning_rate": 3}))
    assert plain.rates[0] == 1e-6
    ratios = np.array(plain.rates[1:]) / np.array(plain.rates[:-1])
    np.testing.assert_allclose(ratios, 1e7 ** (1 / (ITERATIONS - 1)))
    assert plain != find_rate(config_of(seed=1))


def test_it_ends_where_the_loss_is_four_times_its_lowest_or_is_not_finite():
    momentum = find_rate(config_of(optimizer={"name": "momentum"}))
    assert momentum.end == "risen"
    assert momentum.smoothed[-1] > 4 * min(momentum.smoothed) >= momentum.smoothed[-2]
    deep = {
        "preset": "mlp",
        "hidden": [64] * 4,
        "activation": "identity",
        "initializer": {"name": "he_normal"},
    }
    exploding = find_rate(config_of(network=deep), iterations=MIN_ITERATIONS)
    assert exploding.end in ("risen", "diverged")
    assert all(map(math.isfinite, exploding.losses))
    wild = {**deep, "hidden": [64] * 16, "initializer": {"name": "normal", "std": 100}}
    nothing = find_rate(config_of(network=wild))
    assert (nothing.end, nothing.rates, nothing.best, nothing.suggestion) == ("diverged", (), None, None)


def test_a_batch_that_is_lucky_at_the_start_neither_ends_the_test_nor_is_the_lowest_loss():
    for seed in range(20):
        moons = {"dataset": {"name": "moons"}, "training": {**DIGITS["training"], "batch_size": 1}}
        found = find_rate(config_of(**moons, seed=seed))
        assert len(found.rates) > 30, seed
        assert found.suggestion is None or found.suggestion > 5e-6, (seed, found.suggestion)


def test_where_the_loss_falls_with_no_rate_nothing_is_suggested():
    zeros = {"preset": "mlp", "hidden": [20, 20], "activation": "relu", "initializer": {"name": "zeros"}}
    found = find_rate(config_of(network=zeros))
    assert found.suggestion is None
    assert found.best is not None


def test_it_can_be_cancelled_before_any_iteration():
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        find_rate(config_of(), is_cancelled=lambda: next(asked))


@pytest.mark.parametrize(
    "optimizer",
    ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw", "nadam"],
)
def test_what_is_suggested_trains_well_with_every_optimizer(optimizer):
    """With each of three seeds, 200 iterations get within ten points of what the best of eight rates gets."""
    dataset = load_dataset("digits")

    def accuracy(config, rate):
        chosen = {**config.optimizer, "learning_rate": rate}
        *_, last = Trainer(replace(config, optimizer=chosen), dataset).run()
        return 0.0 if last.stream == "train" else last.train_accuracy

    for seed in range(3):
        config = config_of(optimizer={"name": optimizer}, seed=seed)
        found = find_rate(config, dataset)
        assert found.suggestion is not None
        best = max(accuracy(config, rate) for rate in (1e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3, 10))
        assert accuracy(config, found.suggestion) > best - 0.1, (seed, found.suggestion)
