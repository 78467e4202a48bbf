"""Experiments that an earlier version accepted and this one refuses: they can still be seen, exported and repeated."""

import contextlib
import sqlite3

from engine import ExperimentConfig
from tests.support.experiments import QUICK

NORMED = {"preset": "mlp", "hidden": [8], "batch_norm": True}


def test_a_stored_batch_of_one_with_batch_norm_is_shown_cloned_exported_and_imported(make_lab):
    lab = make_lab()
    training = {**QUICK["training"], "iterations": 20}
    refused = lab.post("/api/runs", **{**QUICK, "network": NORMED, "training": {**training, "batch_size": 1}})
    assert refused.status_code == 422
    assert refused.json()["error"]["field"] == "training.batch_size"
    assert refused.json()["error"]["bounds"]["why"]["code"] == "batch_of_one"

    run = lab.launch(network=NORMED, training=training)
    lab.wait_for(run["id"], "completed")
    lab.stop()
    with contextlib.closing(sqlite3.connect(lab.state_dir / "lossroom.sqlite3")) as db, db:
        db.execute("UPDATE trainings SET config = json_set(config, '$.training.batch_size', 1)")
    lab.start()

    assert lab.run(run["id"])["config"]["training"]["batch_size"] == 1
    twin = lab.post(f"/api/runs/{run['id']}/clone")
    assert twin.status_code == 201, twin.text
    assert lab.wait_for(twin.json()["id"], "completed")["iteration"] == 20
    document = lab.http.get(f"/api/runs/{run['id']}/export.json").raise_for_status().json()
    assert ExperimentConfig.from_dict(document, stored=True).training.batch_size == 1
    assert "batch_size': 1" in lab.http.get(f"/api/runs/{run['id']}/export.torch.py").raise_for_status().text
    everything = lab.http.get("/api/exports/json", params={"runs": run["id"]}).raise_for_status()
    again = lab.http.post("/api/imports", content=everything.content)
    assert again.status_code == 201, again.text
