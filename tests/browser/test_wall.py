"""The wall in a browser: it follows a class live, by mouse and by keys, and the projector shows numbers only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.accessibility import violations
from tests.support.class_lab import ClassLab, PersonClient, running_class
from tests.support.experiments import STEADY
from tests.support.waiting import wait_until
from tests.support.wall_page import WallPage

#: Sizes of all letters that are seen.
SMALLEST = """(() => {
    const sizes = [...document.querySelectorAll('body *')]
        .filter(e => e.getClientRects().length && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
        .map(e => parseFloat(getComputedStyle(e).fontSize));
    return Math.min(...sizes);
})()"""

#: Whether all thin lines of runs that have ended end where the lines of the y axis do.
CURVES_END_AT_THE_AXES = """(() => {
    const right = Number(document.querySelector('.cloud-axes line').getAttribute('x2'));
    return [...document.querySelectorAll('.cloud-thin path')].every(path => {
        const { x, width } = path.getBBox(); return Math.abs(x + width - right) < 1; }); })()"""

#: The code of the class in the whole window; "": it is not shown.
LARGE = "(document.querySelector('dialog .join-code')?.textContent ?? '').replace(' ', '')"
#: What a browser says itself of requests of a projector whose link was replaced.
REFUSALS = (
    "Error during WebSocket handshake: Unexpected response code: 40",
    "status of 401",
    "status of 403",
    "HTTP Authentication failed; no valid credentials available",
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClassLab]:
    with running_class(tmp_path_factory.mktemp("class")) as lab:
        yield lab


def launch(client: PersonClient, seed: int) -> list[str]:
    """Two short runs of a person, whose ids these are."""
    common = {
        "dataset": {"name": "digits"},
        "seed": seed,
        "training": {"iterations": 60, "evaluate_every": 5},
    }
    experiments = [
        {**common, "name": name, "optimizer": {"name": "sgd", "learning_rate": rate}}
        for name, rate in (("fast", 0.5), ("slow steps", 0.001))
    ]
    answer = client.http.post("/api/experiments", json={"experiments": experiments})
    assert answer.status_code == 201, answer.text
    return [run["id"] for run in answer.json()["runs"]]


def test_the_wall_follows_a_class_and_what_its_teacher_does_while_the_projector_shows_numbers_only(
    lab: ClassLab, sit: Any
) -> None:
    teacher = lab.teacher()
    wall = sit(teacher, "/wall", WallPage, viewport={"width": 1280, "height": 800}, locale="en-US")
    projector = sit(
        lab.projector(), "/wall", WallPage, viewport={"width": 1024, "height": 768}, locale="ja-JP"
    )
    students = [lab.student(name) for name in ("tanuki", "mochi", "くじら", "kumo")]
    wall.tiles_until("tiles.length === 4 && tiles.every(tile => tile.state === 'joined')")

    runs = [launch(students[0], 0)]
    wall.until("document.querySelectorAll('.cloud-thin path[d^=M]').length === 2")
    wall.tiles_until("tiles[0].state === 'finished'")
    runs += [launch(student, seed) for seed, student in enumerate(students[1:3], 1)]
    students[3].http.put("/api/class/me/hand", json={"up": True}).raise_for_status()
    done = "tiles.filter(tile => tile.state === 'finished' && tile.curves === 2).length === 3"
    tiles = wall.tiles_until(done)
    assert [tile["name"] for tile in tiles] == ["tanuki", "mochi", "くじら", "kumo"]
    wall.until("document.querySelector('#headline').textContent === '3 of 4 have launched'")
    wall.until("document.querySelector('[data-kind=hand]').textContent.includes('kumo')")
    # one chart of all: a thin line for each run; three runs of each name have a median and a band
    wall.until("document.querySelectorAll('.cloud-thin path[d^=M]').length === 6")
    wall.until("document.querySelectorAll('.cloud-summary .band').length === 2")
    names = "[...document.querySelectorAll('.cloud-end b')].map(name => name.textContent).sort().join()"
    assert wall.page.evaluate(names) == "fast,slow steps"
    # the names of groups leave less room for all curves, also for those that had ended before
    wall.until(CURVES_END_AT_THE_AXES)

    projected = projector.tiles_until(done)
    assert [tile["number"] for tile in projected] == ["1", "2", "3", "4"]
    assert [tile["name"] for tile in projected] == [""] * 4
    text = projector.page.inner_text("body")
    assert not any(name in text for name in ("tanuki", "mochi", "くじら", "kumo"))
    assert "参加はこちら" in text
    assert projector.page.locator("#commands button").count() == 0
    assert projector.page.evaluate(SMALLEST) >= 14
    assert violations(wall) == violations(projector) == []

    # arrow keys go from tile to tile, whose curves are drawn over the others; keys do what the buttons do
    wall.page.locator(".tile").first.focus()
    wall.page.keyboard.press("ArrowRight")
    wall.until("document.querySelector('.cloud-name').textContent === '2 mochi'")
    wall.until("document.querySelectorAll('.cloud-chosen path').length === 2")
    # the other way round: who points at a curve sees whose it is
    box = wall.page.locator(".cloud-plot").bounding_box()
    point = wall.page.evaluate("""(() => {
        const {x, y} = document.querySelector('.cloud-chosen path').getPointAtLength(60); return [x, y]; })()""")
    assert box is not None
    wall.page.mouse.move(box["x"] + point[0], box["y"] + point[1])
    wall.until("document.querySelector('.tile.pointed .tile-name').textContent.length > 0")
    wall.until("document.querySelectorAll('.cloud-chosen path').length === 1")
    wall.page.mouse.move(5, 5)
    wall.page.keyboard.press("s")
    wait_until(lambda: students[3].runs() == set(runs[1]), "the runs are shown to all")
    projector.until("document.querySelector('.cloud-name').textContent === '2'")
    wall.page.keyboard.press("h")
    projector.until("document.querySelector('#banner').textContent.includes('学習の開始を止めています')")
    held = students[3].http.post("/api/runs", json={"dataset": {"name": "digits"}})
    assert held.json()["error"]["code"] == "held"
    wall.page.keyboard.press("s")
    wait_until(lambda: students[3].runs() == set(), "the runs are no longer shown")
    # all that trains moves together, which every screen says, until it is released
    wall.page.keyboard.press(".")
    wall.until("document.querySelector('.toast:not([hidden])')?.textContent.startsWith('Nothing trains now')")
    boss = lab.teacher()
    endless = boss.launch(**STEADY)["id"]
    boss.wait_for(endless, "running")
    wall.page.get_by_label("Iterations of a step").select_option("100")
    wall.page.keyboard.press(".")
    projector.until("document.querySelector('#banner').textContent.includes('前回 100 反復')")
    boss.wait_for(endless, "paused")
    # meanwhile nothing starts, and what waits is put in another order, by dragging or by keys
    queued = [boss.launch(**STEADY, seed=seed)["id"] for seed in (1, 2, 3)]

    def order():
        runs = [run for run in boss.http.get("/api/runs").json()["runs"] if run["place"]]
        return [run["id"] for run in sorted(runs, key=lambda run: run["place"]["ahead"])]

    wait_until(lambda: order() == queued, "three wait")
    grips = wall.page.locator(".queue .waiting .grip")
    wall.until("document.querySelectorAll('.queue .waiting .grip').length === 3")
    grips.nth(2).drag_to(grips.nth(0), target_position={"x": 5, "y": 2})
    wait_until(lambda: order() == [queued[2], *queued[:2]], "the last is the first")
    wall.until("!document.querySelector('.queue .dragged')")
    grips.nth(0).press("ArrowDown")
    wait_until(lambda: order() == [queued[0], queued[2], queued[1]], "it is the second")
    wall.until("document.activeElement.matches('.queue .waiting li:nth-child(2) .grip')")
    wall.page.locator(".queue .waiting .first").nth(2).press("Enter")
    wait_until(lambda: order() == [queued[1], queued[0], queued[2]], "the last is the first")
    wall.until("document.activeElement.matches('.queue .waiting li:nth-child(1) .grip')")
    for run in queued:
        boss.http.delete(f"/api/runs/{run}").raise_for_status()
    wall.page.keyboard.press("h")
    boss.wait_for(endless, "running")
    boss.http.delete(f"/api/runs/{endless}").raise_for_status()
    projector.until("document.querySelector('#banner').hidden")
    wall.page.keyboard.press("n")
    projector.tiles_until("tiles[1].name === 'mochi'")

    # a click opens a student, who is renamed, stopped or removed there
    wall.page.locator(".tile").nth(3).click()
    wall.page.get_by_label("Nickname").fill("cloud")
    wall.page.keyboard.press("Enter")
    wall.tiles_until("tiles[3].name === 'cloud'")
    wall.page.get_by_role("button", name="Remove from the class").click()
    wall.tiles_until("tiles.length === 3")
    wait_until(lambda: students[3].http.get("/api/class").json()["role"] is None, "is removed")
    wall.page.get_by_role("button", name="1 removed").click()
    wall.page.get_by_role("button", name="Readmit").click()
    projector.tiles_until("tiles.length === 4")

    # another code reaches the projector too, also what it shows in the whole window
    before = lab.code
    projector.page.click(".join-button")
    wall.page.click(".join-button")
    wall.page.get_by_role("button", name="New code").click()
    for page in (wall, projector):
        page.until(f"(code => code && code !== '{before}')({LARGE})")
        assert page.page.evaluate(LARGE) == lab.code
    wall.page.keyboard.press("Escape")
    # another link for the projector ends the one before
    wall.page.get_by_role("button", name="Projector link").click()
    assert projector.page.url.endswith("/wall")
    wall.page.get_by_role("button", name="Make a new link").click()
    wall.until("document.querySelector('dialog input').value.includes('/join#projector=')")
    projector.until("location.pathname === '/join' && document.documentElement.dataset.ready === 'true'")
    projector.errors = [error for error in projector.errors if not any(text in error for text in REFUSALS)]
