"""Dialogs of the run table: comparison, sweep, help; and their accessibility."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import violations, violations_light_and_dark
from tests.browser.run_table import name, row, selected, wait_for_list
from tests.support.experiments import SHORT, STEADY


def test_a_comparison_shows_only_what_differs_and_words_values_as_the_form_does(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    name(page, lab_with_runs.ids[0]).click()
    name(page, lab_with_runs.ids[1]).click(modifiers=["ControlOrMeta"])

    page.page.click("#compare")

    expect(page.page.locator(".diff-summary")).to_have_text("Differs only in: Seed")
    rows = page.page.locator(".diff tbody tr:not(.result)").all_inner_texts()
    assert [re.split(r"\s+", text) for text in rows] == [["Seed", "1", "2"]]
    page.page.keyboard.press("Escape")
    expect(page.page.locator("dialog")).to_have_count(0)
    assert selected(page) == ["sgd 2", "sgd 1"]

    network = {"preset": "mlp", "hidden": [16, 8], "activation": "gelu"}
    other = lab_with_runs.launch(**{**SHORT, "name": "other", "network": network})["id"]
    try:
        name(page, lab_with_runs.ids[5]).click()
        name(page, other).click(modifiers=["ControlOrMeta"])
        page.page.click("#compare")
        row_of = page.page.locator(".diff tbody tr").filter
        expect(row_of(has_text="Optimizer").locator("td")).to_have_text(["Adam", "SGD"])
        network = row_of(has_text="Network").locator("td").last
        expect(network).to_have_text("dense 16 → GELU → dense 8 → GELU → dense 10")
        page.page.keyboard.press("Escape")
    finally:
        lab_with_runs.http.delete(f"/api/runs/{other}")


def part_of_help(page, name):
    page.page.locator("dialog .segments label", has_text=name).click()


def test_the_help_has_the_guide_a_glossary_and_the_keys_and_turns_them_off(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    asked = []
    page.page.on("request", lambda request: asked.append(request.url))
    assert page.page.evaluate(
        "performance.getEntriesByType('resource').every(({name}) => !/glossary|js.help|guide/.test(name))"
    )
    page.page.focus("#help")
    page.page.keyboard.press("Enter")
    dialog = page.page.locator("dialog")
    section = dialog.locator("details", has=page.page.get_by_text("Read the charts", exact=True))
    section.locator("summary").click()
    expect(section).to_contain_text("Smoothing draws a smoother line")
    page.until("[...document.querySelectorAll('dialog details[open] img')].every(i => i.naturalWidth > 0)")
    assert violations(page, within="dialog") == []
    part_of_help(page, "Glossary")
    dialog.get_by_label("search the glossary").fill("ｂａｔｃｈ")
    expect(dialog.locator("dt").first).to_contain_text("batch")
    assert dialog.locator("dt").count() < 12
    assert violations(page, within="dialog") == []
    page.page.keyboard.press("Escape")  # empties the box, as in any search
    if dialog.count():
        page.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert page.page.evaluate("document.activeElement.id") == "help"
    assert any("glossary" in url for url in asked)

    page.page.keyboard.press("?")
    expect(dialog).to_contain_text("pause or resume the selected runs")
    page.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.page.click("#help")
    part_of_help(page, "Keyboard shortcuts")
    page.page.get_by_label("Use keys without Ctrl").uncheck()
    page.page.keyboard.press("Escape")
    page.page.keyboard.press("?")
    page.page.keyboard.press("/")
    expect(dialog).to_have_count(0)
    assert page.page.evaluate("document.activeElement.id") != "run-search"
    # typed letters never act as keyboard commands
    page.page.click("#help")
    page.page.get_by_label("Use keys without Ctrl").check()
    page.page.keyboard.press("Escape")
    page.page.fill("#run-search", "")
    page.page.locator("#run-search").press_sequentially("a/? b")
    assert page.page.input_value("#run-search") == "a/? b"
    expect(dialog).to_have_count(0)


def figure(page):
    return page.page.evaluate(
        """(document.querySelector('dialog .figure').data ?? []).map(t => ({
            type: t.type, x: [...(t.x ?? [])], y: [...(t.y ?? [])], z: t.z, runs: t.customdata}))"""
    )


def test_a_sweep_shows_results_over_what_differs(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    name(page, lab_with_runs.ids[0]).click()
    name(page, lab_with_runs.ids[5]).click(modifiers=["Shift"])
    page.page.click("#sweep")
    page.until("document.querySelector('dialog .figure')?.data?.length")

    def scores():
        return {run_id: lab_with_runs.run(run_id)["latest"]["test_accuracy"] for run_id in lab_with_runs.ids}

    dots = figure(page)[-1]
    assert dict(zip(dots["runs"], dots["y"], strict=True)) == pytest.approx(scores())
    assert set(dots["x"]) == {"sgd", "adam"}
    called = "document.querySelector('dialog .figure').layout.xaxis.title.text"
    assert page.page.evaluate(called) == "Optimizer"

    page.page.select_option('[name="sweep.kind"]', "heat")
    page.page.select_option('[name="sweep.y"]', "seed")
    page.until("document.querySelector('dialog .figure').data[0].y.length === 3")
    (heat,) = figure(page)
    assert (heat["x"], heat["y"]) == (["adam", "sgd"], ["1", "2", "3"])
    for seed in range(3):
        for column, runs in enumerate((lab_with_runs.ids[3:], lab_with_runs.ids[:3])):
            assert heat["z"][seed][column] == pytest.approx(scores()[runs[seed]])

    page.page.select_option('[name="sweep.kind"]', "parallel")
    page.page.select_option('[name="sweep.metric"]', "loss")
    losses = {run_id: lab_with_runs.run(run_id)["latest"]["loss"] for run_id in lab_with_runs.ids}
    lines = page.page.locator(".parallel .line")
    assert lines.evaluate_all("all => all.map(line => line.dataset.sweepRun)") == sorted(
        losses, key=losses.get, reverse=True
    )

    # by keyboard one optimizer, by mouse some of the seeds
    chosen = "[...document.querySelectorAll('.parallel .line:not(.pale)')].map(line => line.dataset.sweepRun)"
    optimizer, seed = (
        page.page.locator(".parallel .axis", has_text=title).first for title in ("Optimizer", "Seed")
    )
    optimizer.focus()
    page.page.keyboard.press("ArrowUp")
    assert optimizer.get_attribute("aria-valuetext") == "Adam"
    assert sorted(page.page.evaluate(chosen)) == sorted(lab_with_runs.ids[3:])
    box = seed.locator("> path").bounding_box()
    x, top, height = box["x"] + box["width"] / 2, box["y"], box["height"]
    page.page.mouse.move(x, top + 0.3 * height)
    page.page.mouse.down()
    page.page.mouse.move(x, top + 0.7 * height, steps=4)
    page.page.mouse.up()
    assert page.page.evaluate(chosen) == [lab_with_runs.ids[4]]
    assert "1 of 6 runs" in page.page.inner_text("dialog .sweep-message")
    page.page.mouse.click(x, top + 0.5 * height)  # all seeds again
    assert sorted(page.page.evaluate(chosen)) == sorted(lab_with_runs.ids[3:])

    page.page.locator(f'[data-sweep-run="{lab_with_runs.ids[4]}"]').dispatch_event("click")
    expect(page.page.locator("dialog")).to_have_count(0)
    expect(name(page, lab_with_runs.ids[4])).to_have_attribute("aria-pressed", "true")
    expect(page.page.locator(".run.selected")).to_have_count(1)


def test_the_table_and_its_dialogs_have_no_accessibility_violation(open_page, lab_with_runs):
    # tall, so that nothing is scrolled away behind the button
    page = open_page(lab_with_runs, viewport={"width": 1280, "height": 1200})
    run_id = lab_with_runs.launch(**STEADY)["id"]
    lab_with_runs.http.patch(f"/api/runs/{run_id}", json={"tags": ["demo"], "starred": True})
    try:
        page.wait_for(run_id, "running")
        name(page, run_id).click()
        row(page, lab_with_runs.ids[5]).hover()
        assert violations(page, within=".side") == []
        page.page.click("#wide")
        name(page, lab_with_runs.ids[0]).click(modifiers=["Shift"])
        assert violations_light_and_dark(page, within=".side") == []
        page.page.click(".run-tools summary")
        page.until("document.querySelector('.panel')")
        assert violations(page, within=".run-tools") == []
        page.page.keyboard.press("Escape")
        for button, found in (("#compare", violations_light_and_dark), ("#sweep", violations)):
            page.page.click(button)
            expect(page.page.locator("dialog")).to_be_visible()
            assert found(page, within="dialog") == []
            page.page.keyboard.press("Escape")
            expect(page.page.locator("dialog")).to_have_count(0)
    finally:
        lab_with_runs.http.delete(f"/api/runs/{run_id}")


#: How many lines each text has.
LINES = """(elements) => elements.map((element) => {
    const range = new Range();
    range.selectNodeContents(element);
    return range.getClientRects().length;
})"""


def test_on_a_phone_nothing_scrolls_sideways_and_the_comparison_breaks_no_japanese_word(
    open_page, lab_with_runs
):
    network = {"preset": "mlp", "hidden": [20, 10]}
    dataset = {"name": "spirals"}
    other = lab_with_runs.launch(**{**SHORT, "name": "other", "network": network, "dataset": dataset})["id"]
    try:
        page = open_page(lab_with_runs, viewport={"width": 390, "height": 844}, locale="ja-JP")
        name(page, lab_with_runs.ids[5]).click()
        assert page.page.evaluate("document.documentElement.scrollWidth") == 390
        name(page, other).click(modifiers=["ControlOrMeta"])
        page.page.click("#compare")
        expect(page.page.locator("dialog")).to_be_visible()
        fields = page.page.locator(".diff tbody tr:not(.result) th")
        assert {"データセット", "ネットワーク", "最適化手法"} <= set(fields.all_inner_texts())
        assert fields.evaluate_all(LINES) == [1] * fields.count()
        assert page.page.evaluate("document.documentElement.scrollWidth") == 390
        page.page.keyboard.press("Escape")
    finally:
        lab_with_runs.http.delete(f"/api/runs/{other}")


def test_a_sweep_folds_to_one_line_with_its_best_and_the_wide_table_has_the_columns_that_are_chosen(
    open_page, make_lab
):
    lab = make_lab(LOSSROOM_WORKERS="2")
    rates = (1, 0.001, 0.1, 0.01)
    optimizers = [{"name": "sgd", "learning_rate": rate} for rate in rates]
    sweep = [{**SHORT, "name": f"lr {o['learning_rate']}", "optimizer": o} for o in optimizers]
    ids = [run["id"] for run in lab.post("/api/experiments", experiments=sweep).json()["runs"]]
    alone = lab.launch(**{**SHORT, "name": "alone"})["id"]
    for run_id in (*ids, alone):
        lab.wait_for(run_id, "completed")
    page = open_page(lab)
    in_order = ["lr 0.001", "lr 0.01", "lr 0.1", "lr 1"]
    wait_for_list(page, ["alone", *in_order])
    head = page.page.locator(".run-group")
    fold = head.locator(".group-name")
    expect(fold).to_have_text("lr 0.001–1")
    best = max(lab.run(run_id)["latest"]["test_accuracy"] for run_id in ids)
    expect(head.locator(".score")).to_have_text(f"{100 * best:.1f}%")
    expect(head.locator(".group-facts")).to_have_text(re.compile(r"^4 · [\d.]+% – [\d.]+%$"))

    fold.click()
    wait_for_list(page, ["alone"])
    expect(page.page.locator("#run-count")).to_have_text("5")
    page.open(page.address())
    wait_for_list(page, ["alone"])
    # by keyboard it is one of the rows, and what it holds can be selected without unfolding it
    name(page, alone).focus()
    page.page.keyboard.press("ArrowDown")
    expect(fold).to_be_focused()
    fold.click(modifiers=["ControlOrMeta"])
    expect(page.page.locator(".bar-count")).to_have_text("4 selected")
    fold.focus()
    page.page.keyboard.press("ArrowRight")
    wait_for_list(page, ["alone", *in_order])
    page.page.keyboard.press("Escape")

    # the list stays in the same place whatever is selected
    place = "JSON.stringify(document.querySelector('.runs').getBoundingClientRect())"
    before = page.page.evaluate(place)
    name(page, ids[0]).click()
    expect(page.page.locator("#run-details h2")).to_have_text("lr 1")
    assert page.page.evaluate(place) == before

    page.page.click("#wide")
    page.page.click(".columns-menu summary")
    for column in ("training.batch_size", "gap"):
        page.page.check(f'.panel.columns [value="{column}"]')
    page.page.uncheck('.panel.columns [value="loss"]')
    page.page.keyboard.press("Escape")
    heads = page.page.locator(".column-head")
    wanted = ["Run", "Optimizer", "Learning rate", "Data set", "Train", "Test", "Seconds", "Batch", "Gap"]
    expect(heads).to_have_text(wanted)
    latest = lab.run(ids[0])["latest"]
    gap = 100 * (latest["train_accuracy"] - latest["test_accuracy"])
    expect(row(page, ids[0]).locator(".cell").nth(6)).to_have_text("16")
    expect(row(page, ids[0]).locator(".cell").nth(7)).to_have_text(f"{gap:.1f}".replace("-", "−"))
    # sorted by a setting, the launch stands where its first run does
    heads.nth(2).click()
    wait_for_list(page, [*in_order, "alone"])
    assert "columns=" in page.address()
