"""The choices for the x axis in the charts. The positions of points are tested in tests/js/axes.test.js."""

import pytest

from tests.support.experiments import ENDLESS, SHORT


@pytest.fixture
def page(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    for run_id in lab_with_runs.ids:
        page.wait_for_points(run_id, SHORT["training"]["iterations"])
    return page


def xs(page, run_id, series="loss", chart="loss"):
    return page.trace(run_id, series, chart)[:, 0]


def choose(page, axis):
    page.page.select_option("#x-axis", axis)


def when(page, run_id, condition):
    """Wait until a condition on `x`, the list of the curve's x values, is true."""
    page.until(
        f"(() => {{ const trace = document.getElementById('chart-loss').data.find(t => t.meta.run === '{run_id}'"
        f" && t.meta.series === 'loss'); const x = trace ? [...trace.x] : []; return {condition}; }})()"
    )


def test_on_a_time_axis_hovering_shows_the_iteration_and_marks_the_same_moment_in_every_chart(
    page, lab_with_runs
):
    choose(page, "relative")
    when(page, lab_with_runs.ids[0], "x.length && x[x.length - 1] !== Math.round(x[x.length - 1])")
    page.page.focus("#chart-loss")
    page.page.keyboard.press("End")
    page.until("!document.querySelector('.hover-box').hidden")
    assert "@" in page.page.inner_text(".hover-box tbody")
    assert page.page.locator(".hover-box .hover-time").count() > 0
    marks = page.page.locator(".hover-mark:not([hidden])").evaluate_all(
        "marks => marks.map(mark => Math.round(mark.getBoundingClientRect().left))"
    )
    assert len(marks) == 2
    assert abs(marks[0] - marks[1]) <= 1


def test_the_axis_is_in_the_address_and_an_unknown_one_falls_back_to_iterations(
    page, lab_with_runs, open_page
):
    choose(page, "epoch")
    page.until("location.hash.includes('x=epoch')")
    other = open_page(lab_with_runs, opened=False)
    other.open("/#x=epoch")
    when(other, lab_with_runs.ids[0], "x.length > 5 && x[0] < 1")
    assert other.page.input_value("#x-axis") == "epoch"
    other.leave()
    other.open("/#x=constructor")
    when(other, lab_with_runs.ids[0], "x[0] === 1")
    assert other.page.input_value("#x-axis") == "iteration"


@pytest.mark.parametrize("axis", ["relative", "wall"])
def test_curves_of_a_live_run_stay_inside_a_time_axis(open_page, lab, axis):
    page = open_page(lab)
    choose(page, axis)
    run_id = lab.launch(**ENDLESS)["id"]
    try:
        page.wait_for_points(run_id, 3, "test_accuracy", "accuracy")
        for chart, series in (("loss", "loss"), ("accuracy", "test_accuracy")):
            page.until(
                f"(() => {{ const figure = document.getElementById('chart-{chart}');"
                f" const trace = figure.data.find(t => t.meta.run === '{run_id}' && t.meta.series === '{series}');"
                " const [low, high] = figure._fullLayout.xaxis.range;"
                " return trace.x.length > 2 && trace.x[0] >= low && trace.x.at(-1) <= high; })()"
            )
    finally:
        lab.http.delete(f"/api/runs/{run_id}")


#: The charts' x ranges, rounded as one would compare them by eye.
RANGES = (
    "['loss', 'accuracy'].map(name => document.getElementById(`chart-${name}`))"
    ".map(plot => plot._fullLayout.xaxis.range.map(end => end.toFixed(2)).join())"
)


@pytest.mark.parametrize("axis", ["relative", "wall"])
def test_an_axis_of_time_that_grows_does_so_in_every_chart(open_page, lab, axis):
    page = open_page(lab)
    choose(page, axis)
    # evaluated once at the beginning: by its own rows, the accuracy chart would stay as it is
    training = {**ENDLESS["training"], "evaluate_every": 1_000_000}
    run_id = lab.launch(**{**ENDLESS, "training": training})["id"]
    try:
        page.wait_for_points(run_id, 3)
        ends: set[float] = set()
        for _ in range(2):
            page.until(
                f"(([loss, accuracy]) => loss === accuracy && !{sorted(ends)}.includes(loss))({RANGES})", 20
            )
            ends.add(page.page.evaluate(RANGES)[0])
    finally:
        lab.http.delete(f"/api/runs/{run_id}")


@pytest.mark.parametrize("projector", [False, True])
def test_long_numbers_are_whole_at_the_end_of_x_and_leave_the_curves_where_they_are(
    open_page, lab, projector
):
    page = open_page(lab)
    if projector:
        page.page.click("#projector")
    ids = [lab.launch(**{**SHORT, "name": "short"})["id"]]
    page.wait_for_points(ids[0], 40)
    letter = 20 if projector else 11
    page.until(
        f"[...document.querySelectorAll('.plot')].every(p => p.layout.xaxis.tickfont.size === {letter})"
    )
    areas = "[...document.querySelectorAll('.nsewdrag')].map(e => e.getBoundingClientRect().right)"
    short = page.page.evaluate(areas)
    ids.append(lab.launch(**ENDLESS)["id"])
    try:
        page.wait_for_points(ids[1], 1)
        numbers = "[...document.querySelectorAll('#chart-loss .xtick text')]"
        page.until(f"{numbers}.at(-1)?.textContent === '1,000,000'")
        assert page.page.evaluate(areas) == short
        right, edge = page.page.evaluate(
            f"[{numbers}.at(-1), document.getElementById('chart-loss')].map(e => e.getBoundingClientRect().right)"
        )
        assert right <= edge
        # what hovering marks is at the end of the axis, too
        box = page.page.locator("#chart-loss .nsewdrag").bounding_box()
        page.page.mouse.move(box["x"] + 1, box["y"] + 20)
        mark = page.page.locator(".hover-mark").first.bounding_box()
        assert abs(mark["x"] - box["x"]) <= 2
        assert (mark["y"], mark["height"]) == pytest.approx((box["y"], box["height"]), abs=1)
    finally:
        for run_id in ids:
            lab.http.delete(f"/api/runs/{run_id}")
