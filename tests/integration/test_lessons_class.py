"""Playing a lesson in a class over HTTP, with real workers: who sees what the class predicted, and votes."""

import json
import re

import pytest

from tests.integration.lesson_calls import (
    PATH,
    demand_silence,
    newest,
    reply,
    room,
    seal,
    until_seen,
    vote,
)
from tests.support.class_lab import running_class
from tests.support.errors import error
from tests.support.experiments import ENDLESS
from tests.support.small_lesson import LINE, PREDICTION, SEALED, SLUG, write_lesson


@pytest.fixture
def lab(tmp_path):
    with running_class(tmp_path, **write_lesson(tmp_path / "lessons")) as lab:
        yield lab


def test_while_launching_is_held_or_refused_nothing_is_sealed(lab):
    teacher, ada = lab.teacher(), lab.student("Ada")
    teacher.http.post("/api/class/hold", json={"held": True}).raise_for_status()
    assert error(ada.http.post(f"{PATH}/attempts", json=SEALED))["code"] == "held"
    teacher.http.post("/api/class/hold", json={"held": False}).raise_for_status()
    challenge = {"name": "Best", "dataset": "digits", "validation_size": 300, "max_parameters": 2000}
    teacher.http.post("/api/class/challenge", json=challenge).raise_for_status()
    refused = error(ada.http.post(f"{PATH}/attempts", json=SEALED))  # its runs would measure test images
    assert (refused["code"], refused["field"]) == ("challenge_data", "experiments.0.dataset.test_size")
    assert error(ada.http.get(f"{PATH}/attempts/newest"))["code"] == "lesson_unsealed"
    assert room(teacher.http)["predicted"] == 0
    assert ada.runs() == set()


def test_no_one_sees_what_the_class_predicted_before_their_own_prediction_is_sealed(lab):
    teacher, projector = lab.teacher(), lab.projector()
    ada, bob = lab.student("Ada"), lab.student("Bob")
    tallies = ("bars", "numbers", "sketches", "see", "transfer", "spread", "vote", "exits")
    seal(ada.http)
    until_seen(ada.http)
    reply(ada.http, "last", 40).raise_for_status()
    reply(ada.http, "rule", "luck").raise_for_status()
    reply(ada.http, "unclear", "the rate").raise_for_status()
    seats = {"numbers": [1, 2], "predicted": [1], "away": []}
    before = {"people": 2, "predicted": 1, "seats": seats, "mine": None} | dict.fromkeys(tallies)
    for member in (bob, projector):  # who has predicted, and nothing of what
        assert room(member.http) == before
    for step in (1, 3):  # the teacher shows it
        view = {"kind": "lesson", "lesson": SLUG, "step": step}
        teacher.http.post("/api/class/show", json={"view": view}).raise_for_status()
        assert (room(projector.http)["bars"] is not None) == (step == 3)
    teacher.http.post("/api/class/show", json={"view": None}).raise_for_status()
    assert bob.http.get(f"{PATH}/play").json()["room"] == {"people": 2, "predicted": 1}

    seal(bob.http, prediction={**PREDICTION, "ahead": "slow", "order": ["slow", "fast"]})
    until_seen(bob.http)
    seen = room(bob.http)
    counted = [
        [(option["id"], option["count"], option["came"]) for option in bars["options"]]
        for bars in seen["bars"]
    ]
    assert counted == [
        [("fast", 1, True), ("slow", 1, False)],
        [("slow", 1, False), ("fast", 1, True)],
    ]
    assert seen["numbers"][0]["values"] == [80, 80]
    assert seen["sketches"][0]["runs"] == {"fast": [LINE, LINE], "slow": [LINE, LINE]}
    assert [seen[name] for name in ("see", "transfer", "spread", "exits")] == [
        None
    ] * 4  # Bob has not answered
    everything = room(teacher.http)
    assert everything["exits"] == ["the rate"]
    assert [option["count"] for option in everything["transfer"]["options"]] == [0, 1]
    projected = room(projector.http)
    assert projected["bars"] == everything["bars"]  # all who are here have predicted
    assert [projected[name] for name in ("see", "transfer", "spread")] == [None] * 3  # but not answered

    # after the own answer: a dot for each answer and each student's runs, the own ones named
    reply(bob.http, "last", 20).raise_for_status()
    reply(bob.http, "rule", "rate").raise_for_status()
    answered = room(bob.http)
    assert (answered["see"]["values"], answered["see"]["high"], answered["see"]["came"]) == ([20, 40], 40, 40)
    assert [option["count"] for option in answered["transfer"]["options"]] == [1, 1]
    runs = bob.http.get("/api/runs").json()["runs"]
    [ended] = {100 * run["latest"]["test_accuracy"] for run in runs if run["name"] == "fast"}
    assert answered["spread"]["values"] == [pytest.approx(ended, abs=0.01)] * 2  # both have the same runs
    assert answered["mine"]["reached"] == pytest.approx(ended, abs=0.01)
    assert (answered["mine"]["last"], answered["mine"]["rule"]) == (20, "rate")
    assert "unclear" not in answered["mine"]
    assert room(projector.http)["spread"] == answered["spread"]
    came = answered["sketches"][0]["came"]
    assert [point[0] for point in came["fast"]] == [20, 40]
    assert came["fast"][-1][1] == pytest.approx(ended, abs=0.01)
    for answer in (seen, everything, room(projector.http)):
        text = json.dumps(answer)
        assert not any(secret in text for secret in (ada.id, bob.id, "Ada", "Bob"))
    # no one gets at another person's attempt
    assert newest(ada.http)["prediction"]["ahead"] == "fast"
    assert newest(bob.http)["prediction"]["ahead"] == "slow"
    assert error(teacher.http.get(f"{PATH}/attempts/newest"))["code"] == "lesson_unsealed"


