"""python -m benchmarks.engine [W1 ...] [--json]: time the workloads on one thread. The peers take turns.

PyTorch (in its fastest variant) and JAX (compiled) are measured if they can be imported; otherwise a message says so.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

from benchmarks.engine.jax_peer import Jax
from benchmarks.engine.peers import Engine, Peer, torch_peers
from benchmarks.engine.workloads import WORKLOADS, Workload, draw, images_of
from engine import ExperimentConfig
from engine.fast.losses import SoftmaxCrossEntropy
from engine.norms import euclidean_norm
from engine.summary import summarize

ROUNDS = 7
#: How often each peer is timed; the median counts. The formulas are slow, so they run fewer rounds.
FORMULA_ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(w.name for w in WORKLOADS))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--memory-of", metavar="PEER", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    chosen = [w for w in WORKLOADS if not arguments.names or w.name in arguments.names]
    if arguments.memory_of:
        print(_use_memory(chosen[0], arguments.memory_of))
        return
    installed = {name: importlib.util.find_spec(name) is not None for name in ("torch", "jax")}
    for name in (name for name, is_installed in installed.items() if not is_installed):
        print(f"{name} cannot be imported here: ratios against it are left out.", file=sys.stderr)
    peak = _peak()
    if not arguments.json:
        print(f"peak sgemm: {peak / 1e9:.0f} GFLOP/s on one thread, NumPy's kernels: {_kernels()}")
    for workload in chosen:
        row = measure(workload, installed, peak)
        print(json.dumps(row) if arguments.json else _line(row), flush=True)


def measure(workload: Workload, installed: dict[str, bool], peak: float) -> dict[str, Any]:
    """Times, ratios, the share of peak speed, peak memory, and the share of a step that diagnostics take."""
    config, dataset = _experiment(workload)
    engine = Engine(config, dataset)
    rivals: list[Peer] = torch_peers(config, dataset) if installed["torch"] else []
    if installed["jax"]:
        rivals.append(Jax(config, dataset))
    row: dict[str, Any] = {"workload": workload.name, "title": workload.title, "kernels": _kernels()}
    seconds = _interleaved([engine, *rivals], lambda peer: _steps(peer, workload.steps), ROUNDS)
    row["step_ms"] = 1000 * seconds["engine"] / workload.steps
    row["of_peak"] = _work(config) / (row["step_ms"] / 1000) / peak
    _against(row, "step", seconds)
    row["diagnostics_us"] = {name: 1e6 * value for name, value in _diagnostics(engine).items()}
    row["diagnostics_of_step"] = sum(row["diagnostics_us"].values()) / (1000 * row["step_ms"])
    if workload.whole:
        every = config.training.evaluate_every
        seconds = _interleaved(
            [engine, *rivals], lambda peer: _whole(peer, workload.whole, every), ROUNDS - 2
        )
        _against(row, "whole", seconds)
    formulas = Engine(config, dataset, fast=False)
    pair = _interleaved(
        [engine, formulas], lambda peer: _steps(peer, max(1, workload.steps // 10)), FORMULA_ROUNDS
    )
    row["step_vs_formulas"] = pair["formulas"] / pair["engine"]
    if workload.whole and workload.formulas_whole:
        part = max(every, workload.whole // 3 // every * every)
        pair = _interleaved([engine, formulas], lambda peer: _whole(peer, part, every), FORMULA_ROUNDS)
        row["whole_vs_formulas"] = pair["formulas"] / pair["engine"]
    for peer in ("engine", "torch") if installed["torch"] else ("engine",):
        row[f"{peer}_mb"] = _memory(workload, peer)
    return row


def _experiment(workload: Workload) -> tuple[ExperimentConfig, Any]:
    config = ExperimentConfig.from_dict(workload.document)
    source = config.dataset.source
    return config, images_of(source.name, source.shape, len(source.class_names), workload.sizes)


def _interleaved(peers: list[Any], run: Callable[[Any], None], rounds: int) -> dict[str, float]:
    """The median of each peer's processor time, in seconds. The peers take turns, so if the machine slows down, all of
    them are slower. Processor time does not include other processes."""
    times: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for number in range(rounds + 1):
        for peer in peers:
            began = time.process_time()
            run(peer)
            if number:  # the first round warms up
                times[peer.name].append(time.process_time() - began)
    return {name: float(np.median(values)) for name, values in times.items()}


def _steps(peer: Peer, count: int) -> None:
    """Train for some iterations, without evaluations."""
    for _ in range(count):
        peer.step()


def _whole(peer: Peer, iterations: int, every: int) -> None:
    """Train for some iterations, with an evaluation after each `every` of them."""
    for iteration in range(1, iterations + 1):
        peer.step()
        if iteration % every == 0:
            peer.evaluate()


def _against(row: dict[str, Any], what: str, seconds: dict[str, float]) -> None:
    """Add to a row how many times as fast the engine is as the fastest variant of PyTorch, and as JAX."""
    rivals = {name: value for name, value in seconds.items() if name.startswith("torch")}
    if rivals:
        best = min(rivals, key=lambda name: rivals[name])
        row[f"{what}_vs_torch"] = rivals[best] / seconds["engine"]
        row[f"{what}_best_torch"] = best
    if "jax" in seconds:
        row[f"{what}_vs_jax"] = seconds["jax"] / seconds["engine"]


def _work(config: ExperimentConfig) -> float:
    """Floating-point operations of a step: three products for each layer, but two for the first layer with weights,
    whose input needs no gradient."""
    products = [layer.multiply_adds for layer in summarize(config).layers]
    lowest = next(count for count in products if count)
    return 2.0 * (3 * sum(products) - lowest) * config.training.batch_size


def _diagnostics(engine: Engine) -> dict[str, float]:
    """Seconds of a step for each value that it records but that training does not need."""
    engine.step()
    trainer, network = engine.trainer, engine.trainer.network
    size = trainer.config.training.batch_size
    loss, labels = network.loss_of(size), np.zeros(size, np.intp)
    assert isinstance(loss, SoftmaxCrossEntropy), "only the fast loss has parts that can be timed"
    loss.shift(network.logits)

    def norms(vector: Any) -> Callable[[], object]:
        parts = [vector[part] for part in network.weight_layers.values()]
        return lambda: tuple([euclidean_norm(part) for part in parts])

    recorded: dict[str, Callable[[], object]] = {
        "loss": loss.mean,
        "accuracy": lambda: loss.count_correct(labels),
        "gradient_norms": norms(network.gradient),
        "weight_norms": norms(network.vector),
    }
    seconds = {}
    for name, record in recorded.items():
        times = []
        for _ in range(50):
            began = time.perf_counter()
            record()
            times.append(time.perf_counter() - began)
        seconds[name] = float(np.median(times))
    return seconds


def _kernels() -> str:
    """The processor for which OpenBLAS has chosen its kernels. An environment variable can make it choose slower
    kernels; then the ratios mean little."""
    chosen = {
        str(library.get("architecture")) for library in threadpool_info() if library["user_api"] == "blas"
    }
    forced = os.environ.get("OPENBLAS_CORETYPE")
    return ", ".join(sorted(chosen)) + (f" (OPENBLAS_CORETYPE={forced} is set)" if forced else "")


def _peak() -> float:
    """Floating-point operations per second of the best large float32 product."""
    a = np.random.default_rng(0).random((1024, 1024), np.float32)
    out = np.empty_like(a)
    best = 1e9
    for _ in range(10):
        began = time.process_time()
        np.matmul(a, a, out=out)
        best = min(best, time.process_time() - began)
    return 2 * 1024**3 / best


def _memory(workload: Workload, peer: str) -> float:
    """The peak of resident memory, in megabytes, of a process that takes some steps, with its libraries."""
    command = [sys.executable, "-m", "benchmarks.engine", workload.name, "--memory-of", peer]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _use_memory(workload: Workload, peer: str) -> float:
    """Take some steps in this process; returns its peak of resident memory in megabytes."""
    config = ExperimentConfig.from_dict(workload.document)
    source = config.dataset.source
    # few random images, so that the memory for reading a data set does not count
    sizes = (min(1000, workload.sizes[0]), min(1000, workload.sizes[1]))
    dataset = draw(source.name, source.shape, len(source.class_names), sizes)
    measured: Peer = Engine(config, dataset) if peer == "engine" else torch_peers(config, dataset)[0]
    _steps(measured, 3)
    try:  # On Linux, getrusage may give the peak of the parent process, from before the fork.
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1000
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # macOS counts bytes


def _line(row: dict[str, Any]) -> str:
    parts = [
        f"{row['workload']}: {row['title']}",
        f"  step {row['step_ms']:.3g} ms, {100 * row['of_peak']:.0f} % of peak",
    ]
    for what in ("step", "whole"):
        for rival in ("torch", "jax", "formulas"):
            if f"{what}_vs_{rival}" in row:
                best = f" ({row[f'{what}_best_torch']})" if rival == "torch" else ""
                parts.append(f"  {what}: {row[f'{what}_vs_{rival}']:.2f} × as fast as {rival}{best}")
    memory = " · ".join(
        f"{peer} {row[f'{peer}_mb']:.0f} MB" for peer in ("engine", "torch") if f"{peer}_mb" in row
    )
    each = ", ".join(f"{name} {value:.0f} µs" for name, value in row["diagnostics_us"].items())
    parts.append(f"  diagnostics {100 * row['diagnostics_of_step']:.1f} % of a step ({each})")
    parts.append(f"  peak memory {memory}")
    return "\n".join(parts)


if __name__ == "__main__":
    main()
