"""A challenge in browsers: the teacher's wall, the projector, a desk and a phone in Japanese."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.accessibility import violations
from tests.support.class_lab import ClassLab, PersonClient, running_class
from tests.support.class_page import DESK, PHONE
from tests.support.experiments import QUICK
from tests.support.own_data import kept, npz

#: The lines of places, without the one that says what the figures are.
LINES = "[...document.querySelectorAll('.challenge-top li')].slice(1).map(line => line.innerText.replace(/\\s+/g, ' '))"
OWN = "document.querySelector('.challenge-bar summary span')?.textContent ?? ''"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClassLab]:
    with running_class(tmp_path_factory.mktemp("class")) as lab:
        yield lab


def train(client: PersonClient, units: int, rate: float) -> None:
    data = {"name": "digits", "validation_size": 287, "test_size": 0}
    network = {"preset": "mlp", "hidden": [units]}
    optimizer = {"name": "sgd", "learning_rate": rate}
    run = client.launch(**{**QUICK, "dataset": data, "network": network, "optimizer": optimizer})
    client.wait_for(run["id"], "completed")


def test_a_class_competes_by_validation_images_and_the_teacher_opens_the_test_set_once(
    lab: ClassLab, sit: Any
) -> None:
    teacher, ada, bob = lab.teacher(), lab.student("Ada"), lab.student("Bob")
    wall = sit(teacher, "/wall", **DESK)
    desk = sit(ada, "/", **DESK)
    assert desk.page.locator(".challenge-bar").count() == 0

    # started by keyboard; what is wrong is said, and what was typed stays
    wall.page.focus("text=Challenge…")
    wall.page.keyboard.press("Enter")
    wall.until("document.querySelector('.challenge-form input').value === 'Challenge'")
    wall.page.keyboard.type("Small nets")
    assert violations(wall, within="dialog") == []
    parameters = wall.page.get_by_label("Parameters")
    parameters.fill("")
    parameters.press("Enter")
    wall.until("document.querySelector('dialog .error').textContent.startsWith('Give at least one bound')")
    parameters.fill("２,０００")
    parameters.press("Enter")
    wall.until("document.querySelector('#challenge h2')?.textContent === 'Small nets'")

    # a student's form is refused with test images; one button sets it
    desk.until("document.querySelector('.challenge-bar summary b')?.textContent === 'Challenge: Small nets'")
    desk.page.click("#launch")
    desk.until("document.querySelector('#form').textContent.includes('needs 287 validation examples')")
    desk.page.focus(".challenge-bar summary")
    desk.page.keyboard.press("Enter")
    desk.page.click(".challenge-body .toggle")
    desk.page.click("#launch")
    desk.until("document.querySelectorAll('.run').length === 1")
    desk.until(
        "document.querySelector('.challenge-uncounted').textContent.includes('at most 2,000 are allowed')"
    )

    train(ada, 8, 0.1)
    train(bob, 16, 0.3)
    desk.until(f"{OWN}.startsWith('Place 2 of 2')")
    phone = sit(bob, "/", **PHONE)
    phone.until(f"{OWN}.startsWith('2 人中 1 位')")
    phone.page.tap(".challenge-bar summary")
    phone.until(f"{LINES}.length === 2")
    wall.until(f"{LINES}.length === 2 && {LINES}[0].startsWith('1. 2 Bob')")
    projector = sit(lab.projector(), "/wall", viewport={"width": 1024, "height": 768}, locale="ja-JP")
    projector.until(f"{LINES}.length === 2")
    assert "Bob" not in projector.page.inner_text("#challenge")
    for page, part in (
        (wall, "#challenge"),
        (desk, ".challenge-bar"),
        (phone, ".challenge-bar"),
        (projector, "#challenge"),
    ):
        assert "テスト " not in page.page.inner_text(part)
    # the wall and the projector show the same part, and so do a desk and a phone
    assert violations(projector, within="#challenge") == violations(phone, within=".challenge-bar") == []

    # the test set is opened after a question, and all see both figures
    wall.page.click("#challenge >> text=Open the test set…")
    wall.page.click("dialog >> text=Open the test set >> nth=-1")
    desk.until(f"/^Place \\d of 2.* test [\\d.]+%, validation [\\d.]+%/.test({OWN})")
    phone.until(f"/テスト [\\d.]+%、検証 [\\d.]+%/.test({OWN})")
    for page in (wall, projector, phone):
        page.until(f"{LINES}.every(line => /%.*%$/.test(line))")
    assert violations(phone, within=".challenge-top") == []

    wall.page.click("#challenge >> text=End…")
    wall.page.click("dialog .danger")
    for page in (desk, phone):
        page.until("document.querySelector('.challenge-bar').hidden")
    for page in (wall, projector):
        page.until("document.querySelector('#challenge').hidden")
    assert wall.page.is_visible("text=Challenge…")

    # the projector, which has shown a challenge already, asks for the title of a new data set
    leaves = kept(teacher, npz())["name"]
    teacher.http.patch(f"/api/own-data/{leaves}", json={"shared": True}).raise_for_status()
    terms = {"name": "Trees", "dataset": leaves, "validation_size": 6, "max_parameters": 900}
    teacher.http.post("/api/class/challenge", json=terms).raise_for_status()
    projector.until("document.querySelector('#challenge p').textContent.startsWith('Leaves')")
