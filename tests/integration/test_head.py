"""HEAD answers every path that GET answers, with the same status and headers, and without a body."""

import http.client

import pytest

from tests.support.experiments import QUICK

#: Headers that differ from one answer to the next, or describe the transfer of the body.
OWN = {"date", "transfer-encoding", "set-cookie"}


@pytest.fixture(scope="module")
def run_id(lab):
    run = lab.launch(**QUICK)
    lab.wait_for(run["id"], "completed")
    return run["id"]


def request(lab, method, path):
    connection = http.client.HTTPConnection("127.0.0.1", lab.port, timeout=60)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    headers = {name.lower(): value for name, value in answer.getheaders() if name.lower() not in OWN}
    connection.close()
    return answer.status, headers, body


def paths(lab, run_id):
    """Every path with GET in the OpenAPI document, and the paths of the page."""
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


def test_head_answers_every_path_as_get_does_but_without_a_body(lab, run_id):
    all_paths = list(paths(lab, run_id))
    assert len(all_paths) > 25
    for path in all_paths:
        status, headers, body = request(lab, "GET", path)
        assert body or status == 308
        got = request(lab, "HEAD", path)
        assert got[0] == status, path
        assert got[2] == b"", path
        if path not in ("/health", "/metrics", "/api/exports/html", f"/api/runs/{run_id}/export.html"):
            lengths = [found.pop("content-length", None) for found in (headers, got[1])]
            assert lengths[0] == lengths[1] or "html" in path, path
        assert got[1].keys() == headers.keys(), path
        assert {**got[1], "content-length": ""} == {**headers, "content-length": ""}, path


def test_the_refusal_of_another_method_lists_head_as_allowed(lab):
    answer = lab.http.post("/health")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
