"""/api/runs/{id}/findings: what is found of real runs, and whether a remedy has helped."""

import pytest

from tests.support.class_lab import running_class
from tests.support.experiments import ENDLESS, QUICK, VANISHING
from tests.support.waiting import wait_until

TOO_FAST = {
    **QUICK,
    "network": {"preset": "mlp", "hidden": [40, 20]},
    "optimizer": {"name": "sgd", "learning_rate": 1.0},
    "training": {"iterations": 600, "batch_size": 50, "evaluate_every": 10},
    "seed": 2,
}


def launched(lab, **experiment):
    answer = lab.post("/api/runs", **experiment)
    assert answer.status_code == 201, answer.text
    lab.wait_for(answer.json()["id"], "completed", "diverged")
    return answer.json()["id"]


def asked(http, run_id, **options):
    answer = http.get(f"/api/runs/{run_id}/findings", params=options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def finding(answer, code):
    return next(found for found in answer["findings"] if found["code"] == code)


def remedy(answer, code, name):
    return next(remedy for remedy in finding(answer, code)["remedies"] if remedy["code"] == name)


def test_a_student_reads_why_nothing_is_learned_tries_a_remedy_and_reads_that_it_helped(lab):
    run_id = launched(lab, **VANISHING)
    before = asked(lab.http, run_id)
    assert before["iteration"] == 400
    vanishing = finding(before, "vanishing_gradients")
    assert vanishing["values"]["times"] > 100
    assert vanishing["kinds"] == {"lowest": "number", "highest": "number", "times": "times"}
    assert vanishing["sample"] == {"part": "batch", "images": 50, "rows": 50}
    assert vanishing["evidence"] == {"card": "gradients", "iteration": 400, "layer": "1"}
    tries = remedy(before, "vanishing_gradients", "relu")
    assert (tries["tried"], tries["helped"], tries["runs"]) == (0, 0, [])
    healed = launched(lab, **tries["body"])
    after = asked(lab.http, run_id)
    tries = remedy(after, "vanishing_gradients", "relu")
    assert (tries["tried"], tries["helped"]) == (1, 1)
    assert [(run["id"], run["helped"]) for run in tries["runs"]] == [(healed, True)]
    # the same experiment twice is one training, and tried once
    again = launched(lab, **tries["body"])
    tries = remedy(asked(lab.http, run_id), "vanishing_gradients", "relu")
    assert (tries["tried"], {run["id"] for run in tries["runs"]}) == (1, {healed, again})
    assert "vanishing_gradients" not in [found["code"] for found in asked(lab.http, healed)["findings"]]
    assert after["compared"] == after["ended"]


def test_a_moment_is_judged_by_the_rows_up_to_there(lab):
    run_id = launched(lab, **{**VANISHING, "seed": 1})
    assert asked(lab.http, run_id, at=0)["findings"] == []
    codes = [found["code"] for found in asked(lab.http, run_id, at=98)["findings"]]
    assert codes == ["initial_weights_small"]
    codes = [found["code"] for found in asked(lab.http, run_id, at=99)["findings"]]
    assert codes == ["initial_weights_small", "vanishing_gradients"]
    refused = lab.http.get(f"/api/runs/{run_id}/findings", params={"at": 401})
    assert refused.status_code == 422
    assert refused.json()["error"]["field"] == "at"
    assert refused.json()["error"]["bounds"] == {"minimum": 0, "maximum": 400}


def test_a_remedy_may_be_a_fork_from_the_moment_on(lab):
    run_id = launched(lab, **TOO_FAST)
    found = finding(asked(lab.http, run_id, at=400), "rate_too_high")
    slower = next(remedy for remedy in found["remedies"] if remedy["kind"] == "fork")
    assert slower["body"]["iteration"] == 400
    assert slower["path"] == f"api/runs/{run_id}/fork"
    made = lab.post(f"/{slower['path']}", **slower["body"])
    assert made.status_code == 201, made.text
    lab.wait_for(made.json()["id"], "completed")
    found = finding(asked(lab.http, run_id, at=400), "rate_too_high")
    tries = next(remedy for remedy in found["remedies"] if remedy["kind"] == "fork")
    assert [run["id"] for run in tries["runs"]] == [made.json()["id"]]
    assert tries["tried"] == 1
    assert tries["helped"] == int(tries["runs"][0]["helped"])


def test_a_run_that_goes_on_is_looked_at_and_nothing_is_wrong_with_it(lab):
    run_id = lab.post("/api/runs", **ENDLESS).json()["id"]
    answer = wait_until(
        lambda: (found := asked(lab.http, run_id))["iteration"] >= 2000 and found, "2,000 iterations"
    )
    assert answer["findings"] == []
    assert answer["iteration"] % 10 == 0
    lab.http.post(f"/api/runs/{run_id}/cancel").raise_for_status()


def test_units_are_measured_without_anybody_looking_and_a_fork_and_a_restarted_lab_know_it(lab):
    network = {
        "layers": [
            {"type": "dense", "units": 20},
            {"type": "activation", "name": "tanh"},
            {"type": "dense", "units": 10},
        ],
        "initializer": {"name": "normal", "std": 3.0},
    }
    run_id = launched(lab, **{**QUICK, "network": network})
    whole = asked(lab.http, run_id)
    saturated = finding(whole, "saturated_units")
    assert saturated["values"]["share"] > 0.5
    assert saturated["sample"] == {"part": "test", "images": 360, "rows": 1}
    assert saturated["evidence"]["card"] == "units"
    last, each = whole["iteration"], whole["iteration"] // 4  # four measurements, and two are needed
    assert saturated["iteration"] == each
    for iteration, is_found in ((2 * each - 1, False), (2 * each, True), (last, True)):
        codes = [finding["code"] for finding in asked(lab.http, run_id, at=iteration)["findings"]]
        assert ("saturated_units" in codes) == is_found
    fork = lab.post(
        f"/api/runs/{run_id}/fork", iteration=2 * each, changes={"optimizer": {"learning_rate": 0.01}}
    )
    assert fork.status_code == 201, fork.text
    lab.wait_for(fork.json()["id"], "completed")
    then, forked = (
        finding(asked(lab.http, run, at=2 * each), "saturated_units") for run in (run_id, fork.json()["id"])
    )
    assert (then["values"], then["iteration"]) == (forked["values"], forked["iteration"])
    lab.restart()
    assert finding(asked(lab.http, run_id), "saturated_units")["values"] == saturated["values"]


def test_in_a_class_only_runs_that_a_person_sees_are_named_and_all_are_counted(tmp_path):
    with running_class(tmp_path) as lab:
        alice, bob = lab.student("alice"), lab.student("bob")
        run = alice.launch(**VANISHING)
        alice.wait_for(run["id"], "completed")
        assert bob.http.get(f"/api/runs/{run['id']}/findings").status_code == 404
        assert lab.visitor().http.get(f"/api/runs/{run['id']}/findings").status_code in (401, 403)
        body = remedy(asked(alice.http, run["id"]), "vanishing_gradients", "relu")["body"]
        healed = bob.http.post("/api/runs", json=body).json()
        bob.wait_for(healed["id"], "completed")
        tries = remedy(asked(alice.http, run["id"]), "vanishing_gradients", "relu")
        assert (tries["tried"], tries["helped"], tries["runs"]) == (1, 1, [])
        tries = remedy(asked(lab.teacher().http, run["id"]), "vanishing_gradients", "relu")
        assert [tried["id"] for tried in tries["runs"]] == [healed["id"]]


@pytest.mark.parametrize("at", ["-1", "x", "1e9"])
def test_a_wrong_moment_is_refused(lab, at):
    run_id = launched(lab, **VANISHING)
    answer = lab.http.get(f"/api/runs/{run_id}/findings", params={"at": at})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"].endswith("at")
