"""The player of lessons, with every kind of question. Whole lessons are played in test_lesson_walks.py."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.support.small_lesson import write_lesson

STEP = "document.querySelector('.lab').dataset.lesson"
FOCUS = "document.activeElement.dataset.focus"
MISSING = "[...document.querySelectorAll('.needs button')].map(e => e.dataset.focus.split(' ')[1])"


@pytest.fixture
def lab(make_lab, tmp_path):
    return make_lab(**write_lesson(tmp_path / "lessons"))


def predict(page, option, number, order, ends):
    page.page.locator("#lesson .options:not(.certainty) input").nth(option).check()
    for box, value in zip(page.page.locator("#lesson .guess input").all(), number, strict=True):
        box.fill(value)
    for run in order:
        page.page.click(f'.rank button:has-text("{run}")')
    for run, end in ends.items():
        end /= 100
        page.sketch(run, 0.1, 0.7 * 0.1 + 0.3 * end, 0.4 * 0.1 + 0.6 * end, end)


def place(page, iteration):
    """Where an iteration is in the chart, in pixels of the window."""
    page.page.locator("#chart-accuracy").scroll_into_view_if_needed()
    return page.page.evaluate(
        """(iteration) => {
            const plot = document.getElementById('chart-accuracy');
            const { left, top } = plot.getBoundingClientRect();
            const { xaxis, _size } = plot._fullLayout;
            return [left + _size.l + xaxis.l2p(iteration), top + _size.t + _size.h / 2];
        }""",
        iteration,
    )


def test_a_lesson_waits_for_a_whole_prediction_keeps_its_place_and_does_not_state_what_its_runs_deny(
    lab, open_page
):
    page = open_page(lab)
    before = page.page.evaluate("document.querySelectorAll('#charts .chart').length")
    page.page.evaluate("location.hash = '#lesson=small'")
    page.until(f"{STEP} === 'predict' && document.querySelector('.sketch-field')")
    assert not page.page.is_visible("#form")
    assert violations(page) == []

    # in the form, what the lesson locks is disabled and says why, and what it hides is away; without the lesson's
    # experiment the form is not shown
    refusal = {"error": {"code": "unreachable", "message": "Wait."}}
    page.page.route("**/api/lessons/small", lambda route: route.fulfill(status=503, json=refusal), times=1)
    page.page.click('#lesson [data-focus="form"]')
    page.until("document.querySelector('.toast.wrong')")
    assert not page.page.is_visible("#form")
    page.page.click('#lesson [data-focus="form"]')
    locked = page.page.locator('#form [data-field="optimizer.name"] input[type="radio"]').first
    expect(locked).to_be_disabled()
    expect(locked).to_have_attribute("aria-description", re.compile("This lesson fixes it"))
    expect(page.page.locator('#form .field[data-field="training.iterations"]')).to_have_attribute(
        "title", re.compile("This lesson fixes it")
    )
    expect(page.page.locator('[name="training.iterations"]')).to_have_value("40")  # as in the lesson
    expect(page.page.locator('[name="optimizer.learning_rate"]')).to_be_enabled()
    expect(page.page.locator('[name="training.batch_size"]')).to_be_hidden()
    assert violations(page) == []
    # neither an undo nor a button changes it, and nothing that is typed enables it again
    expect(page.page.locator("#undo")).to_have_attribute("aria-disabled", "true")
    edit = page.page.locator("#edit-layers")
    page.fill(optimizer__learning_rate="0.1, 0.2")
    page.until("!document.getElementById('keep-back').hidden")
    expect(page.page.locator("#keep-back")).to_be_hidden()
    page.fill(optimizer__learning_rate="0.1")
    expect(edit).to_have_attribute("title", re.compile("This lesson fixes it"))
    assert edit.get_attribute("aria-description") == edit.get_attribute("title")
    expect(edit).to_be_disabled()
    page.page.click('#lesson [data-focus="back"]')

    # the launch waits for all of it, says what is missing, and leads there
    assert page.page.evaluate(MISSING) == ["ahead", "final", "order", "curves", "?sure"]
    page.page.click("#lesson-launch")
    assert page.page.evaluate(FOCUS) == "ahead"
    predict(page, 0, ("120", "30"), ["fast", "slow"], {"fast": 90, "slow": 10})
    page.page.keyboard.press("Tab")
    page.until("document.querySelector('.guess .error').textContent.includes('from 0 to 100')")
    assert page.page.evaluate(MISSING) == ["final", "?sure"]
    page.page.locator("#lesson .guess input").first.fill("８０")
    page.page.locator("#lesson .certainty input").nth(2).check()
    assert page.page.evaluate(MISSING) == []

    # a page that is loaded again has it all, and the launch seals it
    page.open(page.address())
    page.until(f"{STEP} === 'predict' && !{MISSING}.length")
    page.page.focus("#lesson h2")
    page.page.keyboard.press("?")
    expect(page.page.locator("dialog[open]")).to_be_visible()
    page.page.keyboard.press("Control+Enter")  # not what is behind the help
    page.page.keyboard.press("Escape")
    expect(page.page.locator("dialog")).to_have_count(0)
    assert page.page.evaluate(STEP) == "predict"
    assert not lab.http.get("/api/runs").json()["runs"]
    page.page.keyboard.press("Control+Enter")
    page.until(f"{STEP} === 'see' && {FOCUS} === 'heading'")
    page.page.keyboard.press(
        "Control+Enter"
    )  # nothing is left to launch, neither here nor in the hidden form
    assert page.page.locator("#lesson .outcome .mark.right").count() == 3
    assert page.page.locator("#form .field.fixed, #form .field[hidden]").count() == 0  # all is free
    assert "EXPLAINED" not in page.page.inner_text("#lesson")
    assert violations(page) == []

    # one question, answered on the chart; then why, with figures that lead to what they speak of
    page.page.mouse.click(*place(page, 39))
    page.until("document.querySelector('#lesson .pinned')?.textContent.match(/3[6-9]|40/)")
    page.page.click('[data-focus="answer last"]')
    page.until(f"{STEP} === 'explain' && {FOCUS} === 'explained'")
    assert page.page.inner_text("#lesson .verdict").startswith("✓")
    assert page.page.locator("#lesson .denied").count() == 1  # what these runs deny is not stated
    assert violations(page) == []

    # a link selects its run and pins its moment
    numbers = {run["name"]: run["number"] for run in lab.http.get("/api/runs").json()["runs"]}
    page.page.click("#lesson a[data-run]")
    for part in (f"selected={numbers['slow']}", f"at={numbers['slow']}@20"):
        page.until(f"location.hash.includes('{part}')")
    page.page.focus("#lesson [data-focus=leave]")
    page.page.keyboard.press("Escape")
    page.until("!document.querySelector('#lesson h2')")
    assert page.page.evaluate("document.querySelectorAll('#charts .chart').length") == before
    assert len(page.run_ids()) == 2
