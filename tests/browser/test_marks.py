"""Marks: the best test accuracy, an early stop, a plateau; and that one can do without them."""

import numpy as np
import pytest

from tests.lab_server import QUICK

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
    """Symbol → the places of x that it stands at."""
    trace = page.page.evaluate(f"(t => t && [t.marker.symbol, [...t.x]])({MARKS.format(chart)})")
    found = {}
    for symbol, x in zip(*trace, strict=True):
        found.setdefault(symbol, []).append(x)
    return found


def test_best_stop_and_plateau_are_marked_and_told_on_hovering(open_page, lab, stopped):
    page = open_page(lab)
    page.until(f"!!{MARKS.format('accuracy')} && !!{MARKS.format('loss')}")
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
    assert page.page.evaluate(f"!!{MARKS.format('loss')}")


def test_a_stop_that_brings_the_best_weights_back_is_marked_too(open_page, lab):
    stopping = {**STOPPED["training"]["early_stopping"], "restore_best": True}
    run_id = lab.launch(**{**STOPPED, "training": {**STOPPED["training"], "early_stopping": stopping}})["id"]
    lab.wait_for(run_id, "completed")
    assert lab.run(run_id)["why"]["code"] == "brought_back"
    last = lab.stored_rows(run_id, "evaluation")[1][-1, 0]
    page = open_page(lab)
    page.until(f"!!{MARKS.format('accuracy')}")
    page.page.click("#show-none")
    page.until(f"!{MARKS.format('accuracy')}")
    page.page.click(f'[data-run="{run_id}"] .swatch')
    page.until(f"!!{MARKS.format('accuracy')}")
    assert set(marks(page)["square-open"]) == {last}
