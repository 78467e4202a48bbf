"""The wall: what the teacher's and the projector's live page gets of each student, from a real class."""

import json
import time
from typing import Any

import pytest

from tests.support.class_lab import running_class
from tests.support.experiments import QUICK
from tests.support.waiting import TIMEOUT, wait_until


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with running_class(tmp_path_factory.mktemp("class")) as lab:
        yield lab


class WallPage:
    """What a page that shows the wall has got so far."""

    def __init__(self, member, view="wall"):
        self.socket = member.socket(view=view)
        self.tiles, self.curves, self.waiting, self.types = {}, {}, [], set()

    def until(self, reached):
        """Take messages until something is so."""
        deadline = time.monotonic() + TIMEOUT
        while not reached(self):
            message = self.socket.recv(timeout=max(0.1, deadline - time.monotonic()))
            if isinstance(message, bytes):
                continue
            message = json.loads(message)
            self.types.add(message["type"])
            if message["type"] == "tile":
                self.tiles[message["person"]] = message
            elif message["type"] == "curve":
                self.curves[message["training"]] = message
            elif message["type"] == "waiting":
                self.waiting = message["waiting"]
        return self

    def curve_of(self, person):
        runs = self.tiles.get(person, {"runs": []})["runs"]
        return self.curves.get(runs[-1]["training"]) if runs else None


def ended(person):
    return lambda page: (page.curve_of(person) or {"status": ""})["status"] == "completed"


def test_the_wall_follows_a_student_from_joining_to_the_last_point_of_a_curve(lab):
    page = WallPage(lab.teacher())
    ada = lab.student("Ada")
    page.until(lambda page: ada.id in page.tiles)
    assert page.tiles[ada.id]["runs"] == []
    assert page.tiles[ada.id]["nickname"] is None

    run = ada.launch()
    page.until(ended(ada.id))

    tile = page.tiles[ada.id]
    assert (tile["number"], tile["launched"]) == (1, 1)
    training = lab.teacher().http.get(f"/api/runs/{run['id']}").json()["training"]
    assert tile["runs"] == [
        {"id": run["id"], "number": run["number"], "name": run["name"], "training": training}
    ]
    curve = page.curve_of(ada.id)
    names, rows = lab.stored_rows(run["id"], "evaluation")
    accuracies = rows[:, names.index("test_accuracy")]
    assert curve["metric"] == "test_accuracy"
    assert curve["best"] == pytest.approx(accuracies.max(), abs=1e-4)
    assert curve["points"][-1] == [run["iterations"], pytest.approx(accuracies[-1], abs=1e-4)]
    stored = dict(zip(rows[:, names.index("iteration")].tolist(), accuracies.tolist(), strict=True))
    assert all(stored[at] == pytest.approx(value, abs=1e-4) for at, value in curve["points"])

    # a page that opens later gets the same, and a training that two students show comes once
    grace = lab.student("Grace")
    grace.http.post("/api/runs", json=QUICK).raise_for_status()
    later = WallPage(lab.teacher()).until(ended(grace.id))
    assert later.curve_of(ada.id) == curve


def test_students_get_nothing_of_the_wall_and_nothing_is_made_for_it_while_it_is_closed(lab):
    emmy = lab.student("Emmy")
    page = WallPage(emmy)
    run = emmy.launch()

    def has_ended(_):
        return emmy.http.get(f"/api/runs/{run['id']}").json()["status"] == "completed"

    page.until(lambda page: "runs" in page.types and has_ended(page))
    assert not page.types & {"tile", "curve", "waiting"}
    assert "lab" in page.types


def test_a_page_that_polls_gets_the_same_wall_and_then_only_what_is_new(lab):
    teacher, ida = lab.teacher(), lab.student("Ida")

    def ask(**known):
        body = teacher.http.post("/api/stream", json={"view": "wall", **known}).raise_for_status().content
        found, offset = [], 0
        while offset < len(body):
            kind, length = body[offset], int.from_bytes(body[offset + 1 : offset + 5], "little")
            found += [json.loads(body[offset + 5 : offset + 5 + length])] if kind == 1 else []
            offset += 5 + length
        return found[0], found[1:]

    known: dict[str, Any] = {}

    def tiles():
        """The persons of the tiles that have come since the last question."""
        hello, messages = ask(**known)
        known.update(server=hello["server"], state=hello["state"], rest=hello["rest"])
        return {message["person"] for message in messages if message["type"] == "tile"}

    wait_until(lambda: ida.id in tiles(), "Ida's tile")
    run = ida.launch()
    ida.wait_for(run["id"], "completed")
    assert wait_until(tiles, "the tile that has changed") == {ida.id}
