"""The page's state in its address: one table, any types, nothing lost that others wrote."""

import pytest

MAKE = """
const { UrlState } = await import("/static/js/url-state.js");
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
    assert page.page.evaluate("history.length") <= 2


def test_an_address_pasted_into_the_open_page_is_taken(page):
    page.page.evaluate(
        f"async () => {{ {MAKE} window.state = make(''); window.heard = []; state.on('log', (v) => heard.push(v)); }}"
    )
    page.page.evaluate("location.hash = '#log=1'")
    page.until("window.heard.length === 1 && window.heard[0] === true")
    page.page.evaluate("location.hash = ''")
    page.until("window.heard.length === 2 && window.heard[1] === false")
