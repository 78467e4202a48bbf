"""Charts are added, arranged and enlarged; the address keeps them."""

import numpy as np
import pytest

from tests.browser.drawn_charts import LOSS, charts, column, finished, only, plot_box


@pytest.fixture
def page(open_page, lab):
    return open_page(lab)


def test_charts_are_added_and_removed_and_the_address_brings_them_back(page, lab):
    run_id = finished(page, lab)
    assert charts(page) == ["loss", "accuracy"]
    page.page.focus("#add-chart")
    page.page.select_option("#add-chart", "learning_rate")
    page.page.select_option("#add-chart", "train.penalty")
    page.wait_for_points(run_id, 200, "learning_rate", "learning_rate")
    page.page.click('[data-chart="accuracy"] .controls > .icon-button:last-of-type')
    page.page.click('#chart-accuracy-menu [data-item="remove"]')
    assert charts(page) == ["loss", "learning_rate", "train.penalty"]
    page.page.click('[data-chart="loss"] [data-option="logY"]')
    page.until("location.hash.includes('charts=loss:log')")

    page.page.reload()
    page.until_ready()

    assert charts(page) == ["loss", "learning_rate", "train.penalty"]
    page.wait_for_points(run_id, 200, "penalty", "train-penalty")
    page.until(f"document.querySelector('{LOSS}').layout.yaxis.type === 'log'")
    page.page.focus("#add-chart")
    page.page.select_option("#add-chart", "speed")
    page.wait_for_points(run_id, 200, "speed", "speed")
    speeds = page.trace(run_id, "speed", "speed")[:, 1]
    assert speeds[-1] > 0  # also False if it is not known
    drawn = page.trace(run_id, "learning_rate", "learning_rate")
    assert dict(drawn.tolist()) == column(lab, run_id, "learning_rate")


def test_the_valid_parts_of_a_partly_invalid_address_are_applied(page):
    page.leave()
    page.open("/#charts=nothing,loss:smooth=7:log=z,train.:,__proto__")
    assert charts(page) == ["loss"]
    assert page.page.input_value('[data-option="smoothing"]') == "0.6"


def test_charts_are_arranged_by_dragging_and_by_keyboard(page):
    title = page.page.locator('[data-chart="loss"] h2').bounding_box()
    other = page.page.locator('[data-chart="accuracy"]').bounding_box()
    page.page.mouse.move(title["x"] + 10, title["y"] + 8)
    page.page.mouse.down()
    page.page.mouse.move(title["x"] + 10, other["y"] + 0.7 * other["height"], steps=6)
    assert page.page.locator(".drop-after").count() == 1
    page.page.keyboard.press("Escape")  # cancels the move
    assert page.page.locator(".drop-after, .dragged").count() == 0
    page.page.mouse.up()
    assert charts(page) == ["loss", "accuracy"]
    page.page.mouse.move(title["x"] + 10, title["y"] + 8)
    page.page.mouse.down()
    page.page.mouse.move(title["x"] + 10, other["y"] + 0.7 * other["height"], steps=6)
    page.page.mouse.up()
    assert charts(page) == ["accuracy", "loss"]
    page.until("location.hash === '#charts=accuracy,loss'")

    page.page.focus('[data-chart="loss"] .grip')
    page.page.keyboard.press("ArrowUp")
    assert charts(page) == ["loss", "accuracy"]
    page.page.keyboard.press("ArrowUp")  # does nothing: there is no row above
    assert charts(page) == ["loss", "accuracy"]
    page.page.keyboard.press("ArrowRight")
    assert charts(page) == ["accuracy", "loss"]
    page.page.keyboard.press("ArrowLeft")
    assert charts(page) == ["loss", "accuracy"]
    assert page.page.evaluate("document.activeElement.className.includes('grip')")


def test_a_chart_fills_the_window_and_escape_leaves(page, lab):
    only(page, run_id := finished(page, lab))
    page.page.click(f'[data-run="{run_id}"] .run-name')
    before = plot_box(page)
    page.page.get_by_label("full screen").first.click()
    page.until(f"document.querySelector('{LOSS}').layout.width > 1200")
    assert plot_box(page)["height"] > 600
    # what is behind it cannot be reached; an Escape closes one thing at a time, and no selection is lost
    for _ in range(9):
        page.page.keyboard.press("Tab")
        assert page.page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('.full')"
        )
    page.page.click('[data-chart="loss"] .controls > .icon-button:last-of-type')
    page.page.keyboard.press("Escape")
    assert not page.page.is_visible("#chart-loss-menu")
    assert page.page.is_visible(".chart.full")
    page.page.keyboard.press("?")
    page.until("document.querySelector('dialog[open]')")
    page.page.keyboard.press("Escape")
    page.until("!document.querySelector('dialog')")
    assert page.page.is_visible(".chart.full")
    page.page.keyboard.press("Escape")
    page.until(f"document.querySelector('{LOSS}').layout.width < 700")
    assert plot_box(page) == before
    assert page.page.locator("[inert]").count() == 0
    assert page.page.locator(".run.selected").count() == 1


