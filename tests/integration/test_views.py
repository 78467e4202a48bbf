"""Views of a real training over HTTP and the WebSocket: live and past ones are the same."""

import contextlib
import json
import os
import signal
import time

import numpy as np
import pytest

from engine import ExperimentConfig, Trainer, views
from tests.support.experiments import ENDLESS, QUICK
from tests.support.lab_server import running_lab
from tests.support.seen_views import decode_frame, decode_view
from tests.support.waiting import TIMEOUT

#: A network that all kinds of views but those of points fit.
CONV = {
    "layers": [
        {"type": "conv2d", "filters": 3, "kernel_size": 3},
        {"type": "batch_norm"},
        {"type": "activation", "name": "relu"},
        {"type": "flatten"},
        {"type": "dropout", "rate": 0.2},
        {"type": "dense", "units": 10},
    ]
}
SLOW = {**ENDLESS, "network": CONV, "dataset": {"name": "digits", "train_size": 200, "test_size": 100}}
#: kind → options, if it needs some
OPTIONS = {"digit": {"pixels": "AAAA" * 21 + "AA=="}}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("views")) as lab:
        yield lab


def kinds_for(config):
    """The kinds of views that fit an experiment, with options."""
    fitting = {}
    for name in views.KINDS:
        with contextlib.suppress(ValueError):
            views.check(name, OPTIONS.get(name, {}), config)
            fitting[name] = OPTIONS.get(name, {})
    return fitting


def past(lab, run_id, iteration, view, options):
    path = f"/api/runs/{run_id}/moments/{iteration}/views/{view}"
    return lab.http.get(path, params={"options": json.dumps(options)})


def watch(socket, run_id, view, options, key="watch"):
    socket.send(json.dumps({key: [{"run": run_id, "view": view, "options": options}]}))


def next_view(socket):
    """The next view, or refusal of one, that comes."""
    while True:
        message = socket.recv(timeout=TIMEOUT)
        if isinstance(message, bytes):
            header, data = decode_frame(message)
            if "view" in header:
                return header, data
        elif (text := json.loads(message))["type"] == "view":
            return text, None


def test_a_past_view_is_that_of_the_experiment_trained_up_to_there(lab):
    run = lab.post("/api/runs", **QUICK).json()
    lab.wait_for(run["id"], "completed")
    trainer = Trainer(ExperimentConfig.from_dict(QUICK))
    for _ in range(70):
        trainer.advance()
    expected = views.see(trainer, "weights", views.check("weights", {}, trainer.config))

    answer = past(lab, run["id"], 70, "weights", {})

    assert answer.status_code == 200, answer.text
    header, arrays = decode_view(answer.content)
    assert (header["view"], header["iteration"]) == ("weights", 70)
    np.testing.assert_array_equal(arrays["weights"], expected.arrays["weights"])


def test_a_live_view_is_the_same_as_the_past_one_of_its_iteration_also_after_its_worker_died(lab):
    run = lab.launch(**SLOW)
    config = ExperimentConfig.from_dict(SLOW)
    fitting = kinds_for(config)
    assert "weights" in fitting
    with contextlib.closing(lab.socket()) as socket:
        for round_number in range(2):
            for view, options in fitting.items():
                watch(socket, run["id"], view, options)
            seen: dict[str, bytes] = {}
            while len(seen) < len(fitting):
                header, data = next_view(socket)
                assert data is not None, header
                seen[header["view"]] = data
            for view, options in fitting.items():
                watch(socket, run["id"], view, options, key="unwatch")
                iteration = decode_view(seen[view])[0]["iteration"]
                while lab.run(run["id"])["iteration"] < iteration:
                    time.sleep(0.02)  # its row is stored a moment after the view came
                assert past(lab, run["id"], iteration, view, options).content == seen[view], view
            if round_number == 0:
                os.kill(lab.worker_pids()[0], signal.SIGKILL)
    lab.http.post(f"/api/runs/{run['id']}/cancel")


def test_a_run_that_has_ended_is_watched_at_its_end_and_one_that_is_paused_where_it_stands(lab):
    ended = lab.post("/api/runs", **QUICK).json()
    lab.wait_for(ended["id"], "completed")
    paused = lab.launch(**SLOW)
    lab.wait_for(paused["id"], "running")
    lab.http.post(f"/api/runs/{paused['id']}/pause")
    paused_at = lab.wait_for(paused["id"], "paused")["iteration"]
    with contextlib.closing(lab.socket()) as socket:
        for run_id, iteration in ((ended["id"], 200), (paused["id"], paused_at)):
            watch(socket, run_id, "weights", {})
            header, data = next_view(socket)
            assert header["run"] == run_id
            assert decode_view(data)[0]["iteration"] == iteration
        lab.http.post(f"/api/runs/{paused['id']}/step", json={"iterations": 3})
        while decode_view(next_view(socket)[1])[0]["iteration"] < paused_at + 3:
            pass
    lab.http.post(f"/api/runs/{paused['id']}/cancel")


def test_a_view_that_does_not_fit_is_refused_with_its_field_and_bound(lab):
    run = lab.post("/api/runs", **QUICK).json()
    lab.wait_for(run["id"], "completed")
    answer = past(lab, run["id"], 10, "weights", {"layer": 7})
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["field"] == "layer"
    assert answer.json()["error"]["bounds"]["maximum"] == 2
    assert past(lab, run["id"], 10, "nothing", {}).status_code == 422
    assert past(lab, run["id"], 201, "weights", {}).status_code == 422
    broken = lab.http.get(f"/api/runs/{run['id']}/moments/1/views/weights", params={"options": "["})
    assert broken.json()["error"]["field"] == "options"
    with contextlib.closing(lab.socket()) as socket:
        watch(socket, run["id"], "weights", {"layer": 7})
        refusal, data = next_view(socket)
        assert data is None
        assert refusal["error"] == answer.json()["error"]  # with the reason, from which the page words it
        assert refusal["error"]["bounds"]["why"]["code"] == "no_such_layer"
        socket.send(json.dumps({"watch": [{"run": run["id"]}]}))
        while (text := json.loads(socket.recv(timeout=TIMEOUT)))["type"] != "error":
            pass
        assert text["error"]["field"] == "watch.0"
