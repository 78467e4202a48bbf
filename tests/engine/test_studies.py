"""Studies without a lab: their files, their methods and their plans."""

import json
import math
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ConfigError
from engine.studies import Plan, StudyConfig, Trial, results_of
from engine.studies.methods import drawn
from engine.studies.space import Parameter

EXPERIMENT = {
    "dataset": {"name": "digits", "train_size": 300},
    "network": {"preset": "mlp", "hidden": [8]},
    "training": {"iterations": 90},
}
SPACE = {
    "regularization.l2": {"choices": [0, 0.001, 0.01]},
    "optimizer.learning_rate": {"low": 0.001, "high": 0.1, "scale": "log", "steps": 3},
}
ONE_TWO = {"choices": [1, 2]}
#: A field that varies nothing: earlier versions accepted it.
NOTHING_VARIED = {"seed.x": ONE_TWO}
#: A range in which there are ten numbers of four digits.
NARROW = {"low": 0.999, "high": 0.9999}
METHODS = [
    {"name": "grid"},
    {"name": "random", "configurations": 7, "seed": 3},
    {"name": "halving", "configurations": 9, "factor": 3, "rungs": 3, "seed": 3},
    {"name": "tpe", "configurations": 9, "batch": 3, "seed": 3},
]


def study(**changes):
    return StudyConfig.from_dict({"experiment": EXPERIMENT, "space": SPACE, "seeds": 2, **changes})


def score(plan, trial):
    """A made-up one, best at a rate of 0.01."""
    values = plan.configurations[trial.configuration - 1]
    noise = random.Random(f"{values} {trial.pair} {trial.rung}").random() / 50
    return 0.9 - abs(values["optimizer.learning_rate"] - 0.01) + noise


def finished(config, order):
    """The plan of a study whose trials end in some order."""
    plan = Plan(config)
    waiting: list[Trial] = []
    begun = 0
    while begun < len(plan.trials) or waiting:
        waiting += plan.trials[begun:]
        begun = len(plan.trials)
        trial = waiting.pop(order.randrange(len(waiting)))
        plan.report(trial.number, score(plan, trial))
    return plan


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method["name"])
def test_a_study_repeats_identically_in_whatever_order_its_trials_end(method):
    if method["name"] == "tpe":
        pytest.importorskip("optuna")
    config = study(method=method)
    plans = [finished(config, random.Random(seed)) for seed in (1, 2)]
    assert plans[0].trials == plans[1].trials
    assert plans[0].configurations == plans[1].configurations
    assert results_of(plans[0]) == results_of(plans[1])
    assert plans[0].is_complete
    assert len(plans[0].trials) <= config.trials
    recorded = None if method["name"] == "halving" else Plan(config, plans[0].stages)
    assert (
        recorded is None or recorded.configurations == plans[0].configurations[: len(recorded.configurations)]
    )


def test_a_file_is_read_back_as_it_was_written_and_may_hold_results():
    for method in METHODS[:3]:
        config = study(method=method, folds=3, name="λ", metric="validation_loss", budget_seconds=5)
        document = json.loads(json.dumps(config.to_dict()))
        assert StudyConfig.from_dict({**document, "results": {"any": "thing"}}) == config


@pytest.mark.parametrize("name", ["guide.md", "guide.ja.md"])
def test_the_file_in_the_guide_is_one(name):
    text = (Path(__file__).resolve().parents[2] / "docs" / name).read_text("utf-8")
    (file,) = re.findall(r"```json\n(\{\n  \"name\".*?\n\})\n```", text, re.DOTALL)
    plan = Plan(StudyConfig.from_dict(json.loads(file)))
    assert len(plan.trials) == 54
    assert plan.experiment(plan.trials[0]).dataset.validation_images == 30


def test_the_trials_of_a_stored_study_may_have_values_that_earlier_versions_accepted():
    document = {
        "experiment": {**EXPERIMENT, "optimizer": {"name": "adam", "learning_rate": 0.001, "epsilon": 1e-15}},
        "space": SPACE,
        "seeds": 2,
    }
    plan = Plan(StudyConfig.from_dict(document, stored=True))
    assert plan.experiment(plan.trials[0]).optimizer["epsilon"] == 1e-15
    new = Plan(StudyConfig.from_dict(document))
    with pytest.raises(ConfigError) as refused:
        new.experiment(new.trials[0])
    assert refused.value.field == "experiment.optimizer.epsilon"
    same = Plan(StudyConfig.from_dict({**document, "space": NOTHING_VARIED}, stored=True))
    assert same.experiment(same.trials[0]).seed == 1


