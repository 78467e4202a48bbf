"""The parts of which `torch_script` composes every PyTorch script; it fills in the `$names`."""

from __future__ import annotations

from string import Template

HEAD = Template('''\
"""Trains one run of a Lossroom in plain PyTorch: the same network, initial weights and batches.

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
    """Each purpose draws from its own stream of random numbers."""
    return np.random.default_rng([SEED, $streams[purpose]])


# -- data --------------------------------------------------------------------------------------------

$data

def prepare():
    """The images and labels of the experiment."""
    train_images, train_labels, test_images, test_labels = load()
    size, test_size = EXPERIMENT["dataset"]["train_size"], EXPERIMENT["dataset"]["test_size"]
$keep_back    train_images, train_labels = train_images[:size].astype(DTYPE), train_labels[:size].astype(np.int64)
    test_images, test_labels = test_images[:test_size].astype(DTYPE), test_labels[:test_size].astype(np.int64)
$adjust    return train_images, train_labels, test_images, test_labels$validation


def batches(count, draw):
    """The indices of each batch's images, without end."""
    while True:
        if TRAINING["sampling"] == "with_replacement":
            order = draw.integers(0, count, TRAINING["batch_size"] * $drawn)
        else:
            order = draw.permutation(count)
        while len(order):
            size = TRAINING["batch_size"]
            yield order[:size]
            order = order[size:]


# -- network -----------------------------------------------------------------------------------------

$network

$initializer

def initialize(network):
    """The lab's own initial weights; biases begin at zero."""
    draws = generator("weights")
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, nn.Linear):
                fan_in, fan_out = layer.in_features, layer.out_features
                weights = initial_weights(draws, (fan_in, fan_out), fan_in, fan_out).T
            elif isinstance(layer, nn.Conv2d):
                shape = tuple(layer.weight.shape)
                area = shape[2] * shape[3]
                weights = initial_weights(draws, shape, shape[1] * area, shape[0] * area)
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
    train_images, train_labels, test_images, test_labels$validation = prepare()
    network = build().to(getattr(torch, EXPERIMENT["dtype"]))
    initialize(network)
    weights = [layer.weight for layer in network.modules() if isinstance(layer, (nn.Linear, nn.Conv2d))$penalized]
    optimizer = $optimizer
    rate = EXPERIMENT["optimizer"]["learning_rate"]
    l1, l2 = EXPERIMENT["regularization"]["l1"], EXPERIMENT["regularization"]["l2"]
$prelude    draw = generator("batches")
    order = batches(len(train_images), draw)
    for iteration in range(1, ITERATIONS + 1):
$forks$live        chosen = next(order)
        images = train_images[chosen]
$augment        network.train()
        now = rate * $factor
$rate        logits = network(torch.from_numpy(images))
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
        if total.requires_grad:  # unless no layer is trained
            total.backward()
$clip$scale        optimizer.step()
        if iteration <= 5 or iteration == ITERATIONS:
            print(f"iteration {iteration:,}: loss {loss.item():.6f}")
        if iteration % TRAINING["evaluate_every"] == 0 or iteration == ITERATIONS:
$measure_test$measure_validation$stopping    print("recorded in the lab:", $recorded)


if __name__ == "__main__":
    main()
''')

