"""A box being edited does not change while messages arrive, and no text is lost if two people edit the same run."""

import pytest
from playwright.sync_api import expect

from tests.browser.run_table import listed, name, row
from tests.browser.test_storage import REFUSALS
from tests.support.experiments import SHORT, STEADY
from tests.support.waiting import wait_until

NOTES = '[name="runs.notes"]'
TAGS = '[name="runs.tags"]'


@pytest.fixture
def endless(lab):
    """A run that goes on until the test ends it."""
    run = lab.launch(**STEADY)
    lab.wait_for(run["id"], "running")
    yield run["id"]
    lab.post(f"/api/runs/{run['id']}/cancel")


@pytest.fixture
def finished(lab):
    run = lab.launch(**{**SHORT, "name": "finished"})
    lab.wait_for(run["id"], "completed")
    return run["id"]


def patch(lab, run_id, **changes):
    lab.http.patch(f"/api/runs/{run_id}", json=changes).raise_for_status()


def select(page, run_id):
    name(page, run_id).click()
    expect(page.page.locator(NOTES)).to_be_visible()


@pytest.mark.parametrize("field", ["runs.notes", "runs.tags", "live.learning_rate"])
def test_a_box_being_typed_in_stays_open_when_the_run_ends(open_page, lab, endless, field):
    page = open_page(lab)
    select(page, endless)
    box = page.page.locator(f'[name="{field}"]')
    box.click()
    box.fill("")
    page.page.keyboard.type("0.")
    page.page.evaluate("window.box = document.activeElement; null")

    lab.post(f"/api/runs/{endless}/cancel")
    page.wait_for(endless, "cancelled")

    page.page.keyboard.type("05 ")  # a space on the page would pause runs
    assert page.page.evaluate("document.activeElement === window.box")
    expect(box).to_have_value("0.05 ")
    page.page.locator("#run-search").focus()
    if field == "runs.notes":
        wait_until(lambda: lab.run(endless)["notes"] == "0.05 ", "the note")
    if field == "live.learning_rate":
        expect(box).to_be_hidden()


def test_the_list_is_not_reordered_while_a_name_is_being_typed(open_page, lab, finished, endless):
    page = open_page(lab)
    page.page.click(".run-tools summary")
    direction = page.page.locator(".run-tools .pair button")
    expect(direction).to_have_text("↓")
    page.page.select_option('[name="runs.sort"]', "status")
    expect(direction).to_have_text("↑")
    expect(direction).to_have_attribute("aria-pressed", "false")
    page.page.keyboard.press("Escape")
    page.until(f"!!document.querySelector('[data-run=\"{endless}\"]')")
    before = listed(page)
    name(page, endless).dblclick()
    page.page.keyboard.press("ControlOrMeta+A")
    page.page.keyboard.type("half of ")

    lab.post(f"/api/runs/{endless}/cancel")
    page.wait_for(endless, "cancelled")
    page.page.keyboard.type("a name")

    assert lab.run(endless)["name"] == "endless"
    page.page.keyboard.press("Enter")
    wait_until(lambda: lab.run(endless)["name"] == "half of a name", "the whole name")
    page.until("document.querySelector('.run .run-name').textContent === 'half of a name'")
    assert before[-1] == "endless", "the list has moved since"


def test_two_conflicting_notes_are_both_shown_to_choose_from(open_page, lab, finished):
    page = open_page(lab)
    select(page, finished)
    box = page.page.locator(NOTES)
    box.fill("mine")
    patch(lab, finished, notes="theirs")
    page.page.locator("#run-search").focus()

    conflict = page.page.locator(".conflict:visible")
    expect(conflict.locator("blockquote")).to_have_text("theirs")
    expect(row(page, finished).locator(".run-problem")).to_be_hidden()  # the conflict is shown only once
    expect(box).to_have_value("mine")
    assert lab.run(finished)["notes"] == "theirs"

    conflict.get_by_role("button", name="Keep both").click()
    expect(conflict).to_have_count(0)
    wait_until(lambda: lab.run(finished)["notes"] == "theirs\nmine", "both notes")

    box.fill("mine again")
    patch(lab, finished, notes="theirs again")
    page.page.locator("#run-search").focus()
    page.page.get_by_role("button", name="Take theirs").click()
    expect(box).to_have_value("theirs again")
    expect(row(page, finished).locator(".run-problem")).to_be_hidden()
    # changes by others appear while nothing is being typed
    patch(lab, finished, notes="later")
    expect(box).to_have_value("later")


