"""Runs and trainings in memory: changes of their status, and what pages get of them."""

import itertools
import json
import math

import pytest

from app.trainings import TRANSITIONS, IllegalTransition, Status
from tests.support.stored_runs import make_run

CONFIG = {
    "dataset": {"name": "digits", "train_size": 300},
    "network": {
        "layers": [
            {"type": "dense", "units": 5},
            {"type": "activation", "name": "relu"},
            {"type": "dense", "units": 10},
        ],
        "initializer": {"name": "he_normal"},
    },
    "optimizer": {"name": "sgd", "learning_rate": 0.1},
    "regularization": {"l1": 0.0, "l2": 0.0},
    "training": {"batch_size": 64},
    "seed": 0,
}


def run(**fields):
    return make_run("abc", CONFIG, **fields)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(Status, Status)))
def test_only_legal_moves_change_a_status(before, after):
    subject = run(status=before).training
    if after in TRANSITIONS[before]:
        subject.move(after)
        assert subject.status is after
    else:
        with pytest.raises(IllegalTransition):
            subject.move(after)
        assert subject.status is before


def test_an_ended_run_stays_ended():
    ended = {status for status in Status if status.finished}
    assert ended == {Status.COMPLETED, Status.DIVERGED, Status.CANCELLED, Status.FAILED}


def test_every_status_can_be_reached():
    reached = {Status.QUEUED} | set().union(*TRANSITIONS.values())
    assert reached == set(Status)


def test_a_view_is_json_even_of_a_diverged_run():
    view = run(latest={"loss": math.nan, "accuracy": 0.5}).view()

    assert json.loads(json.dumps(view, allow_nan=False))["latest"] == {"loss": None, "accuracy": 0.5}


def test_a_summary_has_what_the_list_shows():
    summary = run().listed()["summary"]

    assert summary["units"] == [5, 10]
    assert summary["activations"] == ["relu"]
    assert summary["optimizer"] == "sgd"
    assert summary["iterations_per_epoch"] == 5  # 300 images in batches of 64


def test_a_summary_has_the_layers_inside_blocks_where_they_stand():
    dense, convolution = {"type": "dense", "units": 10}, {"type": "conv2d", "filters": 8}
    tanh = {"type": "activation", "name": "tanh"}
    inner = {"type": "residual", "layers": [{"type": "dense", "units": 7}, tanh]}
    layers = [{"type": "residual", "layers": [convolution, {"type": "batch_norm"}]}, inner, dense]
    summary = make_run(
        "abc", {**CONFIG, "network": {"layers": layers, "initializer": {"name": "he_normal"}}}
    ).listed()["summary"]
    assert (summary["units"], summary["filters"], summary["activations"]) == ([7, 10], [8], ["tanh"])
    assert summary["layers"] == ["residual", "conv2d", "batch_norm", "dense", "activation"]


def test_the_live_settings_are_those_set_last():
    subject = run().training
    assert subject.live() == {"learning_rate": 0.1, "l1": 0.0, "l2": 0.0}
    subject.annotations.append({"kind": "live", "iteration": 3, "changes": {"learning_rate": [0.1, 0.2]}})
    subject.wanted.append({"l2": 0.5, "learning_rate": 0.3})  # its worker has not made it yet
    assert subject.live() == {"learning_rate": 0.3, "l1": 0.0, "l2": 0.5}
    subject.move(Status.CANCELLED)
    assert subject.live() == {"learning_rate": 0.2, "l1": 0.0, "l2": 0.0}


def test_of_two_views_of_a_run_the_later_one_has_the_higher_revision():
    subject = run()
    first, second = subject.view()["revision"], subject.listed()["revision"]
    assert first < second < 2**53
