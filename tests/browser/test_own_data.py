"""Own data in the page: a table is brought, corrected and trained on; digits are drawn and become a data set."""

import math

from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.support.own_data import seen

#: Measurements of two kinds of leaves, with decimal commas, a column of texts and a missing number.
TABLE = "\n".join(
    [
        "width;height;kind;season",
        *(
            f"{10 + i % 7 + 8 * (i % 2)},5;{20 - i % 5 - 9 * (i % 2)};{'oak' if i % 2 else 'maple'};"
            f"{'spring' if i % 3 else 'autumn'}"
            for i in range(120)
        ),
        ";20;oak;spring",
    ]
)

DATASET = 'select[name="dataset.name"]'
CHOSEN = f"document.querySelector('{DATASET}').selectedOptions[0].textContent"


def said(page):
    return page.page.locator(".own-said").inner_text()


#: From now on no file can be read, until `window.readsAgain()`.
UNREADABLE = """() => {
  const { arrayBuffer } = Blob.prototype;
  Blob.prototype.arrayBuffer = () => Promise.reject(new DOMException("", "NotReadableError"));
  window.readsAgain = () => { Blob.prototype.arrayBuffer = arrayBuffer; };
}"""


def test_a_table_is_dropped_corrected_kept_and_trained_on(open_page, lab, tmp_path):
    page = open_page(lab)
    tab = page.page

    # a folder with a file that cannot be read is not packed for ever
    (tmp_path / "1.png").write_bytes(b"1")
    tab.click("#bring-data")
    tab.evaluate(UNREADABLE)
    with tab.expect_file_chooser() as chosen:
        tab.locator("#own-choose + button").click()
    chosen.value.set_files(tmp_path)
    expect(tab.locator(".own-start .own-problem")).to_contain_text("could not be read")
    expect(tab.locator(".own-sending")).to_be_hidden()
    tab.evaluate("readsAgain()")
    tab.keyboard.press("Escape")

    page.drop_file("leaves.csv", TABLE)
    tab.wait_for_selector(".own-preview")

    # what was understood, and what was left out
    assert "120 rows with 2 input columns" in said(page)
    assert "“season”" in said(page) or "“kind”" in said(page)
    expect(tab.locator(".own-dropped")).to_contain_text("1")
    assert violations(page, within="dialog") == []

    # the label column is corrected; a newer answer takes the place of the older one, and the rest stays where it is
    tab.check('[data-column="season"] input[type="radio"]')
    expect(tab.locator('[data-class="autumn"]')).to_be_visible()
    tab.check('[data-column="kind"] input[type="radio"]')
    expect(tab.locator('[data-class="oak"] .own-count')).to_have_text("60")
    assert "“kind”" in said(page)
    tab.locator('[data-class="oak"] input').fill("Oak")
    expect(tab.locator(".own-samples")).to_contain_text("Oak")
    tab.fill("#own-test_share", "25")
    expect(tab.locator(".own-said")).to_contain_text("30 for the test")
    # an error stands beside what it is about
    tab.fill("#own-test_share", "90")
    expect(tab.locator(".own-field:has(#own-test_share) + .error")).not_to_be_empty()
    tab.fill("#own-test_share", "25")
    expect(tab.locator(".own-field:has(#own-test_share) + .error")).to_be_empty()

    # an empty box shows what it was left at
    tab.fill("#own-test_share", "")
    tab.focus("#own-title")
    expect(tab.locator("#own-test_share")).to_have_value("25")

    # a refusal to keep leaves the preview as it is with the newest corrections, and its reason beside it
    refusal = {"error": {"code": "conflict", "message": "not now", "field": "title"}}
    tab.route("**/keep", lambda route: route.fulfill(status=409, json=refusal), times=1)
    tab.locator('[data-class="maple"] input').fill("Maple")
    tab.click("#own-keep")
    expect(tab.locator(".own-samples")).to_contain_text("Maple")
    expect(tab.locator(".own-foot .error")).not_to_be_empty()

    tab.fill("#own-title", "")
    tab.click("#own-keep")
    expect(tab.locator(".own-foot .error")).to_have_text("Give the data set a title.")
    tab.fill("#own-title", "Leaves & twigs")
    tab.click("#own-keep")
    expect(tab.locator(".toast")).to_contain_text("“Leaves & twigs” is kept")
    page.until(f"{CHOSEN}.startsWith('Leaves & twigs')")

    # its shape and its presets are in the form, and its curve is called by its title
    expect(tab.locator('[data-field="network.hidden"], .chain').first).to_contain_text("2")
    page.fill(training__iterations=60)
    run = page.press_launch()
    page.wait_for(run, "completed")
    page.wait_for_points(run, 60)
    tab.fill("#run-search, .run-tools input[type=search]", "twigs")
    page.until(f"document.querySelectorAll('[data-run]').length === 1 && '{run}'")

    # points of the table, in its units; then the list: renamed, and deleted with a word about its runs
    tab.click("#look-data")
    page.until("document.querySelector('dialog .data-view')?.dataset.shown")
    expect(tab.locator(".point-axes")).to_have_text("→ width: 10.5 … 24.5↑ height: 7 … 20")
    tab.keyboard.press("Escape")
    tab.click("#bring-data")
    item = tab.locator(".own-list > li")
    expect(item).to_contain_text("Leaves & twigs")
    (here,) = seen(lab).values()
    # where another person shares the same content, the answer says so: the data set stays in the list with its tools
    tab.route("**/api/own-data/*", lambda route: route.fulfill(json={**here, "title": "Theirs"}), times=1)
    item.get_by_role("button", name="Delete").click()
    item.get_by_role("button", name="Delete it").click()
    expect(item).to_contain_text("Theirs")
    expect(item.get_by_role("button", name="Delete")).to_be_focused()
    renamed, sent = [], []  # the answer to it comes late: what is deleted meanwhile must not come back
    tab.route("**/api/own-data/*", lambda route: renamed.append((route, route.fetch())), times=1)
    tab.on("request", lambda request: sent.append(request.method))
    item.get_by_role("button", name="Rename").click()
    item.locator("input").fill("Leaves")
    item.locator("input").press("Enter")
    item.get_by_role("button", name="Delete").click()
    expect(item.locator(".own-question")).to_contain_text("runs keep their curves")
    item.get_by_role("button", name="Delete it").click()
    tab.evaluate("fetch('health')")  # whatever was sent before is known now
    assert "DELETE" not in sent
    ((route, answer),) = renamed
    route.fulfill(response=answer)
    expect(tab.locator(".own-list > li")).to_have_count(0)
    page.until("!document.querySelector('[data-run]')")  # by its old title it is found no more
    tab.keyboard.press("Escape")
    tab.fill("#run-search, .run-tools input[type=search]", "leaves")
    page.until("document.querySelector('[data-run] .run-name')?.title.includes('Leaves (deleted)')")
    page.until(f"{CHOSEN}.startsWith('Leaves (deleted)')")
    page.wait_for_points(run, 60)


