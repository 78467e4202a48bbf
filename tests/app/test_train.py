"""`lossroom train`, as a process of its own."""

import csv
import json
import re
import signal
import subprocess

import numpy as np
import pytest

from engine import ExperimentConfig, Trainer
from tests.support import commands
from tests.support.commands import LOSSROOM
from tests.support.events import steps_of
from tests.support.experiments import QUICK


@pytest.fixture
def train(tmp_path):
    def train(*arguments, config=QUICK, as_installed=False):
        path = tmp_path / "experiment.json"
        path.write_text(json.dumps(config), "utf-8")
        command = ["train", "--config", str(path), "--state-dir", str(tmp_path / "state"), *arguments]
        if as_installed:
            return subprocess.run([LOSSROOM, *command], capture_output=True, text=True, timeout=60)
        return commands.run(*command)

    return train


def read_rows(out):
    """What `--out` wrote of the metrics: rows by column."""
    return list(csv.DictReader((out / "metrics.csv").read_text("utf-8").splitlines()))


def test_a_json_line_for_each_event(train):
    done = train("--json")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]

    assert [events[0]["event"], events[-1]["event"]] == ["start", "end"]
    assert [event["iteration"] for event in events if event["event"] == "train"] == list(range(1, 201))
    assert [event["iteration"] for event in events if event["event"] == "evaluation"] == list(
        range(20, 201, 20)
    )
    assert events[-1]["ending"] == "completed"


def test_formulas_train_the_same_curve_up_to_rounding(train):
    config = {**QUICK, "dtype": "float64", "training": {**QUICK["training"], "iterations": 60}}
    losses = {}
    for arguments in ((), ("--plain",)):
        done = train("--json", *arguments, config=config)
        assert done.returncode == 0, done.stderr
        events = [json.loads(line) for line in done.stdout.splitlines()]
        losses[arguments] = [event["loss"] for event in events if event["event"] == "train"]
    fast, plain = losses.values()
    assert len(fast) == 60
    assert fast != plain  # other code: the last bits differ
    np.testing.assert_allclose(fast, plain, rtol=1e-8)


def test_set_changes_the_experiment(train):
    done = train(
        "--json", "--set", "optimizer.name=adam", "--set", "training.iterations=3", "--set", "seed=9"
    )
    config = json.loads(done.stdout.splitlines()[0])["config"]

    assert config["optimizer"]["name"] == "adam"
    assert config["optimizer"]["learning_rate"] == 0.1
    assert config["training"]["iterations"] == 3
    assert config["seed"] == 9


def test_another_name_of_the_experiment_leaves_all_else_as_it_is(train):
    documents = [
        json.loads(train("--json", "--set", f"name={name}").stdout.splitlines()[0])["config"]
        for name in ("a", "b")
    ]
    assert [document.pop("name") for document in documents] == ["a", "b"]
    assert documents[0] == documents[1]
    assert documents[0]["optimizer"] == {**documents[0]["optimizer"], **QUICK["optimizer"]}


def test_set_reaches_places_of_lists(train):
    layers = [
        {"type": "dense", "units": 20},
        {
            "type": "residual",
            "layers": [{"type": "dense", "units": 20}, {"type": "activation", "name": "relu"}],
        },
        {"type": "dense", "units": 10},
    ]
    units = ("--set", "network.layers.0.units=50", "--set", "network.layers.1.layers.0.units=50")
    name = ("--set", "network.layers.1.layers.1.name=tanh", "--set", "training.iterations=2", "--json")
    done = train(*units, *name, config={**QUICK, "network": {"layers": layers}})
    assert done.returncode == 0, done.stderr
    trained = json.loads(done.stdout.splitlines()[0])["config"]["network"]["layers"]
    assert [trained[0]["units"], trained[1]["layers"][0]["units"], trained[1]["layers"][1]["name"]] == [
        50,
        50,
        "tanh",
    ]

    network = {"preset": "mlp", "hidden": [40, 20]}
    done = train("--set", "network.hidden.1=12", *name[2:], config={**QUICK, "network": network})
    trained = json.loads(done.stdout.splitlines()[0])["config"]["network"]["layers"]
    assert [layer["units"] for layer in trained if layer["type"] == "dense"] == [40, 12, 10]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("network.hidden.1=10", "network.hidden is a list with positions 0 to 0, not 1"),
        ("network.hidden.-1=10", "network.hidden is a list with positions 0 to 0, not -1"),
        ("network.hidden.first=10", "network.hidden is a list with positions 0 to 0, not first"),
        ("network.hidden.0.units=10", "network.hidden.0 is not a section"),
        ("network.layers.0.units=10", "there is no list network.layers in the experiment"),
    ],
)
def test_a_missing_place_in_a_list_is_named(train, change, words):
    done = train("--set", change)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_out_holds_the_running_statistics_of_batch_norm(train, tmp_path):
    out = tmp_path / "out"
    network = {"preset": "mlp", "hidden": [16], "batch_norm": True}
    done = train("--out", str(out), config={**QUICK, "network": network})
    assert done.returncode == 0, done.stderr
    trainer = Trainer(ExperimentConfig.from_dict(json.loads((out / "config.json").read_text("utf-8"))))
    with np.load(out / "weights.npz", allow_pickle=False) as weights:
        assert {"2.running_mean", "2.running_variance"} < weights.keys()
        for arrays in (trainer.network.parameters, trainer.network.running):
            for name, array in arrays.items():
                array[...] = weights[name]
    rows = read_rows(out)
    assert trainer.evaluate().test_loss == pytest.approx(float(rows[-1]["test_loss"]), rel=1e-5)


