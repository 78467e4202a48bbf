"""A page of another site can change nothing in a real lab, on any route; programs and the lab's own pages can."""

import re
import socket

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from app.main import create_app
from app.security.origin import LOGGED
from app.security.prefix import OWN_NAMES
from tests.support import made_once
from tests.support.experiments import ENDLESS

DOCUMENT = made_once.openapi()
SAFE = {"get", "head", "options"}
EVIL = {"Origin": "http://evil.example"}
ELSEWHERE = {
    "cross-site": {**EVIL, "Sec-Fetch-Site": "cross-site"},
    "an old browser": EVIL,
    "another port": {"Origin": "http://localhost:1", "Sec-Fetch-Site": "same-site"},
}


@pytest.fixture(scope="module")
def victim(lab):
    run = lab.launch(**ENDLESS)
    lab.wait_for(run["id"], "running")
    yield run["id"]
    lab.http.delete(f"/api/runs/{run['id']}")


def addresses(victim):
    """Every path of the OpenAPI document, filled in with the run and, as far as it matters, existing names."""
    values = {
        "run_id": victim,
        "slug": "2a-optimizers",
        "kind": "layer",
        "name": "cifar10",
        "language": "en",
        "version": "1",
        "iteration": "1",
    }
    for path in DOCUMENT["paths"]:
        yield re.sub(r"\{(\w+)\}", lambda blank: values.get(blank[1], "something"), path)
    yield from ("/", "/docs", "/openapi.json", "/static/js/lab.js", "/i18n/en.json", "/nowhere")


@pytest.mark.parametrize("headers", ELSEWHERE.values(), ids=ELSEWHERE)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_route_accepts_an_unsafe_method_from_a_page_of_another_site(lab, victim, method, headers):
    before = lab.http.get("/api/runs").json()["runs"]
    asked = list(addresses(victim))
    assert len(asked) > 30
    answers = {path: lab.http.request(method, path, headers=headers, json={}) for path in asked}
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 403} == {}
    assert {answer.json()["error"]["code"] for answer in answers.values()} == {"cross_origin"}
    after = lab.http.get("/api/runs").json()["runs"]
    same = ("id", "status", "name", "annotations", "group_id")
    assert [[run[key] for key in same] for run in after] == [[run[key] for key in same] for run in before]


def test_the_openapi_document_has_routes_with_unsafe_methods():
    unsafe = [
        (path, method) for path, methods in DOCUMENT["paths"].items() for method in methods.keys() - SAFE
    ]
    assert len(unsafe) > 10


def test_commands_from_programs_and_the_labs_own_page_are_accepted(lab):
    page = {"Origin": lab.url, "Sec-Fetch-Site": "same-origin"}
    for headers in ({}, page, {"Origin": lab.url}):
        run = lab.launch()
        assert lab.http.post(f"/api/runs/{run['id']}/clone", headers=headers).status_code == 201


@pytest.mark.parametrize("headers", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_page_of_another_site_opens_no_socket_and_is_given_the_reason(lab, headers):
    with pytest.raises(InvalidStatus) as refused:
        lab.socket(additional_headers=headers)
    assert refused.value.response.status_code == 403
    assert b'"cross_origin"' in refused.value.response.body
    lab.socket(origin=lab.url).close()
    lab.socket(additional_headers={"Origin": lab.url, "Sec-Fetch-Site": "same-origin"}).close()


def test_pages_that_are_refused_again_and_again_do_not_fill_the_log(make_lab):
    lab = make_lab()
    for _ in range(40):
        with pytest.raises(InvalidStatus):
            lab.socket(origin=EVIL["Origin"])
    log = lab.read_log().splitlines()
    assert LOGGED <= len([line for line in log if "refused WebSocket /ws" in line]) < 40
    assert [line for line in log if "ERROR" in line] == []


def test_a_foreign_host_name_that_resolves_to_this_machine_is_refused(lab):
    for path in ("/", "/api/runs", "/health", "/metrics", "/static/js/lab.js", "/openapi.json"):
        answer = lab.http.get(path, headers={"Host": "evil.example"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "unknown_host")
        assert answer.headers["content-security-policy"]
        assert lab.http.get(path, headers={"Host": f"localhost:{lab.port}"}).status_code == 200
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://evil.example:{lab.port}/ws", sock=socket.create_connection(("127.0.0.1", lab.port)))
    assert b'"unknown_host"' in refused.value.response.body


def test_a_refusal_is_logged_with_both_names_and_a_setting_that_helps(make_lab):
    lab = make_lab()
    headers = {"Origin": "https://lab.example", "Host": "127.0.0.1:8000"}
    answer = lab.http.post("/api/runs", headers=headers, json={})
    assert answer.json()["error"]["bounds"]["why"]["values"] == {
        "origin": "https://lab.example",
        "host": "127.0.0.1:8000",
    }
    (line,) = [line for line in lab.read_log().splitlines() if "refused POST /api/runs" in line]
    assert "https://lab.example" in line
    assert "127.0.0.1:8000" in line
    name, value = re.search(r"(LOSSROOM_\w+)=(\S+?),", line).groups()

    lab.stop()
    lab.environment[name] = value
    lab.start()
    assert lab.http.post("/api/runs", headers=headers, json={}).status_code == 201
    assert lab.http.get("/", headers={"Host": "lab.example"}).status_code == 200
    assert lab.http.post("/api/runs", headers={**headers, **EVIL}, json={}).status_code == 403


def paths(routes):
    for route in routes:
        yield from [route.path] if hasattr(route, "path") else paths(route.original_router.routes)


def test_every_first_path_segment_of_a_route_is_reserved_and_cannot_be_a_prefix():
    assert {path.split("/")[1] for path in paths(create_app().routes)} - {""} == OWN_NAMES
