"""`lossroom look` and `lossroom summary`, run as processes of their own."""

import json
import os
import re

import numpy as np
import pytest

from engine import ExperimentConfig, datasets, load_dataset
from engine.datasets import own
from engine.summary import summarize
from tests.support import commands, made_once
from tests.support.experiments import QUICK
from tests.support.folders import find_data_dir

COLOURS = {"FORCE_COLOR": "1", "COLORTERM": "truecolor", "TERM": "xterm-256color"}
#: A half-block character: its foreground is the upper pixel, its background the lower one.
CELL = re.compile(r"\x1b\[38;2;(\d+);(\d+);(\d+);48;2;(\d+);(\d+);(\d+)m(▀+)\x1b\[0m")


@pytest.fixture
def run(tmp_path):
    def run(*arguments, columns=80, **environment):
        plain = {name: value for name, value in os.environ.items() if name not in (*COLOURS, "NO_COLOR")}
        folder = {"COLUMNS": str(columns), "LOSSROOM_STATE_DIR": str(tmp_path / "state")}
        return commands.run(*arguments, environment={**plain, **folder, **environment})

    return run


def rgb(line):
    """The colours of a printed line, (columns, 2, 3): for each column the upper and the lower pixel."""
    cells = [
        np.reshape([int(value) for value in match.groups()[:6]], (2, 3))
        for match in CELL.finditer(line)
        for _ in match.group(7)
    ]
    return np.array(cells).reshape(-1, 2, 3)


def test_images_are_half_blocks_in_the_colours_of_their_pixels(run):
    done = run("look", "digits", "--part", "train", "--first", "7", "--count", "20", **COLOURS)
    assert done.returncode == 0, done.stderr

    seen = datasets.sample(load_dataset("digits"), part="train", first=7, count=20)
    lines = [rgb(line) for line in done.stdout.splitlines() if "▀" in line]
    row = np.stack(lines[:4])  # four lines of text are eight pixels
    columns = row.shape[1] // 8
    assert columns == 9  # of 9 characters each, in 80
    shown = row.transpose(1, 0, 2, 3).reshape(columns, 8, 8, 3)  # image, x, y, channel
    np.testing.assert_array_equal(shown[..., 0].transpose(0, 2, 1), seen.values[:columns, 0])
    assert len(lines) == 4 * 3

    names = [re.sub(r"\x1b\[[\d;]*m", "", line).split() for line in done.stdout.splitlines()]
    assert [str(label) for label in seen.labels[:9]] in names


@pytest.mark.parametrize("columns", [60, 100])
def test_the_grid_fits_the_terminal_also_without_colours(run, columns):
    done = run("look", "digits", columns=columns)
    lines = done.stdout.splitlines()

    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert columns - 9 <= max(map(len, lines)) <= columns
    assert "360" in lines[0]


def test_images_of_one_row_are_not_halved_until_nothing_is_left(run, tmp_path):
    images = np.full((2, 1, 1, 128), 255, np.uint8)
    labels = np.array([0, 1])
    arrays = own.Arrays(train_images=images, train_labels=labels, test_images=images, test_labels=labels)
    about = own.About(
        shape=(1, 1, 128),
        class_names=("oak", "elm"),
        train_size=2,
        test_size=2,
        origin="npz",
        digest=own.digest_of(arrays, ("oak", "elm"), ()),
    )
    own.write_card(own.write(tmp_path / "state" / "own-data", about, arrays), own.Card(title="Lines"))
    done = run("look", "Lines")
    assert done.returncode == 0, done.stderr
    assert "@" * 60 in done.stdout


def test_points_are_drawn_at_their_places_as_letters_of_their_classes(run):
    done = run("look", "blobs")  # a cloud in each corner
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()

    corners = {"A": (1, 1), "B": (-1, 1), "C": (-1, -1), "D": (1, -1)}
    drawn = [(x, y, c) for y, line in enumerate(lines[1:33]) for x, c in enumerate(line) if c in corners]
    for name, (right, up) in corners.items():
        x, y = np.mean([(x - 30, 16 - y) for x, y, c in drawn if c == name], axis=0)
        assert x * right > 5
        assert y * up > 3
    counts = np.bincount(load_dataset("blobs").test_labels)
    assert lines[-2].split() == [part for pair in zip("ABCD", map(str, counts), strict=True) for part in pair]


def test_lesson_6b_is_shown_by_one_command(run):
    data_dir = find_data_dir()
    if data_dir is None or not datasets.status("cifar10", data_dir)["available"]:
        pytest.skip("no CIFAR-10 files on this machine")
    done = run("look", "--lesson", "6b-look-at-the-data", LOSSROOM_DATA_DIR=str(data_dir), columns=120)

    assert done.returncode == 0, done.stderr
    words = done.stdout.split()
    seen = datasets.sample(load_dataset("cifar10", data_dir=data_dir))
    for label, name in enumerate(datasets.source("cifar10").class_names):
        assert words.count(name) == (seen.labels == label).sum()
    assert "3,686,912" in done.stdout
    assert "99.6 %" in done.stdout


