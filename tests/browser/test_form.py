"""What the form shows: help, what has changed since the last launch, errors; undo; and its state in the address."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import violations, violations_light_and_dark


@pytest.fixture
def page(brief_page):
    return brief_page


def test_help_follows_focus_and_mouse_an_error_is_as_wide_as_its_row_and_another_language_keeps_typed_values(
    page,
):
    page.page.focus('[name="optimizer.learning_rate"]')
    said = page.page.inner_text(".help-line")
    assert said.endswith("> 0, ≤ 10,000. Default: 0.01.")
    lines = "(line => [line.scrollHeight, line.clientHeight])(document.querySelector('.help-line'))"
    needed, shown = page.page.evaluate(lines)
    assert needed == shown, "nothing of it is cut off"
    assert page.page.get_attribute('[name="optimizer.learning_rate"]', "aria-description") == said
    page.page.hover('[data-field="training.batch_size"] .label')
    page.until("document.querySelector('.help-line').textContent.includes('1–100,000')")
    page.page.hover('[data-field="training.iterations"] .label')
    page.until("document.querySelector('.help-line').textContent.startsWith('Number of training steps.')")
    page.page.click(".further summary")
    page.page.focus('[name="seed"]')
    page.until("document.querySelector('.help-line').textContent.includes('0–4,294,967,295')")

    # an error in a narrow box
    page.fill(training__batch_size=-3)
    error = page.page.locator('[data-field="training.batch_size"] > .error')
    expect(error).to_have_text("Must be at least 1 and at most 100,000.")
    box, row = error.bounding_box(), page.page.locator(".row.length").bounding_box()
    assert box["width"] == row["width"]
    assert box["height"] < 40

    page.fill(training__batch_size=20, optimizer__learning_rate="0.5, 0.25")
    # the texts of the other language arrive while the next value is being typed
    page.page.evaluate(
        """() => {
            const box = document.querySelector('[name="optimizer.learning_rate"]');
            box.focus();
            box.setSelectionRange(0, 3);
            document.querySelector('[data-language="ja"]').click();
        }"""
    )
    page.until("document.querySelector('#launch span').textContent === '2 個の実験を開始'")
    page.page.keyboard.insert_text("0.75")
    assert page.page.input_value('[name="optimizer.learning_rate"]') == "0.75, 0.25"


def test_the_form_shows_what_has_changed_since_the_last_launch(page):
    page.press_launch()
    page.until("document.querySelector('.difference').textContent.startsWith('The same as')")
    page.choose("optimizer.name", "adam")
    page.until("document.querySelector('.difference b')?.textContent === 'Optimizer'")
    page.fill(training__batch_size=50)
    page.until("document.querySelector('.difference b')?.textContent === 'Optimizer, Batch'")
    page.choose("optimizer.name", "sgd")
    page.fill(training__batch_size=100)
    page.until("document.querySelector('.difference').textContent.startsWith('The same as')")
    page.page.get_by_label("tanh", exact=True).check()
    page.until("document.querySelector('.difference b')?.textContent === 'Activation'")


def test_a_runs_experiment_is_taken_into_the_form_changed_in_one_thing_and_launched(page, lab):
    name = "the model"
    run_id = lab.launch(
        name=name,
        dataset={"name": "digits", "label_noise": 0.1},
        network={"preset": "mlp", "hidden": [7, 6], "activation": "tanh", "dropout": 0.1, "batch_norm": True},
        optimizer={"name": "adam", "learning_rate": 0.02, "beta1": 0.8},
        regularization={"l1": 0.001, "l2": 0.002},
        training={"epochs": 1, "schedule": {"name": "cosine"}, "early_stopping": {"patience": 50}},
        seed=4,
    )["id"]
    page.until(f"!!document.querySelector('[data-run=\"{run_id}\"]')")
    page.page.click(f'[data-run="{run_id}"] .run-name')
    page.page.get_by_role("button", name="Edit a copy").first.click()
    page.until(f"document.querySelector('.difference').textContent === 'The same as “{name}”'")

    assert page.page.input_value('[name="network.hidden.1"]') == "6"
    assert page.page.input_value('[name="training.epochs"]') == "1"
    page.fill(regularization__l2=0.02)
    page.until("document.querySelector('.difference b')?.textContent === 'L2'")
    changed = lab.run(page.press_launch())["config"]

    before = lab.run(run_id)["config"]
    assert changed["regularization"] == {"l1": 0.001, "l2": 0.02}
    for section in ("dataset", "network", "optimizer", "training", "seed"):
        assert changed[section] == before[section]


def test_the_experiment_in_the_form_is_in_the_address(page, open_page, lab):
    page.choose("network.preset", "simple_convnet")
    page.fill(network__filters="4, 8", optimizer__learning_rate=0.25)
    page.choose("seeds", "2")
    address = page.address()

    other = open_page(lab, opened=False)
    other.open(address)

    assert other.page.input_value('[name="network.filters"]') == "4, 8"
    assert other.page.input_value('[name="optimizer.learning_rate"]') == "0.25"
    assert other.page.inner_text("#launch span") == "Launch 4 runs"


def test_an_address_with_an_invalid_experiment_gives_the_default_one(open_page, lab):
    page = open_page(lab, opened=False)
    for form in ("{", '{"document":{"dataset":{"name":"x"}}}'):
        page.leave()
        page.open(f"/#form={form}")
        page.until("document.querySelector('#summary-parameters').textContent !== '–'")
        assert page.page.input_value('[name="optimizer.learning_rate"]') == "0.1", form


def test_schedule_early_stopping_and_augmentation_are_chosen_and_launched(page, lab):
    # the further settings stay open when a choice is made right after opening them
    page.page.evaluate(
        """() => {
            document.querySelector(".further summary").click();
            const schedule = document.querySelector('[name="training.schedule.name"]');
            schedule.value = "step";
            schedule.dispatchEvent(new Event("change"));
        }"""
    )
    page.fill(training__schedule__every=7)
    page.choose("training.early_stopping", "true")
    page.choose("training.early_stopping.metric", "test_accuracy")
    note = page.page.locator('[data-field="training.early_stopping.metric"] .by-test')
    expect(note).to_contain_text("Chooses by the test examples")
    page.fill(training__early_stopping__patience=3, dataset__augment__shift=1)
    config = lab.run(page.press_launch())["config"]
    assert config["training"]["schedule"]["name"] == "step"
    assert config["training"]["schedule"]["every"] == 7
    assert config["training"]["early_stopping"]["metric"] == "test_accuracy"
    assert config["training"]["early_stopping"]["patience"] == 3
    assert config["dataset"]["augment"]["shift"] == 1

    # a tenth of the images is proposed to choose by
    page.page.click(".further summary")
    keep = page.page.locator("#keep-back")
    expect(keep).to_have_text("Keep back 144 examples to choose by")
    page.page.click('[data-language="ja"]')
    expect(keep).to_have_text("選ぶための検証データを 144 件取り分ける")
    keep.press("Enter")
    page.until("document.activeElement.name === 'dataset.validation_size'")  # it is seen where it was set
    expect(page.page.locator('[name="dataset.validation_size"]')).to_have_value("144")
    expect(keep).to_be_hidden()
    expect(note).to_have_count(0)
    page.fill(dataset__validation_size=1437)
    expect(page.page.locator('[data-field="dataset.validation_size"] > .error')).to_contain_text("1,436")
    page.fill(dataset__validation_size=144)
    run_id = page.press_launch()
    config = lab.run(run_id)["config"]
    assert config["dataset"]["validation_size"] == 144
    assert config["training"]["early_stopping"]["metric"] == "validation_accuracy"
    page.choose("training.early_stopping", "false")
    page.fill(dataset__validation_size="")

    page.choose("training.schedule.name", "none")
    page.fill(dataset__augment__shift=0)
    config = lab.run(page.press_launch())["config"]
    assert (
        config["training"]["schedule"]
        is config["training"]["early_stopping"]
        is config["dataset"]["augment"]
        is None
    )


def test_form_and_charts_have_no_accessibility_violation(open_page, lab):
    # tall, so that nothing is scrolled away behind the button
    page = open_page(lab, viewport={"width": 1280, "height": 2400})
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=50)
    page.wait_for_points(page.press_launch(), 50)
    assert violations_light_and_dark(page) == []
    page.page.click(".further summary")
    page.choose("optimizer.name", "adam")
    page.page.click('[data-field="regularization"][value="both"]')
    page.page.click('[name="optimizer.name.several"]')
    page.page.check('[data-field="optimizer.name.several"][value="adadelta"]')
    assert violations(page, within="#form") == []
    page.page.keyboard.press("Escape")
    page.choose("network.preset", "simple_convnet")
    page.until("document.querySelectorAll('.layer-summary li').length === 6")
    assert violations(page, within=".layer-summary") == []
    page.page.click("#edit-layers")
    page.page.locator('[data-field="network.layers.0"] button[aria-expanded]').first.click()
    page.choose("network.layers.add", "residual")
    page.page.focus('[name="network.layers.4.grip"]')
    page.page.keyboard.press("ArrowDown")
    page.fill(network__layers__2__size=9)
    page.until("!!document.querySelector('[data-field=\"network.layers.2\"].wrong')")
    assert violations_light_and_dark(page, within="#form") == []
    page.page.locator("#charts .icon-button[aria-label]").last.click()
    assert violations(page, within=".charts") == []


def test_the_facts_are_not_cut_off_and_a_launch_moves_nothing_under_the_finger(page):
    def resize(width):
        page.page.set_viewport_size({"width": width, "height": 800 if width == 1280 else 844})

    def assert_whole():
        """No fact is cut off in either language and size."""
        cut = "[...document.querySelectorAll('.facts :is(dt, dd)')].filter(e => e.scrollWidth > e.clientWidth).length"
        for language in ("ja", "en"):
            page.switch_to(language)
            for width in (390, 1280):
                resize(width)
                assert page.page.evaluate(cut) == 0, (language, width)

    page.choose("network.preset", "simple_convnet")
    page.fill(network__filters=2000)
    page.until("document.querySelector('#summary-parameters').textContent.length >= 7")
    assert_whole()
    # if runs differ in cost, the largest is shown
    page.fill(network__filters="20, 2000")
    page.until("document.querySelector('#summary-parameters').textContent.startsWith('≤')")
    assert_whole()

    page.fill(network__filters=2)
    where = "JSON.stringify(document.getElementById('launch').getBoundingClientRect())"
    for width, language in ((1280, "en"), (390, "ja")):
        resize(width)
        page.switch_to(language)
        page.page.locator("#launch").scroll_into_view_if_needed()
        before = page.page.evaluate(where)
        for _ in range(2):
            run_id = page.press_launch()
            assert page.page.evaluate(where) == before
            page.wait_for(run_id, "completed")
            page.until(f"document.querySelector('[data-run=\"{run_id}\"] .score').textContent !== '–'")
            assert page.page.evaluate(where) == before


def test_every_change_is_undone_and_redone_by_keys_and_buttons_and_a_box_keeps_its_own_undo_while_one_types(
    page,
):
    def value(name):
        return page.page.input_value(f'[name="{name}"]')

    rate, undo = "optimizer.learning_rate", page.page.locator("#undo")
    optimizer = "optimizer.name"
    assert undo.get_attribute("title") == "Undo: Iterations"
    page.choose("optimizer.name", "adam")
    page.page.keyboard.press("Control+z")
    assert page.chosen(optimizer) == "sgd"
    assert page.page.evaluate("document.activeElement.dataset.field") == optimizer
    page.page.keyboard.press("Control+Shift+z")
    assert page.chosen(optimizer) == "adam"

    page.page.focus(f'[name="{rate}"]')
    page.page.keyboard.press("End")
    page.page.keyboard.type("25")
    page.page.keyboard.press("Control+z")  # the browser's own undo, letter by letter or all together
    page.page.keyboard.press("Control+z") if value(rate) != "0.1" else None
    assert (value(rate), page.chosen(optimizer)) == ("0.1", "adam")
    page.page.keyboard.press("Control+Shift+z")
    assert value(rate) != "0.1"
    page.page.keyboard.press("Control+z")
    page.page.keyboard.press("Control+z")  # all typing is undone: now the earlier choice
    assert (value(rate), page.chosen(optimizer)) == ("0.1", "sgd")

    page.fill(training__batch_size=50)
    page.page.click("#add-layer")
    page.page.click("[data-language=ja]")
    page.until("document.querySelector('#undo').title === '元に戻す：ネットワーク'")
    undo.click()
    assert page.page.locator('[name^="network.hidden."]').count() == 2
    assert undo.get_attribute("title") == "元に戻す：バッチ"
    undo.press("Enter")
    assert value("training.batch_size") == "100"
    undo.press("Enter")
    undo.press("Enter")  # what the fixture has changed
    assert (undo.get_attribute("aria-disabled"), undo.get_attribute("title")) == (
        "true",
        "元に戻す変更はありません",
    )
    page.page.evaluate("document.activeElement.blur()")
    for _ in range(3):
        page.page.keyboard.press("Control+y")
    assert value("training.batch_size") == "50"
    page.page.click("[data-language=en]")
