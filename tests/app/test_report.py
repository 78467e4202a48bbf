"""Writing a report: however many runs it compares, no piece of it blocks other threads for long."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from app.exports import report
from app.exports.names import name_of_runs
from app.exports.recording import Recording
from app.i18n import LANGUAGES, Messages
from app.rows import Rows
from engine import ExperimentConfig
from tests.support import made_once
from tests.support.experiments import QUICK
from tests.support.stored_runs import make_run

ROWS = 20_000
COLUMNS = {"train": ("iteration", "loss"), "evaluation": ("iteration", "train_accuracy", "test_accuracy")}
CONFIG = ExperimentConfig.from_dict(QUICK).to_dict()


class EveryText(dict):
    def __missing__(self, key):
        return f"<{key}>"


def run(number, name, config):
    return replace(make_run(f"a{number}", config, name=name, iterations=ROWS), number=number)


def recording(number):
    values = {
        stream: np.random.default_rng(number).random((len(names), ROWS), np.float32)
        for stream, names in COLUMNS.items()
    }

    def read(stream, first, limit):
        return Rows(COLUMNS[stream], first, values[stream][:, first : first + limit], [])

    return Recording(run(number, f"</script>{number}", CONFIG).view(), read)


def make(recordings, dash=None):
    curves = [report.curves(recording) for recording in recordings]
    return report.report(recordings, curves, EveryText(), "en", b"/* Plotly */", dash)


@pytest.mark.parametrize("dash", [None, "seed"])
def test_a_report_of_many_runs_is_written_run_by_run(monkeypatch, dash):
    lengths = []

    def watched(*values, dumps=json.dumps, **options):
        text = dumps(*values, **options)
        lengths.append(len(text))
        return text

    monkeypatch.setattr(json, "dumps", watched)
    recordings = [recording(number) for number in range(12)]
    page = "".join(make(recordings, dash))

    text = page.split('id="data">')[1].split("</script>")[0]
    assert max(lengths) < len(text) / 10
    data = json.loads(text)
    assert list(data) == ["runs", "hues", "dash", "texts"]
    assert [run["name"] for run in data["runs"]] == [f"</script>{number}" for number in range(12)]
    assert data["dash"] == (dash and {"label": "seed", "values": ["0"] * 12})


def test_a_report_shows_what_validation_images_measured_where_a_run_has_them():
    def shown(*runs):
        page = "".join(make(runs))
        data = json.loads(page.split('id="data">')[1].split("</script>")[0])
        has_curve = ["validation_accuracy" in run for run in data["runs"]]
        return has_curve, "table.validation" in page, "report.lines.validation" in page

    columns = (
        "iteration",
        "train_accuracy",
        "test_accuracy",
        "train_loss",
        "test_loss",
        "validation_accuracy",
    )
    values = np.random.default_rng(0).random((len(columns), 20), np.float32)
    plain = recording(0)

    def read(stream, first, limit):
        return Rows(columns, 0, values, []) if not first else None

    validated = Recording({**plain.run, "latest": {"validation_accuracy": 0.9876}}, read)
    assert shown(plain) == ([False], False, False)
    assert shown(plain, validated) == ([False, True], True, True)
    assert "98.76%" in "".join(make([validated]))


def test_a_report_comes_in_pieces():
    pieces = list(make([recording(number) for number in range(40)]))
    assert max(map(len, pieces)) < sum(map(len, pieces)) / 3
    assert "".join(pieces).endswith("</html>")


def runs_of(*numbers, lesson=None, **config):
    config = ExperimentConfig.from_dict({**QUICK, **config}).to_dict()
    return [replace(run(n, f"run {n}", config), lesson=lesson) for n in numbers]


@pytest.mark.parametrize(
    ("runs", "name"),
    [
        (runs_of(12), "run-012-run-12.csv"),
        (runs_of(1, 2, 3, lesson="2a-optimizers"), "lesson-2a-optimizers-runs-1-to-3.csv"),
        (runs_of(9, 4), "digits-runs-4-9.csv"),
        (runs_of(*range(1, 80, 2)), "digits-40-of-runs-1-to-79.csv"),
        (runs_of(1) + runs_of(2, dataset={"name": "spirals"}), "runs-1-to-2.csv"),
    ],
)
def test_a_file_is_named_after_the_runs_in_it(runs, name):
    assert name_of_runs([Recording(run.view(), lambda *_: None) for run in runs], "csv") == name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_has_a_lessons_title_and_question_a_legend_and_words_for_every_setting(language):
    texts = Messages().catalog(language)
    optimizers = ({"name": "sgd", "learning_rate": 0.1}, {"name": "adam", "learning_rate": 0.01})
    recordings = [
        Recording(runs_of(number, lesson="2a-optimizers", optimizer=optimizer)[0].view(), recording(0).read)
        for number, optimizer in enumerate(optimizers, 1)
    ]
    curves = [report.curves(recording) for recording in recordings]
    lessons = made_once.lessons()
    page = "".join(report.report(recordings, curves, texts, language, b"", "optimizer.name", lessons))
    lesson = lessons["2a-optimizers"]
    assert f"<h1>2a · {lesson.title[language]}</h1>" in page
    assert lesson.question[language] in page
    assert page.count('<ul class="legend">') == 2
    words = page.split("</style>")[1].split('id="data"')[0]
    for label in ("optimizer.name", "optimizer.learning_rate", "seed", "training.batch_size"):
        assert texts[label] in words
    assert {"SGD", "Adam"} <= set(re.findall(r"<td>([^<]*)</td>", words))
    assert re.findall(r"\b(?:optimizer|training|network|regularization|dataset)\.\w+", words) == []
