"""A moment is pinned on a curve, marked in every chart, moved by keys and kept in the address."""

import re

import numpy as np
from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.browser.drawn_charts import column, plot_box

#: Where a point of a curve is in the window; a share of its points lies before it.
POINT = """([chart, run, series, share]) => {
    const figure = document.querySelector(`#chart-${chart}`);
    const { x, y } = figure.data.find(({ meta }) => meta.run === run && meta.series === series);
    const at = Math.round(share * (x.length - 1));
    const { xaxis, yaxis, _size: { l, t } } = figure._fullLayout;
    const { left, top } = figure.getBoundingClientRect();
    return [left + l + xaxis.d2p(x[at]), top + t + yaxis.d2p(y[at]), x[at]];
}"""
MARKS = "[...document.querySelectorAll('.moment-mark:not([hidden])')]"
PLOTS = "[...document.querySelectorAll('.plot')].map(plot => JSON.stringify(plot.getBoundingClientRect()))"


def test_a_moment_is_pinned_by_mouse_or_keyboard_marked_in_all_charts_and_moved_by_keys(
    open_page, lab_with_runs
):
    lab = lab_with_runs
    page = open_page(lab)
    page.page.click("#show-all")
    first, other = lab.ids[0], lab.ids[4]
    bar = page.page.locator(".moment-bar")
    page.until(f"document.querySelector('#chart-accuracy').data.some(t => t.meta.run === '{first}')")
    before = page.page.evaluate(PLOTS)

    x, y, at = page.page.evaluate(POINT, ["accuracy", first, "test_accuracy", 0])
    page.page.mouse.click(x, y)
    expect(bar).to_contain_text(f"iteration {at}")
    expect(page.page.locator(".run.selected")).to_have_count(1)
    run = next(run for run in map(lab.run, lab.ids) if run["name"] in bar.inner_text())
    texts = page.until(f"{MARKS}.length === 2 && {MARKS}.map(mark => mark.textContent)")
    assert texts == [f"iteration {at}"] * 2
    assert page.page.evaluate(PLOTS) == before  # nothing moved
    accuracy = column(lab, run["id"], "test_accuracy", "evaluation")[at]
    expect(bar).to_contain_text(f"{100 * accuracy:.1f}%")
    expect(page.page.locator("[data-chart=accuracy] .moment-values")).to_contain_text(
        f"{100 * accuracy:.1f}%"
    )

    for key, iteration in (
        ("ArrowRight", at + 1),
        ("ArrowLeft", at),
        ("Shift+ArrowRight", 40),
        ("Home", 0),
        ("End", 40),
        ("ArrowLeft", 39),
    ):
        page.page.keyboard.press(key)
        expect(bar).to_contain_text(f"iteration {iteration}")
    assert f"at={run['number']}@39" in page.address()
    page.page.locator(".moment-play > .icon-button").click()  # plays on from here to the end
    expect(bar).to_contain_text("iteration 40")
    page.page.locator(".moment-track").fill("7")
    expect(bar).to_contain_text("iteration 7")
    page.page.click("#moment-live")
    expect(bar).to_contain_text("iteration 40, live")
    assert f"at={run['number']}@live" in page.address()

    page.page.locator(f'[data-run="{other}"] .run-name').click()  # the moment is of the selected run
    expect(bar).to_contain_text(lab.run(other)["name"])
    page.page.focus(".moment-track")  # there too
    page.page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    expect(page.page.locator(".run.selected")).to_have_count(1)
    assert page.page.evaluate(f"{MARKS}.length") == 0
    assert "at=" not in page.address()
    page.page.keyboard.press("Escape")
    expect(page.page.locator(".run.selected")).to_have_count(0)

    page.page.focus("#chart-loss")
    for key in ("Home", "ArrowRight", "Enter"):
        page.page.keyboard.press(key)
    expect(bar).to_contain_text("iteration 2")
    box = plot_box(page)
    page.page.mouse.move(box["x"] + 40, box["y"] + 20)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + 160, box["y"] + 60, steps=4)
    page.page.mouse.up()
    page.until("document.querySelector('#chart-loss').layout.xaxis.autorange === false")
    page.until(f"{MARKS}.length === 1")  # iteration 2 is not in this part
    expect(bar).to_contain_text("iteration 2")

    number = lab.run(other)["number"]
    page.open(f"/?lang=ja#runs={number}&at={number}@20&lang=ja")
    expect(bar).to_contain_text("反復 20")
    expect(bar).to_contain_text(lab.run(other)["name"])
    page.until(f"{MARKS}.length === 2")


