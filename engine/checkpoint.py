"""Checkpoints: a trainer's whole state as bytes, so that a run continues with the same curve, bit for bit.

A checkpoint is an .npz archive. It has the parameters, the optimizer's state, running statistics, the order of the next
images, and the best weights so far; and, as JSON, the config, counters, and the state of every random generator. It has
no code: it is read with `allow_pickle=False`.

Images, noisy labels and the evaluated sample are not in it; the new trainer makes them again from the config. The
images must be the same as when the run began.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable
from typing import IO, Any, Protocol

import numpy as np
from numpy.lib.format import header_data_from_array_1_0, write_array_header_1_0
from numpy.typing import NDArray

from engine import reasons
from engine.arrays import Array
from engine.batches import Batches
from engine.config import ExperimentConfig
from engine.early_stopping import EarlyStopping
from engine.errors import DatasetError
from engine.events import Divergence
from engine.network import Network
from engine.optimizers import Optimizer
from engine.reasons import Reason

VERSION = 1

#: What reading a damaged archive raises; a `RuntimeError`, if it seems to be encrypted, or packed in an unknown way.
DAMAGED = (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile)


class Resumable(Protocol):
    """The attributes of a trainer that a checkpoint stores or compares; see `engine.trainer`."""

    config: ExperimentConfig
    fast: bool
    data: dict[str, Any]
    network: Network
    optimizer: Optimizer
    batches: Batches
    generators: dict[str, np.random.Generator]
    early_stopping: EarlyStopping | None
    best: dict[str, Array]
    learning_rate: float
    iteration: int
    first_loss: float
    zero_gradient_iterations: int
    first_dead: int | None
    stop_reason: str | None
    divergence: Divergence | None


def save(trainer: Resumable) -> bytes:
    """The checkpoint of a trainer between two iterations."""
    network, optimizer, stopping = trainer.network, trainer.optimizer, trainer.early_stopping
    arrays: dict[str, NDArray[Any]] = {"vector": network.vector, "order": trainer.batches.order}
    arrays |= {f"optimizer/{name}": array for name, array in optimizer.state.items()}
    arrays |= {f"running/{name}": array for name, array in network.running.items()}
    arrays |= {f"best/{name}": array for name, array in trainer.best.items()}
    state = {
        "version": VERSION,
        "arrays": list(arrays),
        "config": trainer.config.to_dict(),
        "fast": trainer.fast,
        "data": trainer.data,
        "iteration": trainer.iteration,
        "optimizer_steps": optimizer.t,
        "learning_rate": trainer.learning_rate,
        "l1": network.penalty.l1,
        "l2": network.penalty.l2,
        "dropout": network.dropout_rate,
        "generators": {name: g.bit_generator.state for name, g in trainer.generators.items()},
        "position": trainer.batches.position,
        "first_loss": repr(trainer.first_loss),  # may be infinite, which is not JSON
        "still": trainer.zero_gradient_iterations,
        "first_dead": trainer.first_dead,
        "stop_reason": trainer.stop_reason,
        "stop_why": reasons.why(trainer.stop_reason),
        "divergence": trainer.divergence
        and {
            "iteration": trainer.divergence.iteration,
            "reasons": trainer.divergence.reasons,
            "whys": [reasons.why(reason) for reason in trainer.divergence.reasons],
            "evaluated": trainer.divergence.evaluated,
        },
        "early_stopping": stopping
        # infinities, before the first evaluation, are not JSON
        and {
            "best": repr(stopping.best),
            "best_iteration": stopping.best_iteration,
            "waited": stopping.waited,
        },
    }
    arrays["state"] = np.frombuffer(json.dumps(state, allow_nan=False).encode(), np.uint8)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                _write(member, array)
    return file.getvalue()


def _write(file: IO[bytes], array: Array) -> None:
    """Write an array as `numpy.save` does, which would copy it twice on the way."""
    array = np.asarray(array, order="C")
    write_array_header_1_0(file, header_data_from_array_1_0(array))
    file.write(array.reshape(-1).view(np.uint8).data)


def load(data: bytes) -> tuple[ExperimentConfig, bool, Callable[[Resumable], None]]:
    """Read a checkpoint.

    Returns:
        The config; whether the trainer was a fast one, since plain and fast optimizers have different states; and a
        function that gives the saved state to a new trainer with this config.

    Raises:
        ValueError: not a checkpoint of this version, or a damaged one.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            # NumPy reads as much as an array's header says, and so may not come to the checksum at the end
            if (damaged := archive.zip.testzip()) is not None:
                raise ValueError(f"{damaged} has another checksum")
            arrays = {name: archive[name] for name in archive.files}
        state = json.loads(arrays.pop("state").tobytes())
        version = state["version"]
        missing = set(state.get("arrays", ())) - arrays.keys()  # earlier versions did not list them
    except DAMAGED as error:
        raise ValueError(f"not a checkpoint, or a damaged one: {error}") from error
    if missing:
        raise ValueError(f"not a checkpoint, or a damaged one: it has no {', '.join(sorted(missing))}")
    if version != VERSION:
        raise ValueError(f"a checkpoint of version {version}; this engine reads version {VERSION}")
    config = ExperimentConfig.from_dict(state["config"], stored=True)
    return config, state.get("fast", True), lambda trainer: _apply(trainer, state, arrays)


