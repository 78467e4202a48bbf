"""What a fork would be: its experiment, what was trained before it, and what of its origin belongs to it."""

from typing import Any

import pytest

from app.jobs.fork import Wish, merged, plan
from app.trainings import Status
from engine import ConfigError, ExperimentConfig
from engine.limits import Limits
from engine.stretches import MAX_STRETCHES, parse_stretches
from engine.summary import summarize
from engine.trainer import DEAD_AFTER
from tests.support.experiments import QUICK
from tests.support.reasons import reason_in
from tests.support.stored_runs import make_run

BASE = ExperimentConfig.from_dict(
    {**QUICK, "network": {"preset": "mlp", "hidden": [8], "dropout": 0.1}}
).to_dict()


def changed(**sections: dict[str, Any]) -> dict[str, Any]:
    return {**BASE, **{name: {**BASE[name], **values} for name, values in sections.items()}}


def made(config=BASE, iteration=200, **training):
    return make_run("a", config, name="mine", iteration=iteration, status=Status.COMPLETED, **training)


def live(iteration, **values):
    changes = {name: [0.0, value] for name, value in values.items()}
    return {"kind": "live", "iteration": iteration, "changes": changes}


def stretch(until, config=BASE, seed=None):
    return {"until": until, "config": config, "seed": seed}


def test_a_dropout_layer_that_the_changes_leave_out_drops_nothing():
    without = [layer for layer in BASE["network"]["layers"] if layer["type"] != "dropout"]
    assert len(without) < len(BASE["network"]["layers"])

    fork = plan(made(), Wish(90, {"network": {"layers": without}}))

    layers = fork.config.to_dict()["network"]["layers"]
    assert [layer["type"] for layer in layers] == [layer["type"] for layer in BASE["network"]["layers"]]
    assert [layer["rate"] for layer in layers if layer["type"] == "dropout"] == [0]
    with pytest.raises(ConfigError, match="cannot change at a fork"):
        plan(made(), Wish(90, {"network": {"layers": without[1:]}}))


def test_what_is_trained_before_a_fork_is_within_the_limits_too():
    large = changed(training={"batch_size": 5000})
    config = ExperimentConfig.from_dict(BASE)
    limits = Limits(memory_bytes=summarize(ExperimentConfig.from_dict(large)).memory_bytes - 1)
    limits.check_all(config, parse_stretches([stretch(10)], config))
    with pytest.raises(ConfigError, match="bytes of memory"):
        limits.check_all(config, parse_stretches([stretch(10, large)], config))


def test_a_fork_knows_the_machines_on_which_its_origin_was_trained_up_to_there():
    machines = [{"iteration": at, "host": f"from-{at}", "processor": "", "arithmetic": "x"} for at in (0, 90)]
    origin = made(machines=machines)
    for iteration, expected in ((0, []), (1, machines[:1]), (90, machines[:1]), (91, machines)):
        assert plan(origin, Wish(iteration, {})).machines() == expected


def test_a_fork_without_a_name_has_one_that_an_export_may_have():
    assert plan(made(), Wish(90, {"name": "", "seed": 0})).name == "run"


def test_changes_are_merged_object_by_object_and_another_name_replaces_the_object():
    experiment = changed(training={"schedule": {"name": "cosine", "warm_up": 5}})
    for changes, section, expected in (
        ({"optimizer": {"learning_rate": 0.2}}, "optimizer", {"name": "sgd", "learning_rate": 0.2}),
        ({"optimizer": {"name": "adam"}}, "optimizer", {"name": "adam"}),
        (
            {"training": {"schedule": {"warm_up": 9}}},
            "training",
            {**experiment["training"], "schedule": {**experiment["training"]["schedule"], "warm_up": 9}},
        ),
        (
            {"training": {"schedule": {"name": "linear"}}},
            "training",
            {**experiment["training"], "schedule": {"name": "linear"}},
        ),
        ({"training": {"schedule": None}}, "training", {**experiment["training"], "schedule": None}),
        ({"optimizer": 7}, "optimizer", 7),
    ):
        assert merged(experiment, changes)[section] == expected
    by_epochs = merged(experiment, {"training": {"epochs": 3}})["training"]
    assert "iterations" not in by_epochs
    assert merged(experiment, {}) == experiment
    assert experiment["training"]["iterations"] == 200


def test_what_was_changed_by_hand_before_a_fork_is_in_its_experiment_and_what_was_changed_later_is_not():
    notes = [live(10, learning_rate=0.5, dropout=0.3), live(50, l2=0.1), live(90, learning_rate=0.7)]
    run = made(annotations=notes)
    fork = plan(run, Wish(90, {"regularization": {"l2": 0.2}}))
    config = fork.config.to_dict()
    assert config["optimizer"]["learning_rate"] == 0.5
    assert config["regularization"] == {"l1": 0, "l2": 0.2}
    assert [layer["rate"] for layer in config["network"]["layers"] if layer["type"] == "dropout"] == [0.3]
    assert (fork.annotations(), fork.stretches) == (notes[:2], [stretch(90)])
    same = plan(run, Wish(90, {}))
    assert (same.changes_nothing, same.stretches, same.config.to_dict()["optimizer"]) == (
        True,
        [],
        BASE["optimizer"],
    )
    back = plan(run, Wish(90, {"optimizer": {"learning_rate": 0.1}}))
    assert (back.changes_nothing, back.config.optimizer["learning_rate"]) == (False, 0.1)


