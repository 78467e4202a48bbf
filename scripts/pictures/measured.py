"""Pictures of what the lab measures on demand: a learning rate, and a loss landscape."""

from __future__ import annotations

from scripts.pictures.studio import Studio, scene, wait_for_ends


@scene("rate-finder")
def rate(studio: Studio) -> None:
    """The rate finder's dialog with its suggestion."""
    lab = studio.lab()
    for page, ending in studio.both(lab):
        page.page.click("#find-rate")
        page.until("document.querySelector('dialog .rate-take')")
        studio.save(page, f"rate-finder{ending}", "dialog")


@scene("landscape")
def landscape(studio: Studio) -> None:
    """Two optimizers from the same initial weights, on the digits."""
    lab = studio.lab()
    ids = [
        lab.launch(
            name=name,
            dataset={"name": "digits"},
            network={"preset": "mlp", "hidden": [40, 20], "activation": "relu"},
            optimizer={"name": name.lower(), "learning_rate": rate},
            training={"iterations": 300, "batch_size": 50},
        )["id"]
        for name, rate in (("SGD", 0.1), ("Momentum", 0.05))
    ]
    wait_for_ends(lab, ids)
    numbers = ",".join(str(lab.run(run_id)["number"]) for run_id in ids)
    for page, ending in studio.both(lab):
        page.open(f"/#charts=view.landscape,accuracy&runs={numbers}")
        page.page.click(".landscape-measure")
        page.until("document.querySelector('canvas.landscape')")
        page.page.mouse.move(5, 5)
        studio.save(page, f"landscape{ending}", '[data-chart="view.landscape"]')


SCENES = [rate, landscape]
