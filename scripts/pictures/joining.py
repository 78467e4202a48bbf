"""The pictures of a class for its students: joining on a phone, and what the lab's page has in a class."""

from __future__ import annotations

from typing import Any

from scripts.pictures.studio import LANGUAGES, Studio, scene
from tests.support.class_page import ClassPage

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 620}, "has_touch": True, "is_mobile": True}
NICKNAMES = {"": "lemon", "-ja": "れもん"}


@scene("join", "in-class")
def joining(studio: Studio) -> None:
    """A student who joins on a phone, and another one at a desk to whom the teacher shows a shared run."""
    lab = studio.class_lab()
    teacher, mika = lab.teacher(), lab.student("Mika")
    run = mika.launch(name="sigmoid", training={"iterations": 300})
    mika.http.patch(f"/api/runs/{run['id']}", json={"shared": True}).raise_for_status()
    for ending, locale in LANGUAGES.items():
        phone = ClassPage(studio.tab(locale=locale, **PHONE), lab)
        phone.page.goto(f"{lab.url}/join#{lab.code}")
        phone.until("document.querySelector('#code-field.right')")
        phone.page.fill("#nickname", NICKNAMES[ending])
        studio.save(phone, f"join{ending}")

        desk = ClassPage(studio.tab(locale=locale, viewport={"width": 1000, "height": 620}), lab)
        desk.join(lab.code, NICKNAMES[ending])
        view = {"kind": "runs", "runs": [run["id"]]}
        teacher.http.post("/api/class/show", json={"view": view}).raise_for_status()
        desk.wait_for_points(run["id"], 300)
        desk.page.click(".person summary")
        studio.save(desk, f"in-class{ending}", ".top", ".run")
        teacher.http.post("/api/class/show", json={"view": None}).raise_for_status()


SCENES = [joining]
