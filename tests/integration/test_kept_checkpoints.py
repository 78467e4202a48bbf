"""Checkpoints that stay after a training's end: which, for how long, and what becomes of them."""

import contextlib
import json
import os
import signal
import sqlite3
from pathlib import Path

from engine import ExperimentConfig, Trainer
from tests.support.experiments import LONG
from tests.support.waiting import wait_until

#: Trains until it is cancelled, and keeps a checkpoint several times a second.
LONGER = {**LONG, "training": {**LONG["training"], "iterations": 200_000}}


def stored(lab, run_id):
    """The checkpoints of a run's training, as the database has them."""
    with contextlib.closing(sqlite3.connect(lab.state_dir / "lossroom.sqlite3")) as database:
        (text,) = database.execute(
            "SELECT checkpoints FROM trainings JOIN runs ON training_id = trainings.id WHERE runs.id = ?",
            (run_id,),
        ).fetchone()
    return json.loads(text)


def files(lab):
    folder = lab.state_dir / "checkpoints"
    found = [Path(place, name).relative_to(folder) for place, _, names in os.walk(folder) for name in names]
    return sorted(map(str, found))


def names(made):
    return sorted(checkpoint["file"] for checkpoint in made)


def wait_for_files(lab, made):
    wait_until(lambda: files(lab) == names(made), "the files that are kept, and no others")


def kept_bytes(lab):
    lines = lab.http.get("/metrics").text.splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("lossroom_kept_bytes ")))


def assert_leads_to_the_curve(lab, run):
    """Each kept file is the moment of an undisturbed training."""
    alone = Trainer(ExperimentConfig.from_dict(run["config"]))
    for checkpoint in reversed(stored(lab, run["id"])):
        while alone.iteration < checkpoint["iteration"]:
            alone.advance()
        restored = Trainer.restore((lab.state_dir / "checkpoints" / checkpoint["file"]).read_bytes())
        assert restored.network.vector.tobytes() == alone.network.vector.tobytes()


def only_kept(lab, run_id):
    """The checkpoints of an ended training once the last one, with which its worker could go on, has gone."""
    made = stored(lab, run_id)
    return made if all("kept_bytes" in checkpoint for checkpoint in made) else None


def test_a_training_keeps_some_checkpoints_until_it_is_deleted(make_lab):
    lab = make_lab()
    run = lab.wait_for(lab.launch(**LONG)["id"], "completed")
    made = wait_until(lambda: only_kept(lab, run["id"]), "only checkpoints that are kept")

    assert all(checkpoint["kept_bytes"] > 0 and checkpoint["iteration"] % 44 == 0 for checkpoint in made)
    wait_for_files(lab, made)
    assert_leads_to_the_curve(lab, run)
    assert kept_bytes(lab) == sum(checkpoint["kept_bytes"] for checkpoint in made)
    (lab.state_dir / "checkpoints" / "orphan").mkdir()
    (lab.state_dir / "checkpoints" / "orphan" / "1.14.npz").touch()
    lab.restart(signal.SIGKILL)
    assert files(lab) == names(made) == names(stored(lab, run["id"]))
    lab.http.delete(f"/api/runs/{run['id']}").raise_for_status()
    wait_until(lambda: files(lab) == [], "the end of its checkpoints")
    assert kept_bytes(lab) == 0


def attempts(made):
    """The workers that made the checkpoints that are kept."""
    return {
        checkpoint["file"].split("/")[1].split(".")[0] for checkpoint in made if "kept_bytes" in checkpoint
    }


def test_a_training_keeps_checkpoints_of_all_its_workers_and_one_that_leaves_it_has_them_too(make_lab):
    lab = make_lab(LOSSROOM_CHECKPOINT_SECONDS="0.1")
    run = lab.launch(**LONGER)
    wait_until(lambda: attempts(stored(lab, run["id"])) == {"1"}, "a checkpoint")
    os.kill(lab.worker_pids()[0], signal.SIGKILL)
    wait_until(lambda: attempts(stored(lab, run["id"])) == {"1", "2"}, "one of the next worker")
    lab.restart(signal.SIGKILL)
    wait_until(lambda: attempts(stored(lab, run["id"])) == {"1", "2", "3"}, "one of the third worker")
    lab.post(f"/api/runs/{run['id']}/cancel").raise_for_status()
    lab.wait_for(run["id"], "cancelled")
    run = lab.run(run["id"])
    made = stored(lab, run["id"])

    assert run["attempt"] == 3
    assert attempts(made) == {"1", "2", "3"}
    wait_for_files(lab, made)
    assert_leads_to_the_curve(lab, run)

    # one that leaves a training of others has them too
    shared = lab.launch(**LONGER)
    endless = lab.launch(fresh=False, **LONGER)
    wait_until(lambda: attempts(stored(lab, endless["id"])), "a checkpoint that is kept")
    lab.post(f"/api/runs/{shared['id']}/cancel").raise_for_status()
    mine = stored(lab, shared["id"])
    for other in (endless, run):
        lab.http.delete(f"/api/runs/{other['id']}").raise_for_status()
    wait_for_files(lab, mine)
    assert mine
    assert all("kept_bytes" in checkpoint for checkpoint in mine)


def test_where_a_lab_keeps_too_much_the_oldest_trainings_without_a_star_lose_theirs(make_lab):
    # on a fast machine, too, longer than a training that keeps none
    shorter = {**LONG, "training": {**LONG["training"], "iterations": 1000, "evaluate_every": 500}}
    trainer = Trainer(ExperimentConfig.from_dict(shorter))
    trainer.advance()
    size = len(trainer.checkpoint()) + 100
    # each training keeps one, and the lab three
    bounds = {"LOSSROOM_KEPT_BYTES": str(size), "LOSSROOM_KEPT_LAB_BYTES": str(3 * size)}
    lab = make_lab(LOSSROOM_WORKERS="1", **bounds)
    runs = [lab.launch(**shorter, seed=0)["id"]]
    lab.http.patch(f"/api/runs/{runs[0]}", json={"starred": True}).raise_for_status()
    runs += [lab.launch(**shorter, seed=seed)["id"] for seed in range(1, 5)]
    for run_id in runs:
        lab.wait_for(run_id, "completed")

    def counts():
        return [len(stored(lab, run_id)) for run_id in runs]

    wait_until(lambda: counts() == [1, 0, 0, 1, 1], "the end of the oldest ones' checkpoints")
    wait_for_files(lab, [checkpoint for run_id in runs for checkpoint in stored(lab, run_id)])
    assert 0 < kept_bytes(lab) <= 3 * size
    lab.environment["LOSSROOM_KEPT_LAB_BYTES"] = "0"
    lab.restart()
    wait_until(lambda: counts() == [0] * 5 and files(lab) == [], "a lab that keeps none")
