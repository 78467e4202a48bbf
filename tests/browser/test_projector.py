"""In projector mode the charts fill the screen, and everything can be read from the last row of a classroom."""

import pytest

#: Texts on the page whose letters are lower than a fortieth of the window, with their size.
SMALL = """() => [...document.querySelectorAll('body *')]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('.hidden, .plotly-notifier'))
    .filter((e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((e) => e.getClientRects().length)
    .map((e) => [e.textContent, parseFloat(getComputedStyle(e).fontSize) * (e.currentCSSZoom ?? 1)])
    .filter(([, size]) => size < innerHeight / 40 - 0.1)"""
#: The share of the window that the charts have.
SHARE = """() => [...document.querySelectorAll('.chart')].map((card) => card.getBoundingClientRect())
    .reduce((sum, { width, height }) => sum + width * height, 0) / (innerWidth * innerHeight)"""
#: How many numbers the axis of the loss has; 0 while some of them touch.
TICKS = """() => {
    const boxes = [...document.querySelectorAll('#chart-loss .ytick text')].map((e) => e.getBoundingClientRect());
    const isApart = (one, other) => one === other || one.bottom <= other.top || one.top >= other.bottom;
    const apart = boxes.every((one) => boxes.every((other) => isApart(one, other)));
    return apart ? boxes.length : 0;
}"""
#: What reaches beyond the window.
OUTSIDE = """() => [...document.querySelectorAll('.chart, .note, .top > *, .end-name, .card-head > *')]
    .filter((e) => e.checkVisibility())
    .filter((e) => {
        const { left, right, bottom } = e.getBoundingClientRect();
        return left < 0 || right > innerWidth || bottom > innerHeight;
    }).map((e) => e.className)"""


@pytest.mark.parametrize("locale", ["en-US", "ja-JP"])
def test_the_charts_fill_the_screen_with_the_question_on_top_and_nothing_is_small(open_page, lab, locale):
    page = open_page(lab, locale=locale)
    page.launch_lesson("2a-optimizers")
    page.until("document.querySelectorAll('.run').length >= 3")
    page.page.click('[data-chart="loss"] [data-option="logY"]')  # its numbers are as large as the others'
    page.page.click("h1")
    page.page.keyboard.press("p")
    sizes = ((1024, 768), (1280, 800), (1920, 1080)) if locale == "en-US" else ((1024, 768),)
    for width, height in sizes:
        page.page.set_viewport_size({"width": width, "height": height})
        letter = f"Math.abs(p.layout?.xaxis.tickfont.size - {height / 40}) < 0.1"
        page.until(f"[...document.querySelectorAll('.plot')].every(p => {letter})")
        page.until("[...document.querySelectorAll('#chart-loss ~ .end-names .end-name')].length === 3")
        page.until(f"({TICKS})() > 2")
        assert page.page.evaluate(SMALL) == []
        titles = page.page.locator("#charts .axis-title").all_text_contents()
        accuracy, loss, x = (
            ("正解率", "損失", "反復") if locale == "ja-JP" else ("Accuracy", "Loss", "iteration")
        )
        assert titles == [loss, x, accuracy, x]
        assert page.page.evaluate(SHARE) > 0.65
        assert page.page.evaluate(OUTSIDE) == []
    for away in ("#form", "#runs", "#chart-foot", "#lessons"):
        assert not page.page.is_visible(away)

    if locale == "ja-JP":
        return  # what follows has no other words

    plot = page.page.locator("#chart-loss .nsewdrag").bounding_box()
    page.page.mouse.move(plot["x"] + 300, plot["y"] + 100)
    page.until("!document.querySelector('.hover-box').hidden")
    assert page.page.evaluate(SMALL) == []

    page.page.reload()
    page.until_ready()
    assert page.page.get_attribute("#projector", "aria-pressed") == "true"
    # what an open lesson asks is above the charts
    page.page.evaluate("location.hash = '#lesson=2a-optimizers'")
    page.until("document.querySelector('#lesson .driving')?.checkVisibility()")
    assert page.page.evaluate(SMALL) == []
    assert not page.page.is_visible("#lesson-launch")
    page.page.evaluate("location.hash = ''")
    page.until("!document.querySelector('#lesson .driving')")
    page.page.click("#projector")
    assert page.page.is_visible("#launch")
    for run_id in page.run_ids():
        lab.http.delete(f"/api/runs/{run_id}")
