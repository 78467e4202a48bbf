"""The run table as a student uses it, with mouse and keyboard."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.lab_server import ENDLESS, QUICK, wait_until

SHORT = {**QUICK, "training": {"iterations": 40, "batch_size": 16, "evaluate_every": 20}}


@pytest.fixture(scope="module")
def filled(tmp_path_factory, data_dir):
    """A lab with six finished runs of two optimizers, three seeds each."""
    from tests.lab_server import LabServer

    state = tmp_path_factory.mktemp("filled") / "state"
    state.mkdir()
    lab = LabServer(state, data_dir, LOSSROOM_WORKERS="2")
    lab.start()
    lab.ids = [
        lab.launch(
            **{
                **SHORT,
                "name": f"{name} {seed}",
                "seed": seed,
                "optimizer": {"name": name, "learning_rate": rate},
            }
        )["id"]
        for name, rate in (("sgd", 0.1), ("adam", 0.01))
        for seed in (1, 2, 3)
    ]
    for run_id in lab.ids:
        lab.wait_for(run_id, "completed")
    yield lab
    lab.stop()


def listed(page):
    return page.page.evaluate("[...document.querySelectorAll('.run .run-name')].map(e => e.textContent)")


def wait_for_list(page, names):
    wait_until(lambda: listed(page) == names, f"the list to be {names}, not {listed(page)}", patience=10)


def selected(page):
    return page.page.evaluate(
        "[...document.querySelectorAll('.run.selected .run-name')].map(e => e.textContent)"
    )


def row(page, run_id):
    return page.page.locator(f'[data-run="{run_id}"]')


def name(page, run_id):
    return row(page, run_id).locator(".run-name")


NEWEST_FIRST = ["adam 3", "adam 2", "adam 1", "sgd 3", "sgd 2", "sgd 1"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("adam", NEWEST_FIRST[:3]),
        ("-adam", NEWEST_FIRST[3:]),
        ("optimizer:sgd seed:2", ["sgd 2"]),
        ("lr<0.05 seed>=2", ["adam 3", "adam 2"]),
        ('"adam 2"', ["adam 2"]),
        ("optimizer.beta1=0.9", NEWEST_FIRST[:3]),
        ("nothing of the kind", []),
    ],
)
def test_typing_after_a_slash_finds_runs(open_page, filled, typed, found):
    page = open_page(filled)
    wait_for_list(page, NEWEST_FIRST)

    page.page.keyboard.press("/")
    page.page.keyboard.type(typed)

    wait_for_list(page, found)
    assert page.page.inner_text("#run-count") == f"{len(found)} of 6"
    page.page.keyboard.press("Escape")
    wait_for_list(page, NEWEST_FIRST)


def test_runs_are_sorted_narrowed_down_and_grouped_by_any_field(open_page, filled):
    page = open_page(filled)
    page.page.click(".run-tools summary")
    page.page.select_option('[name="runs.sort"]', "name")
    wait_for_list(page, NEWEST_FIRST[::-1][3:] + NEWEST_FIRST[::-1][:3])
    page.page.click('[aria-label="Largest or newest first"]')
    wait_for_list(page, NEWEST_FIRST[3:] + NEWEST_FIRST[:3])
    page.page.select_option('[name="runs.state"]', "failed")
    wait_for_list(page, [])
    assert "No run matches" in page.page.inner_text("#runs-empty")
    page.page.select_option('[name="runs.state"]', "completed")

    # a field of the configs that only they know of
    page.until(
        "[...document.querySelectorAll('[name=\"runs.group\"] option')].some(o => o.value === 'optimizer.beta2')"
    )
    page.page.select_option('[name="runs.group"]', "optimizer.beta2")

    page.until("document.querySelectorAll('.run-group').length === 2")
    assert page.page.locator(".group-name").all_inner_texts() == ["0.999", "–"]
    scores = [filled.run(run_id)["latest"]["test_accuracy"] for run_id in filled.ids[3:]]
    assert (
        page.page.locator(".group-facts").first.inner_text().startswith(f"3 · {100 * sum(scores) / 3:.1f}% ±")
    )


def test_runs_are_selected_as_files_are(open_page, filled):
    page = open_page(filled)
    wait_for_list(page, NEWEST_FIRST)
    name(page, filled.ids[5]).click()
    assert selected(page) == ["adam 3"]
    expect(page.page.locator("#run-details h2")).to_have_text("adam 3")

    row(page, filled.ids[3]).locator(".score").click(modifiers=["Shift"])
    assert selected(page) == ["adam 3", "adam 2", "adam 1"]
    expect(page.page.locator("#run-details")).to_be_hidden()
    name(page, filled.ids[4]).click(modifiers=["ControlOrMeta"])
    assert selected(page) == ["adam 3", "adam 1"]
    expect(page.page.locator(".bar-count")).to_have_text("2 selected")
    page.page.keyboard.press("Escape")
    assert selected(page) == []

    # and without a mouse
    name(page, filled.ids[5]).focus()
    page.page.keyboard.press("ArrowDown")
    page.page.keyboard.press("Enter")
    page.page.keyboard.press("Shift+ArrowDown")
    assert selected(page) == ["adam 2", "adam 1"]
    page.page.keyboard.press("Escape")
    name(page, filled.ids[5]).click()
    name(page, filled.ids[5]).click()
    assert selected(page) == []


def test_stars_tags_notes_and_names_are_seen_by_everybody_and_stay(open_page, filled):
    mine, theirs = open_page(filled), open_page(filled)
    run_id = filled.ids[0]
    row(mine, run_id).hover()
    row(mine, run_id).locator(".star").click()
    name(mine, run_id).click()
    mine.page.fill('[name="runs.tags"]', "demo, 学習率,demo")
    mine.page.fill('[name="runs.notes"]', "why not")
    name(mine, run_id).focus()
    mine.page.keyboard.press("F2")
    mine.page.keyboard.type("renamed")
    mine.page.keyboard.press("Enter")

    expect(row(theirs, run_id).locator(".star")).to_have_attribute("aria-pressed", "true")
    expect(name(theirs, run_id)).to_have_text("renamed")
    expect(row(theirs, run_id).locator(".tag")).to_have_text(["demo", "学習率"])
    name(theirs, run_id).click()
    expect(theirs.page.locator('[name="runs.notes"]')).to_have_value("why not")
    stored = filled.run(run_id)
    assert (stored["starred"], stored["tags"], stored["notes"]) == (True, ["demo", "学習率"], "why not")
    theirs.page.fill("#run-search", "tag:学習率 is:starred")
    wait_for_list(theirs, ["renamed"])
    filled.http.patch(
        f"/api/runs/{run_id}", json={"name": "sgd 1", "starred": False, "tags": [], "notes": ""}
    )


def test_an_archived_run_leaves_the_list_and_comes_back(open_page, filled):
    page = open_page(filled)
    name(page, filled.ids[1]).click()
    page.page.click("#run-details >> text=archive")
    wait_for_list(page, [n for n in NEWEST_FIRST if n != "sgd 2"])
    page.page.fill("#run-search", "is:archived")
    wait_for_list(page, ["sgd 2"])
    page.page.fill("#run-search", "")

    page.page.click(".toast >> text=Undo")

    wait_for_list(page, NEWEST_FIRST)
    assert filled.run(filled.ids[1])["archived"] is False


def test_a_deletion_can_be_taken_back_and_is_told_when_the_page_is_left(open_page, filled):
    page = open_page(filled)
    run_id = filled.launch(**{**SHORT, "name": "to go"})["id"]
    page.wait_for(run_id, "completed")
    page.wait_for_points(run_id, 40)
    name(page, run_id).focus()
    page.page.keyboard.press("Delete")
    wait_for_list(page, NEWEST_FIRST)
    page.until(f"!document.getElementById('chart-loss').data.some(t => t.meta.run === '{run_id}')")

    page.page.keyboard.press("Control+z")

    wait_for_list(page, ["to go", *NEWEST_FIRST])
    page.wait_for_points(run_id, 40)
    assert filled.run(run_id)["name"] == "to go"
    name(page, run_id).focus()
    page.page.keyboard.press("Delete")
    wait_for_list(page, NEWEST_FIRST)
    page.page.goto("about:blank")
    wait_until(lambda: filled.http.get(f"/api/runs/{run_id}").status_code == 404, "the deletion")


def test_the_difference_of_two_runs_is_shown_and_no_more(open_page, filled):
    page = open_page(filled)
    name(page, filled.ids[0]).click()
    name(page, filled.ids[1]).click(modifiers=["ControlOrMeta"])

    page.page.click("#compare")

    expect(page.page.locator(".diff-said")).to_have_text("Differs only in: seed")
    rows = page.page.locator(".diff tbody tr:not(.result)").all_inner_texts()
    assert [re.split(r"\s+", text) for text in rows] == [["seed", "1", "2"]]
    page.page.keyboard.press("Escape")
    expect(page.page.locator("dialog")).to_have_count(0)
    assert selected(page) == ["sgd 2", "sgd 1"]


def test_a_selection_is_downloaded(open_page, filled):
    page = open_page(filled)
    name(page, filled.ids[0]).click()
    name(page, filled.ids[2]).click(modifiers=["Shift"])
    page.page.click("#run-bar summary")
    with page.page.expect_download() as download:
        page.page.click("#run-bar >> text=CSV")
    text = download.value.path().read_text("utf-8")
    assert text.count("\n") == 1 + 3 * 40
    assert {line.split(",")[0] for line in text.splitlines()[1:]} == set(filled.ids[:3])


# -- live controls -----------------------------------------------------------------------------------


def test_a_running_run_is_paused_stepped_and_changed(open_page, make_lab):
    lab = make_lab(LOSSROOM_WORKERS="2")
    page = open_page(lab)
    network = {"preset": "mlp", "hidden": [16], "dropout": 0.5}
    run_id = lab.launch(**{**ENDLESS, "network": network})["id"]
    page.wait_for_points(run_id, 20)
    name(page, run_id).click()

    page.page.keyboard.press("Space")
    page.wait_for(run_id, "paused")
    before = lab.run(run_id)["iteration"]
    for count, label in ((1, "1 iterations"), (10, "10 iterations"), (100, "100 iterations")):
        page.page.locator("#run-details").get_by_label(label, exact=True).click()
        before += count
        wait_until(lambda wanted=before: lab.run(run_id)["iteration"] == wanted, "the steps")

    page.page.fill('[name="live.learning_rate"]', "0.02")
    page.page.keyboard.press("Enter")
    page.page.fill('[name="live.dropout"]', "0.25")
    page.page.keyboard.press("Tab")
    slider = page.page.get_by_label("L2 (λ), slider")
    slider.focus()
    page.page.keyboard.press("End")
    page.page.keyboard.press("Tab")
    name(page, run_id).focus()
    page.page.keyboard.press("Space")
    page.wait_for(run_id, "running")

    wait_until(lambda: len(lab.run(run_id)["annotations"]) == 3, "the changes")
    changes = {}
    for note in lab.run(run_id)["annotations"]:
        changes.update(note["changes"])
    assert changes == {"learning_rate": [0.1, 0.02], "dropout": [0.5, 0.25], "l2": [0.0, 1.0]}
    expect(page.page.locator(".changes li")).to_have_count(3)
    assert f"iteration {before:,}: Learning rate 0.1 → 0.02" in page.page.locator(".changes").inner_text()
    columns, _ = lab.stored_rows(run_id)
    wait_until(
        lambda: round(float(lab.stored_rows(run_id)[1][-1, columns.index("learning_rate")]), 6) == 0.02
    )

    # what the server refuses is said at the control
    page.page.fill('[name="live.l1"]', "1000")
    page.page.keyboard.press("Enter")
    expect(page.page.locator(".live-control .error").filter(has_text="l1 must be")).to_be_visible()
    page.page.click("#run-details >> text=cancel")
    page.wait_for(run_id, "cancelled")
    expect(page.page.locator(".live")).to_have_count(0)


def test_the_help_lists_the_keys_and_turns_them_off(open_page, filled):
    page = open_page(filled)
    page.page.keyboard.press("?")
    dialog = page.page.locator("dialog")
    expect(dialog).to_contain_text("pause or resume the selected runs")
    page.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.page.click("#help")
    page.page.get_by_label("Keys without Ctrl act").uncheck()
    page.page.keyboard.press("Escape")
    page.page.keyboard.press("?")
    page.page.keyboard.press("/")
    expect(dialog).to_have_count(0)
    assert page.page.evaluate("document.activeElement.id") != "run-search"
    # typing is never taken for a command
    page.page.click("#help")
    page.page.get_by_label("Keys without Ctrl act").check()
    page.page.keyboard.press("Escape")
    page.page.fill("#run-search", "")
    page.page.locator("#run-search").press_sequentially("a/? b")
    assert page.page.input_value("#run-search") == "a/? b"
    expect(dialog).to_have_count(0)


# -- sweeps ------------------------------------------------------------------------------------------


def figure(page):
    return page.page.evaluate(
        """(document.querySelector('dialog .figure').data ?? []).map(t => ({
            type: t.type, x: [...(t.x ?? [])], y: [...(t.y ?? [])], z: t.z, runs: t.customdata}))"""
    )


def test_a_sweep_shows_results_over_what_differs(open_page, filled):
    page = open_page(filled)
    name(page, filled.ids[0]).click()
    name(page, filled.ids[5]).click(modifiers=["Shift"])
    page.page.click("#sweep")
    page.until("document.querySelector('dialog .figure')?.data?.length")

    def scores():
        return {run_id: filled.run(run_id)["latest"]["test_accuracy"] for run_id in filled.ids}

    dots = figure(page)[-1]
    assert dict(zip(dots["runs"], dots["y"], strict=True)) == pytest.approx(scores())
    assert set(dots["x"]) == {"sgd", "adam"}

    page.page.select_option('[name="sweep.kind"]', "heat")
    page.page.select_option('[name="sweep.y"]', "seed")
    page.until("document.querySelector('dialog .figure').data[0].y.length === 3")
    (heat,) = figure(page)
    assert (heat["x"], heat["y"]) == (["adam", "sgd"], ["1", "2", "3"])
    for seed in range(3):
        for column, runs in enumerate((filled.ids[3:], filled.ids[:3])):
            assert heat["z"][seed][column] == pytest.approx(scores()[runs[seed]])

    page.page.select_option('[name="sweep.kind"]', "parallel")
    page.page.select_option('[name="sweep.metric"]', "loss")
    page.until("document.querySelector('dialog .figure').data.length === 6")
    ends = [line["y"][-1] for line in figure(page)]
    losses = [filled.run(run_id)["latest"]["loss"] for run_id in filled.ids]
    order = {trace["runs"][-1]: trace["y"][-1] for trace in figure(page)}
    assert (min(ends), max(ends)) == (0, 1)
    assert order[f"Loss {float(f'{max(losses):.4g}'):g}"] == 1


# -- files come back ---------------------------------------------------------------------------------

DROP = """([name, text]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name, {type: "application/json"}));
    for (const type of ["dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(type, {dataTransfer: transfer, bubbles: true, cancelable: true}));
    }
}"""


def test_a_dropped_export_comes_back_with_its_curves(open_page, filled, make_lab):
    exported = filled.http.get("/api/exports/json", params={"runs": ",".join(filled.ids[:2])}).text
    other = make_lab()
    page = open_page(other)

    page.page.evaluate(DROP, ["lossroom.json", exported])

    wait_for_list(page, ["sgd 2", "sgd 1"])
    expect(page.page.locator(".toast")).to_contain_text("2 runs are back")
    for run_id in page.run_ids():
        page.wait_for_points(run_id, 40)
    page.page.evaluate(DROP, ["broken.json", "{"])
    expect(page.page.locator(".toast")).to_contain_text("broken.json: this is no JSON file")
    page.page.evaluate(DROP, ["other.json", '{"lossroom": 7, "runs": []}'])
    expect(page.page.locator(".toast")).to_contain_text("not an export")


def test_a_chosen_export_comes_back_too(open_page, filled, make_lab, tmp_path):
    path = tmp_path / "one.json"
    path.write_bytes(filled.http.get("/api/exports/json", params={"runs": filled.ids[4]}).content)
    page = open_page(make_lab())
    page.page.click(".run-tools summary")
    with page.page.expect_file_chooser() as chooser:
        page.page.click("#import")
    chooser.value.set_files(path)
    wait_for_list(page, ["adam 2"])


def test_a_report_works_without_lab_and_network(open_page, filled, browser, tmp_path):
    evil = "<img src=x onerror=document.title='harm'></script><script>document.title='harm'</script>"
    run_id = filled.launch(**{**SHORT, "name": evil})["id"]
    filled.wait_for(run_id, "completed")
    answer = filled.http.get("/api/exports/html", params={"runs": f"{filled.ids[0]},{run_id}", "lang": "ja"})
    filled.http.delete(f"/api/runs/{run_id}")
    path = tmp_path / "report.html"
    path.write_bytes(answer.content)
    context = browser.new_context(offline=True)
    page = context.new_page()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))

    page.goto(path.as_uri())

    expect(page.locator("#loss .scatterlayer .trace")).to_have_count(4)
    expect(page.locator("#accuracy .scatterlayer .trace")).to_have_count(4)
    assert page.locator("h1").inner_text() == "実験の比較"
    assert page.locator(".diff").inner_text().count("<img src=x") == 1
    page.check("#log")
    assert page.evaluate("document.getElementById('loss').layout.yaxis.type") == "log"
    assert page.title() != "harm"
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert complaints == []
    context.close()


# -- for everybody -----------------------------------------------------------------------------------


def violations(page, *, within=None):
    """What axe-core finds at WCAG 2.2 AA; the charts are another test's."""
    found = Axe().run(
        page.page,
        context={"include": [[within or "body"]], "exclude": [[".plot"], [".form"], [".charts"]]},
        options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    )
    return [
        (rule["id"], [node["target"] for node in rule["nodes"]], rule["nodes"][0]["failureSummary"])
        for rule in found.response["violations"]
    ]


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en-US"), ("dark", "ja-JP")])
def test_the_table_and_its_dialogs_have_no_accessibility_violation(open_page, filled, scheme, locale):
    page = open_page(filled, color_scheme=scheme, locale=locale)
    run_id = filled.launch(**ENDLESS)["id"]
    filled.http.patch(f"/api/runs/{run_id}", json={"tags": ["demo"], "starred": True})
    try:
        page.wait_for(run_id, "running")
        assert violations(page) == []
        name(page, run_id).click()
        row(page, filled.ids[5]).hover()
        assert violations(page) == []
        page.page.click("#wide")
        name(page, filled.ids[0]).click(modifiers=["Shift"])
        assert violations(page) == []
        page.page.click(".run-tools summary")
        page.until("document.querySelector('.panel')")
        assert violations(page) == []
        page.page.keyboard.press("Escape")
        for button in ("#compare", "#sweep", "#help"):
            page.page.click(button)
            expect(page.page.locator("dialog")).to_be_visible()
            assert violations(page, within="dialog") == []
            page.page.keyboard.press("Escape")
            expect(page.page.locator("dialog")).to_have_count(0)
    finally:
        filled.http.delete(f"/api/runs/{run_id}")


def test_a_phone_has_the_table_without_scrolling_sideways(open_page, filled):
    page = open_page(filled, viewport={"width": 390, "height": 844}, locale="ja-JP")
    name(page, filled.ids[0]).click()
    assert page.page.evaluate("document.documentElement.scrollWidth") == 390
    name(page, filled.ids[1]).click(modifiers=["Shift"])
    page.page.click("#compare")
    assert page.page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("wide", [False, True])
def test_the_projector_has_larger_type_and_nothing_is_cut_off(open_page, filled, wide):
    page = open_page(filled)
    before = page.page.locator(".run-name").first.bounding_box()["height"]
    page.page.click("#projector")
    if wide:
        page.page.click("#wide")
    after = page.page.locator(".run-name").first.bounding_box()["height"]
    assert after > 1.15 * before
    assert page.page.evaluate("document.documentElement.scrollWidth") == 1280
    page.page.reload()
    page.until("document.documentElement.dataset.ready === 'true'")
    assert page.page.get_attribute("#projector", "aria-pressed") == "true"