@pytest.mark.parametrize(("version", "momentum"), [(1, 0.9), (2, 0.5)])
def test_the_name_of_the_experiment_keeps_its_settings_except_in_studies_of_version_1(version, momentum):
    optimizer = {"name": "momentum", "learning_rate": 0.1, "momentum": 0.5}
    space = {"optimizer.name": {"choices": ["momentum", "sgd"]}}
    config = study(experiment={**EXPERIMENT, "optimizer": optimizer}, space=space, version=version)
    plan = Plan(StudyConfig.from_dict(config.to_dict(), stored=True))
    trained = {plan.experiment(trial).optimizer["name"]: plan.experiment(trial) for trial in plan.trials}
    assert trained["momentum"].optimizer["momentum"] == momentum
    assert trained["sgd"].optimizer == {"name": "sgd", "learning_rate": 0.1}


def test_halving_trains_the_best_third_three_times_as_long_with_the_same_seeds():
    plan = finished(study(method=METHODS[2]), random.Random(0))
    by_rung = {rung: [trial for trial in plan.trials if trial.rung == rung] for rung in (1, 2, 3)}
    assert [len({trial.configuration for trial in trials}) for trials in by_rung.values()] == [9, 3, 1]
    assert [plan.experiment(trials[0]).iterations for trials in by_rung.values()] == [10, 30, 90]
    assert all({trial.pair.seed for trial in trials} == {1, 2} for trials in by_rung.values())
    best = max(
        by_rung[2],
        key=lambda trial: sum(
            score(plan, two) for two in by_rung[2] if trial.configuration == two.configuration
        ),
    )
    assert by_rung[3][0].configuration == best.configuration


def test_a_trial_that_fails_counts_as_the_worst_and_does_not_go_on():
    plan = Plan(study(method={"name": "halving", "factor": 3, "rungs": 2}, metric="validation_loss", seeds=1))
    for trial in plan.trials[:9]:
        plan.report(trial.number, None if trial.configuration < 7 else trial.configuration / 10)
    assert {trial.configuration for trial in plan.trials if trial.rung == 2} == {7, 8, 9}
    results = results_of(plan)
    failed = [row for row in results["configurations"] if row["failed"]]
    assert [row["scores"] for row in failed] == [[0.9]] * 6
    assert {row["place"] for row in failed} == {4, 5, 6, 7, 8, 9}


def test_configurations_of_the_highest_rung_with_a_score_are_compared():
    method = {"name": "halving", "configurations": 9, "factor": 3, "rungs": 2}
    plan = Plan(study(method=method, seeds=1))
    for trial in plan.trials[:9]:
        plan.report(trial.number, trial.configuration / 10)
    assert results_of(plan)["verdict"]["best"] == 9
    first, second, _ = plan.trials[9:]
    plan.report(first.number, None)
    assert results_of(plan)["verdict"]["best"] == 9
    plan.report(second.number, 0.5)
    assert results_of(plan)["verdict"]["best"] == second.configuration


def test_while_a_higher_rung_trains_those_that_came_to_it_stand_above_those_that_did_not():
    method = {"name": "halving", "configurations": 9, "factor": 3, "rungs": 2}
    plan = Plan(study(method=method, seeds=1))
    for trial in plan.trials[:9]:
        plan.report(trial.number, trial.configuration / 10)
    first = plan.trials[9]
    plan.report(first.number, 0.1)
    rows = results_of(plan)["configurations"]
    others = [number for number in (9, 8, 7) if number != first.configuration]
    assert [row["number"] for row in rows] == [first.configuration, *others, 6, 5, 4, 3, 2, 1]
    assert [row["place"] for row in rows] == list(range(1, 10))
    assert [row["rung"] for row in rows] == [2] + [1] * 8
    assert rows[1]["scores"] == [others[0] / 10]


