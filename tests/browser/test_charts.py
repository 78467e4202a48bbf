"""Charts as a student uses them: read values, add, arrange, widen, zoom, save; all of it in the address."""

import csv
import io
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.support.experiments import ENDLESS, QUICK
from tests.support.waiting import wait_until

LOSS = "#chart-loss"


@pytest.fixture
def page(open_page, lab):
    return open_page(lab)


def charts(page) -> list[str]:
    return page.page.evaluate("[...document.querySelectorAll('[data-chart]')].map(e => e.dataset.chart)")


def finished(page, lab, name="run", **experiment) -> str:
    run = lab.launch(name=name, **experiment)
    page.wait_for(run["id"], "completed")
    page.wait_for_points(run["id"], 200)
    return run["id"]


def only(page, *ids: str) -> None:
    """Show these runs, and wait until the loss chart has no other."""
    page.page.click("#show-none")
    for run_id in ids:
        page.page.click(f'[data-run="{run_id}"] .swatch')
    page.until(
        f"[...new Set(document.querySelector('{LOSS}').data.map(t => t.meta.run).filter(Boolean))].sort().join()"
        f" === '{','.join(sorted(ids))}'"
    )


def column(lab, run_id, name, stream="train") -> dict[int, float]:
    columns, rows = lab.stored_rows(run_id, stream)
    return {int(row[0]): float(row[columns.index(name)]) for row in rows}


def plot_box(page, selector=LOSS):
    return page.page.locator(f"{selector} .nsewdrag").bounding_box()


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
    page = open_page(lab, reused=False, locale="ja-JP")  # it shows this message once per page
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

    page.open("/" + page.page.evaluate("location.hash"))
    page.page.reload()
    page.until_ready()

    assert charts(page) == ["loss", "learning_rate", "train.penalty"]
    page.wait_for_points(run_id, 200, "penalty", "train-penalty")
    page.until(f"document.querySelector('{LOSS}').layout.yaxis.type === 'log'")
    page.page.focus("#add-chart")
    page.page.select_option("#add-chart", "speed")
    page.wait_for_points(run_id, 200, "speed", "speed")
    speeds = page.trace(run_id, "speed", "speed")[:, 1]
    # no less than the mean over the whole run, which was over before the last row was a second old
    run = lab.run(run_id)
    assert speeds[-1] >= 0.99 * 200 / max(1.0, run["seconds"])
    drawn = page.trace(run_id, "learning_rate", "learning_rate")
    assert dict(drawn.tolist()) == column(lab, run_id, "learning_rate")


def test_the_valid_parts_of_a_partly_invalid_address_are_applied(page):
    page.page.goto("about:blank")
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


def test_the_smoothing_slider_goes_from_none_to_very_strong(page, lab):
    only(page, run_id := finished(page, lab))
    slider = page.page.locator('[data-chart="loss"] [data-option="smoothing"]')
    slider.focus()
    page.page.keyboard.press("Home")
    page.until(f"document.querySelector('{LOSS}').data.length === 1")
    page.page.keyboard.press("End")
    page.until(f"document.querySelector('{LOSS}').data.length === 2")
    page.until("location.hash.includes('charts=loss:smooth=0.99,accuracy')")
    raw, smoothed = page.trace(run_id, "loss"), page.trace(run_id, "loss-smoothed")
    # an average stays within the range of its values
    assert raw[:, 1].min() <= smoothed[:, 1].min() <= smoothed[:, 1].max() <= raw[:, 1].max()


def test_a_diverged_run_ends_with_a_cross(page, lab):
    run = lab.launch(
        name="too fast", optimizer={"name": "sgd", "learning_rate": 100.0}, regularization={"l2": 1.0}
    )
    page.wait_for(run["id"], "diverged")
    page.page.click("#show-none")
    page.page.click(f'[data-run="{run["id"]}"] .swatch')
    cross = page.until(
        f"(t => t && [...t.x])(document.querySelector('{LOSS}').data.find(t => t.meta.series === 'marks'))"
    )
    assert cross == [len(lab.stored_rows(run["id"])[1])]
    # and the axis ends there too, since no more rows will come
    page.until(f"document.querySelector('{LOSS}').layout.xaxis.range[1] === {cross[0]}")


