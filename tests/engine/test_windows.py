"""The windows of a convolution: the pixels under the kernel, as matrices."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.fast import windows
from engine.fast.windows import Windows, line_up

N = 3


def reference(image, kernel, out, border, stride, spread):
    """Of each output row the windows (K·K·C, columns, n), pixel by pixel on an image with its zeros written out."""
    rows, channels, columns, n = image.shape
    wide = np.zeros(((rows + out[0]) * stride * spread + 2 * border + kernel, channels,
                     (columns + out[1]) * stride * spread + 2 * border + kernel, n))  # fmt: skip
    for i in range(rows):
        for j in range(columns):
            wide[border + i * spread, :, border + j * spread] = image[i, :, j]
    found = np.empty((out[0], kernel, kernel, channels, out[1], n))
    for i in range(out[0]):
        for j in range(out[1]):
            for k in range(kernel):
                for left in range(kernel):
                    found[i, k, left, :, j] = wide[i * stride + k, :, j * stride + left]
    return found.reshape(out[0], -1, out[1], n)


def check(image, made, out, expected, multiple=1):
    R = np.zeros(made.shape(N, image.itemsize, multiple))
    # twice: what one pass leaves in the buffer must not show in the next
    for _ in range(2):
        seen = 0
        for rows, part in made.strips(image, R, multiple):
            part = part.reshape(*part.shape[:-1], -1, N).transpose(0, 2, 3, 1, 4)
            np.testing.assert_array_equal(part.reshape(expected[rows].shape), expected[rows])
            assert (rows.stop - rows.start) % multiple == 0 or rows.stop == out[0]
            assert rows.start == seen
            seen = rows.stop
        assert seen == out[0]


@settings(max_examples=60)
@given(
    st.integers(1, 4), st.integers(1, 8), st.integers(1, 8), st.integers(1, 3), st.integers(0, 3),
    st.sampled_from([1, 2]), st.sampled_from([1, 400, 2 << 20]), st.integers(1, 2), st.sampled_from([N, 256]),
)  # fmt: skip
def test_windows_are_the_pixels_under_the_kernel(
    kernel, rows, columns, stride, border, phases, strip_bytes, channels, aliased
):
    assume(border < kernel <= min(rows, columns) + 2 * border)
    out = tuple(((size + 2 * border - kernel) // stride + 1) // phases * phases for size in (rows, columns))
    assume(min(out) > 0)
    image = np.random.default_rng(0).standard_normal((rows, channels, columns, N))
    made = Windows(
        kernel=kernel, channels=channels, rows=rows, columns=columns,
        out=out, border=border, stride=stride, phases=phases,
    )  # fmt: skip
    expected = reference(image, kernel, out, border, stride, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "STRIP_BYTES", strip_bytes)
        patch.setattr(windows, "ALIASED", aliased)  # N: something follows every row
        check(image, made, out, expected, multiple=phases)


@settings(max_examples=60)
@given(
    st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(0, 3),
    st.sampled_from([1, 2]), st.sampled_from([1, 400, 2 << 20]), st.integers(0, 2),
)  # fmt: skip
def test_windows_on_the_way_back_see_zeros_between_the_pixels(
    kernel, rows, columns, spread, border, phases, strip_bytes, more
):
    columns *= phases
    out = tuple(max(1, (size - 1) * spread + 2 * border - kernel + 2 + more) for size in (rows, columns))
    image = np.random.default_rng(0).standard_normal((rows, 2, columns, N))
    made = Windows(
        kernel=kernel, channels=2, rows=rows, columns=columns,
        out=out, border=border, spread=spread, given_phases=phases,
    )  # fmt: skip
    expected = reference(image, kernel, out, border, 1, spread)
    apart = image.reshape(rows, 2, -1, phases, N).transpose(0, 3, 1, 2, 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "STRIP_BYTES", strip_bytes)
        check(np.ascontiguousarray(apart), made, out, expected)


@given(st.integers(0, 9), st.integers(0, 9), st.integers(-9, 9), st.integers(1, 4), st.integers(0, 6))
def test_items_meet_the_places_where_they_stand(first, count, offset, step, size):
    places, items = line_up(first, count, offset, step, size)
    expected = [(p, i) for i in range(size) for p in range(count) if first + p == offset + i * step]
    assert list(zip(range(count)[places], range(size)[items], strict=True)) == expected
