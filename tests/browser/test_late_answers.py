"""Late answers, in any order: each is matched with its request, and an older state never replaces a newer one."""

from typing import Any

import pytest

from tests.browser.run_table import name, selected
from tests.support.experiments import STEADY
from tests.support.waiting import wait_until


class Held:
    """Holds a page's requests to some addresses, on the way to the lab or back, until they are released."""

    def __init__(self, tab, pattern, *, answered=False):
        self._tab = tab
        self._answered = answered
        self._holds = True
        self._waiting = []
        tab.route(pattern, self._hold)

    def _hold(self, route):
        if self._holds:
            self._waiting.append((route, route.fetch() if self._answered else None))
        else:
            route.continue_()

    def wait_for(self, count):
        """Wait until `count` answers are held here."""
        wait_until(lambda: self._tab.evaluate("1") and len(self._waiting) >= count, "the requests")

    def release(self):
        """Release what is held, and hold nothing from now on."""
        self._holds = False
        self.release_one(len(self._waiting))

    def release_one(self, count=1):
        let_go, self._waiting = self._waiting[:count], self._waiting[count:]
        for route, answer in let_go:
            if answer is None:
                route.continue_()
            else:
                route.fulfill(response=answer)


SUMMARY = "**/api/experiments/summary"


@pytest.fixture
def page(open_page, lab):
    """A page whose form would launch twenty iterations on the digits, in a tab whose requests can be held."""
    page = open_page(lab)
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=20)
    return page


def settled(page):
    page.until("!document.querySelector('#edit-layers').disabled")


def test_a_run_is_named_after_the_launched_experiment_and_not_the_previous_draft(page, lab):
    lab.wait_for(page.press_launch(), "completed")
    held = Held(page.page, SUMMARY)
    page.fill(training__batch_size=64)
    page.page.click("#launch")
    held.wait_for(1)
    page.fill(training__batch_size=32)  # changed after the launch: neither the run nor its name may have it
    held.release()
    wait_until(lambda: len(page.run_ids()) == 2, "the second run")
    run = lab.run(page.run_ids()[0])
    assert run["config"]["training"]["batch_size"] == 64
    assert run["name"].endswith(" 64")
    page.until("document.querySelector('.difference').textContent.includes('atch')")
    for run_id in page.run_ids():
        lab.http.delete(f"/api/runs/{run_id}")


def test_a_press_launches_also_if_an_error_goes_away_and_the_button_moves_meanwhile(page, lab):
    page.fill(training__batch_size="many")
    page.until("!!document.querySelector('.field.wrong')")
    held = Held(page.page, SUMMARY)
    page.fill(training__batch_size=64)
    held.wait_for(1)
    button, mouse = page.page.locator("#launch"), page.page.mouse
    box = button.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 2
    mouse.move(x, y)
    mouse.down()
    mouse.move(x, y - 200)
    mouse.up()  # beside the button: nothing is launched
    mouse.move(x, y)
    mouse.down()
    held.release()
    page.until("!document.querySelector('.field.wrong')")
    above = button.bounding_box()
    assert above["y"] + above["height"] < y
    mouse.up()
    wait_until(lambda: page.run_ids(), "the run")
    page.until("!document.querySelector('#launch').disabled")
    (run_id,) = page.run_ids()
    assert lab.run(run_id)["config"]["training"]["batch_size"] == 64
    lab.http.delete(f"/api/runs/{run_id}")


def test_a_draft_is_described_again_until_a_request_reaches_the_lab(page):
    settled(page)
    lost = []
    page.page.route(SUMMARY, lambda route: lost.append(route.abort()), times=2)
    page.choose("network.preset", "simple_convnet")
    page.until("document.querySelectorAll('.layer-summary li').length === 6")
    assert len(lost) == 2


def test_an_answer_about_an_older_draft_is_not_shown_for_the_newer_one(page):
    settled(page)
    held = Held(page.page, SUMMARY)
    page.fill(network__hidden__0=30)
    held.wait_for(1)
    page.page.fill('[name="network.hidden.0"]', "31")
    held.release_one()
    page.page.click("#edit-layers")
    held.wait_for(1)
    held.release()
    page.until("document.querySelector('[name=\"network.layers.0.units\"]')?.value === '31'")


def test_the_button_that_edits_layers_counts_the_networks_of_the_draft_as_it_stands(page):
    settled(page)
    held = Held(page.page, SUMMARY)
    page.fill(network__hidden__0="5, 10")
    assert "the first of these 2 networks" in page.page.get_attribute("#edit-layers", "title")
    page.page.click("#edit-layers")
    held.wait_for(1)
    page.page.fill('[name="network.hidden.0"]', "5, 10, 20")
    held.release()
    page.until("document.querySelector('.network-note')?.textContent.includes('The first of 3 networks')")
    page.page.click("#all-networks")
    assert page.page.input_value('[name="network.hidden.0"]') == "5, 10, 20"


@pytest.fixture
def running(page, lab):
    run_id = lab.launch(**{**STEADY, "optimizer": {"name": "sgd", "learning_rate": 0.001}})["id"]
    page.wait_for(run_id, "running")
    name(page, run_id).click()
    yield run_id
    lab.http.delete(f"/api/runs/{run_id}")


