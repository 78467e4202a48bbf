"""The answer schemas in /docs: every JSON answer has one, matches it, and is not changed by it."""

import json
import re

import jsonschema_rs
import pytest
from pydantic import TypeAdapter

from app.answers.runs import RunAnswer
from engine import ExperimentConfig
from tests.support.experiments import QUICK, VANISHING
from tests.support.schemas import shape_of
from tests.support.stored_runs import make_run

#: Files and streams, which are no JSON or speak for themselves.
OTHERS = re.compile(
    r"/own-data/\{name\}/file$|/export\.|/weights\.npz$|\.svg$|/api/exports/|/api/stream$|/api/landscapes$|/views/\{view\}$|^/metrics$"
)


@pytest.fixture(scope="module")
def document(lab):
    return lab.http.get("/openapi.json").json()


def test_every_json_answer_has_a_schema_and_all_errors_have_the_same_one(document):
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            for status in ("422", "4XX", "5XX"):
                schema = described["responses"][status]["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/ErrorAnswer"}
            wanted = [status for status in described["responses"] if status[0] == "2" and status != "204"]
            if OTHERS.search(path):
                continue
            for status in wanted:
                content = described["responses"][status]["content"]["application/json"]
                assert "$ref" in content["schema"], (method, path, content)


def test_real_answers_match_their_schemas_which_name_every_key(lab, document):
    experiment = {**QUICK, "training": {"iterations": 5, "batch_size": 8}}
    run = lab.post("/api/runs", **experiment)
    run_id = run.json()["id"]
    lab.wait_for(run_id, "completed")
    ill = lab.post("/api/runs", **VANISHING).json()["id"]
    lab.wait_for(ill, "completed")
    found = lab.http.get(f"/api/runs/{ill}/findings")
    lab.post("/api/runs", **found.json()["findings"][0]["remedies"][0]["body"])
    exported = lab.http.get("/api/exports/json", params={"runs": run_id}).json()
    path = f"/api/runs/{run_id}"
    asked = [
        ("post", "/api/runs", run),
        ("get", "/api/runs", lab.http.get("/api/runs")),
        ("get", "/api/runs/{run_id}", lab.http.get(path)),
        ("patch", "/api/runs/{run_id}", lab.http.patch(path, json={"tags": ["a"], "notes": "b"})),
        ("post", "/api/runs/{run_id}/clone", lab.post(f"{path}/clone")),
        ("post", "/api/runs/{run_id}/fork", lab.post(f"{path}/fork", iteration=3, seed=1)),
        ("post", "/api/runs/{run_id}/fork/check", lab.post(f"{path}/fork/check", iteration=3, seed=1)),
        ("get", "/api/runs/{run_id}/metrics", lab.http.get(f"{path}/metrics")),
        ("get", "/api/runs/{run_id}/findings", lab.http.get(f"/api/runs/{ill}/findings")),
        ("get", "/api/fields", lab.http.get("/api/fields", params={"runs": run_id})),
        ("get", "/api/options", lab.http.get("/api/options")),
        ("post", "/api/summary", lab.post("/api/summary", **experiment)),
        ("post", "/api/experiments", lab.post("/api/experiments", experiments=[experiment, experiment])),
        ("post", "/api/experiments/summary", lab.post("/api/experiments/summary", experiments=[experiment])),
        ("post", "/api/imports", lab.post("/api/imports", **exported)),
        ("get", "/api/lessons", lab.http.get("/api/lessons")),
        ("get", "/api/lessons/{slug}", lab.http.get("/api/lessons/2a-optimizers")),
        ("get", "/api/datasets", lab.http.get("/api/datasets")),
        ("get", "/api/datasets/{name}/images", lab.http.get("/api/datasets/digits/images?count=2")),
        ("get", "/api/datasets/{name}/images", lab.http.get("/api/datasets/spirals/images?count=2")),
        ("get", "/health", lab.http.get("/health")),
        ("get", "/health/live", lab.http.get("/health/live")),
    ]
    for method, path, answer in asked:
        assert answer.status_code < 300, answer.text
        schema = shape_of(document, method, path, answer.status_code)
        jsonschema_rs.validator_for(schema).validate(answer.json())


def test_a_schema_does_not_change_the_answer():
    config = ExperimentConfig.from_dict({**QUICK, "regularization": {"l1": 0, "l2": 1}}).to_dict()
    latest = {"loss": float("nan"), "accuracy": 1}
    run = make_run("a", config, iterations=200, at=1, started_at=2.0, latest=latest)
    changes = {"l1": [0, 1], "dropout": [None, 0.5]}
    run.training.annotations = [{"kind": "live", "iteration": 3, "changes": changes}]
    for view in (run.view(), {**run.view(), "of a later version": [1, 1.0, None]}):
        adapter = TypeAdapter(RunAnswer)
        answered = json.loads(adapter.dump_json(adapter.validate_python(view)))
        assert json.dumps(answered, sort_keys=True) == json.dumps(view, sort_keys=True)