DATA = {
    "digits": '''\
def load():
    """1,797 digits of 8 × 8 pixels, in the lab's order, from the file that comes with the lab and with scikit-learn."""
    packages = [("engine", "datasets"), ("sklearn", "datasets/data")]
    specs = [(importlib.util.find_spec(name), folder) for name, folder in packages]
    paths = [Path(spec.origin).parent / folder / "digits.csv.gz" for spec, folder in specs if spec and spec.origin]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        raise SystemExit("the digits come with scikit-learn: pip install scikit-learn")
    with gzip.open(path, "rt") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    table = table[np.random.Generator(np.random.PCG64(1797)).permutation(len(table))]
    images, labels = (table[:, :-1] / 16).reshape(-1, 1, 8, 8), table[:, -1].astype(np.int64)
    return images[:1437], labels[:1437], images[1437:], labels[1437:]
''',
    "idx": '''\
FOLDERS = {
    "mnist": ("mnist", "MNIST/raw"),
    "fashion_mnist": ("fashion-mnist", "FashionMNIST/raw"),
    "kmnist": ("kmnist", "KMNIST/raw"),
}


def read_idx(name):
    """A file in the lab's own folder or torchvision's, under any of its known names, gzipped or not."""
    names = [spelled + end for spelled in (name, name.replace("-idx", ".idx")) for end in ("", ".gz")]
    paths = [DATA / folder / file for folder in FOLDERS[EXPERIMENT["dataset"]["name"]] for file in names]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        raise SystemExit(f"there is no file {name} in {DATA}: set LOSSROOM_DATA_DIR to the folder of the data sets")
    data = path.read_bytes()
    data = gzip.decompress(data) if data[:2] == bytes((0x1F, 0x8B)) else data
    axes = data[3]
    shape = np.frombuffer(data, ">u4", axes, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


def load():
    """The four IDX files of MNIST, or of a data set with the same files, such as Fashion-MNIST."""
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
    "own": '''\
def load():
    """The file that the lab offers of this data set, beside this script."""
    with np.load(Path(__file__).with_name($file)) as file:
        images = [file[name] for name in ("x_train", "x_test")]
        labels = [file[name] for name in ("y_train", "y_test")]
    images = [x * np.float32(1 / 255) if x.dtype == np.uint8 else x for x in images]
    return images[0], labels[0], images[1], labels[1]
''',
    "engine": '''\
def load():
    """Through the lab's own reader; everything else is PyTorch."""
    from engine import load_dataset

    data = load_dataset(EXPERIMENT["dataset"]["name"], data_dir=DATA)
    return data.train_images, data.train_labels, data.test_images, data.test_labels
''',
}
OPTIMIZERS = {
    "sgd": "SGD(network.parameters(), lr=$learning_rate)",
    "momentum": "SGD(network.parameters(), lr=1.0, momentum=$momentum)",
    "nesterov": "SGD(network.parameters(), lr=1.0, momentum=$momentum, nesterov=True)",
    "adagrad": "Adagrad(network.parameters(), lr=$learning_rate, eps=$epsilon)",
    "rmsprop": "RMSprop(network.parameters(), lr=$learning_rate, alpha=$rho, eps=$epsilon)",
    "adadelta": "Adadelta(network.parameters(), lr=$learning_rate, rho=$rho, eps=$epsilon)",
    "adam": "Adam(network.parameters(), lr=$learning_rate, betas=($beta1, $beta2), eps=$epsilon)",
    "adamw": "AdamW(network.parameters(), lr=$learning_rate, betas=($beta1, $beta2), eps=$epsilon,"
    " weight_decay=$weight_decay)",
    "nadam": "NAdam(network.parameters(), lr=$learning_rate, betas=($beta1, $beta2), eps=$epsilon)",
}

#: Optimizers with a velocity. PyTorch multiplies the whole velocity by the current rate, v ← μv + g, w ← w - ηv. The
#: lab multiplies each gradient by the rate of its own step, v ← μv - ηg, w ← w + v. Both agree only while the rate does
#: not change, so the scripts do as the lab: lr is 1, and the gradients are scaled.
VELOCITY = ("momentum", "nesterov")
RATE = """\
        for group in optimizer.param_groups:
            group["lr"] = now
"""
SCALE = """\
        for parameter in network.parameters():  # the velocity adds up gradients times their rates
            if parameter.grad is not None:
                parameter.grad *= now
"""

#: The factor of the learning rate, as source code. In a run with forks it may change at a fork.
FACTOR = "factor(iteration - 1, ITERATIONS)"
FORKED_FACTOR = "schedule_factor(iteration - 1, length)"
FORKED_RATE = """\
        for group in optimizer.param_groups:
            group["lr"] = 1.0 if has_velocity else now
"""
FORKED_SCALE = """\
        for parameter in network.parameters() if has_velocity else ():
            if parameter.grad is not None:
                parameter.grad *= now  # the velocity adds up gradients times their rates
"""
FORKED_CLIP = """\
        if TRAINING["clip_value"] is not None:
            nn.utils.clip_grad_value_(network.parameters(), TRAINING["clip_value"])
        if TRAINING["clip_norm"] is not None:
            nn.utils.clip_grad_norm_(network.parameters(), TRAINING["clip_norm"])
"""

VALIDATION = ", validation_images, validation_labels"
KEEP_BACK = """\
    kept = EXPERIMENT["dataset"]["validation_size"]
    size = size or len(train_images) - kept
    validation_images = train_images[size : size + kept].astype(DTYPE)
    validation_labels = train_labels[size : size + kept].astype(np.int64)
"""
MEASURE_TEST = """\
            accuracy, test_loss = evaluate(network, test_images, test_labels)
            print(f"iteration {iteration:,}: test accuracy {accuracy:.4f}, test loss {test_loss:.6f}")
"""
MEASURE_TRAIN = """\
            accuracy, train_loss = evaluate(network, train_images, train_labels)
            print(f"iteration {iteration:,}: train accuracy {accuracy:.4f}, train loss {train_loss:.6f}")
"""
MEASURE_VALIDATION = """\
            validation_accuracy, validation_loss = evaluate(network, validation_images, validation_labels)
            print(
                f"iteration {iteration:,}: validation accuracy {validation_accuracy:.4f},"
                f" validation loss {validation_loss:.6f}"
            )
"""

#: What early stopping watches, as a number that is to become small.
WATCHED = {
    "test_loss": "test_loss",
    "test_accuracy": "-accuracy",
    "validation_loss": "validation_loss",
    "validation_accuracy": "-validation_accuracy",
}
STOPPING = """\
            value = $watched
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


PENALTIES = " + sum(layer.value for layer in network.modules() if isinstance(layer, ActivityPenalty))"
LIVE = """\
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