def test_a_refused_note_is_in_its_box_again_when_its_run_is(open_page, lab, finished, endless):
    page = open_page(lab)
    select(page, finished)
    page.page.fill(NOTES, "mine")
    patch(lab, finished, notes="theirs")
    select(page, endless)
    expect(row(page, finished).locator(".run-problem")).to_contain_text("another person changed this")
    expect(page.page.locator(NOTES)).to_have_value("")
    select(page, finished)
    expect(row(page, finished).locator(".run-problem")).to_be_hidden()
    expect(page.page.locator(".conflict:visible")).to_contain_text("another person changed this")
    expect(page.page.locator(NOTES)).to_have_value("mine")
    select(page, endless)
    expect(row(page, finished).locator(".run-problem")).to_contain_text("another person changed this")
    select(page, finished)
    page.page.get_by_role("button", name="Keep mine").click()
    wait_until(lambda: lab.run(finished)["notes"] == "mine", "the note")


def test_tags_that_two_people_add_at_once_are_both_there(open_page, lab, finished):
    page = open_page(lab)
    patch(lab, finished, tags=["old"])
    select(page, finished)
    expect(page.page.locator(TAGS)).to_have_value("old")
    page.page.fill(TAGS, "mine")
    patch(lab, finished, add_tags=["theirs"])
    page.page.locator("#run-search").focus()
    wait_until(lambda: lab.run(finished)["tags"] == ["theirs", "mine"], "both tags")
    expect(page.page.locator(TAGS)).to_have_value("theirs, mine")


def test_a_name_changed_by_another_person_is_reported_and_can_be_set_again(open_page, lab, finished):
    page = open_page(lab)
    patch(lab, finished, name="as it was")
    expect(name(page, finished)).to_have_text("as it was")
    name(page, finished).dblclick()
    page.page.fill("input.rename", "mine")
    patch(lab, finished, name="theirs")
    page.page.keyboard.press("Enter")

    offer = row(page, finished).locator(".run-offer")
    expect(offer).to_contain_text("renamed this run to “theirs”")
    expect(name(page, finished)).to_have_text("theirs")
    row(page, finished).locator(".star").click()  # another change takes nothing away
    expect(row(page, finished).locator(".star[aria-pressed=true]")).to_be_visible()
    expect(offer).to_be_visible()
    page.switch_to("ja")
    expect(offer).to_contain_text("「theirs」")
    page.switch_to("en")
    page.leave()
    page.open()  # and at the next visit
    expect(offer).to_contain_text("renamed this run to “theirs”")
    offer.get_by_role("button").first.click()
    expect(name(page, finished)).to_have_text("mine")
    expect(offer).to_be_hidden()
    page.leave()
    page.open()
    assert page.page.evaluate("localStorage.getItem('names')") == "{}"


def test_typed_text_is_stored_when_the_tab_is_closed(open_page, lab, finished):
    page = open_page(lab, reused=False)
    select(page, finished)
    page.page.fill(NOTES, "an unfinished")
    page.page.locator(TAGS).focus()
    page.page.keyboard.type("half a ta")
    page.page.close(run_before_unload=True)
    wait_until(lambda: lab.run(finished)["tags"] == ["half a ta"], "the tag")
    assert lab.run(finished)["notes"] == "an unfinished"


def test_an_unsent_note_is_sent_when_the_lab_is_back(open_page, make_lab):
    lab = make_lab()
    run = lab.launch(**SHORT)
    lab.wait_for(run["id"], "completed")
    page = open_page(lab)
    select(page, run["id"])
    page.page.fill(NOTES, "written in between")
    lab.stop()
    page.page.locator("#run-search").focus()
    expect(row(page, run["id"]).locator(".run-problem")).to_be_visible()
    expect(page.page.locator(NOTES)).to_have_value("written in between")
    lab.start()
    wait_until(lambda: lab.run(run["id"])["notes"] == "written in between", "the note")
    page.errors = [text for text in page.errors if "WebSocket" not in text]


