"""Names and texts on every way into the lab: they come out unchanged, or an error names their field."""

import ast
import codecs
import csv
import html
import io
import json
import re
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.texts import cell
from tests.support.experiments import QUICK
from tests.support.waiting import TIMEOUT

#: Kinds of text that have broken programs: markup, quotes, formulas, directions, surrogate pairs, composed letters.
NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '"""\n__import__("os").system("true")\n"""',
    "'''$experiment {name} %s \\",
    "=1+1",
    "1e5",
    "a\r\nb\tc",
    "\u202egnp.exe",
    "\x1b[31m\x07",
    "\u2028\u2029\ufeff",
    "が と が",
    "👩‍🏫𝒳",
    "../../etc/passwd",
    'a";filename="b',
    "]]>--></style>",
]
TEXT = st.sampled_from(NASTY) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=60
)
patient = settings(max_examples=40, suppress_health_check=list(HealthCheck))
BRIEF = {**QUICK, "training": {"iterations": 2, "batch_size": 2}}


@pytest.fixture(scope="module")
def run_id(lab):
    run = lab.launch(**BRIEF)
    lab.wait_for(run["id"], "completed")
    return run["id"]


def seen_by_a_viewer(lab, run_id):
    socket = lab.socket()
    while True:
        message = socket.recv(timeout=TIMEOUT)
        if isinstance(message, str) and (found := json.loads(message)).get("type") == "runs":
            socket.close()
            return next(run for run in found["runs"] if run["id"] == run_id)


def literals(source):
    """All string constants of a Python file, which must compile and must not call anything that a name contains."""
    tree = ast.parse(source)
    code = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert "__import__" not in code
    assert not any("system" in call for call in code)
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]


@patient
@example(name=NASTY[2], notes=NASTY[0], tag=NASTY[4])
@given(name=TEXT, notes=TEXT, tag=TEXT.filter(lambda text: 0 < len(text.strip()) <= 40))
def test_a_text_comes_out_unchanged_on_every_way_out(lab, run_id, name, notes, tag):
    address = f"/api/runs/{run_id}"
    changed = lab.http.patch(address, json={"name": name, "notes": notes, "tags": [tag]})
    assert changed.status_code == 200, changed.text
    given = {"name": name, "notes": notes}

    listed = next(run for run in lab.http.get("/api/runs").json()["runs"] if run["id"] == run_id)
    for run in (changed.json(), lab.run(run_id), listed, seen_by_a_viewer(lab, run_id)):
        assert {key: run[key] for key in given} == given
        assert run["tags"] == changed.json()["tags"]
    selection = {"runs": run_id}
    document = lab.http.get("/api/exports/json", params=selection)
    (written,) = document.json()["runs"]
    assert {key: written[key] for key in given} == given
    assert written["config"]["name"] == name
    (imported,) = lab.http.post("/api/imports", content=document.content).json()["runs"]
    lab.http.delete(f"/api/runs/{imported['id']}")
    assert {key: imported[key] for key in given} == given
    assert lab.http.get(f"{address}/export.json").json()["name"] == name
    table = lab.http.get("/api/exports/csv", params=selection).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert {row["name"] for row in rows} == {cell(name)}
    assert float(rows[0]["loss"]) > 0
    for ending in ("py", "torch.py"):
        assert name in literals(lab.http.get(f"{address}/export.{ending}").text)
    report = lab.http.get(f"{address}/export.html").text
    assert len(re.findall(r"<script\b", report.split("<script nonce")[0])) == 1  # its data
    shown = re.search(r'<p class="notes">(.*?)</p>', report, re.DOTALL)[1]
    assert html.unescape(shown) == notes
    data = json.loads(report.split('id="data">')[1].split("</script>")[0])
    assert data["runs"][0]["name"] == name
    for ending in ("csv", "json", "html", "py", "torch.py", "tfevents"):
        disposition = lab.http.get(f"{address}/export.{ending}").headers["content-disposition"]
        plain, own = re.fullmatch(
            r"attachment; filename=\"([A-Za-z0-9._-]+)\"; filename\*=UTF-8''([A-Za-z0-9._%-]+)", disposition
        ).groups()
        assert not set(unquote(own)) & set('/\\:*?"<>|\u202e\n\r')
        assert ".." not in plain or "/" not in plain


def refused(answer, field):
    assert answer.status_code == 422, answer.text
    assert set(answer.json()["error"]) == {"code", "message", "field", "bounds"}
    assert answer.json()["error"]["field"] == field
    answer.json()["error"]["message"].encode()