def test_an_experiment_that_an_earlier_version_stored_is_the_same_without_its_newer_settings():
    earlier = {
        **BASE,
        "dataset": {name: BASE["dataset"][name] for name in ("name", "train_size", "test_size")},
    }
    fork = plan(made(earlier), Wish(50, {}))
    assert (fork.changes_nothing, fork.stretches) == (True, [])


def test_a_value_that_earlier_versions_accepted_may_stay_at_a_fork_but_not_be_chosen():
    old = {**BASE, "optimizer": {"name": "adam", "learning_rate": 0.001, "epsilon": 1e-15}}
    stored = ExperimentConfig.from_dict(old, stored=True).to_dict()
    fork = plan(made(stored), Wish(90, {"optimizer": {"learning_rate": 0.01}}))
    assert (fork.config.optimizer["learning_rate"], fork.config.optimizer["epsilon"]) == (0.01, 1e-15)
    with pytest.raises(ConfigError) as refused:
        plan(made(stored), Wish(90, {"optimizer": {"epsilon": 1e-16}}))
    assert refused.value.field == "optimizer.epsilon"


def test_a_fork_knows_that_its_network_is_dead_only_where_its_trainer_does():
    run = made(annotations=[{"kind": "dead", "iteration": 20}, live(30, l2=0.1)])
    last = 20 + DEAD_AFTER - 1
    for until, kinds in ((last - 1, ["live"]), (last, ["dead", "live"]), (30, [])):
        fork = plan(run, Wish(until, {"optimizer": {"name": "adam"}}))
        assert [note["kind"] for note in fork.annotations()] == kinds


def test_it_begins_at_the_newest_checkpoint_that_has_neither_a_change_by_hand_nor_a_fork_of_its_place():
    files = [
        {"file": f"{iteration}", "iteration": iteration, "evaluations": 0} for iteration in (100, 60, 80, 120)
    ]
    run = made(annotations=[live(80, l2=0.1)], checkpoints=files)
    for until, places in ((199, [120, 100, 80, 60]), (100, [100, 80, 60]), (80, [60]), (59, [])):
        fork = plan(run, Wish(until, {"optimizer": {"name": "adam"}}))
        assert [checkpoint["iteration"] for checkpoint in fork.checkpoints()] == places
    # a checkpoint where the run was forked may have been made after that, with another optimizer
    run = made(changed(optimizer={"name": "adam"}), stretches=[stretch(100)], checkpoints=files)
    for until, places in ((101, [100, 80, 60]), (100, [80, 60]), (90, [80, 60])):
        fork = plan(run, Wish(until, {"optimizer": {"name": "rmsprop"}}))
        assert [checkpoint["iteration"] for checkpoint in fork.checkpoints()] == places


def test_a_fork_of_a_fork_has_all_stretches_and_one_before_an_earlier_fork_has_fewer():
    adam, wide = changed(optimizer={"name": "adam"}), changed(training={"batch_size": 50})
    adam = ExperimentConfig.from_dict(adam).to_dict()
    before = [stretch(40, seed=7), stretch(90, adam)]
    run = made(wide, stretches=before)
    wish = {"regularization": {"l2": 0.3}}
    assert plan(run, Wish(120, wish, 3)).stretches == [*before, stretch(120, wide, 3)]
    assert plan(run, Wish(60, wish)).stretches == [before[0], stretch(60, adam)]
    assert plan(run, Wish(10, wish)).stretches == [stretch(10)]
    # at the fork itself it takes the place of the other, with its random numbers
    assert plan(run, Wish(40, wish)).stretches == [stretch(40, seed=7)]
    assert plan(run, Wish(40, wish, 8)).stretches == [stretch(40, seed=8)]
    again = plan(run, Wish(90, {}))
    assert (again.changes_nothing, again.stretches, again.name) == (True, before, "mine")
    assert not plan(run, Wish(60, {})).changes_nothing


def test_forks_behind_each_other_are_bounded():
    run = made(stretches=[stretch(iteration) for iteration in range(MAX_STRETCHES)])
    with pytest.raises(ConfigError) as error:
        plan(run, Wish(150, {}, 1))
    assert (error.value.field, reason_in(error.value.message).code) == ("iteration", "too_many_forks")
    assert len(plan(run, Wish(MAX_STRETCHES - 1, {}, 1)).stretches) == MAX_STRETCHES
