"""The report's making: however many runs it compares, none of its pieces holds other threads up for long."""

import json

import numpy as np
import pytest

from app.exports import report
from app.exports.recording import Recording
from app.rows import Rows
from app.runs import Run
from engine import ExperimentConfig
from tests.support.experiments import QUICK

ROWS = 20_000
COLUMNS = {"train": ("iteration", "loss"), "evaluation": ("iteration", "train_accuracy", "test_accuracy")}
CONFIG = ExperimentConfig.from_dict(QUICK).to_dict()


class EveryText(dict):
    def __missing__(self, key):
        return f"<{key}>"


def recording(number):
    values = {
        stream: np.random.default_rng(number).random((len(names), ROWS), np.float32)
        for stream, names in COLUMNS.items()
    }

    def read(run_id, stream, first, limit):
        return Rows(COLUMNS[stream], first, values[stream][:, first : first + limit], [])

    return Recording(Run(f"a{number}", number, f"</script>{number}", CONFIG, ROWS, 1.0).view(), read)


def make(recordings, dash=None):
    curves = [report.curves(one) for one in recordings]
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
    assert data["dash"] == (dash and {"field": dash, "values": ["0"] * 12})


def test_a_report_comes_in_pieces():
    pieces = list(make([recording(number) for number in range(40)]))
    assert max(map(len, pieces)) < sum(map(len, pieces)) / 3
    assert "".join(pieces).endswith("</html>")