@pytest.mark.parametrize("unfit", ["\ud800", "a\udfffb", "\x00"])
def test_invalid_text_is_refused_with_its_field_on_every_way_in(lab, run_id, unfit):
    def post(path, value):
        return lab.http.post(path, content=json.dumps(value))

    refused(post("/api/runs", {**BRIEF, "name": unfit}), "name")
    refused(post("/api/runs", {**BRIEF, "optimizer": {"name": unfit}}), "optimizer.name")
    refused(post("/api/runs", {**BRIEF, unfit: 1}), "")
    refused(
        post("/api/summary", {**BRIEF, "network": {"layers": [{"type": unfit}]}}), "network.layers.0.type"
    )
    refused(
        post("/api/experiments", {"experiments": [BRIEF, {**BRIEF, "name": unfit}]}), "experiments.1.name"
    )
    for field in ("name", "notes"):
        refused(lab.http.patch(f"/api/runs/{run_id}", content=json.dumps({field: unfit})), field)
    refused(lab.http.patch(f"/api/runs/{run_id}", content=json.dumps({"tags": ["a", unfit]})), "tags.1")
    refused(lab.http.patch(f"/api/runs/{run_id}/live", content=json.dumps({unfit: 0.1})), "")
    document = lab.http.get("/api/exports/json", params={"runs": run_id}).json()
    for field in ("name", "notes", "reason"):
        changed = {**document, "runs": [{**document["runs"][0], field: unfit}]}
        refused(post("/api/imports", changed), f"runs.0.{field}")
    shown = "".join(c if c.isalpha() and c.isascii() else "?" for c in unfit)
    refused(post("/api/imports", {**document, "lossroom": unfit}), "lossroom")
    refused(post("/api/imports", {unfit: 1}), shown)
    for streams, field in (({unfit: 1}, shown), ({"train": {unfit: 1}}, f"train.{shown}")):
        changed = {**document, "runs": [{"streams": streams}]}
        refused(post("/api/imports", changed), f"runs.0.streams.{field}")
    socket = lab.socket()
    socket.send(json.dumps({"subscribe": {unfit: 0}}))
    while (message := socket.recv(timeout=TIMEOUT)) and "bad_message" not in str(message):
        pass
    assert json.loads(message)["error"]["field"] == "subscribe"
    socket.close()
    # in an address it is text that is not there
    for path in (
        "/api/runs/%ED%A0%80",
        "/api/runs/%00",
        "/api/lessons/%ED%A0%80",
        "/api/exports/csv?runs=%00",
    ):
        assert lab.http.get(path).status_code == 404
    assert lab.http.get(f"/api/runs/{run_id}/metrics?columns=%00%ED%A0%80").status_code == 422


@pytest.mark.parametrize(
    "body", [b'{"name": "\xff"}', "名前".encode("cp932"), '{"seed": 1}'.encode("utf-16")]
)
@pytest.mark.parametrize("path", ["/api/runs", "/api/summary", "/api/experiments", "/api/imports"])
def test_a_body_that_is_not_utf8_is_refused_without_a_traceback(lab, path, body):
    for kind in ("application/json", "text/plain"):
        answer = lab.http.post(path, content=body, headers={"Content-Type": kind})
        assert answer.status_code == 422
        assert "UTF-8" in answer.json()["error"]["message"]
    assert "Traceback" not in lab.read_log()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-8-sig"])
@pytest.mark.parametrize("unfit", ["\ud800", "a\x00b"])
def test_invalid_text_is_refused_in_every_encoding_that_json_may_have(lab, run_id, encoding, unfit):
    mark = codecs.BOM_UTF8 if encoding == "utf-8-sig" else b""  # a second one
    for send, path in ((lab.http.post, "/api/runs"), (lab.http.patch, f"/api/runs/{run_id}")):
        body = mark + json.dumps({"name": unfit}).encode(encoding)
        answer = send(path, content=body, headers={"Content-Type": "application/json"})
        refused(answer, "name" if mark else "")
    assert "Traceback" not in lab.read_log()


@pytest.mark.parametrize("path", ["/api/runs", "/api/summary", "/api/experiments", "/api/imports"])
@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"seed": ' + b"9" * 5000 + b"}", b"", b"{", b'{"a": 1e999}']
)
def test_an_unparsable_body_is_refused_in_the_common_error_shape(lab, path, body):
    answer = lab.http.post(path, content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert set(answer.json()["error"]) == {"code", "message", "field", "bounds"}
    assert "Traceback" not in lab.read_log()


def test_names_that_are_too_long_are_refused_with_their_bound(lab, run_id):
    for answer in (
        lab.post("/api/runs", **{**BRIEF, "name": "x" * 201}),
        lab.http.patch(f"/api/runs/{run_id}", json={"name": "x" * 201}),
        lab.http.patch(f"/api/runs/{run_id}", json={"notes": "x" * 10_001}),
        lab.http.patch(f"/api/runs/{run_id}", json={"tags": ["x" * 41]}),
    ):
        assert answer.status_code == 422, answer.text
        assert answer.json()["error"]["bounds"]["why"]["code"] == "too_long"
