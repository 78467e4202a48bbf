"""Every kind of figure, drawn with each of the two builds of Plotly that a lab can have."""

import pytest
from playwright.sync_api import expect

from app.plotly import SMALL, PlotlyScript, compiled_early, package_script
from tests.browser.run_table import name


@pytest.fixture(params=["small", "package"])
def script(request):
    if request.param == "package":
        return compiled_early(package_script().read_bytes())
    if not SMALL.is_file():
        pytest.skip(
            "the small build of Plotly's script could not be fetched: npm or its registry was missing"
        )
    return compiled_early(SMALL.read_bytes())


@pytest.fixture
def page(open_page, lab_with_runs, script):
    page = open_page(lab_with_runs, reused=False, opened=False)
    page.page.route("**/vendor/**", lambda route: route.fulfill(body=script, content_type="text/javascript"))
    page.open("/#dash=optimizer.name")
    return page


def test_charts_have_lines_and_symbols_and_are_saved_as_pictures(page):
    page.until("document.querySelectorAll('#chart-accuracy .scatterlayer .trace path.js-line').length >= 12")
    page.until("document.querySelectorAll('#chart-accuracy .scatterlayer .points path').length >= 12")
    for ending, begins in (("png", b"\x89PNG"), ("svg", b"<svg")):
        page.page.locator('[data-chart="accuracy"] .controls .icon-button').last.click()
        with page.page.expect_download() as saving:
            page.page.click(f'#chart-accuracy-menu [data-item="{ending}"]')
        picture = saving.value.path().read_bytes()
        assert picture.startswith(begins)
        assert len(picture) > 10_000


def test_results_are_drawn_over_settings_in_all_three_ways(page, lab_with_runs):
    name(page, lab_with_runs.ids[0]).click()
    name(page, lab_with_runs.ids[5]).click(modifiers=["Shift"])
    page.page.click("#sweep")
    drawn = page.page.locator("dialog .figure")
    expect(drawn.locator(".scatterlayer .point")).to_have_count(6 + 2)  # and the mean of each optimizer
    page.page.select_option('[name="sweep.kind"]', "parallel")
    expect(page.page.locator("dialog .parallel .line")).to_have_count(6)
    page.page.select_option('[name="sweep.kind"]', "heat")
    page.page.select_option('[name="sweep.y"]', "seed")
    expect(drawn.locator(".heatmaplayer image")).to_have_count(1)
    expect(drawn.locator(".heatmaplayer .heatmap-label")).to_have_count(6)
    expect(drawn.locator(".infolayer .colorbar")).to_have_count(1)
    page.page.select_option('[name="sweep.kind"]', "scatter")
    drawn.locator(".scatterlayer .point").last.click(force=True)
    expect(page.page.locator("dialog")).to_have_count(0)
    expect(page.page.locator(".run.selected")).to_have_count(1)


def test_a_report_is_drawn(open_page, lab_with_runs, script, tmp_path):
    report = lab_with_runs.http.get(f"/api/exports/html?runs={','.join(lab_with_runs.ids)}").text
    own = PlotlyScript().plain.decode()
    assert report.count(own) == 1
    path = tmp_path / "report.html"
    path.write_text(report.replace(own, script.decode()), "utf-8")
    page = open_page(lab_with_runs, reused=False, opened=False)
    page.page.goto(path.as_uri())
    expect(page.page.locator("#loss .scatterlayer .trace path.js-line")).not_to_have_count(0)
    assert page.page.locator("#accuracy .scatterlayer .trace path.js-line").count() >= 12
