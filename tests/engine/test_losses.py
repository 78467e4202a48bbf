"""The loss: its gradient, extreme logits, and correct images."""

import numpy as np
import pytest

from engine import losses
from engine.fast import losses as fast_losses
from tests.engine.gradients import numerical_gradient, relative_error


@pytest.fixture(params=["plain", "fast"])
def loss(request):
    if request.param == "plain":
        return losses.SoftmaxCrossEntropy()
    return fast_losses.SoftmaxCrossEntropy(6, 4, np.dtype(np.float64))


LABELS = np.array([0, 1, 2, 3, 3, 0])


def test_the_gradient_is_that_of_the_loss(loss):
    logits = np.random.default_rng(0).standard_normal((6, 4)) * 3
    loss(logits, LABELS)
    analytic = loss.gradient.copy()
    assert relative_error(analytic, numerical_gradient(lambda: loss(logits, LABELS), logits)) <= 1e-6


def test_equal_logits_cost_the_logarithm_of_the_classes(loss):
    assert loss(np.zeros((6, 4)), LABELS) == pytest.approx(np.log(4))


def test_huge_logits_neither_overflow_nor_lose_the_loss(loss):
    logits = np.zeros((6, 4))
    logits[:, 0] = 1e4
    with np.errstate(over="raise", invalid="raise"):
        value = loss(logits, LABELS)
    assert value == pytest.approx(1e4 * 4 / 6)  # four of six labels are not 0


def test_correct_images_are_counted_and_the_first_of_equal_classes_wins(loss):
    logits = np.random.default_rng(0).standard_normal((6, 4))
    loss(logits, LABELS)
    assert loss.correct == np.count_nonzero(logits.argmax(axis=1) == LABELS)

    loss(np.zeros((6, 4)), LABELS)
    assert loss.correct == np.count_nonzero(LABELS == 0)


def test_nan_logits_give_a_nan_loss(loss):
    assert np.isnan(loss(np.full((6, 4), np.nan), LABELS))


def test_an_evaluation_gives_the_numbers_of_a_training_pass(loss):
    logits = np.random.default_rng(2).standard_normal((6, 4))
    assert loss.evaluate(logits, LABELS) == loss(logits, LABELS)
