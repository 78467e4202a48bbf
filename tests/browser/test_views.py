"""The cards that show what is inside of networks have the numbers of the engine, live and past, by mouse and keys."""

import base64
import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.support.seen_views import decode_view


def percent(share, digits=1):
    """As the page writes it: halves are rounded up."""
    return f"{100 * share + 1e-9:.{digits}f}%"


def seen(lab, run_id, iteration, view, **options):
    """The facts and arrays of a view, as the lab gives them."""
    path = f"/api/runs/{run_id}/moments/{iteration}/views/{view}"
    answer = lab.http.get(path, params={"options": json.dumps(options)})
    header, arrays = decode_view(answer.raise_for_status().content)
    return header["facts"], arrays


def open_cards(page, lab, run_id, *cards, at=None):
    """A page with a chart and with cards of one run."""
    number = lab.run(run_id)["number"]
    moment = "" if at is None else f"&at={number}@{at}"
    page.leave()
    page.open(f"/#runs={number}&charts={','.join(['loss', *cards])}{moment}")


@pytest.fixture
def lab(lab_with_runs):
    return lab_with_runs


def test_the_confusion_matrix_shows_the_images_of_a_cell_to_mouse_and_keys(open_page, lab):
    page = open_page(lab, opened=False)
    run_id = lab.ids[0]
    open_cards(page, lab, run_id, "view.confusion")
    card = page.page.locator('[data-chart="view.confusion"]')
    facts, arrays = seen(lab, run_id, 40, "confusion", part="test")
    most = facts["commonest"]
    words = f"{most['truth']} taken for {most['predicted']}: {most['count']} of {most['of']}"
    expect(card.locator(".view-says")).to_have_text(words)
    expect(card.locator(".view-foot")).to_contain_text(percent(facts["accuracy"], 2))
    shares = [percent(class_figures["accuracy"]) for class_figures in facts["classes"]]
    expect(card.locator(".confusion-side .bar-row b")).to_have_text(shares)

    matrix = card.locator(".matrix")
    matrix.focus()
    for key, times in (("ArrowDown", most["truth"]), ("ArrowRight", most["predicted"])):
        for _ in range(times):
            matrix.press(key)
    expect(card.locator(".view-foot")).to_contain_text(words)
    matrix.press("Enter")
    expect(card.locator(".confusion-heading")).to_contain_text(words)
    _, mistakes = seen(
        lab, run_id, 40, "mistakes", truth=most["truth"], predicted=most["predicted"], count=40
    )
    sure = [percent(p[most["predicted"]], 0) for p in mistakes["probabilities"]]
    examples = card.locator(".example")
    expect(examples).to_have_text(sure)
    pixels = examples.first.locator("canvas").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"
        ".filter((_, i) => i % 4 === 0)"
    )
    assert pixels == mistakes["images"][0].ravel().tolist()
    examples.first.focus()
    expect(card.locator(".example-large")).to_contain_text(f"No. {mistakes['indices'][0]:,}")
    assert violations(page, within='[data-chart="view.confusion"]') == []
    assert f"cell={most['truth']}-{most['predicted']}" in page.address()
    matrix.focus()
    matrix.press("Enter")
    expect(examples).to_have_count(0)

    # at a past moment, a click on the first cell: the images that the network is least sure of
    open_cards(page, lab, run_id, "view.confusion", at=10)
    facts, arrays = seen(lab, run_id, 10, "confusion", part="test")
    right, of = int(arrays["counts"][0, 0]), facts["classes"][0]["count"]
    expect(card.locator(".view-foot")).to_contain_text(percent(facts["accuracy"], 2))
    matrix.click(position={"x": 38, "y": 5})
    expect(card.locator(".confusion-heading")).to_have_text(
        re.compile(f"0 recognized: {right} of {of}.*least sure first")
    )
    page.page.get_by_role("button", name="accuracy per class").click()
    page.page.get_by_role("button", name="worst mistakes").click()
    expect(examples.first).to_contain_text("→")
    assert page.errors == []


