"""The reasons for the end of a run: a dead network, or a loss that is not finite, with its likely causes."""

import math
from dataclasses import replace

import numpy as np
import pytest

from engine import ExperimentConfig, Trainer
from engine.divergence import likely_causes
from engine.events import EvaluationMetrics, StepMetrics
from engine.trainer import DEAD_AFTER
from tests.support.events import steps_of
from tests.support.reasons import reason_in


def experiment(iterations, *, activation="relu", rate=10.0, std=None, hidden=(40, 20), **sections):
    initializer = {"name": "he_normal"} if std is None else {"name": "normal", "std": std}
    network = {"preset": "mlp", "hidden": list(hidden), "activation": activation, "initializer": initializer}
    return ExperimentConfig.from_dict(
        {
            "network": network,
            "optimizer": {"name": "sgd", "learning_rate": rate},
            "training": {"iterations": iterations, "evaluate_every": 10},
            **sections,
        }
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_network_is_dead_from_the_first_iteration_with_only_zero_gradients(digits, seed):
    trainer = Trainer(experiment(150, seed=seed), digits)
    steps = steps_of(trainer)
    still = [not any(step.gradient_norms) for step in steps]
    since = next(i for i in range(150) if all(still[i:])) + 1
    assert 1 < since <= 150 - DEAD_AFTER
    assert steps[-1].loss > 0
    assert trainer.dead == since
    assert trainer.divergence is None
    reason = reason_in(trainer.reason)
    assert (reason.code, reason.values) == ("dead", {"iteration": since})


def test_a_network_counts_as_dead_after_fifty_such_iterations_and_not_before(digits):
    since = (whole := Trainer(experiment(150), digits), list(whole.run()))[0].dead
    trainer = Trainer(experiment(150), digits)
    while trainer.iteration < since + DEAD_AFTER - 2:
        trainer.advance()
        assert trainer.dead is None
    trainer.advance()
    assert trainer.dead == since


@pytest.mark.parametrize("at", [20, 40, 60, 100])
def test_a_run_that_goes_on_from_a_checkpoint_is_dead_from_the_same_iteration(digits, at):
    whole = Trainer(experiment(150), digits)
    rows = [event.values for event in whole.run()]
    trainer = Trainer(experiment(150), digits)
    begun = [event.values for _ in range(at) for event in trainer.advance()]
    restored = Trainer.restore(trainer.checkpoint(), digits)
    assert begun + [event.values for event in restored.run()] == rows
    assert restored.dead == whole.dead
    assert restored.reason == whole.reason


def test_tiny_gradients_do_not_count_as_zero(digits, monkeypatch):
    """In float32, the squares of numbers below 1e-23 are 0, but the numbers are not."""
    trainer = Trainer(experiment(DEAD_AFTER + 10, activation="sigmoid", std=0.01, rate=0.01), digits)
    trainer.network.vector *= 1e-4
    for gradient in trainer._weight_gradients:
        gradient.fill(0)

    def tiny(images, labels):
        trainer.network.gradient.fill(1e-30)
        trainer.network.data_loss = 2.3
        return 2.3

    monkeypatch.setattr(trainer.network, "loss_and_gradients", tiny)
    while not trainer.done:
        trainer.step()
        if trainer.iteration == trainer.iterations:
            break
    assert trainer.dead is None


def test_a_network_that_learns_or_has_a_loss_of_zero_is_not_dead(digits):
    for config in (experiment(120, rate=0.1), experiment(120, rate=0.1, activation="sigmoid", std=0.01)):
        trainer = Trainer(config, digits)
        list(trainer.run())
        assert trainer.dead is None
        assert trainer.reason is None


def test_a_completed_run_whose_last_evaluation_is_not_finite_has_diverged(digits):
    def diverging(iterations):
        trainer = Trainer(experiment(iterations, activation="leaky_relu"), digits)
        return trainer, list(trainer.run())

    whole, _ = diverging(50)
    assert whole.divergence is not None
    assert not whole.divergence.evaluated
    trainer, rows = diverging(whole.divergence.iteration - 1)
    step, evaluation = rows[-2:]
    assert isinstance(step, StepMetrics)
    assert isinstance(evaluation, EvaluationMetrics)
    assert math.isfinite(step.loss)
    assert not math.isfinite(evaluation.test_loss)
    assert trainer.divergence.iteration == trainer.iterations
    assert trainer.divergence.reason.code == "diverged_evaluated"
    assert reason_in(trainer.divergence.reasons[0]).code == "learning_rate_too_large"

    restored = Trainer.restore(trainer.checkpoint(), digits)
    assert restored.divergence == trainer.divergence


@pytest.mark.parametrize("seed", range(3))
def test_initial_weights_are_the_first_cause_if_the_first_loss_is_far_above_that_of_guessing(digits, seed):
    config = experiment(3000, activation="leaky_relu", std=3.0, rate=1.0, hidden=(40, 40, 40, 20), seed=seed)
    trainer = Trainer(config, digits)
    for _ in range(2):
        trainer.advance()
    trainer = Trainer.restore(trainer.checkpoint(), digits)  # a checkpoint keeps the first loss
    list(trainer.run())
    assert trainer.first_loss > 10 * math.log(10)
    assert trainer.divergence.iteration > 2
    codes = [reason_in(why).code for why in trainer.divergence.reasons]
    assert codes[:2] == ["first_weights_std", "learning_rate_too_large"]


def test_initial_weights_are_not_named_as_a_cause_if_the_first_loss_is_that_of_guessing(digits):
    trainer = Trainer(experiment(100, activation="leaky_relu"), digits)
    list(trainer.run())
    assert "first_weights" not in [reason_in(why).code for why in trainer.divergence.reasons]


def test_the_rate_is_the_cause_if_the_only_step_made_numbers_too_large_for_the_evaluation(digits):
    trainer = Trainer(experiment(1, activation="leaky_relu", rate=10_000.0, hidden=[100] * 12), digits)
    list(trainer.run())
    assert trainer.first_loss < 10
    assert trainer.divergence.evaluated
    assert reason_in(trainer.divergence.reasons[0]).code == "learning_rate_too_large"


@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_the_bound_of_a_penalty_in_plain_descent_is_no_cause_with_another_optimizer(digits, name):
    changes = {"optimizer": {"name": name, "learning_rate": 5000}, "regularization": {"l2": 0.001}}
    trainer = Trainer(experiment(2, **changes), digits)
    step = trainer.step()
    causes = likely_causes(trainer.config, trainer.network, step, trainer.first_loss)
    assert causes[0].code == "learning_rate_too_large"
    assert "penalty_too_strong" not in [cause.code for cause in causes]


@pytest.mark.parametrize("norms", [(5.0, math.nan), (math.nan, 5.0), (math.inf, math.nan)])
def test_weights_that_are_not_finite_have_grown_without_bound_wherever_they_are(digits, norms):
    trainer = Trainer(experiment(2), digits)
    step = trainer.step()
    causes = likely_causes(trainer.config, trainer.network, replace(step, weight_norms=norms), 2.0)
    (grown,) = [cause for cause in causes if cause.code == "weights_grown"]
    assert grown.values == {"norm": "∞"}
    assert "norm inf" in grown


def test_activity_penalties_are_among_the_causes_also_inside_blocks(digits):
    inner = [{"type": "dense", "units": 20, "activity_l2": 5.0}, {"type": "activation", "name": "identity"}]
    layers = [
        {"type": "dense", "units": 20},
        {"type": "residual", "layers": inner},
        {"type": "dense", "units": 10},
    ]
    config = ExperimentConfig.from_dict(
        {
            "network": {"layers": layers},
            "optimizer": {"learning_rate": 1.0},
            "training": {"iterations": 500},
        }
    )
    trainer = Trainer(config, digits)
    list(trainer.run())
    reasons = [reason_in(why) for why in trainer.divergence.reasons]
    named = next(why for why in reasons if why.code == "activity_penalty")
    assert named.values == {"l1": 0.0, "l2": 5.0}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_with_l1_each_evaluation_ends_with_the_share_of_small_weights(digits, dtype):
    config = experiment(60, rate=0.1, regularization={"l1": 0.01}, dtype=dtype)
    trainer = Trainer(config, digits)
    rows = list(trainer.run())
    assert trainer.columns["evaluation"][-1] == "small_weights"
    weights = np.concatenate(
        [W.ravel() for name, W in trainer.network.parameters.items() if name.endswith("W")]
    )
    assert rows[-1].values[-1] == np.mean(np.abs(weights) < 1e-3) > 0.05


def test_without_l1_the_share_of_small_weights_is_not_recorded(digits):
    trainer = Trainer(experiment(10, rate=0.1, regularization={"l2": 0.01}), digits)
    rows = list(trainer.run())
    assert trainer.columns["evaluation"] == (
        "iteration",
        "train_accuracy",
        "test_accuracy",
        "train_loss",
        "test_loss",
    )
    assert len(rows[-1].values) == 5


def test_first_dead_stays_known_when_a_network_learns_again(digits):
    network = {"preset": "mlp", "hidden": [8], "activation": "relu", "initializer": {"name": "zeros"}}
    config = ExperimentConfig.from_dict({**experiment(200).to_dict(), "network": network})
    trainer = Trainer(config, digits)
    begun = trainer.network.vector.copy()
    begun[...] = np.random.default_rng(0).normal(0, 0.1, begun.shape)
    while trainer.iteration < DEAD_AFTER + 10:
        trainer.advance()
    trainer.network.vector[...] = begun  # new weights revive the network for certain
    trainer.advance()
    assert trainer.dead is None
    assert trainer.first_dead == 1
    assert Trainer.restore(trainer.checkpoint(), digits).first_dead == 1
