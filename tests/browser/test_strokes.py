"""Dashes and symbols show the value of a field; the colour shows which run it is."""

import re

import pytest

from tests.browser.accessibility import violations
from tests.support.experiments import STEADY
from tests.support.waiting import wait_until

LOSS = "#chart-loss"
#: Series and run → [dash, symbol's entry in a picture's legend, colour, width] of the curves of a chart.
LOOKS = """(chart) => Object.fromEntries((document.getElementById(`chart-${chart}`).data ?? [])
    .filter((t) => t.line && t.meta.run)
    .map((t) => [`${t.meta.series} ${t.meta.run}`,
        [t.line.dash, t.meta.symbol ?? null, t.line.color, t.line.width]]))"""
SYMBOLS = "(document.getElementById('chart-{}').data ?? []).find((t) => t.meta.series === 'symbols')"


@pytest.fixture
def page(open_page, lab_with_runs):
    return open_page(lab_with_runs)


def choose(page, field):
    """Open the list with the mouse; by the time the mouse is there, the list has the differing fields."""
    page.page.hover("#dash-field")
    page.until(f"[...document.querySelector('#dash-field').options].some((o) => o.value === '{field}')")
    page.page.select_option("#dash-field", field)


def legend(page, chart="loss"):
    return page.page.locator(f'[data-chart="{chart}"] .strokes')


def wait_for_symbols(page, chart="loss"):
    page.until(f"{SYMBOLS.format(chart)}?.y.some((y) => y !== null)")


def hovered(page, chart="accuracy"):
    """The columns of the tooltip at the end of a chart, by their heads."""
    page.page.focus(f"#chart-{chart}")
    page.page.keyboard.press("End")
    page.until("!document.querySelector('.hover-box').hidden")
    head, *rows = page.page.evaluate(
        "[...document.querySelectorAll('.hover-box tr')].map(r => [...r.children].map(c => c.textContent))"
    )
    columns = dict(zip(head[1:], zip(*(row[2:] for row in rows), strict=True), strict=True))
    page.page.keyboard.press("Escape")
    return columns


def means_at_end(page, optimizer):
    """What the tooltip shows of an optimizer at the end, as texts of per cents."""
    columns = hovered(page)
    shown = zip(columns["Optimizer"], columns["value"], strict=True)
    return {value.split("%")[0] for name, value in shown if name == optimizer}


def wait_for_mean(page, optimizer, mean):
    wait_until(lambda: mean in means_at_end(page, optimizer), f"the mean {mean} of {optimizer}")


def test_each_value_of_a_field_has_its_dash_and_its_symbol_in_every_chart(page, lab_with_runs):
    choose(page, "optimizer.name")
    wait_for_symbols(page, "accuracy")
    wait_for_symbols(page)
    for chart, series in (("loss", "loss-smoothed"), ("accuracy", "test_accuracy")):
        looks = page.page.evaluate(LOOKS, chart)
        for group, look in (
            (lab_with_runs.ids[:3], ["solid", "circle"]),
            (lab_with_runs.ids[3:], ["dash", "square"]),
        ):
            assert [looks[f"{series} {run_id}"][:2] for run_id in group] == [look] * 3
            # the colour still shows which run it is
            assert len({looks[f"{series} {run_id}"][2] for run_id in group}) == 3
        assert legend(page, chart).locator("li:not([hidden])").all_inner_texts() == ["SGD", "Adam"]
        assert sorted(set(hovered(page, chart)["Optimizer"])) == ["Adam", "SGD"]
    # dotted is a value now: a curve on training images is thin and pale, with its run's dash and no symbol
    looks = page.page.evaluate(LOOKS, "accuracy")
    for run_id, dash in ((lab_with_runs.ids[0], "solid"), (lab_with_runs.ids[-1], "dash")):
        test, train = looks[f"test_accuracy {run_id}"], looks[f"train_accuracy {run_id}"]
        assert train[:2] == [dash, None]
        assert train[2] == f"{test[2]}99"
        assert train[3] < test[3]
    assert violations(page, within=".charts") == []
    # every symbol is on the curve of its colour
    x, y, colors = page.page.evaluate(
        f"(t => [[...t.x], [...t.y], [...t.marker.color]])({SYMBOLS.format('accuracy')})"
    )
    for run_id in lab_with_runs.ids:
        curve = dict(page.trace(run_id, "test_accuracy", "accuracy").tolist())
        own = {
            x: y
            for x, y, color in zip(x, y, colors, strict=True)
            if color == looks[f"test_accuracy {run_id}"][2]
        }
        assert own
        assert own.items() <= curve.items()

    page.page.select_option("#dash-field", "")
    page.until(f"!{SYMBOLS.format('accuracy')}")
    assert page.page.evaluate(LOOKS, "accuracy")[f"train_accuracy {lab_with_runs.ids[0]}"][0] == "dot"
    assert not legend(page).is_visible()