def test_three_charts_fit_at_1280_by_800_and_a_phone_does_not_scroll_sideways(page):
    page.page.focus("#add-chart")
    page.page.select_option("#add-chart", "learning_rate")
    inside = "(e => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight])"
    below = "e => e.getBoundingClientRect()"
    for language in ("en", "ja"):
        page.page.set_viewport_size({"width": 1280, "height": 800})
        page.switch_to(language)
        assert page.page.evaluate(f"{inside}(document.querySelector('.charts'))") == [0, 0]
        last = page.page.locator(".chart").last.evaluate(below)
        assert page.page.locator("#add-chart").evaluate(below)["top"] > last["bottom"]
        page.page.set_viewport_size({"width": 390, "height": 844})
        assert page.page.evaluate("document.documentElement.scrollWidth") == 390
        heights = page.page.evaluate("[...document.querySelectorAll('.plot')].map(e => e.clientHeight)")
        assert np.ptp(heights) < 2


#: Where each card is, and how high its plot.
CARDS = """() => [...document.querySelectorAll('.chart')].map((card) => {
    const { left, top, width } = card.getBoundingClientRect();
    return [left, top, width, card.querySelector('.plot').clientHeight].map(Math.round);
})"""


def test_charts_stand_in_columns_by_the_room_or_as_chosen_and_nothing_moves_while_runs_come(open_page, lab):
    page = open_page(lab, viewport={"width": 1920, "height": 1080}, opened=False)
    page.open("/#charts=loss,accuracy,evaluation_loss,learning_rate,speed")
    columns = "new Set([...document.querySelectorAll('.chart')].map(e => e.offsetLeft)).size"
    page.until(f"{columns} === 2")
    assert min(height for *_, height in page.page.evaluate(CARDS)) > 240

    page.page.click('#chart-columns [value="3"]')
    page.until(f"{columns} === 3")
    before = page.page.evaluate(CARDS)
    # the head of the chart has room for the chip that names the run beyond the axis
    ids = [
        finished(page, lab, f"rate {rate}", optimizer={"name": "sgd", "learning_rate": rate})
        for rate in (0.1, 0.2)
    ]
    diverges = lab.launch(
        name="wild", optimizer={"name": "sgd", "learning_rate": 100.0}, regularization={"l2": 1.0}
    )
    page.wait_for(diverges["id"], "diverged")
    page.until("!document.querySelector('[data-chart=loss] [data-option=outliers]').hidden")
    assert page.page.evaluate(CARDS) == before
    ends = "[...document.querySelectorAll('.plot')].map(e => e._fullLayout?.xaxis.range[1])"
    page.until(f"new Set({ends}).size === 1")

    # moved by mouse to the place on the right, and by keyboard a row down
    title = page.page.locator('[data-chart="loss"] h2').bounding_box()
    other = page.page.locator('[data-chart="accuracy"]').bounding_box()
    page.page.mouse.move(title["x"] + 10, title["y"] + 8)
    page.page.mouse.down()
    page.page.mouse.move(other["x"] + 0.8 * other["width"], title["y"] + 9, steps=6)
    page.page.mouse.up()
    assert charts(page)[:3] == ["accuracy", "loss", "evaluation_loss"]
    page.page.focus('[data-chart="loss"] .grip')
    page.page.keyboard.press("ArrowDown")
    assert charts(page) == ["accuracy", "evaluation_loss", "learning_rate", "speed", "loss"]

    page.until("location.hash.includes('grid=3')")
    page.page.reload()
    page.until_ready()
    page.until(f"{columns} === 3")
    for width, height, most in ((1280, 800, 2), (1024, 768, 1), (390, 844, 1)):
        page.page.set_viewport_size({"width": width, "height": height})
        page.until(f"{columns} === {most}")
        page.until(f"Math.min(...({CARDS})().map(([,,, height]) => height)) >= 156")
        assert page.page.evaluate("document.documentElement.scrollWidth") == width
    assert not page.page.is_visible("#chart-columns")

    page.page.set_viewport_size({"width": 1280, "height": 800})
    page.page.focus("#chart-columns :checked")
    page.page.keyboard.press("ArrowLeft")
    page.page.keyboard.press("ArrowLeft")
    page.until(f"{columns} === 1 && !location.hash.includes('grid=3')")
    for run_id in [*ids, diverges["id"]]:
        lab.http.delete(f"/api/runs/{run_id}")
