"""What the form and the lessons of the page are made from, and the documents beside it."""

import pytest

from tests.support.errors import error
from tests.support.experiments import QUICK


def test_a_summary_says_what_a_launch_would_be_and_queues_nothing(lab):
    before = len(lab.http.get("/api/runs").json()["runs"])

    summary = lab.http.post("/api/summary", json=QUICK).json()

    assert summary["parameters"] == 64 * 16 + 16 + 16 * 10 + 10
    assert summary["multiply_adds"] == 64 * 16 + 16 * 10
    assert summary["iterations"] == 200
    assert summary["seconds"] > 0
    assert len(lab.http.get("/api/runs").json()["runs"]) == before
    answer = lab.http.post("/api/summary", json={**QUICK, "seed": -1})
    assert (answer.status_code, error(answer)["field"]) == (422, "seed")


def test_options_describe_an_experiment_that_can_be_launched_as_it_is(lab):
    options = lab.http.get("/api/options").json()

    assert {"sigmoid", "relu", "tanh"} <= set(options["activations"])
    assert {"sgd", "momentum", "adam"} <= set(options["optimizers"])
    digits = next(entry for entry in options["datasets"] if entry["name"] == "digits")
    assert digits["available"]
    assert lab.http.post("/api/summary", json=options["defaults"]).status_code == 200


def test_lessons_launch_their_whole_set(lab):
    lessons = lab.http.get("/api/lessons").json()["lessons"]
    assert {lesson["slug"][:2] for lesson in lessons} >= {"1a", "2a", "3a", "3b"}
    lesson = next(lesson for lesson in lessons if lesson["slug"].startswith("2a"))

    whole = lab.http.get(f"/api/lessons/{lesson['slug']}").json()

    answer = lab.post(f"/api/lessons/{lesson['slug']}/runs")

    assert answer.status_code == 201
    runs = answer.json()["runs"]
    assert [run["config"] for run in runs] == [run["config"] for run in whole["runs"]]
    assert [run["name"] for run in runs] == [run["name"] for run in lesson["runs"]]
    assert {run["lesson"] for run in runs} == {lesson["slug"]}
    seconds = [run["seconds"] for run in lesson["runs"]]
    assert [run["expected_seconds"] for run in runs] == pytest.approx(seconds, rel=0.05)
    assert all(run["seconds"] > 0 for run in lesson["runs"])
    for run in runs:
        lab.http.delete(f"/api/runs/{run['id']}")
    assert lab.post("/api/lessons/nonsense/runs").status_code == 404
    assert lab.http.get("/api/lessons/nonsense").status_code == 404


def test_lessons_are_given_in_one_language_where_it_is_named(lab):
    both = lab.http.get("/api/lessons").json()["lessons"]
    for language in ("en", "ja"):
        lessons = lab.http.get("/api/lessons", params={"language": language}).json()["lessons"]
        for part in ("title", "question"):
            assert [lesson[part] for lesson in lessons] == [
                {language: lesson[part][language]} for lesson in both
            ]
    assert lab.http.get("/api/lessons?language=xx").status_code == 422


def test_without_data_sets_lessons_run_on_the_digits_or_say_what_they_need(make_lab, tmp_path):
    lab = make_lab()
    lab.data_dir = tmp_path / "nothing"
    lab.restart()
    for lesson in lab.http.get("/api/lessons").json()["lessons"]:
        answer = lab.post(f"/api/lessons/{lesson['slug']}/runs")
        if lesson["dataset"] == "digits":
            assert answer.status_code == 201
            for run in answer.json()["runs"]:
                lab.http.delete(f"/api/runs/{run['id']}")
        else:
            assert answer.status_code == 422
            code, word = (
                ("not_available", lesson["dataset"]) if lesson["runs"] else ("no_runs", lesson["slug"])
            )
            assert error(answer)["code"] == code
            assert word in error(answer)["message"]
    assert lab.http.get("/api/runs").json()["runs"] == []


def test_every_answer_carries_the_content_security_policy(lab):
    for path in ("/", "/health", "/api/nonsense", "/docs"):
        policy = lab.http.get(path).headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe-eval" not in policy
        assert ("'unsafe-inline'" in policy) == (path == "/"), "only Plotly writes styles into a page"


def test_the_open_api_document_and_its_page_are_served_from_here(lab):
    document = lab.http.get("/openapi.json").json()
    assert "/api/runs" in document["paths"]
    assert "http" not in lab.http.get("/docs").text.lower().replace("http-equiv", "")
    assert len(lab.http.get("/vendor/swagger-ui-bundle.js").content) > 100_000
