"""A challenge over HTTP: who is judged by what, and that no test figure reaches a student before the end."""

import csv
import io
import json

import pytest

from tests.support.class_lab import running_class
from tests.support.errors import error
from tests.support.experiments import QUICK, SHORT
from tests.support.waiting import TIMEOUT, wait_until

DIGITS = {"name": "digits", "validation_size": 300, "test_size": 0}
NEW = {"name": "Best on 300", "dataset": "digits", "validation_size": 300, "max_parameters": 2000}


@pytest.fixture
def lab(tmp_path):
    with running_class(tmp_path) as lab:
        yield lab


def start(teacher, **changes):
    answer = teacher.http.post("/api/class/challenge", json={**NEW, **changes})
    assert answer.status_code == 201, answer.text
    return answer.json()


def seen(member):
    return member.http.get("/api/class/challenge").raise_for_status().json()


def train(member, seed, **changes):
    """A run for the challenge, to its end."""
    run = member.launch(**{**QUICK, "dataset": DIGITS, "seed": seed, **changes})
    return member.wait_for(run["id"], "completed")


def own(member):
    """Their standing, which is there within a second."""
    (standing,) = wait_until(lambda: seen(member)["standings"], "the standing of a student")
    return standing


def until_judged(member, run):
    """Their entry, as soon as it is this run."""
    number = run["number"]
    return wait_until(
        lambda: (entry := own(member)["entry"]) and entry["run_number"] == number and entry,
        f"run {number} as the entry",
    )


def test_a_challenge_is_judged_by_validation_images_until_the_test_set_is_opened_once(lab):
    teacher, projector = lab.teacher(), lab.projector()
    ada, bob, cyd = (lab.student(name) for name in ("Ada", "Bob", "Cyd"))
    before = train(ada, 1)
    start(teacher)
    # a network of 64 · 8 + 8 + 8 · 10 + 10 parameters, one of 64 · 64 + …
    small, large = ({"preset": "mlp", "hidden": [units]} for units in (8, 64))
    first = train(ada, 2, network=small)
    good = train(bob, 3, network=small, optimizer={"name": "adam", "learning_rate": 0.02})
    too_large = train(ada, 4, network=large)

    # the last run that was launched is judged: so are all rows of those before it
    uncounted = wait_until(lambda: own(ada)["uncounted"], "the run that is too large")
    assert uncounted == [
        {"run_number": too_large["number"], "why": "parameters", "value": 4810, "most": 2000}
    ]
    assert own(bob)["entry"]["run_number"] == good["number"]
    entry = own(ada)["entry"]
    assert entry["run_number"] == first["number"]
    assert entry["accuracy"] == max(
        ada.http.get(f"/api/runs/{first['id']}/metrics", params={"stream": "evaluation"}).json()["columns"][
            "validation_accuracy"
        ]
    )
    assert entry["test"] is entry["test_place"] is None
    assert before["number"] not in [run["run_number"] for run in own(ada)["uncounted"]]
    assert own(cyd) == {"person": cyd.id, "entry": None, "uncounted": []}
    for member in (ada, cyd, projector):
        view = seen(member)["challenge"]
        assert (view["of"], view["phase"]) == (2, "open")
        assert [(entry["number"], entry["nickname"], entry["test"]) for entry in view["top"]] == [
            (2, None, None),
            (1, None, None),
        ]
    assert seen(projector)["standings"] == []
    assert len(seen(teacher)["standings"]) == 3
    assert error(teacher.http.post("/api/class/challenge", json=NEW))["code"] == "challenge_there"

    lab.restart()
    wait_until(lambda: own(ada)["entry"] == entry, "the same entry, judged again")

    assert teacher.http.post("/api/class/challenge/open").status_code == 202
    refused = teacher.http.post("/api/class/challenge/open")
    assert error(refused)["code"] == "challenge_opened"
    wait_until(lambda: seen(ada)["challenge"]["phase"] == "opened", "the opened test set")
    for member, run in ((ada, first), (bob, good)):
        entry = own(member)["entry"]
        config = teacher.http.get(f"/api/runs/{run['id']}").json()["config"]
        same = teacher.launch(**{**config, "dataset": {**config["dataset"], "test_size": None}})
        teacher.wait_for(same["id"], "completed")
        columns = teacher.http.get(f"/api/runs/{same['id']}/metrics", params={"stream": "evaluation"}).json()[
            "columns"
        ]
        index = columns["iteration"].index(entry["iteration"])
        assert entry["test"] == pytest.approx(columns["test_accuracy"][index])
    tests = {entry["number"]: entry["test"] for entry in seen(teacher)["challenge"]["top"]}
    assert own(bob)["entry"]["test_place"] == (1 if tests[2] >= tests[1] else 2)
    train(ada, 5, network=small)
    assert own(ada)["entry"]["run_number"] == first["number"]  # nothing counts any more

    assert teacher.http.post("/api/class/challenge/end").json() == {"challenge": None, "standings": []}
    # the places stay in the files of the class
    report = teacher.http.get("/api/class/export.html", params={"lang": "en"}).text
    table = teacher.http.get("/api/class/export.csv").content.decode("utf-8-sig")
    places = {row["nickname"]: row for row in csv.DictReader(io.StringIO(table)) if row["challenge"]}
    assert {name: (row["run"], row["challenge_place"]) for name, row in places.items()} == {
        "Ada": (str(first["number"]), "2"),
        "Bob": (str(good["number"]), "1"),
    }
    assert float(places["Ada"]["challenge_test"]) == pytest.approx(tests[1])
    (section,) = [part for part in report.split("<section>") if "Challenge: Best on 300" in part]
    assert "2 Bob" in section
    assert f"{tests[1]:.2%}" in section
    # of one that ends while its test set is closed too, without test figures
    start(teacher, name="<Second>", max_parameters=5000)
    until_judged(ada, train(ada, 6, network=large))
    teacher.http.post("/api/class/challenge/end").raise_for_status()
    report = teacher.http.get("/api/class/export.html", params={"lang": "ja"}).text
    (section,) = [part for part in report.split("<section>") if "&lt;Second&gt;" in part]
    assert ("1 Ada" in section, "テスト" in section) == (True, False)
    assert error(teacher.http.post("/api/class/challenge/end"))["code"] == "no_challenge"
    assert seen(ada) == {"challenge": None, "standings": []}


