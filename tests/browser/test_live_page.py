"""The open page over time: reload, restart, two tabs, zoom, phones, languages, a hidden tab, a dead connection."""

import signal
import time

import numpy as np

from tests.support.experiments import ENDLESS, QUICK
from tests.support.proxy import Proxy
from tests.support.reference import assert_uninterrupted
from tests.support.waiting import wait_until

LONG = {**QUICK, "name": "long", "training": {"iterations": 20_000, "batch_size": 32, "evaluate_every": 500}}


def curve(lab, run_id):
    columns, rows = lab.stored_rows(run_id)
    return rows[:, [columns.index("iteration"), columns.index("loss")]].astype(np.float64)


def ignore_websocket_errors(page):
    """The server is stopped or full on purpose, and Chromium logs each failed connection as an error."""
    page.errors = [text for text in page.errors if "WebSocket" not in text]


def test_a_reload_in_mid_run_loses_nothing(open_page, lab):
    page = open_page(lab)
    run = lab.launch(training={"iterations": 4000, "batch_size": 64, "evaluate_every": 5})
    page.wait_for_points(run["id"], 50)
    assert lab.run(run["id"])["status"] == "running"

    page.page.reload()
    page.until_ready()
    page.wait_for(run["id"], "completed")
    page.wait_for_points(run["id"], 4000)

    np.testing.assert_array_equal(page.trace(run["id"], "loss"), curve(lab, run["id"]))


def test_a_server_restart_is_survived_without_a_reload(open_page, make_lab):
    lab = make_lab(LOSSROOM_WORKERS="2")
    page = open_page(lab)
    done = lab.launch(name="done")
    page.wait_for(done["id"], "completed")
    length = {"iterations": 4000, "batch_size": 64, "evaluate_every": 50}
    running = lab.launch(name="running", network={"preset": "mlp", "hidden": [64, 64]}, training=length)
    page.wait_for_points(running["id"], 50)

    lab.stop(signal.SIGKILL)
    page.until("document.getElementById('status').dataset.connection === 'offline'")
    assert "reconnecting" in page.page.inner_text("#status-text")
    lab.start()

    page.until("document.getElementById('status').dataset.connection === 'live'")
    page.wait_for(running["id"], "completed")
    assert_uninterrupted(lab, lab.run(running["id"]))
    page.wait_for_points(running["id"], 4000)
    np.testing.assert_array_equal(page.trace(running["id"], "loss"), curve(lab, running["id"]))
    np.testing.assert_array_equal(page.trace(done["id"], "loss"), curve(lab, done["id"]))
    # and the page still works
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=100)
    page.wait_for(page.press_launch(), "completed")
    ignore_websocket_errors(page)


def test_a_server_that_is_being_stopped_is_shown_as_restarting(open_page, make_lab):
    lab = make_lab()
    page = open_page(lab)

    lab.stop(signal.SIGTERM)

    page.until("document.getElementById('status').dataset.connection === 'restarting'")
    assert "restarting" in page.page.inner_text("#status-text")
    lab.start()
    page.until("document.getElementById('status').dataset.connection === 'live'")
    ignore_websocket_errors(page)


def test_a_page_over_the_viewer_limit_says_so_and_connects_when_a_place_is_free(open_page, make_lab):
    lab = make_lab()
    pages = [open_page(lab), open_page(lab)]
    lab.environment["LOSSROOM_MAX_VIEWERS"] = "1"
    lab.restart()

    def connections():
        return [page.page.evaluate("document.getElementById('status').dataset.connection") for page in pages]

    wait_until(lambda: sorted(connections()) == ["full", "live"], "one page of two is live")
    waiting = pages[connections().index("full")]
    assert "waiting for a free place" in waiting.page.inner_text("#status-text")
    pages[connections().index("live")].leave()

    waiting.until("document.getElementById('status').dataset.connection === 'live'")
    for page in pages:
        ignore_websocket_errors(page)


