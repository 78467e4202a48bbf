"""Playing a lesson over HTTP, with real workers, in a lab without a class."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.lessons.measuring import measure
from engine import ExperimentConfig
from tests.integration.lesson_calls import (
    PATH,
    checked,
    demand_silence,
    newest,
    reply,
    seal,
    until_seen,
)
from tests.support.errors import error
from tests.support.small_lesson import LATE, LINE, PREDICTION, SEALED, SLUG, write_lesson


@pytest.fixture
def alone(make_lab, tmp_path):
    """A lab without a class."""
    return make_lab(**write_lesson(tmp_path / "lessons"))


def test_a_lesson_is_played_step_by_step_and_nothing_comes_before_its_time(alone, tmp_path):
    http = alone.http
    play = checked(http.get(f"{PATH}/play"), "get", "/play")
    demand_silence(play)
    assert [question["id"] for question in play["predict"]["questions"]] == list(PREDICTION)
    assert (play["attempt"], play["room"], play["full"], play["seed"]) == (None, None, True, None)
    assert [run["name"] for run in play["runs"]] == ["fast", "slow"]
    assert error(http.get(f"{PATH}/attempts/newest"))["code"] == "lesson_unsealed"
    assert error(reply(http, "last", 40))["code"] == "lesson_unsealed"

    sealed = seal(http)
    demand_silence(sealed["attempt"])
    assert sealed["attempt"]["runs"] == [run["id"] for run in sealed["runs"]]
    assert {run["lesson"] for run in sealed["runs"]} == {SLUG}
    assert seal(http)["attempt"]["id"] == sealed["attempt"]["id"]  # the request came twice
    assert len(http.get("/api/runs").json()["runs"]) == 2

    seen = until_seen(http)
    demand_silence(seen, "see")
    assert seen["step"] == "see"
    outcome = {answer["id"]: answer for answer in seen["outcome"]}
    assert [outcome[name]["right"] for name in PREDICTION] == [True, True, True, None]
    assert outcome["ahead"]["came"] == "the fast one"
    assert [run["name"] for run in outcome["curves"]["runs"]] == ["fast", "slow"]
    for early in ("rule", "unclear"):
        assert error(reply(http, early, "rate"))["code"] == "lesson_early"
    assert error(reply(http, "last", 41))["field"] == "value"

    explained = reply(http, "last", 20).raise_for_status().json()
    assert explained["step"] == "explain"
    answered = explained["see"]["answer"]
    assert (answered["right"], answered["came"], answered["value"]) == (False, "40", 20)
    assert answered["run"] == sealed["attempt"]["runs"][0]
    assert LATE["answer"] in answered["html"]
    html = explained["explain"]["html"]
    assert "It learns to" in html
    assert "UNTRUE" not in html
    assert "The slow one wins." in html.split('class="denied"')[1]  # the page says what did not come true
    own, of_room = re.findall(r'<b class="figure"[^>]*>([^<]*)</b> %', html)
    assert own == of_room  # one launch has no spread
    inside = re.findall(r'<b class="figure"[^>]*>([^<]*)</b>', html.split("Inside: ")[1])[:3]
    config = ExperimentConfig.from_dict(sealed["runs"][0]["config"])
    layers = measure(config, config.seed, tmp_path, with_layers=True).layers
    assert [float(shown.replace("−", "-")) for shown in inside] == [
        pytest.approx(layers[name][0], abs=0.011) for name in ("moved", "smoothness", "small_outputs")
    ]
    assert explained["transfer"]["answer"] is None
    assert LATE["answer"] not in explained["transfer"]["html"]
    assert error(reply(http, "last", 40))["code"] == "lesson_answered"
    assert error(reply(http, "nothing", 40))["field"] == "id"

    transferred = reply(http, "rule", "rate").json()["transfer"]
    assert transferred["answer"]["right"] is True
    (tried,) = transferred["tries"]
    assert (tried["reached"], tried["config"]["optimizer"]["learning_rate"]) == (None, 0.5)
    run = http.post("/api/runs", json=tried["config"]).json()
    alone.wait_for(run["id"], "completed")
    assert newest(http)["transfer"]["tries"][0]["reached"] is True
    for text in ("なぜ？", "Why?"):
        assert reply(http, "unclear", text).json()["exit"]["text"] == text
    assert error(reply(http, "unclear", "x" * 2001))["bounds"]["maximum"] == 2000

    before = newest(http)
    alone.restart()
    http = alone.http
    assert newest(http) == before
    assert error(http.get(f"{PATH}/room"))["code"] == "no_class"
    again = seal(http, sure="guess")  # another attempt, answered from memory
    assert again["attempt"]["id"] != sealed["attempt"]["id"]
    assert {run["status"] for run in again["runs"]} == {"completed"}
    assert until_seen(http)["step"] == "see"


def test_a_prediction_is_sealed_whole_or_not_at_all(alone):
    http = alone.http
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"prediction": {**PREDICTION, "ahead": "maybe"}}, "prediction.ahead"),
        ({"prediction": {**PREDICTION, "final": {"value": 101}}}, "prediction.final.value"),
        ({"prediction": {**PREDICTION, "order": ["fast"]}}, "prediction.order"),
        ({"prediction": {**PREDICTION, "curves": {"fast": LINE}}}, "prediction.curves.slow"),
        ({"prediction": {**PREDICTION, "else": 1}}, "prediction.else"),
        ({"prediction": {"ahead": "fast", "final": 5}}, "prediction.order"),
        ({"sure": "very"}, "sure"),
        ({"full": "yes"}, "full"),
    ]
    for changes, field in wrong:
        answer = http.post(f"{PATH}/attempts", json={**SEALED, **changes})
        assert (answer.status_code, error(answer)["field"]) == (422, field)
    assert http.get(f"{PATH}/play").json()["attempt"] is None
    assert http.get("/api/runs").json()["runs"] == []

    with ThreadPoolExecutor(6) as threads:  # an impatient hand
        sealed = list(threads.map(lambda _: seal(http)["attempt"]["id"], range(6)))
    assert len(set(sealed)) == 1
    assert len(http.get("/api/runs").json()["runs"]) == 2
    assert seal(http, full=True)["runs"][0]["iterations"] == 60


def test_an_attempt_says_which_of_its_runs_are_missing_and_the_same_prediction_launches_them_again(alone):
    http = alone.http
    first = seal(http)["attempt"]
    until_seen(http)
    reply(http, "last", 40).raise_for_status()
    http.delete(f"/api/runs/{first['runs'][1]}").raise_for_status()
    lacking = newest(http)
    assert lacking["missing"] == [{"name": "slow", "run": None, "why": "deleted"}]
    assert (lacking["step"], lacking["outcome"], lacking["explain"]) == ("run", None, None)
    assert error(reply(http, "rule", "rate"))["code"] == "lesson_early"
    again = seal(http)["attempt"]
    assert again["id"] != first["id"]
    assert again["missing"] == []
    until_seen(http)


def test_until_a_lesson_is_launched_what_is_launched_beside_it_is_as_its_runs_in_the_fields_that_it_locks(
    alone,
):
    http = alone.http
    run = http.get(f"/api/lessons/{SLUG}").json()["experiment"]

    def launch(lesson=SLUG, **changes):
        experiment = {name: {**run[name], **changes[name]} if name in changes else run[name] for name in run}
        return http.post("/api/experiments", json={"experiments": [experiment], "lesson": lesson})

    refused = error(launch(optimizer={"name": "adam"}))
    assert (refused["code"], refused["field"]) == ("lesson_locked", "experiments.0.optimizer.name")
    assert "optimizer.name must be 'sgd'" in refused["message"]
    assert "here it is 'adam'" in refused["message"]
    assert error(launch(training={"iterations": 41}))["field"] == "experiments.0.training.length"
    assert error(launch(lesson="none"))["field"] == "lesson"
    free = {"optimizer": {"learning_rate": 0.3}, "training": {"batch_size": 8}}
    assert launch(**free).status_code == 201
    seal(http)
    assert launch(optimizer={"name": "adam"}).status_code == 201