def test_a_rung_has_a_length_only_if_it_is_that_of_all_its_configurations():
    method = {"name": "halving", "factor": 3, "rungs": 2}
    alike = results_of(Plan(study(method=method, seeds=1)))["rungs"]
    assert [rung["iterations"] for rung in alike] == [30, 90]
    by_epochs = {**EXPERIMENT, "training": {"epochs": 9}}
    space = {"training.batch_size": {"choices": [10, 20, 30]}}
    config = study(method=method, seeds=1, space=space, experiment=by_epochs)
    different = results_of(Plan(config))["rungs"]
    assert [rung["iterations"] for rung in different] == [None, None]


@pytest.mark.parametrize("metric", ["validation_loss", "validation_accuracy"])
def test_a_study_all_of_whose_trials_failed_has_no_verdict(metric):
    plan = Plan(study(metric=metric))
    for trial in plan.trials:
        plan.report(trial.number, None)
    results = results_of(plan)
    assert (results["verdict"]["kind"], results["verdict"]["best"], results["luck"]) == ("none", None, None)
    for row in results["configurations"]:
        assert (row["place"], row["mean"], row["low"], row["trials"], row["failed"]) == (
            None,
            None,
            None,
            2,
            2,
        )
        assert row["scores"] == [None, None]


def test_trials_measure_validation_images_only_and_folds_divide_the_training_images():
    trial = Plan(study()).trials[0]
    kept = Plan(study()).experiment(trial).dataset
    assert (kept.train_images, kept.validation_images, kept.test_images) == (300, 30, 0)
    plan = Plan(study(folds=3))
    assert len(plan.trials) == 9 * 2 * 3
    folds = [plan.experiment(trial).dataset for trial in plan.trials if trial.pair.seed == 1]
    assert {(fold.train_images, fold.validation_images, fold.test_images) for fold in folds} == {
        (200, 100, 0)
    }
    assert {fold.fold["index"] for fold in folds} == {0, 1, 2}


def test_another_name_in_a_section_takes_its_own_settings_and_the_base_stays():
    space = {
        "optimizer.learning_rate": {"choices": [0.01]},
        "optimizer": {"choices": [{"name": "momentum", "momentum": 0.9}, {"name": "adam"}]},
        "network.hidden.0": {"choices": [4, 5]},
    }
    plan = Plan(study(space=space, seeds=1))
    made = [plan.experiment(trial) for trial in plan.trials]
    assert [config.optimizer["name"] for config in made] == ["momentum"] * 2 + ["adam"] * 2
    assert {config.optimizer["learning_rate"] for config in made} == {0.01}
    assert [config.network.layers[0]["units"] for config in made] == [4, 5, 4, 5]


