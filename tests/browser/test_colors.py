"""A run's colour is chosen from the palette, by mouse or keyboard, and changes on every open page."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.browser.run_table import name, row
from tests.support.waiting import wait_until


@pytest.fixture
def restored(lab_with_runs):
    """The first run, which has its first colour again afterwards."""
    run = lab_with_runs.run(lab_with_runs.ids[0])
    yield run
    lab_with_runs.http.patch(f"/api/runs/{run['id']}", json={"color": run["color"]}).raise_for_status()


def drawn_color(page, run_id):
    return page.page.evaluate(
        f"""(document.getElementById("chart-accuracy").data ?? [])
            .find((t) => t.meta.run === "{run_id}" && t.meta.series === "test_accuracy")?.line.color"""
    )


def wait_for_color(page, run_id, color):
    """Everything that shows the run has the colour: its curve, its place in the list, and in an open card."""
    page.until(
        f"""(document.getElementById("chart-accuracy").data ?? [])
            .filter((t) => t.meta.run === "{run_id}" && t.meta.series === "test_accuracy")
            .some((t) => t.line.color === "{color}")"""
    )
    page.until(
        f"document.querySelector('[data-run=\"{run_id}\"]').style.getPropertyValue('--run') === '{color}'"
    )


def test_a_colour_that_is_chosen_with_the_mouse_is_seen_in_every_open_page(
    open_page, lab_with_runs, restored
):
    run_id = restored["id"]
    mine, theirs = open_page(lab_with_runs), open_page(lab_with_runs, color_scheme="dark")
    wait_for_color(theirs, run_id, "#358ae2")
    wait_for_color(mine, run_id, "#255d98")
    row(mine, run_id).locator(".swatch").click(button="right")
    menu = mine.page.locator(".color-menu")
    expect(menu).to_be_visible()
    expect(menu.locator('[aria-checked="true"]')).to_have_attribute("aria-label", "blue")
    assert violations(mine, within=".color-menu") == []
    assert all(
        min(box["width"], box["height"]) >= 24
        for box in (e.bounding_box() for e in menu.locator("button").all())
    )

    menu.get_by_label("vermilion").click()

    wait_for_color(mine, run_id, "#a84225")
    wait_for_color(theirs, run_id, "#fe6200")
    expect(menu).to_be_hidden()
    # choosing a colour hides no curve, and the difference, a picture and a report have it too
    expect(row(mine, run_id).locator(".swatch")).to_have_attribute("aria-pressed", "true")
    assert lab_with_runs.run(run_id)["color"] == 6
    report = lab_with_runs.http.get(f"/api/runs/{run_id}/export.html").text
    assert 'data-hue="6"' in report
    name(mine, run_id).click()
    name(mine, lab_with_runs.ids[1]).click(modifiers=["ControlOrMeta"])
    mine.page.click("#compare")
    mine.until(
        "document.querySelector('dialog thead th + th')?.style.getPropertyValue('--run') === '#a84225'"
    )


def test_the_keyboard_chooses_a_colour_in_the_runs_card(open_page, lab_with_runs, restored):
    run_id = restored["id"]
    page = open_page(lab_with_runs, locale="ja-JP")
    wait_for_color(page, run_id, "#255d98")
    name(page, run_id).focus()
    page.page.keyboard.press("Enter")
    swatch = page.page.locator("#details-color")
    expect(swatch).to_have_attribute("aria-label", "色を選ぶ (青)")
    swatch.focus()

    def focused():
        return page.page.evaluate("document.activeElement.ariaLabel")

    page.page.keyboard.press("Enter")
    page.until("document.querySelector('.color-menu').matches(':popover-open')")
    assert page.page.locator(".color-menu").get_attribute("aria-label") == "sgd 1 の色"
    assert focused() == "青"
    for key, color in (
        ("ArrowDown", "グレー"),
        ("ArrowDown", "グレー"),
        ("End", "黄色"),
        ("ArrowUp", "ピンク"),
        ("ArrowLeft", "緑"),
    ):
        page.page.keyboard.press(key)
        assert focused() == color
    page.page.keyboard.press("Escape")
    page.until("document.activeElement.id === 'details-color'")
    assert drawn_color(page, run_id) == "#255d98"
    assert page.page.locator("#run-details").is_visible()

    page.page.keyboard.press("Enter")
    page.page.keyboard.press("ArrowRight")
    page.page.keyboard.press("ArrowRight")
    page.page.keyboard.press("Enter")
    wait_for_color(page, run_id, "#008c72")
    expect(swatch).to_have_attribute("aria-label", "色を選ぶ (緑)")
    assert page.page.evaluate("document.activeElement.id") == "details-color"
    # a colour that the run has by itself is chosen too, and then stays
    other = lab_with_runs.ids[-1]
    row(page, other).locator(".swatch").click(button="right")
    page.page.click('.color-menu [aria-checked="true"]')
    wait_until(lambda: lab_with_runs.run(other)["color_chosen"])
    page.page.click("#theme")
    page.until(
        "getComputedStyle(document.querySelector('#details-color')).backgroundColor === 'rgb(10, 195, 130)'"
    )
