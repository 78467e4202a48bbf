"""Curves that stand for several runs: their mean and spread, over seeds or by a field."""

import numpy as np
import pytest

from tests.lab_server import ENDLESS


@pytest.fixture
def page(open_page, filled):
    page = open_page(filled)
    page.page.select_option("#band-spread", "std")
    return page


def figure(page, chart="accuracy"):
    """Series → its traces' (x, y), in the order in which they are drawn."""
    traces = page.page.evaluate(
        f"document.getElementById('chart-{chart}').data.map(t => [t.meta.series, [...t.x], [...t.y]])"
    )
    found = {}
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


def test_seeds_become_their_mean_and_its_standard_deviation(page, filled):
    wait_for_groups(page, 2)
    drawn = figure(page)
    assert "test_accuracy" not in drawn
    for group, (x, mean), (_, edge) in zip(
        (filled.ids[:3], filled.ids[3:]),
        drawn["test_accuracy-mean"],
        drawn["test_accuracy-band"],
        strict=True,
    ):
        stored = accuracies(filled, group)
        np.testing.assert_array_equal(x, [20, 40])
        np.testing.assert_allclose(mean, stored.mean(axis=0), atol=1e-12)
        spread = stored.std(axis=0, ddof=1)
        upper, lower = mean + spread, mean - spread
        np.testing.assert_allclose(edge, [*upper, *lower[::-1]], atol=1e-12)


def test_lowest_and_highest_bound_the_band_and_hovering_tells_them_with_the_number_of_runs(page, filled):
    page.page.select_option("#band-spread", "range")
    stored = accuracies(filled, filled.ids[:3])
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


def test_runs_are_grouped_by_a_field_and_the_address_says_so(page, filled, open_page):
    page.until("[...document.querySelector('#band-over').options].some(o => o.value === 'optimizer.name')")
    page.page.select_option("#band-over", "optimizer.name")
    names = (
        "document.getElementById('chart-accuracy').data"
        ".filter(t => t.meta.series === 'test_accuracy-mean').map(t => t.name).sort().join()"
    )
    page.until(f"{names} === 'Optimizer adam × 3 · test,Optimizer sgd × 3 · test'")
    other = open_page(filled, locale="ja-JP", viewport={"width": 390, "height": 844})
    other.page.goto("about:blank")
    other.open(page.address())
    wait_for_groups(other, 2, "loss-mean", "loss")
    assert other.page.evaluate("document.documentElement.scrollWidth") == 390


def test_single_runs_come_back(page):
    wait_for_groups(page, 2)
    page.page.select_option("#band-spread", "")
    wait_for_groups(page, 0)
    assert len(figure(page)["test_accuracy"]) == 6


def test_a_band_follows_live_runs(open_page, lab):
    page = open_page(lab)
    page.page.select_option("#band-spread", "range")
    ids = [lab.launch(**{**ENDLESS, "seed": seed})["id"] for seed in (1, 2)]
    try:
        wait_for_groups(page, 1, "loss-mean", "loss")
        last = "document.getElementById('chart-loss').data.find(t => t.meta.series === 'loss-mean')?.x.at(-1) ?? 0"
        reached = page.page.evaluate(last)
        page.until(f"({last}) > {reached + 50}")
    finally:
        for run_id in ids:
            lab.http.delete(f"/api/runs/{run_id}")


def test_an_address_with_a_spread_that_is_not_known_shows_single_runs(open_page, filled):
    page = open_page(filled)
    page.page.goto("about:blank")
    page.open("/#bands=toString&over=constructor")
    page.until("document.getElementById('chart-accuracy').data?.length >= 12")
    assert page.page.input_value("#band-spread") == ""