def test_while_a_challenge_is_open_no_door_leads_a_student_to_a_test_figure(lab):
    teacher, ada = lab.teacher(), lab.student("Ada")
    old = ada.launch(**SHORT)
    ada.wait_for(old["id"], "completed")
    paused = ada.launch(**{**SHORT, "training": {"iterations": 1_000_000}}, seed=3)
    ada.wait_for(paused["id"], "running")
    ada.http.post(f"/api/runs/{paused['id']}/pause")
    ada.wait_for(paused["id"], "paused")
    start(teacher)

    with_test = {**SHORT, "dataset": {"name": "digits", "validation_size": 300}}
    refusals = [
        ("POST", "/api/runs", SHORT, "dataset.test_size"),
        (
            "POST",
            "/api/runs",
            {**SHORT, "dataset": {**DIGITS, "validation_size": 299}},
            "dataset.validation_size",
        ),
        (
            "POST",
            "/api/runs",
            {**SHORT, "dataset": {**DIGITS, "fold": {"folds": 5, "index": 1}}},
            "dataset.fold",
        ),
        (
            "POST",
            "/api/experiments",
            {"experiments": [{**SHORT, "dataset": DIGITS}, with_test]},
            "experiments.1.dataset.test_size",
        ),
        ("POST", f"/api/runs/{old['id']}/clone", None, "dataset.test_size"),
        ("POST", f"/api/runs/{old['id']}/fork", {"iteration": 20}, "dataset.test_size"),
        ("POST", f"/api/runs/{paused['id']}/resume", None, "dataset.test_size"),
        ("POST", f"/api/runs/{paused['id']}/step", {"iterations": 10}, "dataset.test_size"),
        ("PATCH", f"/api/runs/{paused['id']}/live", {"learning_rate": 0.5}, "dataset.test_size"),
    ]
    for method, path, body, field in refusals:
        refused = error(ada.http.request(method, path, json=body))
        assert (refused["code"], refused["field"]) == ("challenge_data", field), path
    lesson = ada.http.post("/api/lessons/2a-optimizers/runs")
    assert error(lesson)["code"] == "challenge_data"
    closed = ada.launch(**{**SHORT, "dataset": DIGITS})
    ada.wait_for(closed["id"], "completed")
    around = {"runs": [{"run": run["id"], "iteration": 40} for run in (old, closed)], "options": {"size": 5}}
    landscape = json.loads(ada.http.post("/api/landscapes", json=around).text.splitlines()[-1])["landscape"]
    assert landscape["part"] == "train"  # of the older run, which has test images, and would lend them
    assert ada.launch(**{**SHORT, "dataset": {"name": "spirals"}})["summary"]["dataset"] == "spirals"
    assert teacher.launch(**SHORT)["summary"]["test_size"] is None  # the teacher may

    bob = lab.student("Bob")  # who has only runs of the challenge
    run = train(bob, 9)
    until_judged(bob, run)
    path = f"/api/runs/{run['id']}"
    question = {
        "server": "",
        "state": 0,
        "rest": None,
        "subscribe": {run["id"]: {"train": 0, "evaluation": 0}},
    }
    some = {"runs": run["id"]}
    doors = {
        "run": bob.http.get(path),
        "list": bob.http.get("/api/runs"),
        "rows": bob.http.get(f"{path}/metrics", params={"stream": "evaluation"}),
        "poll": bob.http.post("/api/stream", json=question),
        "moment": bob.http.get(f"{path}/moments/100"),
        "confusion": bob.http.get(
            f"{path}/moments/100/views/confusion", params={"options": '{"part": "validation"}'}
        ),
        "findings": bob.http.get(f"{path}/findings"),
        "comparison": bob.http.get(f"{path}/comparison", params={"with": run["id"]}),
        "fields": bob.http.get("/api/fields", params=some),
        "csv": bob.http.get(f"{path}/export.csv"),
        "json": bob.http.get(f"{path}/export.json"),
        "tfevents": bob.http.get(f"{path}/export.tfevents"),
        "script": bob.http.get(f"{path}/export.py"),
        "some as csv": bob.http.get("/api/exports/csv", params=some),
        "some as json": bob.http.get("/api/exports/json", params=some),
        "class": bob.http.get("/api/class"),
        "shared views": bob.http.get("/api/class/views"),
    }
    for door, answer in doors.items():
        assert answer.status_code == 200, (door, answer.text[:300])
        found = [
            word for word in (b"test_accuracy", b"test_loss", b"accuracy/test") if word in answer.content
        ]
        assert not found, door
    for format in ("html", "torch.py"):  # whose own texts have these words
        exported = bob.http.get(f"{path}/export.{format}")
        assert exported.status_code == 200
        assert "test accuracy {accuracy" not in exported.text
    socket = bob.socket()
    socket.send(json.dumps({"subscribe": {run["id"]: 0}}))
    messages: list[str | bytes] = []
    while not [
        message for message in messages if isinstance(message, bytes) and b"validation_accuracy" in message
    ]:
        messages.append(socket.recv(timeout=TIMEOUT))
    for message in messages:
        assert "test_accuracy" not in str(message)
    refused = error(
        bob.http.get(f"{path}/moments/100/views/confusion", params={"options": '{"part": "test"}'})
    )
    assert refused["field"] == "part"


