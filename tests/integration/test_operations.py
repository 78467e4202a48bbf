"""What an administrator of a lab needs: health, metrics, logs, backups."""

import contextlib
import json
import re
import shutil
import signal
import sqlite3
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support import commands
from tests.support.experiments import ENDLESS
from tests.support.lab_server import LabServer
from tests.support.reference import assert_uninterrupted
from tests.support.waiting import wait_until


def metrics(lab):
    text = lab.http.get("/metrics").raise_for_status().text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_count_runs_rows_and_viewers(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1")
    lab.wait_for(lab.launch()["id"], "completed")
    running, _ = lab.launch(**ENDLESS), lab.launch()
    socket = lab.socket()
    socket.send(json.dumps({"subscribe": {running["id"]: 0}}))
    wait_until(lambda: lab.run(running["id"])["iteration"] > 100, "rows")
    # one take in 16
    wait_until(lambda: metrics(lab)["lossroom_lag_seconds_count",] > 0, "a sample of the lag")

    seen = metrics(lab)

    assert seen["lossroom_runs", "completed"] == 1
    assert seen["lossroom_runs", "running"] == 1
    assert seen["lossroom_runs", "queued"] == 1
    assert seen["lossroom_queued",] == 1
    assert seen["lossroom_viewers",] == 1
    assert seen["lossroom_workers",] == seen["lossroom_busy",] == 1
    # 200 rows and 10 evaluations of the first run, and those of the second so far
    assert seen["lossroom_rows_total",] >= 210 + 100
    assert seen["lossroom_store_fault",] == 0
    assert seen["lossroom_store_bytes",] >= 4096
    free = shutil.disk_usage(lab.state_dir).free
    assert seen["lossroom_disk_free_bytes",] == pytest.approx(free, rel=0.2)
    for latency in ("store", "lag"):
        assert seen[f"lossroom_{latency}_seconds_count",] > 0
        percentiles = [seen[f"lossroom_{latency}_recent_seconds", q] for q in ("0.5", "0.95", "0.99")]
        assert percentiles == sorted(percentiles)
        assert percentiles[0] > 0


def test_health_reports_ready_and_alive(lab):
    assert lab.http.get("/health").json()["ready"] is True
    assert lab.http.get("/health/live").json() == {"status": "alive"}


def test_a_disk_with_little_room_is_a_warning_before_it_is_full(tmp_path, data_dir, mounted):
    lab = LabServer(tmp_path / "state", data_dir)
    lab.state_dir.mkdir()
    lab.prefix = mounted("small", lab.state_dir)
    lab.start()
    try:
        health = lab.http.get("/health")
        assert health.status_code == 200
        (warning,) = health.json()["warnings"]
        low_disk = re.compile(r"the disk has \d+ MB left; `lossroom prune` deletes old runs")
        assert low_disk.fullmatch(warning)
        assert len(low_disk.findall(lab.read_log())) == 1  # the number may have changed since
    finally:
        lab.stop()


def test_log_lines_can_be_json(make_lab):
    lab = make_lab(LOSSROOM_LOG_FORMAT="json")
    run = lab.launch()
    lab.wait_for(run["id"], "completed")
    lab.stop()

    lines = [json.loads(line) for line in Path(lab.log.name).read_text().splitlines()]

    logged = [(line["message"], line["attempt"]) for line in lines if line.get("run") == run["id"]]
    assert logged == [("run 1 is running", 1), ("run 1 is completed", 1)]
    assert all(line["timestamp"] and line["levelname"] for line in lines)


def test_a_backup_made_while_the_lab_runs_opens_as_a_lab_and_its_runs_continue(make_lab, tmp_path, data_dir):
    lab = make_lab(LOSSROOM_WORKERS="2")
    done = lab.launch(name="done")
    lab.wait_for(done["id"], "completed")
    running = lab.launch(name="running", training={"iterations": 1_000_000, "evaluate_every": 500})
    wait_until(lambda: lab.run(running["id"])["iteration"] > 500, "rows")
    state = tmp_path / "restored"
    state.mkdir()
    command = ["backup", state / "lossroom.sqlite3", "--state-dir", lab.state_dir]

    made = commands.run(*command)
    again = commands.run(*command)

    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("2 runs, ")
    assert again.returncode == 2
    assert "exists already" in again.stderr
    lab.stop(signal.SIGKILL)
    restored = LabServer(state, data_dir, environment={"LOSSROOM_WORKERS": "1"})
    restored.start()
    try:
        assert restored.run(done["id"])["status"] == "completed"
        assert_uninterrupted(restored, restored.run(done["id"]))
        assert_uninterrupted(restored, restored.train_on(running["id"], attempt=2))
    finally:
        restored.stop()


@pytest.mark.parametrize("content", [None, b"", b"no database" * 1000])
def test_a_backup_without_a_database_is_refused_and_leaves_no_file(tmp_path, content):
    if content is not None:
        (tmp_path / "lossroom.sqlite3").write_bytes(content)
    target = tmp_path / "copy.sqlite3"

    done = commands.run("backup", target, "--state-dir", tmp_path)

    assert done.returncode in (1, 2)
    assert done.stderr.startswith("lossroom: ")
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.glob("copy*"))


def test_a_corrupt_database_is_named_when_the_lab_opens(make_lab):
    lab = make_lab()
    lab.wait_for(lab.launch()["id"], "completed")
    lab.stop()
    path = lab.state_dir / "lossroom.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    broken = bytearray(path.read_bytes())
    broken[100:4096] = b"\xff" * 3996  # the page that lists the tables
    path.write_bytes(broken)

    done = commands.run("serve", "--port", "0", "--state-dir", lab.state_dir)

    assert done.returncode == 1
    assert "cannot open" in done.stderr
    assert "lossroom.sqlite3" in done.stderr
