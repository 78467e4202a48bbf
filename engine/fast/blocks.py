"""Blocks: the memory layout of images while they pass through convolutions.

Outside, a batch of images is (N, C, H, W). Between layers that work on neighbouring pixels it is

    (B, H, C, W, n)      N = B·n

with the images innermost. One pixel row of n images is then contiguous in memory. So the pixels under a kernel are
gathered by copying long rows, and a convolution multiplies plain matrices without further copies. n is small enough
that the rows of one block stay in the cache.
"""

from __future__ import annotations

from functools import lru_cache

#: About how many images a block has. On the networks of the lessons, 16 to 64 are equally fast.
BLOCK_IMAGES = 32


@lru_cache(maxsize=64)
def block_size(count: int) -> int:
    """n for `count` images: the divisor that is nearest to `BLOCK_IMAGES` as a ratio.

    So 97 images, a prime number, are one block of 97, which takes 1.5 times as long as blocks of 32. Blocks of 1 would
    take longer.
    """
    divisors = (n for n in range(1, count + 1) if count % n == 0)
    return min(divisors, key=lambda n: max(n / BLOCK_IMAGES, BLOCK_IMAGES / n))