def test_after_early_stopping_table_rows_and_weights_are_those_of_the_best_iteration(train, lab, tmp_path):
    stopping = {"metric": "validation_loss", "patience": 3}
    config = {
        **QUICK,
        "dataset": {"name": "digits", "train_size": 40, "validation_size": 300},
        "optimizer": {"name": "adam", "learning_rate": 0.02},
        "training": {"iterations": 2000, "batch_size": 32, "evaluate_every": 20, "early_stopping": stopping},
    }
    out = tmp_path / "out"
    events = [json.loads(line) for line in train("--json", config=config).stdout.splitlines()]
    *evaluations, last = [event for event in events if event["event"] == "evaluation"]
    best = min(evaluations, key=lambda event: event["validation_loss"])
    assert last["validation_loss"] == best["validation_loss"]
    assert last["iteration"] == evaluations[-1]["iteration"] > best["iteration"]
    assert f"best at iteration {best['iteration']:,}" in events[-1]["ending"]
    assert "were restored" in events[-1]["ending"]

    done = train("--out", str(out), config=config)
    assert re.search(r"train.*validation.*test", done.stdout)
    for part in ("validation", "test"):
        assert f"{100 * last[f'{part}_accuracy']:.1f} %" in done.stdout
    rows = read_rows(out)
    assert float(rows[-1]["validation_loss"]) == last["validation_loss"]
    trainer = Trainer(ExperimentConfig.from_dict(config))
    with np.load(out / "weights.npz", allow_pickle=False) as weights:
        for name, view in trainer.network.parameters.items():
            view[...] = weights[name]
    assert trainer.evaluate().test_loss == pytest.approx(best["test_loss"], rel=1e-5)

    run = lab.wait_for(lab.launch(**config)["id"], "completed")
    assert run["reason"] == events[-1]["ending"]
    for part in ("validation", "test"):
        assert run["latest"][f"{part}_accuracy"] == pytest.approx(last[f"{part}_accuracy"])
    lines = lab.http.get(f"/api/runs/{run['id']}/export.csv").content.decode("utf-8-sig").splitlines()
    assert float(list(csv.DictReader(lines))[-1]["test_loss"]) == pytest.approx(last["test_loss"], rel=1e-6)
    document = lab.http.get(f"/api/exports/json?runs={run['id']}").content
    imported = lab.http.post("/api/imports", content=document, headers={"Content-Type": "application/json"})
    assert imported.status_code == 201, imported.text


