"""The lab behind a real nginx: at the root and below a path, with TLS and without, by the block of docs/proxies.md."""

import contextlib
import itertools
import json
import re
import shutil
import signal
import sys
import time
from http.cookies import SimpleCookie
from urllib.parse import urljoin

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.jobs.scheduler import BEAT_SECONDS
from tests.support.class_lab import running_class
from tests.support.lab_server import LabServer
from tests.support.nginx import BINARY, NAME, Nginx, block, changed
from tests.support.waiting import TIMEOUT, wait_until

pytestmark = pytest.mark.skipif(
    BINARY is None or shutil.which("openssl") is None,
    reason="there is no nginx, or no openssl, on this machine (scripts/ensure-nginx.sh)",
)

AT_THE_ROOT = [("location /lab/", "location /"), ("X-Forwarded-Prefix /lab;", "X-Forwarded-Prefix /;")]
WITHOUT_TLS = [
    ("listen 443 ssl;", "listen 80;"),
    (f"    ssl_certificate     /etc/ssl/{NAME}.crt;\n", ""),
    (f"    ssl_certificate_key /etc/ssl/{NAME}.key;\n", ""),
]
PLACES = {
    "below a path, TLS": ([], True),
    "below a path": (WITHOUT_TLS, False),
    "at the root, TLS": (AT_THE_ROOT, True),
    "at the root": ([*AT_THE_ROOT, *WITHOUT_TLS], False),
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory, data_dir):
    """As docs/proxies.md sets it."""
    settings = {
        "LOSSROOM_HOST": "127.0.0.1",
        "LOSSROOM_TRUSTED_PROXIES": "127.0.0.1",
        "LOSSROOM_PUBLIC_URL": f"https://{NAME}/lab",
    }
    folder = tmp_path_factory.mktemp("lab")
    lab = LabServer(folder / "state", data_dir, environment=settings)
    lab.state_dir.mkdir()
    lab.start()
    yield lab
    lab.stop(signal.SIGKILL)


@pytest.fixture
def behind(tmp_path):
    """Starts nginx before a lab, with changes of the documented block."""
    stack, folders = [], (tmp_path / f"nginx{number}" for number in itertools.count())

    def behind(lab, changes, *, tls):
        running = Nginx(next(folders), changed(block(), *changes), tls=tls).running(lab.port)
        stack.append(running)
        return running.__enter__()

    yield behind
    for running in stack:
        running.__exit__(None, None, None)


@pytest.fixture(params=PLACES.values(), ids=list(PLACES))
def nginx(request, behind, lab):
    changes, tls = request.param
    return behind(lab, changes, tls=tls)


def own(nginx):
    """The headers of an older browser on the lab's own page: only the origin."""
    return {"Origin": nginx.origin}


def links(nginx, path):
    """The addresses in a page, as a browser reads them."""
    text = nginx.get(path).raise_for_status().text
    return [urljoin(nginx.path + path, link) for link in re.findall(r'(?:href|src)="([^"#]+)', text)]


def test_every_address_of_the_pages_leads_to_something(nginx):
    found = [
        *links(nginx, ""),
        *links(nginx, "docs"),
        nginx.path + "favicon.ico",
        nginx.path + "openapi.json",
    ]
    assert len(found) > 40
    for link in found:
        answer = nginx.get(link)
        while answer.is_redirect:
            link = urljoin(link, answer.headers["location"])
            assert link.startswith(nginx.path)
            answer = nginx.get(link)
        assert answer.status_code == 200, link
    servers = nginx.get("openapi.json").json().get("servers", [{"url": ""}])
    assert servers == [{"url": nginx.path.rstrip("/")}]


def test_pages_and_their_cache_headers_are_the_same_as_without_a_proxy(nginx, lab):
    assert nginx.get("").text == lab.http.get("/").text
    script = re.search(r'src="(static/[0-9a-f]{16}/js/lab.js)"', nginx.get("").text)[1]
    near, far = lab.http.get(f"/{script}"), nginx.get(script)
    assert far.headers["cache-control"] == near.headers["cache-control"]
    assert "immutable" in far.headers["cache-control"]
    assert nginx.get(script, **{"If-None-Match": far.headers["etag"]}).status_code == 304
    plain = nginx.get("static/js/lab.js", **{"If-None-Match": near.headers["etag"]})
    assert (plain.status_code, plain.headers["cache-control"]) == (304, "no-cache")


