"""Curves that stand for several runs: their mean and spread, over seeds or by a field."""

import numpy as np
import pytest

from tests.browser.accessibility import violations
from tests.support.experiments import STEADY


@pytest.fixture
def page(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    page.page.select_option("#band-spread", "std")
    return page


def figure(page, chart="accuracy"):
    """Series → its traces' (x, y), in the order in which they are drawn."""
    traces = page.page.evaluate(
        f"document.getElementById('chart-{chart}').data.map(t => [t.meta.series, [...t.x], [...t.y]])"
    )
    found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for series, x, y in traces:
        found.setdefault(series, []).append((np.array(x, float), np.array(y, float)))
    return found


def wait_for_groups(page, count, series="test_accuracy-mean", chart="accuracy"):
    page.until(
        f"(document.getElementById('chart-{chart}').data ?? [])"
        f".filter(t => t.meta.series === '{series}').length === {count}"
    )


def accuracies(lab, ids):
    """Test accuracies as they are stored, (runs, evaluations)."""
    rows = []
    for run_id in ids:
        columns, values = lab.stored_rows(run_id, "evaluation")
        rows.append(values[:, columns.index("test_accuracy")])
    return np.array(rows, np.float64)


def test_lowest_and_highest_bound_the_band_and_hovering_tells_them_with_the_number_of_runs(
    page, lab_with_runs
):
    page.page.select_option("#band-spread", "range")
    stored = accuracies(lab_with_runs, lab_with_runs.ids[:3])
    page.until(
        "(() => { const band = document.getElementById('chart-accuracy').data.find(t => t.meta.series ==="
        f" 'test_accuracy-band'); return band && Math.abs(band.y[0] - {stored[:, 0].max()}) < 1e-9"
        f" && Math.abs(band.y.at(-1) - {stored[:, 0].min()}) < 1e-9; }})()"
    )
    page.page.focus("#chart-accuracy")
    page.page.keyboard.press("Home")
    page.until("!document.querySelector('.hover-box').hidden")
    said = page.page.inner_text(".hover-box")
    assert "n = 3" in said
    assert f"{100 * stored[:, 0].min():.2f}%" in said


def test_runs_are_grouped_by_a_field_and_the_address_says_so(page, lab_with_runs, open_page):
    page.until("[...document.querySelector('#band-over').options].some(o => o.value === 'optimizer.name')")
    page.page.select_option("#band-over", "optimizer.name")
    names = (
        "document.getElementById('chart-accuracy').data"
        ".filter(t => t.meta.series === 'test_accuracy-mean').map(t => t.name).sort().join()"
    )
    page.until(f"{names} === 'Optimizer Adam × 3 · test,Optimizer SGD × 3 · test'")
    other = open_page(lab_with_runs, locale="ja-JP", viewport={"width": 390, "height": 844}, opened=False)
    other.open(page.address())
    wait_for_groups(other, 2, "loss-mean", "loss")
    assert other.page.evaluate("document.documentElement.scrollWidth") == 390


def names(page, chart="loss"):
    """What the chart's legend says of its curves: names and colours; None where there is no legend."""
    return page.page.evaluate(
        f"""(list => list.hidden ? null : Object.fromEntries([...list.querySelectorAll('li:not([hidden])')]
            .map(e => [e.textContent, e.querySelector('svg').style.color])))
            (document.querySelector('[data-chart="{chart}"] .names'))"""
    )


def drawn_colors(page, series, chart="loss"):
    """Colours of the curves, as a style sheet has them, in the order in which they are drawn."""
    return page.page.evaluate(
        f"""document.getElementById('chart-{chart}').data.filter(t => t.meta.series === '{series}').map(t => {{
            const probe = document.createElement('i');
            probe.style.color = t.line.color;
            return probe.style.color;
        }})"""
    )


@pytest.mark.parametrize(("locale", "label"), [("en-US", "Optimizer"), ("ja-JP", "最適化手法")])
def test_a_legend_names_the_groups_as_the_list_of_runs_words_them(open_page, lab_with_runs, locale, label):
    page = open_page(lab_with_runs, opened=False, locale=locale)
    page.open("/#bands=std&over=optimizer.name")
    wait_for_groups(page, 2, "loss-mean", "loss")
    wait_for_groups(page, 2)
    for chart, series in (("loss", "loss-mean"), ("accuracy", "test_accuracy-mean")):
        groups = [f"{label} SGD × 3", f"{label} Adam × 3"]
        assert names(page, chart) == dict(zip(groups, drawn_colors(page, series, chart), strict=True))
    assert violations(page, within=".charts") == []
    # the dashes of a group have their own legend
    page.leave()
    page.open("/#bands=std&over=dataset.name&dash=optimizer.name")
    page.until("document.querySelectorAll('[data-chart=loss] .strokes li:not([hidden])').length === 2")
    wait_for_groups(page, 2, "loss-mean", "loss")
    assert len(names(page)) == 1
    page.page.select_option("#band-spread", "")
    page.until("document.querySelector('[data-chart=loss] .names').hidden")


def test_a_chart_in_full_screen_names_its_runs_and_stays_as_high_with_many(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    wait_for_groups(page, 6, "loss-smoothed", "loss")
    page.page.locator("[data-chart=loss] .controls > .icon-button").first.click()
    page.until("document.getElementById('chart-loss').layout.width > 1200")
    colors = drawn_colors(page, "loss-smoothed")
    assert names(page) == dict(
        zip([f"{n} {s}" for n in ("sgd", "adam") for s in (1, 2, 3)], colors, strict=True)
    )
    assert violations(page, within="[data-chart=loss]") == []
    height = page.page.locator("#chart-loss").bounding_box()["height"]
    page.page.evaluate(
        """async () => {
            const { Legend } = await pageModule("charts/legend.js");
            const legend = new Legend("names");
            document.querySelector("[data-chart=loss] .names").replaceWith(legend.element);
            const entry = (_, i) => ({ value: `a run with a name ${i}`, dash: "solid" });
            legend.show("", Array.from({ length: 100 }, entry));
        }"""
    )
    assert page.page.locator("#chart-loss").bounding_box()["height"] == height
    shown = page.page.locator("[data-chart=loss] .names li:not([hidden])")
    tops = [round(box["y"]) for box in (entry.bounding_box() for entry in shown.all())]
    assert len(set(tops)) == 2
    assert shown.last.inner_text().startswith(f"+{101 - len(tops)}")
    page.page.keyboard.press("Escape")


def test_grouping_can_be_turned_off_again(page):
    wait_for_groups(page, 2)
    page.page.select_option("#band-spread", "")
    wait_for_groups(page, 0)
    assert len(figure(page)["test_accuracy"]) == 6


def test_a_band_follows_live_runs(open_page, lab):
    page = open_page(lab)
    page.page.select_option("#band-spread", "range")
    ids = [lab.launch(**{**STEADY, "seed": seed})["id"] for seed in (1, 2)]
    try:
        wait_for_groups(page, 1, "loss-mean", "loss")
        last = "document.getElementById('chart-loss').data.find(t => t.meta.series === 'loss-mean')?.x.at(-1) ?? 0"
        reached = page.page.evaluate(last)
        page.until(f"({last}) > {reached + 50}")
    finally:
        for run_id in ids:
            lab.http.delete(f"/api/runs/{run_id}")


def test_an_address_with_a_spread_that_is_not_known_shows_single_runs(open_page, lab_with_runs):
    page = open_page(lab_with_runs, opened=False)
    page.open("/#bands=toString&over=constructor")
    page.until("document.getElementById('chart-accuracy').data?.length >= 12")
    assert page.page.input_value("#band-spread") == ""