def open_again(page):
    """Leave the page as if the tab were closed, and open it again in the same browser."""
    page.leave()
    page.open()


def test_a_note_that_waits_for_a_choice_is_there_at_the_next_visit(open_page, lab, finished):
    page = open_page(lab)
    select(page, finished)
    page.page.fill(NOTES, "mine")
    patch(lab, finished, notes="theirs")
    page.page.locator("#run-search").focus()
    expect(page.page.locator(".conflict:visible")).to_be_visible()

    open_again(page)
    expect(row(page, finished).locator(".run-problem")).to_contain_text("another person changed this")
    select(page, finished)
    expect(page.page.locator(".conflict:visible blockquote")).to_have_text("theirs")
    expect(page.page.locator(NOTES)).to_have_value("mine")
    assert lab.run(finished)["notes"] == "theirs"
    page.page.get_by_role("button", name="Keep both").click()
    wait_until(lambda: lab.run(finished)["notes"] == "theirs\nmine", "both notes")
    page.until("localStorage.getItem('drafts') === '{}'")  # the answer has come: nothing is unsent

    patch(lab, finished, notes="later")
    open_again(page)
    select(page, finished)
    expect(page.page.locator(NOTES)).to_have_value("later")
    expect(page.page.locator(".conflict:visible")).to_have_count(0)


def test_a_note_and_a_name_of_a_tab_that_was_closed_while_the_lab_was_down_are_sent_at_the_next_visit(
    open_page, make_lab
):
    lab = make_lab()
    run = lab.launch(**SHORT)
    lab.wait_for(run["id"], "completed")
    page = open_page(lab)
    select(page, run["id"])
    lab.stop()
    page.page.fill(NOTES, "written in between")
    name(page, run["id"]).dblclick()
    page.page.fill("input.rename", "named in between")
    page.leave()
    lab.start()
    assert lab.run(run["id"])["notes"] == ""
    page.open()
    wait_until(lambda: lab.run(run["id"])["notes"] == "written in between", "the note")
    wait_until(lambda: lab.run(run["id"])["name"] == "named in between", "the name")
    page.errors = [text for text in page.errors if "ERR_CONNECTION" not in text]


def test_a_browser_that_blocks_storage_asks_before_an_unsent_note_is_lost(open_page, lab, finished):
    page = open_page(lab, opened=False)
    page.run_first(REFUSALS["full"])
    page.open()
    select(page, finished)
    page.page.fill(NOTES, "mine")
    patch(lab, finished, notes="theirs")
    page.page.locator("#run-search").focus()
    expect(page.page.locator(".conflict:visible")).to_be_visible()

    with page.page.expect_event("dialog") as asked:
        page.page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    page.page.get_by_role("button", name="Take theirs").click()
    expect(page.page.locator(".conflict:visible")).to_have_count(0)


HOLD = "[...document.querySelectorAll('{}')].forEach((one, i) => (window[`held${{i}}`] = one)); null"


def test_an_open_list_stays_open_when_its_choices_arrive(open_page, lab, finished):
    """The settings that one can sort and group by are fetched while the menu is open."""
    lab.wait_for(lab.launch(**{**SHORT, "seed": 5})["id"], "completed")
    page = open_page(lab)
    page.page.route("**/api/fields?*", lambda route: page.page.wait_for_timeout(700) or route.continue_())
    page.page.click(".run-tools summary")
    sort = page.page.locator('[name="runs.sort"]')
    sort.focus()
    page.page.evaluate(HOLD.format('[name="runs.sort"], [name="runs.sort"] option:checked'))
    page.until("document.querySelectorAll('[name=\"runs.sort\"] option').length > 10")
    assert page.page.evaluate("document.activeElement === held0 && held1.isConnected && held1.selected")


def test_the_open_list_of_data_sets_stays_while_one_is_downloaded(open_page, unfetched_lab):
    page = open_page(unfetched_lab)
    page.choose("dataset.name", "mnist")
    page.page.click("#fetch")
    page.page.focus('[name="dataset.name"]')
    page.page.evaluate(HOLD.format('[name="dataset.name"]'))
    page.until(
        "document.querySelector('[name=\"dataset.name\"] option:checked').textContent.includes('60,000')"
    )
    assert page.page.evaluate("document.activeElement === held0")
    assert page.page.locator(".fetch").count() == 0
