"""The page behind a real nginx, with TLS and below a path, by the block of docs/proxies.md."""

import shutil

import pytest

from tests.support.chromium import NO_OTHER_HOST, OWN_HOST, launch
from tests.support.lab_page import LabPage
from tests.support.nginx import BINARY, NAME, Nginx, block
from tests.support.tabs import DEFAULTS
from tests.support.waiting import TIMEOUT

pytestmark = pytest.mark.skipif(
    BINARY is None or shutil.which("openssl") is None,
    reason="there is no nginx, or no openssl, on this machine (scripts/ensure-nginx.sh)",
)


@pytest.fixture
def nginx(make_lab, tmp_path):
    lab = make_lab(LOSSROOM_ALLOWED_ORIGINS=f"https://{NAME}", LOSSROOM_TRUSTED_PROXIES="127.0.0.1")
    with Nginx(tmp_path / "nginx", block(), tls=True).running(lab.port) as nginx:
        yield nginx


@pytest.fixture
def page(browser, nginx):
    """The lab's page in a browser that finds the name `lab.example` on this machine."""
    with launch(
        browser.browser_type, f"--host-resolver-rules=MAP {NAME} {OWN_HOST}, {NO_OTHER_HOST}"
    ) as chromium:
        context = chromium.new_context(**DEFAULTS, ignore_https_errors=True)
        context.set_default_timeout(1000 * TIMEOUT)
        page = LabPage(context.new_page(), nginx)
        yield page
        assert page.errors == []
        assert page.foreign_requests == []


def test_below_a_path_with_tls_a_run_is_launched_its_curve_is_seen_and_the_api_is_read_and_tried(page, nginx):
    asked = []
    page.page.on("request", lambda request: asked.append(request.url))
    page.page.on("websocket", lambda socket: asked.append(socket.url))
    page.page.reload()
    page.until_ready()
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=20)
    run = page.press_launch()
    page.wait_for(run, "completed")
    page.wait_for_points(run, 20)
    assert nginx.url.replace("https", "wss") + "ws" in asked
    assert [url for url in asked if not url.split("://")[1].startswith(nginx.url.split("://")[1])] == []

    page.page.click(f'[data-run="{run}"] .run-name')
    links = page.until(
        "(links => links.length && links)([...document.querySelectorAll('a[download]')].map(a => a.href))"
    )
    assert [link for link in links if not link.startswith(f"{nginx.url}api/")] == []
    assert page.page.evaluate("link => fetch(link).then(answer => answer.status)", links[0]) == 200

    page.page.click("[data-language=ja]")
    page.until("document.documentElement.lang === 'ja'")
    (cookie,) = page.page.context.cookies()
    assert (cookie["name"], cookie["value"], cookie["path"]) == ("language", "ja", nginx.path)

    # the page of the API is read and tried there too
    page.page.goto(f"{nginx.url}docs")
    page.page.locator(".opblock-summary", has_text="/health/live").click()
    page.page.get_by_role("button", name="Try it out").click()
    page.page.get_by_role("button", name="Execute").click()
    assert page.page.locator(".request-url pre").inner_text() == f"{nginx.url}health/live"
    page.page.locator(".live-responses-table", has_text='"alive"').wait_for()
