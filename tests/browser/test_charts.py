"""What a chart draws: smoothing, diverged runs, changes by hand, layers; and what it saves."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from tests.browser.drawn_charts import LOSS, column, finished, only, plot_box
from tests.support.experiments import ENDLESS, STEADY
from tests.support.waiting import wait_until


@pytest.fixture
def page(open_page, lab):
    return open_page(lab)


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
    page.wait_for_iteration(live, 300)
    page.page.reload()
    page.until_ready()
    page.until(f"{highest} < 5")
    lab.post(f"/api/runs/{live}/cancel")
    only(page, calm)
    expect(chip).to_be_hidden()


def test_a_change_by_hand_is_marked_on_its_curve_and_described_on_hovering(page, lab):
    run = lab.launch(**{**ENDLESS, "name": "changed"})
    page.wait_for_iteration(run["id"], 50)
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
        # above the mark: a mark at a loss of almost 0 is at the lower edge of the plot
        page.page.mouse.move(box["x"] + box["width"] / 2, plot_box(page)["y"] + 20)
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
    run = lab.launch(**STEADY)
    page.wait_for_points(run["id"], 1)
    only(page, run["id"])
    page.until("window.sawTail")
    lab.post(f"/api/runs/{run['id']}/cancel")
    page.wait_for(run["id"], "cancelled")
    page.wait_for_points(run["id"], len(lab.stored_rows(run["id"])[1]))
    drawn = page.trace(run["id"], "loss")
    assert dict(drawn.tolist()) == column(lab, run["id"], "loss")
    # what the eye sees ends where the data end: at the right edge of the axes
    right = page.page.evaluate(
        f"""Math.max(...[...document.querySelectorAll('{LOSS} .scatterlayer path')]
            .filter(p => p.getAttribute('d') && p.getTotalLength() > 0)
            .map(p => p.getBBox()).map(b => b.x + b.width))"""
    )
    assert right == pytest.approx(plot_box(page)["width"], abs=1)


def test_one_chart_shows_all_layers_of_the_selected_run_or_of_the_newest(page, lab):
    page.leave()
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
