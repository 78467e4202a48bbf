"""Studies over HTTP, with a real lab: their trials, their results, and who sees them."""

import csv
import io
import json
import signal
import sqlite3

import pytest

from tests.support import commands
from tests.support.class_lab import running_class
from tests.support.errors import error
from tests.support.experiments import ENDLESS
from tests.support.lab_server import running_lab
from tests.support.waiting import wait_until

SMALL: dict = {
    "dataset": {"name": "digits", "train_size": 200, "validation_size": 100},
    "network": {"preset": "mlp", "hidden": [8]},
    "training": {"iterations": 12, "batch_size": 16, "evaluate_every": 12},
}
RATES = {"optimizer.learning_rate": {"choices": [0.01, 0.3]}}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("studies")) as lab:
        yield lab


def begin(http, **changes):
    answer = http.post("/api/studies", json={"experiment": SMALL, "space": RATES, "seeds": 6, **changes})
    assert answer.status_code == 201, answer.text
    return answer.json()


def seen(http, study):
    return http.get(f"/api/studies/{study['id']}").raise_for_status().json()


def results(http, study):
    return http.get(f"/api/studies/{study['id']}/results").raise_for_status().json()


def trials(http, study):
    return http.get(f"/api/studies/{study['id']}/trials").raise_for_status().json()["trials"]


def until(http, study, *statuses):
    def reached():
        now = seen(http, study)
        assert now["status"] in (*statuses, "running", "measuring"), now
        return now if now["status"] in statuses else None

    return wait_until(reached, f"status {' or '.join(statuses)} of study {study['id']}")


def until_gone(socket, study):
    """The messages of a study on a WebSocket, up to the one that says that it is not seen any more."""
    messages: list[dict] = []
    while not (messages and messages[-1]["study"] is None):
        message = socket.recv()
        if isinstance(message, str) and '"type":"study"' in message:
            messages += [parsed for parsed in [json.loads(message)] if parsed["id"] == study["id"]]
    return messages


def test_a_study_is_chosen_by_validation_images_reported_by_test_images_and_answered_from_memory(
    lab, tmp_path
):
    socket = lab.socket()
    study = begin(lab.http, name="Which rate?")
    assert (study["trials"]["total"], study["configurations"], study["test"]) == (12, 2, "closed")
    ended = until(lab.http, study, "completed")
    assert ended["trials"] == {
        "total": 12,
        "done": 12,
        "training": 0,
        "waiting": 0,
        "failed": 0,
        "remembered": 0,
    }
    assert (ended["test"], ended["expected_seconds"], ended["mine"]) == ("measured", None, True)
    assert 0 < ended["seconds"] < 60
    found = results(lab.http, study)
    first, second = found["configurations"]
    assert (first["place"], second["place"], found["verdict"]["pairs"]) == (1, 2, 6)
    assert ended["best"]["configuration"] == found["verdict"]["best"] == first["number"]
    assert len(first["test"]["scores"]) == 6
    assert second["test"] is None
    listed = trials(lab.http, study)
    assert {trial["status"] for trial in listed} == {"completed"}
    assert [trial["seed"] for trial in listed] == [seed for seed in range(1, 7) for _ in range(2)]
    assert lab.http.get("/api/runs").json()["runs"] == []

    run = lab.http.post(f"/api/studies/{study['id']}/trials/3/run").json()
    assert (run["status"], run["number"], run["config"]["seed"]) == ("completed", 1, 2)
    assert run["latest"]["validation_accuracy"] == listed[2]["score"]
    assert "test_accuracy" not in run["latest"]

    file = lab.http.get(f"/api/studies/{study['id']}/export.json")
    again = begin(lab.http, **{**file.json(), "name": "again"})
    assert until(lab.http, again, "completed")["trials"]["remembered"] == 12
    same = results(lab.http, again)
    assert same["configurations"] == found["configurations"]
    table = list(csv.DictReader(io.StringIO(lab.http.get(f"/api/studies/{study['id']}/export.csv").text[1:])))
    assert len(table) == 12
    assert {row["optimizer.learning_rate"] for row in table} == {"0.01", "0.3"}

    # the same in a terminal, from the same file
    path = tmp_path / "study.json"
    path.write_bytes(file.content)
    done = commands.run("study", path, "--json", "--state-dir", tmp_path, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["score"] for event in events[:-1]] == [trial["score"] for trial in listed]
    assert events[-1]["configurations"] == found["configurations"]
    assert json.loads((tmp_path / "out" / "study.json").read_text("utf-8"))["seeds"] == [1, 2, 3, 4, 5, 6]
    assert len((tmp_path / "out" / "trials.csv").read_text("utf-8").splitlines()) == 13

    assert lab.http.delete(f"/api/studies/{study['id']}").status_code == 204
    assert error(lab.http.get(f"/api/studies/{study['id']}"))["code"] == "not_found"
    mine = until_gone(socket, study)
    assert mine[0]["study"]["status"] == "running"
    assert [study["revision"] for study in mine] == sorted({study["revision"] for study in mine})
    # what a run shows stays, also when the study is deleted
    assert lab.run(run["id"])["status"] == "completed"


