"""The card of the loss landscape: measured on demand, with progress and cancel; read by mouse, keyboard or as text."""

import re

from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.support.experiments import SHORT
from tests.support.waiting import wait_until

#: Whether a canvas has a pixel in the colour of a run.
HAS_COLOR = """async (canvas, index) => {
    const { color } = await import("/static/js/page/palette.js");
    const context = document.createElement("canvas").getContext("2d");
    context.fillStyle = color(index, false);
    context.fillRect(0, 0, 1, 1);
    const [wanted] = new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer);
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Uint32Array(data.buffer).includes(wanted);
}"""

#: How many different colours a canvas has.
COLORS = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
}"""


def test_the_landscape_of_two_runs_is_measured_on_demand_and_can_be_read_and_cancelled(
    open_page, lab_with_runs
):
    lab = lab_with_runs
    runs = [lab.run(lab.ids[0]), lab.run(lab.ids[3])]
    numbers = ",".join(str(run["number"]) for run in runs)
    page = open_page(lab)
    page.open(f"/#charts=view.landscape,accuracy&runs={numbers}")
    card = page.page.locator('[data-chart="view.landscape"]')
    measure = card.locator(".landscape-measure")
    expect(card).to_contain_text("Each point of the picture is a network")
    measure.click()
    canvas = card.locator("canvas.landscape")
    expect(canvas).to_be_visible()
    expect(card).to_contain_text(re.compile(r"first 360 test examples, at 25 × 25 points"))
    label = canvas.get_attribute("aria-label")
    for run in runs:
        assert re.search(
            rf"{run['name']}: from iteration 0, loss [\d.]+, to iteration 40, loss [\d.]+", label
        )
    assert canvas.evaluate(COLORS) > 100
    assert violations(page, within='[data-chart="view.landscape"]') == []

    canvas.hover(position={"x": 20, "y": 20})
    readout = card.locator(".landscape-at")
    expect(readout).to_contain_text("loss")
    canvas.focus()
    before = readout.inner_text()
    page.page.keyboard.press("Shift+ArrowRight")
    expect(readout).not_to_have_text(before)
    assert "at=" not in page.address()  # the arrow keys do not move the moment here

    held = []
    page.page.route("**/api/landscapes", lambda route: held.append(route))
    card.locator(".landscape-directions").select_option("random")
    expect(measure).to_have_text("Cancel")
    measure.click()
    expect(card).to_contain_text("Cancelled.")
    expect(canvas).to_be_visible()  # what was measured before stays
    page.page.unroute_all(behavior="ignoreErrors")
    measure.click()
    expect(card).to_contain_text("random directions")
    assert "view.landscape:directions=random" in page.address()

    # in the list these look alike; only the lab knows that their numbers are of different types
    double = lab.launch(**{**SHORT, "name": "double", "dtype": "float64"})
    lab.wait_for(double["id"], "completed")
    page.open(f"/#charts=view.landscape:directions=up,accuracy&runs={numbers},{double['number']}")
    expect(card.locator(".landscape-directions")).to_have_value("paths")
    measure.click()
    expect(canvas).to_be_visible()
    expect(card).to_contain_text("1 further selected runs have another network, data set or type of numbers")
    lab.http.delete(f"/api/runs/{double['id']}")

    page.open(f"/?lang=ja#charts=view.landscape,accuracy&runs={numbers}&at={runs[0]['number']}@0&lang=ja")
    measure.click()
    expect(card).to_contain_text("重みがまだ動いていない")

    page.open(
        f"/#charts=view.landscape:directions=random,accuracy&runs={runs[0]['number']}&at={runs[0]['number']}@0"
    )
    measure.click()
    expect(canvas).to_be_visible()
    wait_until(lambda: canvas.evaluate(HAS_COLOR, runs[0]["color"]))  # a path of one point is a disc