def test_a_diverging_run_does_not_stretch_the_axis_until_its_chip_is_pressed(page, lab):
    calm = finished(page, lab, name="calm", training={"iterations": 400})
    wild = lab.launch(
        name="wild", optimizer={"name": "sgd", "learning_rate": 100.0}, regularization={"l2": 1.0}
    )["id"]
    page.wait_for(wild, "diverged")
    only(page, calm, wild)
    highest = f"document.querySelector('{LOSS}').layout.yaxis.range[1]"
    chip = page.page.locator('[data-chart="loss"] [data-option="outliers"]')
    page.until(f"{highest} < 5")
    expect(chip).to_have_text("1 run leaves the picture ▲")
    chip.press("Enter")
    page.until(f"{highest} > 1000")
    page.until("location.hash.includes('charts=loss:outliers')")
    expect(chip).to_have_attribute("aria-pressed", "true")
    chip.click()
    page.until(f"{highest} < 5")
    page.until("!location.hash.includes('outliers')")
    # as it is with a curve that still grows beyond the axis
    live = lab.launch(**{**ENDLESS, "name": "live"})["id"]
    page.wait_for_points(live, 300)
    page.page.reload()
    page.until_ready()
    page.until(f"{highest} < 5")
    lab.post(f"/api/runs/{live}/cancel")
    only(page, calm)
    expect(chip).to_be_hidden()


def test_a_change_by_hand_is_marked_on_its_curve_and_described_on_hovering(page, lab):
    run = lab.launch(**{**ENDLESS, "name": "changed"})
    page.wait_for_points(run["id"], 50)
    only(page, run["id"])
    lab.http.patch(f"/api/runs/{run['id']}/live", json={"learning_rate": 0.025}).raise_for_status()
    at = f"document.querySelector('{LOSS}').data.find(t => t.meta.series === 'marks')?.x[0]"
    page.until(at)
    (annotation,) = lab.run(run["id"])["annotations"]
    # well before the end of the axis, where the mouse would be beside the plot
    wait_until(lambda: lab.run(run["id"])["iteration"] > 1.5 * annotation["iteration"], "more iterations")
    lab.post(f"/api/runs/{run['id']}/cancel")
    page.wait_for(run["id"], "cancelled")
    page.until(
        f"document.querySelector('{LOSS}').layout.xaxis.range[1] === {lab.run(run['id'])['iteration']}"
    )
    page.until(f"{at} === {annotation['iteration']}")  # until then it may be at the newest row
    mark = page.page.locator(f"{LOSS} .trace .points path").first

    def explained() -> bool:
        box = mark.bounding_box()  # its current place: the axis now ends with the run
        page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5)
        return page.page.evaluate(
            "!!document.querySelector('.hover-box')?.textContent.includes('learning rate 0.1 → 0.025')"
        )

    wait_until(explained, "the explanation of the mark")


@pytest.mark.parametrize("kind", ["png", "svg", "csv"])
def test_a_chart_is_saved_as_it_is_shown(page, lab, kind):
    long = "as long as a name may be, nearly, ".ljust(190, "x") + " end"
    only(
        page,
        run_id := finished(page, lab, name='=sum, "quoted"' if kind == "csv" else f"<b>{long}"),
    )
    page.page.click('[data-chart="loss"] .controls > .icon-button:last-of-type')
    with page.page.expect_download() as saving:
        page.page.click(f'#chart-loss-menu [data-item="{kind}"]')
    shown = "=sum, -quoted-" if kind == "csv" else f"-b-{long}"
    assert saving.value.suggested_filename == f"{f'Loss - {shown}'[:120].strip()}.{kind}"
    data = saving.value.path().read_bytes()
    if kind == "png":
        assert data.startswith(b"\x89PNG")
        assert int.from_bytes(data[16:20], "big") == 1920
    elif kind == "svg":
        assert b"<svg" in data
        assert b"Loss" in data
        assert b"js-line" in data
        # a long name takes no room from the curves, and is not read as markup
        assert "&#60;b&#62;as long as a na…xxxxxxx end<" in data.decode()
        (width,) = re.findall(r'class="plotclip"><rect width="(\d+)', data.decode())
        assert int(width) > 500
    else:
        rows = list(csv.DictReader(io.StringIO(data.decode())))
        losses = column(lab, run_id, "loss")
        assert {int(row["iteration"]): float(row["value"]) for row in rows} == losses
        assert {row["name"] for row in rows} == {'\'=sum, "quoted"'}


