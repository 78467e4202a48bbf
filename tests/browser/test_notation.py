"""Numbers in the form. The meaning of each notation is tested in tests/js/notation.test.js."""

from playwright.sync_api import expect


def test_the_form_asks_which_reading_of_a_number_is_meant_and_takes_the_answer(open_page, lab):
    page = open_page(lab)
    page.choose("dataset.name", "digits")
    page.page.get_by_label("L2", exact=True).check()
    before = page.run_ids()
    page.fill(regularization__l2="0,1", optimizer__learning_rate="1,5", training__batch_size="0")
    page.page.click("#launch")

    strength = page.page.locator('[data-field="regularization.l2"] > .error')
    expect(strength).to_contain_text("0,1 can be read in more than one way")
    expect(strength.get_by_role("button")).to_have_text(["0.1", "0, 1"])
    # every wrong field is marked, not only the first one, which the server names
    expect(page.page.locator('[data-field="optimizer.learning_rate"] > .error')).to_contain_text("1,5")
    expect(page.page.locator('[data-field="training.batch_size"] > .error')).to_contain_text("at least 1")
    assert page.run_ids() == before

    strength.get_by_role("button", name="0.1", exact=True).click()
    expect(page.page.locator('[name="regularization.l2"]')).to_have_value("0.1")
    expect(strength).to_be_hidden()
    expect(page.page.locator('[data-field="optimizer.learning_rate"] > .error')).to_be_visible()
    page.page.locator('[data-field="optimizer.learning_rate"] .reading').last.click()
    page.fill(training__batch_size="８，１６", training__iterations="２０")
    page.until("!document.querySelector('.field.wrong')")
    assert page.page.inner_text("#launch span") == "Launch 4 runs"


def test_the_button_shows_the_number_of_runs_of_a_range_that_is_too_long(open_page, lab):
    page = open_page(lab)
    page.page.click(".further summary")
    page.fill(seed="0..499:500")
    assert page.page.inner_text("#launch span") == "Launch 500 runs"
    expect(page.page.locator(".general .error")).to_contain_text("500")


def test_each_arrow_key_changes_the_learning_rate_by_one_digit(open_page, lab):
    page = open_page(lab)
    page.fill(optimizer__learning_rate="0.08")
    slider = page.page.locator('[data-field="optimizer.learning_rate"] input[type=range]')
    seen = []
    for _ in range(3):
        slider.press("ArrowRight")
        seen.append(float(page.page.input_value('[name="optimizer.learning_rate"]')))
    assert seen == [0.09, 0.1, 0.2]
    for _ in range(3):
        slider.press("ArrowLeft")
    expect(page.page.locator('[name="optimizer.learning_rate"]')).to_have_value("0.08")
