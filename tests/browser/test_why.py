"""A student sees why a network does not learn, tries what may help, and sees it learn."""

import re

from playwright.sync_api import expect

from tests.browser.accessibility import violations

#: Two hidden layers of sigmoids whose first weights are far too small: the lowest layer gets next to no gradient.
STUCK = {
    "name": "stuck",
    "dataset": {"name": "digits"},
    "network": {
        "preset": "mlp",
        "hidden": [20, 10],
        "activation": "sigmoid",
        "initializer": {"name": "normal", "std": 0.01},
    },
    "optimizer": {"name": "sgd", "learning_rate": 0.1},
    "training": {"iterations": 400, "batch_size": 50, "evaluate_every": 50},
}


def test_a_student_reads_why_nothing_is_learned_tries_a_remedy_and_sees_it_learn(open_page, lab):
    stuck = lab.launch(**STUCK)
    lab.wait_for(stuck["id"], "completed")
    page = open_page(lab)
    why = page.page.locator("#why")
    page.until("document.querySelector('#why li')")  # the curves come first
    expect(why).to_contain_text("initial weights are too small")
    expect(why).to_contain_text("Measured on batches of 50 examples; iterations: 20.")
    expect(why).to_contain_text("So far there are 8 evaluations.")
    vanishing = why.locator("li", has_text="gradient vanishes")
    vanishing.locator(".why-text").click()
    see = vanishing.get_by_role("button", name="Show it")
    expect(see).to_be_visible()
    assert page.page.locator('[data-chart="view.gradients"]').count() == 0
    see.click()

    card = page.page.locator('[data-chart="view.gradients"]')
    expect(card).to_contain_text(re.compile(r"lowest [\d,]+ times smaller"))
    expect(page.page.locator(".moment-bar")).to_contain_text("stuck")
    gradients = card.locator("canvas.map")
    # since when each fault is there is on the track; a click goes there
    since = {
        finding["code"]: finding["iteration"]
        for finding in lab.http.get(f"/api/runs/{stuck['id']}/findings").json()["findings"]
    }
    marks = page.page.locator(".moment-found button")
    expect(marks).to_have_count(len(set(since.values())))
    marks.first.click()
    expect(page.page.locator(".moment-iteration")).to_have_text(f"iteration {min(since.values())}")
    box = gradients.bounding_box()
    assert box is not None
    page.page.mouse.click(box["x"] + box["width"] / 8, box["y"] + 5)  # iteration 50 of 400
    expect(page.page.locator(".moment-iteration")).to_have_text(re.compile(r"iteration (49|50|51)"))
    expect(gradients).to_have_attribute("aria-label", re.compile(r"stuck, iteration (49|50|51): lowest"))
    assert "charts=loss,accuracy,view.gradients" in page.address()
    assert violations(page, within="#why") + violations(page, within='[data-chart="view.gradients"]') == []

    page.page.keyboard.press("Escape")
    remedy = why.get_by_role("button", name=re.compile("Try: .*initial weights|Try: Adam")).first
    before = set(page.run_ids())
    remedy.click()
    page.until(f"{len(before)} < document.querySelectorAll('[data-run]').length")
    (tried,) = set(page.run_ids()) - before
    page.wait_for(tried, "completed")
    ended = lab.run(tried)["latest"]
    assert ended["test_accuracy"] > lab.run(stuck["id"])["latest"]["test_accuracy"] + 0.2
    page.page.locator(f'[data-run="{stuck["id"]}"] .run-name').click()
    expect(why).to_contain_text("It helped")
    expect(why).to_contain_text("Tried 1× in this lab, helped 1×.")