def test_points_drawn_as_tails_equal_those_of_the_figure(page, lab):
    """While a run goes on, the newest points are in the figure's data and in its SVG, and no others are."""
    page.page.evaluate(
        f"""() => new MutationObserver(() => {{
            window.sawTail ||= Boolean(document.querySelector('{LOSS} path.tail'));
        }}).observe(document.querySelector('{LOSS}'), {{ childList: true, subtree: true }})"""
    )
    run = lab.launch(**{**QUICK, "training": {"iterations": 3000, "batch_size": 512, "evaluate_every": 50}})
    page.wait_for_points(run["id"], 1)
    only(page, run["id"])
    page.until("window.sawTail")  # even if the run has ended by then
    page.wait_for(run["id"], "completed")
    page.wait_for_points(run["id"], 3000)
    drawn = page.trace(run["id"], "loss")
    assert dict(drawn.tolist()) == column(lab, run["id"], "loss")
    # what the eye sees ends where the data end: at the right edge of the axes
    right = page.page.evaluate(
        f"""Math.max(...[...document.querySelectorAll('{LOSS} .scatterlayer path')]
            .filter(p => p.getAttribute('d') && p.getTotalLength() > 0)
            .map(p => p.getBBox()).map(b => b.x + b.width))"""
    )
    assert right == pytest.approx(plot_box(page)["width"], abs=1)


@pytest.mark.parametrize("locale", ["en-US", "ja-JP"])
def test_three_charts_fit_at_1280_by_800_and_a_phone_does_not_scroll_sideways(open_page, lab, locale):
    page = open_page(lab, locale=locale)
    page.page.focus("#add-chart")
    page.page.select_option("#add-chart", "learning_rate")
    inside = "(e => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight])"
    assert page.page.evaluate(f"{inside}(document.querySelector('.charts'))") == [0, 0]
    below = "e => e.getBoundingClientRect()"
    last = page.page.locator(".chart").last.evaluate(below)
    assert page.page.locator("#add-chart").evaluate(below)["top"] > last["bottom"]
    page.page.set_viewport_size({"width": 390, "height": 844})
    assert page.page.evaluate("document.documentElement.scrollWidth") == 390
    assert np.ptp(page.page.evaluate("[...document.querySelectorAll('.plot')].map(e => e.clientHeight)")) < 2


def test_one_chart_shows_all_layers_of_the_selected_run_or_of_the_newest(page, lab):
    page.page.goto("about:blank")
    page.open("/#charts=train.gradient_norm/*")
    plot = "document.querySelector('.plot')"
    deep, flat = (
        lab.launch(name=name, network={"preset": "mlp", "hidden": hidden, "activation": "sigmoid"})["id"]
        for name, hidden in (("deep", [8] * 4), ("flat", [8]))
    )
    for run_id in (deep, flat):
        page.wait_for(run_id, "completed")
    title = page.page.locator(".chart h2 > span:first-child")
    drawn = f"{plot}.data.filter(t => t.meta.named).map(t => t.meta.run)"
    for run_id, name, layers in ((flat, "flat", 2), (deep, "deep", 5)):
        if run_id == deep:
            page.page.click(f'[data-run="{deep}"] .run-name')
        page.until(f"{drawn}.join() === '{','.join([run_id] * layers)}'")
        expect(title).to_have_text(f"Gradient norm by layer · {name}")
        names = page.until(
            "(e => e.length && e)([...document.querySelectorAll('.end-name:not([hidden])')].map(e => e.textContent))"
        )
        assert set(names) == {"1 (input)", *(f"layer {i}" for i in range(2, layers)), f"{layers} (output)"}
    assert page.page.evaluate(f"{plot}.layout.yaxis.type") == "log"
    # the values are those that were recorded
    first = page.page.evaluate(f"{plot}.data.length && [...{plot}.data[0].x]")
    assert first == list(column(lab, deep, "gradient_norm/1"))
    page.page.focus("#add-chart")
    offered = page.page.locator("#add-chart option", has_text="by layer").all_text_contents()
    assert offered == ["Gradient norm by layer", "Weight norm by layer"]


#: Where each card is, and how high its plot.
CARDS = """() => [...document.querySelectorAll('.chart')].map((card) => {
    const { left, top, width } = card.getBoundingClientRect();
    return [left, top, width, card.querySelector('.plot').clientHeight].map(Math.round);
})"""


def test_charts_stand_in_columns_by_the_room_or_as_chosen_and_nothing_moves_while_runs_come(open_page, lab):
    page = open_page(lab, viewport={"width": 1920, "height": 1080})
    page.page.goto("about:blank")
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