def test_the_address_keeps_the_field_and_the_legend_never_grows(page, lab_with_runs, open_page):
    plot = page.page.locator(LOSS)
    choose(page, "seed")
    wait_for_symbols(page)
    height = plot.bounding_box()["height"]
    other = open_page(lab_with_runs, locale="ja-JP", viewport={"width": 390, "height": 844}, opened=False)
    other.open(page.address())
    wait_for_symbols(other)
    assert legend(other).locator("li:not([hidden])").all_inner_texts() == ["1", "2", "3"]
    assert legend(other).get_attribute("aria-label") == "線種と記号：seed" or "シード" in legend(
        other
    ).get_attribute("aria-label")
    assert other.page.evaluate("document.documentElement.scrollWidth") == 390
    # more values than the line has room for are counted; the chart stays as high as it was
    page.page.evaluate(
        """async () => {
            const { Legend } = await pageModule("charts/legend.js");
            const legend = new Legend("strokes");
            document.querySelector("[data-chart=loss] .strokes").replaceWith(legend.element);
            const look = { dash: "dot", symbol: "cross" };
            const entries = Array.from({ length: 40 }, (_, i) => ({ value: `value ${i}`, ...look }));
            legend.show("seed", entries);
        }"""
    )
    shown = legend(page).locator("li:not([hidden])")
    assert plot.bounding_box()["height"] == height
    assert 3 < shown.count() < 20
    assert re.match(rf"\+{40 - (shown.count() - 1)}\b", shown.last.inner_text())
    right = legend(page).bounding_box()
    assert all(
        box["x"] + box["width"] <= right["x"] + right["width"]
        for box in (e.bounding_box() for e in shown.all())
    )


def test_the_curve_of_a_group_has_the_look_of_the_value_that_all_its_runs_have(page, lab_with_runs):
    page.page.select_option("#band-spread", "std")
    choose(page, "optimizer.name")
    wait_for_symbols(page, "accuracy")
    page.until(
        "document.getElementById('chart-accuracy').data"
        ".some((t) => t.meta.series === 'test_accuracy-mean' && t.meta.symbol)"
    )
    looks = page.page.evaluate(LOOKS, "accuracy")
    assert sorted(look[:2] for name, look in looks.items() if name.startswith("test_accuracy-mean")) == [
        ["dash", "square"],
        ["solid", "circle"],
    ]
    page.page.select_option("#dash-field", "seed")
    page.until("document.getElementById('chart-accuracy').data.every((t) => !t.meta.symbol)")
    # the band is over the seeds: what its curve has of them is neither the first one's look nor its name
    assert legend(page, "accuracy").locator("li:not([hidden])").all_inner_texts() == ["several values"]
    assert legend(page, "accuracy").locator(".legend-symbol").count() == 0
    assert set(hovered(page)["Seed"]) == {"several values"}

    # in a group, each value of the dash field has its own mean, in the group's colour
    page.leave()
    page.open("/#bands=std&over=dataset.name&dash=optimizer.name")
    means = (
        "document.getElementById('chart-accuracy').data.filter((t) => t.meta.series === 'test_accuracy-mean')"
    )
    page.until(f"{means}.length === 2 && {means}.every((t) => t.meta.symbol)")
    looks = [
        page.page.evaluate(LOOKS, "accuracy")[name] for name in sorted(page.page.evaluate(LOOKS, "accuracy"))
    ]
    looks = [look for look in looks if look[1]]
    assert sorted(look[0] for look in looks) == ["dash", "solid"]
    assert len({look[2] for look in looks}) == 1
    for group, name in ((lab_with_runs.ids[:3], "SGD"), (lab_with_runs.ids[3:], "Adam")):
        columns, _ = lab_with_runs.stored_rows(group[0], "evaluation")
        place = columns.index("test_accuracy")
        last = [lab_with_runs.stored_rows(run_id, "evaluation")[1][-1, place] for run_id in group]
        mean = f"{100 * sum(map(float, last)) / 3:.2f}"
        # a mean is drawn of the rows that have come: the address was opened a moment ago
        wait_for_mean(page, name, mean)


