"""The check of a request's origin: which requests are accepted and which are refused, without a server."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.security.origin import LOGGED, OriginCheck, is_loopback
from app.security.proxies import Proxies
from tests.support import event_loop

UNSAFE = ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]


def ask(
    headers,
    *,
    method="POST",
    kind="http",
    host="0.0.0.0",
    allowed=(),
    named=(),
    root_path="",
    path="/api/runs",
    client="10.0.0.9",
    checked=None,
):
    """The outcome of one request: its status, its error's code, and the scope that the lab received.

    Headers are a dictionary, or a list of pairs where one comes twice.
    """
    reached = []

    async def lab(scope, receive, send):
        reached.append(scope)
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"{}"})
        else:
            await send({"type": "websocket.accept"})

    pairs = headers.items() if isinstance(headers, dict) else headers
    scope = {
        "type": kind,
        "scheme": "http" if kind == "http" else "ws",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "client": (client, 50000),
        "headers": [(name.lower().encode(), value.encode()) for name, value in pairs],
        "extensions": {"websocket.http.response": {}},
    }
    if kind == "http":
        scope["method"] = method
    sent = []

    async def send(message):
        sent.append(message)

    app = Proxies(checked or OriginCheck(lab, host=host, allowed=allowed), named=named, root_path=root_path)
    event_loop.run(app(scope, None, send))
    if sent[0]["type"] == "websocket.accept":
        return 101, None, reached[0]
    body = json.loads(b"".join(message.get("body", b"") for message in sent))
    return sent[0]["status"], body.get("error", {}).get("code"), reached[0] if reached else None


def status(headers, **options):
    return ask(headers, **options)[0]


EVIL = "http://evil.example"
LAB = {"Host": "10.0.0.2:8000"}

REFUSED = {
    "another site": {"Origin": EVIL},
    "another site, in the browser's word": {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"},
    "another site without an origin": {"Sec-Fetch-Site": "cross-site"},
    "another port of this host": {"Origin": "http://10.0.0.2:3000", "Sec-Fetch-Site": "same-site"},
    "another port of this host, in an old browser": {"Origin": "http://10.0.0.2:3000"},
    "the http page of an https lab": {"Origin": "http://10.0.0.2:8000", "Sec-Fetch-Site": "cross-site"},
    "a sandboxed frame": {"Origin": "null"},
    "a sandboxed frame, in the browser's word": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    "an extension": {"Origin": "chrome-extension://10.0.0.2:8000", "Sec-Fetch-Site": "none"},
    "a user name that looks like the lab": {"Origin": "http://10.0.0.2:8000@evil.example"},
    "a user name before the lab": {"Origin": "http://evil.example@10.0.0.2:8000"},
    "the lab's name with more after it": {"Origin": "http://10.0.0.2:8000.evil.example"},
    "a port that is none": {"Origin": "http://10.0.0.2:8000x"},
    "an empty origin": {"Origin": ""},
    "a word that is none": {"Sec-Fetch-Site": "same_origin"},
    "no host to compare with": {"Origin": EVIL, "Host": ""},
}

TAKEN = {
    "a program": {},
    "the lab's page": {"Origin": "http://10.0.0.2:8000", "Sec-Fetch-Site": "same-origin"},
    "the lab's page in an old browser": {"Origin": "http://10.0.0.2:8000"},
    "the lab's page that hides where it comes from": {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    "a typed address": {"Sec-Fetch-Site": "none"},
    "the browser's word where a proxy has lost the host": {
        "Origin": "https://lab.example", "Host": "lossroom", "Sec-Fetch-Site": "same-origin",
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED)
def test_a_page_of_another_site_is_refused(headers, kind):
    assert ask({**LAB, **headers}, kind=kind) == (403, "cross_origin", None)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("headers", TAKEN.values(), ids=TAKEN)
def test_the_labs_own_pages_and_programs_are_accepted(headers, kind):
    assert status({**LAB, **headers}, kind=kind) == (200 if kind == "http" else 101)


@pytest.mark.parametrize("method", UNSAFE)
def test_every_method_but_those_that_only_read_is_checked(method):
    assert status({**LAB, "Origin": EVIL}, method=method) == 403
    assert status({**LAB, "Origin": EVIL}, method="GET") == 200
    assert status({**LAB, "Origin": EVIL}, method="HEAD") == 200
    assert status({**LAB, "Origin": EVIL}, method="OPTIONS") == 200


@pytest.mark.parametrize("name", ["Origin", "Host", "Sec-Fetch-Site"])
def test_a_repeated_header_is_refused(name):
    own = {**LAB, "Origin": "http://10.0.0.2:8000"} | (
        {"Sec-Fetch-Site": "same-origin"} if "Sec" in name else {}
    )
    assert status(own) == 200
    twice = [*own.items(), (name, own[name])]
    assert status(twice) == 403


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://lab.example", "lab.example:443"),
        ("https://lab.example", "lab.example"),
        ("http://lab.example", "lab.example:80"),
        ("https://lab.example:443", "lab.example"),
        ("https://lab.example:8443", "lab.example:8443"),
        ("https://LAB.example", "lab.EXAMPLE."),
        ("http://[::1]:8000", "[0:0:0:0:0:0:0:1]:8000"),
    ],
)
def test_a_default_port_may_be_left_out_and_a_name_has_many_spellings(origin, host):
    assert status({"Origin": origin, "Host": host}) == 200


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://lab.example", "lab.example:80"),
        ("http://lab.example", "lab.example:443"),
        ("https://lab.example:8443", "lab.example"),  # nginx's $host loses the port
        ("https://lab.example", "127.0.0.1:8000"),  # nginx's default Host
        ("https://lab.example", "lossroom"),
    ],
)
def test_if_a_proxy_loses_the_name_or_the_port_the_log_names_the_setting_that_helps(origin, host, caplog):
    assert status({"Origin": origin, "Host": host}) == 403
    (line,) = caplog.messages
    assert origin in line
    assert host in line
    assert f"LOSSROOM_ALLOWED_ORIGINS={origin}" in line
    assert "proxy_set_header Host $http_host" in line
    assert status({"Origin": origin, "Host": host}, allowed=[origin]) == 200
    assert status({"Origin": EVIL, "Host": host}, allowed=[origin]) == 403


HEADERS = st.fixed_dictionaries(
    {
        "Origin": st.sampled_from(
            [EVIL, "null", "http://10.0.0.2", "https://10.0.0.2:8001", "http://localhost:8000"]
        )
    },
    optional={
        "Sec-Fetch-Site": st.sampled_from(["cross-site", "same-site", "none", "", "Same-Origin"]),
        "Sec-Fetch-Mode": st.sampled_from(["navigate", "no-cors", "cors", "websocket"]),
        "X-Forwarded-Host": st.sampled_from(["evil.example", "localhost:8000"]),
        "Referer": st.just("http://10.0.0.2:8000/"),
        "Content-Type": st.sampled_from(["text/plain", "application/json"]),
        "Authorization": st.just("Basic eDp5"),
    },
)


@given(HEADERS, st.sampled_from(["http", "websocket"]), st.sampled_from(UNSAFE))
def test_nothing_that_a_page_of_another_site_can_add_lets_it_in(headers, kind, method):
    assert status({**LAB, **headers}, kind=kind, method=method) == 403


# -- foreign names that resolve to this machine --------------------------------------------------------------

OWN_NAMES = [
    "localhost:8000",
    "LOCALHOST",
    "localhost.:8000",
    "x.localhost",
    "127.0.0.1:8000",
    "[::1]:8000",
    "10.0.0.2",
]
STRANGE_NAMES = [
    "evil.example",
    "localhost.evil.example",
    "lab",
    "",
    "evil@localhost",
    "localhost:x",
    "127.0.0.1, evil",
]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("host", STRANGE_NAMES)
def test_a_lab_on_loopback_refuses_foreign_host_names(host, method, caplog):
    assert ask({"Host": host}, method=method, host="127.0.0.1") == (403, "unknown_host", None)
    assert ask({"Host": host}, kind="websocket", host="::1")[1] == "unknown_host"
    assert host in caplog.messages[0]
    assert "LOSSROOM_ALLOWED_ORIGINS=http://" in caplog.messages[0]


@pytest.mark.parametrize("host", OWN_NAMES)
def test_a_lab_on_loopback_accepts_names_of_this_machine_and_ip_addresses(host):
    assert status({"Host": host}, method="GET", host="localhost") == 200
    page = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
    assert status(page, host="127.0.0.1") == 200


def test_a_foreign_name_that_resolves_to_this_machine_is_refused_although_the_origin_matches():
    rebound = {
        "Host": "evil.example:8000",
        "Origin": "http://evil.example:8000",
        "Sec-Fetch-Site": "same-origin",
    }
    assert ask(rebound, host="127.0.0.1")[1] == "unknown_host"
    # its page is of the lab's origin then, and can send what a proxy sends
    forged = {**rebound, "X-Forwarded-Host": "localhost:8000"}
    assert ask(forged, host="127.0.0.1", named=["127.0.0.1"], client="127.0.0.1")[1] == "unknown_host"


def test_names_in_the_setting_are_accepted():
    named = {"allowed": ["https://lab.example"], "host": "127.0.0.1"}
    assert status({"Host": "lab.example"}, method="GET", **named) == 200
    assert status({"Host": "other.example"}, method="GET", **named) == 403
    assert status({}, method="GET", **named) == 200  # an HTTP/1.0 client, which sends no Host


def test_a_lab_open_to_the_network_accepts_any_host_name():
    assert status({"Host": "lab-pc:8000"}, method="GET", host="0.0.0.0") == 200
    assert [host for host in ("127.0.0.1", "localhost", "::1") if not is_loopback(host)] == []
    assert [host for host in ("0.0.0.0", "::", "10.1.2.3", "") if is_loopback(host)] == []


# -- proxies ----------------------------------------------------------------------------------------

BEHIND = {"Host": "lossroom:8000", "Origin": "https://lab.example", "X-Forwarded-Host": "lab.example"}


def test_only_a_named_proxy_may_give_the_requested_host(caplog):
    assert status(BEHIND, named=["10.0.0.0/24"]) == 200
    assert status(BEHIND, named=["10.0.0.9"]) == 200
    assert status(BEHIND, named=["10.0.0.9"], client="::ffff:10.0.0.9") == 200
    assert caplog.messages == []
    assert status(BEHIND, named=["10.0.1.0/24"]) == 403
    assert "LOSSROOM_TRUSTED_PROXIES does not name 10.0.0.9" in caplog.messages[0]
    assert status(BEHIND) == 403
    assert status({**BEHIND, "Origin": EVIL}, named=["10.0.0.9"]) == 403


def test_of_several_forwarded_hosts_the_nearest_proxys_counts():
    assert status({**BEHIND, "X-Forwarded-Host": "evil.example, lab.example"}, named=["10.0.0.9"]) == 200
    assert status({**BEHIND, "X-Forwarded-Host": "lab.example, evil.example"}, named=["10.0.0.9"]) == 403


def test_a_named_proxy_gives_the_scheme_and_the_path_prefix():
    headers = {"Host": "lab", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/lab/"}
    for path in ("/api/runs", "/lab/api/runs"):
        *_, scope = ask(headers, named=["10.0.0.9"], path=path)
        assert (scope["scheme"], scope["root_path"], scope["path"]) == ("https", "/lab", "/lab/api/runs")
        assert scope["raw_path"] == b"/lab/api/runs"
    *_, scope = ask(headers, named=["10.0.0.9"], kind="websocket", path="/ws")
    assert scope["scheme"] == "wss"
    *_, scope = ask(headers)
    assert (scope["scheme"], scope.get("root_path", ""), scope["path"]) == ("http", "", "/api/runs")


@pytest.mark.parametrize("prefix", ["//evil.example", "/a/../b", "lab", "/<script>", "/api"])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_prefix_that_could_mean_something_else_is_refused(prefix, kind):
    code = ask({**LAB, "X-Forwarded-Prefix": prefix}, named=["10.0.0.9"], kind=kind)[:2]
    assert code == (400, "forwarded_prefix")


# -- the log ----------------------------------------------------------------------------------------


def test_the_log_is_bounded_and_counts_what_it_leaves_out(caplog, monkeypatch):
    checked = OriginCheck(None, host="0.0.0.0")
    now = [1000.0]
    monkeypatch.setattr("app.security.origin.time.monotonic", lambda: now[0])
    for _ in range(LOGGED + 30):
        ask({**LAB, "Origin": EVIL}, checked=checked)
    assert len(caplog.messages) == LOGGED
    now[0] += 61
    ask({**LAB, "Origin": EVIL}, checked=checked)
    assert caplog.messages[LOGGED] == "30 more requests were refused and not logged"
    assert len(caplog.messages) == LOGGED + 2


def test_what_is_logged_and_answered_is_short_and_of_one_line(caplog):
    caplog.set_level(logging.WARNING)
    ask({"Host": "x" * 5000, "Origin": "http://\x1b[31mevil\x07" + "y" * 5000}, path="/a\nWARNING b")
    (line,) = caplog.messages
    assert len(line) < 1000
    assert line.isprintable()