def test_a_study_goes_on_where_it_was_when_the_server_is_killed(lab):
    method = {"name": "halving", "factor": 2, "rungs": 2}
    space = {"optimizer.learning_rate": {"choices": [0.02, 0.2, 0.1, 10_000]}}
    training = {**SMALL["training"], "iterations": 300}
    longer = {**SMALL, "regularization": {"l2": 0.001}, "training": training}
    study = begin(lab.http, experiment=longer, method=method, space=space, seeds=3)
    wait_until(lambda: seen(lab.http, study)["trials"]["done"] > 2, "some trials")
    lab.restart(signal.SIGKILL)
    ended = until(lab.http, study, "completed")
    assert ended["trials"] == {**ended["trials"], "total": 18, "done": 18, "failed": 3}
    listed = trials(lab.http, study)
    assert [len([trial for trial in listed if trial["rung"] == rung]) for rung in (1, 2)] == [12, 6]
    assert {trial["iterations"] for trial in listed if trial["rung"] == 2} == {300}
    diverged = [trial for trial in listed if trial["status"] == "diverged"]
    assert {trial["configuration"] for trial in diverged} == {4}
    assert diverged[0]["why"]["code"].startswith("diverged")
    assert [row["scores"] for row in results(lab.http, study)["configurations"] if row["failed"]] == [
        [0, 0, 0]
    ]
    before = results(lab.http, study)
    lab.restart()
    assert results(lab.http, study)["configurations"] == before["configurations"]
    lab.http.delete(f"/api/studies/{study['id']}").raise_for_status()
    with sqlite3.connect(f"file:{lab.state_dir}/lossroom.sqlite3?mode=ro", uri=True) as database:
        assert database.execute(
            "SELECT COUNT(*) FROM trials WHERE study_id = ?", (study["id"],)
        ).fetchone() == (0,)
        shown = "SELECT training_id FROM runs UNION SELECT training_id FROM trials"
        assert database.execute(f"SELECT COUNT(*) FROM trainings WHERE id NOT IN ({shown})").fetchone() == (
            0,
        )
    database.close()


def test_a_study_pauses_is_cancelled_and_begins_no_trial_when_its_budget_is_spent(lab):
    endless = {**ENDLESS, "dataset": SMALL["dataset"]}
    study = begin(lab.http, experiment=endless)
    wait_until(
        lambda: [trial for trial in trials(lab.http, study) if trial["status"] == "running"],
        "a trial that runs",
    )
    assert lab.http.get("/health").json()["queued"] <= 12
    paused = lab.post(f"/api/studies/{study['id']}/pause").json()
    assert (paused["status"], paused["expected_seconds"]) == ("paused", None)
    assert {trial["status"] for trial in trials(lab.http, study)} <= {"running", "waiting"}
    assert error(lab.post(f"/api/studies/{study['id']}/pause"))["bounds"]["why"]["code"] == "study_status"
    assert lab.post(f"/api/studies/{study['id']}/resume").json()["status"] == "running"
    assert error(lab.post(f"/api/studies/{study['id']}/trials/12/run"))["code"] in (
        "trial_waits",
        "not_found",
    )
    cancelled = lab.post(f"/api/studies/{study['id']}/cancel").json()
    assert (cancelled["status"], cancelled["test"], cancelled["trials"]["training"]) == (
        "cancelled",
        "closed",
        0,
    )
    assert {trial["status"] for trial in trials(lab.http, study)} == {"cancelled"}
    wait_until(lambda: not lab.worker_pids(), "the end of the workers")

    small = begin(lab.http, seeds=50, budget_seconds=0.02)
    ended = until(lab.http, small, "completed")
    assert ended["why"]["code"] == "study_budget"
    assert 0 < ended["trials"]["done"] < 100
    answer = lab.http.patch(f"/api/studies/{small['id']}", json={"budget_seconds": 9})
    assert error(answer)["code"] == "illegal_transition"
    assert lab.http.patch(f"/api/studies/{small['id']}", json={"name": "λ"}).json()["document"]["name"] == "λ"


