"""Windows: the pixels under each position of a kernel, gathered as matrices, so that a convolution is a few plain
products of matrices.

For an image of (rows, C, columns, n) values (one block, see `engine.fast.blocks`) with a border of zeros around it,

    R[h, l, c, j, n] = image[h, c, j·stride + l, n]

repeats each pixel K times, once for each column l of the kernel, instead of K² times. R[i·stride : i·stride + K],
read as a matrix of K·K·C rows, has all pixels that row i of the output needs. Neighbouring output rows share rows of
R.

The backward pass gathers windows in the same way; its image is ∂L/∂y with `spread` - 1 zeros between the pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from numpy.lib.stride_tricks import as_strided

from engine.arrays import Array
from engine.fast.products import ALIASED

#: Bytes of R that are gathered at a time, so that they are multiplied while they are still in the cache.
STRIP_BYTES = 2 << 20

#: This many unused numbers follow each row of R if otherwise all rows would compete for the same cache lines.
PADDING = 16


class Windows:
    """Gathers the windows of one geometry.

    Args:
        kernel, channels: K and C.
        rows, columns: the size of the image, (rows, C, columns, n).
        given_phases: in how many phases (see below) the image's columns come. With more than one, the image is
            (rows, given_phases, C, columns / given_phases, n).
        out: rows and columns of the output.
        border: the width of the border of zeros around the image.
        stride: the distance between windows.
        spread: the distance between the image's pixels; 1 in the forward pass.
        phases: the output's columns are stored in this many groups: columns 0, phases, 2·phases, ..., then columns 1,
            1 + phases, ..., and so on. With two phases, a 2 × 2 pool compares two long contiguous rows instead of
            every pixel with the next one.
    """

    def __init__(
        self,
        *,
        kernel: int,
        channels: int,
        rows: int,
        columns: int,
        out: tuple[int, int],
        border: int,
        stride: int = 1,
        spread: int = 1,
        phases: int = 1,
        given_phases: int = 1,
    ) -> None:
        self._kernel = kernel
        self._rows = rows
        self._out_rows = out[0]
        self._border = border
        self._stride = stride
        self._spread = spread
        #: the shape of one row of R, without the axis of images
        self._shape = (kernel, channels, phases, out[1] // phases)
        self._given = (given_phases, channels, columns // given_phases)
        self._copies = []
        for left in range(kernel):
            # Either the stride or the spread is 1. Output column p + phases·t begins at (p + phases·t)·stride; the
            # image's column q + given_phases·u is at border + (q + given_phases·u)·spread.
            if spread == 1 and given_phases == 1:
                for p in range(phases):
                    first = p * stride + left - border
                    source, target = line_up(0, columns, first, stride * phases, out[1] // phases)
                    self._copies.append(((left, slice(None), p, target), (0, slice(None), source)))
            else:
                for q in range(given_phases):
                    first = border + q * spread - left
                    target, source = line_up(0, out[1], first, spread * given_phases, columns // given_phases)
                    self._copies.append(((left, slice(None), 0, target), (q, slice(None), source)))
        #: n → R for blocks of n images, without the padding of its rows, and its views as matrices
        self._matrices: dict[int, tuple[Array, dict[int, Array]]] = {}

    def shape(self, n: int, itemsize: int, multiple: int = 1) -> tuple[int, ...]:
        """The shape of R for blocks of n images: as many rows as a strip of the output needs.

        R must be filled with zeros at the start, because `strips` never writes its left and right borders. Steps share
        arrays of equal shape. R must not be shared by two block sizes, because their borders lie at different places.
        Therefore padded rows have one axis less, so that no two n give the same shape.
        """
        height = (self.strip_rows(n * itemsize, multiple) - 1) * self._stride + self._kernel
        columns = self._shape[-1]
        row = (columns, n) if self._row_values(n) == columns * n else (self._row_values(n),)
        return height, *self._shape[:-1], *row

    def strips(self, image: Array, R: Array, multiple: int = 1) -> Iterator[tuple[slice, Array]]:
        """The output rows in strips, each with its windows (rows, phases, K·K·C, columns / phases · n), which are
        valid until the next strip.

        Args:
            image: of the shape given above.
            R: the array for the windows, whose shape `shape` gives for this multiple or a larger one; always the same
                array for the same n.
            multiple: the rows of a strip are a multiple of this number, if the output's rows are.
        """
        n = image.shape[-1]
        image = image.reshape(self._rows, *self._given, n)
        count = self.strip_rows(n * image.itemsize, multiple)
        if n not in self._matrices:
            padded = R.reshape(len(R), *self._shape[:-1], self._row_values(n))
            self._matrices[n] = padded[..., : self._shape[-1] * n].reshape(len(R), *self._shape, n), {}
        buffer, views = self._matrices[n]
        for first_row in range(0, self._out_rows, count):
            rows = min(count, self._out_rows - first_row)
            height = (rows - 1) * self._stride + self._kernel
            target, source = line_up(first_row * self._stride, height, self._border, self._spread, self._rows)
            if count < self._out_rows:  # the border of this strip may hold rows of the strip before it
                if self._spread == 1:
                    buffer[: target.start] = 0
                    buffer[target.stop : height] = 0
                else:
                    buffer.fill(0)
            for to, of in self._copies:
                buffer[(target, *to)] = image[(source, *of)]
            if rows not in views:
                views[rows] = _stack(buffer, rows, self._stride, self._row_values(n))
            yield slice(first_row, first_row + rows), views[rows]

    def _row_values(self, n: int) -> int:
        """The length of a row of R for n images, with its padding."""
        values = self._shape[-1] * n
        return values if values % ALIASED else values + PADDING

    def strip_rows(self, pixel_bytes: int, multiple: int) -> int:
        """The output rows of a strip: as many as `STRIP_BYTES` allow, but at least as many as the kernel has rows."""
        fitting = STRIP_BYTES // (math.prod(self._shape) * pixel_bytes) - self._kernel
        count = max(fitting // self._stride + 1, self._kernel)
        strips = -(-self._out_rows // count)
        count = -(-self._out_rows // strips)
        return min(self._out_rows, -(-count // multiple) * multiple)


def line_up(first: int, count: int, offset: int, step: int, size: int) -> tuple[slice, slice]:
    """Item i of `size` items is at the place offset + i·step. Find the items at the `count` places from `first` on.

    Returns:
        The places of the found items as a slice, counted from `first`; the found items as a slice.
    """
    start = max(0, -((offset - first) // step))
    stop = max(start, min(size, (first + count - 1 - offset) // step + 1))
    if start == stop:
        return slice(0, 0), slice(0, 0)
    place = offset + start * step - first
    return slice(place, place + (stop - start - 1) * step + 1, step), slice(start, stop)


def _stack(rows: Array, count: int, stride: int, row_values: int) -> Array:
    """A view (count, phases, K·K·C, columns·n): for each i and each phase, the K rows of R from row i·stride on as
    one matrix. Each row of R begins `row_values` numbers after the row before it."""
    _, kernel, channels, phases, columns, n = rows.shape
    row = row_values * rows.itemsize
    return as_strided(
        rows,
        (count, phases, kernel * kernel * channels, columns * n),
        (stride * kernel * channels * phases * row, row, phases * row, rows.itemsize),
        writeable=False,
    )
