"""Arrays that begin where a line of the cache begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine import ExperimentConfig, Trainer
from engine.fast.arrays import LINE, empty, zeros
from engine.fast.step import at_any_depth


@pytest.mark.parametrize("make", [empty, zeros])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.bool_, np.uint8])
@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 5), (100, 784), (0, 10), (33, 1, 1025)])
def test_an_array_begins_a_line_and_is_as_numpy_makes_it(
    make: Callable[..., Any], dtype: type, shape: tuple[int, ...]
) -> None:
    made = [make(shape, dtype) for _ in range(8)]
    for array in made:
        assert array.shape == shape
        assert array.dtype == dtype
        assert array.flags.c_contiguous
        assert array.flags.writeable
        assert array.size == 0 or array.ctypes.data % LINE == 0
        array[...] = 1  # its own memory: what is written into one shows in no other
    if make is zeros:
        assert not zeros(shape, dtype).any()


def test_what_a_network_multiplies_begins_a_line() -> None:
    network = {"preset": "simple_convnet"}
    trainer = Trainer(ExperimentConfig.from_dict({"network": network, "training": {"iterations": 1}}))
    trainer.step()
    arrays = [trainer.network.vector, trainer.network.gradient]
    for step in at_any_depth(trainer.network.plan or ()):
        arrays += step.arrays(100, training=True).values()
    assert len(arrays) > 5
    assert all(array.size == 0 or array.ctypes.data % LINE == 0 for array in arrays)