def test_wrong_studies_are_refused_with_their_field_before_anything_begins(lab):
    before = len(lab.http.get("/api/studies").json()["studies"])
    for changes, field in (
        ({"space": {"optimizer.learning_rate": {"choices": [0.1, -1]}}}, "space.optimizer.learning_rate"),
        ({"experiment": {**SMALL, "dataset": {"name": "mnist"}}}, "experiment.dataset.name"),
        ({"seeds": [1.5]}, "seeds.0"),
    ):
        answer = lab.http.post("/api/studies", json={"experiment": SMALL, "space": RATES, **changes})
        assert (answer.status_code, error(answer)["field"]) == (422, field)
    summary = lab.http.post("/api/studies/summary", json={"experiment": SMALL, "space": RATES, "folds": 2})
    assert error(summary)["field"] == "experiment.dataset.validation_size"
    dataset = {"name": "digits", "train_size": 200}
    body = {"experiment": {**SMALL, "dataset": dataset}, "space": RATES, "folds": 2, "seeds": [5, 7]}
    summary = lab.http.post("/api/studies/summary", json=body).json()
    assert (summary["trials"], summary["configurations"], summary["document"]["seeds"]) == (8, 2, [5, 7])
    assert len(lab.http.get("/api/studies").json()["studies"]) == before


def test_another_students_study_does_not_exist_until_it_is_shared_and_a_challenge_keeps_its_test_set_closed(
    tmp_path,
):
    with running_class(tmp_path) as lab:
        teacher, ada, bob = lab.teacher(), lab.student("Ada"), lab.student("Bob")
        socket = bob.socket()
        study = begin(ada.http)
        path = f"/api/studies/{study['id']}"
        assert bob.http.get("/api/studies").json()["studies"] == []
        for answer in (bob.http.get(path), bob.http.get(f"{path}/results"), bob.http.delete(path)):
            assert (answer.status_code, error(answer)["code"]) == (404, "not_found")
        (listed,) = teacher.http.get("/api/studies").json()["studies"]
        assert (listed["owner"]["nickname"], listed["mine"]) == ("Ada", True)
        assert until(ada.http, study, "completed")["test"] == "measured"
        ada.http.patch(path, json={"shared": True}).raise_for_status()
        (listed,) = bob.http.get("/api/studies").json()["studies"]
        assert (listed["owner"]["nickname"], listed["mine"]) == (None, False)
        assert error(bob.http.post(f"{path}/cancel"))["code"] == "not_yours"
        ada.http.patch(path, json={"shared": False}).raise_for_status()
        assert bob.http.get(path).status_code == 404
        heard = until_gone(socket, study)
        assert [message["study"] and message["study"]["shared"] for message in heard] == [True, None]
        assert heard[0]["study"]["owner"]["nickname"] is None

        teacher.http.post("/api/class/hold", json={"held": True}).raise_for_status()
        assert (
            error(bob.http.post("/api/studies", json={"experiment": SMALL, "space": RATES}))["code"] == "held"
        )
        teacher.http.post("/api/class/hold", json={"held": False}).raise_for_status()

        challenge = {"name": "Best", "dataset": "digits", "validation_size": 100, "max_parameters": 2000}
        teacher.http.post("/api/class/challenge", json=challenge).raise_for_status()
        folded = {**SMALL, "dataset": {"name": "digits", "train_size": 200}}
        answer = bob.http.post("/api/studies", json={"experiment": folded, "space": RATES, "folds": 2})
        assert error(answer)["code"] == "challenge_data"
        assert until(bob.http, begin(bob.http, seeds=1), "completed")["test"] == "unavailable"
