"""The PyTorch script: the same first iterations as the engine. Where PyTorch is missing, the tests say so.

LOSSROOM_TORCH_PYTHON may name an interpreter that has it.
"""

import gzip
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import engine
from app.exports.recording import Recording
from app.exports.torch_script import torch_script
from app.exports.torch_source import DATA, VELOCITY
from engine import ExperimentConfig, Trainer, load_dataset
from engine.events import EvaluationMetrics, StepMetrics
from engine.forks_ahead import ForksAhead
from engine.optimizers import OPTIMIZERS
from engine.stretches import Stretch

PYTHON = os.environ.get("LOSSROOM_TORCH_PYTHON") or (
    sys.executable if importlib.util.find_spec("torch") else None
)
pytestmark = [
    pytest.mark.parity,
    pytest.mark.skipif(PYTHON is None, reason="PyTorch is not installed here: its scripts were not run"),
]

DIGITS = Path(engine.__file__).parent / "datasets/digits.csv.gz"
MLP = {"preset": "mlp", "hidden": [16, 12], "initializer": {"name": "glorot_uniform"}}
IMAGES = {
    "initializer": {"name": "orthogonal"},
    "layers": [
        {"type": "conv2d", "filters": 6, "kernel_size": 3, "padding": "same"},
        {"type": "batch_norm"},
        {"type": "activation", "name": "relu", "activity_l2": 1e-3},
        {"type": "local_response_norm", "size": 3, "alpha": 0.1},
        {
            "type": "residual",
            "layers": [{"type": "conv2d", "filters": 8, "kernel_size": 3, "padding": 1, "stride": 2}],
        },
        {"type": "max_pool2d", "size": 2},
        {"type": "avg_pool2d", "size": 2, "stride": 1},
        {"type": "flatten"},
        {
            "type": "residual",
            "layers": [{"type": "dense", "units": 9}, {"type": "activation", "name": "gelu"}],
        },
        {"type": "dense", "units": 10},
    ],
}
EXPERIMENTS = {
    **{
        name: {"network": MLP, "optimizer": {"name": name, "learning_rate": 0.02}}
        for name in OPTIMIZERS
        if name != "nadam"
    },
    "images": {
        "dataset": {"validation_size": 400},
        "network": IMAGES,
        "optimizer": {"name": "adam", "learning_rate": 0.01},
    },
    "penalties, clipping, a schedule, float64": {
        "network": MLP,
        "regularization": {"l1": 1e-4, "l2": 1e-3},
        "training": {"clip_norm": 1.0, "schedule": {"name": "cosine", "warm_up": 4}, "sampling": "epochs"},
        "dtype": "float64",
    },
    "other data": {
        "dataset": {
            "name": "digits",
            "train_size": 600,
            "validation_size": 300,
            "label_noise": 0.2,
            "fold": {"folds": 3, "index": 1},
            "augment": {"shift": 1, "rotate": 10.0, "noise": 0.1},
        },
        "network": {"preset": "mlp", "hidden": [20], "activation": "tanh"},
    },
    "a fold to choose by": {
        "dataset": {
            "name": "digits",
            "train_size": 300,
            "test_size": 100,
            "fold": {"folds": 3, "index": 1, "part": "validation"},
        },
        "network": {"preset": "mlp", "hidden": [20]},
    },
    "weights that are not learnt or not penalized": {
        "network": {
            "initializer": {"name": "he_normal"},
            "layers": [
                {"type": "conv2d", "filters": 4, "kernel_size": 3, "trainable": False},
                {"type": "activation", "name": "relu"},
                {"type": "dense", "units": 16},
                {
                    "type": "residual",
                    "layers": [
                        {"type": "dense", "units": 16, "penalized": False},
                        {"type": "activation", "name": "tanh"},
                    ],
                },
                {"type": "dense", "units": 10, "penalized": False},
            ],
        },
        "optimizer": {"name": "adamw", "learning_rate": 0.01, "weight_decay": 0.1},
        "regularization": {"l1": 0.01, "l2": 0.1},
        "training": {"clip_norm": 0.5},
    },
    "points": {
        "dataset": {"name": "spirals"},
        "network": {"preset": "mlp", "hidden": [20], "activation": "swish"},
    },
}


def recording(document):
    config = ExperimentConfig.from_dict(document)
    run = {"id": "x", "name": config.name, "config": config.to_dict(), "annotations": [], "latest": {}}
    run["stretches"] = []
    return Recording(run, lambda *_: None)


#: Runs the scripts of the folders that it reads, each in a process of its own that has PyTorch already.
#: To import it takes longer than most scripts, and so does to clear it away: such a process ends without that, and its
#: garbage collector leaves alone what it shares with the others.
FORKING = """
import gc, os, runpy, sys, traceback
import torch._dynamo  # which an optimizer imports at its first step
gc.collect()
gc.freeze()
for line in sys.stdin:
    if not os.fork():
        os.chdir(line.rstrip())
        sys.path.insert(0, os.getcwd())
        for name, stream in (("said", 1), ("error", 2)):
            os.dup2(os.open(name, os.O_CREAT | os.O_WRONLY, 0o600), stream)
        status = 1
        try:
            runpy.run_path("script.py", run_name="__main__")
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    print(os.wait()[1], flush=True)
"""


