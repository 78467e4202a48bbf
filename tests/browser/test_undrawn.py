"""The chart and the report say how many values a logarithmic axis cannot show."""

import pytest
from playwright.sync_api import expect

from engine import ExperimentConfig
from tests.support.experiments import QUICK

#: A network that classifies all its images perfectly may have a loss of 0. A logarithmic axis cannot show these five.
LOSSES = [2.0, 1.0, 0.5, 0.0, 0.1, 0.0, 0.01, 0.0, 0.0, 0.0]


@pytest.fixture
def run_id(lab):
    """A run with these losses."""
    config = ExperimentConfig.from_dict({**QUICK, "training": {"iterations": 10}}).to_dict()
    rows = [[iteration, loss, 1.0] for iteration, loss in enumerate(LOSSES, 1)]
    run = {
        "name": "perfect", "status": "completed", "config": config,
        "created_at": 1.0, "started_at": 2.0, "finished_at": 3.0,
        "streams": {"train": {"columns": ["iteration", "loss", "accuracy"], "data": rows}},
    }  # fmt: skip
    (imported,) = lab.http.post("/api/imports", json={"lossroom": 1, "runs": [run]}).json()["runs"]
    yield imported["id"]
    lab.http.delete(f"/api/runs/{imported['id']}")


@pytest.mark.parametrize(
    ("locale", "text", "smoothing"),
    [("en-US", "values of 0 or less (5)", "0"), ("ja-JP", "0 以下の値は描けません（5 個）", "0.6")],
)
def test_a_chart_says_how_many_values_a_log_scale_cannot_draw(
    open_page, lab, run_id, locale, text, smoothing
):
    """The measured values are counted, whether the curve is smoothed or not."""
    page = open_page(lab, locale=locale)
    page.open(f"/#charts=loss:smooth={smoothing},accuracy")
    page.until("document.getElementById('chart-loss').data?.length > 0")
    undrawn = page.page.locator('[data-chart="loss"] .undrawn')
    expect(undrawn).to_be_hidden()
    page.page.click('[data-chart="loss"] [data-option="logY"]')
    expect(undrawn).to_contain_text(text)
    page.page.click('[data-chart="loss"] [data-option="logY"]')
    expect(undrawn).to_be_hidden()


def test_a_report_says_how_many_values_a_log_scale_cannot_draw(open_page, lab, run_id, tmp_path):
    path = tmp_path / "report.html"
    path.write_bytes(lab.http.get(f"/api/runs/{run_id}/export.html?lang=en").content)
    page = open_page(lab, reused=False, opened=False)
    page.page.goto(path.as_uri())
    expect(page.page.locator("#undrawn")).to_be_hidden()
    page.page.check("#log")
    expect(page.page.locator("#undrawn")).to_contain_text("values of 0 or less (5)")