@given(
    st.floats(1e-6, 1e3),
    st.floats(1.5, 1e6),
    st.sampled_from(["linear", "log"]),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_drawn_values_lie_in_their_range_and_are_the_same_for_the_same_seed(low, times, scale, seed):
    parameter = Parameter("optimizer.learning_rate", None, low, low * times, scale)
    values = [drawn_values[parameter.path] for drawn_values in drawn([parameter], 5, seed)]
    assert all(low <= value <= low * times for value in values)
    assert values == [drawn_values[parameter.path] for drawn_values in drawn([parameter], 5, seed)]


def test_a_random_study_draws_each_configuration_once():
    space = {"training.batch_size": {"low": 1, "high": 6, "scale": "integer"}}
    plan = Plan(study(space=space, method={"name": "random", "configurations": 6}))
    assert sorted(configuration["training.batch_size"] for configuration in plan.configurations) == [
        1,
        2,
        3,
        4,
        5,
        6,
    ]


@pytest.mark.parametrize(
    ("low", "high", "count"),
    [(0.999, 0.9999, 10), (0.9995, 1.002, 8), (-10009.5, -10000.5, 2), (0.5, 5, 9001), (-1, 1, math.inf)],
)
def test_a_range_has_as_many_values_as_there_are_numbers_of_four_digits(low, high, count):
    parameter = Parameter("optimizer.beta2", None, low, high)
    assert parameter.count == count
    if count < 20:
        assert len({parameter.at(share / 1000) for share in range(1001)}) == count


def test_a_stored_study_of_a_narrow_range_is_opened():
    method = {"name": "random", "configurations": 12}
    document = study().to_dict() | {"space": {"optimizer.beta2": {**NARROW, "steps": 12}}}
    for stored in ({"name": "grid"}, method):
        StudyConfig.from_dict(document | {"method": stored}, stored=True)


def test_what_there_is_when_a_study_ends_early_can_be_compared():
    plan = Plan(study())
    for trial in plan.trials[:14]:
        plan.report(trial.number, score(plan, trial))
    results = results_of(plan)
    counts = {row["number"]: row["trials"] for row in results["configurations"]}
    assert counts == {number: 2 if number <= 5 else 1 for number in range(1, 10)}
    assert results["verdict"]["kind"] == "few"
    # of configurations with one and two pairs, the first pair decides
    first_scores = {trial.configuration: plan.score(trial.number) for trial in plan.trials[:9]}
    assert results["verdict"]["best"] == max(first_scores, key=first_scores.__getitem__)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"seeds": []}, "seeds"),
        ({"seeds": [1, 1]}, "seeds.1"),
        ({"seeds": 0}, "seeds"),
        ({"folds": 1}, "folds"),
        ({"colour": 1}, "colour"),
        ({"space": {}}, "space"),
        ({"space": {"seed": {"choices": [1]}}}, "space.seed"),
        ({"space": {"dataset.test_size": {"choices": [1]}}}, "space.dataset.test_size"),
        ({"space": NOTHING_VARIED}, "space.seed.x"),
        ({"space": {"name.x": {"choices": [1, 2]}}}, "space.name.x"),
        (
            {"space": {"training.epochs": ONE_TWO, "training.iterations": ONE_TWO}},
            "space.training.iterations",
        ),
        ({"space": {"training.iterations": {"choices": []}}}, "space.training.iterations.choices"),
        ({"space": {"training.iterations": {"low": 5, "high": 5}}}, "space.training.iterations.high"),
        (
            {"space": {"regularization.l2": {"low": 0, "high": 1, "scale": "log"}}},
            "space.regularization.l2.low",
        ),
        ({"space": {"regularization.l2": {"low": 0, "high": 1}}}, "space.regularization.l2.steps"),
        (
            {"space": {"training.batch_size": {"low": 1, "high": 1e20, "scale": "integer"}}},
            "space.training.batch_size.high",
        ),
        ({"space": {"optimizer.beta2": {**NARROW, "steps": 12}}}, "space.optimizer.beta2.steps"),
        (
            {"space": {"optimizer.beta2": NARROW}, "method": {"name": "random", "configurations": 12}},
            "method.configurations",
        ),
        ({"method": {"name": "random"}}, "method.configurations"),
        ({"method": {"name": "best"}}, "method.name"),
        ({"method": {"name": "halving", "rungs": 9}}, "method.rungs"),
        ({"experiment": {"dataset": {"name": "digits", "fold": {"folds": 2}}}}, "experiment.dataset.fold"),
        (
            {"experiment": {"dataset": {"name": "digits", "train_size": 10**6}}},
            "experiment.dataset.train_size",
        ),
        ({"seeds": 100, "folds": 20}, "seeds"),
        ({"space": {"regularization.l2": {"choices": [float("nan")]}}}, "space.regularization.l2.choices"),
        ({"experiment": json.loads("[" * 900 + "]" * 900)}, ""),
    ],
)
def test_a_wrong_file_is_refused_with_its_field(changes, field):
    with pytest.raises(ConfigError) as caught:
        study(**changes)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("space", "field"),
    [
        ({"training.batch_size": {"choices": [10, 0]}}, "space.training.batch_size"),
        ({"network.hidden.7": {"choices": [4]}}, "space.network.hidden.7"),
        ({"network.depth": {"choices": [4]}}, "space.network.depth"),
    ],
)
def test_a_value_that_no_experiment_takes_is_refused_with_its_path(space, field):
    plan = Plan(study(space=space))
    with pytest.raises(ConfigError) as caught:
        list(map(plan.experiment, plan.trials))
    assert caught.value.field == field
