"""A script that trains a run in plain PyTorch: the same network from the same first weights on the same batches.

What both sides share (data, initial weights, batch order, augmentation) is drawn by the engine's own NumPy functions,
whose source is copied into the script; so the first iterations agree to rounding, and one can look where a framework
does what this engine does. Dropout's draws are PyTorch's own.
"""

from __future__ import annotations

import inspect
from string import Template
from typing import Any

from app.exports.recording import Recording
from app.exports.script import literal, live_changes
from app.exports.torch_layers import network_source
from engine import ExperimentConfig, augmentation, datasets, initializers, kfold, schedules
from engine.batches import DRAWN_BATCHES
from engine.datasets import points
from engine.trainer import STREAMS

_HEAD = Template('''\
"""Trains one run of a Lossroom in plain PyTorch: the same network, first weights and batches.

    python THIS_FILE

The first iterations agree with the lab's to rounding; small differences then grow, as they do between any two
libraries.$differences
"""

from __future__ import annotations

import gzip
import importlib.util
import math
import os
from pathlib import Path

import numpy as np
import torch
from torch import nn

EXPERIMENT = $experiment

DATA = Path(os.environ.get("LOSSROOM_DATA_DIR", "data"))
SEED = EXPERIMENT["seed"]
TRAINING = EXPERIMENT["training"]
ITERATIONS = $iterations
DTYPE = np.dtype(EXPERIMENT["dtype"])
Array = np.ndarray
torch.manual_seed(SEED)


def generator(purpose):
    """Each purpose draws from a stream of its own."""
    return np.random.default_rng([SEED, $streams[purpose]])


# -- data --------------------------------------------------------------------------------------------

$data

def prepare():
    """The images and labels of the experiment."""
    train_images, train_labels, test_images, test_labels = load()
    size, test_size = EXPERIMENT["dataset"]["train_size"], EXPERIMENT["dataset"]["test_size"]
    train_images, train_labels = train_images[:size].astype(DTYPE), train_labels[:size].astype(np.int64)
    test_images, test_labels = test_images[:test_size].astype(DTYPE), test_labels[:test_size].astype(np.int64)
$adjust    return train_images, train_labels, test_images, test_labels


def batches(count):
    """Endless: the indices of each batch's images."""
    draw, size = generator("batches"), TRAINING["batch_size"]
    while True:
        if TRAINING["sampling"] == "with_replacement":
            order = draw.integers(0, count, size * $drawn)
        else:
            order = draw.permutation(count)
        for start in range(0, len(order), size):
            yield order[start : start + size]


# -- network -----------------------------------------------------------------------------------------

$network

$initializer

def initialize(network):
    """The lab's own first weights; biases begin at zero."""
    draws = generator("weights")
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, nn.Linear):
                fan_in, fan_out = layer.in_features, layer.out_features
                weights = first_weights(draws, (fan_in, fan_out), fan_in, fan_out).T
            elif isinstance(layer, nn.Conv2d):
                shape = tuple(layer.weight.shape)
                area = shape[2] * shape[3]
                weights = first_weights(draws, shape, shape[1] * area, shape[0] * area)
            else:
                continue
            layer.weight.copy_(torch.tensor(np.ascontiguousarray(weights)))
            if layer.bias is not None:
                layer.bias.zero_()


# -- training ----------------------------------------------------------------------------------------

$schedule

@torch.no_grad()
def evaluate(network, images, labels):
    """Accuracy and mean loss."""
    network.eval()
    correct, loss = 0, 0.0
    for start in range(0, len(images), 500):
        logits = network(torch.from_numpy(images[start : start + 500]))
        target = torch.from_numpy(labels[start : start + 500])
        correct += int((logits.argmax(1) == target).sum())
        loss += float(nn.functional.cross_entropy(logits, target, reduction="sum"))
    return correct / len(images), loss / len(images)


def main():
    train_images, train_labels, test_images, test_labels = prepare()
    network = build().to(getattr(torch, EXPERIMENT["dtype"]))
    initialize(network)
    weights = [layer.weight for layer in network.modules() if isinstance(layer, (nn.Linear, nn.Conv2d))]
    optimizer = $optimizer
    rate = EXPERIMENT["optimizer"]["learning_rate"]
    l1, l2 = EXPERIMENT["regularization"]["l1"], EXPERIMENT["regularization"]["l2"]
$prelude    order = batches(len(train_images))
    for iteration in range(1, ITERATIONS + 1):
$live        chosen = next(order)
        images = train_images[chosen]
$augment        network.train()
        for group in optimizer.param_groups:
            group["lr"] = rate * factor(iteration - 1, ITERATIONS)
        logits = network(torch.from_numpy(images))
        loss = nn.functional.cross_entropy(logits, torch.from_numpy(train_labels[chosen]))
        if not torch.isfinite(loss):
            print(f"diverged at iteration {iteration:,}")
            break
        total = loss$penalties
        if l1:
            total = total + l1 * sum(w.abs().sum() for w in weights)
        if l2:
            total = total + 0.5 * l2 * sum((w * w).sum() for w in weights)
        optimizer.zero_grad()
        total.backward()
$clip        optimizer.step()
        if iteration <= 5 or iteration == ITERATIONS:
            print(f"iteration {iteration:,}: loss {loss.item():.6f}")
        if iteration % TRAINING["evaluate_every"] == 0 or iteration == ITERATIONS:
            accuracy, test_loss = evaluate(network, test_images, test_labels)
            print(f"iteration {iteration:,}: test accuracy {accuracy:.4f}, test loss {test_loss:.6f}")
$stopping    print("recorded in the lab:", $recorded)


if __name__ == "__main__":
    main()
''')

