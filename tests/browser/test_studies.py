"""Studies in the page: one is described, watched to its end, read, filtered, and opened as a run."""

import re

from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.support.experiments import STEADY

RATE = "optimizer.learning_rate"
BATCH = "training.batch_size"
#: The rows of the table: the number of each configuration and its cells.
ROWS = """[...document.querySelectorAll('.study-table tbody tr')]
    .map((row) => [Number(row.dataset.configuration), ...[...row.cells].map((cell) => cell.innerText)])"""
#: The configurations that each picture shows.
LINES = "[...document.querySelectorAll('.parallel .line')].map((line) => Number(line.dataset.sweepRun))"
CELLS = """[...document.querySelectorAll('.study-heat tbody button')]
    .map((cell) => [Number(cell.dataset.configuration), cell.innerText])"""
DOTS = """[...document.querySelectorAll('.study-spread .line')]
    .map((line) => [Number(line.dataset.configuration), line.querySelectorAll('.dot').length])"""

#: Lets each answer with results take a second, and counts the most requests for results at a time.
ONE_UNANSWERED = """(() => {
    const ask = window.fetch;
    window.fetch = async (...asked) => {
        if (!String(asked[0]).endsWith('/summary')) return ask(...asked);
        window.fetch = ask;
        throw new TypeError('unreached');
    };
})()"""
SLOW_RESULTS = """(() => {
    const ask = window.fetch;
    let open = 0;
    window.mostAtOnce = 0;
    window.fetch = async (...asked) => {
        if (!String(asked[0]).endsWith('/results')) return ask(...asked);
        window.mostAtOnce = Math.max(window.mostAtOnce, ++open);
        await new Promise((done) => setTimeout(done, 1000));
        return ask(...asked).finally(() => open--);
    };
})()"""


def percent(share):
    return f"{100 * share:.1f}%"


def wait_for_size(page, text):
    page.until(f"document.querySelector('.study-size').textContent === {text!r}")


