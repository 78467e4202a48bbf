"""Pictures of what is inside of networks: why one learns and another one does not."""

from __future__ import annotations

from typing import Any

from scripts.pictures.studio import Studio, scene, wait_for_ends

CARDS = "loss,accuracy,view.gradients,view.weights"
TRAINING = {"iterations": 1000, "batch_size": 100, "evaluate_every": 50}


def _experiment(name: str, activation: str, initializer: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "dataset": {"name": "mnist"},
        "network": {
            "preset": "mlp",
            "hidden": [40, 20],
            "activation": activation,
            "initializer": initializer,
        },
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
        "training": TRAINING,
    }


@scene("why")
def why(studio: Studio) -> None:
    """Lesson 1a's networks: sigmoids with small weights, and ReLU with He's."""
    lab = studio.lab()
    ids = [
        lab.launch(**experiment)["id"]
        for experiment in (
            _experiment("sigmoid", "sigmoid", {"name": "normal", "std": 0.01}),
            _experiment("ReLU", "relu", {"name": "he_normal"}),
        )
    ]
    wait_for_ends(lab, ids)
    for page, ending in studio.both(lab):
        page.open(page.address() + f"#charts={CARDS}&at=2@500")
        page.page.reload()
        page.until_ready()
        page.until("document.querySelector('#why li')")
        page.until("document.querySelectorAll('.pixels[aria-label*=\"%\"]').length === 2")
        page.until("document.querySelectorAll('.waits').length === 0")
        studio.save(page, f"why{ending}", ".charts", ".side")


@scene("maps")
def maps(studio: Studio) -> None:
    """What two convolutions make of an image, and the sum behind one number."""
    lab = studio.lab()
    layers = [
        {"type": "conv2d", "filters": 8, "kernel_size": 5},
        {"type": "activation", "name": "relu"},
        {"type": "max_pool2d", "size": 2},
        {"type": "dense", "units": 10},
    ]
    experiment: dict[str, Any] = {
        "name": "conv",
        "dataset": {"name": "mnist"},
        "network": {"layers": layers},
        "optimizer": {"name": "adam", "learning_rate": 0.003},
        "training": {"iterations": 200, "batch_size": 50, "evaluate_every": 100},
    }
    wait_for_ends(lab, [lab.launch(**experiment)["id"]])
    for page, ending in studio.both(lab):
        page.open(page.address() + "#charts=loss,view.maps:image=4:pixel=1-1-8-9")
        page.page.reload()
        page.until_ready()
        page.page.locator('[data-chart="view.maps"] .controls > .icon-button').first.click()
        page.until("document.querySelectorAll('.map-tables td').length === 75")
        page.until("document.querySelectorAll('.waits').length === 0")
        studio.save(page, f"maps{ending}")


SCENES = [why, maps]