_DATA = {
    "digits": '''\
def load():
    """1,797 digits of 8 × 8 pixels, from scikit-learn's file, in the lab's order."""
    package = Path(importlib.util.find_spec("sklearn").origin).parent
    with gzip.open(package / "datasets" / "data" / "digits.csv.gz", "rt") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    table = table[np.random.Generator(np.random.PCG64(1797)).permutation(len(table))]
    images, labels = (table[:, :-1] / 16).reshape(-1, 1, 8, 8), table[:, -1].astype(np.int64)
    return images[:1437], labels[:1437], images[1437:], labels[1437:]
''',
    "idx": '''\
def read_idx(name):
    path = DATA / EXPERIMENT["dataset"]["name"].replace("_", "-") / name
    if not path.exists():
        path = path.with_name(path.name + ".gz")
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    axes = data[3]
    shape = np.frombuffer(data, ">u4", axes, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


def load():
    """The four IDX files of MNIST or Fashion-MNIST."""
    images = [read_idx(f"{part}-images-idx3-ubyte")[:, None] * np.float32(1 / 255) for part in ("train", "t10k")]
    labels = [read_idx(f"{part}-labels-idx1-ubyte") for part in ("train", "t10k")]
    return images[0], labels[0], images[1], labels[1]
''',
    "points": '''\
def load():
    """A thousand points to learn from, a thousand to test on."""
    points, labels = $make(np.random.Generator(np.random.PCG64(2)), 2000)
    points = points.astype(np.float32)
    return points[:1000], labels[:1000], points[1000:], labels[1000:]
''',
    "engine": '''\
def load():
    """Through the lab's own reader; everything else is PyTorch."""
    from engine import load_dataset

    data = load_dataset(EXPERIMENT["dataset"]["name"], data_dir=DATA)
    return data.train_images, data.train_labels, data.test_images, data.test_labels
''',
}
_KINDS = {"digits": "digits", "mnist": "idx", "fashion_mnist": "idx"} | dict.fromkeys(
    (source.name for source in points.SETS), "points"
)

_OPTIMIZERS = {
    "sgd": "SGD(network.parameters(), lr=$learning_rate)",
    "momentum": "SGD(network.parameters(), lr=$learning_rate, momentum=$momentum)",
    "nesterov": "SGD(network.parameters(), lr=$learning_rate, momentum=$momentum, nesterov=True)",
    "adagrad": "Adagrad(network.parameters(), lr=$learning_rate, eps=$epsilon)",
    "rmsprop": "RMSprop(network.parameters(), lr=$learning_rate, alpha=$rho, eps=$epsilon)",
    "adadelta": "Adadelta(network.parameters(), lr=$learning_rate, rho=$rho, eps=$epsilon)",
    "adam": "Adam(network.parameters(), lr=$learning_rate, betas=($beta1, $beta2), eps=$epsilon)",
    "adamw": "AdamW(network.parameters(), lr=$learning_rate, betas=($beta1, $beta2), eps=$epsilon,"
    " weight_decay=$weight_decay)",
    "nadam": "NAdam(network.parameters(), lr=$learning_rate, betas=($beta1, $beta2), eps=$epsilon)",
}

_STOPPING = """\
            value = -accuracy if stopping["metric"] == "test_accuracy" else test_loss
            if best - value > stopping["min_delta"]:
                best, waited = value, 0
                state = {name: tensor.clone() for name, tensor in network.state_dict().items()}
            else:
                waited += 1
            if waited >= stopping["patience"]:
                print("stopped early")
                break
    if stopping["restore_best"] and state:
        network.load_state_dict(state)
"""


