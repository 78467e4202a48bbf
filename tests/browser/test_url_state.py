"""The page's state in its address: a copied address shows the same page."""

import pytest
from playwright.sync_api import expect

from tests.browser.run_table import name, selected


def test_a_choice_soon_appears_in_the_address_and_a_pasted_address_is_applied(open_page, lab):
    page = open_page(lab)
    before = page.page.evaluate("history.length")
    page.page.click("#wide")
    page.until("location.hash === '#wide=1'")
    assert page.page.evaluate("history.length") == before
    page.page.evaluate("location.hash = '#wide=0&tab=2'")
    page.until("document.querySelector('#wide').getAttribute('aria-pressed') === 'false'")
    page.page.evaluate("location.hash = '#wide=1&tab=2'")
    page.until("document.querySelector('#wide').getAttribute('aria-pressed') === 'true'")
    # also where the page would write its own address before it learns of the pasted one
    page.page.evaluate("() => { location.hash = '#wide=0&tab=2'; dispatchEvent(new Event('pagehide')); }")
    page.until("document.querySelector('#wide').getAttribute('aria-pressed') === 'false'")
    assert page.page.evaluate("location.hash").endswith("tab=2")


def test_a_copied_address_shows_the_same_runs_list_language_and_width(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    page.page.click("#show-none")
    for run_id in lab_with_runs.ids[:2]:
        page.page.click(f'[data-run="{run_id}"] .swatch')
    page.page.fill("#run-search", "optimizer:sgd")
    page.page.click("#wide")
    page.page.click('[data-language="ja"]')
    page.until("document.documentElement.lang === 'ja'")
    numbers = ",".join(str(lab_with_runs.run(run_id)["number"]) for run_id in lab_with_runs.ids[:2])
    page.until(f"location.hash.includes('runs={numbers}') && location.hash.includes('lang=ja')")

    other = open_page(lab_with_runs, opened=False)
    other.open(page.address())

    other.until("document.documentElement.lang === 'ja'")
    other.until("document.querySelectorAll('[data-run]').length === 3")
    shown = (
        "[...new Set(document.getElementById('chart-loss').data.map(trace => trace.meta.run))]"
        ".filter(Boolean).sort()"
    )
    other.until(f"{shown}.join() === {','.join(sorted(lab_with_runs.ids[:2]))!r}")
    assert other.page.input_value("#run-search") == "optimizer:sgd"
    assert other.page.get_attribute("#wide", "aria-pressed") == "true"


def test_a_copied_address_has_the_same_runs_selected(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    name(page, lab_with_runs.ids[4]).click()
    name(page, lab_with_runs.ids[1]).click(modifiers=["ControlOrMeta"])
    gone = 999
    address = page.address().replace("selected=", f"selected={gone},")

    other = open_page(lab_with_runs, opened=False)
    other.open(address)

    expect(other.page.locator(".bar-count")).to_have_text("2 selected")
    assert selected(other) == ["adam 2", "sgd 2"]
    # what is not there is not said any more; and what is let go of here, is there too
    assert str(gone) not in other.address()
    other.page.keyboard.press("Escape")
    assert "selected" not in other.address()
    other.page.evaluate(f"location.hash = 'selected={lab_with_runs.run(lab_with_runs.ids[0])['number']}'")
    expect(other.page.locator("#run-details h2")).to_have_text("sgd 1")


#: Records the texts of toasts: on a busy machine they disappear before the test looks.
TOASTS = """
    window.toasts = [];
    new MutationObserver((changes) => {
        for (const { target, addedNodes } of changes)
            if (target instanceof Element && target.matches(".toast"))
                for (const node of addedNodes) if (node.textContent) toasts.push(node.textContent);
    }).observe(document, { childList: true, subtree: true });
"""


@pytest.mark.parametrize(
    "hash_", ["#runs=999,x&list=7&lang=tlh&wide=2", '#list={"sort":"x","state":5,"group":null,"text":[]}']
)
def test_an_invalid_address_shows_the_default_page(open_page, lab_with_runs, hash_):
    page = open_page(lab_with_runs, opened=False)
    page.run_first(TOASTS)
    page.open(f"/{hash_}")
    page.until("document.querySelectorAll('[data-run]').length === 6")
    assert page.page.evaluate("document.documentElement.lang") == "en"
    said = page.page.evaluate("toasts")
    assert said == (["Not in this lab any more: run 999, x"] if "runs" in hash_ else [])
