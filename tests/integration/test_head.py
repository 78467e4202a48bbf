"""HEAD: wherever there is an answer to GET, its status and headers, and no body."""

import http.client

import pytest

from tests.support.experiments import QUICK

#: Headers that differ from one answer to the next, or say how a body comes.
OWN = {"date", "transfer-encoding", "set-cookie"}


@pytest.fixture(scope="module")
def run_id(lab):
    run = lab.launch(**QUICK)
    lab.wait_for(run["id"], "completed")
    return run["id"]


def asked(lab, method, path):
    connection = http.client.HTTPConnection("127.0.0.1", lab.port, timeout=60)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    headers = {name.lower(): value for name, value in answer.getheaders() if name.lower() not in OWN}
    connection.close()
    return answer.status, headers, body


def paths(lab, run_id):
    """Every path of the API's document that GET is asked of, and those of the page."""
    document = lab.http.get("/openapi.json").json()["paths"]
    values = {"{run_id}": run_id, "{slug}": "2a-optimizers", "{kind}": "layer", "{name}": "digits"}
    for path, methods in document.items():
        if "get" in methods:
            for blank, value in values.items():
                path = path.replace(blank, value)
            yield path + (f"?runs={run_id}" if path.startswith(("/api/exports", "/api/fields")) else "")
    yield from (
        "/",
        "/docs",
        "/openapi.json",
        "/i18n/ja.json",
        "/static/js/lab.js",
        "/favicon.ico",
        "/metrics",
    )
    yield from ("/api/runs/none", "/nothing", "/api/exports/csv?runs=", "/api/imports")


def test_head_answers_as_get_does_everywhere_and_sends_no_body(lab, run_id):
    asked_for = list(paths(lab, run_id))
    assert len(asked_for) > 25
    for path in asked_for:
        status, headers, body = asked(lab, "GET", path)
        assert body or status == 308
        got = asked(lab, "HEAD", path)
        assert got[0] == status, path
        assert got[2] == b"", path
        if path not in ("/health", "/metrics", "/api/exports/html", f"/api/runs/{run_id}/export.html"):
            lengths = [found.pop("content-length", None) for found in (headers, got[1])]
            assert lengths[0] == lengths[1] or "html" in path, path
        assert got[1].keys() == headers.keys(), path
        assert {**got[1], "content-length": ""} == {**headers, "content-length": ""}, path


def test_a_method_that_is_not_allowed_is_told_that_head_is(lab):
    answer = lab.http.post("/health")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