def test_two_tabs_see_the_same(open_page, lab):
    first, second = open_page(lab), open_page(lab)
    first.choose("dataset.name", "digits")
    first.fill(training__iterations=1500)
    run_id = first.press_launch()

    for page in (first, second):
        page.wait_for(run_id, "completed")
        page.wait_for_points(run_id, 1500)

    np.testing.assert_array_equal(first.trace(run_id, "loss"), second.trace(run_id, "loss"))
    np.testing.assert_array_equal(first.trace(run_id, "loss"), curve(lab, run_id))
    lab.http.delete(f"/api/runs/{run_id}")
    for page in (first, second):
        page.until(f"!document.querySelector('[data-run=\"{run_id}\"]')")


def test_a_zoom_stays_while_points_arrive_and_downsampled_curves_keep_their_extremes(open_page, lab):
    page = open_page(lab)
    run = lab.launch(**LONG)
    page.wait_for_points(run["id"], 1)  # on the axes of the empty chart, perhaps
    box = page.page.locator("#chart-loss .nsewdrag").bounding_box()
    page.page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.5)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5, steps=5)
    page.page.mouse.up()
    zoomed = page.until(
        "document.getElementById('chart-loss').layout.xaxis.autorange === false &&"
        " document.getElementById('chart-loss').layout.xaxis.range.map(Number)"
    )

    page.wait_for(run["id"], "completed")
    time.sleep(0.5)
    assert (
        page.page.evaluate("document.getElementById('chart-loss').layout.xaxis.range.map(Number)") == zoomed
    )

    # a double click shows the whole curve again, downsampled to at most 1000 points with every extreme kept
    page.page.mouse.dblclick(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    page.until("document.getElementById('chart-loss').layout.xaxis.autorange !== false")
    stored = curve(lab, run["id"])
    page.until(
        f"(document.getElementById('chart-loss').data.find(t => t.meta.run === '{run['id']}')).x.at(-1) === 20000"
    )
    drawn = page.trace(run["id"], "loss")
    assert len(drawn) <= 1000
    assert (drawn[:, 1].min(), drawn[:, 1].max()) == (stored[:, 1].min(), stored[:, 1].max())
    by_iteration = dict(stored.tolist())
    assert all(by_iteration[x] == y for x, y in drawn.tolist())


def test_nothing_scrolls_at_1280_by_800_and_colours_follow_the_system(open_page, lab):
    page = open_page(lab)
    # an optimizer with the fewest settings, and one with many
    for optimizer, scheme in (("sgd", "light"), ("adam", "dark")):
        page.page.emulate_media(color_scheme=scheme)
        page.choose("optimizer.name", optimizer)
        sizes = page.page.evaluate(
            """[document.documentElement, document.getElementById('form')]
               .map(e => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight])"""
        )
        assert sizes == [[0, 0], [0, 0]], optimizer
        background = page.page.evaluate(
            "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
        )
        assert (sum(background) < 200) == (scheme == "dark")


#: Controls covered by another element, even after scrolling to them. The bottom bar and Launch are fixed, so the page
#: does not scroll for them.
COVERED = """() => [...document.querySelectorAll('button, input, select, summary')]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.matches('.skip'))
    .filter((e) => {
        if (e.closest('.parts') === null && e.id !== 'launch') e.scrollIntoView({ block: 'center' });
        const { left, top, width, height } = e.getBoundingClientRect();
        const met = document.elementFromPoint(left + width / 2, top + height / 2);
        return !(met && (e.contains(met) || e.closest('label')?.contains(met)));
    }).map((e) => e.outerHTML)"""


def test_on_a_phone_and_at_twice_the_size_a_launch_shows_its_curve_then_the_result_and_the_form_is_one_tap_away(
    open_page, lab
):
    page = open_page(lab, viewport={"width": 390, "height": 844}, has_touch=True)
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=300)
    # a phone; 1280×800 and 1024×768 at 200 %. The second launch repeats the first, and a message says so above the bar.
    for width, height in ((390, 844), (640, 400), (512, 384)):
        page.page.set_viewport_size({"width": width, "height": height})
        page.page.evaluate("scrollTo(0, 0)")
        busy = """([text, top]) => {
            text.textContent = 'live · 12 of 12 workers busy, 1,234 waiting';
            return [top.offsetHeight, document.documentElement.scrollWidth];
        }"""
        top = "document.querySelector('.top')"
        high = page.page.evaluate(f"{top}.offsetHeight")
        text = "document.getElementById('status-text')"
        assert page.page.evaluate(f"({busy})([{text}, {top}])") == [high, width]
        run_id = page.press_launch()
        bar = page.page.locator(".parts").bounding_box()
        assert bar["y"] + bar["height"] == height
        assert bar["height"] <= height / 8
        seen = f"(({{top, bottom}}) => top >= 0 && bottom <= {bar['y']})"
        curve_box = "document.querySelector('#chart-loss').getBoundingClientRect()"
        page.until(f"{seen}({curve_box})")
        curve_top = page.page.evaluate(f"{curve_box}.top")
        page.wait_for(run_id, "completed")
        page.wait_for_points(run_id, 300)
        assert page.page.evaluate(f"{curve_box}.top") == curve_top
        tops = page.page.evaluate(
            """['lessons', 'form', 'curves', 'results']
               .map(id => document.getElementById(id).getBoundingClientRect().top)"""
        )
        assert tops == sorted(tops)
        for part, first in (("results", "#runs"), ("form", '[name="dataset.name"]'), ("curves", "#charts")):
            page.page.locator(f'.parts [data-go-to="{part}"]').tap()
            shown = f"document.querySelector('{first}').getBoundingClientRect()"
            assert page.page.evaluate(f"(({{top}}) => top >= 0 && top < {bar['y']})({shown})")
            page.until(f"document.querySelector('.parts [aria-current=true]').dataset.goTo === '{part}'")
        assert page.page.evaluate("document.documentElement.scrollWidth") == width
        assert page.page.evaluate(COVERED) == []
    page.until(f"document.querySelector('.toast:not([hidden])').getBoundingClientRect().bottom <= {bar['y']}")


