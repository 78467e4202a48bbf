"""A long list: other runs show before the archived ones have arrived, and rows out of sight are not in the document."""

import pytest

from tests.browser.disorder import SHOWN, differences
from tests.support.lab_server import LabServer
from tests.support.many_runs import fill
from tests.support.waiting import wait_until

#: Enough for more than four parts of the list.
RUNS, ARCHIVED = 800, 720
EVERYTHING = '/#list={"archived":true}'
GROUPED = '/#list={"archived":true,"group":"dataset.name"}'

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


#: Whether the head of a group is at the upper edge of the list.
HEAD_STICKS = """Math.abs(document.querySelector('.run-group').getBoundingClientRect().top
    - document.getElementById('runs').getBoundingClientRect().top) < 2"""

#: How many rows of the document are above what is in sight.
ABOVE = """[...document.querySelectorAll('.run')].filter((row) =>
    row.getBoundingClientRect().bottom < document.getElementById('runs').getBoundingClientRect().top).length"""

#: How many runs the list has, most of them out of sight and so not in the document.
COUNT = "Number(document.getElementById('run-count').textContent)"


def listed(page):
    return page.page.evaluate(COUNT)


def test_a_page_shows_its_runs_before_archived_ones_and_in_the_end_the_same_as_a_fresh_page(lab, open_page):
    page = open_page(lab, opened=False)
    page.run_first(f"({HOLD})()")
    page.open(EVERYTHING)
    page.until(f"document.getElementById('run-count').textContent === '{RUNS - ARCHIVED}'")
    page.until("theList.held > 3")  # parts of the list are on their way

    page.page.evaluate("theList.release()")
    page.until(f"{COUNT} === {RUNS}")

    # after a lost connection, runs that were deleted meanwhile leave the page, and no others do at any time
    page.page.evaluate("theList.hold()")
    page.page.evaluate("theList.cut()")
    for gone in ("a00007", f"a{RUNS - 1:05}"):
        lab.http.delete(f"/api/runs/{gone}").raise_for_status()
    lab.http.patch("/api/runs/a00008", json={"archived": False, "name": "back"}).raise_for_status()
    page.until("theList.held > 3")
    page.page.evaluate("document.getElementById('runs').scrollTop = 1e6")  # it is one of the oldest
    page.until("[...document.querySelectorAll('.run-name')].some((name) => name.textContent === 'back')")
    page.page.evaluate("document.getElementById('runs').scrollTop = 0")
    assert listed(page) in (RUNS, RUNS - 1), "the deletion of the run that is shown may be known already"
    page.page.evaluate("theList.release()")
    page.until(f"{COUNT} === {RUNS - 2}")

    fresh = open_page(lab, opened=False)
    fresh.open(page.address())
    fresh.until(f"{COUNT} === {RUNS - 2}")
    wait_until(
        lambda: not differences(page.page.evaluate(SHOWN), fresh.page.evaluate(SHOWN)), "the same page"
    )


def test_a_page_that_polls_gets_every_run_too(lab, open_page):
    page = open_page(lab, opened=False)
    page.run_first(f"({NO_SOCKETS})()")
    page.open(EVERYTHING)
    page.until(f"{COUNT} === {RUNS}")
    lab.http.delete("/api/runs/a00007").raise_for_status()
    page.until(f"{COUNT} === {RUNS - 1}")
    page.errors = []  # of refused sockets


def test_only_rows_in_sight_are_in_the_document_and_keys_and_searches_reach_the_others(lab, open_page):
    page = open_page(lab)
    page.open(EVERYTHING)
    page.until(f"{COUNT} === {RUNS}")
    shown = "[...document.querySelectorAll('.run .run-name')].map((name) => name.textContent)"
    page.until(f"{shown}.length < 60 && {shown}[0] === 'run {RUNS - 1}'")
    assert page.page.get_attribute(f'[data-run="a{RUNS - 2:05}"]', "aria-posinset") == "2"

    # the list is as high as all of its rows, and the row with the focus stays when it is scrolled away
    page.page.locator(".run-name").first.focus()
    page.page.evaluate("document.getElementById('runs').scrollTop = 20_000")
    page.until(f"{shown}.length < 60 && Number({shown}[3].slice(4)) < {RUNS - 300}")
    page.until(
        ABOVE + " > 3"
    )  # around the rows in sight there are more, which the next scrolling shows at once
    focused = "document.activeElement.textContent"
    assert page.page.evaluate(focused) == f"run {RUNS - 1}"
    page.page.keyboard.press("End")
    page.until(f"{focused} === 'run 0'")
    page.until("document.activeElement.getBoundingClientRect().bottom <= innerHeight")
    page.page.keyboard.press("ArrowUp")
    page.until(f"{focused} === 'run 1'")
    page.page.keyboard.press("Home")
    page.until(f"{focused} === 'run {RUNS - 1}'")

    # what is selected from the first to the last
    page.page.locator(".run-name").first.click()
    page.page.keyboard.press("Shift+End")
    page.until(f"document.querySelector('.bar-count')?.textContent.startsWith('{RUNS} ')")
    page.page.keyboard.press("Escape")
    page.page.fill("#run-search", '"run 77"')  # and 770 to 779
    page.until(f"{shown}.length === 11")

    # in groups, whose heads stick to the upper edge of the list
    page.open(GROUPED)
    page.until(f"{COUNT} === {RUNS} && !!document.querySelector('.group-name')")
    page.page.locator(".group-name").focus()
    page.page.keyboard.press("End")
    page.until(f"{focused} === 'run 0'")
    page.until("document.getElementById('runs').scrollTop > 10_000")
    page.until(HEAD_STICKS)
    page.page.keyboard.press("Home")
    page.until("document.activeElement.className === 'group-name'")
    page.until("document.getElementById('runs').scrollTop === 0")
    page.until(f"{shown}.includes('run {RUNS - 1}')")
