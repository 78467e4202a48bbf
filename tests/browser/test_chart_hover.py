"""Values are read from charts by mouse, keyboard and touch, and dragging zooms."""

import pytest
from playwright.sync_api import expect

from tests.browser.drawn_charts import LOSS, column, finished, only, plot_box


@pytest.fixture
def page(open_page, lab):
    return open_page(lab)


def hover_rows(page) -> list[list[str]]:
    return page.until(
        "!document.querySelector('.hover-box')?.hidden &&"
        " [...document.querySelectorAll('.hover-box tr')].map(r => [...r.children].map(c => c.textContent))"
    )


def test_hovering_shows_exact_and_smoothed_values_of_every_run_nearest_first(page, lab):
    # a rate that learns and one that does not: their curves lie apart
    ids = [
        finished(page, lab, f"rate {rate}", optimizer={"name": "sgd", "learning_rate": rate})
        for rate in (0.3, 1e-5)
    ]
    only(page, *ids)
    box = plot_box(page)
    for height, nearest in ((0.97, "rate 0.3"), (0.02, "rate 1e-05")):
        page.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * height)
        page.until(f"document.querySelector('.hover-box tbody th')?.textContent === '{nearest}'")
        head, *rows = hover_rows(page)
        iteration = int(head[0].removeprefix("iteration "))
        for run_id, name in zip(ids, ("rate 0.3", "rate 1e-05"), strict=True):
            losses = column(lab, run_id, "loss")
            # of a run that has ended: the mean of all rows, with weights that fall to both sides
            average = sum(0.6 ** abs(iteration - i) * loss for i, loss in losses.items())
            share = sum(0.6 ** abs(iteration - i) for i in losses)
            smoothed, value = next(row[2:4] for row in rows if row[1] == name)
            assert value == f"{losses[iteration]:.4f}"
            assert float(smoothed) == pytest.approx(average / share, abs=1.01e-4)


def test_the_hovered_iteration_is_marked_in_every_chart_and_leaves_with_the_mouse(page, lab):
    only(page, finished(page, lab))
    box = plot_box(page)
    page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    places = page.until(
        "(m => m.length === 2 && m.every(e => !e.hidden) && m.map(e => e.getBoundingClientRect().left))"
        "([...document.querySelectorAll('.hover-mark')])"
    )
    assert places[0] == pytest.approx(places[1], abs=1)
    assert places[0] == pytest.approx(box["x"] + box["width"] / 2, abs=4)
    page.page.mouse.move(5, 5)
    page.until("[...document.querySelectorAll('.hover-mark, .hover-box')].every(e => e.hidden)")


def test_the_arrow_keys_read_values_and_zoom(page, lab):
    only(page, run_id := finished(page, lab))
    page.page.focus(LOSS)
    for key in ("Home", "ArrowRight", "Shift+ArrowRight"):
        page.page.keyboard.press(key)
    page.until("document.querySelector('.hover-box th')?.textContent === 'iteration 12'")
    assert hover_rows(page)[1][-2] == f"{column(lab, run_id, 'loss')[12]:.4f}"
    chip = page.page.locator('[data-chart="loss"] [data-option="zoom"]')
    expect(chip).to_be_hidden()
    page.page.keyboard.press("+")
    page.until(f"document.querySelector('{LOSS}').layout.xaxis.autorange === false")
    chip.click()
    page.until(f"document.querySelector('{LOSS}').layout.xaxis.autorange === true")
    expect(chip).to_be_hidden()
    page.page.focus(LOSS)
    page.page.keyboard.press("+")
    page.until(f"document.querySelector('{LOSS}').layout.xaxis.autorange === false")
    page.page.keyboard.press("0")
    page.until(f"document.querySelector('{LOSS}').layout.xaxis.autorange === true")
    page.page.keyboard.press("Escape")
    page.until("document.querySelector('.hover-box').hidden")
    page.page.evaluate("document.querySelector('#chart-loss-menu [data-item=logX]').click()")
    page.until(f"document.querySelector('{LOSS}').layout.xaxis.type === 'log'")
    low, high = page.page.evaluate(f"document.querySelector('{LOSS}')._fullLayout.xaxis.range")
    page.page.focus(LOSS)
    page.page.keyboard.press("-")  # twice as many decades
    wide = page.until(
        f"(x => x.autorange === false && x.range[0] < {low} && x.range)(document.querySelector('{LOSS}').layout.xaxis)"
    )
    assert wide == pytest.approx([1.5 * low - 0.5 * high, 1.5 * high - 0.5 * low])


def test_a_tap_shows_values_until_the_next_tap_elsewhere(open_page, lab):
    page = open_page(lab, viewport={"width": 390, "height": 844}, has_touch=True)
    finished(page, lab)
    page.page.locator(LOSS).scroll_into_view_if_needed()
    box = plot_box(page)
    for share in (0.3, 0.7):  # the second one moves them
        page.page.touchscreen.tap(box["x"] + box["width"] * share, box["y"] + 40)
        page.page.wait_for_timeout(300)
        head, *rows = hover_rows(page)
        assert rows
        assert float(head[0].removeprefix("iteration ")) == pytest.approx(200 * share, abs=5)
        assert page.page.locator(".hover-mark:not([hidden])").count() == 2
    page.page.touchscreen.tap(box["x"] + 20, box["y"] - 20)
    page.until("[...document.querySelectorAll('.hover-mark, .hover-box')].every(e => e.hidden)")


def test_dragging_zooms_without_messages_from_plotly(open_page, lab):
    page = open_page(lab, locale="ja-JP")
    finished(page, lab)
    box = plot_box(page)
    page.page.mouse.move(box["x"] + 60, box["y"] + 20)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + 200, box["y"] + 60, steps=4)
    page.page.mouse.up()
    page.until(f"document.querySelector('{LOSS}').layout.xaxis.autorange === false")
    assert page.page.locator(".plotly-notifier .notifier-note").count() == 0
    page.page.mouse.dblclick(box["x"] + 60, box["y"] + 20)
    page.until(f"document.querySelector('{LOSS}').layout.xaxis.autorange === true")
