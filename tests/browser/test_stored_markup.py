"""Names, notes and tags are shown as text everywhere; markup in them has no effect."""

import pytest
from playwright.sync_api import expect

from tests.browser.run_table import name
from tests.support.experiments import SHORT

HARM = "document.body.id='harmed'"
EVIL = f"</script></textarea></title><script>{HARM}</script><img src=x onerror={HARM}><svg onload={HARM}>{{{{7*7}}}}"
TAG = f"<img src=x onerror={HARM}>"[:40]

#: Elements that only executed markup can have made, and the scripts of it that ran.
HURT = "document.querySelectorAll('img[src=x], svg[onload], [onerror], body#harmed').length"


@pytest.fixture
def evil(lab):
    run = lab.launch(**{**SHORT, "name": EVIL})
    lab.wait_for(run["id"], "completed")
    lab.http.patch(f"/api/runs/{run['id']}", json={"notes": EVIL, "tags": [TAG]}).raise_for_status()
    yield run["id"]
    lab.http.delete(f"/api/runs/{run['id']}")


def test_markup_in_names_notes_and_tags_is_shown_as_text_on_the_page(open_page, lab, evil):
    page = open_page(lab)
    page.wait_for_points(evil, 40)
    expect(name(page, evil)).to_have_text(EVIL)
    expect(page.page.locator(f'[data-run="{evil}"]')).to_contain_text(TAG)
    name(page, evil).click()
    expect(page.page.locator('[name="runs.notes"]')).to_have_value(EVIL)
    page.page.focus("#chart-loss")  # what hovering shows
    page.page.keyboard.press("End")
    page.until("!document.querySelector('.hover-box').hidden")
    expect(page.page.locator(".hover-box .hover-name").first).to_have_text(EVIL)
    # the names of curves, in the whole window
    page.page.click('[data-chart="loss"] .controls > .icon-button')
    expect(page.page.locator('[data-chart="loss"] .legend.names')).to_contain_text("<script>")
    page.page.keyboard.press("Escape")
    assert page.page.evaluate(HURT) == 0


def test_markup_is_shown_as_text_in_the_report(open_page, lab, evil, tmp_path):
    path = tmp_path / "report.html"
    path.write_bytes(lab.http.get(f"/api/exports/html?runs={evil}&dash=name&lang=en").content)
    page = open_page(lab, reused=False, opened=False)
    page.page.goto(path.as_uri())
    page.until("document.querySelectorAll('#loss .scatterlayer .trace').length > 0")
    expect(page.page.locator("p.notes")).to_have_text(EVIL)
    expect(page.page.locator(".tag")).to_have_text(TAG)
    assert page.page.evaluate(HURT) == 0
