"""Two thousand runs, most of them archived: those that a page shows are sent first, in few bytes."""

import json

import pytest
from websockets.sync.client import connect

from tests.integration.test_poll import Poller
from tests.support.lab_server import LabServer
from tests.support.many_runs import fill
from tests.support.waiting import TIMEOUT

RUNS, ARCHIVED = 2000, 1900


@pytest.fixture(scope="module")
def lab(tmp_path_factory, data_dir):
    lab = LabServer(tmp_path_factory.mktemp("lab") / "state", data_dir)
    fill(lab.state_dir, runs=RUNS, archived=ARCHIVED)
    lab.start()
    yield lab
    lab.stop()


def messages_of_the_list(lab):
    """The list of runs as a page's socket gets it: text after text."""
    with connect(lab.url.replace("http", "ws") + "/ws", max_size=None) as socket:
        while True:
            text = socket.recv(timeout=TIMEOUT)
            message = json.loads(text)
            if message["type"] == "runs":
                yield text, message
                if not message["more"]:
                    return


def test_the_runs_that_a_page_shows_come_first_and_in_a_small_part_of_the_list(lab):
    parts = list(messages_of_the_list(lab))
    first, runs = parts[0][0], parts[0][1]["runs"]

    assert [run["archived"] for run in runs] == [False] * (RUNS - ARCHIVED)
    assert len(first) < 120_000
    assert sum(len(text) for text, _ in parts) > 10 * len(first)
    numbers = sorted(run["number"] for _, part in parts for run in part["runs"])
    assert numbers == list(range(1, RUNS + 1)), "each run once"
    listed = lab.http.get("/api/runs").json()["runs"]
    assert {run["id"] for run in listed if run["archived"]} == {
        run["id"] for _, part in parts[1:] for run in part["runs"]
    }


def test_a_page_that_polls_gets_them_in_the_same_order_and_in_small_answers(lab):
    page = Poller(lab)
    page.ask()
    assert len(page.runs) == RUNS - ARCHIVED
    assert page.hello["whole"]
    answers = 1
    while page.hello["more"]:
        page.ask()
        answers += 1
        assert not page.hello["whole"]
    assert len(page.runs) == RUNS
    assert answers > 5
    assert page.largest < 300_000


def test_runs_that_change_between_two_parts_are_known_as_they_are(lab):
    page = Poller(lab)
    page.ask()
    gone, back, away = "a00000", "a00001", f"a{RUNS - 1:05}"
    lab.http.delete(f"/api/runs/{gone}").raise_for_status()
    lab.http.patch(f"/api/runs/{back}", json={"archived": False}).raise_for_status()
    lab.http.patch(f"/api/runs/{away}", json={"archived": True}).raise_for_status()
    new = lab.launch()
    page.until(lambda: not page.hello["more"])
    page.until_status(new["id"], "completed")

    truth = {run["id"]: run["archived"] for run in lab.http.get("/api/runs").json()["runs"]}
    assert {run["id"]: run["archived"] for run in page.runs.values()} == truth
    assert (gone in truth, truth[back], truth[away]) == (False, False, True)
