"""Runs are exported as files and imported again."""

import pytest
from playwright.sync_api import expect

from tests.browser.run_table import name, wait_for_list
from tests.support.experiments import SHORT


def test_a_selection_is_downloaded(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    name(page, lab_with_runs.ids[0]).click()
    name(page, lab_with_runs.ids[2]).click(modifiers=["Shift"])
    page.page.click("#run-bar summary")
    with page.page.expect_download() as download:
        page.page.click("#run-bar >> text=CSV")
    text = download.value.path().read_text("utf-8")
    assert download.value.suggested_filename == "digits-runs-1-to-3.csv"
    assert text.count("\n") == 1 + 3 * 40
    assert {line.split(",")[0] for line in text.splitlines()[1:]} == set(lab_with_runs.ids[:3])


DROP = """([name, text]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name, {type: "application/json"}));
    for (const type of ["dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(type, {dataTransfer: transfer, bubbles: true, cancelable: true}));
    }
}"""


def test_a_dropped_export_comes_back_with_its_curves(open_page, lab_with_runs, make_lab):
    exported = lab_with_runs.http.get(
        "/api/exports/json", params={"runs": ",".join(lab_with_runs.ids[:2])}
    ).text
    other = make_lab()
    page = open_page(other)

    page.page.evaluate(DROP, ["lossroom.json", exported])

    # imported together, so listed together, in the order of their values
    wait_for_list(page, ["sgd 1", "sgd 2"])
    expect(page.page.locator(".toast")).to_contain_text("Imported: 2")
    for run_id in page.run_ids():
        page.wait_for_points(run_id, 40)

    # a fork, of which there is no PyTorch script and the form cannot hold
    forked = other.post(
        f"/api/runs/{page.run_ids()[0]}/fork", iteration=20, changes={"training": {"early_stopping": {}}}
    ).json()["id"]
    other.wait_for(forked, "completed")
    name(page, forked).click()
    menu = page.page.locator(".details-foot .menu")
    menu.locator("summary").click()
    asked: list[str] = []
    page.page.on("request", lambda request: asked.append(request.url))
    menu.locator("a[href$='torch.py']").dblclick()
    expect(menu.get_by_role("alert")).to_contain_text("This run was forked at iteration 20 and stops early")
    assert len([url for url in asked if url.endswith("torch.py")]) == 1
    with page.page.expect_download() as download:
        menu.locator("a[href$='export.json']").click()
    page.page.evaluate(DROP, ["fork.json", download.value.path().read_text("utf-8")])
    expect(page.page.locator(".toast")).to_contain_text("This file holds a fork")

    page.page.evaluate(DROP, ["broken.json", "{"])
    expect(page.page.locator(".toast")).to_contain_text("broken.json: this is not a JSON file")
    page.page.evaluate(DROP, ["other.json", '{"lossroom": 7, "runs": []}'])
    expect(page.page.locator(".toast")).to_contain_text("This file is of version 7")
    page.page.evaluate(DROP, ["none.json", '[{"runs": []}]'])
    expect(page.page.locator(".toast")).to_contain_text("not a file that a lab has exported")
    page.page.evaluate(DROP, ["wrong.json", '{"name": "lossroom", "seed": -1}'])
    expect(page.page.locator(".toast")).to_contain_text("wrong.json: seed: ")


@pytest.mark.parametrize(
    ("locale", "words"), [("en-US", "At most 0.01 MB are accepted"), ("ja-JP", "上限は 0.01 MB です")]
)
def test_a_file_that_is_too_long_is_refused_with_its_size_and_the_bound(
    open_page, lab_with_runs, make_lab, locale, words
):
    exported = lab_with_runs.http.get("/api/exports/json", params={"runs": ",".join(lab_with_runs.ids)}).text
    page = open_page(make_lab(LOSSROOM_MAX_IMPORT_BYTES="5000"), locale=locale)
    page.page.evaluate(DROP, ["lossroom.json", exported])
    expect(page.page.locator(".toast")).to_contain_text(words)
    expect(page.page.locator(".toast")).to_contain_text(f"{round(len(exported.encode()) / 1e6, 2):g} MB")


def test_a_chosen_export_comes_back_too(open_page, lab_with_runs, make_lab, tmp_path):
    path = tmp_path / "one.json"
    path.write_bytes(
        lab_with_runs.http.get("/api/exports/json", params={"runs": lab_with_runs.ids[4]}).content
    )
    page = open_page(make_lab())
    page.page.click(".run-tools summary")
    with page.page.expect_file_chooser() as chooser:
        page.page.click("#import")
    chooser.value.set_files(path)
    wait_for_list(page, ["adam 2"])


def test_a_report_works_without_lab_and_network(open_page, lab_with_runs, browser, tmp_path):
    evil = "<img src=x onerror=document.title='harm'></script><script>document.title='harm'</script>"
    run_id = lab_with_runs.launch(**{**SHORT, "name": evil})["id"]
    lab_with_runs.wait_for(run_id, "completed")
    lab = open_page(lab_with_runs, opened=False)
    lab.open("/#dash=optimizer.name")
    name(lab, lab_with_runs.ids[-1]).click()
    name(lab, run_id).click(modifiers=["ControlOrMeta"])
    lab.page.click("#run-bar summary")
    answer = lab_with_runs.http.get(f"{lab.page.get_attribute('#run-bar a[href*=html]', 'href')}&lang=ja")
    lab_with_runs.http.delete(f"/api/runs/{run_id}")
    path = tmp_path / "report.html"
    path.write_bytes(answer.content)
    context = browser.new_context(offline=True)
    page = context.new_page()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def keep_error(message):
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", keep_error)

    page.goto(path.as_uri())

    # two curves of each run, and what the legend shows of the page's dashes
    expect(page.locator("#loss .scatterlayer .trace")).to_have_count(6)
    expect(page.locator("#accuracy .scatterlayer .trace")).to_have_count(6)
    assert sorted(page.locator("#loss .legendtext").all_text_contents()) == ["Adam", "SGD"]
    dashes = (
        "document.getElementById('loss').data.filter(t => t.marker && t.x.length > 1).map(t => t.line.dash)"
    )
    assert sorted(page.evaluate(dashes)) == ["dash", "solid"]
    assert page.locator("h1").inner_text() == "実験の比較"
    # whose curve is whose stands above each figure, and what differs is said in words
    expect(page.locator(".legend").first.locator("li")).to_have_text(["adam 3", evil])
    differing = page.locator(".diff tbody th").all_inner_texts()
    assert {"最適化手法", "学習率", "シード", "β₁"} <= set(differing)
    assert "optimizer." not in page.locator("main").inner_text()
    assert page.locator(".diff").inner_text().count("<img src=x") == 1
    assert page.locator(".ytitle").all_text_contents() == ["損失", "正解率"]
    page.check("#log")
    assert page.evaluate("document.getElementById('loss').layout.yaxis.type") == "log"
    assert page.title() != "harm"
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert complaints == []
    context.close()