def test_out_holds_weights_metrics_and_a_config_that_trains_the_same(train, tmp_path):
    out = tmp_path / "out"
    done = train("--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "completed" in done.stdout

    trainer = Trainer(ExperimentConfig.from_dict(json.loads((out / "config.json").read_text("utf-8"))))
    losses = [step.loss for step in steps_of(trainer)]

    with np.load(out / "weights.npz", allow_pickle=False) as weights:
        assert weights.keys() == trainer.network.parameters.keys()
        assert all(weights[name].shape == view.shape for name, view in trainer.network.parameters.items())
    rows = read_rows(out)
    np.testing.assert_allclose([float(row["loss"]) for row in rows], losses, rtol=1e-4)
    assert [row["iteration"] for row in rows if row["test_accuracy"]] == [str(i) for i in range(20, 201, 20)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "training.iterations=0"], "training.iterations must be a whole number at least 1"),
        (["--set", "regularization.l1=0,1"], "regularization.l1 must be a number at least 0"),
        (["--set", "optimizer.learning_rate=−0.1"], "optimizer.learning_rate must be a number"),
        (["--set", "training.batch_size=32,128"], "training.batch_size must be a whole number"),
        (["--set", "optimizer.name=magic"], "optimizer.name must be one of"),
        (["--set", "nonsense"], "--set takes key=value"),
        (["--set", "seed.x=1"], "seed"),
        (["--set", "dataset.name=mnist", "--data-dir", "/nowhere"], "mnist is not there"),
        (["--set", "0=1"], "there is no"),
    ],
)
def test_a_mistake_is_one_clear_line_and_status_2(train, arguments, words):
    done = train(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_the_memory_of_a_run_is_bounded_by_a_setting(train, monkeypatch):
    monkeypatch.setenv("LOSSROOM_MAX_MEMORY_BYTES", "5000000")
    done = train("--set", "training.batch_size=5000")
    assert done.returncode == 2
    assert "bytes of memory; at most 5,000,000 are allowed" in done.stderr
    assert train("--set", "training.iterations=1").returncode == 0


@pytest.mark.parametrize("text", ["{", "[]", "3"])
def test_a_file_that_is_not_an_experiment_is_status_2(tmp_path, text):
    path = tmp_path / "experiment.json"
    path.write_text(text)
    done = commands.run("train", "--config", path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_an_unknown_lesson_is_status_2_and_names_those_that_are():
    done = commands.run("train", "--lesson", "9z")
    assert done.returncode == 2
    assert "2a-optimizers" in done.stderr


def test_a_lesson_is_trained_on_the_digits_if_its_data_set_is_missing(tmp_path):
    folders = ["--data-dir", tmp_path / "none", "--state-dir", tmp_path]
    done = commands.run("train", "--lesson", "2a-optimizers", "--set", "training.iterations=5", *folders)
    assert done.returncode == 0
    assert "on the digits" in done.stderr
    assert [name for name in ("SGD", "Momentum", "Adam") if name in done.stdout] == [
        "SGD",
        "Momentum",
        "Adam",
    ]


def test_a_lesson_about_one_data_set_is_not_trained_on_another():
    done = commands.run("train", "--lesson", "6-cifar", "--data", "digits")
    assert done.returncode == 2
    assert "can only be trained on cifar10" in done.stderr


def test_a_divergence_says_where_and_why(train):
    done = train("--json", "--set", "optimizer.learning_rate=100", "--set", "regularization.l2=1")
    assert done.returncode == 3
    ending = json.loads(done.stdout.splitlines()[-1])["ending"]
    assert "diverged at iteration" in ending
    assert "the learning rate 100 times l2 1 is above 2" in ending


def test_a_dead_network_is_named_in_the_ending(train):
    changes = ("optimizer.learning_rate=10", "network.preset=mlp", "network.hidden=[40,20]")
    done = train("--json", *(part for change in changes for part in ("--set", change)))
    assert done.returncode == 0, done.stderr
    ending = json.loads(done.stdout.splitlines()[-1])["ending"]
    assert ending.startswith("completed, but the network is dead: from iteration ")


def test_an_interrupt_ends_cleanly_with_what_was_reached(tmp_path):
    path = tmp_path / "experiment.json"
    path.write_text(json.dumps({**QUICK, "training": {"iterations": 10_000_000}}))
    out = tmp_path / "out"
    with subprocess.Popen(
        [LOSSROOM, "train", "--config", str(path), "--json", "--out", str(out)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for _ in range(50):
            process.stdout.readline()

        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()  # `communicate` would lose what `readline` has buffered
        process.wait(timeout=60)

    assert process.returncode == 130
    assert "interrupted after" in json.loads(rest.splitlines()[-1])["ending"]
    assert len((out / "metrics.csv").read_text().splitlines()) > 40
    assert (out / "weights.npz").exists()
    *_, measured, ending = [json.loads(line) for line in rest.splitlines()]
    assert f"interrupted after {measured['iteration']:,} of" in ending["ending"]
    assert measured["event"] == "evaluation"  # of what was reached


def test_an_interrupt_ends_a_lesson_and_begins_no_other_run(tmp_path):
    out = tmp_path / "out"
    lesson = [
        "--lesson",
        "2a-optimizers",
        "--set",
        "training.iterations=1000000",
        "--data-dir",
        str(tmp_path),
    ]
    folders = ["--state-dir", str(tmp_path / "state"), "--out", str(out)]
    with subprocess.Popen(
        [LOSSROOM, "train", *lesson, *folders, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        for _ in range(20):
            process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, errors = process.stdout.read(), process.stderr.read()
        process.wait(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert json.loads(rest.splitlines()[-1])["event"] == "end"
    assert len(list(out.iterdir())) == 1


def test_the_terminal_trains_the_same_curve_as_the_lab(train, lab, tmp_path):
    out = tmp_path / "out"
    assert train("--out", str(out)).returncode == 0
    run = lab.launch()
    lab.wait_for(run["id"], "completed")

    columns, stored = lab.stored_rows(run["id"])
    rows = read_rows(out)
    np.testing.assert_array_equal(
        np.array([row["loss"] for row in rows], np.float32), stored[:, columns.index("loss")]
    )


def test_neither_the_terminal_nor_a_worker_takes_the_threads_that_the_environment_names(
    train, make_lab, tmp_path, monkeypatch
):
    config = {
        **QUICK,
        "network": {"preset": "mlp", "hidden": [301, 299]},
        "training": {"iterations": 5, "batch_size": 501, "evaluate_every": 5},
    }
    expected = [step.loss for step in steps_of(Trainer(ExperimentConfig.from_dict(config)))]
    two = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "2")
    for name, value in two.items():
        monkeypatch.setenv(name, value)

    out = tmp_path / "out"
    assert train("--out", str(out), config=config, as_installed=True).returncode == 0
    rows = read_rows(out)
    assert [float(row["loss"]) for row in rows] == expected

    lab = make_lab(**two)
    run = lab.launch(**config)
    lab.wait_for(run["id"], "completed")
    columns, stored = lab.stored_rows(run["id"])
    np.testing.assert_array_equal(np.array(expected, np.float32), stored[:, columns.index("loss")])
