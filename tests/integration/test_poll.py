"""POST /api/stream of a real server: a page that can only poll gets each row and each change exactly once."""

import json
import struct

import numpy as np
import pytest

from app.live import frames
from tests.support.experiments import ENDLESS


class Poller:
    """A page that polls, keeps what it gets, and checks that no row is lost or duplicated."""

    def __init__(self, lab):
        self.lab = lab
        self.rows: dict[tuple[str, str], list[np.ndarray]] = {}
        self.shown: set[str] = set()
        self.runs: dict[str, dict] = {}
        self.others: list[dict] = []
        self.hello = {"server": "", "state": 0, "rest": None}
        #: runs of a list that is still arriving in parts; None: it is complete
        self.listed: set[str] | None = None
        self.largest = 0

    def count(self, run_id, stream="train"):
        return sum(values.shape[1] for values in self.rows.get((run_id, stream), []))

    def curve(self, run_id, stream="train"):
        return np.concatenate(self.rows[run_id, stream], axis=1).T

    def ask(self):
        answer = self.lab.post("/api/stream", **self.question()).raise_for_status()
        self.largest = max(self.largest, len(answer.content))
        self.hello, *messages = unpack(answer.content)
        if self.hello["whole"]:
            self.listed = set()
        for message in messages:
            self.take(message)

    def question(self):
        rows = {
            run: {stream: self.count(run, stream) for stream in ("train", "evaluation")} for run in self.shown
        }
        return {"subscribe": rows, **{name: self.hello[name] for name in ("server", "state", "rest")}}

    def take(self, message):
        if isinstance(message, bytes):
            header, values = frames.decode(message)
            key = (header["run"], header["stream"])
            assert header["first"] == self.count(*key), "a gap or an overlap"
            self.rows.setdefault(key, []).append(values)
        elif message["type"] == "runs":
            self.runs |= {run["id"]: run for run in message["runs"]}
            for run_id in message["deleted"]:
                self.runs.pop(run_id, None)
            if self.listed is not None:
                self.listed |= {run["id"] for run in message["runs"]}
                if message.get("more") is False:
                    self.runs = {run_id: self.runs[run_id] for run_id in self.listed & self.runs.keys()}
                    self.listed = None
        else:
            self.others.append(message)

    def until(self, condition):
        while not condition():
            self.ask()

    def until_status(self, run_id, status):
        self.until(lambda: run_id in self.runs and self.runs[run_id]["status"] == status)


def unpack(body):
    offset = 0
    while offset < len(body):
        kind, length = struct.unpack_from("<BI", body, offset)
        message = body[offset + 5 : offset + 5 + length]
        assert len(message) == length
        yield message if kind == 2 else json.loads(message)
        offset += 5 + length


@pytest.fixture
def page(lab):
    return Poller(lab)


def test_a_page_that_polls_from_the_start_gets_exactly_what_is_stored(lab, page):
    run = lab.launch(training={"iterations": 2000, "batch_size": 16, "evaluate_every": 50})
    page.shown = {run["id"]}

    page.until_status(run["id"], "completed")

    for stream, rows in (("train", 2000), ("evaluation", 40)):
        assert page.count(run["id"], stream) == rows
        np.testing.assert_array_equal(page.curve(run["id"], stream), lab.stored_rows(run["id"], stream)[1])
    page.ask()
    before = len(page.rows[run["id"], "train"])
    page.ask()
    assert len(page.rows[run["id"], "train"]) == before
    assert page.hello["whole"] is page.hello["more"] is False


def test_a_page_that_polls_gets_launches_deletions_and_the_labs_state(lab, page):
    first = lab.launch()
    page.until_status(first["id"], "completed")
    assert [message["workers"] for message in page.others if message["type"] == "lab"]
    second = lab.launch()
    page.until_status(second["id"], "completed")

    lab.http.delete(f"/api/runs/{first['id']}")
    page.until(lambda: first["id"] not in page.runs)

    assert second["id"] in page.runs
    assert not page.hello["whole"], "it gets the changes, not the whole list"


def test_long_runs_come_in_answers_of_a_bounded_size(lab, page):
    """Twelve runs of 12,000 rows each, which are read from the store."""
    run = lab.launch(
        network={"preset": "mlp", "hidden": [2]},
        training={"iterations": 12_000, "batch_size": 2, "evaluate_every": 12_000},
    )
    lab.wait_for(run["id"], "completed")
    document = lab.http.get(f"/api/exports/json?runs={run['id']}").json()
    document["runs"] *= 12
    copies = [copy["id"] for copy in lab.post("/api/imports", **document).json()["runs"]]
    page.shown = set(copies)

    page.ask()
    assert page.hello["more"]
    page.until(lambda: not page.hello["more"])

    stored = lab.stored_rows(run["id"])[1]
    for copy in copies:
        np.testing.assert_array_equal(page.curve(copy), stored)
    assert page.largest < 2_000_000


def test_a_page_from_before_a_restart_gets_the_whole_list(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1")
    page = Poller(lab)
    gone, stays = lab.launch(), lab.launch()
    page.until_status(stays["id"], "completed")
    lab.http.delete(f"/api/runs/{gone['id']}")

    lab.restart()
    page.ask()

    assert page.hello["whole"]
    assert set(page.runs) == {stays["id"]}


def test_answers_that_are_lost_cost_nothing(lab, page):
    run = lab.launch(**ENDLESS)
    page.shown = {run["id"]}
    for target in (50, 500, 2000):
        page.until(lambda target=target: page.count(run["id"]) >= target)
        lab.post("/api/stream", **page.question())  # never reaches the page
    lab.post(f"/api/runs/{run['id']}/cancel")
    page.until_status(run["id"], "cancelled")

    np.testing.assert_array_equal(page.curve(run["id"]), lab.stored_rows(run["id"])[1])


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"subscribe": []}, "subscribe"),
        ({"subscribe": {"a": -1}}, "subscribe.a"),
        ({"subscribe": {"a": {"nonsense": 0}}}, "subscribe.a"),
        ({"subscribe": dict.fromkeys(map(str, range(2001)), 0)}, "subscribe"),
        ({"state": -1}, "state"),
        ({"state": 1.5}, "state"),
        ({"server": "x" * 101}, "server"),
        ({"rest": {"archived": 1, "before": 0}}, "rest.archived"),
        ({"rest": {"archived": True, "before": -1}}, "rest.before"),
        ({"nonsense": 1}, "nonsense"),
    ],
    ids=str,
)
def test_a_malformed_poll_is_refused_with_its_field(lab, question, field):
    answer = lab.post("/api/stream", **question)

    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field


def test_a_poll_with_an_unknown_server_or_state_gets_everything(lab):
    page = Poller(lab)
    lab.wait_for(lab.launch()["id"], "completed")
    page.ask()
    server, state = page.hello["server"], page.hello["state"]
    for stranger in ({"server": "other", "state": state}, {"server": server, "state": 2**53}):
        page.hello = {**stranger, "rest": {"archived": True, "before": 0}}
        page.ask()
        assert page.hello["whole"]
        assert page.runs