def test_on_a_phone_a_finger_that_rests_on_a_curve_pins_the_moment(open_page, lab_with_runs):
    page = open_page(lab_with_runs, viewport={"width": 390, "height": 844}, has_touch=True)
    run_id = lab_with_runs.ids[-1]
    page.page.locator("#chart-accuracy").scroll_into_view_if_needed()
    page.until(f"document.querySelector('#chart-accuracy').data.some(t => t.meta.run === '{run_id}')")
    x, y, iteration = page.page.evaluate(POINT, ["accuracy", run_id, "test_accuracy", 0])
    touch = page.page.context.new_cdp_session(page.page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    expect(page.page.locator(".moment-bar")).to_contain_text(f"iteration {iteration}")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.page.locator(".moment-bar > .icon-button").tap()
    expect(page.page.locator(".moment-bar")).to_be_hidden()


def test_the_form_forks_a_run_where_the_moment_is_and_says_what_cannot_change(open_page, lab_with_runs):
    lab = lab_with_runs
    origin = lab.run(lab.ids[0])
    page = open_page(lab)
    page.open(f"/#runs={origin['number']}&at={origin['number']}@30")
    bar = page.page.locator(".moment-bar")
    expect(bar).to_contain_text("iteration 30")
    page.page.click("#fork-here")
    head = page.page.locator(".fork-head")
    expect(head).to_contain_text(f"Fork of run {origin['number']} at iteration 30")
    expect(page.page.locator("#launch")).to_contain_text("Fork")
    for name in ("dataset.name", "network.preset", "seeds"):
        expect(page.page.locator(f'[name="{name}"]')).to_be_disabled()
    expect(page.page.locator('[name="dataset.name"]')).to_have_attribute("title", re.compile("weights"))
    assert page.page.locator("#form .several:visible").count() == 0
    assert violations(page, within="#form") + violations(page, within=".moment-bar") == []

    head.locator("button").click()  # leaves the fork
    expect(head).to_have_count(0)
    expect(page.page.locator('[name="dataset.name"]')).to_be_enabled()
    page.page.click("#undo")
    expect(head).to_have_count(1)
    for text, why in (("0.1, 0.2", "one value"), ("0.05", "")):
        page.fill(optimizer__learning_rate=text)
        expect(page.page.locator("#error-optimizer\\.learning_rate")).to_contain_text(why)
    page.fill(training__iterations=30)
    expect(page.page.locator("#error-training\\.iterations")).to_contain_text("must be larger")
    page.fill(training__iterations=60)
    expect(page.page.locator("#error-training\\.iterations")).to_be_empty()
    before = set(page.run_ids())
    page.page.keyboard.press("Control+Enter")
    page.until(f"document.querySelectorAll('[data-run]').length === {len(before) + 1}")
    (fork_id,) = set(page.run_ids()) - before
    page.wait_for(fork_id, "completed")
    forked = lab.run(fork_id)
    assert (forked["origin"]["run"], forked["origin"]["iteration"]) == (origin["id"], 30)
    assert forked["config"]["optimizer"]["learning_rate"] == 0.05
    assert forked["iteration"] == 60
    # it stands beneath its origin, is drawn from the fork on, and its card says what it is
    entries = page.page.locator("[data-run]")
    expect(entries.nth(page.run_ids().index(origin["id"]) + 1)).to_have_attribute("data-run", fork_id)
    expect(page.page.locator(f'[data-run="{fork_id}"]')).to_contain_text("@30")
    page.until(
        f"document.querySelector('#chart-loss').data.find(({{meta}}) => meta.run === '{fork_id}')?.x[0] === 30"
    )
    # it was launched: not pale
    expect(page.page.locator(f'[data-run="{fork_id}"].selected')).to_have_count(1)
    expect(page.page.locator(".run-origin")).to_have_text(
        f"Fork of run {origin['number']} at iteration 30: Learning rate 0.05 instead of 0.1,"
        " Iterations 60 instead of 40"
    )
    page.page.get_by_role("button", name="Edit a copy").first.click()  # the copy of a fork is a fork
    expect(head).to_contain_text(f"Fork of run {origin['number']} at iteration 30")
    expect(page.page.locator('[name="optimizer.learning_rate"]')).to_have_value("0.05")
    page.page.click("#train-longer")
    expect(head).to_contain_text(f"Fork of run {forked['number']} at iteration 60")
    expect(page.page.locator('[name="training.iterations"]')).to_have_value("120")
    page.page.click(".run-origin .link")
    expect(bar).to_contain_text("iteration 30")
    expect(page.page.locator(f'[data-run="{origin["id"]}"].selected')).to_have_count(1)
    assert "origin" in page.address()  # it keeps the fork
    page.page.reload()
    expect(head).to_contain_text("iteration 60")
    expect(page.page.locator('[name="dataset.name"]')).to_be_disabled()
    lab.http.delete(f"/api/runs/{fork_id}").raise_for_status()


def test_the_weights_of_the_moment_come_as_a_file_or_the_nearest_that_can_be_had_is_offered(
    open_page, lab_with_runs
):
    lab = lab_with_runs
    run = lab.run(lab.ids[0])
    page = open_page(lab, locale="ja-JP")
    page.open(f"/#runs={run['number']}&at={run['number']}@33")
    with page.page.expect_download() as download:
        page.page.locator("#weights", has_text="重み").click()
    with np.load(download.value.path()) as weights:
        assert weights["iteration"] == 33
        assert all(np.isfinite(weights[name]).all() for name in weights.files)

    def refuse(route):
        """As the lab does for a long run; such a run would take the test too long."""
        bounds = {"expected_seconds": 40.0, "bound_seconds": 10.0, "from_iteration": 20}
        why = {"code": "replay_long", "values": {"seconds": 40, "most": 10, "nearest": 20}}
        error = {"code": "replay_long", "message": "", "field": "iteration", "bounds": {**bounds, "why": why}}
        route.fulfill(status=409, json={"error": error})

    page.page.route("**/moments/33/weights.npz", refuse)
    page.page.locator("#weights").click()
    toast = page.page.locator(".toast")
    expect(toast).to_contain_text("40")
    with page.page.expect_download() as download:
        toast.get_by_role("button", name="20").click()
    with np.load(download.value.path()) as weights:
        assert weights["iteration"] == 20
    expect(page.page.locator(".moment-bar")).to_contain_text("反復 20")
    page.page.unroute("**/moments/33/weights.npz")