def test_the_legend_sorts_numbers_by_value_not_by_arrival(open_page, lab):
    page = open_page(lab)
    training = {"iterations": 20, "evaluate_every": 20}
    sizes = (16, 128, 32)
    ids = [lab.launch(training={**training, "batch_size": size})["id"] for size in sizes]
    choose(page, "training.batch_size")
    for chart in ("loss", "accuracy"):
        page.until(
            f"[...document.querySelectorAll('[data-chart={chart}] .strokes li:not([hidden])')]"
            ".map(e => e.textContent).join() === '16,32,128'"
        )
    # a new run changes no other run's dash; their curves are drawn a moment after the legend
    wait_until(lambda: len(page.page.evaluate(LOOKS, "loss")) == 2 * len(ids), "the curves")
    looks = page.page.evaluate(LOOKS, "loss")
    assert [looks[f"loss-smoothed {run_id}"][0] for run_id in ids] == ["solid", "dash", "dot"]
    for run_id in ids:
        lab.http.delete(f"/api/runs/{run_id}")


def test_new_points_get_their_curves_dash_and_symbols_without_a_new_figure(open_page, lab):
    page = open_page(lab)
    page.page.set_viewport_size({"width": 1280, "height": 800})
    runs = [
        lab.launch(
            **{
                **STEADY,
                "name": f"run {seed}",
                "seed": seed,
                "training": {"iterations": 20_000, "batch_size": 512, "evaluate_every": 50},
            }
        )
        for seed in (1, 2)
    ]
    try:
        choose(page, "seed")
        wait_for_symbols(page)
        tails = f"[...document.querySelectorAll('{LOSS} .points path.tail')]"
        page.until(f"{tails}.length > 1")
        dash, color, apart, drawn, known = page.page.evaluate(
            f"""(() => {{
                const plot = document.querySelector("{LOSS}");
                const {{ x, marker }} = {SYMBOLS.format("loss")};
                const tail = {tails}.at(-1).getBoundingClientRect();
                const {{ xaxis, _size }} = plot._fullLayout;
                const [from, to] = xaxis.range;
                const left = plot.getBoundingClientRect().left + _size.l + _size.w * (x.at(-1) - from) / (to - from);
                return [
                    plot.querySelector(".lines path.tail[style*='dasharray']").style.strokeDasharray,
                    [...plot.querySelectorAll(".points path.tail")].at(-1).style.fill === toRgb(marker.color.at(-1)),
                    Math.abs(tail.left + tail.width / 2 - left),
                    plot.querySelectorAll(".tracesymbols .points path").length,
                    x.length,
                ];
                function toRgb(hex) {{
                    const probe = document.createElement("i");
                    probe.style.color = hex;
                    return probe.style.color;
                }}
            }})()"""
        )
        assert dash == "9px, 9px"
        assert color
        assert apart < 1.5
        assert drawn == known >= 2
    finally:
        for run in runs:
            lab.http.delete(f"/api/runs/{run['id']}")


def test_a_saved_picture_says_what_dashes_and_symbols_mean(page, lab_with_runs):
    choose(page, "optimizer.name")
    wait_for_symbols(page)
    page.page.locator('[data-chart="accuracy"] .controls .icon-button').last.click()
    with page.page.expect_download() as saving:
        page.page.click('#chart-accuracy-menu [data-item="svg"]')
    text = saving.value.path().read_text("utf-8")
    for name in ("sgd 1 · test (Optimizer SGD)", "adam 3 · train (Optimizer Adam)"):
        assert text.count(name) >= 1
    assert "stroke-dasharray" in text


def test_an_address_with_a_field_that_no_run_has_shows_curves_of_one_look(page, lab_with_runs):
    page.leave()
    page.open("/#dash=constructor")
    page.until("document.querySelector('[data-chart=loss] .strokes li span')?.textContent === '–'")
    page.until("document.getElementById('chart-accuracy').data?.length >= 12")
    looks = page.page.evaluate(LOOKS, "accuracy")
    assert {look[0] for look in looks.values()} == {"solid"}
