"""Launching from the form, and the errors when that is not possible."""

import numpy as np
import pytest

from tests.support.lab_page import LabPage
from tests.support.waiting import wait_until


@pytest.fixture
def page(open_page, lab) -> LabPage:
    return open_page(lab)


def assert_figure_equals_store(page, lab, run_id):
    """Both charts have exactly the stored rows."""
    for stream, series, chart in (("train", "loss", "loss"), ("evaluation", "test_accuracy", "accuracy")):
        page.wait_for_points(run_id, len(lab.stored_rows(run_id, stream)[1]), series, chart)
    columns, rows = lab.stored_rows(run_id)
    drawn = page.trace(run_id, "loss")
    stored = rows[:, [columns.index("iteration"), columns.index("loss")]]
    np.testing.assert_array_equal(drawn, stored.astype(np.float64))
    columns, rows = lab.stored_rows(run_id, "evaluation")
    for series in ("test_accuracy", "train_accuracy"):
        drawn = page.trace(run_id, series, "accuracy")
        stored = rows[:, [0, columns.index(series)]]
        np.testing.assert_array_equal(drawn, stored.astype(np.float64))


def test_every_row_of_a_launched_run_is_in_the_figure_as_it_is_stored_also_after_it_was_hidden(page, lab):
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=1200, optimizer__learning_rate=0.05)
    run_id = page.press_launch()
    page.wait_for(run_id, "completed")
    page.wait_for_points(run_id, 1200)

    assert len(lab.stored_rows(run_id)[1]) == 1200
    page.wait_for_points(run_id, len(lab.stored_rows(run_id, "evaluation")[1]), "test_accuracy", "accuracy")
    assert_figure_equals_store(page, lab, run_id)
    score = page.page.inner_text(f'[data-run="{run_id}"] .score')
    assert score == f"{100 * lab.run(run_id)['latest']['test_accuracy']:.1f}%"

    swatch = page.page.locator(f'[data-run="{run_id}"] .swatch')
    swatch.click()
    page.until(f"!document.getElementById('chart-loss').data.some(t => t.meta.run === '{run_id}')")
    swatch.click()
    page.wait_for_points(run_id, 1200)
    assert_figure_equals_store(page, lab, run_id)


def test_the_form_launches_what_it_shows(page, lab):
    page.choose("dataset.name", "spirals")
    page.choose("optimizer.name", "adam")
    page.fill(optimizer__beta1=0.8, training__batch_size=64, training__iterations=300)
    page.fill(network__hidden__0=33)
    page.page.click("#add-layer")
    page.fill(network__hidden__2=7)
    page.page.get_by_label("tanh", exact=True).check()
    page.choose("network.initializer.name", "normal")
    page.fill(network__initializer__std=0.3)
    page.page.get_by_label("L2", exact=True).check()
    page.fill(regularization__l2=0.001)
    page.page.click("summary:text-is('More settings')")
    page.fill(seed=5, dataset__label_noise=0.1, name="螺旋 test")

    run_id = page.press_launch()
    config = lab.run(run_id)["config"]

    assert config["name"] == "螺旋 test"
    assert config["dataset"]["name"] == "spirals"
    assert config["dataset"]["label_noise"] == 0.1
    assert config["optimizer"]["name"] == "adam"
    assert config["optimizer"]["beta1"] == 0.8
    assert [layer["units"] for layer in config["network"]["layers"][::2]] == [33, 20, 7, 3]
    assert config["network"]["layers"][1] == {"type": "activation", "name": "tanh"}
    assert config["network"]["initializer"] == {"name": "normal", "std": 0.3}
    assert config["regularization"] == {"l1": 0.0, "l2": 0.001}
    assert config["training"]["batch_size"] == 64
    assert config["seed"] == 5
    page.wait_for(run_id, "completed")


def test_every_activation_batch_norm_and_dropout_can_be_chosen(page, lab):
    """All stand side by side, and so do the optimizers: inside the form, and each is reached by the arrow keys."""
    options = lab.http.get("/api/options").json()
    for field, names in (
        ("network.activation", options["activations"]),
        ("optimizer.name", options["optimizers"]),
    ):
        offered = page.page.locator(f'input[type="radio"][data-field="{field}"]')
        assert offered.evaluate_all("all => all.map(radio => radio.value)") == list(names)
        cut = "all => all.filter(e => e.scrollWidth > e.clientWidth || e.getBoundingClientRect().right > 288)"
        assert page.page.locator("#form .segments span").evaluate_all(f"{cut}.length") == 0
        offered.first.check()
        offered.first.focus()
        for name in [*list(names)[1:], *list(names)[:1]]:
            page.page.keyboard.press("ArrowRight")
            assert page.chosen(field) == name
    page.choose("network.activation", "softplus")
    assert page.page.get_by_label("softplus", exact=True).is_checked()
    page.page.click("summary:text-is('More settings')")
    page.choose("network.batch_norm", "true")
    page.fill(network__dropout=0.25, training__iterations=50)

    run_id = page.press_launch()

    layers = lab.run(run_id)["config"]["network"]["layers"]
    assert [layer["type"] for layer in layers[:4]] == ["dense", "batch_norm", "activation", "dropout"]
    assert layers[2]["name"] == "softplus"
    assert layers[3]["rate"] == 0.25
    page.wait_for(run_id, "completed")