def test_a_live_control_is_not_reset_by_a_state_older_than_the_change(page, lab, running):
    held = Held(page.page, f"**/api/runs/{running}/live")
    page.page.fill('[name="live.learning_rate"]', "0.02")
    page.page.focus("#details-pause")
    held.wait_for(1)
    reached = lab.run(running)["iteration"]
    wait_until(
        lambda: page.page.evaluate(
            f"document.querySelector('[data-run=\"{running}\"] progress').value * 1e6 > {reached + 1}"
        ),
        "news of the run",
    )
    assert page.page.input_value('[name="live.learning_rate"]') == "0.02"
    held.release()
    wait_until(lambda: lab.run(running)["annotations"], "the change")
    assert page.page.input_value('[name="live.learning_rate"]') == "0.02"
    # a value that another user sets is shown, also after the focus has been in the box
    lab.http.patch(f"/api/runs/{running}/live", json={"learning_rate": 0.5}).raise_for_status()
    page.until("document.querySelector('[name=\"live.learning_rate\"]').value === '0.5'")


def test_a_requested_change_is_shown_on_every_page_before_the_run_makes_it(lab, open_page):
    first, second, third = (lab.launch(**STEADY)["id"] for _ in range(3))  # for two workers
    assert lab.run(third)["status"] == "queued"
    lab.http.patch(f"/api/runs/{third}/live", json={"l2": 0.25}).raise_for_status()
    other = open_page(lab)
    name(other, third).click()
    assert other.page.input_value('[name="live.l2"]') == "0.25"
    for run_id in (first, second, third):
        lab.http.delete(f"/api/runs/{run_id}")


def test_pressing_twice_before_the_first_answer_turns_it_on_and_off_again(page, lab, running):
    held = Held(page.page, f"**/api/runs/{running}")
    star = page.page.locator(f'[data-run="{running}"] .star')
    star.click()
    star.click()
    held.wait_for(1)
    held.release_one()
    held.wait_for(1)  # the second one leaves when the first is answered
    assert lab.run(running)["starred"]
    held.release()
    wait_until(lambda: not lab.run(running)["starred"], "none again")
    wait_until(lambda: star.get_attribute("aria-pressed") == "false", "none on the page")


def test_a_late_answer_does_not_bring_a_deleted_run_back(page, lab):
    held = Held(page.page, "**/api/experiments", answered=True)
    page.page.click("#launch")
    held.wait_for(1)
    wait_until(lambda: len(page.run_ids()) == 1, "the run, through the socket")
    page.choose("optimizer.name", "adam")  # draws the form again, with a button that waits for the answer too
    assert page.page.is_disabled("#launch")
    lab.http.delete(f"/api/runs/{page.run_ids()[0]}").raise_for_status()
    wait_until(lambda: not page.run_ids(), "the list to be empty")
    held.release()
    page.until("!document.querySelector('#launch').disabled")
    assert page.run_ids() == []


def test_show_none_works_even_if_the_list_of_runs_arrived_before_the_charts(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    held = Held(page.page, "**/api/lessons?*")
    with page.page.expect_websocket() as socket:
        page.page.evaluate("location.reload()")
    socket.value.wait_for_event("framereceived", lambda frame: '"runs"' in str(frame))
    held.wait_for(1)
    held.release()
    page.until_ready()
    page.wait_for_points(lab_with_runs.ids[0], 10)
    page.page.click("#show-none")
    page.until("document.getElementById('chart-loss').data.length === 0")
    # "show none" is not the same as no choice
    other = open_page(lab_with_runs, opened=False)
    other.open(page.address())
    other.until("document.querySelectorAll('[data-run].off').length === 6")


def test_a_launch_before_the_list_of_runs_arrives_keeps_the_runs_in_the_address(open_page, lab_with_runs):
    page = open_page(lab_with_runs, reused=False)
    numbers = [lab_with_runs.run(run_id)["number"] for run_id in lab_with_runs.ids[:2]]
    sockets: list[str] = []
    waiting: list[tuple[Any, Any]] = []

    def delay(socket):
        server = socket.connect_to_server()
        server.on_message(
            lambda message: socket.send(message) if sockets else waiting.append((socket, message))
        )

    page.page.route_web_socket("**/ws", delay)
    page.leave()
    page.page.goto(f"{lab_with_runs.url}/#runs={','.join(map(str, numbers))}&selected={numbers[0]}")
    page.page.wait_for_selector("#launch")
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=20)
    page.page.click("#launch")
    wait_until(lambda: len(page.run_ids()) == 1, "the launched run")
    launched = page.run_ids()[0]
    try:
        sockets.append("open")
        for socket, message in waiting:
            socket.send(message)
        wait_until(lambda: len(page.run_ids()) == 7, "the list")
        shown = "[...document.querySelectorAll('[data-run]:not(.off)')].map(e => e.dataset.run)"
        assert page.page.evaluate(shown) == [launched, lab_with_runs.ids[1], lab_with_runs.ids[0]]
        assert selected(page) == [lab_with_runs.run(lab_with_runs.ids[0])["name"]]
        assert page.page.locator(".toast:not([hidden])").count() == 0
    finally:
        lab_with_runs.http.delete(f"/api/runs/{launched}").raise_for_status()