def test_a_run_is_launched_and_its_rows_come_over_the_socket(nginx):
    experiment = {"dataset": {"name": "digits"}, "training": {"iterations": 30, "batch_size": 8}}
    launched = nginx.request("POST", "api/runs", json=experiment, headers=own(nginx))
    assert launched.status_code == 201, launched.text
    run_id = launched.json()["id"]
    rows = 0
    with nginx.socket(**own(nginx)) as socket:
        socket.send(json.dumps({"subscribe": {run_id: 0}}))
        while rows < 30:
            message = socket.recv(timeout=TIMEOUT)
            if isinstance(message, bytes):
                header = json.loads(message[4 : 4 + int.from_bytes(message[:4], "little")])
                rows += header["rows"] if header["stream"] == "train" else 0
    assert rows == 30
    assert nginx.get(f"api/runs/{run_id}/export.csv").text.count("\n") > 30


def test_a_page_of_another_site_is_refused_behind_nginx_too(nginx):
    evil = {"Origin": "http://evil.example"}
    answer = nginx.request("POST", "api/runs", json={}, headers=evil)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "cross_origin")
    with pytest.raises(InvalidStatus) as refused:
        nginx.socket(**evil)
    assert refused.value.response.status_code == 403


def test_an_import_longer_than_nginx_lets_through_by_itself_reaches_the_lab(nginx):
    document = json.dumps({"lossroom": 1, "runs": [], "filling": "x" * 3_000_000})
    answer = nginx.request("POST", "api/imports", content=document, headers=own(nginx))
    assert answer.status_code == 422
    assert answer.json()["error"]["code"]


def test_the_path_without_its_slash_leads_to_the_page(behind, lab):
    nginx = behind(lab, [], tls=True)
    answer = nginx.get("/lab")
    assert (answer.status_code, answer.headers["location"]) == (301, nginx.url)


def test_a_class_below_a_path_has_its_cookie_there_and_only_with_tls_if_it_came_so(behind, tmp_path):
    settings = {"LOSSROOM_TRUSTED_PROXIES": "127.0.0.1", "LOSSROOM_ALLOWED_ORIGINS": f"https://{NAME}"}
    with running_class(tmp_path, **settings) as lab:
        for changes, tls in ([], True), ([*AT_THE_ROOT, *WITHOUT_TLS], False):
            nginx = behind(lab, changes, tls=tls)
            sent = nginx.get("")
            assert (sent.status_code, urljoin(nginx.path, sent.headers["location"])) == (
                303,
                f"{nginx.path}join",
            )
            assert nginx.get("join").status_code == 200
            who = {"code": lab.code, "nickname": f"Ada {tls}"}
            joined = nginx.request("POST", "api/class/join", json=who, headers=own(nginx))
            assert joined.status_code == 201, joined.text
            (cookie,) = SimpleCookie(joined.headers["set-cookie"]).values()
            assert (cookie["path"], bool(cookie["secure"]), bool(cookie["httponly"])) == (
                nginx.path,
                tls,
                True,
            )
            assert cookie["samesite"].lower() == "lax"
            assert nginx.get("").status_code == 200
            with nginx.socket(**own(nginx), Cookie=f"{cookie.key}={cookie.value}") as socket:
                assert json.loads(socket.recv(timeout=TIMEOUT))["type"] == "hello"
            with pytest.raises(InvalidStatus):
                nginx.socket(**own(nginx))
            secret = {"secret": lab.secret}
            assert (
                nginx.request("POST", "api/class/enter", json=secret, headers=own(nginx)).status_code == 200
            )
            assert nginx.url.rstrip("/") in nginx.get("api/class").json()["addresses"]


def drain(socket):
    while True:
        socket.recv(timeout=TIMEOUT)


#: `lossroom serve`, but something is sent after this long without news.
BEAT = 0.3
BEATING = f"import app.cli, app.jobs.scheduler, sys; app.jobs.scheduler.BEAT_SECONDS = {BEAT}; sys.exit(app.cli.main())"


def test_a_stream_without_news_stays_open_for_longer_than_nginx_waits(behind, tmp_path):
    variables = {"LOSSROOM_PUBLIC_URL": f"https://{NAME}/lab", "LOSSROOM_TRUSTED_PROXIES": "127.0.0.1"}
    program = (sys.executable, "-c", BEATING, "serve")
    with LabServer(tmp_path / "state", tmp_path, program=program, environment=variables) as lab:
        nginx = behind(lab, [("proxy_read_timeout 10m;", "proxy_read_timeout 2s;")], tls=True)
        wait_until(lambda: nginx.get("health").status_code == 200, "the lab behind nginx")
        with nginx.socket(**own(nginx)) as socket:
            deadline = time.monotonic() + 3
            while (left := deadline - time.monotonic()) > 0:
                with contextlib.suppress(TimeoutError):
                    socket.recv(timeout=left)
            run_id = lab.launch()["id"]
            while run_id not in {
                run["id"] for run in json.loads(socket.recv(timeout=TIMEOUT)).get("runs", [])
            }:
                pass
            lab.process.send_signal(signal.SIGSTOP)  # now it is silent, and nginx does not wait
            try:
                with pytest.raises(ConnectionClosed):
                    drain(socket)
            finally:
                lab.process.send_signal(signal.SIGCONT)
    assert BEAT < 2 < 2 * BEAT_SECONDS <= 60, "nginx by itself waits for a minute"