@pytest.fixture(scope="module")
def forking(tmp_path_factory):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    folder = tmp_path_factory.mktemp("forking")
    command = [PYTHON, "-c", FORKING]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, text=True, env=environment, cwd=folder
    ) as process:
        yield process
        process.stdin.close()


def write_script(given, folder):
    (folder / "script.py").write_text(torch_script(given), "utf-8")
    # the digits' file lies in the lab's folder; another interpreter has neither that nor scikit-learn
    (folder / "engine/datasets").mkdir(parents=True)
    (folder / "engine/__init__.py").touch()
    shutil.copy(DIGITS, folder / "engine/datasets")


def run_script(given, folder, forking):
    """What the script prints."""
    write_script(given, folder)
    print(folder, file=forking.stdin, flush=True)
    assert int(forking.stdout.readline()) == 0, (folder / "error").read_text("utf-8")
    return (folder / "said").read_text("utf-8")


@pytest.mark.parametrize("folder", ["engine/datasets", "sklearn/datasets/data"])
def test_a_script_reads_the_digits_that_come_with_the_lab_or_with_scikit_learn(folder, tmp_path):
    def find_spec(name):
        init = tmp_path / name / "__init__.py"
        return importlib.util.spec_from_file_location(name, init) if init.exists() else None

    finder = SimpleNamespace(util=SimpleNamespace(find_spec=find_spec))
    script: dict[str, Any] = {"importlib": finder, "Path": Path, "gzip": gzip, "np": np}
    exec(DATA["digits"], script)
    with pytest.raises(SystemExit, match="pip install scikit-learn"):
        script["load"]()

    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder.split("/")[0] / "__init__.py").touch()
    shutil.copy(DIGITS, tmp_path / folder)

    digits = load_dataset("digits")
    for given, wanted in zip(
        script["load"](),
        (digits.train_images, digits.train_labels, digits.test_images, digits.test_labels),
        strict=True,
    ):
        np.testing.assert_array_equal(given, wanted)


@pytest.mark.parametrize("by", ["schedule", "hand"])
@pytest.mark.parametrize("optimizer", ["sgd", *VELOCITY, "adam"])
def test_a_rate_that_changes_gives_the_same_curve(optimizer, by, tmp_path, forking):
    document: dict[str, Any] = {
        "network": MLP,
        "optimizer": {"name": optimizer, "learning_rate": 0.05},
        "training": {"iterations": 60, "batch_size": 20, "evaluate_every": 60},
        "dtype": "float64",
    }
    if by == "schedule":
        document["training"]["schedule"] = {"name": "step", "every": 10, "factor": 0.3}
    given = recording(document)
    trainer = Trainer(ExperimentConfig.from_dict(document))
    losses = []
    while advanced := trainer.advance():
        step = advanced[0]
        assert isinstance(step, StepMetrics)
        losses.append(step.loss)
        if by == "hand" and trainer.iteration == 20:
            trainer.set_live(learning_rate=0.4)
            change = {"kind": "live", "iteration": 20, "changes": {"learning_rate": [0.05, 0.4]}}
            given.run["annotations"] = [change]

    (last,) = re.findall(r"iteration 60: loss ([\d.]+)", run_script(given, tmp_path, forking))
    assert float(last) == pytest.approx(losses[-1], abs=2e-6)


DROPOUT = {**MLP, "dropout": 0.5}
WITHOUT_DROPOUT = ExperimentConfig.from_dict({"network": DROPOUT}).to_dict()["network"]
for layer in WITHOUT_DROPOUT["layers"]:
    layer.update({"rate": 0.0} if layer["type"] == "dropout" else {})
