"""A script that trains a run again with `engine`: the same curve, bit for bit."""

from __future__ import annotations

from pprint import pformat
from string import Template
from typing import Any

from app.exports.recording import Recording
from app.texts import file_name
from app.trainings import changed_values

_SCRIPT = Template('''\
"""Trains one run of a Lossroom again, with the same engine: the same curve, bit for bit.

    python THIS_FILE [curve.csv]

needs the Lossroom package. Data sets other than the digits and the 2-D points lie in the folder that
LOSSROOM_DATA_DIR names (`lossroom fetch mnist` gets them).$data_note
"""

import csv
import os
import sys
from pathlib import Path

from engine import ExperimentConfig, Trainer
$imports
EXPERIMENT = $experiment

$stretches$changes# What was recorded when this file was made: the last measured values.
RECORDED = $recorded


def main():
    data_dir = Path(os.environ.get("LOSSROOM_DATA_DIR", "data"))
$own_data    config = ExperimentConfig.from_dict(EXPERIMENT, stored=True)
$begin    rows = []
    while True:
$fork        $apply
        events = trainer.advance()
        if not events:
            break
        for event in events:
            if event.stream == "train":
                rows.append(event.values)
            else:
                print(f"iteration {event.iteration:,}: $accuracies")
    if trainer.divergence is not None:
        print(f"diverged at iteration {trainer.divergence.iteration:,}")
    if len(sys.argv) > 1:
        with open(sys.argv[1], "w", newline="") as file:
            csv.writer(file).writerows([trainer.columns["train"], *rows])
    print("recorded then:", RECORDED)


if __name__ == "__main__":
    main()
''')

_DATA_NOTE = Template("""

The run's own data set lies beside this file, in $file: the lab offers that file in its list of data sets.""")
_OWN_DATA = """\
    own_npz.load(Path(__file__).with_name(DATA))
"""
_BEGIN = "    trainer = Trainer(config, data_dir=data_dir)\n"
_STRETCHES = Template("""\
# What was trained before each fork, and up to which iteration. After the last fork, EXPERIMENT is trained.
STRETCHES = $stretches

""")
_FORK_IMPORTS = "from engine.forks_ahead import ForksAhead\nfrom engine.stretches import parse_stretches\n"
_FORK_BEGIN = """\
    forks_ahead = ForksAhead(parse_stretches(STRETCHES, config), config, data_dir=data_dir)
    trainer = Trainer(forks_ahead.first, data_dir=data_dir)
"""
_FORK = """\
        trainer = forks_ahead.go_on(trainer)
"""
_CHANGES = Template("""\
# Changed by hand while the run went on: the last iteration before it → the new values.
CHANGES = $changes

""")


def script(recording: Recording) -> str:
    """Python source. Whatever comes from the run enters it as a Python literal, never as code."""
    changes = live_changes(recording.run["annotations"])
    stretches = recording.run["stretches"]
    file = data_file(recording)
    return _SCRIPT.substitute(
        experiment=literal(recording.config),
        stretches=_STRETCHES.substitute(stretches=literal(stretches)) if stretches else "",
        imports=("from engine.datasets import own_npz\n" if file else "")
        + (_FORK_IMPORTS if stretches else "")
        + (f"\nDATA = {literal(file)}\n" if file else ""),
        data_note=_DATA_NOTE.substitute(file=literal(file)) if file else "",
        own_data=_OWN_DATA if file else "",
        begin=_FORK_BEGIN if stretches else _BEGIN,
        fork=_FORK if stretches else "",
        changes=_CHANGES.substitute(changes=literal(changes)) if changes else "",
        apply=(
            "trainer.set_live(**CHANGES.get(trainer.iteration, {}))"
            if changes
            else "# one iteration: its metrics, and its evaluation where one is due"
        ),
        accuracies=", ".join(
            f"{part} accuracy {{event.{part}_accuracy:.2%}}"
            for part in _measured(recording.config["dataset"])
        ),
        recorded=literal(recording.run["latest"]),
    )


def data_file(recording: Recording) -> str | None:
    """The name of the file that the lab offers the reader of the run's own data set; None: it is on one of the catalog,
    or on one of which nothing is known."""
    return f"{file_name(recording.data_title)}.npz" if recording.data_title else None


def _measured(dataset: dict[str, Any]) -> list[str]:
    """The parts of the data set whose accuracies are printed."""
    fold = dataset["fold"] or {}
    validates = fold.get("part") == "validation"
    parts = ["test"] if dataset["test_size"] != 0 or (fold and not validates) else []
    return [*parts, *(["validation"] if dataset.get("validation_size") or validates else [])] or ["train"]


def literal(value: Any) -> str:
    """Python source of JSON-like data, in ASCII: a name can hold anything, and stays a name."""
    return pformat(value, sort_dicts=False, width=100).encode("ascii", "backslashreplace").decode("ascii")


def live_changes(annotations: list[dict[str, Any]]) -> dict[int, dict[str, float]]:
    """Iteration → values as `Trainer.set_live` takes them; later changes at one iteration win."""
    changes: dict[int, dict[str, float]] = {}
    for annotation in annotations:
        if annotation["kind"] == "live":
            changes.setdefault(int(annotation["iteration"]), {}).update(changed_values(annotation))
    return changes
