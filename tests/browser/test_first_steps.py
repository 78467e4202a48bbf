"""The first minute in an empty lab: one button trains, and when that run has ended, a click changes one thing."""

from playwright.sync_api import Request, expect


def test_a_newcomer_trains_with_one_button_and_then_changes_one_thing(open_page, make_lab):
    lab = make_lab()
    page = open_page(lab, locale="ja-JP")
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=100)
    expect(page.page.locator(".first-steps h2")).to_have_text("最初のネットワークを学習させましょう")
    page.page.click(".launch-first")
    result = page.page.locator("#first-run")
    expect(result).to_be_visible()
    expect(page.page.locator(".first-steps")).to_be_hidden()
    (first,) = page.run_ids()
    said = f"{100 * lab.run(first)['latest']['test_accuracy']:.1f}%"
    expect(result).to_contain_text(f"テスト画像の {said} を正しく答えました")

    result.get_by_role("button", name="Adam").click()
    page.until("document.querySelectorAll('.run').length === 2")
    (second,) = set(page.run_ids()) - {first}
    page.wait_for(second, "completed")
    before, after = lab.run(first)["config"], lab.run(second)["config"]
    assert after["optimizer"]["name"] == "adam"
    assert {**after, "optimizer": before["optimizer"], "name": before["name"]} == before
    expect(result).to_be_hidden()
    assert page.page.is_visible(f'[data-run="{first}"]:not(.off)')  # to compare with


def test_parts_that_cannot_be_loaded_come_later_or_the_page_says_so(open_page, make_lab):
    page = open_page(make_lab())
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=20)
    refused: list[Request] = []
    page.page.on("requestfailed", lambda request: refused.append(request))
    for part in ("runs/first-result.js", "help/help.js", "studies/studies.js", "i18n/*.ja.json*"):
        page.page.route(f"**/{part}", lambda route: route.abort())

    page.page.click(".launch-first")
    page.until("document.querySelector('[data-run]')?.dataset.status === 'completed'")
    while not any(request.url.endswith("first-result.js") for request in refused):
        page.page.wait_for_timeout(20)
    # a click is not carried out later: a dialog in the middle of something else
    for button in ("#studies", "#help", "[data-language=ja]"):
        page.page.click(button)
        expect(page.page.locator(".toast:not([hidden])")).to_contain_text("could not be loaded")
        page.page.evaluate("document.querySelector('.toast').hidden = true; null")

    page.page.unroute_all()
    expect(page.page.locator("#first-run")).to_be_visible()
    page.page.click("[data-language=ja]")  # which the address has already
    page.until("document.documentElement.lang === 'ja'")
    page.page.click("#help")
    expect(page.page.locator("dialog")).to_be_visible()


def test_in_forced_colors_mode_launch_choices_and_runs_can_be_distinguished(open_page, lab_with_runs):
    page = open_page(lab_with_runs, forced_colors="active")
    background = "(e => getComputedStyle(e).backgroundColor)(document.querySelector('{}'))"
    chosen = page.page.evaluate(background.format(".segments input:checked + span"))
    assert chosen != page.page.evaluate(background.format(".segments :not(:checked) + span"))
    assert page.page.evaluate(background.format("#launch")) == chosen
    swatches = page.page.evaluate(
        "[...document.querySelectorAll('.run .swatch')].map(e => getComputedStyle(e).borderColor)"
    )
    assert len(set(swatches)) == len(swatches) == 6