FORKS: dict[str, list[tuple[int, int | None, dict[str, Any]]]] = {
    "another optimizer": [(23, None, {"optimizer": {"name": "adam", "learning_rate": 0.02}})],
    "to a velocity and back": [
        (20, None, {"optimizer": {"name": "nesterov", "learning_rate": 0.05}}),
        (41, None, {"optimizer": {"name": "sgd", "learning_rate": 0.1}}),
    ],
    "another β, of Adam and of AdamW": [
        (10, None, {"optimizer": {"name": "adam", "learning_rate": 0.02}}),
        (20, None, {"optimizer": {"name": "adam", "learning_rate": 0.02, "beta1": 0.5}}),
        (30, None, {"optimizer": {"name": "adamw", "learning_rate": 0.02}}),
        (40, None, {"optimizer": {"name": "adamw", "learning_rate": 0.02, "beta2": 0.9}}),
    ],
    "another rate and other penalties": [
        (30, None, {"optimizer": {"name": "momentum", "learning_rate": 0.02, "momentum": 0.5}}),
        (31, None, {"regularization": {"l1": 1e-4, "l2": 1e-3}}),
    ],
    "another batch size within an epoch": [
        (17, None, {"training": {"batch_size": 33, "sampling": "epochs"}})
    ],
    "other sampling": [(17, None, {"training": {"sampling": "with_replacement"}})],
    "no dropout from the start": [(0, None, {"network": WITHOUT_DROPOUT})],
    "another seed": [(10, 7, {}), (33, 8, {"training": {"batch_size": 5}})],
    "a schedule, clipping and more iterations": [
        (0, None, {"training": {"schedule": {"name": "cosine", "warm_up": 4}}}),
        (25, None, {"training": {"clip_norm": 0.5, "iterations": 90}}),
        (
            50,
            None,
            {"training": {"schedule": {"name": "step", "every": 10, "factor": 0.3}, "clip_value": 0.01}},
        ),
    ],
}


@pytest.mark.parametrize("name", FORKS)
def test_a_fork_gives_the_same_curve(name, tmp_path, forking):
    document: dict[str, Any] = {
        "network": DROPOUT if "dropout" in name else MLP,
        "dataset": {"name": "digits", "train_size": 200, "augment": {"noise": 0.1, "shift": 1}},
        "optimizer": {"name": "momentum", "learning_rate": 0.05},
        "training": {"iterations": 60, "batch_size": 20, "evaluate_every": 60, "sampling": "epochs"},
        "dtype": "float64",
    }
    config, stretches = ExperimentConfig.from_dict(document), []
    for until, seed, sections in FORKS[name]:
        stretches.append(Stretch(until, config, seed))
        complete = config.to_dict()
        changed = {
            key: part if "name" in part else {**complete[key], **part} for key, part in sections.items()
        }
        config = ExperimentConfig.from_dict({**complete, **changed})
    given = recording(config.to_dict())
    given.run["stretches"] = [stretch.to_dict() for stretch in stretches]
    forks_ahead = ForksAhead(stretches, config)
    trainer = forks_ahead.go_on(Trainer(forks_ahead.first))
    losses = []
    while advanced := trainer.advance():
        losses.append(advanced[0].values[1])
        trainer = forks_ahead.go_on(trainer)

    ((count, last),) = re.findall(r"iteration (60|90): loss ([\d.]+)", run_script(given, tmp_path, forking))
    assert int(count) == len(losses) == config.iterations
    assert float(last) == pytest.approx(losses[-1], abs=2e-6)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_first_iterations_are_the_engines(name, tmp_path, forking):
    document = {"name": name, **EXPERIMENTS[name]}
    document["training"] = {
        "iterations": 40,
        "batch_size": 20,
        "evaluate_every": 40,
        **document.get("training", {}),
    }
    *steps, evaluation = Trainer(ExperimentConfig.from_dict(document)).run()
    assert isinstance(evaluation, EvaluationMetrics)

    said = run_script(recording(document), tmp_path, forking)

    losses = [float(loss) for loss in re.findall(r"iteration [1-5]: loss ([\d.]+)", said)]
    assert losses == pytest.approx([step.loss for step in steps[:5] if step.stream == "train"], rel=2e-3)
    (accuracy,) = re.findall(r"iteration 40: test accuracy ([\d.]+)", said)
    assert float(accuracy) == pytest.approx(evaluation.test_accuracy, abs=0.05)
    validation = [float(accuracy) for accuracy in re.findall(r"validation accuracy ([\d.]+)", said)]
    wanted = [] if evaluation.validation_accuracy is None else [evaluation.validation_accuracy]
    assert validation == pytest.approx(wanted, abs=0.05)


def test_dropout_nadam_early_stopping_and_changes_by_hand_run_too_in_a_process_of_its_own(tmp_path):
    document = {
        "network": {"preset": "mlp", "hidden": [32], "dropout": 0.3, "batch_norm": True},
        "optimizer": {"name": "nadam", "learning_rate": 0.01},
        "training": {
            "iterations": 600,
            "batch_size": 50,
            "clip_value": 0.5,
            "early_stopping": {"metric": "validation_accuracy", "patience": 20},
        },
        "dataset": {"validation_size": 137},
    }
    given = recording(document)
    given.run["annotations"] = [
        {
            "kind": "live",
            "iteration": 100,
            "changes": {"dropout": [0.3, 0.1], "l2": [0.0, 1e-4], "learning_rate": [0.01, 0.02]},
        }
    ]

    write_script(given, tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "OMP_NUM_THREADS": "1"}
    result = subprocess.run(
        [PYTHON, "script.py"], capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=300
    )
    assert result.returncode == 0, result.stderr
    said = result.stdout

    accuracies = [float(found) for found in re.findall(r"test accuracy ([\d.]+)", said)]
    assert max(accuracies) > 0.9
