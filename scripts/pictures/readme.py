"""The README's pictures: optimizers on MNIST, live; the builder beside bands of seeds."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.pictures.studio import TIMEOUT, Studio, hover, scene, wait_for_curves, wait_for_ends
from tests.support.waiting import wait_until

#: Optimizers in addition to the three of lesson 2a, for a fuller picture.
MORE = {
    "RMSProp": {"name": "rmsprop", "learning_rate": 0.01},
    "AdaGrad": {"name": "adagrad", "learning_rate": 0.01},
}
#: The iteration at which the film ends, and the number of its frames.
FILM_END = 1000
FRAMES = 40


@scene("lab-light", "lab-dark-ja", "phone", "phone-ja", "projector", "projector-ja", languages=False)
def optimizers(studio: Studio) -> None:
    """Five optimizers: first while they train, then in a dark window, on a phone and on a projector."""
    lab = studio.lab()
    page = studio.page(lab)
    common = lab.http.get("/api/lessons/2a-optimizers").json()["runs"][0]["config"]
    for name, optimizer in MORE.items():
        run = lab.launch(**{**common, "name": name, "optimizer": optimizer})
        wait_for_ends(lab, [run["id"]])
    page.launch_lesson("2a-optimizers")
    page.until("document.querySelectorAll('[data-run]').length === 5")
    page.page.click("#show-all")
    adam = page.run_ids()[0]
    wait_until(lambda: lab.run(adam)["iteration"] >= 400, "400 iterations", TIMEOUT)
    page.wait_for_points(adam, 400)
    hover(page, "loss", 0.42, 0.45)
    studio.save(page, "lab-light")
    ids = page.run_ids()
    wait_for_ends(lab, ids)

    dark = studio.page(lab, color_scheme="dark", locale="ja-JP")
    wait_for_curves(dark, ids, 1000)
    studio.save(dark, "lab-dark-ja")
    for small, ending in studio.both(lab, viewport={"width": 390, "height": 844}):
        wait_for_curves(small, ids, 1000)
        studio.save(small, f"phone{ending}")
    for large, ending in studio.both(lab):
        wait_for_curves(large, ids, 1000)
        large.page.click("#projector")
        studio.save(large, f"projector{ending}")


@scene("growing", languages=False)
def growing(studio: Studio) -> None:
    """Five optimizers from the first iteration to the last; in every frame all are at the same iteration."""
    lab = studio.lab(LOSSROOM_WORKERS=str(1 + len(MORE) + 2), LOSSROOM_MAX_PAUSED="10")
    lesson = lab.http.get("/api/lessons/2a-optimizers").json()["runs"]
    optimizers = {run["config"]["name"]: run["config"]["optimizer"] for run in lesson} | MORE
    ids = []
    for name, optimizer in optimizers.items():
        run = lab.launch(**{**lesson[0]["config"], "name": name, "optimizer": optimizer})
        lab.wait_for(run["id"], "running", timeout=TIMEOUT)
        lab.post(f"/api/runs/{run['id']}/pause")
        lab.wait_for(run["id"], "paused")
        ids.append(run["id"])
    page = studio.page(lab, viewport={"width": 1280, "height": 800})
    page.page.click("#show-all")
    started = max(lab.run(run_id)["iteration"] for run_id in ids)

    def moments() -> Iterator[None]:
        for iteration in range(started + FILM_END // FRAMES, FILM_END, FILM_END // FRAMES):
            for run_id in ids:
                behind = iteration - lab.run(run_id)["iteration"]
                if behind > 0:
                    lab.post(f"/api/runs/{run_id}/step", iterations=behind)
            for run_id in ids:
                page.wait_for_points(run_id, iteration)
            yield

    studio.film(page, "growing", moments(), "#charts", "#runs")


@scene("builder", languages=False)
def builder(studio: Studio) -> None:
    """The network builder; beside it two learning rates, each from three seeds, as curves with bands."""
    lab = studio.lab()
    page = studio.page(lab)
    page.fill(optimizer__learning_rate="0.02, 0.2", training__iterations=600)
    page.choose("seeds", "3")
    page.page.click("#launch")
    page.until("document.querySelectorAll('[data-run]').length === 6")
    ids = page.run_ids()
    wait_for_ends(lab, ids)
    wait_for_curves(page, ids, 300)
    page.page.select_option("#band-spread", "std")
    page.choose("seeds", "1")
    page.fill(optimizer__learning_rate="0.1")
    page.choose("network.preset", "simple_convnet")
    page.until("document.querySelectorAll('.layer-summary li').length === 6")
    page.page.click("#edit-layers")
    page.choose("network.layers.add", "dropout")
    page.until("!document.querySelector('.field.wrong')")
    page.page.locator("#form").evaluate("form => { form.scrollTop = 0; }")
    studio.save(page, "builder")


SCENES = [optimizers, growing, builder]
