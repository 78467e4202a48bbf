"""Marks: the best test accuracy, an early stop, a plateau; and how they are turned off."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.support.experiments import QUICK

#: So fast at its best that most of it is a plateau, and its test loss rises from there.
STOPPED = {
    **QUICK,
    "name": "stopped",
    "dataset": {"name": "digits", "train_size": 100},
    "network": {"preset": "mlp", "hidden": [32]},
    "optimizer": {"name": "adam", "learning_rate": 0.05},
    "training": {
        "iterations": 2000,
        "batch_size": 50,
        "evaluate_every": 10,
        "early_stopping": {"metric": "test_accuracy", "patience": 20, "restore_best": False},
    },
}
MARKS = "(document.getElementById('chart-{}').data ?? []).find(t => t.meta.series === 'marks')"


@pytest.fixture(scope="module")
def stopped(lab):
    run_id = lab.launch(**STOPPED)["id"]
    lab.wait_for(run_id, "completed")
    assert lab.run(run_id)["reason"].startswith("stopped early")
    return run_id


def marks(page, chart="accuracy"):
    """Symbol → the x values of its marks."""
    trace = page.page.evaluate(f"(t => t && [t.marker.symbol, [...t.x]])({MARKS.format(chart)})")
    found: dict[str, list[float]] = {}
    for symbol, x in zip(*trace, strict=True):
        found.setdefault(symbol, []).append(x)
    return found


def test_best_stop_and_plateau_are_marked_and_explained_on_hovering(open_page, lab, stopped):
    page = open_page(lab)
    for chart in ("accuracy", "loss"):
        page.until(f"{MARKS.format(chart)}?.marker.symbol.includes('square-open')")
    columns, rows = lab.stored_rows(stopped, "evaluation")
    iterations, accuracies = rows[:, 0], rows[:, columns.index("test_accuracy")]
    best = np.float32(accuracies.max())

    found = marks(page)
    assert found["star"] == [iterations[accuracies.argmax()]]
    assert set(found["square-open"]) == {iterations[-1]}
    flat = iterations[(accuracies >= best - 0.005).argmax()]
    assert found.get("line-ns-open", []) == ([flat] if iterations[-1] - flat >= 0.3 * iterations[-1] else [])
    assert set(marks(page, "loss")) == {"square-open"}

    page.page.focus("#chart-accuracy")
    page.page.keyboard.press("End")
    page.until("document.querySelector('.hover-box').textContent.includes('stopped early')")


def test_marks_are_turned_off_in_the_charts_menu_and_in_the_address(open_page, lab, stopped):
    page = open_page(lab)
    page.until(f"!!{MARKS.format('accuracy')}")
    page.page.locator('[data-chart="accuracy"] .controls .icon-button').last.click()
    page.page.locator('[data-chart="accuracy"] [data-item="marks"]').click()
    page.until(f"!{MARKS.format('accuracy')}")
    page.until("location.hash.includes('accuracy:plain')")
    page.until(f"!!{MARKS.format('loss')}")


def test_a_stop_that_brings_the_best_weights_back_is_marked_and_so_is_what_validation_images_chose(
    open_page, lab
):
    stopping = {
        **STOPPED["training"]["early_stopping"],
        "metric": "validation_accuracy",
        "restore_best": True,
    }
    training = {**STOPPED["training"], "early_stopping": stopping}
    dataset = {**STOPPED["dataset"], "validation_size": 300}
    run_id = lab.launch(**{**STOPPED, "dataset": dataset, "training": training})["id"]
    lab.wait_for(run_id, "completed")
    assert lab.run(run_id)["why"]["code"] == "brought_back"
    columns, rows = lab.stored_rows(run_id, "evaluation")
    last = rows[-1, 0]
    best = rows[rows[:, columns.index("validation_accuracy")].argmax()]
    page = open_page(lab)
    page.until(f"!!{MARKS.format('accuracy')}")
    page.page.click("#show-none")
    page.until(f"!{MARKS.format('accuracy')}")
    page.page.click(f'[data-run="{run_id}"] .swatch')
    page.until(f"!!{MARKS.format('accuracy')}")
    assert set(marks(page)["square-open"]) == {last}
    assert marks(page)["star"] == [best[0]]

    # the three lines differ by their dashes, and the key says what these mean
    lines = "document.getElementById('chart-accuracy').data.filter(t => t.line?.dash && t.meta.run)"
    assert page.page.evaluate(f"{lines}.map(t => t.line.dash)") == ["dot", "dash", "solid"]
    expect(page.page.locator('[data-chart="accuracy"] .key:visible')).to_have_text(
        ["test", "validation", "train"]
    )
    # three keys and that of the marks have room on narrow cards, too
    beyond = """[...document.querySelectorAll('.chart')].filter((card) =>
        card.querySelector('.controls').getBoundingClientRect().right > card.getBoundingClientRect().right)"""
    for width in (390, 1024, 1280):
        page.page.set_viewport_size({"width": width, "height": 800})
        page.until(f"!{beyond}.length && document.documentElement.scrollWidth <= {width}")
    page.page.focus("#chart-accuracy")
    page.page.keyboard.press("Home")
    for _ in range(int(best[0]) // 10 - 1):
        page.page.keyboard.press("ArrowRight")
    test = best[columns.index("test_accuracy")]
    said = f"the test accuracy there: {100 * test:.2f}%"
    page.until(f"document.querySelector('.hover-box').textContent.includes('{said}')")
    page.page.click("#show-none")
    page.page.click(f'[data-run="{run_id}"] .run-name')
    figures = page.page.locator("#run-details .run-figures dt")
    expect(figures).to_have_text(["train", "validation", "test", "gap"])
    expect(page.page.locator(".run-result")).to_contain_text(
        f"Validation accuracy: {100 * rows[-1, columns.index('validation_accuracy')]:.1f}%."
    )


def test_a_dead_network_is_marked_where_its_gradients_ended_and_its_details_say_so(open_page, lab):
    network = {"preset": "mlp", "hidden": [40, 20], "activation": "relu"}
    run_id = lab.launch(**{**QUICK, "network": network, "optimizer": {"name": "sgd", "learning_rate": 10.0}})[
        "id"
    ]
    (note,) = lab.wait_for(run_id, "completed")["annotations"]
    page = open_page(lab)
    # runs are drawn one after another
    page.until(f"{MARKS.format('loss')}?.marker.symbol.includes('circle-x-open')")
    assert marks(page, "loss")["circle-x-open"] == [note["iteration"]]
    page.page.click(f'[data-run="{run_id}"] .run-name')
    page.until(
        "document.querySelector('.run-reason')?.textContent.startsWith('The network is dead: from iteration')"
    )
    lab.http.delete(f"/api/runs/{run_id}")


def test_the_share_of_small_weights_is_offered_as_a_chart_in_per_cent_with_its_help(open_page, lab):
    page = open_page(lab)
    page.page.focus("#add-chart")  # before it is known that a run records it
    run_id = lab.launch(**{**QUICK, "regularization": {"l1": 0.01}})["id"]
    lab.wait_for(run_id, "completed")
    columns, rows = lab.stored_rows(run_id, "evaluation")
    page.until("!!document.querySelector('#add-chart option[value=\"evaluation.small_weights\"]')")
    page.page.select_option("#add-chart", "evaluation.small_weights")
    chart = "document.querySelector('[data-chart=\"evaluation.small_weights\"]')"
    page.until(f"{chart}?.querySelector('.plot').data?.at(-1)?.y.length === {len(rows)}")
    assert page.page.evaluate(f"{chart}.querySelector('h2').textContent") == "Weights below 0.001 in size"
    assert "practically zero" in page.page.evaluate(f"{chart}.querySelector('h2').title")
    drawn = page.page.evaluate(
        f"[...{chart}.querySelector('.plot').data.find(t => t.meta.run === '{run_id}').y]"
    )
    np.testing.assert_allclose(drawn, rows[:, columns.index("small_weights")], rtol=1e-6)
    assert page.page.evaluate(f"{chart}.querySelector('.plot').layout.yaxis.tickformat") == ".0%"
    lab.http.delete(f"/api/runs/{run_id}")
