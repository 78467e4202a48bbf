"""School networks: a proxy breaks WebSockets, and the page still gets every row.

Of each kind there is one here; all of them, in any turn, are tested without a browser in tests/js/connection.test.js.
"""

import functools
import signal

import numpy as np
import pytest

from tests.support import proxy as proxies
from tests.support.experiments import ENDLESS, QUICK
from tests.support.proxy import Proxy
from tests.support.waiting import wait_until

LONG = {"iterations": 3000, "batch_size": 32, "evaluate_every": 100}

TREATMENTS = {
    "refused": proxies.refuse("403 Forbidden"),
    "swallowed": proxies.swallow,
    "silent after the first words": proxies.fall_silent_after(3),
    "closed after the first message": proxies.close_after_the_first_message,
    "held back": proxies.hold_back,
}
CONNECTION = "document.getElementById('status').dataset.connection"


@pytest.fixture
def network(lab):
    network = Proxy(lab.port)
    yield network
    network.close()


@pytest.fixture
def open_through(open_page, lab):
    """Opens the page through a proxy, with a clock that can be put forward."""
    opened = []

    def open_through(network, ready=True):
        page = open_page(lab, reused=False, opened=False)
        page.page.clock.install()
        page.page.goto(f"http://127.0.0.1:{network.port}/")
        opened.append(page)
        return page

    yield open_through
    for page in opened:
        page.errors = [text for text in page.errors if "WebSocket" not in text]


def pass_time_until(page, expression, meanwhile=lambda: None):
    """Put the page's clock forward, second by second, until a condition is true."""
    for _ in range(300):
        if page.page.evaluate(expression):
            return
        page.page.clock.fast_forward(1000)
        meanwhile()
        page.page.wait_for_timeout(30)
    raise AssertionError(f"not true after 300 s: {expression}")


def stored(lab, run_id, stream, column):
    columns, rows = lab.stored_rows(run_id, stream)
    return rows[:, [columns.index("iteration"), columns.index(column)]].astype(np.float64)


def assert_complete(page, lab, run_id):
    """What the page draws is what the store holds: each row once."""
    page.wait_for(run_id, "completed")
    page.wait_for_points(run_id, len(lab.stored_rows(run_id)[1]))
    np.testing.assert_array_equal(page.trace(run_id, "loss"), stored(lab, run_id, "train", "loss"))
    page.wait_for_points(run_id, len(lab.stored_rows(run_id, "evaluation")[1]), "test_accuracy", "accuracy")
    np.testing.assert_array_equal(
        page.trace(run_id, "test_accuracy", "accuracy"), stored(lab, run_id, "evaluation", "test_accuracy")
    )


def test_without_a_websocket_the_page_polls_and_has_every_row(open_through, lab, network):
    """Its messages are held back here. Refused and silent ones follow below, and all of them in turn."""
    before = lab.launch(name="before")
    network.websockets = proxies.hold_back
    page = open_through(network)
    pass_time_until(page, f"{CONNECTION} === 'polling'")
    page.until_ready()
    assert "this network blocks WebSockets" in page.page.inner_text("#status-text")
    assert "workers" in page.page.inner_text("#status-text")

    page.choose("dataset.name", "digits")
    page.fill(training__iterations=500)
    mine = page.press_launch()
    theirs = lab.launch(name="theirs", training=LONG)["id"]

    for run_id in (before["id"], mine, theirs):
        assert_complete(page, lab, run_id)
    lab.http.delete(f"/api/runs/{theirs}")
    page.until(f"!document.querySelector('[data-run=\"{theirs}\"]')")


def test_the_page_returns_to_the_socket_when_it_works_again(open_through, lab, network):
    network.websockets = proxies.refuse("403 Forbidden")
    page = open_through(network)
    polls = []

    def note(request):
        if request.url.endswith("/api/stream"):
            polls.append(request)

    page.page.on("request", note)
    pass_time_until(page, f"{CONNECTION} === 'polling'")
    run = lab.launch(**{**ENDLESS, "name": "over both ways"})
    wait_until(lambda: lab.run(run["id"])["iteration"] >= 50, "50 iterations")
    lab.post(f"/api/runs/{run['id']}/pause")
    page.wait_for_iteration(run["id"], lab.wait_for(run["id"], "paused")["iteration"])

    network.websockets = None
    # a trial connection must receive something from the lab
    step = functools.partial(lab.post, f"/api/runs/{run['id']}/step", iterations=1)
    pass_time_until(page, f"{CONNECTION} === 'live'", step)
    asked = len(polls)
    assert asked > 1
    lab.post(f"/api/runs/{run['id']}/step", iterations=100)
    lab.post(f"/api/runs/{run['id']}/cancel")
    page.wait_for(run["id"], "cancelled")
    rows = stored(lab, run["id"], "train", "loss")
    last = f"t.meta.run === '{run['id']}' && t.x.at(-1) === {len(rows)}"
    page.until(f"document.getElementById('chart-loss').data.some(t => {last})")
    assert list(rows[:, 0]) == list(range(1, len(rows) + 1))
    drawn = page.trace(run["id"], "loss")
    truth = dict(rows.tolist())
    assert all(truth[x] == y for x, y in drawn.tolist())
    assert len(set(drawn[:, 0])) == len(drawn)
    page.page.clock.fast_forward(10_000)
    page.page.wait_for_timeout(300)
    assert len(polls) == asked, "it goes on asking though the socket is there"


