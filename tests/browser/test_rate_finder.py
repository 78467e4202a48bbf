"""The rate finder in the form: one click tests, one click takes what it suggests."""

from playwright.sync_api import expect

from tests.browser.accessibility import violations


def test_the_form_finds_a_learning_rate_shows_how_and_takes_it_by_mouse_or_keyboard(brief_page):
    page = brief_page.page
    rate = page.locator('[name="optimizer.learning_rate"]')
    opener = page.locator("#find-rate")
    opener.click()
    dialog = page.locator(".rate-finder")
    take = dialog.locator(".rate-take")
    expect(take).to_be_focused()
    suggested = take.inner_text().removeprefix("Use ")
    expect(dialog.locator(".rate-status")).to_contain_text(f"is suggested: {suggested}")
    plot = dialog.get_by_role("slider")
    assert f"learning rate {suggested}" in plot.get_attribute("aria-valuetext")
    assert violations(brief_page, within=".rate-finder") == []
    take.press("Enter")
    expect(dialog).to_have_count(0)
    expect(rate).to_have_value(suggested)
    expect(rate).to_be_focused()
    page.click("#undo")
    expect(rate).to_have_value("0.1")

    opener.press("Enter")
    expect(take).to_be_focused()
    plot.focus()
    page.keyboard.press("Home")
    expect(take).to_have_text("Use 0.000001")
    page.keyboard.press("ArrowRight")
    expect(take).to_have_text("Use 0.0000011")
    box = plot.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 1, box["y"] + 50)
    highest = take.inner_text()
    assert float(highest.removeprefix("Use ")) > 0.1
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    expect(rate).to_have_value("0.1")

    brief_page.fill(optimizer__learning_rate="0.01, 0.1", training__batch_size=0)
    opener.click()
    expect(dialog.get_by_role("alert")).to_contain_text("has an error")
    page.keyboard.press("Escape")
    brief_page.fill(training__batch_size=32)
    page.click('[data-language="ja"]')
    expect(opener).to_have_text("探す")
    opener.click()
    expect(dialog).to_contain_text("2 件の実験")
    expect(take).to_contain_text("を使う")
    expect(dialog.locator(".rate-status")).to_contain_text("おすすめ")