def test_a_class_votes_discusses_and_votes_again_and_sees_both_tallies_at_the_end(lab):
    teacher, projector = lab.teacher(), lab.projector()
    ada, bob, cyd = (lab.student(name) for name in ("Ada", "Bob", "Cyd"))
    seal(ada.http, prediction={**PREDICTION, "ahead": "slow"})
    until_seen(ada.http)
    assert (
        error(bob.http.post(f"{PATH}/ballots", json={"question": "ahead", "value": "fast"}))["code"]
        == "no_vote"
    )
    assert error(vote(teacher, "discuss"))["code"] == "vote_phase"
    assert error(vote(teacher, "first", "last"))["field"] == "question"
    assert vote(bob, "first").status_code == 403

    def ballot(member, value, question="ahead"):
        return member.http.post(f"{PATH}/ballots", json={"question": question, "value": value})

    vote(teacher, "first").raise_for_status()
    assert bob.me["vote"] == {"lesson": SLUG, "question": "ahead", "phase": "first"}
    assert ballot(bob, "slow").json()["vote"]["mine"] == ["slow", None]
    assert error(ballot(bob, "else"))["field"] == "value"
    assert [option["id"] for option in room(cyd.http)["vote"]["asked"]["options"]] == ["fast", "slow"]
    held_back = newest(ada.http)  # the outcome would end the discussion
    assert (held_back["voting"], held_back["step"], held_back["outcome"]) == ("ahead", "run", None)
    vote(teacher, "discuss").raise_for_status()
    assert error(ballot(bob, "fast"))["code"] == "no_vote"
    assert error(reply(ada.http, "ahead", "fast", again=True))["code"] == "no_vote"
    vote(teacher, "second").raise_for_status()
    reply(ada.http, "ahead", "fast", again=True).raise_for_status()
    for member, value in ((bob, "slow"), (bob, "fast")):  # the last one counts
        ballot(member, value).raise_for_status()
    for member in (ada, teacher, projector):
        seen = room(member.http)
        assert (seen["vote"]["voted"], seen["vote"]["first"], seen["vote"]["second"]) == ([2, 2], None, None)
        assert "ahead" not in [bars["question"] for bars in seen["bars"] or []]
    assert error(vote(teacher, "discuss"))["code"] == "vote_phase"

    lab.restart()
    vote(teacher, "closed").raise_for_status()
    for member in (ada, bob, teacher, projector):
        tally = room(member.http)["vote"]
        assert [[option["count"] for option in tally[name]["options"]] for name in ("first", "second")] == [
            [0, 2],
            [2, 0],
        ]
    assert room(cyd.http)["vote"]["first"] is None  # who took no part
    assert newest(ada.http)["step"] == "see"

    # a vote on the transfer takes the answers, and judges none before it is closed
    reply(ada.http, "last", 40).raise_for_status()
    vote(teacher, "first", "rule").raise_for_status()
    assert room(teacher.http)["vote"]["voted"] == [0, 0]
    transfer = reply(ada.http, "rule", "luck").json()["transfer"]
    assert (transfer["voting"], transfer["answer"]) == (True, None)
    vote(teacher, "closed", "rule").raise_for_status()
    assert reply(ada.http, "rule", "rate").json()["transfer"]["answer"]["right"] is True

    # the report counts all of it, also the first vote, and names no student beside it
    report = teacher.http.get("/api/class/export.html", params={"lang": "en"}).text
    section = report.partition("<h2>Lessons</h2>")[2].partition("</section>")[0]
    rows = [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", section)
    ]
    assert "1 of 3 have predicted" in section
    assert [row for row in rows if len(row) == 4] == [
        ["Which is ahead?", "before the runs", "1", "0 of 1"],
        ["How far?", "before the runs", "1", "1 of 1"],
        ["In which order?", "before the runs", "1", "1 of 1"],
        ["Sketch them.", "before the runs", "1", "–"],
        ["Where is the end?", "after them: what is seen", "1", "1 of 1"],
        ["What holds for both?", "in the end: over all runs", "1", "1 of 1"],
    ]
    votes = [row for row in rows if len(row) == 3]
    assert votes[:2] == [["the fast one ✓", "0", "2"], ["the slow one", "2", "0"]]
    assert [row[1:] for row in votes[2:]] == [["0", "0"], ["1", "0"]]
    assert not any(name in section for name in ("Ada", "Bob", "Cyd"))
    assert "3 人中 1 人が予想済み" in teacher.http.get("/api/class/export.html?lang=ja").text