def test_the_images_that_a_lesson_keeps_back_can_be_looked_at(run):
    data_dir = find_data_dir()
    if data_dir is None or not datasets.status("mnist", data_dir)["available"]:
        pytest.skip("no MNIST files on this machine")
    arguments = ("look", "--lesson", "3e-choosing", "--part", "validation", "--first", "7", "--count", "4")
    done = run(*arguments, LOSSROOM_DATA_DIR=str(data_dir), **COLOURS)
    assert done.returncode == 0, done.stderr
    assert "validation  7 to 10 of 200" in done.stdout
    # the lesson trains on the first 300
    seen = datasets.sample(load_dataset("mnist", data_dir=data_dir), part="train", first=307, count=4)
    shown = [line.split() for line in re.sub(r"\x1b\[[\d;]*m", "", done.stdout).splitlines()]
    assert [str(label) for label in seen.labels] in shown


def test_the_summary_has_every_layer_and_the_totals(run, tmp_path):
    path = tmp_path / "experiment.json"
    path.write_text(json.dumps(QUICK), "utf-8")
    done = run("summary", "--config", str(path), "--set", "network.hidden=[30,20]")
    assert done.returncode == 0, done.stderr

    network = {"preset": "mlp", "hidden": [30, 20]}
    made = summarize(ExperimentConfig.from_dict({**QUICK, "network": network}))
    rows = [line.replace("│", " ").split() for line in done.stdout.splitlines()]
    dense = [row for row in made.layers if row.type == "dense"]
    assert [row[-3:] for row in rows if "dense" in row] == [
        [str(row.output_shape[0]), f"{row.parameters:,}", f"{row.multiply_adds:,}"] for row in dense
    ]
    assert ["total", f"{made.parameters:,}", f"{made.multiply_adds:,}"] in rows
    assert "MB" in done.stdout


def test_a_network_that_several_runs_share_is_summarized_once(run):
    done = run("summary", "--lesson", "6-cifar", columns=120)
    assert done.returncode == 0, done.stderr
    assert "base" in done.stdout
    assert "batch_norm" in done.stdout

    done = run("summary", "--lesson", "2a-optimizers", columns=120)
    assert done.stdout.count("total") == 1
    configs = made_once.lessons()["2a-optimizers"].configs()
    assert ", ".join(config.name for config in configs) in done.stdout


def test_the_memory_in_a_summary_is_that_of_the_run_that_needs_most(run):
    done = run("summary", "--lesson", "3d-more-data", columns=120)
    needs = [summarize(config).memory_bytes for config in made_once.lessons()["3d-more-data"].configs()]
    assert min(needs) < max(needs)
    assert f"one run needs at most about {max(needs) / 1e6:,.0f} MB" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("look", "butterflies"), "there is no data set 'butterflies'"),
        (("look", "imagenet"), "there is no data set 'imagenet'"),
        (("look", "cifar10"), "`lossroom fetch cifar10` gets it"),
        (("look", "digits", "--count", "0"), "count must be"),
        (("look", "digits", "--first", "360"), "first must be"),
        (("look", "digits", "--part", "validation"), "--part validation needs the --lesson"),
        (("look", "--lesson", "9z"), "there is no lesson '9z'"),
        (("summary", "--lesson", "9z"), "there is no lesson '9z'"),
        (("summary", "--config", "nowhere.json"), "nowhere.json cannot be read"),
        (("summary", "--lesson", "6-cifar", "--set", "network.units=0"), "network.units"),
        (("train", "--lesson", "6b-look-at-the-data"), "`lossroom look --lesson 6b-look-at-the-data`"),
    ],
)
def test_a_mistake_is_reported_in_one_line_with_exit_status_2(run, tmp_path, arguments, said):
    done = run(*arguments, LOSSROOM_DATA_DIR=str(tmp_path))

    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.startswith("lossroom: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_an_own_table_is_shown_by_its_title_in_its_own_units(run, tmp_path):
    rows = np.array([[-1, 1, 0], [1, -1, 2]], np.float32)
    labels = np.array([0, 1])
    arrays = own.Arrays(train_images=rows, train_labels=labels, test_images=rows, test_labels=labels)
    about = own.About(
        shape=(3,),
        class_names=("oak", "elm"),
        columns=("width", "height", "leaves"),
        units=((3.0, 1.0), (50.0, 20.0), (5.0, 0.0)),  # the last column was the same in all training examples
        train_size=2,
        test_size=2,
        origin="csv",
        digest=own.digest_of(arrays, ("oak", "elm"), ("width", "height", "leaves")),
    )
    own.write_card(own.write(tmp_path / "state" / "own-data", about, arrays), own.Card(title="Leaves"))
    done = run("look", "Leaves")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["width", "height", "leaves"] in lines
    assert ["2", "70", "5", "oak"] in lines
    assert ["4", "30", "7", "elm"] in lines
    unknown = run("look", "Trees")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)
    assert "Leaves" in unknown.stderr
