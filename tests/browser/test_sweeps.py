"""Several values or choices in a field: what the form shows, and which runs are launched."""

import itertools

import pytest

from tests.support.own_data import kept, npz


@pytest.fixture
def page(brief_page):
    return brief_page


def launch(page, lab, count):
    """Press the button, and return the runs once all are in the list."""
    before = set(page.run_ids())
    page.page.click("#launch")
    page.until(f"document.querySelectorAll('[data-run]').length === {len(before) + count}")
    return [lab.run(run_id) for run_id in page.run_ids() if run_id not in before]


def compare(page, field, *choices):
    """Check these beside what is chosen already, as one does with the mouse."""
    page.page.click(f'[name="{field}.several"]')
    for choice in choices:
        page.page.check(f'[data-field="{field}.several"][value="{choice}"]')
    page.page.keyboard.press("Escape")


def label(page):
    return page.page.inner_text("#launch span")


def test_lists_in_two_fields_launch_every_combination_as_one_group_times_seeds_and_folds(page, lab):
    page.fill(optimizer__learning_rate="0.01, 0.1", training__batch_size="16、32;64")
    assert label(page) == "Launch 6 runs"

    runs = launch(page, lab, 6)

    found = {
        (run["config"]["optimizer"]["learning_rate"], run["config"]["training"]["batch_size"]) for run in runs
    }
    assert found == set(itertools.product((0.01, 0.1), (16, 32, 64)))
    assert len({run["group_id"] for run in runs}) == 1
    assert {run["name"].split(" · ")[0] for run in runs} == {"lr 0.01", "lr 0.1"}

    page.fill(training__batch_size=16)
    page.choose("seeds", "2")
    page.page.click(".further summary")
    page.choose("folds", "3")
    assert label(page) == "Launch 12 runs"
    # an error in one of several values is shown beside the field
    page.fill(training__batch_size="16, 0")
    page.page.click("#launch")
    page.until("!!document.querySelector('[data-field=\"training.batch_size\"].wrong')")
    assert "at least 1" in page.page.inner_text('[data-field="training.batch_size"] .error')


def test_optimizers_functions_and_a_switch_multiply_and_each_optimizer_has_its_own_settings(
    page, open_page, lab
):
    compare(page, "optimizer.name", "momentum", "adam")
    assert page.page.evaluate("document.activeElement.name") == "optimizer.name.several"
    assert (
        page.page.locator('select[name="optimizer.name"] option:checked').inner_text()
        == "SGD, Momentum, Adam"
    )
    page.fill(optimizer__learning_rate=0.05, optimizer__beta1="0.8, 0.9")
    compare(page, "network.activation", "sigmoid")
    page.page.click(".further summary")
    page.choose("network.batch_norm", "both")
    assert label(page) == "Launch 16 runs"
    address = page.address()

    runs = launch(page, lab, 16)

    def kind(config):
        optimizer = config["optimizer"]
        types = [layer["type"] for layer in config["network"]["layers"]]
        function = next(layer["name"] for layer in config["network"]["layers"] if "name" in layer)
        return optimizer["name"], optimizer.get("beta1"), function, "batch_norm" in types

    optimizers = [("sgd", None), ("momentum", None), ("adam", 0.8), ("adam", 0.9)]
    expected = {
        (*optimizer, *rest)
        for optimizer in optimizers
        for rest in itertools.product(("sigmoid", "relu"), (False, True))
    }
    assert {kind(run["config"]) for run in runs} == expected
    assert {run["config"]["optimizer"]["learning_rate"] for run in runs} == {0.05}
    assert {run["config"]["optimizer"].get("momentum") for run in runs} == {None, 0.9}
    names = {run["name"] for run in runs}
    assert len(names) == 16
    assert "Momentum · sigmoid · Batch norm on" in names
    assert "Adam · ReLU · Batch norm off · β₁ 0.8" in names
    page.until(
        "document.querySelector('.difference b')?.textContent === 'Activation, Batch norm, Optimizer, β₁'"
    )

    other = open_page(lab, opened=False)
    other.open(address)
    assert label(other) == "Launch 16 runs"
    assert other.page.input_value('[name="optimizer.beta1"]') == "0.8, 0.9"
    other.choose("optimizer.name", "adam")
    other.page.click(".further summary")
    other.choose("network.batch_norm", "true")
    assert label(other) == "Launch 4 runs"


