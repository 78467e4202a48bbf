"""The curves that a student expects are drawn on a chart of a lesson: by mouse, by keyboard and by touch."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.support.class_page import PHONE

LESSON = "/#lesson=1a-vanishing-gradient"
#: Here one draws losses.
OF_LOSS = "/#lesson=2d-learning-rate"
FIELD = "[data-chart=accuracy] .sketch-field"
#: The drawn curve of a run as points of the chart: iterations, and losses or accuracies from 0 to 1.
CURVE = """run => {
    const { xaxis, yaxis } = document.querySelector('.sketching .plot')._fullLayout;
    const path = document.querySelector(`.sketch-curves [data-run="${run}"]`).getAttribute('d');
    return path.slice(1).split('L').map(place => place.split(',').map(Number))
        .map(([x, y]) => [xaxis.p2d(x), yaxis.p2d(y)]);
}"""
#: How many pixels the layer lies beside the axes.
BESIDE = """(() => {
    const figure = document.querySelector('.sketching .plot');
    const { l, t, w, h } = figure._fullLayout._size;
    const { left, top } = figure.getBoundingClientRect();
    const layer = document.querySelector('.sketch').getBoundingClientRect();
    return Math.max(...[layer.left - left - l, layer.top - top - t, layer.width - w, layer.height - h].map(Math.abs));
})()"""


def value_at(curve: list[list[float]], iteration: float) -> float:
    """The accuracy of a drawn curve, between two of its points."""
    for (left, low), (right, high) in pairwise(curve):
        if left <= iteration <= right:
            return low + (high - low) * (iteration - left) / (right - left)
    raise AssertionError(f"the curve from {curve[0]} to {curve[-1]} does not reach iteration {iteration}")


def stroke(page: Any, *places: tuple[float, float]) -> None:
    """Draw with the mouse through places of the chart, as shares of its width and height."""
    box = page.page.locator(FIELD).bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + (1 - y) * box["height"]) for x, y in places]
    page.page.mouse.move(*points[0])
    page.page.mouse.down()
    for point in points[1:]:
        page.page.mouse.move(*point, steps=8)
    page.page.mouse.up()


def test_a_sketch_is_drawn_by_mouse_and_keyboard_undone_and_stays_with_the_axes(
    open_page: Any, lab: Any
) -> None:
    page = open_page(lab)
    page.open(LESSON)
    card = page.page.locator("[data-chart=accuracy]")
    tools = card.locator(".sketch-tools")
    expect(card.locator(".sketch-hint")).to_contain_text("sigmoid")
    expect(card.locator(".sketch-chance-text")).to_have_text("by chance: 10%")

    stroke(page, (0.01, 0.1), (0.5, 0.6), (0.99, 0.9))
    curve = page.page.evaluate(CURVE, "sigmoid")
    assert [round(curve[end][0]) for end in (0, -1)] == [0, 2000]  # the ends meet the edges
    assert abs(value_at(curve, 1000) - 0.6) < 0.02
    stroke(page, (0.4, 0.2), (0.6, 0.2))
    over = page.page.evaluate(CURVE, "sigmoid")
    assert abs(value_at(over, 1000) - 0.2) < 0.02
    assert abs(value_at(over, 1600) - value_at(curve, 1600)) < 0.02
    box = page.page.locator(FIELD).bounding_box()
    page.page.mouse.click(box["x"] + 90, box["y"] + 9)  # a click is no stroke
    assert page.page.evaluate(CURVE, "sigmoid") == over
    tools.get_by_role("button", name="undo").click()
    assert page.page.evaluate(CURVE, "sigmoid") == curve

    # both rows of pens, in the chart and in the lesson, say the same
    for row in (tools, page.page.locator(".pens").first):
        expect(row.locator('[data-pen="sigmoid"]')).to_have_class("pen complete")
        expect(row.locator('[data-pen="ReLU"]')).not_to_have_class("pen complete")
    tools.locator('[data-pen="ReLU"]').click()
    card.get_by_role("slider").first.focus()
    for key in ("ArrowRight", "ArrowRight", *["Shift+ArrowUp"] * 3, "ArrowDown"):
        page.page.keyboard.press(key)
    handle = card.get_by_role("slider").nth(2)
    expect(handle).to_be_focused()
    expect(handle).to_have_attribute("aria-valuetext", "39% at iteration 1,000")
    expect(handle).to_have_attribute("aria-label", "ReLU, point 3 of 5")
    assert abs(value_at(page.page.evaluate(CURVE, "ReLU"), 1000) - 0.39) < 0.01
    assert violations(page, within="[data-chart=accuracy]") == []
    page.page.keyboard.press("Control+z")  # the steps of one handle are one
    expect(card.locator('.sketch-curves [data-run="ReLU"]')).to_have_count(0)

    # it follows the axes
    page.page.set_viewport_size({"width": 1000, "height": 700})
    page.until("document.querySelector('.plot')._fullLayout.width < 600")
    page.until(f"{BESIDE} < 1")
    assert abs(value_at(page.page.evaluate(CURVE, "sigmoid"), 1000) - 0.6) < 0.02
    page.page.set_viewport_size({"width": 1280, "height": 800})


def test_on_a_phone_a_sketch_of_losses_is_drawn_by_touch(open_page: Any, lab: Any) -> None:
    page = open_page(lab, **PHONE)
    # as over plain HTTP, and in older Safari
    page.run_first("delete PointerEvent.prototype.getCoalescedEvents")
    page.open(f"/?lang=ja{OF_LOSS[1:]}")
    field = page.page.locator("[data-chart=loss] .sketch-field")
    field.scroll_into_view_if_needed()
    page.until(f"{BESIDE} < 1")
    box = field.bounding_box()
    touch = page.page.context.new_cdp_session(page.page)
    for step in range(21):
        x, y = (
            box["x"] + box["width"] * (0.01 + 0.98 * step / 20),
            box["y"] + box["height"] * (0.9 - 0.04 * step),
        )
        kind = "touchMove" if step else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.page.locator(".sketch-names")).to_have_text("予想 η 0.001")
    expect(page.page.locator(".sketch-chance-text")).to_be_hidden()
    curve = page.page.evaluate(CURVE, "η 0.001")
    highest = page.page.evaluate("document.querySelector('.sketching .plot')._fullLayout.yaxis.range[1]")
    assert [round(value_at(curve, step) / highest, 1) for step in (10, 990)] == [0.1, 0.9]