def test_each_student_trains_with_their_own_seed_and_the_text_gives_the_rooms_spread(tmp_path):
    environment = write_lesson(tmp_path / "lessons", seed="person")
    with running_class(tmp_path, **environment) as lab:
        teacher, students = lab.teacher(), [lab.student(name) for name in ("Ada", "Bob", "Cyd")]
        assert teacher.http.get(f"{PATH}/play").json()["seed"] is None
        for number, student in enumerate(students, 1):
            assert student.http.get(f"{PATH}/play").json()["seed"] == number
            assert {run["summary"]["seed"] for run in seal(student.http)["runs"]} == {number}
        for student in students:
            until_seen(student.http)
            html = reply(student.http, "last", 40).json()["explain"]["html"]
        assert re.search(r"in the room <b[^>]*>\d+\.\d \(\d+\.\d–\d+\.\d\)</b>", html)

        teacher.http.post("/api/class/end").raise_for_status()
        assert room(teacher.http)["predicted"] == 0
        with pytest.raises(AssertionError):
            seal(students[0].http)


def test_a_vote_on_the_prediction_holds_later_answers_back_also_in_a_lesson_that_asks_nothing_of_what_is_seen(
    tmp_path,
):
    environment = write_lesson(tmp_path / "lessons")
    (file,) = (tmp_path / "lessons").iterdir()
    without = re.sub(r"(?m)^see: .*\n|(?s:\n---\nBECAUSE it has.*?\n)", "", file.read_text("utf-8"))
    file.write_text(without, "utf-8")
    with running_class(tmp_path, **environment) as lab:
        teacher, ada = lab.teacher(), lab.student("Ada")
        seal(ada.http)
        until_seen(ada.http)
        vote(teacher, "first").raise_for_status()
        assert newest(ada.http)["transfer"] is None
        for late in ("rule", "unclear"):
            assert error(reply(ada.http, late, "rate"))["code"] == "lesson_early"
        vote(teacher, "closed").raise_for_status()
        reply(ada.http, "rule", "rate").raise_for_status()


def test_a_run_that_waits_and_one_that_is_cancelled_hold_the_outcome_back(tmp_path):
    environment = {**write_lesson(tmp_path / "lessons"), "LOSSROOM_WORKERS": "1"}
    with running_class(tmp_path, **environment) as lab:
        teacher, ada = lab.teacher(), lab.student("Ada")
        endless = teacher.launch(**ENDLESS)
        teacher.wait_for(endless["id"], "running")
        sealed = seal(ada.http)
        waiting = newest(ada.http)
        assert (waiting["step"], waiting["missing"]) == ("run", [])
        demand_silence(waiting)
        assert error(reply(ada.http, "last", 40))["code"] == "lesson_early"
        assert [option["came"] for option in room(ada.http)["bars"][0]["options"]] == [None, None]
        ada.http.post(f"/api/runs/{sealed['runs'][0]['id']}/cancel").raise_for_status()
        assert [missing["why"] for missing in newest(ada.http)["missing"]] == ["cancelled"]