@pytest.mark.parametrize("prefix_header", [True, False])
def test_a_proxy_that_leaves_the_path_works_too_with_the_root_path_set(behind, make_lab, prefix_header):
    settings = {"LOSSROOM_ROOT_PATH": "/lab/", "LOSSROOM_ALLOWED_ORIGINS": f"http://{NAME}"}
    lab = make_lab(**settings, **({"LOSSROOM_TRUSTED_PROXIES": "127.0.0.1"} if prefix_header else {}))
    changes = [
        *WITHOUT_TLS,
        ("http://127.0.0.1:8000/;", "http://127.0.0.1:8000;"),
        ("location /lab/", "location /lab"),
    ]
    nginx = behind(lab, changes, tls=False)
    nginx.path = "/lab/"
    answer = nginx.get("/lab?lang=ja")
    assert (answer.status_code, answer.headers["location"]) == (308, "/lab/?lang=ja")
    assert [link for link in links(nginx, "") if nginx.get(link).status_code != 200] == []
    assert nginx.request("POST", "api/runs", json={}, headers=own(nginx)).status_code == 201
    with nginx.socket(**own(nginx)) as socket:
        assert json.loads(socket.recv(timeout=TIMEOUT))["type"] == "hello"
    # and clients that reach the lab directly, such as health checks
    assert lab.http.get("/health").status_code == lab.http.get("/lab/health").status_code == 200
    assert lab.http.get("/lab/openapi.json").json()["servers"] == [{"url": "/lab"}]


LOST = {
    "the host, as nginx does by itself": ("        proxy_set_header Host $http_host; ", "        # "),
    "the port": ("Host $http_host;", "Host $host;"),
}


@pytest.mark.parametrize("change", LOST.values(), ids=LOST)
def test_if_nginx_loses_the_host_name_the_browsers_headers_decide_or_the_log_names_the_setting(
    behind, make_lab, change
):
    lab = make_lab(LOSSROOM_ALLOWED_ORIGINS=f"https://{NAME}")
    nginx = behind(lab, [change], tls=True)
    modern = {**own(nginx), "Sec-Fetch-Site": "same-origin"}
    assert nginx.request("POST", "api/runs", json={}, headers=modern).status_code == 201
    assert nginx.request("POST", "api/runs", json={}, headers=own(nginx)).status_code == 403
    with pytest.raises(InvalidStatus):
        nginx.socket(**own(nginx))
    lines = wait_until(lambda: [line for line in lab.read_log().splitlines() if "refused" in line], "the log")
    for line in lines:
        assert f"LOSSROOM_ALLOWED_ORIGINS={nginx.origin}" in line
        assert "proxy_set_header Host $http_host" in line
    lab.environment["LOSSROOM_ALLOWED_ORIGINS"] += f" {nginx.origin}"
    lab.restart()
    assert nginx.request("POST", "api/runs", json={}, headers=own(nginx)).status_code == 201
    with nginx.socket(**own(nginx)) as socket:
        assert json.loads(socket.recv(timeout=TIMEOUT))["type"] == "hello"


def test_a_host_that_nginx_gives_in_another_header_counts_from_a_named_proxy(behind, make_lab):
    change = ("proxy_set_header Host $http_host;", "proxy_set_header X-Forwarded-Host $http_host;")
    lab = make_lab(LOSSROOM_ALLOWED_ORIGINS=f"https://{NAME}")
    nginx = behind(lab, [change], tls=True)
    assert nginx.request("POST", "api/runs", json={}, headers=own(nginx)).status_code == 403
    assert "LOSSROOM_TRUSTED_PROXIES does not name 127.0.0.1" in lab.read_log()
    lab.environment["LOSSROOM_TRUSTED_PROXIES"] = "127.0.0.1"
    lab.restart()
    assert nginx.request("POST", "api/runs", json={}, headers=own(nginx)).status_code == 201
    with nginx.socket(**own(nginx)) as socket:
        assert json.loads(socket.recv(timeout=TIMEOUT))["type"] == "hello"


def test_the_block_is_the_same_in_both_languages():
    without_comments = [
        re.sub(r" *#.*", "", block(path)) for path in ("docs/proxies.md", "docs/proxies.ja.md")
    ]
    assert without_comments[0] == without_comments[1]
