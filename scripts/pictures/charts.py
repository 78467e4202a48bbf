"""The charts' pictures: hovering, the menu, marks, changes by hand, bands."""

from __future__ import annotations

from typing import Any

from scripts.pictures.studio import Studio, hover, scene, wait_for_curves, wait_for_ends
from tests.support.lab_server import LabServer
from tests.support.waiting import wait_until

#: Two optimizers on real digits.
PAIR = {
    "SGD": {"name": "sgd", "learning_rate": 0.03},
    "Adam": {"name": "adam", "learning_rate": 0.003},
}
#: So few images that the test accuracy soon reaches its best and does not improve after it.
STOPPED: dict[str, Any] = {
    "name": "Adam, 100 images",
    "dataset": {"name": "digits", "train_size": 100},
    "network": {"preset": "mlp", "hidden": [32]},
    "optimizer": {"name": "adam", "learning_rate": 0.02},
    "training": {
        "iterations": 800,
        "batch_size": 50,
        "evaluate_every": 10,
        "early_stopping": {"metric": "test_accuracy", "patience": 20, "restore_best": False},
    },
}
CHARTS = ".column.charts"
BATCH = "training.batch_size"


@scene("hover", "chart-menu", "colors", "dashes")
def curves(studio: Studio) -> None:
    """Several curves, pointed at, with the menu of a chart, and with colours and dashes by settings."""
    lab = studio.lab()
    ids = [
        lab.launch(
            name=f"{name}, batch {batch}",
            optimizer=optimizer,
            training={"iterations": 600, "batch_size": batch, "evaluate_every": 10},
        )["id"]
        for name, optimizer in PAIR.items()
        for batch in (16, 128)
    ]
    wait_for_ends(lab, ids)
    for page, ending in studio.both(lab):
        wait_for_curves(page, ids, 600)
        hover(page, "loss", 0.3, 0.5)
        studio.save(page, f"hover{ending}", ".chart-cards", ".chart-foot")
        page.page.mouse.move(5, 5)
        page.page.click('[data-chart="loss"] [data-option="logY"]')
        page.page.locator('[data-chart="loss"] .controls .icon-button').last.click()
        studio.save(page, f"chart-menu{ending}", '[data-chart="loss"]', "#chart-loss-menu")
        page.page.keyboard.press("Escape")
        page.page.locator(".run .swatch").first.click(button="right")
        page.until("!!document.querySelector('.color-menu:popover-open')")
        studio.save(page, f"colors{ending}", ".side .card-head", "#run-tools", ".run", ".color-menu")
        page.page.keyboard.press("Escape")
        page.page.hover("#dash-field")
        page.until(f"[...document.querySelector('#dash-field').options].some(o => o.value === '{BATCH}')")
        page.page.select_option("#dash-field", BATCH)
        page.until("!document.querySelector('.legend.strokes').hidden")
        studio.save(page, f"dashes{ending}", '[data-chart="accuracy"]', ".chart-foot")


@scene("by-layer")
def layers(studio: Studio) -> None:
    """Eight layers of sigmoids: the gradient vanishes on its way to the input."""
    lab = studio.lab()
    network = {"preset": "mlp", "hidden": [32] * 7, "activation": "sigmoid"}
    run = lab.launch(name="sigmoid, 8 layers", network=network)
    wait_for_ends(lab, [run["id"]])
    for page, ending in studio.both(lab):
        page.page.focus("#add-chart")
        page.page.select_option("#add-chart", "train.gradient_norm/*")
        plot = "document.querySelector('[data-chart=\"train.gradient_norm/*\"] .plot')"
        page.until(f"{plot}.data?.filter(t => t.meta.named).length === 8")
        studio.save(page, f"by-layer{ending}", '[data-chart="train.gradient_norm/*"]')


