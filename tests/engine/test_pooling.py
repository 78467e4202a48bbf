"""Pooling: outputs and gradients of maxima and means."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.layers.pooling import AvgPool2D, MaxPool2D
from tests.engine.gradients import check_layer
from tests.engine.image_layers import LayerSteps, images

KINDS = [(MaxPool2D, np.max), (AvgPool2D, np.mean)]


def reference(x, size, stride, summary):
    n, channels, height, width = x.shape
    out = (height - size) // stride + 1, (width - size) // stride + 1
    y = np.empty((n, channels, *out))
    for i in range(out[0]):
        for j in range(out[1]):
            top, left = i * stride, j * stride
            y[:, :, i, j] = summary(x[:, :, top : top + size, left : left + size], axis=(2, 3))
    return y


@pytest.mark.parametrize(("kind", "summary"), KINDS)
@settings(max_examples=40)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4), st.integers(1, 4))
def test_any_window_gives_its_maximum_or_mean(kind, summary, height, width, size, stride):
    assume(size <= min(height, width))
    x = images(3, (2, height, width))
    pool = LayerSteps(kind((2, height, width), size=size, stride=stride))
    np.testing.assert_allclose(pool.forward(x, training=False), reference(x, size, stride, summary))


@pytest.mark.parametrize(("kind", "summary"), KINDS)
@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2), (3, 1), (2, 3)])
def test_gradients_are_those_of_the_window(kind, summary, size, stride):
    check_layer(LayerSteps(kind((2, 7, 8), size=size, stride=stride)), images(3, (2, 7, 8)))


@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2)])
def test_exactly_one_of_several_equal_pixels_gets_the_gradient(size, stride):
    pool = LayerSteps(MaxPool2D((1, 7, 7), size=size, stride=stride))
    y = pool.forward(np.zeros((4, 1, 7, 7)), training=True)
    dx = pool.backward(np.ones_like(y))
    assert dx.sum() == y.size


def test_the_stride_is_the_size_by_default():
    assert MaxPool2D((3, 9, 8), size=2).output_shape == (3, 4, 4)


def test_a_window_larger_than_its_input_is_refused_with_a_reason():
    with pytest.raises(ValueError, match="does not fit"):
        MaxPool2D((1, 3, 3), size=4)
    with pytest.raises(ValueError, match="images"):
        AvgPool2D((12,), size=2)
