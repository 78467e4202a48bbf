"""Initializers: the spread and the limits of initial weights."""

import numpy as np
import pytest

from engine.initializers import FIELDS, INITIALIZERS, draw


def values(config, shape=(300, 200)):
    return draw(config, np.random.default_rng(0), shape, shape[0], shape[1])


@pytest.mark.parametrize(
    ("config", "std"),
    [
        ({"name": "normal", "std": 0.05}, 0.05),
        ({"name": "glorot_normal"}, np.sqrt(2 / 500)),
        ({"name": "glorot_uniform"}, np.sqrt(2 / 500)),
        ({"name": "he_normal"}, np.sqrt(2 / 300)),
        ({"name": "he_uniform"}, np.sqrt(2 / 300)),
        ({"name": "lecun_normal"}, np.sqrt(1 / 300)),
    ],
)
def test_weights_have_the_spread_of_the_paper(config, std):
    drawn = values(config)
    assert drawn.std() == pytest.approx(std, rel=0.02)
    assert abs(drawn.mean()) < 4 * std / np.sqrt(drawn.size)


def test_uniform_weights_stay_inside_their_limit():
    assert np.abs(values({"name": "glorot_uniform"})).max() <= np.sqrt(6 / 500)
    assert np.abs(values({"name": "he_uniform"})).max() <= np.sqrt(6 / 300)


@pytest.mark.parametrize("shape", [(30, 20), (20, 30), (6, 3, 5, 5)])
def test_orthogonal_weights_keep_lengths(shape):
    matrix = values({"name": "orthogonal"}, shape).reshape(shape[0], -1)
    short = min(matrix.shape)
    product = matrix @ matrix.T if matrix.shape[0] == short else matrix.T @ matrix
    np.testing.assert_allclose(product, np.eye(short), atol=1e-12)


def test_the_same_stream_gives_the_same_weights():
    np.testing.assert_array_equal(values({"name": "he_normal"}), values({"name": "he_normal"}))


def test_every_initializer_says_what_it_takes():
    assert INITIALIZERS.keys() == FIELDS.keys()