@scene("fork")
def fork(studio: Studio) -> None:
    """SGD is slow; from iteration 200 on, Adam takes over."""
    lab = studio.lab()
    training = {"iterations": 600, "batch_size": 100, "evaluate_every": 10}
    optimizer = {"name": "sgd", "learning_rate": 0.005}
    origin = lab.launch(name="SGD", training=training, optimizer=optimizer)
    wait_for_ends(lab, [origin["id"]])
    changes = {"optimizer": {"name": "adam", "learning_rate": 0.003}}
    forked = lab.post(
        f"/api/runs/{origin['id']}/fork", iteration=200, changes=changes, name="Adam"
    ).raise_for_status()
    ids = [origin["id"], forked.json()["id"]]
    wait_for_ends(lab, ids)
    for page, ending in studio.both(lab):
        page.until("document.querySelectorAll('#chart-loss .scatterlayer .trace').length > 1")
        page.page.click(f'[data-run="{ids[1]}"] .run-name')
        page.until("!!document.querySelector('.run-origin .link')")
        page.page.evaluate("document.activeElement.blur()")
        page.page.mouse.move(5, 5)
        studio.save(page, f"fork{ending}", CHARTS, ".side")


@scene("marks")
def marks(studio: Studio) -> None:
    """The marks of a run that stopped early."""
    lab = studio.lab()
    run_id = lab.launch(**STOPPED)["id"]
    wait_for_ends(lab, [run_id])
    for page, ending in studio.both(lab):
        page.until("document.getElementById('chart-accuracy').data?.some(t => t.meta.series === 'marks')")
        page.page.focus("#chart-accuracy")
        page.page.keyboard.press("End")
        page.until("!document.querySelector('.hover-box').hidden")
        studio.save(page, f"marks{ending}", '[data-chart="accuracy"]', ".hover-box")


@scene("validation")
def validation(studio: Studio) -> None:
    """The best iteration by validation images, and the test accuracy there."""
    lab = studio.lab()
    dataset = {**STOPPED["dataset"], "validation_size": 200}
    training = {**STOPPED["training"], "early_stopping": None, "iterations": 300}
    optimizer = {"name": "adam", "learning_rate": 0.003}
    changes = {"dataset": dataset, "training": training, "optimizer": optimizer}
    run_id = lab.launch(**{**STOPPED, **changes})["id"]
    wait_for_ends(lab, [run_id])
    columns, rows = lab.stored_rows(run_id, "evaluation")
    best = int(rows[:, columns.index("validation_accuracy")].argmax())
    for page, ending in studio.both(lab):
        page.until("document.getElementById('chart-accuracy').data?.some(t => t.meta.series === 'marks')")
        page.page.focus("#chart-accuracy")
        page.page.keyboard.press("Home")
        for _ in range(best):
            page.page.keyboard.press("ArrowRight")
        page.until("document.querySelector('.hover-box').textContent.includes('★')")
        studio.save(page, f"validation{ending}", '[data-chart="accuracy"]', ".hover-box")


@scene("live")
def changed_by_hand(studio: Studio) -> None:
    """A run whose learning rate is too small until it is raised by hand."""
    lab = studio.lab()
    network = {"preset": "mlp", "hidden": [300, 300], "dropout": 0.2}
    length = {"iterations": 1200, "batch_size": 32, "evaluate_every": 20}
    optimizer = {"name": "sgd", "learning_rate": 0.003}
    run = lab.launch(name="SGD", network=network, optimizer=optimizer, training=length)
    lab.post(f"/api/runs/{run['id']}/pause")
    reached = lab.wait_for(run["id"], "paused")["iteration"]
    step(lab, run["id"], 500 - reached)
    first = studio.page(lab)
    first.page.click(".run-name")
    first.page.fill('[name="live.learning_rate"]', "0.1")
    first.page.keyboard.press("Enter")
    first.until("document.querySelectorAll('.changes li').length === 1")
    step(lab, run["id"], 500)
    for page, ending in studio.both(lab):
        page.wait_for_points(run["id"], 1000)
        page.page.click(".run-name")
        page.until("document.querySelector('[name=\"live.dropout\"]')")
        studio.save(page, f"live{ending}", CHARTS, ".column.side")


def step(lab: LabServer, run_id: str, iterations: int) -> None:
    """Let a paused run train for some iterations, and wait for them."""
    reached = lab.run(run_id)["iteration"] + iterations
    lab.post(f"/api/runs/{run_id}/step", iterations=iterations).raise_for_status()
    wait_until(lambda: lab.run(run_id)["iteration"] == reached, "the steps")


SCENES = [curves, layers, fork, marks, validation, changed_by_hand]