def test_a_study_is_described_watched_read_and_opened(open_page, lab):
    page = open_page(lab)
    tab = page.page
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=8, optimizer__learning_rate="0.01, 0.1")
    tab.click("#studies")
    tab.click("#study-new")

    # what has several values in the form varies; another field is added, and errors stand at their fields
    wait_for_size(page, "2 configurations × 6 seeds = 12 trials")
    tab.select_option('[name="study.add"]', BATCH)
    tab.fill(f'[name="space.{BATCH}.choices"]', "16, 0")
    expect(tab.locator(f'[data-field="space.{BATCH}"] .error')).to_contain_text("at least 1")
    tab.fill(f'[name="space.{BATCH}.choices"]', "16, 32")
    tab.fill("#study-seeds", "0")
    expect(tab.locator('[data-field="seeds"] .error')).not_to_be_empty()
    assert tab.locator("#study-start").is_disabled()
    tab.evaluate(ONE_UNANSWERED)  # and then it asks again
    tab.fill("#study-seeds", "2")
    wait_for_size(page, "4 configurations × 2 seeds = 8 trials")
    assert violations(page, within="dialog") == []
    tab.fill(".study-naming input", "Which rate?")
    tab.evaluate(SLOW_RESULTS)
    others = [lab.launch(**STEADY)["id"] for _ in range(2)]  # the study waits for them
    tab.click("#study-start")

    # why a change was refused stays while results come, for which the page asks one request at a time
    tab.fill(".study-budget input", "1e999")  # not Infinity, which JSON has as null
    tab.keyboard.press("Enter")
    refusal = tab.locator(".study-one > .study-problem")
    expect(refusal).to_contain_text("number")
    for run_id in others:
        lab.http.delete(f"/api/runs/{run_id}").raise_for_status()
    page.until("document.querySelector('.study-one')?.dataset.test === 'measured'")
    expect(refusal).to_contain_text("number")
    assert tab.evaluate("mostAtOnce") == 1
    study = lab.http.get("/api/studies").json()["studies"][0]
    results = lab.http.get(f"/api/studies/{study['id']}/results").json()
    by_place = sorted(results["configurations"], key=lambda configuration: configuration["place"])
    best = by_place[0]

    # two seeds decide nothing, and the test examples were measured once, of the best one
    expect(tab.locator(".study-parts")).to_contain_text("8 of 8 trials")
    verdict = tab.locator(".study-verdict").inner_text()
    assert f"Learning rate {best['values'][RATE]}, Batch {best['values'][BATCH]}" in verdict
    assert "needs 6 seeds, and the one with the fewest has 2" in verdict
    expect(tab.locator(".study-test")).to_contain_text(
        f"validation examples: {percent(best['mean'])}. On test examples: {percent(best['test']['mean'])}"
    )

    # the table is what the server says, and the pictures have the same configurations
    assert [row[0] for row in tab.evaluate(ROWS)] == [1, 2, 3, 4]  # in these lines since they began
    tab.click('[data-column="place"] button')
    rows = tab.evaluate(ROWS)
    assert [row[0] for row in rows] == [configuration["number"] for configuration in by_place]
    assert all(
        row[4].startswith(percent(configuration["mean"]))
        for row, configuration in zip(rows, by_place, strict=True)
    )
    numbers = {configuration["number"] for configuration in by_place}
    assert set(tab.evaluate(LINES)) == numbers
    # one value of an axis keeps two lines, and two rows
    tab.locator(".parallel .axis").first.focus()
    tab.keyboard.press("ArrowUp")
    page.until(f"{ROWS}.length === 2")
    kept = {row[0] for row in tab.evaluate(ROWS)}
    assert (
        len({configuration["values"][RATE] for configuration in by_place if configuration["number"] in kept})
        == 1
    )
    tab.keyboard.press("Delete")
    page.until(f"{ROWS}.length === 4")
    tab.locator('[name="study.picture"][value="heat"]').check(force=True)
    means = {configuration["number"]: percent(configuration["mean"]) for configuration in by_place}
    assert {number: text.split()[0] for number, text in tab.evaluate(CELLS)} == means
    assert all("n = 2" in text for _, text in tab.evaluate(CELLS))
    tab.locator('[name="study.picture"][value="spread"]').check(force=True)
    page.until(f"{DOTS}.length === 4")
    assert dict(tab.evaluate(DOTS)) == dict.fromkeys(numbers, 2)
    tab.click('[data-column="mean"] button')
    tab.click('[data-column="mean"] button')
    mean_of = {configuration["number"]: configuration["mean"] for configuration in by_place}
    ordered = [mean_of[row[0]] for row in tab.evaluate(ROWS)]
    assert ordered == sorted(ordered)
    assert violations(page, within="dialog") == []

    # a training opens as a run in the charts
    tab.click(f'.study-table [data-configuration="{best["number"]}"] button')
    tab.get_by_role("button", name=re.compile("^Seed 2 ")).click()
    page.until("!document.querySelector('dialog') && document.querySelectorAll('[data-run]').length === 1")
    [run_id] = page.run_ids()
    config = lab.run(run_id)["config"]
    rate, batch = (best["values"][path] for path in (RATE, BATCH))
    assert config["name"] == f"learning_rate {rate} · batch_size {batch} · seed 2"
    assert (config["optimizer"]["learning_rate"], config["training"]["batch_size"]) == (rate, batch)
    assert config["seed"] == 2
    page.wait_for_points(run_id, 8)

    # the address of the study opens it, here in Japanese on a phone; nothing is wider than the screen
    phone = open_page(lab, viewport={"width": 390, "height": 844}, locale="ja-JP", opened=False)
    phone.open(f"/#study={study['id']}")
    expect(phone.page.locator(".study-verdict")).to_contain_text(f"学習率 {best['values'][RATE]}")
    assert phone.page.evaluate(
        "document.querySelector('.studies').scrollWidth <= document.querySelector('.studies').clientWidth"
    )
    phone.page.locator(".study-table tbody button").first.click()
    phone.page.get_by_role("button", name="フォームに入れる").click()
    expect(phone.page.locator("dialog")).to_have_count(0)
    assert float(phone.page.input_value(f'[name="{RATE}"]')) == best["values"][RATE]

    # in the list it gets another name, and goes
    tab.click("#studies")
    item = tab.locator(f'[data-study="{study["id"]}"]')
    item.get_by_role("button", name="Rename").click()
    item.locator("input").fill("Rates")
    tab.keyboard.press("Enter")
    expect(item.locator(".study-title")).to_have_text("Rates")
    item.get_by_role("button", name="Delete").click()
    item.get_by_role("button", name="Delete it").click()
    expect(item).to_have_count(0)
    assert lab.http.get("/api/studies").json()["studies"] == []