def test_each_shown_network_reads_a_drawn_digit_and_a_test_image_that_is_changed_by_keys(open_page, lab):
    page = open_page(lab, opened=False)
    run_id = lab.ids[0]
    open_cards(page, lab, run_id, "view.digit")
    card = page.page.locator('[data-chart="view.digit"]')
    bars, pad = card.locator(".digit-bars canvas"), card.locator(".pad")
    name = lab.run(run_id)["name"]
    sample = lab.http.get(
        "/api/datasets/digits/images", params={"part": "test", "first": 7, "count": 1}
    ).json()
    image = np.frombuffer(base64.b64decode(sample["pixels"]), np.uint8).reshape(8, 8)

    def says(pixels, at):
        _, arrays = seen(lab, run_id, at, "digit", pixels=base64.b64encode(pixels.tobytes()).decode())
        p = arrays["probabilities"]
        return f"{name} says {p.argmax()} ({100 * p.max():.0f}%)."

    card.locator("input").fill("7")
    card.locator("input").press("Enter")
    expect(bars).to_have_attribute("aria-label", says(image, 40))
    pad.press("ArrowRight")
    moved = np.pad(image, ((0, 0), (1, 0)))[:, :8]
    expect(bars).to_have_attribute("aria-label", says(moved, 40))
    expect(pad).to_have_attribute("aria-label", re.compile("Test image 7"))
    pad.press("Control+z")
    expect(bars).to_have_attribute("aria-label", says(image, 40))
    assert violations(page, within='[data-chart="view.digit"]') == []

    open_cards(page, lab, run_id, "view.digit", at=10)
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 20, steps=8)
    page.page.mouse.up()
    expect(bars).to_have_attribute("aria-label", re.compile(rf"{re.escape(name)} says \d"))
    card.get_by_role("button", name="clear").click()
    expect(bars).to_have_attribute("aria-label", re.compile("Draw a digit in the square"))
    assert page.errors == []


def test_update_ratios_and_dead_units_of_each_layer_are_those_of_the_engine(open_page, lab):
    page = open_page(lab, opened=False)
    run_id = lab.ids[3]
    card = page.page.locator('[data-chart="view.units"]')
    for iteration in (40, 3):
        open_cards(page, lab, run_id, "view.units", at=iteration)
        facts, _ = seen(lab, run_id, iteration, "units")
        for layer in facts["layers"]:
            words = f"layer {layer['name']}: ‖Δw‖/‖w‖ {layer['update_ratio']:.2g}"
            if layer["dead"] is not None:
                words += f", {percent(layer['dead'])} of its units dead"
            expect(card.get_by_role("img")).to_have_attribute("aria-label", re.compile(re.escape(words)))
        expect(card.locator(".view-foot")).to_contain_text(f"all of {facts['sample']} test examples")
    assert violations(page, within='[data-chart="view.units"]') == []
    assert page.errors == []


def test_the_decision_boundary_shows_where_the_test_points_are_right(open_page, lab_with_runs):
    page = open_page(lab_with_runs, opened=False)
    run_id = lab_with_runs.launch(
        dataset={"name": "spirals"}, optimizer={"name": "adam", "learning_rate": 0.02}
    )["id"]
    try:
        lab_with_runs.wait_for(run_id, "completed")
        run = lab_with_runs.run(run_id)
        open_cards(page, lab_with_runs, run_id, "view.boundary", at=5)
        card = page.page.locator('[data-chart="view.boundary"]')
        facts, arrays = seen(lab_with_runs, run_id, 5, "boundary", size=80)
        which = {"part": "test", "first": 0, "count": 200}
        sample = lab_with_runs.http.get("/api/datasets/spirals/images", params=which).json()
        reach, best = facts["extent"]["right"], arrays["probabilities"].argmax(0)
        cells = [[int((reach - y) / reach * 40), int((x + reach) / reach * 40)] for x, y in sample["points"]]
        right = sum(
            best[row, column] == label for (row, column), label in zip(cells, sample["labels"], strict=True)
        )
        share = f"{int(right / 2 + 0.5)}% right"
        expect(card.locator(".plane")).to_have_attribute(
            "aria-label", re.compile(rf"{re.escape(run['name'])}.*Of 200 test points, {share}")
        )
        expect(card.locator(".units canvas")).to_have_count(len(facts["layers"]))
        assert violations(page, within='[data-chart="view.boundary"]') == []
        assert page.errors == []
    finally:
        lab_with_runs.http.delete(f"/api/runs/{run_id}")


