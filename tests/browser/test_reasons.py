"""Errors, and why a run ended, in the reader's language."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.run_table import name
from tests.browser.test_runs_files import DROP
from tests.support.experiments import SHORT


@pytest.fixture
def page(open_page, lab):
    page = open_page(lab, locale="ja-JP")
    page.choose("dataset.name", "digits")
    return page


def wrong(page, field):
    return page.page.locator(f'[data-field="{field}"] > .error')


def test_the_form_reports_errors_in_japanese_and_in_english_after_a_switch(page):
    page.page.click("#edit-layers")
    page.choose("network.layers.add", "max_pool2d")
    misfit = wrong(page, "network.layers.4")
    expect(misfit).to_have_text(
        "この層に入れられるのは画像（チャネル × 高さ × 幅）ですが、ここに来るのは 20 です。"
    )
    page.page.click('[data-language="en"]')
    expect(misfit).to_have_text("This layer takes images (channels × height × width), but its input is 20.")
    page.page.click('[data-language="ja"]')
    page.choose("network.preset", "mlp")
    page.fill(network__hidden__0=65536, network__hidden__1=65536)
    expect(wrong(page, "network")).to_contain_text("MB のメモリが必要です。使えるのは")
    page.fill(network__hidden__0=40, network__hidden__1=20, training__batch_size="many")
    expect(wrong(page, "training.batch_size")).to_have_text("整数を入れてください。")
    page.fill(
        training__batch_size=100, optimizer__learning_rate="0.001..1:30", training__iterations="1..20:4"
    )
    page.page.click("#launch")
    expect(page.page.locator(".general .error")).to_have_text(
        "120 個の実験になります。一度に 100 個までです。"
    )


def test_the_reason_why_a_run_ended_is_in_the_readers_language_also_in_a_report(page, lab):
    # each step multiplies the weights by 1 - ηλ = -99
    fast = {"optimizer": {"name": "sgd", "learning_rate": 100}, "regularization": {"l2": 1}}
    run_id = lab.launch(**{**SHORT, **fast, "name": "too fast"})["id"]
    page.wait_for(run_id, "diverged")
    run = lab.run(run_id)
    assert run["why"]["code"] == "diverged"

    name(page, run_id).click()

    said = page.page.locator(".run-reason")
    expect(said).to_contain_text("回目の反復で損失が NaN または無限大になりました")
    expect(said).to_contain_text("学習率 100 がこのネットワークには大きすぎる")
    assert said.inner_text() == page.page.get_attribute(f'[data-run="{run_id}"] .state', "title")
    page.page.click('[data-language="en"]')
    expect(page.page.locator(".run-reason")).to_contain_text(
        f"The loss overflowed to NaN or infinity at iteration {run['iteration']}."
        " Likely cause: learning rate 100 times λ 1 of L2"
    )
    report = lab.http.get(f"/api/runs/{run_id}/export.html", headers={"Accept-Language": "ja"}).text
    assert "学習率 100 がこのネットワークには大きすぎる" in report


def test_an_impossible_import_is_explained_and_an_older_labs_reason_is_shown_as_it_is(page, lab):
    page.page.evaluate(DROP, ["other.json", '{"lossroom": 7, "runs": []}'])
    expect(page.page.locator(".toast")).to_contain_text("バージョン 7 は、このラボでは読み込めません")
    run_id = lab.launch(**{**SHORT, "name": "again"})["id"]
    lab.wait_for(run_id, "completed")
    document = lab.http.get("/api/exports/json", params={"runs": run_id}).json()
    del document["runs"][0]["why"]
    document["runs"][0] |= {"reason": "an older lab's own words", "name": "older"}
    before = set(page.run_ids())
    page.page.evaluate(DROP, ["older.json", json.dumps(document)])
    expect(page.page.locator(".toast")).to_contain_text("読み込んだ実験：1 件")
    page.until(f"document.querySelectorAll('[data-run]').length === {len(before | {run_id}) + 1}")
    (older,) = [run for run in lab.http.get("/api/runs").json()["runs"] if run["name"] == "older"]
    name(page, older["id"]).click()
    expect(page.page.locator(".run-reason")).to_have_text("an older lab's own words")
