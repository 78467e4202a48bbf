"""Japanese is typed with an input method, whose keys are not the page's."""

import pytest
from playwright.sync_api import expect

from tests.browser.input_method import InputMethod
from tests.browser.run_table import NEWEST_FIRST, listed, name, row, wait_for_list
from tests.support.experiments import SHORT
from tests.support.waiting import wait_until

#: Keeps each other list of runs that the page shows.
SEE_LISTS = """() => {
    const names = () => [...document.querySelectorAll('.run .run-name')].map(e => e.textContent).join();
    window.lists = [names()];
    const look = () => { if (lists.at(-1) !== names()) lists.push(names()); };
    new MutationObserver(look).observe(document.getElementById('runs'), { childList: true });
}"""


@pytest.fixture
def page(open_page, lab):
    return open_page(lab, locale="ja-JP")


@pytest.fixture
def run(page, lab):
    """A finished run, selected."""
    run_id = lab.launch(**{**SHORT, "name": "はじめ"})["id"]
    lab.wait_for(run_id, "completed")
    name(page, run_id).click()
    return run_id


def test_the_enter_that_confirms_a_conversion_does_not_end_renaming(page, lab, run):
    name(page, run).dblclick()
    box = page.page.locator("input.rename")
    typing = InputMethod(page)

    typing.enter("かいぜん", "改善")
    expect(box).to_be_focused()
    typing.compose("まちがい")
    typing.press("Escape")
    typing.compose("")
    expect(box).to_be_focused()
    typing.enter("ばん", "版")
    assert lab.run(run)["name"] == "はじめ"

    box.press("Enter")
    wait_until(lambda: lab.run(run)["name"] == "改善版", "the new name")


def test_a_search_waits_for_the_whole_word_and_an_escape_in_it_empties_nothing(open_page, lab_with_runs):
    page = open_page(lab_with_runs, locale="ja-JP")
    wait_for_list(page, NEWEST_FIRST)
    page.page.keyboard.press("/")
    typing = InputMethod(page)
    page.page.evaluate(SEE_LISTS)

    for part in ("あ", "あだ", "ＡＤＡ", "ＡＤＡＭ"):
        typing.compose(part)
    typing.press("Escape")
    assert page.page.input_value("#run-search") == "ＡＤＡＭ"
    assert listed(page) == NEWEST_FIRST

    typing.commit("adam 2")
    wait_for_list(page, ["adam 2"])
    assert page.page.evaluate("lists") == [",".join(NEWEST_FIRST), "adam 2"]


@pytest.mark.parametrize(("field", "tag"), [("tags", ["授業"]), ("notes", [])])
def test_a_confirmed_word_stays_open_for_the_next_one(page, lab, run, field, tag):
    box = page.page.locator(f'[name="runs.{field}"]')
    box.focus()
    typing = InputMethod(page)
    typing.enter("じゅぎょう", "授業")
    expect(box).to_be_focused()
    typing.compose("よう")
    typing.press("Escape")
    typing.compose("")
    expect(row(page, run)).to_have_class("run selected")  # Escape was not for the selection

    page.page.locator("#run-search").focus()
    wait_until(lambda: lab.run(run)["tags"] == tag, "the tag")
    wait_until(lambda: lab.run(run)["notes"] == ("" if tag else "授業"), "the note")


def test_a_number_is_read_once_its_conversion_is_confirmed(open_page, lab):
    page = open_page(lab)
    page.until("document.querySelector('#summary-parameters').textContent !== '–'")
    asked = []

    def keep(route):
        asked.append(route.request.post_data_json)
        route.continue_()

    page.page.route("**/summary", keep)
    page.page.locator('[name="optimizer.learning_rate"]').select_text()
    typing = InputMethod(page)

    for part in ("０", "０．", "０．２、", "０．２、０"):
        typing.compose(part)
    typing.press("Enter")
    page.page.wait_for_timeout(300)
    assert asked == []

    with page.page.expect_response("**/summary"):
        typing.commit("０．２")
    rates = [experiment["optimizer"]["learning_rate"] for body in asked for experiment in body["experiments"]]
    assert rates == [0.2]