#: The next requests are sent when `sendRequests` is called.
HOLD_REQUESTS = """(() => {
    const send = fetch;
    const isFree = new Promise(done => { window.sendRequests = () => { window.fetch = send; done(); }; });
    window.fetch = async (...request) => { await isFree; return send(...request); };
})()"""


def draw(page, digit):
    """One digit as a person draws it: a ring, with as many windings as make it differ from the others."""
    box = page.page.locator(".own-pad").bounding_box()
    for i in range(6):
        angle = 2 * math.pi * i / 6 * (1 + digit / 5)
        x = box["x"] + box["width"] * (0.5 + 0.3 * math.cos(angle))
        y = box["y"] + box["height"] * (0.5 + 0.035 * digit * math.sin(angle))
        page.page.mouse.move(x, y)
        if i == 0:
            page.page.mouse.down()
    page.page.mouse.up()


def test_digits_are_drawn_with_consent_become_a_data_set_and_are_trained_on_a_phone_in_japanese(
    open_page, lab
):
    page = open_page(lab, locale="ja-JP", viewport={"width": 390, "height": 844})
    tab = page.page
    tab.click("#bring-data")
    tab.click("#own-draw")
    tab.wait_for_selector(".own-pad")
    for round_ in range(2):  # one example of each digit for training, and one for testing
        for digit in range(10):
            expect(tab.locator(".own-prompt")).to_have_text(f"{digit} を描いてください")
            draw(page, digit)
            if digit < 9:
                tab.keyboard.press("Enter")
        if round_ == 0:
            tab.locator('[data-digit="4"]').click()  # drawn again
            tab.keyboard.press("Delete")
            expect(tab.locator("#own-hand-in")).to_be_disabled()
            draw(page, 4)
            assert violations(page, within="dialog") == []
            tab.get_by_role("button", name="もう 10 個描く").click()
            tab.locator(".own-pad").focus()
    expect(tab.locator("#own-hand-in")).to_be_disabled()  # without consent nothing is sent
    tab.check("#own-consent")
    tab.click("#own-hand-in")
    expect(tab.locator(".own-hand-side")).to_contain_text("20 個の数字")

    tab.click("#own-make")
    tab.wait_for_selector(".own-preview canvas")
    assert "28 × 28 画素" in said(page)
    assert tab.evaluate("document.querySelector('dialog').scrollWidth <= innerWidth")
    assert violations(page, within="dialog") == []
    tab.fill("#own-title", "わたしたちの数字")
    tab.click("#own-keep")
    page.until(f"{CHOSEN}.startsWith('わたしたちの数字')")
    page.fill(training__iterations=20)
    run = page.press_launch()
    page.wait_for(run, "completed")
    page.wait_for_points(run, 2, series="test_accuracy", chart="accuracy")
    drawings = lab.http.get("/api/own-data/drawings").json()
    assert (drawings["people"], sum(drawings["counts"]), drawings["mine"]) == (1, 20, [2] * 10)

    # a data set that is made after one has gone back is given up
    tab.click("#bring-data")
    tab.click("#own-draw")
    expect(tab.locator("#own-make")).to_be_visible()  # what is drawn already has been asked for
    tab.evaluate(HOLD_REQUESTS)
    tab.click("#own-make")
    tab.get_by_role("button", name="戻る", exact=True).click()
    with tab.expect_request(lambda request: request.method == "DELETE"):
        tab.evaluate("sendRequests()")

    # taken back; the data set keeps its copy
    tab.click("#own-draw")
    tab.get_by_role("button", name="提出を取り消す").click()
    expect(tab.locator(".own-hand-side")).to_contain_text("まだ数字は提出されていません")
    assert lab.http.get("/api/own-data/drawings").json()["counts"] == [0] * 10