def test_weights_schedules_stops_penalties_and_data_sets_are_compared(page, lab):
    compare(page, "network.initializer.name", "normal")
    page.fill(network__initializer__std=0.3)
    [plain, wide] = launch(page, lab, 2)
    assert {run["config"]["network"]["initializer"].get("std") for run in (plain, wide)} == {None, 0.3}
    page.until("document.querySelector('.difference b')?.textContent === 'Initial weights'")
    page.choose("network.initializer.name", "normal")

    compare(page, "regularization", "l2")
    page.fill(regularization__l2="0.01, 0.001")
    page.page.click(".further summary")
    compare(page, "training.schedule.name", "cosine")
    page.fill(training__schedule__minimum=0.2)
    page.choose("training.early_stopping", "both")
    page.fill(training__early_stopping__patience=3)
    assert label(page) == "Launch 12 runs"
    for field, value in (
        ("regularization", "none"),
        ("training.schedule.name", "none"),
        ("training.early_stopping", "false"),
    ):
        page.choose(field, value)

    compare(page, "dataset.name", "spirals")
    assert page.page.locator(".chain-size.fixed").all_inner_texts() == ["64 / 2", "10 / 3"]
    assert page.page.locator('select[name="network.preset"] option').all_inner_texts() == [
        "dense layers (MLP)"
    ]
    runs = launch(page, lab, 2)
    assert {run["config"]["dataset"]["name"] for run in runs} == {"digits", "spirals"}


def test_networks_multiply_each_with_its_own_settings_and_the_first_can_be_edited(page, open_page, lab):
    norm = '[name="network.batch_norm"]'
    page.page.click(".further summary")
    page.choose("network.batch_norm", "true")
    page.page.click(".further summary")
    compare(page, "network.preset", "simple_convnet", "keras_cifar")
    assert page.page.input_value(norm) == ""  # the two networks that have it differ in it
    page.choose("network.batch_norm", "false")
    assert page.page.input_value(norm) == "false"
    assert (
        page.page.locator('select[name="network.preset"] option:checked').inner_text()
        == "MLP, ConvNet, Keras CIFAR"
    )
    page.fill(network__hidden__0="5, 10", network__filters=4, network__dropout=0.1)
    page.page.hover(".brand")
    page.page.focus('[name="network.filters"]')
    assert page.page.inner_text(".help-line").startswith("Only for simple ConvNet")
    described = page.page.get_attribute('select[name="network.batch_norm"]', "aria-description")
    assert described.startswith("Only for")
    compare(page, "network.initializer.name", "normal")
    page.fill(network__initializer__std=0.1)
    assert label(page) == "Launch 8 runs"
    address = page.address()

    page.choose("network.preset", "keras_cifar")
    assert label(page) == "Launch 2 runs"
    page.page.click('[name="network.preset.several"]')
    page.page.check('[data-field="network.preset.several"][value="mlp"]')
    page.page.uncheck('[data-field="network.preset.several"][value="keras_cifar"]')
    page.page.keyboard.press("Escape")
    page.choose("network.initializer.name", "he_normal")
    compare(page, "network.preset", "simple_convnet")
    page.fill(network__hidden__0="5, 10", network__filters=4)

    runs = launch(page, lab, 3)

    def kind(run):
        layers = run["config"]["network"]["layers"]
        return run["name"], layers[0].get("units") or layers[0]["filters"]

    assert {kind(run) for run in runs} == {
        ("MLP · 5-20", 5),
        ("MLP · 10-20", 10),
        ("ConvNet", 4),
    }

    page.until("!document.querySelector('#edit-layers').disabled")
    assert "the first of these 3 networks" in page.page.get_attribute("#edit-layers", "title")
    page.page.click("#edit-layers")
    assert "The first of 3 networks" in page.page.inner_text('[data-field="network"]')
    assert page.page.input_value('[name="network.layers.0.units"]') == "5"
    assert label(page) == "Launch"
    page.page.click("#all-networks")
    assert page.page.evaluate("document.activeElement.id") == "edit-layers"
    assert label(page) == "Launch 3 runs"
    assert page.page.input_value('[name="network.hidden.0"]') == "5, 10"

    other = open_page(lab, opened=False)
    other.open(address)
    assert label(other) == "Launch 8 runs"
    other.fill(network__initializer__std="0.1, 0.2")
    assert label(other) == "Launch 12 runs"
    # points have no pixels to convolve: the presets with convolutions are removed
    other.choose("dataset.name", "spirals")
    assert other.page.input_value('select[name="network.preset"]') == "mlp"
    assert label(other) == "Launch 6 runs"