def test_histograms_of_each_layer_say_its_norm_and_its_share_near_zero(open_page, lab):
    page = open_page(lab, opened=False)
    run_id = lab.ids[0]
    card = page.page.locator('[data-chart="view.histograms"]')
    open_cards(page, lab, run_id, "view.histograms", at=20)
    facts, _ = seen(lab, run_id, 20, "histograms")
    for kind in ("weights", "gradients", "outputs"):
        card.get_by_label("Histograms of").select_option(kind)
        for layer in facts["layers"]:
            about = layer[kind]
            words = f"layer {layer['name']}: norm {about['norm']:.2g}, near 0: {percent(about['near_zero'])}"
            expect(card.get_by_role("img")).to_have_attribute("aria-label", re.compile(re.escape(words)))
    expect(card.locator(".view-foot")).to_contain_text(f"{facts['sample']} test examples")
    assert "of=outputs" in page.address()
    assert violations(page, within='[data-chart="view.histograms"]') == []
    assert page.errors == []


#: Two small convolutions on the digits of 8 × 8 pixels.
CONVOLUTIONS = [
    {"type": "conv2d", "filters": 4, "kernel_size": 3},
    {"type": "activation", "name": "relu"},
    {"type": "conv2d", "filters": 3, "kernel_size": 3, "padding": 1},
    {"type": "dense", "units": 10},
]


def three_digits(value):
    """As the page writes a number."""
    exact = f"{float(value):.3g}"
    return f"{float(exact):g}" if abs(float(value)) >= 1e-4 or not value else exact


def test_a_click_or_enter_on_a_number_of_a_feature_map_shows_the_sum_that_made_it(open_page, lab):
    page = open_page(lab, opened=False)
    network = {"layers": CONVOLUTIONS}
    run_id = lab.launch(dataset={"name": "digits"}, network=network, training={"iterations": 30})["id"]
    try:
        lab.wait_for(run_id, "completed")
        card = page.page.locator('[data-chart="view.maps"]')
        maps, equation = card.locator("canvas.maps"), card.locator(".map-equation")
        for iteration in (30, 7):  # the newest moment, and a past one
            open_cards(page, lab, run_id, "view.maps:image=5", at=None if iteration == 30 else iteration)
            facts, _ = seen(lab, run_id, iteration, "maps", image=5)
            expect(maps).to_have_attribute(
                "aria-label", re.compile(f"no. 5; true class {facts['truth']}. says {facts['predicted']} ")
            )
            maps.focus()
            for key in ("Home", *["ArrowDown"] * 8, "ArrowRight", "ArrowDown", "Enter"):
                maps.press(key)  # below the input's eighth row is the first layer's first map
            where = {"layer": 1, "channel": 0, "y": 1, "x": 1}
            facts, arrays = seen(lab, run_id, iteration, "maps", image=5, **where)
            pixel = facts["pixel"]
            sign = "−" if pixel["bias"] < 0 else "+"
            words = [three_digits(abs(pixel[name])) for name in ("value", "sum", "bias")]
            expect(equation).to_have_text(
                re.compile(f"{words[0]} = −?{words[1]} {re.escape(sign)} {words[2]}")
            )
            assert "pixel=1-0-1-1" in page.address()
            products = card.locator(".map-tables table").last.locator("td")
            assert products.count() == 9
            assert [float(text.replace("−", "-")) for text in products.all_inner_texts()] == pytest.approx(
                arrays["products"].ravel().tolist(), rel=0.06, abs=1e-4
            )
        assert violations(page, within='[data-chart="view.maps"]') == []
        maps.press("Escape")
        expect(equation).to_be_hidden()
        card.get_by_label("Number of the image").fill("8")
        card.get_by_label("Number of the image").press("Enter")
        expect(maps).to_have_attribute("aria-label", re.compile("no. 8; true class"))
        maps.click(position={"x": 10, "y": 150})  # in the first map of the first layer
        expect(equation).to_be_visible()

        # weights of a layer that no network has are those of the first; of those that are no pictures nothing is shown
        numbers = [str(lab.run(one)["number"]) for one in (lab.ids[0], run_id)]
        page.leave()
        page.open(f"/#runs={','.join(numbers)}&charts=loss,view.weights:layer=100000000")
        card = page.page.locator('[data-chart="view.weights"]')
        pictures = card.locator("canvas.pixels[aria-label*=units]").filter(visible=True)
        expect(pictures).to_have_count(2)
        card.get_by_label("Layer").select_option("2")
        expect(pictures).to_have_count(1)
        expect(card.locator("canvas.pixels").filter(visible=True)).to_have_count(1)
        assert page.errors == []
    finally:
        lab.http.delete(f"/api/runs/{run_id}")