def test_a_download_is_followed_by_polling(open_page, unfetched_lab):
    network = Proxy(unfetched_lab.port)
    network.websockets = proxies.refuse("403 Forbidden")
    page = open_page(unfetched_lab, reused=False, opened=False, locale="ja-JP")
    page.page.goto(f"http://127.0.0.1:{network.port}/")
    page.until(f"{CONNECTION} === 'polling'")
    assert "このネットワークは WebSocket を通しません" in page.page.inner_text("#status-text")
    page.choose("dataset.name", "mnist")

    page.page.click("#fetch")

    page.until(
        "document.querySelector('[name=\"dataset.name\"] option:checked').textContent.includes('60,000')"
    )
    network.close()
    page.errors = [text for text in page.errors if "WebSocket" not in text]


def test_a_socket_that_falls_silent_in_the_middle_is_replaced_by_polling(open_through, lab, network):
    page = open_through(network)
    page.until(f"{CONNECTION} === 'live'")
    network.websockets = proxies.swallow
    network.cut()
    run = lab.launch(name="in the middle")
    pass_time_until(page, f"{CONNECTION} === 'polling'")

    assert_complete(page, lab, run["id"])


def test_a_polling_page_shows_that_the_lab_is_offline_and_continues_when_it_is_back(
    open_page, open_through, make_lab
):
    lab = make_lab(LOSSROOM_WORKERS="1")
    network = Proxy(lab.port)
    network.websockets = proxies.refuse("403 Forbidden")
    page = open_page(lab, reused=False, opened=False)
    page.page.goto(f"http://127.0.0.1:{network.port}/")
    page.until(f"{CONNECTION} === 'polling'")
    run = lab.launch(**{**QUICK, "training": LONG})
    page.wait_for_points(run["id"], 50)

    lab.stop(signal.SIGKILL)
    page.until(f"{CONNECTION} === 'offline'")
    assert "reconnecting" in page.page.inner_text("#status-text")
    lab.start()

    page.until(f"{CONNECTION} === 'polling'")
    assert_complete(page, lab, run["id"])
    network.close()
    page.errors = [text for text in page.errors if "WebSocket" not in text]


def test_a_refused_page_shows_the_reason_and_does_not_say_that_it_reconnects(open_through, lab, network):
    """A proxy requests the lab under another host name, and the browser does not send the page's origin."""
    name = f"127.0.0.1:{network.port}".encode()
    other = name.replace(b"127.0.0.1", b"127.0.0.2")

    def rewrite(data):
        return data.replace(b"Host: " + name, b"Host: " + other).replace(b"Sec-Fetch-", b"X-Lost-Was-")

    network.rewrite = rewrite
    page = open_through(network)
    page.until(f"{CONNECTION} === 'refused'")

    assert f"its request reached the lab as {other.decode()}" in page.page.inner_text("#status-text")
    page.page.wait_for_timeout(3000)
    assert page.page.evaluate(CONNECTION) == "refused", "the tries after it do not hide the reason"
    network.rewrite = bytes
    network.cut()
    page.until(f"{CONNECTION} === 'live'")


def test_after_any_sequence_of_network_faults_the_page_has_every_row_once(open_through, lab, network):
    random = np.random.default_rng(1)
    page = open_through(network)
    page.until(f"{CONNECTION} === 'live'")
    run = lab.launch(**{**ENDLESS, "name": "in turn"})
    treatments = [None, *TREATMENTS.values()]
    for _ in range(8):
        network.websockets = treatments[random.integers(len(treatments))]
        if random.random() < 0.7:
            network.cut()
        for _ in range(random.integers(1, 40)):
            page.page.clock.fast_forward(1000)
            page.page.wait_for_timeout(20)
    lab.post(f"/api/runs/{run['id']}/cancel")
    network.websockets = [None, proxies.refuse("403 Forbidden")][random.integers(2)]
    network.cut()

    pass_time_until(
        page, f"document.querySelector('[data-run=\"{run['id']}\"]')?.dataset.status === 'cancelled'"
    )
    rows = stored(lab, run["id"], "train", "loss")
    last = f"t.meta.run === '{run['id']}' && t.x.at(-1) === {len(rows)}"
    page.until(f"document.getElementById('chart-loss').data.some(t => {last})")
    drawn = page.trace(run["id"], "loss")
    truth = dict(rows.tolist())
    assert all(truth[x] == y for x, y in drawn.tolist())
    assert len(set(drawn[:, 0])) == len(drawn)
