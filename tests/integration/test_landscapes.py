"""Landscapes over HTTP: the engine's own numbers with their progress, and what is refused."""

import json
from typing import Any

import pytest

from engine import ExperimentConfig, Trainer
from engine.landscape import Options, Survey
from engine.plane import snapshot
from tests.support.experiments import QUICK
from tests.support.lab_server import running_lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("landscapes")) as lab:
        yield lab


@pytest.fixture(scope="module")
def runs(lab):
    """Two runs that differ in the optimizer, and one with another network."""
    adam, small = {"name": "adam"}, {"preset": "mlp", "hidden": [9]}
    others: tuple[dict[str, Any], ...] = ({}, {"optimizer": adam}, {"network": small})
    runs = [lab.launch(**{**QUICK, **other}) for other in others]
    for run in runs:
        lab.wait_for(run["id"], "completed")
    return [lab.run(run["id"]) for run in runs]


def lines_of(lab, runs, iteration=120, **options):
    body = {"runs": [{"run": run["id"], "iteration": iteration} for run in runs], "options": options}
    with lab.http.stream("POST", "/api/landscapes", json=body, timeout=60) as answer:
        assert answer.status_code == 200, answer.read()
        return [json.loads(line) for line in answer.iter_lines()]


def test_the_landscape_of_two_runs_is_that_of_the_engine_and_comes_after_its_progress(lab, runs):
    *progress, last = lines_of(lab, runs[:2], size=7, images=60)
    done = [line["done"] for line in progress]
    assert done == sorted(done)
    assert all(line["done"] <= line["total"] for line in progress)
    found = last["landscape"]
    paths = []
    for run, path in zip(runs, found["paths"], strict=False):
        trainer, points = Trainer(ExperimentConfig.from_dict(run["config"])), []
        for point in path:
            while trainer.iteration < point["iteration"]:
                trainer.step()
            points.append(snapshot(trainer))
        paths.append(points)
    assert [(path[0].iteration, path[-1].iteration) for path in paths] == [(0, 120)] * 2
    survey = Survey(trainer.config, trainer.parts.test, paths, Options(size=7, images=60))
    for _ in survey.run():
        pass
    assert found == {**json.loads(json.dumps(survey.result)), "part": "test"}


def test_what_cannot_be_compared_or_measured_is_refused_with_the_reason(lab, runs):
    def refused(chosen, iteration=120, **options):
        body = {"runs": [{"run": run["id"], "iteration": iteration} for run in chosen], "options": options}
        answer = lab.http.post("/api/landscapes", json=body)
        assert answer.status_code in (409, 422), answer.text
        return answer.json()["error"]

    assert refused(runs)["field"] == "runs.2"
    assert refused([])["field"] == "runs"
    assert refused(runs[:1], iteration=201)["field"] == "iteration"
    assert refused(runs[:1], size=500)["field"] == "options.size"
    assert refused(runs[:1], size=61, images=9_999_999)["field"] == "options.images"
    assert lines_of(lab, runs[:1], iteration=0)[-1]["error"]["code"] == "landscape_failed"


def test_after_a_client_has_gone_away_the_next_landscape_is_measured(lab, runs):
    body = {
        "runs": [{"run": runs[0]["id"], "iteration": 200}],
        "options": {"size": 61, "images": 10_000},
    }
    with lab.http.stream("POST", "/api/landscapes", json=body, timeout=60) as answer:
        for line in answer.iter_lines():
            if json.loads(line)["done"]:
                break
    assert lines_of(lab, runs[:1], size=5, images=20)[-1]["landscape"]["images"] == 20
