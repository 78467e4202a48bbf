"""The memory of real workers, compared with the estimate in the form. It must be at most the estimate, and at least
half.

    python -m benchmarks.worker_memory [NAME ...] [--json]

Each experiment is trained for some iterations, with evaluations and checkpoints, in a process that is started like the
lab's workers. Its private memory (without mapped files), minus that of an idle worker, is read from Linux several
hundred times a second.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from app import one_thread

one_thread()

from app.jobs.link import Link, parts_of  # noqa: E402
from app.jobs.messages import Finished, Job, decode_event  # noqa: E402
from app.jobs.processes import Processes  # noqa: E402
from app.lessons.library import Library  # noqa: E402
from benchmarks.engine.workloads import draw  # noqa: E402
from engine import ExperimentConfig, Trainer, datasets  # noqa: E402
from engine.memory import estimate  # noqa: E402
from engine.replay import KEPT_BYTES  # noqa: E402
from engine.summary import summarize  # noqa: E402
from tests.support.folders import ROOT, find_data_dir  # noqa: E402

#: Seconds between two readings of the memory.
EVERY = 0.001
#: With fewer readings the peak may not be among them; this often another worker is measured.
MIN_READINGS, TRIES = 30, 10
#: What a slow disk takes for a checkpoint.
SLOW_SECONDS = 0.5
PAGE = os.sysconf("SC_PAGE_SIZE")
DATA_DIR = find_data_dir() or ROOT / "data"

#: Images of a data set that is not on this machine.
DRAWN = {"train": 64, "test": 32}


def measure(config: ExperimentConfig, *, has_slow_disk: bool = False) -> int:
    """The peak of a worker's memory, in bytes, minus the memory of a worker that has nothing to do. On a busy machine a
    worker may end before it was read often: then another one is measured too.

    Args:
        has_slow_disk: whether checkpoints take long to write, so that they are in memory longer.
    """
    peak = 0
    for _ in range(TRIES):
        measured, readings = _measure(config, has_slow_disk=has_slow_disk)
        peak = max(peak, measured)
        if readings >= MIN_READINGS:
            break
    return peak


def _measure(config: ExperimentConfig, *, has_slow_disk: bool) -> tuple[int, int]:
    """The peak of one worker, and how often its memory was read."""
    processes = Processes()
    processes.open()
    with tempfile.TemporaryDirectory() as folder:
        name = config.dataset.name
        drawn = not datasets.status(name, DATA_DIR)["available"]
        if not drawn:
            datasets.prepare(name, DATA_DIR, Path(folder))  # as the lab does when it starts
        worker = _worker_with_slow_disk if has_slow_disk else _worker
        process, own_end = processes.start(
            _drawn if drawn else worker, _job(config, Path(folder)), "measured"
        )
        own_end.recv_bytes()  # the worker is ready
        assert process.pid is not None
        base = peak = _own_bytes(process.pid)
        ended: list[bytes] = []
        reader = threading.Thread(target=_read_to_end, args=(own_end, ended), daemon=True)
        own_end.send_bytes(b"go")
        reader.start()
        readings = 0
        while reader.is_alive():
            peak = max(peak, _own_bytes(process.pid))
            readings += 1
            time.sleep(EVERY)
        process.join()
    processes.close()
    if not ended:
        raise RuntimeError(f"the worker of {config.name} ended with status {process.exitcode}")
    return peak - base, readings


def _job(config: ExperimentConfig, folder: Path) -> Job:
    """The job that the scheduler would give to a worker, but with checkpoints as often as possible."""
    return Job(
        training="memory",
        attempt=1,
        config=config.to_dict(),
        stretches=[],
        data_dir=str(DATA_DIR),
        cache_dir=str(folder),
        own_dir=str(folder / "own-data"),
        checkpoint_place=str(folder / "checkpoints"),
        checkpoint_seconds=0.0,
        checkpoints=[],
        kept_bytes=KEPT_BYTES,
        memory_bytes=estimate(config),
        stored=0,
        seconds=0.0,
        changes=[],
        wanted=[],
        dead=False,
    )


def _worker(connection: Connection, job: Job) -> None:
    from app.jobs import worker

    connection.send_bytes(b"ready")
    connection.recv_bytes()
    worker.main(connection, job)


def _worker_with_slow_disk(connection: Connection, job: Job) -> None:
    from app.jobs.checkpoint_store import FolderStore

    write = FolderStore.write

    def write_slowly(self: FolderStore, file: str, data: bytes, *, durable: bool = True) -> None:
        if durable:  # others are written by the thread that trains
            time.sleep(SLOW_SECONDS)
        write(self, file, data, durable=durable)

    FolderStore.write = write_slowly  # type: ignore[method-assign]
    _worker(connection, job)


def _drawn(connection: Connection, job: Job) -> None:
    """A worker for a data set that this machine does not have: it trains on random images."""
    config = ExperimentConfig.from_dict(job.config, stored=True)
    source = config.dataset.source
    images = draw(source.name, source.shape, len(source.class_names), (DRAWN["train"], DRAWN["test"]))
    connection.send_bytes(b"ready")
    connection.recv_bytes()
    trainer = Trainer(config, images)
    while trainer.advance():
        trainer.checkpoint()
    Link(connection).report(Finished("completed"))


def _read_to_end(connection: Connection, ended: list[bytes]) -> None:
    try:
        while True:
            for part in parts_of(connection.recv_bytes()):
                if part[:1] == b"J" and isinstance(decode_event(part[1:]), Finished):
                    ended.append(part)
    except (EOFError, OSError):
        return


def _own_bytes(pid: int) -> int:
    """The resident memory of a process, without mapped files, in bytes."""
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0
    return (int(resident) - int(shared)) * PAGE


def short(document: dict[str, Any]) -> ExperimentConfig:
    """The same experiment with few iterations and, for large networks, few images. The number of iterations does not
    change the memory of a run, and with convolutions the number of images hardly does."""
    document = json.loads(json.dumps(document))
    is_large = any(word in json.dumps(document["network"]) for word in ("conv", "cifar", "alexnet"))
    iterations = 3 if is_large else 30
    dataset = document.setdefault("dataset", {"name": "digits"})
    for part in ("train", "test"):
        available = getattr(datasets.source(dataset["name"]), f"{part}_size")
        if dataset["name"] == "imagenet":
            available = DRAWN[part]
        elif dataset["name"] == "cifar10" or is_large:
            available = min(available, {"train": 3000, "test": 1000}[part])
        dataset[f"{part}_size"] = min(dataset.get(f"{part}_size") or available, available)
    if "optimizer" in document:
        document["optimizer"]["learning_rate"] = 1e-4  # so small that no run diverges before the end
    training = {**document.get("training", {}), "iterations": iterations, "evaluate_every": iterations // 3}
    training.pop("epochs", None)
    return ExperimentConfig.from_dict({**document, "training": training}, stored=True)


def preset_experiments() -> Iterator[tuple[str, ExperimentConfig]]:
    """Every preset on data sets that suit it, with an optimizer without state and one with two state vectors."""
    places = {
        "mlp": ("digits", "spirals", "mnist", "cifar10"),
        "simple_convnet": ("digits", "mnist", "cifar10"),
        "keras_cifar": ("cifar10",),
        "alexnet_cifar": ("cifar10",),
        "alexnet": ("imagenet",),
    }
    for preset, names in places.items():
        for name in names:
            for optimizer, batch in (("sgd", 100), ("adam", 256)):
                document = {
                    "dataset": {"name": name},
                    "network": {"preset": preset},
                    "optimizer": {"name": optimizer},
                    "training": {"batch_size": 8 if preset == "alexnet" else batch},
                }
                yield f"{preset}-{name}-{optimizer}", short(document)
    more: dict[str, dict[str, Any]] = {
        "wide": {"network": {"preset": "mlp", "hidden": [2000, 2000]}},
        "orthogonal": {
            "network": {"preset": "mlp", "hidden": [1000, 1000], "initializer": {"name": "orthogonal"}}
        },
        "best": {
            "network": {"preset": "mlp", "hidden": [1000]},
            "training": {"early_stopping": {"patience": 100}},
        },
        "float64": {"dataset": {"name": "mnist"}, "dtype": "float64"},
        "fold": {"dataset": {"name": "mnist", "fold": {"folds": 5, "index": 0}}},
        "epochs": {"dataset": {"name": "mnist"}, "training": {"sampling": "epochs", "batch_size": 128}},
        "validation": {"dataset": {"name": "mnist", "train_size": 50_000, "validation_size": 10_000}},
        "augmented": {"dataset": {"name": "mnist", "augment": {"shift": 2, "rotate": 10.0}}},
        "augmented-batch": {
            "dataset": {"name": "mnist", "augment": {"rotate": 10.0, "noise": 0.1}},
            "training": {"batch_size": 20_000},
        },
    }
    for name, document in more.items():
        yield f"mlp-{name}", short({"network": {"preset": "mlp"}, **document})


def lesson_experiments() -> Iterator[tuple[str, ExperimentConfig]]:
    """The first and the last run of every lesson that trains; the other runs differ only in learning rates and
    seeds."""
    for slug, lesson in Library().shelf().lessons.items():
        configs = lesson.configs()
        for number in sorted({0, len(configs) - 1}) if configs else ():
            yield f"{slug}-{number + 1}", short(configs[number].to_dict())


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="the beginning of an experiment's name")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    wrong = 0
    for name, config in (*preset_experiments(), *lesson_experiments()):
        if arguments.names and not name.startswith(tuple(arguments.names)):
            continue
        estimated, held = summarize(config).memory_bytes, measure(config)
        is_right = held <= estimated <= 2 * held
        wrong += not is_right
        if arguments.json:
            print(json.dumps({"name": name, "estimated": estimated, "held": held}), flush=True)
        else:
            ratio = f"{estimated / held:5.2f}{'' if is_right else '  <-'}"
            print(
                f"{name:36} estimated {estimated / 1e6:8.1f} MB, held {held / 1e6:8.1f} MB, {ratio}",
                flush=True,
            )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
