"""The convolution and its fast step: outputs and gradients against the sum of the definition."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.fast.blocks import BLOCK_IMAGES, block_size
from engine.layers.conv import Conv2D
from tests.engine.gradients import check_layer
from tests.engine.image_layers import LayerSteps, images


def reference(x, W, b, stride, padding):
    """The sum of the definition, pixel by pixel."""
    n, _, height, width = x.shape
    filters, _, kernel, _ = W.shape
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out = (height + 2 * padding - kernel) // stride + 1, (width + 2 * padding - kernel) // stride + 1
    y = np.empty((n, filters, *out))
    for i in range(out[0]):
        for j in range(out[1]):
            window = x[:, :, i * stride : i * stride + kernel, j * stride : j * stride + kernel]
            y[:, :, i, j] = np.einsum("nckl,fckl->nf", window, W) + b
    return y


def conv(shape, filters=3, kernel_size=3, stride=1, padding=0):
    return Conv2D(shape, filters=filters, kernel_size=kernel_size, stride=stride, padding=padding)


@settings(max_examples=80)
@given(
    st.integers(1, 5), st.integers(1, 3), st.integers(1, 9), st.integers(1, 9),
    st.integers(1, 4), st.integers(1, 5), st.integers(1, 4), st.integers(0, 4),
)  # fmt: skip
def test_any_shape_gives_the_sum_of_the_definition(
    n, channels, height, width, filters, kernel, stride, padding
):
    assume(padding < kernel <= min(height, width) + 2 * padding)
    layer = LayerSteps(conv((channels, height, width), filters, kernel, stride, padding))
    x = images(n, (channels, height, width))
    parameters, _ = layer.bound
    expected = reference(x, parameters["W"], parameters["b"], stride, padding)
    np.testing.assert_allclose(layer.forward(x, training=False), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("shape", "kernel", "stride", "padding"),
    [
        ((2, 6, 5), 3, 1, 0),
        ((2, 6, 5), 3, 1, "same"),
        ((1, 7, 7), 5, 2, 2),
        ((3, 8, 8), 3, 3, 0),
        ((2, 9, 7), 4, 2, 3),
        ((1, 5, 5), 1, 2, 0),
    ],
)
def test_gradients_are_those_of_the_sum(shape, kernel, stride, padding):
    check_layer(LayerSteps(conv(shape, 2, kernel, stride, padding)), images(3, shape))


def test_several_blocks_give_what_one_gives():
    shape, n = (2, 6, 6), 2 * BLOCK_IMAGES
    layer, x = LayerSteps(conv(shape)), images(n, shape)
    whole = layer.forward(x, training=True).copy()
    dx = layer.backward(whole.copy()).copy()
    dW = layer.bound[1]["W"].copy()

    parts: list[np.ndarray] = []
    for half in (x[:BLOCK_IMAGES], x[BLOCK_IMAGES:]):
        y = layer.forward(half, training=True).copy()
        np.testing.assert_allclose(y, whole[len(parts) * BLOCK_IMAGES :][:BLOCK_IMAGES])
        np.testing.assert_allclose(layer.backward(y.copy()), dx[len(parts) * BLOCK_IMAGES :][:BLOCK_IMAGES])
        parts.append(layer.bound[1]["W"].copy())
    np.testing.assert_allclose(sum(parts), dW, rtol=1e-9, atol=1e-9)


def test_same_padding_keeps_the_size():
    assert conv((3, 32, 32), 8, 5, 1, "same").output_shape == (8, 32, 32)


@pytest.mark.parametrize(
    ("shape", "kernel", "padding", "word"),
    [
        ((10,), 3, 0, "images"),
        ((1, 4, 4), 5, 0, "does not fit"),
        ((1, 8, 8), 4, "same", "odd"),
        ((1, 8, 8), 3, 3, "smaller"),
    ],
)
def test_wrong_shapes_are_refused_in_words(shape, kernel, padding, word):
    with pytest.raises(ValueError, match=word):
        conv(shape, 2, kernel, 1, padding)


@given(st.integers(1, 2000))
def test_blocks_divide_the_batch(count):
    n = block_size(count)
    assert count % n == 0
    assert n <= BLOCK_IMAGES or not any(count % m == 0 for m in range(BLOCK_IMAGES, n))
    assert block_size(97) == 97
    assert [block_size(even) for even in (64, 100, 200, 256)] == [32, 25, 40, 32]