#: Controls whose touch target (their own box or ::after) is smaller than 44 pixels or overlapped by another element.
NARROW = """(part) => [...document.querySelectorAll(`${part} :is(button, input, select, summary, textarea, a[href])`)]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.matches('.skip'))
    .filter((e) => {
        const target = e.closest('label') ?? e;
        if (!e.closest('.parts') && e.id !== 'launch') target.scrollIntoView({ block: 'center' });
        const box = target.getBoundingClientRect();
        const around = getComputedStyle(target, '::after');
        const small = ['width', 'height'].some((side) => Math.max(box[side], parseFloat(around[side]) || 0) < 44);
        const [middle, center] = [box.left + box.width / 2, box.top + box.height / 2];
        return small || [[0, -20], [0, 20], [-20, 0], [20, 0]].some(([x, y]) =>
            !target.contains(document.elementFromPoint(middle + x, center + y)));
    }).map((e) => e.outerHTML)"""


def test_every_touch_target_has_44_pixels_of_its_own(open_page, lab_with_runs):
    page = open_page(lab_with_runs, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    for language in ("en", "ja"):
        if language == "ja":
            page.page.tap('[data-language="ja"]')
            page.until("document.documentElement.lang === 'ja'")
        assert page.page.evaluate(NARROW, "body") == []
    page.page.tap(".further > summary")
    page.page.tap("#edit-layers")
    page.page.locator(".layer-line [aria-expanded]").first.tap()
    page.page.locator(".run-name").first.tap()
    page.page.wait_for_selector("#details-color")
    assert page.page.evaluate(NARROW, "body") == []
    for menu in (".run-tools .menu", ".details-foot .menu", ".more-lessons"):
        page.page.locator(f"{menu} > summary").first.tap()
        page.page.wait_for_selector(f"{menu}[open] > :nth-child(2)")
        assert page.page.evaluate(NARROW, f"{menu}[open]") == []
        page.page.keyboard.press("Escape")
    for opener in ('[data-chart="loss"] [popovertarget]', "#details-color", ".several"):
        page.page.locator(opener).first.tap()
        page.page.wait_for_selector(":popover-open")
        assert page.page.evaluate(NARROW, ":popover-open") == []
        page.page.keyboard.press("Escape")


def test_the_first_tab_leads_past_the_form_to_the_charts_and_the_address_stays(open_page, lab):
    page = open_page(lab)
    page.fill(training__iterations=77)
    address = page.address()
    page.page.reload()
    page.until_ready()
    page.page.keyboard.press("Tab")
    skip = page.page.locator(":focus")
    assert skip.inner_text() == "Skip to the charts"
    box = skip.bounding_box()
    assert box["y"] >= 0
    assert box["height"] >= 24
    page.page.keyboard.press("Enter")
    assert page.page.evaluate("document.activeElement.id") == "curves"
    page.page.keyboard.press("Tab")
    assert page.page.evaluate("!!document.activeElement.closest('#curves')")
    assert page.address() == address


def test_the_language_follows_the_browser_and_switches_in_place_as_does_the_theme_and_both_are_kept(
    open_page, lab
):
    page = open_page(lab, locale="ja-JP", color_scheme="light")
    assert page.page.inner_text("#launch span") == "学習開始"
    page.fill(training__iterations=123)

    page.page.click('[data-language="en"]')

    page.until("document.querySelector('#launch span').textContent === 'Launch'")
    assert page.page.input_value('[name="training.iterations"]') == "123"
    assert page.page.evaluate("document.documentElement.lang") == "en"
    page.page.click("#theme")
    assert page.page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.page.reload()
    page.until_ready()
    assert page.page.inner_text("#launch span") == "Launch"
    assert page.page.evaluate("document.documentElement.dataset.theme") == "dark"


HIDE = """(hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_hidden_tab_stops_requesting_rows_and_catches_up_when_it_is_shown(open_page, make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1")
    page = open_page(lab, reused=False, opened=False)
    page.page.clock.install()
    page.open()
    run = lab.launch(**{**ENDLESS, "network": {"preset": "mlp", "hidden": [400, 400]}})
    page.wait_for(run["id"], "running")
    lab.post(f"/api/runs/{run['id']}/pause")
    iteration = lab.wait_for(run["id"], "paused")["iteration"]
    page.wait_for_iteration(run["id"], iteration)

    def step(iterations):
        """Step the run and wait for its state (rows may not come); returns how many points the page shows."""
        nonlocal iteration
        iteration += iterations
        lab.post(f"/api/runs/{run['id']}/step", iterations=iterations)
        # the bar shows the fraction of ENDLESS's million iterations that are done
        page.until(
            f"document.querySelector('[data-run=\"{run['id']}\"] progress').value * 1e6 > {iteration - 1}"
        )
        page.page.wait_for_timeout(200)
        return len(page.trace(run["id"], "loss"))

    page.page.evaluate(HIDE, True)
    page.page.clock.fast_forward(11_000)
    # rows sent before the server knows that the tab is hidden still arrive
    wait_until(lambda: step(1) < iteration, "the page to stop requesting rows")
    shown = len(page.trace(run["id"], "loss"))
    assert step(50) == shown

    page.page.evaluate(HIDE, False)
    page.wait_for_iteration(run["id"], iteration)
    np.testing.assert_array_equal(page.trace(run["id"], "loss"), curve(lab, run["id"]))


def test_a_silently_dead_connection_is_reopened(open_page, make_lab):
    lab = make_lab()
    proxy = Proxy(lab.port)
    page = open_page(lab, reused=False, opened=False)
    try:
        page.page.clock.install()
        page.page.goto(f"http://127.0.0.1:{proxy.port}/")
        page.until_ready()
        proxy.fall_silent()
        run = lab.launch()
        lab.wait_for(run["id"], "completed")
        assert page.run_ids() == []

        page.page.clock.fast_forward(60_000)

        page.wait_for(run["id"], "completed")
        page.wait_for_points(run["id"], 200)
    finally:
        proxy.close()
