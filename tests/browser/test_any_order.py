"""Whatever order answers and messages come in, in the end a page shows what one shows that was loaded afresh.

`ORDER_SEEDS=20-70` plays others than the usual seed.
"""

import json
import os
import time

import pytest

from tests.browser.disorder import DISORDER, SHOWN, Hands, differences
from tests.support.waiting import wait_until

FIRST, LAST = map(int, os.environ.get("ORDER_SEEDS", "0-0").split("-"))
#: High enough to show both charts: a chart that is scrolled away is not drawn.
TALL = {"width": 1280, "height": 1700}
ACTIONS = 25
#: Long enough for the slowest machine to draw everything; only a failing test waits this long.
TIMEOUT = 30


@pytest.mark.parametrize(
    ("seed", "refused"),
    [*((seed, False) for seed in range(FIRST, LAST + 1)), (FIRST, True)],
    ids=lambda value: (
        {False: "socket", True: "polling"}.get(value, value) if isinstance(value, bool) else value
    ),
)
def test_after_any_order_of_answers_a_page_shows_the_same_as_a_freshly_loaded_one(
    open_page, lab, seed, refused
):
    for run in lab.http.get("/api/runs").json()["runs"]:
        lab.http.delete(f"/api/runs/{run['id']}")
    page = open_page(lab, opened=False, viewport=TALL)
    page.run_first(f"({DISORDER})({seed}, {json.dumps(refused)})")
    page.page.goto(lab.url)
    page.page.wait_for_selector("#launch")
    hands = Hands(page, lab, seed)
    hands.act(ACTIONS)
    stand_still(lab)
    page.page.evaluate("document.activeElement.blur()")
    page.page.evaluate("disorder.calm()")
    page.until("disorder.isQuiet")
    address = page.address()  # what was deleted stays deleted
    page.until("disorder.isQuiet")

    fresh = open_page(lab, opened=False, viewport=TALL)
    hues = open_afresh(fresh, address, page)
    deadline = time.monotonic() + TIMEOUT
    while (news := (page.address(), hues_of(page))) != (address, hues) or (
        difference := differences(page.page.evaluate(SHOWN), fresh.page.evaluate(SHOWN))
    ):
        if news != (address, hues):  # the change arrived after these had been read
            address, difference = page.address(), ["the address, or the colours"]
            hues = open_afresh(fresh, address, page)
        assert time.monotonic() < deadline, f"after {hands.done}, at {address}:\n" + "\n".join(difference)
        time.sleep(0.1)
    assert fresh.address() == page.address()
    if refused:  # the browser logs each refused socket
        page.errors[:] = [line for line in page.errors if "WebSocket connection" not in line]


def hues_of(page):
    return page.page.evaluate("localStorage.getItem('hues')")


def open_afresh(fresh, address, page):
    """Load the address in a tab that knows nothing of the other one but its colours; gives these."""
    if fresh.page.url.startswith(fresh.lab.url):
        fresh.page.evaluate("localStorage.clear()")
        fresh.leave()
    hues = hues_of(page)
    fresh.run_first(f"if (location.host) localStorage.setItem('hues', {json.dumps(hues)})")
    fresh.open(address)
    return hues


def stand_still(lab):
    """End or pause all runs, so that nothing changes any more."""

    def is_quiet():
        runs = lab.http.get("/api/runs").json()["runs"]
        for run in runs:
            if run["status"] in ("queued", "running"):
                lab.post(f"/api/runs/{run['id']}/{'pause' if run['number'] % 2 else 'cancel'}")
        return all(run["status"] not in ("queued", "running") for run in runs)

    wait_until(is_quiet, "all runs to end or pause")