def _demand_same_data(trainer: Resumable, data: dict[str, Any] | None, order: NDArray[Any]) -> None:
    """Refuse to continue a run with images that differ from those it began with. Checkpoints of earlier versions have
    only the indices that were drawn; with those, the largest index must exist.

    Raises:
        DatasetError: with the data set's name.
    """
    same = not order.size or int(order.max()) < trainer.batches.count
    if data is not None:
        same = same and all(data[part] == trainer.data[part] for part in ("train", "test"))
        # images that do not come from the cache have no digest
        digests = {data["digest"], trainer.data["digest"]} - {""}
        same = same and len(digests) < 2
    if not same:
        name = trainer.config.dataset.name
        message = f"the files of {name} have changed since this run began"
        raise DatasetError(Reason("data_changed", message, dataset=name))


def _apply(trainer: Resumable, state: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
    _demand_same_data(trainer, state.get("data"), arrays["order"])
    network, optimizer = trainer.network, trainer.optimizer
    network.vector[...] = arrays["vector"]
    for name, array in optimizer.state.items():
        array[...] = arrays[f"optimizer/{name}"]
    for name, array in network.running.items():
        array[...] = arrays[f"running/{name}"]
    trainer.best = {name[5:]: array for name, array in arrays.items() if name.startswith("best/")}
    trainer.batches.order = arrays["order"]
    trainer.batches.position = state["position"]
    for name, generator in trainer.generators.items():
        generator.bit_generator.state = state["generators"][name]
    trainer.iteration = state["iteration"]
    trainer.first_loss = float(state.get("first_loss", "nan"))
    trainer.zero_gradient_iterations = state.get("still", 0)
    trainer.first_dead = state.get("first_dead")
    optimizer.t = state["optimizer_steps"]
    trainer.learning_rate = state["learning_rate"]
    network.penalty.l1, network.penalty.l2 = state["l1"], state["l2"]
    if state["dropout"] is not None:
        network.dropout_rate = state["dropout"]
    trainer.stop_reason = state["stop_reason"] and reasons.restored(
        state["stop_reason"], state.get("stop_why")
    )
    if (divergence := state["divergence"]) is not None:
        texts = divergence["reasons"]
        pairs = zip(texts, divergence.get("whys", [None] * len(texts)), strict=True)
        trainer.divergence = Divergence(
            divergence["iteration"],
            tuple(reasons.restored(text, why) for text, why in pairs),
            divergence.get("evaluated", False),
        )
    if trainer.early_stopping is not None:
        stopping = state["early_stopping"]
        trainer.early_stopping.best = float(stopping["best"])
        trainer.early_stopping.best_iteration = stopping["best_iteration"]
        trainer.early_stopping.waited = stopping["waited"]
