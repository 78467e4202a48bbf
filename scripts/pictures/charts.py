"""The charts' pictures: hovering, the menu, marks, changes by hand, bands."""

from __future__ import annotations

from scripts.pictures.studio import Studio, hover, scene, wait_for_curves, wait_for_ends
from tests.lab_server import QUICK, LabServer, wait_until

#: Two optimizers on real digits, as the guide's first comparison.
PAIR = {
    "SGD": {"name": "sgd", "learning_rate": 0.03},
    "Adam": {"name": "adam", "learning_rate": 0.003},
}
#: So few images that the best is soon reached, and nothing is gained after it.
STOPPED = {
    **QUICK,
    "name": "Adam, 100 images",
    "dataset": {"name": "digits", "train_size": 100},
    "network": {"preset": "mlp", "hidden": [32]},
    "optimizer": {"name": "adam", "learning_rate": 0.02},
    "training": {
        "iterations": 400,
        "batch_size": 50,
        "evaluate_every": 10,
        "early_stopping": {"metric": "test_accuracy", "patience": 20, "restore_best": False},
    },
}
CHARTS = ".column.charts"


@scene("hover", "chart-menu", "colors")
def curves(studio: Studio) -> None:
    lab = studio.lab()
    length = {"iterations": 600, "batch_size": 64, "evaluate_every": 10}
    ids = [
        lab.launch(**{**QUICK, "name": n, "optimizer": o, "training": length})["id"] for n, o in PAIR.items()
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


@scene("marks")
def marks(studio: Studio) -> None:
    lab = studio.lab()
    run_id = lab.launch(**STOPPED)["id"]
    wait_for_ends(lab, [run_id])
    for page, ending in studio.both(lab):
        page.until("document.getElementById('chart-accuracy').data?.some(t => t.meta.series === 'marks')")
        page.page.focus("#chart-accuracy")
        page.page.keyboard.press("End")
        page.until("!document.querySelector('.hover-box').hidden")
        studio.save(page, f"marks{ending}", '[data-chart="accuracy"]', ".hover-box")


@scene("live")
def touched(studio: Studio) -> None:
    """A run whose learning rate is too large until somebody lowers it."""
    lab = studio.lab()
    network = {"preset": "mlp", "hidden": [32], "dropout": 0.2}
    length = {"iterations": 3000, "batch_size": 32, "evaluate_every": 20}
    optimizer = {"name": "sgd", "learning_rate": 1.5}
    run = lab.launch(name="SGD 1.5", network=network, optimizer=optimizer, training=length)
    lab.post(f"/api/runs/{run['id']}/pause")
    at = lab.wait_for(run["id"], "paused")["iteration"]
    step(lab, run["id"], 600 - at)
    first = studio.page(lab)
    first.page.click(".run-name")
    first.page.fill('[name="live.learning_rate"]', "0.1")
    first.page.keyboard.press("Enter")
    first.until("document.querySelectorAll('.changes li').length === 1")
    step(lab, run["id"], 400)
    for page, ending in studio.both(lab):
        page.wait_for_points(run["id"], 1000)
        page.page.click(".run-name")
        page.until("document.querySelector('[name=\"live.dropout\"]')")
        studio.save(page, f"live{ending}", CHARTS, ".column.side")


def step(lab: LabServer, run_id: str, iterations: int) -> None:
    reached = lab.run(run_id)["iteration"] + iterations
    lab.post(f"/api/runs/{run_id}/step", iterations=iterations).raise_for_status()
    wait_until(lambda: lab.run(run_id)["iteration"] == reached, "the steps")


SCENES = [curves, marks, touched]
