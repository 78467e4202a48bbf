"""How long a launch will take, including the queue, and what the page shows while runs wait for a worker."""

from tests.support.experiments import QUICK

WAITING = "document.querySelector('.waiting:not(.first-steps)')"
HIDDEN = f"({WAITING}?.hidden ?? true)"
ROWS = f"[...{WAITING}.querySelectorAll('li')].map(row => row.textContent)"


def test_the_page_shows_the_expected_time_and_each_waiting_runs_place_in_the_queue(open_page, make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1")
    page = open_page(lab)
    page.choose("dataset.name", "digits")
    page.choose("seeds", "5")
    page.until("document.querySelector('#launch small').textContent.startsWith('≈ ')")
    assert "Runs: 5; done in about" in page.page.get_attribute("#launch", "title")
    assert "in the queue" not in page.page.get_attribute("#launch", "title")
    assert page.page.evaluate(HIDDEN)

    before = [
        lab.launch(**{**QUICK, "name": f"before {i}", "training": {"iterations": 10_000_000}})["id"]
        for i in range(2)
    ]
    lab.wait_for(before[0], "running")
    lesson = '[data-lesson="2a-optimizers"]'
    page.until("document.querySelector('#launch').title.includes('in the queue')")
    page.until(f"document.querySelector('{lesson}').title.includes('Runs: 3; done in about')")
    page.launch_lesson("2a-optimizers")
    page.until(f"!{HIDDEN} && {ROWS}.length === 3")
    page.until(f"{ROWS}[0].startsWith('SGDplace 2 · begins in about ')")
    page.until(f"{ROWS}[1].startsWith('Momentumplace 3 · begins in about ')")
    listed = "[...document.querySelectorAll('.run .state')].map(state => state.textContent)"
    page.until(f"{listed}.some(text => /^queued · no\\. 3 · .+/.test(text))")
    named = "[...document.querySelectorAll('.end-name')].filter(name => name.checkVisibility()).length"
    page.until(f"{named} === 0")  # no curve yet, so no name at an end
    page.page.click("[data-language=ja]")
    page.until(f"{ROWS}[2].startsWith('Adam待ち順 4 番目 · 約 ') && {ROWS}[2].endsWith('後に開始')")

    for run_id in before:
        lab.http.delete(f"/api/runs/{run_id}").raise_for_status()
    page.until(f"{HIDDEN}")  # there is a curve
    page.until(f"{named} > 0")