def test_what_was_trained_elsewhere_or_forked_from_others_does_not_count(lab):
    teacher, ada, bob = lab.teacher(), lab.student("Ada"), lab.student("Bob")
    start(teacher, max_parameters=None, max_iterations=1000)
    run = train(ada, 1)
    until_judged(ada, run)
    ada.http.patch(f"/api/runs/{run['id']}", json={"shared": True}).raise_for_status()
    document = ada.http.get("/api/exports/json", params={"runs": run["id"]}).json()
    later = document["runs"][0]["finished_at"] + 1000
    document["runs"][0] |= {"created_at": later, "started_at": later, "finished_at": later}
    (imported,) = bob.http.post("/api/imports", json=document).json()["runs"]
    changes = {"iteration": 200, "changes": {"training": {"iterations": 300}}}
    forked = bob.http.post(f"/api/runs/{run['id']}/fork", json=changes).json()
    bob.wait_for(forked["id"], "completed")
    wait_until(lambda: len(own(bob)["uncounted"]) == 2, "both runs in the judge's eyes")
    assert {(run["run_number"], run["why"]) for run in own(bob)["uncounted"]} == {
        (imported["number"], "elsewhere"),
        (forked["number"], "fork"),
    }
    assert own(bob)["entry"] is None
    mine = ada.http.post(f"/api/runs/{run['id']}/fork", json=changes).json()
    ada.wait_for(mine["id"], "completed")
    wait_until(lambda: not own(ada)["uncounted"], "her own fork counts")

    class_ended = teacher.http.post("/api/class/end")
    assert class_ended.status_code == 200
    wait_until(lambda: seen(teacher)["challenge"] is None, "no challenge in a class that has ended")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"max_parameters": None}, "challenge_budget", "max_parameters"),
        ({"max_parameters": 0}, "invalid", "max_parameters"),
        ({"max_seconds": -1}, "invalid", "max_seconds"),
        ({"name": ""}, None, "name"),
        ({"name": "   "}, None, "name"),
        ({"dataset": "nothing"}, None, "dataset.name"),
        ({"dataset": "cifar10"}, "not_available", "dataset.name"),
        ({"validation_size": 1437}, "range", "dataset.validation_size"),
    ],
)
def test_a_challenge_that_cannot_be_is_refused_with_its_field(changes, code, field, refusing):
    refused = error(refusing.http.post("/api/class/challenge", json={**NEW, **changes}))
    assert refused["field"] == field
    assert code is None or refused["code"] == code


@pytest.fixture(scope="module")
def refusing(tmp_path_factory):
    with running_class(tmp_path_factory.mktemp("refusing")) as lab:
        yield lab.teacher()
