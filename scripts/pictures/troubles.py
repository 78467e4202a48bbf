"""Pictures of what may go wrong: a diverged run, a full queue, a lab that is away."""

from __future__ import annotations

import signal

from scripts.pictures.studio import Studio, scene, wait_for_ends
from tests.support.experiments import QUICK


@scene("diverged")
def diverged(studio: Studio) -> None:
    """A run that diverges beside one that does not, with the loss on a logarithmic axis."""
    lab = studio.lab()
    rates = {"0.1": 0.1, "100": 100}
    training = {"iterations": 300, "batch_size": 32, "evaluate_every": 10}
    runs = [
        lab.launch(
            name=f"SGD {name}",
            network={"preset": "mlp", "hidden": [16], "activation": "leaky_relu"},
            optimizer={"name": "sgd", "learning_rate": rate},
            training=training,
        )
        for name, rate in rates.items()
    ]
    wait_for_ends(lab, [run["id"] for run in runs])
    for page, ending in studio.both(lab):
        page.wait_for_points(runs[0]["id"], 300)
        page.page.click('[data-chart="loss"] [data-option="logY"]')
        studio.save(
            page, f"diverged{ending}", '[data-chart="loss"]', ".side .card-head", "#run-tools", ".run"
        )


@scene("queue")
def full_queue(studio: Studio) -> None:
    """One run trains, three wait, which fills the queue, and a further one is refused."""
    lab = studio.lab(LOSSROOM_WORKERS="1", LOSSROOM_MAX_QUEUED="3")
    long_training = {"iterations": 20_000, "batch_size": 32, "evaluate_every": 100}
    for number in range(4):
        lab.launch(
            name=f"run {number + 1}", network={"preset": "mlp", "hidden": [400, 400]}, training=long_training
        )
    for page, ending in studio.both(lab):
        page.choose("dataset.name", "digits")
        page.until("document.querySelectorAll('[data-run]').length === 4")
        page.page.click("#launch")
        page.until("document.querySelector('.general.wrong')")
        studio.save(page, f"queue{ending}")
    for run in lab.http.get("/api/runs").json()["runs"]:
        lab.http.delete(f"/api/runs/{run['id']}")


@scene("offline", "restarting")
def lab_away(studio: Studio) -> None:
    """A page whose lab was killed, and one whose lab is restarting."""
    lab = studio.lab()
    wait_for_ends(lab, [lab.launch(**QUICK)["id"]])
    live = "document.getElementById('status').dataset.connection === 'live'"
    for ending, page in [(ending, page) for page, ending in studio.both(lab)]:
        page.until(live)  # the lab was stopped twice for the page in the other language
        lab.stop(signal.SIGKILL)
        page.until("document.getElementById('status').dataset.connection === 'offline'")
        studio.save(page, f"offline{ending}", ".top")
        lab.start()
        page.until(live)
        lab.stop()
        page.until("document.getElementById('status').dataset.connection === 'restarting'")
        studio.save(page, f"restarting{ending}", ".top")
        lab.start()


SCENES = [diverged, full_queue, lab_away]
