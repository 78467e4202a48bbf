"""Changing a run while it trains: the slider and the box always show the same value."""

import pytest
from playwright.sync_api import expect

from tests.support.experiments import STEADY
from tests.support.waiting import wait_until


@pytest.fixture
def controls(open_page, lab):
    run_id = lab.launch(**{**STEADY, "optimizer": {"name": "sgd", "learning_rate": 0.001}})["id"]
    page = open_page(lab)
    page.wait_for_points(run_id, 20)
    page.page.locator(f'[data-run="{run_id}"] .run-name').click()
    yield page.page, lambda: [note["changes"] for note in lab.run(run_id)["annotations"]]
    lab.post(f"/api/runs/{run_id}/cancel")
    lab.wait_for(run_id, "cancelled")


def test_the_slider_follows_a_typed_value_and_continues_from_it(controls):
    page, changes = controls
    page.fill('[name="live.learning_rate"]', "0.01")
    page.keyboard.press("Enter")
    slider = page.get_by_label("Learning rate, slider")
    wait_until(lambda: float(slider.input_value()) == -2, "the slider")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    wait_until(lambda: len(changes()) == 2, "the changes")
    assert changes() == [{"learning_rate": [0.001, 0.01]}, {"learning_rate": [0.01, 0.0089]}]


def test_full_width_digits_are_read_as_digits(controls):
    page, changes = controls
    page.fill('[name="live.l2"]', "０．００２")
    page.keyboard.press("Enter")
    wait_until(lambda: changes() == [{"l2": [0, 0.002]}], "the change")
    expect(page.locator('[name="live.l2"]')).to_have_value("0.002")


def test_a_decimal_comma_is_asked_about_and_other_minus_signs_are_read_as_minus(controls):
    page, changes = controls
    page.fill('[name="live.l2"]', "0,1")
    page.keyboard.press("Enter")
    problem = page.locator('.live-control:has([name="live.l2"]) .error')
    expect(problem).to_contain_text("0,1 can be read in more than one way")
    assert changes() == []
    problem.get_by_role("button", name="0.1", exact=True).click()
    wait_until(lambda: changes() == [{"l2": [0, 0.1]}], "the change")
    expect(problem).to_be_hidden()
    page.fill('[name="live.l2"]', "−0.1")
    page.keyboard.press("Enter")
    expect(problem).to_contain_text("at least 0")
    assert len(changes()) == 1
