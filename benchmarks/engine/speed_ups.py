"""python -m benchmarks.engine.speed_ups [W1 ...]: how much faster each speed-up of `engine.fast` makes training.

Two trainers of the same experiment take turns, one of them without the speed-up. The result is how many times as long a
step, and an evaluation, takes without it. With `OPENBLAS_CORETYPE=Haswell` the speed-ups for AVX2 are measured.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from benchmarks.engine.peers import Engine
from benchmarks.engine.workloads import WORKLOADS, Workload, images_of
from engine import ExperimentConfig, evaluation, trainer
from engine.fast import optimizers, products

ROUNDS = 11
usual_tiles = products.tiles
CACHED = (products.tiles, products.summed_tiles)

#: An attribute that is replaced to switch a speed-up off: the module or class, the attribute's name, the replacement.
Replacement = tuple[Any, str, Any]
_TRANSPOSED: list[Replacement] = [
    (products, "_transposes_b", lambda *shape: False),
    (products, "_transposes_product", lambda *shape: False),
    (products, "_transposes_summed", lambda *shape: False),
]
_FEW_ROWS: list[Replacement] = [(products, "_few_rows_depth", lambda *shape: 0)]
_SUMMED: list[Replacement] = [(products, "summed_tiles", lambda m, k, n: (m, 0))]
#: speed-up → the replacements that switch it off
SPEED_UPS: dict[str, list[Replacement]] = {
    "tiles of rows": [(products, "tiles", lambda *shape: (0, usual_tiles(*shape)[1]))],
    "tiles of columns": [(products, "tiles", lambda *shape: (usual_tiles(*shape)[0], 0))],
    "few rows": _FEW_ROWS,
    "transposed copies": _TRANSPOSED,
    "summed parts": _SUMMED,
    "all of products.py": [
        (products, "tiles", lambda *shape: (0, 0)),
        *_FEW_ROWS,
        *_TRANSPOSED,
        *_SUMMED,
    ],
    "empty pixels": [(evaluation.Evaluator, "_without_empty_pixels", lambda self: None)],
    "training without empty pixels": [(trainer, "may_learn_on_fewer_pixels", lambda *given: False)],
    "optimizer in parts": [(optimizers, "LARGE", 1 << 62)],
}


@contextlib.contextmanager
def without(speed_up: str) -> Iterator[None]:
    """Inside this context, the engine does not use the speed-up."""
    with contextlib.ExitStack() as stack:
        for owner, name, instead in SPEED_UPS[speed_up]:
            stack.enter_context(mock.patch.object(owner, name, instead))
        _forget()
        yield
    _forget()


def _forget() -> None:
    for function in CACHED:
        function.cache_clear()


def measure(workload: Workload) -> Iterator[tuple[str, float, float]]:
    """Speed-up, and how many times as long a step and an evaluation take without it."""
    config = ExperimentConfig.from_dict(workload.document)
    source = config.dataset.source
    dataset = images_of(source.name, source.shape, len(source.class_names), workload.sizes)
    for speed_up in SPEED_UPS:
        # both trainers are new: after long training some gradients are so small that the processor becomes slow
        usual = Engine(config, dataset)
        with without(speed_up):
            other = Engine(config, dataset)
        steps, evaluations = [], []
        for number in range(ROUNDS + 1):
            a = _times(usual, workload)
            with without(speed_up):
                b = _times(other, workload)
            if number:  # the first round warms up
                steps.append(b[0] / a[0])
                evaluations.append(b[1] / a[1])
        yield speed_up, statistics.median(steps), statistics.median(evaluations)


def _times(engine: Engine, workload: Workload) -> tuple[float, float]:
    """Processor seconds for some steps and for an evaluation."""
    engine.step()
    return (
        _seconds(engine.step, max(1, workload.steps // 2)),
        _seconds(engine.evaluate, 1),
    )


def _seconds(run: Callable[[], object], times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        run()
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine.speed_ups", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(w.name for w in WORKLOADS))
    names = parser.parse_args().names
    for workload in WORKLOADS:
        if not names or workload.name in names:
            for speed_up, step, evaluation_ in measure(workload):
                print(
                    f"{workload.name:8} {speed_up:30} step {step:5.2f}  evaluation {evaluation_:5.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