def test_the_form_shows_an_optimizers_own_settings_and_what_follows_and_ctrl_enter_launches(page):
    assert page.page.locator('[name="optimizer.beta1"]').count() == 0
    page.choose("optimizer.name", "adam")
    assert page.page.locator('[name="optimizer.beta1"]').count() == 1
    page.choose("optimizer.name", "momentum")
    assert page.page.locator('[name="optimizer.beta1"]').count() == 0
    assert page.page.locator('[name="optimizer.momentum"]').count() == 1

    page.choose("dataset.name", "digits")
    page.until("document.querySelector('#summary-parameters').textContent === '3,630'")
    page.fill(network__hidden__0=10, training__iterations=20)
    page.until("document.querySelector('#summary-parameters').textContent === '1,080'")

    page.page.focus('[name="training.iterations"]')
    page.page.keyboard.press("Control+Enter")
    page.until("document.querySelectorAll('[data-run]').length === 1")


def test_an_error_is_shown_beside_its_field_and_nothing_is_queued(page, lab):
    before = len(lab.http.get("/api/runs").json()["runs"])
    for field, value, words in (
        ("optimizer.learning_rate", "NaN", "number"),
        ("optimizer.learning_rate", "-1", "more than 0"),
        ("training.iterations", "0", "at least 1"),
        ("training.iterations", "1.5", "number"),
        ("training.batch_size", "lots", "number"),
        ("network.hidden.1", "1000000000000", "at most 65,536"),
        ("network.hidden.0", "0", "at least 1"),
    ):
        page.page.evaluate("document.activeElement.blur()")
        page.page.fill(f'[name="{field}"]', value)
        page.page.click("#launch")

        page.until(
            f"document.querySelector('[name=\"{field}\"]').getAttribute('aria-invalid') === 'true'"
            f" && document.activeElement.name === '{field}'"
        )
        assert words in page.page.locator(".field.wrong .error").inner_text(), field
        page.page.fill(f'[name="{field}"]', "10")
        page.until("!document.querySelector('.field.wrong')")
    assert len(lab.http.get("/api/runs").json()["runs"]) == before


def test_a_repeated_experiment_is_answered_from_memory_and_can_be_trained_again_or_with_another_seed(
    brief_page, lab
):
    page = brief_page
    page.fill(optimizer__learning_rate=0.07)
    before = len(page.run_ids())
    first = page.press_launch()
    page.wait_for(first, "completed")
    second = page.press_launch()
    page.wait_for(second, "completed")
    number = lab.run(first)["number"]
    names = "[...document.querySelectorAll('#chart-loss ~ .end-names span')]"
    page.until(f"{names}.some(name => name.textContent.endsWith('same as run {number}'))")
    # which has more room than names usually have
    page.until("document.querySelector('#chart-loss ~ .end-names').offsetWidth > 108")
    page.until(
        f"document.querySelector('.toast').textContent.includes('Same curve as run {number}, trained')"
    )
    assert page.page.locator(f'[data-run="{second}"] .run-number').inner_text() == f"={number}"
    assert lab.run(first)["training"] == lab.run(second)["training"]

    page.page.click(f'[data-run="{second}"] .run-name')
    shared = page.page.locator(".run-shared")
    assert f"Same curve as run {number}, trained" in shared.inner_text()
    shared.get_by_role("button", name="Train again").click()
    wait_until(lambda: len(page.run_ids()) == before + 3, "the run that is trained again")
    again = page.run_ids()[0]
    page.wait_for(again, "completed")
    page.page.click(f'[data-run="{again}"] .run-name')
    page.until("document.querySelector('.run-apart').textContent.includes('20 iterations are the same')")
    assert lab.run(again)["training"] != lab.run(first)["training"]

    page.page.click(f'[data-run="{second}"] .run-name')
    shared.get_by_role("button", name="another seed").click()
    wait_until(lambda: len(page.run_ids()) == before + 4, "the run with another seed")
    launched = [lab.run(run_id)["config"] for run_id in page.run_ids()[:4]]
    assert [(config["optimizer"]["learning_rate"], config["seed"]) for config in launched] == [
        (0.07, 1),
        (0.07, 0),
        (0.07, 0),
        (0.07, 0),
    ]


def test_a_run_is_paused_stepped_resumed_cancelled_renamed_and_deleted_from_the_list(page, lab):
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=1_000_000, network__hidden__0=300, network__hidden__1=300)
    run_id = page.press_launch()
    page.wait_for_iteration(run_id, 20)
    run = page.page.locator(f'[data-run="{run_id}"]')

    run.get_by_label("pause").click()
    page.wait_for(run_id, "paused")
    before = len(lab.stored_rows(run_id)[1])
    run.get_by_label("one iteration").click()
    page.until(
        f"document.querySelector('[data-run=\"{run_id}\"] .state').textContent.includes('{before + 1:,} /')"
    )
    run.get_by_label("resume").click()
    page.wait_for(run_id, "running")
    run.get_by_label("cancel").click()
    page.wait_for(run_id, "cancelled")

    run.locator(".run-name").dblclick()
    page.page.keyboard.type("my run")
    page.page.keyboard.press("Enter")
    page.until(f"document.querySelector('[data-run=\"{run_id}\"] .run-name')?.textContent === 'my run'")
    assert lab.run(run_id)["name"] == "my run"

    run.hover()
    run.get_by_label("delete").click()
    page.until(f"!document.querySelector('[data-run=\"{run_id}\"]')")
    page.until(f"!document.getElementById('chart-loss').data.some(t => t.meta.run === '{run_id}')")
    # the page sends the deletion when the time for undoing it has passed
    wait_until(lambda: lab.http.get(f"/api/runs/{run_id}").status_code == 404, "the deletion")
