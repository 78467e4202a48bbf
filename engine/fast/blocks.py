"""Blocks: how images lie in memory while they pass through convolutions.

At the engine's surface a batch of images is (N, C, H, W). Between layers that work on neighbouring pixels it is

    (B, H, C, W, n)      N = B·n

with the images innermost. One pixel row of n images is then one contiguous run of memory, so gathering what lies
under a kernel is copying long rows, and what a convolution multiplies is a plain matrix without further copies. n
is small enough that the rows of one block stay in the cache.
"""

from __future__ import annotations

from functools import lru_cache

#: Images of one block, about: timed on the networks of the lessons, 16 to 64 is a flat optimum.
BLOCK_IMAGES = 32


@lru_cache(maxsize=64)
def block_size(count: int) -> int:
    """n for `count` images: the divisor that is nearest to `BLOCK_IMAGES` as a ratio.

    So 97 images, which nothing divides, are one block of 97: half as slow again as blocks of 32, and not twice.
    """
    divisors = (n for n in range(1, count + 1) if count % n == 0)
    return min(divisors, key=lambda n: max(n / BLOCK_IMAGES, BLOCK_IMAGES / n))
