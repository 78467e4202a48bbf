"""Fingerprints: SHA-256 of all that decides a curve. Trainings with the same one have the same curve, bit for bit.

That is: the experiment without its name, the bytes of its data set, the version of the engine's mathematics, and how
this machine computes. A change by hand gives another fingerprint, from that of before and the change; so does a fork.

Experiments that mean the same mathematics in two forms (an identity more, flattened earlier) have two fingerprints, as
their sums are rounded in another order.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.threads import one_thread

#: Increased when a change of the engine changes a curve by as much as a bit; `tests/engine/test_reference_curves.py`
#: notices.
MATHEMATICS_VERSION = 2

#: In the fingerprints of forks that change β of Adam or AdamW: earlier versions of the engine did not scale the means
#: of gradients there, and gave other curves. It can go when `MATHEMATICS_VERSION` is increased.
SCALED = "means scaled"

#: (rows, inner, columns) of products as training has them: batches with dense layers, windows with filters.
PRODUCTS = (
    (100, 784, 40),
    (784, 100, 40),
    (100, 40, 784),
    (32, 64, 10),
    (1, 128, 64),
    (64, 1, 128),
    (128, 256, 256),
    (900, 25, 30),
    (25, 900, 30),
    (256, 144, 16),
    (33, 17, 5),
    (1000, 50, 10),
)


def of_experiment(document: Mapping[str, Any], *, data: str, arithmetic: str) -> str:
    """The fingerprint of an experiment on a machine.

    Args:
        document: the complete experiment, as `ExperimentConfig.to_dict` gives it.
        data: the digest of the data set.
        arithmetic: of the machine; see `of_arithmetic`.
    """
    return _digest([MATHEMATICS_VERSION, arithmetic, data, _decisive(document)])


def after_change(fingerprint: str, iteration: int, values: Mapping[str, float | None]) -> str:
    """The fingerprint of a training that was changed by hand after an iteration; `values` are the new ones by name."""
    return _digest([fingerprint, iteration, dict(values)])


def after_fork(
    fingerprint: str,
    iteration: int,
    before: Mapping[str, Any],
    document: Mapping[str, Any],
    seed: int | None,
) -> str:
    """The fingerprint of a training that was forked after an iteration.

    Args:
        fingerprint: of what was trained up to there.
        before: the complete experiment that was trained up to there, as `ExperimentConfig.to_dict` gives it.
        document: the complete experiment that is trained from there on.
        seed: of the random numbers from there on; None: those that would have been drawn anyway.
    """
    parts = [fingerprint, "fork", iteration, _decisive(document), seed]
    if _changes_betas(before["optimizer"], document["optimizer"]):
        parts.append(SCALED)
    return _digest(parts)


@functools.cache
def of_arithmetic() -> str:
    """How this machine computes, as trainings do: with one thread, from now on. It takes some milliseconds.

    NumPy's kernels and SIMD width follow from the processor, the environment and the libraries; their names do not tell
    all. So this is computed: products of the usual shapes, and functions of fixed numbers.
    """
    one_thread()
    digest = hashlib.sha256(np.__version__.encode())
    for result in _results():
        digest.update(np.ascontiguousarray(result).tobytes())
    return digest.hexdigest()


def _results() -> Iterator[NDArray[Any]]:
    for kind in (np.float32, np.float64):
        for rows, inner, columns in PRODUCTS:
            left, right = _numbers(rows * inner, kind), _numbers(inner * columns, kind)
            yield left.reshape(rows, inner) @ right.reshape(inner, columns)
            yield left.reshape(inner, rows).T @ right.reshape(columns, inner).T
        numbers = _numbers(4099, kind) * kind(8)
        yield np.exp(numbers)
        yield np.tanh(numbers)
        yield np.log(np.abs(numbers) + kind(1e-3))
        yield np.sqrt(np.abs(numbers))
        yield np.array([numbers.sum(), numbers.reshape(-1, 1).sum(), np.square(numbers).mean()])


def _numbers(count: int, kind: type[np.floating[Any]]) -> NDArray[Any]:
    """Fixed numbers from -1 to 1, which depend on no rounding."""
    scattered = (np.arange(1, count + 1, dtype=np.uint64) * np.uint64(2654435761)) % np.uint64(1 << 24)
    return (scattered.astype(np.float64) / (1 << 23) - 1).astype(kind)


def _changes_betas(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a fork from one optimizer to another goes on with the means of Adam or AdamW, but with another β."""
    stays = before["name"] == after["name"] and after["name"] in ("adam", "adamw")
    return stays and any(before[beta] != after[beta] for beta in ("beta1", "beta2"))


def _decisive(document: Mapping[str, Any]) -> dict[str, Any]:
    """What of an experiment decides its curve: all but its name."""
    return {name: _without_nulls(value) for name, value in document.items() if name != "name"}


def _without_nulls(value: Any) -> Any:
    """A setting that is not set is as one that an earlier version did not have: it changes no curve."""
    if isinstance(value, Mapping):
        return {name: _without_nulls(part) for name, part in value.items() if part is not None}
    return [_without_nulls(part) for part in value] if isinstance(value, list | tuple) else value


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
