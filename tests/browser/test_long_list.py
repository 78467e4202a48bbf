"""With many archived runs, the page shows the other runs before the archived ones have arrived."""

import pytest

from tests.browser.disorder import SHOWN, differences
from tests.support.lab_server import LabServer
from tests.support.many_runs import fill
from tests.support.waiting import wait_until

#: Enough for more than four parts of the list.
RUNS, ARCHIVED = 800, 720
EVERYTHING = '/#list={"archived":true}'

#: Delivers the first part of the list of runs to a page, and holds the rest until the test releases it.
HOLD = """
() => {
    const held = [];
    let holding = true;
    const sockets = new Set();
    window.WebSocket = class extends WebSocket {
        constructor(...address) {
            super(...address);
            sockets.add(this);
            let first = true;
            this.addEventListener("message", (event) => {
                if (event.isLate) return;
                const isList = typeof event.data === "string" && JSON.parse(event.data).more !== undefined;
                if (isList && first) first = false;
                else if (holding && !first) {
                    event.stopImmediatePropagation();
                    const late = Object.assign(new MessageEvent("message", { data: event.data }), { isLate: true });
                    held.push(() => this.dispatchEvent(late));
                }
            });
            this.addEventListener("close", () => sockets.delete(this));
        }
    };
    window.theList = {
        hold: () => void (holding = true),
        release: () => { holding = false; for (const say of held.splice(0)) say(); },
        get held() { return held.length; },
        cut: () => sockets.forEach((socket) => socket.close()),
    };
}
"""

NO_SOCKETS = "() => { window.WebSocket = class { constructor() { throw new Error('refused'); } }; }"


@pytest.fixture
def lab(tmp_path, data_dir):
    lab = LabServer(tmp_path / "state", data_dir)
    fill(lab.state_dir, runs=RUNS, archived=ARCHIVED)
    lab.start()
    yield lab
    lab.stop()


def listed(page):
    return page.page.evaluate("document.querySelectorAll('.run').length")


def test_a_page_shows_its_runs_before_archived_ones_and_in_the_end_the_same_as_a_fresh_page(lab, open_page):
    page = open_page(lab, opened=False)
    page.run_first(f"({HOLD})()")
    page.open(EVERYTHING)
    page.until(f"document.querySelectorAll('.run').length === {RUNS - ARCHIVED}")
    page.until("theList.held > 3")  # parts of the list are on their way

    page.page.evaluate("theList.release()")
    page.until(f"document.querySelectorAll('.run').length === {RUNS}")

    # after a lost connection, runs that were deleted meanwhile leave the page, and no others do at any time
    page.page.evaluate("theList.hold()")
    page.page.evaluate("theList.cut()")
    for gone in ("a00007", f"a{RUNS - 1:05}"):
        lab.http.delete(f"/api/runs/{gone}").raise_for_status()
    lab.http.patch("/api/runs/a00008", json={"archived": False, "name": "back"}).raise_for_status()
    page.until("theList.held > 3")
    page.until("[...document.querySelectorAll('.run-name')].some((name) => name.textContent === 'back')")
    assert listed(page) in (RUNS, RUNS - 1), "the deletion of the run that is shown may be known already"
    page.page.evaluate("theList.release()")
    page.until(f"document.querySelectorAll('.run').length === {RUNS - 2}")

    fresh = open_page(lab, opened=False)
    fresh.open(page.address())
    fresh.until(f"document.querySelectorAll('.run').length === {RUNS - 2}")
    wait_until(
        lambda: not differences(page.page.evaluate(SHOWN), fresh.page.evaluate(SHOWN)), "the same page"
    )


def test_a_page_that_polls_gets_every_run_too(lab, open_page):
    page = open_page(lab, opened=False)
    page.run_first(f"({NO_SOCKETS})()")
    page.open(EVERYTHING)
    page.until(f"document.querySelectorAll('.run').length === {RUNS}")
    lab.http.delete("/api/runs/a00007").raise_for_status()
    page.until(f"document.querySelectorAll('.run').length === {RUNS - 1}")
    page.errors = []  # of refused sockets
