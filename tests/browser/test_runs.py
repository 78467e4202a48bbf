"""The run table as a student uses it, with mouse and keyboard."""

import re

from playwright.sync_api import expect

from tests.browser.run_table import NEWEST_FIRST, name, row, selected, wait_for_list
from tests.support.experiments import SHORT, STEADY
from tests.support.waiting import wait_until


def test_typing_after_a_slash_finds_runs(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    for typed, found in (
        ("batch:16 initializer:he seed:1", ["adam 1", "sgd 1"]),
        ("nothing of the kind", []),
    ):
        wait_for_list(page, NEWEST_FIRST)
        page.page.keyboard.press("/")
        page.page.keyboard.type(typed)

        wait_for_list(page, found)
        assert page.page.inner_text("#run-count") == f"{len(found)} of 6"
        page.page.keyboard.press("Escape")
        page.page.evaluate("document.activeElement.blur()")
    wait_for_list(page, NEWEST_FIRST)


def test_a_search_for_an_unknown_setting_is_reported_and_short_names_are_in_the_readers_language(
    open_page, lab_with_runs
):
    page = open_page(lab_with_runs, locale="ja-JP")
    said = page.page.locator("#runs-empty")
    page.page.fill("#run-search", "foo:bar")
    expect(said).to_contain_text("「foo」という設定を持つ実験はありません")
    page.page.fill("#run-search", "-adam foo:bar")
    expect(said).to_contain_text("「foo」")
    page.page.fill("#run-search", "batch:17")
    expect(said).to_contain_text("一致する実験がありません")
    page.page.fill("#run-search", "バッチ:16 学習率:0.1")
    wait_for_list(page, NEWEST_FIRST[3:])


def test_runs_are_sorted_narrowed_down_and_grouped_by_any_field(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    page.page.click(".run-tools summary")
    mark = page.page.locator("#run-menu-mark")
    expect(mark).to_have_js_property("hidden", True)
    page.page.click(".run-tools .pair button")
    expect(mark).to_have_js_property("hidden", False)
    page.page.select_option('[name="runs.sort"]', "name")
    wait_for_list(page, NEWEST_FIRST[::-1][3:] + NEWEST_FIRST[::-1][:3])
    page.page.click('[aria-label="Largest or newest first"]')
    wait_for_list(page, NEWEST_FIRST[3:] + NEWEST_FIRST[:3])
    page.page.select_option('[name="runs.state"]', "failed")
    wait_for_list(page, [])
    assert "No run matches" in page.page.inner_text("#runs-empty")
    page.page.select_option('[name="runs.state"]', "completed")

    # a field that is in the configs but not in the run list
    page.until(
        "[...document.querySelectorAll('[name=\"runs.group\"] option')].some(o => o.value === 'optimizer.beta2')"
    )
    page.page.select_option('[name="runs.group"]', "optimizer.beta2")

    page.until("document.querySelectorAll('.run-group').length === 2")
    assert page.page.locator(".group-name").all_inner_texts() == ["0.999", "–"]
    scores = [lab_with_runs.run(run_id)["latest"]["test_accuracy"] for run_id in lab_with_runs.ids[3:]]
    facts = f"3 · {100 * min(scores):.1f}% – {100 * max(scores):.1f}%"
    expect(page.page.locator(".group-facts").first).to_have_text(facts)


def test_the_menu_offers_each_setting_once_and_headings_say_values_as_the_page_does(open_page, lab_with_runs):
    training = {**SHORT["training"], "batch_size": 8}
    small = lab_with_runs.launch(**{**SHORT, "name": "small", "training": training})["id"]
    lab_with_runs.wait_for(small, "completed")
    try:
        page = open_page(lab_with_runs)
        page.page.click(".run-tools summary")
        page.until('document.querySelector(\'[name="runs.sort"] [value="training.batch_size"]\')')
        for menu in ("sort", "group"):
            offered = page.page.locator(f'[name="runs.{menu}"] option').all_inner_texts()
            assert len(set(offered)) == len(offered)
            assert {"Optimizer", "Learning rate", "Data set", "Seed", "Batch"} <= set(offered)
        page.page.select_option('[name="runs.sort"]', "training.batch_size")
        wait_for_list(page, ["small", *NEWEST_FIRST])
        page.page.select_option('[name="runs.group"]', "optimizer.name")
        page.until("document.querySelectorAll('.run-group').length === 2")
        assert page.page.locator(".group-name").all_inner_texts() == ["Adam", "SGD"]
        # the menu says what is chosen also when it is opened again, and so does the address
        page.page.keyboard.press("Escape")
        page.until("location.hash.includes('optimizer.name')")
        page.page.reload()
        page.until_ready()
        page.page.click(".run-tools summary")
        assert page.page.input_value('[name="runs.sort"]') == "training.batch_size"
        assert page.page.input_value('[name="runs.group"]') == "optimizer.name"
    finally:
        lab_with_runs.http.delete(f"/api/runs/{small}")


def test_runs_are_selected_as_files_are(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    wait_for_list(page, NEWEST_FIRST)
    page.page.route("**/api/fields?*", lambda route: route.abort(), times=1)
    with page.page.expect_event("requestfailed"):
        name(page, lab_with_runs.ids[5]).click()
    assert selected(page) == ["adam 3"]
    starred = f"/api/runs/{lab_with_runs.ids[0]}"
    for star in (True, False):  # with the next change of the list the settings are asked for again
        lab_with_runs.http.patch(starred, json={"starred": star}).raise_for_status()
    card = page.page.locator("#run-details")
    expect(card.locator("h2")).to_have_text("adam 3")
    said = "Digits 8×8 · 64-16-10 · ReLU · He · Adam 0.01 · batch 16 · seed 3"
    expect(card.locator(".run-description")).to_have_text(said)
    result = lab_with_runs.run(lab_with_runs.ids[5])["latest"]
    train, test = (100 * result[f"{part}_accuracy"] for part in ("train", "test"))
    expect(card.locator(".run-result")).to_have_text(re.compile(f"^Test accuracy {test:.1f}% after 40 iter"))
    figures = [f"{train:.1f}%", f"{test:.1f}%", f"{train - test:.1f} points".replace("-", "−")]
    expect(card.locator("dd")).to_have_text(figures)
    expect(card.locator(".run-difference")).to_have_text("Differs only in Seed (3, not 2) from adam 2.")

    row(page, lab_with_runs.ids[3]).locator(".score").click(modifiers=["Shift"])
    assert selected(page) == ["adam 3", "adam 2", "adam 1"]
    expect(page.page.locator("#run-details")).to_be_hidden()
    name(page, lab_with_runs.ids[4]).click(modifiers=["ControlOrMeta"])
    assert selected(page) == ["adam 3", "adam 1"]
    expect(page.page.locator(".bar-count")).to_have_text("2 selected")
    page.page.keyboard.press("Escape")
    assert selected(page) == []

    # and without a mouse
    name(page, lab_with_runs.ids[5]).focus()
    page.page.keyboard.press("ArrowDown")
    page.page.keyboard.press("Enter")
    page.page.keyboard.press("Shift+ArrowDown")
    assert selected(page) == ["adam 2", "adam 1"]
    page.page.keyboard.press("Escape")
    page.page.keyboard.press("End")
    focused = "document.activeElement.closest('.run')?.querySelector('.run-name').textContent"
    assert page.page.evaluate(focused) == "sgd 1"
    page.page.keyboard.press("ArrowUp")
    # Tab goes through what can be done with this run, and then leaves the list
    passed = [page.page.evaluate(focused)]
    while passed[-1] is not None:
        page.page.keyboard.press("Tab")
        passed.append(page.page.evaluate(focused))
    assert len(passed) > 4
    assert set(passed[:-1]) == {"sgd 2"}
    name(page, lab_with_runs.ids[5]).click()
    name(page, lab_with_runs.ids[5]).click()
    assert selected(page) == []


def hold(page, element):
    """Hold a finger on the middle of an element until the selection changes."""
    touch = page.page.context.new_cdp_session(page.page)
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    before = len(selected(page))
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    wait_until(lambda: len(selected(page)) != before, "the hold")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_on_a_phone_a_held_finger_begins_to_select_several(open_page, lab_with_runs):
    page = open_page(lab_with_runs, viewport={"width": 390, "height": 844}, has_touch=True)
    wait_for_list(page, NEWEST_FIRST)
    details = page.page.locator("#run-details h2")
    # a tap is a click: another run's details take the place of the one's
    for number, said in ((3, "adam 1"), (5, "adam 3")):
        name(page, lab_with_runs.ids[number]).tap()
        expect(details).to_have_text(said)

    hold(page, name(page, lab_with_runs.ids[3]))
    name(page, lab_with_runs.ids[0]).tap()
    assert selected(page) == ["adam 3", "adam 1", "sgd 1"]
    page.page.locator("#compare").tap()
    expect(page.page.locator(".diff thead th")).to_have_text(["setting", "adam 3", "adam 1", "sgd 1"])
    page.page.keyboard.press("Escape")

    # a second tap lets go of a run, and the one that is left is seen in detail
    name(page, lab_with_runs.ids[5]).tap()
    name(page, lab_with_runs.ids[0]).tap()
    expect(details).to_have_text("adam 1")
    name(page, lab_with_runs.ids[3]).tap()
    assert selected(page) == []
    # with none, a tap is a click again; and a mouse at the same screen does what it does everywhere
    name(page, lab_with_runs.ids[4]).tap()
    name(page, lab_with_runs.ids[5]).tap()
    assert selected(page) == ["adam 3"]
    name(page, lab_with_runs.ids[4]).click()
    assert selected(page) == ["adam 2"]


def test_stars_tags_notes_and_names_appear_on_every_page_and_are_stored(open_page, lab_with_runs):
    mine, theirs = open_page(lab_with_runs), open_page(lab_with_runs)
    run_id = lab_with_runs.ids[0]
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
    stored = lab_with_runs.run(run_id)
    assert (stored["starred"], stored["tags"], stored["notes"]) == (True, ["demo", "学習率"], "why not")
    theirs.page.fill("#run-search", "tag:学習率 is:starred")
    wait_for_list(theirs, ["renamed"])
    lab_with_runs.http.patch(
        f"/api/runs/{run_id}", json={"name": "sgd 1", "starred": False, "tags": [], "notes": ""}
    )


def test_an_archived_run_leaves_the_list_and_comes_back_and_ctrl_z_undoes_the_last_action(
    open_page, lab_with_runs
):
    page = open_page(lab_with_runs)
    rest = [n for n in NEWEST_FIRST if n != "sgd 2"]
    name(page, lab_with_runs.ids[1]).click()
    page.page.click("#run-details >> text=archive")
    wait_for_list(page, rest)
    page.page.click(".toast >> text=Undo")
    wait_for_list(page, NEWEST_FIRST)
    assert lab_with_runs.run(lab_with_runs.ids[1])["archived"] is False

    for run_id in (
        lab_with_runs.ids[3],
        lab_with_runs.ids[1],
    ):  # selected alone, whatever was selected before
        name(page, run_id).click()
    page.page.click("#run-details >> text=archive")
    wait_for_list(page, rest)
    expect(page.page.locator(".toast >> text=Undo")).to_be_visible()
    page.page.keyboard.press("Control+z")
    wait_for_list(page, NEWEST_FIRST)
    expect(page.page.locator(".toast")).to_be_hidden()

    # a later deletion is a separate action and is undone alone
    name(page, lab_with_runs.ids[0]).click()
    page.page.click("#run-details >> text=archive")
    wait_for_list(page, NEWEST_FIRST[:-1])
    name(page, lab_with_runs.ids[5]).focus()
    page.page.keyboard.press("Delete")
    wait_for_list(page, NEWEST_FIRST[1:-1])
    page.page.keyboard.press("Control+z")
    wait_for_list(page, NEWEST_FIRST[:-1])
    page.page.keyboard.press("Control+z")
    wait_for_list(page, NEWEST_FIRST[:-1])
    page.page.fill("#run-search", "is:archived")
    wait_for_list(page, ["sgd 1"])
    page.page.fill("#run-search", "")
    lab_with_runs.http.patch(f"/api/runs/{lab_with_runs.ids[0]}", json={"archived": False}).raise_for_status()
    wait_for_list(page, NEWEST_FIRST)


def test_a_deletion_can_be_undone_and_is_sent_when_the_page_is_left(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    run_id = lab_with_runs.launch(**{**SHORT, "name": "to go"})["id"]
    page.wait_for(run_id, "completed")
    page.wait_for_points(run_id, 40)
    name(page, run_id).click()
    page.page.keyboard.press("Delete")
    wait_for_list(page, NEWEST_FIRST)
    # the details of the deleted run close, and the focus moves to another run
    expect(page.page.locator("#run-details")).to_be_hidden()
    assert page.page.evaluate("document.activeElement.textContent") == NEWEST_FIRST[0]
    page.until(f"!document.getElementById('chart-loss').data.some(t => t.meta.run === '{run_id}')")

    page.page.keyboard.press("Control+z")

    wait_for_list(page, ["to go", *NEWEST_FIRST])
    page.wait_for_points(run_id, 40)
    assert lab_with_runs.run(run_id)["name"] == "to go"
    name(page, run_id).focus()
    page.page.keyboard.press("Delete")
    wait_for_list(page, NEWEST_FIRST)
    # the page navigates by itself, as by a link: if the browser navigates, it has half a second for its last request
    page.page.evaluate("location.href = 'about:blank'")
    wait_until(lambda: lab_with_runs.http.get(f"/api/runs/{run_id}").status_code == 404, "the deletion")


def test_a_command_applies_to_all_selected_runs_and_shows_for_how_many_it_worked(open_page, make_lab):
    lab = make_lab(LOSSROOM_WORKERS="2")
    done = lab.launch(**{**SHORT, "name": "done"})["id"]
    lab.wait_for(done, "completed")
    live = [lab.launch(**{**STEADY, "name": f"live {n}"})["id"] for n in (1, 2)]
    page = open_page(lab, locale="ja-JP")
    for run_id in live:
        page.wait_for(run_id, "running")
    name(page, done).click()
    name(page, live[1]).click(modifiers=["Shift"])
    bar, toast = page.page.locator("#run-bar"), page.page.locator(".toast")
    verbs = {verb: bar.locator(f'[data-verb="{verb}"]') for verb in ("pause", "resume", "cancel")}
    expect(verbs["pause"]).to_have_text("一時停止 (2)")
    expect(verbs["resume"]).to_be_disabled()

    verbs["pause"].click()
    for run_id in live:
        page.wait_for(run_id, "paused")
    expect(toast).to_have_text("選択した 3 件のうち 2 件を一時停止しました。")
    expect(verbs["pause"]).to_be_disabled()
    verbs["resume"].focus()
    page.page.keyboard.press("Enter")
    for run_id in live:
        page.wait_for(run_id, "running")
    expect(toast).to_have_text("選択した 3 件のうち 2 件を再開しました。")

    bar.get_by_text("タグ", exact=True).click()
    expect(bar.locator('[name="runs.add_tags"]')).to_be_focused()
    page.page.keyboard.type("比較, demo")
    page.page.keyboard.press("Enter")
    for run_id in (done, *live):
        expect(row(page, run_id).locator(".tag")).to_have_text(["比較", "demo"])
    lab.http.patch(f"/api/runs/{done}", json={"remove_tags": ["demo"]}).raise_for_status()
    expect(bar.locator(".known-tags")).to_contain_text("demo 2/3 ×")
    bar.get_by_label("タグ「比較」を外す").click()
    wait_until(lambda: [lab.run(i)["tags"] for i in (done, *live)] == [[], ["demo"], ["demo"]], "the tags")

    page.page.keyboard.press("Escape")
    verbs["cancel"].click()
    for run_id in live:
        page.wait_for(run_id, "cancelled")
    expect(toast).to_have_text("選択した 3 件のうち 2 件を中止しました。")


def wait_for_iteration(lab, run_id, iteration):
    wait_until(lambda: lab.run(run_id)["iteration"] == iteration, "the steps")


def test_a_running_run_is_paused_stepped_and_changed(open_page, make_lab):
    lab = make_lab(LOSSROOM_WORKERS="2")
    page = open_page(lab)
    network = {"preset": "mlp", "hidden": [16], "dropout": 0.5}
    run_id = lab.launch(**{**STEADY, "network": network})["id"]
    page.wait_for_points(run_id, 20)
    name(page, run_id).click()

    page.page.keyboard.press("Space")
    page.wait_for(run_id, "paused")
    before = lab.run(run_id)["iteration"]
    for count, label in ((1, "iterations: 1"), (10, "iterations: 10"), (100, "iterations: 100")):
        page.page.locator("#run-details").get_by_label(label, exact=True).click()
        before += count
        wait_for_iteration(lab, run_id, before)

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

    # a refusal by the server is shown at the control
    page.page.fill('[name="live.l1"]', "1000")
    page.page.keyboard.press("Enter")
    expect(page.page.locator(".live-control .error").filter(has_text="at most 100")).to_be_visible()

    # while a menu of the card is open, nothing moves under the hand that is about to choose in it
    page.page.click("#run-details .menu summary")
    lab.post(f"/api/runs/{run_id}/pause")
    page.wait_for(run_id, "paused")
    expect(page.page.locator("#details-pause")).to_have_text("pause")
    page.page.keyboard.press("Escape")
    expect(page.page.locator("#details-pause")).to_have_text("resume")
    page.page.click("#run-details >> text=cancel")
    page.wait_for(run_id, "cancelled")
    expect(page.page.locator(".live")).to_have_count(0)