def test_a_run_name_begins_with_what_differs_and_the_list_shows_it_in_full(page, lab):
    page.fill(optimizer__learning_rate="0.01, 0.1", training__batch_size="16, 32")
    page.choose("seeds", "2")
    runs = launch(page, lab, 8)
    expected = itertools.product(("0.01", "0.1"), ("16", "32"), ("0", "1"))
    names = {f"lr {rate} · batch {batch} · seed {seed}" for rate, batch, seed in expected}
    assert {run["name"] for run in runs} == names
    assert page.page.evaluate(
        """[...document.querySelectorAll(".run-name")].slice(0, 8).every((name) =>
            name.scrollHeight <= name.clientHeight + 1
            && [...name.children].every((piece) => piece.scrollWidth <= piece.clientWidth + 1))"""
    )
    page.page.click("#wide")
    for locale in ("en", "ja"):
        page.page.click(".column-head.seconds")
        cut = "[...document.querySelectorAll('.column-head')].filter(e => e.scrollWidth > e.clientWidth)"
        assert page.page.evaluate(f"{cut}.map(e => e.textContent)") == []
        if locale == "en":
            page.page.click('[data-language="ja"]')
            page.until("document.documentElement.lang === 'ja'")
    page.page.click("#wide")
    page.choose("seeds", "1")
    page.fill(training__batch_size=16)
    page.choose("optimizer.name", "adam")
    page.until("document.querySelector('.difference').textContent.includes('最適化手法')")
    changed = launch(page, lab, 2)
    assert {run["name"] for run in changed} == {"学習率 0.01 · Adam", "学習率 0.1 · Adam"}


def test_in_japanese_and_by_keyboard_optimizers_are_compared_and_adadelta_keeps_its_rate(open_page, lab):
    page = open_page(lab, locale="ja-JP", viewport={"width": 390, "height": 844})
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=20)
    press = page.page.keyboard.press
    runs_before = len(page.run_ids())
    page.page.focus('[name="optimizer.name.several"]')
    press("Enter")
    page.until("document.activeElement.value === 'sgd'")
    assert "学習率は全手法に共通です" in page.page.inner_text(".several-boxes:popover-open")
    press("Space")  # the last one stays
    assert page.page.is_checked('input[value="sgd"]')
    for _ in range(5):
        press("Tab")
    press("Space")
    page.until("document.activeElement.value === 'adadelta' && document.activeElement.checked")
    press("Tab")
    press("Space")
    # another field's boxes open before these close
    page.page.focus('[name="network.activation.several"]')
    press("Enter")
    page.until("document.activeElement.dataset.field === 'network.activation.several'")
    press("Tab")
    ticked = "document.activeElement.checked && document.activeElement.dataset.field === 'network.activation.several'"
    press("Space")
    page.until(ticked)
    press("Space")  # back to one
    page.until("!document.activeElement.checked && document.querySelector(':popover-open')")
    # a data set that another person brings leaves the boxes of the data sets open
    page.page.focus('[name="dataset.name.several"]')
    press("Enter")
    page.until("document.activeElement.dataset.field === 'dataset.name.several'")
    brought = kept(lab, npz(35))
    page.until(
        f"document.activeElement.closest(':popover-open')?.querySelector('[value=\"{brought['name']}\"]')"
    )
    lab.http.delete(f"/api/own-data/{brought['name']}").raise_for_status()
    press("Escape")
    page.page.focus('[name="optimizer.name.several"]')
    press("Enter")
    page.until("document.activeElement.dataset.field === 'optimizer.name.several'")
    press("Enter")  # puts the boxes away, and launches nothing
    page.until("!document.querySelector(':popover-open')")
    assert page.page.evaluate("document.activeElement.name") == "optimizer.name.several"
    assert len(page.run_ids()) == runs_before
    assert label(page) == "3 個の実験を開始"
    assert "学習率（共通）" in page.page.inner_text('[data-field="optimizer.learning_rate"]')
    page.page.focus('[name="optimizer.rho"]')
    assert page.page.inner_text(".help-line").startswith("Adadelta だけの設定。")
    page.fill(optimizer__learning_rate="0.01、0.02")
    assert label(page) == "5 個の実験を開始"
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390

    runs = launch(page, lab, 5)

    optimizers = [run["config"]["optimizer"] for run in runs]
    assert sorted((optimizer["name"], optimizer["learning_rate"]) for optimizer in optimizers) == [
        ("adadelta", 1),
        ("adam", 0.01),
        ("adam", 0.02),
        ("sgd", 0.01),
        ("sgd", 0.02),
    ]
    assert "Adam · 学習率 0.02" in {run["name"] for run in runs}
