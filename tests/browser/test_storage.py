"""Browsers without storage: cookies blocked, or storage full. The page works; it loses its settings when closed."""

import json

import pytest

from tests.support.chromium import launch_with_profile
from tests.support.lab_page import LabPage
from tests.support.tabs import DEFAULTS, MODULE
from tests.support.waiting import TIMEOUT

REFUSE = 'const refuse = () => { throw new DOMException("refused", "%s"); };'
#: How a browser refuses → a script that makes this one do so.
REFUSALS = {
    "unreadable, and cookies too": (REFUSE % "InvalidStateError")
    + "Storage.prototype.getItem = Storage.prototype.setItem = refuse;"
    "Object.defineProperty(Document.prototype, 'cookie', { get: refuse, set: refuse });",
    "full": (REFUSE % "QuotaExceededError") + "Storage.prototype.setItem = refuse;",
}


@pytest.fixture(params=[*REFUSALS, "as the browser itself blocks"])
def page(request, open_page, lab, browser, tmp_path):
    if request.param in REFUSALS:
        page = open_page(lab, opened=False, color_scheme="light")
        page.run_first(REFUSALS[request.param])
        page.open()
        yield page
        return
    profile = tmp_path / "profile" / "Default"
    profile.mkdir(parents=True)
    preferences = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (profile / "Preferences").write_text(json.dumps(preferences))
    context = launch_with_profile(browser.browser_type, profile.parent, **DEFAULTS, color_scheme="light")
    context.set_default_timeout(1000 * TIMEOUT)
    context.add_init_script(MODULE)
    page = LabPage(context.pages[0], lab)
    reason = "try { localStorage.length } catch (error) { error.name }"
    assert page.page.evaluate(reason) == "SecurityError"
    yield page
    context.close()
    assert (page.errors, page.foreign_requests) == ([], [])


def test_all_pages_work_in_a_browser_that_blocks_storage(request, page, lab, tmp_path):
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=50)
    run_id = page.press_launch()
    page.wait_for(run_id, "completed")
    page.wait_for_points(run_id, 50)

    page.page.click("#theme")
    assert page.page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.page.click("#projector")
    assert page.page.get_attribute("#projector", "aria-pressed") == "true"
    page.page.click("#projector")

    page.page.click("#help")
    page.page.click("dialog .segments label:has-text('Keyboard shortcuts')")
    page.page.uncheck("dialog[open] input[type=checkbox]")
    page.page.keyboard.press("Escape")
    page.page.click("#help")
    assert not page.page.is_checked("dialog[open] input[type=checkbox]"), (
        "kept for as long as the page is open"
    )
    page.page.keyboard.press("Escape")

    page.page.click('[data-language="ja"]')
    page.until("document.querySelector('#launch span').textContent === '学習開始'")
    page.open(page.address())  # the address keeps the language
    page.page.reload()
    page.until_ready()
    assert page.page.inner_text("#launch span") == "学習開始"
    page.wait_for_points(run_id, 50)

    # neither do reports and the documentation need any, even if the browser itself refuses, which is the strictest way
    if "browser itself" not in request.node.callspec.id:
        return
    report = tmp_path / "report.html"
    report.write_bytes(lab.http.get(f"/api/runs/{run_id}/export.html").content)
    tab = page.page

    tab.goto(report.as_uri())
    page.until("document.querySelectorAll('.main-svg').length > 0")
    tab.fill("#smoothing", "0.9")
    page.until("document.getElementById('smoothing-value').textContent === '0.90'")

    tab.goto(lab.url + "/docs")
    page.until("document.querySelectorAll('.opblock').length > 10")