def torch_script(recording: Recording) -> str:
    """Python source. Nothing of a run but literals enters it."""
    document = recording.config
    config = ExperimentConfig.from_dict(document)
    training, changes = config.training, live_changes(recording.run["annotations"])
    source, has_penalty = network_source(config)
    draw = inspect.getsource(initializers.INITIALIZERS[config.network.initializer["name"]])
    parameters = {k: v for k, v in config.network.initializer.items() if k != "name"}
    return _HEAD.substitute(
        experiment=literal(document),
        differences=_differences(config),
        iterations=config.iterations,
        streams=literal(STREAMS),
        drawn=DRAWN_BATCHES,
        data=_data(config),
        adjust=_adjust(config),
        network=source,
        initializer=f"{draw}\n\ndef first_weights(draws, shape, fan_in, fan_out):\n"
        f"    return {config.network.initializer['name']}(draws, shape, fan_in, fan_out, **{parameters!r})\n",
        schedule=_schedule(training.schedule),
        optimizer="torch.optim."
        + Template(_OPTIMIZERS[config.optimizer["name"]]).substitute(
            {name: repr(value) for name, value in config.optimizer.items()}
        ),
        prelude=_prelude(config, changes),
        live=_LIVE if changes else "",
        augment="        augmentation.apply(images)\n" if config.dataset.augment else "",
        penalties=_PENALTIES if has_penalty else "",
        clip=_clip(config),
        stopping=_STOPPING if training.early_stopping else "",
        recorded=literal(recording.run["latest"]),
    )


_PENALTIES = " + sum(layer.value for layer in network.modules() if isinstance(layer, ActivityPenalty))"
_LIVE = """\
        for name, value in CHANGES.get(iteration - 1, {}).items():
            if name == "learning_rate":
                rate = value
            elif name == "l1":
                l1 = value
            elif name == "l2":
                l2 = value
            else:
                for layer in network.modules():
                    if isinstance(layer, nn.Dropout):
                        layer.p = value
"""


def _differences(config: ExperimentConfig) -> str:
    notes = []
    if any(layer["type"] in ("dropout", "residual") for layer in config.network.layers):
        notes.append("Dropout drops what PyTorch draws, not what the lab drew.")
    if config.optimizer["name"] == "nadam":
        notes.append("PyTorch's NAdam has Dozat's schedule of beta1, the lab's has not.")
    return "".join(f"\n{note}" for note in notes)


def _data(config: ExperimentConfig) -> str:
    name = config.dataset.name
    kind = _KINDS.get(name, "engine")
    parts = []
    if kind == "points":
        parts.append(inspect.getsource(getattr(points, name)))
    parts.append(Template(_DATA[kind]).safe_substitute(make=name))
    if config.dataset.fold:
        parts.append(f"_SEED = {kfold._SEED}\n")
        parts.append(inspect.getsource(kfold.split))
    if config.dataset.label_noise:
        parts.append(inspect.getsource(datasets.noisy_labels))
    if config.dataset.augment:
        parts += [inspect.getsource(part) for part in (augmentation.move, augmentation.turn)]
        parts.append(inspect.getsource(augmentation.Augmentation))
    return "\n\n".join(parts)


def _adjust(config: ExperimentConfig) -> str:
    lines = ""
    if config.dataset.fold:
        lines += (
            '    train, test = split(train_labels, **EXPERIMENT["dataset"]["fold"])\n'
            "    test_images, test_labels = train_images[test], train_labels[test]\n"
            "    train_images, train_labels = train_images[train], train_labels[train]\n"
        )
    if config.dataset.label_noise:
        lines += (
            f"    train_labels = noisy_labels(train_labels, {len(config.dataset.source.class_names)},"
            ' EXPERIMENT["dataset"]["label_noise"], generator("label_noise"))\n'
        )
    return lines


def _schedule(schedule: dict[str, Any] | None) -> str:
    if schedule is None:
        return "def factor(t, total):\n    return 1.0\n"
    parameters = {name: value for name, value in schedule.items() if name not in ("name", "warm_up")}
    warm_up = schedule["warm_up"]
    return (
        f"{inspect.getsource(schedules.SCHEDULES[schedule['name']])}\n\n"
        "def factor(t, total):\n"
        f"    warm = min(1.0, (t + 1) / {warm_up}) if t < {warm_up} else 1.0\n"
        f"    return warm * {schedule['name']}(t, total, **{parameters!r})\n"
    )


def _prelude(config: ExperimentConfig, changes: dict[int, dict[str, float]]) -> str:
    lines = ""
    if config.dataset.augment:
        lines += (
            '    augmentation = Augmentation(**EXPERIMENT["dataset"]["augment"],'
            ' generator=generator("augmentation"))\n'
        )
    if config.training.early_stopping:
        lines += '    stopping = TRAINING["early_stopping"]\n    best, waited, state = float("inf"), 0, {}\n'
    if changes:
        lines += f"    CHANGES = {changes!r}  # made by hand after these iterations\n"
    return lines


def _clip(config: ExperimentConfig) -> str:
    lines = ""
    if config.training.clip_value is not None:
        lines += '        nn.utils.clip_grad_value_(network.parameters(), TRAINING["clip_value"])\n'
    if config.training.clip_norm is not None:
        lines += '        nn.utils.clip_grad_norm_(network.parameters(), TRAINING["clip_norm"])\n'
    return lines
