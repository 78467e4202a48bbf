"""The page's state in its address: one table, any types, nothing lost that others wrote."""

import pytest
from playwright.sync_api import expect

from tests.browser.run_table import name, selected

MAKE = """
const { UrlState } = await pageModule("url-state.js");
const make = (address) => new UrlState({
    smoothing: { key: "s", type: "number", default: 0.6 },
    log: { key: "log", type: "boolean", default: false },
    charts: { key: "charts", type: "list", default: ["loss", "accuracy"] },
    filter: { key: "q", type: "text", default: "" },
    colors: { key: "colors", type: "json", default: {} },
}, address);
"""


def evaluate(page, body: str):
    return page.page.evaluate(f"async () => {{ {MAKE} {body} }}")


@pytest.fixture
def page(open_page, lab):
    return open_page(lab)


def test_what_was_set_is_read_again_from_the_address(page):
    assert evaluate(
        page,
        """
        const values = {
            smoothing: 0.25, log: true, charts: ["a,b", "50%", "c%2Cd"],
            filter: "seed = 1 & λ", colors: { 3: "#aabbcc" },
        };
        const first = make("");
        first.set(values);
        const second = make(first.address().replace(/^[^#]*/, ""));
        const json = JSON.stringify;
        return Object.entries(values).every(([name, value]) => json(second.get(name)) === json(value));
        """,
    )


def test_defaults_are_not_said_and_an_empty_list_is_not_the_default(page):
    assert evaluate(page, "return make('').address()") == "/"
    address = evaluate(page, "const s = make(''); s.set({ charts: [] }); return s.address()")
    assert address == "/#charts="
    assert evaluate(page, "return make('#charts=').get('charts')") == []


@pytest.mark.parametrize("address", ["#s=NaN", "#s=", "#s=fast&log=maybe&colors={", "#%%%", "#s=1e999"])
def test_what_cannot_be_read_has_its_default(page, address):
    assert evaluate(page, f"const s = make({address!r}); return [s.get('smoothing'), s.get('log')]") == [
        0.6,
        False,
    ]


def test_what_the_table_does_not_know_stays(page):
    assert (
        evaluate(page, "const s = make('#tab=2'); s.set({ log: true }); return s.address()")
        == "/#tab=2&log=1"
    )


def test_listeners_hear_real_changes_only_and_the_address_follows(page):
    before = page.page.evaluate("history.length")
    heard = evaluate(
        page,
        """
        const state = make("");
        const heard = [];
        state.on("smoothing", (value) => heard.push(value));
        state.set({ smoothing: 0.6, log: true });
        state.set({ smoothing: 0.7 });
        return heard;
        """,
    )
    assert heard == [0.7]
    page.until("location.hash === '#s=0.7&log=1'")
    assert page.page.evaluate("history.length") == before


def test_an_address_pasted_into_the_open_page_is_taken(page):
    page.page.evaluate(
        f"async () => {{ {MAKE} window.state = make(''); window.heard = []; state.on('log', (v) => heard.push(v)); }}"
    )
    page.page.evaluate("location.hash = '#log=1'")
    page.until("window.heard.length === 1 && window.heard[0] === true")
    page.page.evaluate("location.hash = ''")
    page.until("window.heard.length === 2 && window.heard[1] === false")


def test_a_copied_address_shows_the_same_runs_list_language_and_width(open_page, filled):
    page = open_page(filled)
    page.page.click("#show-none")
    for run_id in filled.ids[:2]:
        page.page.click(f'[data-run="{run_id}"] .swatch')
    page.page.fill("#run-search", "optimizer:sgd")
    page.page.click("#wide")
    page.page.click('[data-language="ja"]')
    page.until("document.documentElement.lang === 'ja'")
    numbers = ",".join(str(filled.run(run_id)["number"]) for run_id in filled.ids[:2])
    page.until(f"location.hash.includes('runs={numbers}') && location.hash.includes('lang=ja')")

    other = open_page(filled)
    other.page.goto("about:blank")
    other.open(page.address())

    other.until("document.documentElement.lang === 'ja'")
    other.until("document.querySelectorAll('[data-run]').length === 3")
    shown = (
        "[...new Set(document.getElementById('chart-loss').data.map(trace => trace.meta.run))]"
        ".filter(Boolean).sort()"
    )
    other.until(f"{shown}.join() === {','.join(sorted(filled.ids[:2]))!r}")
    assert other.page.input_value("#run-search") == "optimizer:sgd"
    assert other.page.get_attribute("#wide", "aria-pressed") == "true"


def test_a_copied_address_has_the_same_runs_selected(open_page, filled):
    page = open_page(filled)
    name(page, filled.ids[4]).click()
    name(page, filled.ids[1]).click(modifiers=["ControlOrMeta"])
    gone = 999
    address = page.address().replace("selected=", f"selected={gone},")

    other = open_page(filled)
    other.page.goto("about:blank")
    other.open(address)

    expect(other.page.locator(".bar-count")).to_have_text("2 selected")
    assert selected(other) == ["adam 2", "sgd 2"]
    # what is not there is not said any more; and what is let go of here, is there too
    assert str(gone) not in other.address()
    other.page.keyboard.press("Escape")
    assert "selected" not in other.address()
    other.page.evaluate(f"location.hash = 'selected={filled.run(filled.ids[0])['number']}'")
    expect(other.page.locator("#run-details h2")).to_have_text("sgd 1")


#: Keeps what toasts said: on a busy machine they are gone before one has looked.
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
def test_an_address_that_makes_no_sense_shows_the_usual_page(open_page, filled, hash_):
    page = open_page(filled, kept=False)
    page.page.add_init_script(TOASTS)
    page.page.goto("about:blank")
    page.open(f"/{hash_}")
    page.until("document.querySelectorAll('[data-run]').length === 6")
    assert page.page.evaluate("document.documentElement.lang") == "en"
    said = page.page.evaluate("toasts")
    assert said == (["Not in this lab any more: run 999, x"] if "runs" in hash_ else [])
