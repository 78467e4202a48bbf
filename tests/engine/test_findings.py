"""Findings: what is said of runs that are known to have a fault, of healthy ones, and that nothing flickers."""

import itertools
import json
import math
import random
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import ExperimentConfig, Trainer
from engine.findings import EVALUATIONS, RULES, Case, Measured, Rows, Sample, find, histories
from engine.findings.holding import history_of
from engine.findings.remedies import applied
from engine.findings.rule import Look
from engine.fork import check_fork
from tests.engine.finding_cases import FAULTY, FAULTY_RUNS, HEALTHY, case_of, experiment


def codes(case):
    return [finding.code for finding in find(case, most=100)]


@pytest.mark.parametrize(("code", "index"), FAULTY_RUNS)
def test_a_run_that_has_a_fault_is_found_to_have_it(code, index):
    found = find(case_of(FAULTY[code][index]))
    assert code in [finding.code for finding in found]
    for finding in found:
        json.dumps(finding.values, allow_nan=False)
        assert finding.values.keys() == RULES[finding.code].values.keys()
        assert finding.evidence.iteration >= 1
        assert finding.sample.rows >= 1


@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_is_found_of_a_healthy_run_at_any_moment(name):
    by_code = histories(case_of(HEALTHY[name]))
    assert [code for code, history in by_code.items() if history.held_once] == []


def test_the_most_decisive_finding_comes_first_and_they_are_few():
    found = codes(case_of(FAULTY["vanishing_gradients"][0]))
    assert found[:2] == ["initial_weights_small", "vanishing_gradients"]
    assert len(find(case_of(FAULTY["vanishing_gradients"][0]), most=1)) == 1


# -- holding ---------------------------------------------------------------------------------------


def one_by_one(true, rows):
    """Whether a finding holds, row by row, with a counter."""
    holds, count = False, 0
    for value in true:
        count = count + 1 if value != holds else 0
        if count >= rows:
            holds, count = not holds, 0
        yield holds


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 6))
def test_a_finding_comes_and_goes_after_as_many_rows_as_its_rule_states(true, rows):
    look = Look(np.arange(len(true), dtype=float), np.array(true), {}, Sample("batch", 1))
    history = history_of(look, look.faulty, rows)
    assert history.held.tolist() == list(one_by_one(true, rows))
    assert history.held_once == any(history.held)
    changes = np.flatnonzero(np.diff(history.held))
    assert all(np.diff(changes) >= rows)


@pytest.mark.parametrize(("code", "index"), FAULTY_RUNS)
def test_what_is_found_at_a_moment_does_not_depend_on_what_comes_later(code, index):
    document = FAULTY[code][index]
    whole = case_of(document)
    by_code, last = histories(whole), int(whole.rows.train["iteration"][-1])
    for moment in random.Random(1).sample(range(1, last + 1), min(last, 8)):
        then = histories(case_of(document, moment))
        for known, history in then.items():
            assert history.held.tolist() == by_code[known].held[: len(history.held)].tolist(), (known, moment)


def test_no_finding_of_any_run_flickers():
    for document in [*HEALTHY.values(), *(run for runs in FAULTY.values() for run in runs)]:
        for code, history in histories(case_of(document)).items():
            changes = np.flatnonzero(np.diff(history.held, prepend=False))
            assert all(np.diff(changes) >= RULES[code].rows), code


# -- numbers ---------------------------------------------------------------------------------------


def found_of(code, index=0):
    case = case_of(FAULTY[code][index])
    (finding,) = [finding for finding in find(case, most=100) if finding.code == code]
    return finding, case, {**case.rows.train}, {**case.rows.evaluation}


def close(value):
    return pytest.approx(value, rel=1e-4)


def until(stream, iteration):
    return [index for index, at in enumerate(stream["iteration"]) if at <= iteration]


def last_of(values, count):
    return [float(value) for value in values[-count:]]


def test_the_numbers_of_the_gradients_are_medians_of_the_last_norms():
    finding, case, train, _ = found_of("vanishing_gradients")
    lowest = statistics.median(last_of(train["gradient_norm/1"], 50))
    highest = statistics.median(last_of(train["gradient_norm/3"], 50))
    assert finding.values == {
        "lowest": close(lowest),
        "highest": close(highest),
        "times": close(highest / lowest),
    }
    assert finding.sample.images == case.config.training.batch_size
    assert finding.sample.rows == 50
    assert finding.evidence.layer == "1"

    finding, _, train, _ = found_of("exploding_gradients")
    norms = {layer: statistics.median(last_of(train[f"gradient_norm/{layer}"], 10)) for layer in "123456"}
    assert finding.values == {"norm": close(max(norms.values())), "layer": max(norms, key=norms.get)}

    finding, _, train, _ = found_of("dead_network")
    silent = [
        train["iteration"][index]
        for index in range(len(train["iteration"]))
        if not any(train[f"gradient_norm/{layer}"][index] for layer in "123")
    ]
    assert finding.iteration == silent[0]
    assert silent == list(range(int(silent[0]), 601))


def test_the_numbers_of_the_initial_weights_are_those_of_the_weights_drawn():
    document = FAULTY["initial_weights_small"][0]
    finding, _, train, _ = found_of("initial_weights_small")
    weights = [
        values.astype(float)
        for name, values in Trainer(ExperimentConfig.from_dict(document)).network.parameters.items()
        if name.endswith("W")
    ]
    assert [w.shape for w in weights] == [(64, 40), (40, 20), (20, 10)]
    gain = math.prod(math.sqrt((w**2).mean() * len(w)) for w in weights) * 0.5
    assert finding.values["gain"] == close(gain)
    assert finding.values["loss"] == close(statistics.median(last_of(train["loss"], 20)))
    assert finding.values["first_loss"] == close(statistics.median(train["loss"][:20].tolist()))

    finding, _, train, _ = found_of("initial_weights_large")
    assert finding.values["first_loss"] == close(float(train["loss"][0]))
    assert finding.values["guess"] == close(math.log(10))


def test_the_numbers_of_the_rates_are_those_of_the_evaluations():
    finding, _, train, evaluation = found_of("rate_too_high")
    seen = until(evaluation, finding.evidence.iteration)[-20:]
    losses = [float(evaluation["train_loss"][index]) for index in seen]
    moves = [abs(b - a) for a, b in itertools.pairwise(losses)]
    assert finding.values == {
        "loss": close(statistics.mean(losses)),
        "moves": close(statistics.mean(moves)),
        "learning_rate": 1.0,
    }

    finding, _, train, evaluation = found_of("rate_too_low")
    before, after = (
        math.sqrt(sum(float(train[f"weight_norm/{layer}"][row]) ** 2 for layer in "123")) for row in (0, -1)
    )
    assert finding.values["moved"] == pytest.approx(abs(after / before - 1), rel=1e-3)
    assert finding.values["loss"] == close(float(evaluation["train_loss"][-1]))
    assert finding.values["learning_rate"] == 0.001


def test_the_numbers_of_overfitting_are_the_lowest_loss_and_what_came_of_it():
    finding, _, _, evaluation = found_of("overfitting")
    losses = evaluation["test_loss"].tolist()
    smooth = [statistics.median(losses[index - 4 : index + 1]) for index in range(4, len(losses))]
    best = min(smooth)
    assert finding.values["best"] == close(best)
    assert finding.values["loss"] == close(smooth[-1])
    assert finding.values["rise"] == close(smooth[-1] / best - 1)
    assert finding.iteration == finding.values["best_at"] == evaluation["iteration"][4 + smooth.index(best)]
    assert finding.evidence.iteration == finding.iteration
    assert finding.sample.part == "test"
    assert finding.sample.images == 360


@pytest.mark.parametrize(("code", "sign"), [("gap", 1), ("labels_look_wrong", -1)])
def test_the_numbers_of_two_accuracies_are_those_of_one_evaluation(code, sign):
    finding, _, _, evaluation = found_of(code)
    index = until(evaluation, finding.evidence.iteration)[-1]
    train, test = (float(evaluation[f"{part}_accuracy"][index]) for part in ("train", "test"))
    assert finding.values == {
        "train": close(train),
        "held_out": close(test),
        "gap": close(sign * (train - test)),
        "part": "test",
    }


def test_the_numbers_of_a_penalty_are_the_norms_of_all_weights():
    finding, _, train, evaluation = found_of("penalty_too_strong")
    first, last = (
        math.sqrt(sum(float(train[f"weight_norm/{layer}"][row]) ** 2 for layer in "123")) for row in (0, -1)
    )
    assert finding.values["first_norm"] == close(first)
    assert finding.values["norm"] == close(last)
    assert finding.values["accuracy"] == close(float(evaluation["train_accuracy"][-1]))


def test_the_numbers_of_small_batches_compare_the_means_of_batches_with_running_means():
    finding, _, train, evaluation = found_of("batch_norm_small_batches")
    index = until(evaluation, finding.evidence.iteration)[-1]
    batches = statistics.mean(last_of(train["loss"][: finding.evidence.iteration], 100))
    running = max(float(evaluation["train_loss"][index]), float(evaluation["train_loss"][index - 10]))
    assert finding.values["batches"] == close(batches)
    assert finding.values["running"] == close(running)


@pytest.mark.parametrize("code", ["underfitting", "plateau"])
def test_the_numbers_of_a_flat_loss_are_medians_of_the_last_evaluations(code):
    finding, _, _, evaluation = found_of(code)
    seen = until(evaluation, finding.evidence.iteration)
    losses = [float(evaluation["train_loss"][index]) for index in seen]
    assert finding.values["loss"] == close(statistics.median(losses[-5:]))
    if code == "plateau":
        assert finding.values["earlier"] == close(statistics.median(losses[-35:-30]))


#: rule on evaluations → evaluations with its fault from the first one on, as functions of their number from 0
SOONEST = {
    "penalty_too_strong": {"train_accuracy": lambda n: 0.5 + 0 * n, "test_accuracy": lambda n: 0.5 + 0 * n},
    "rate_too_high": {"train_loss": lambda n: 1 + n % 2},
    "batch_norm_small_batches": {"train_loss": lambda n: 0.5 + 0 * n},
    "labels_look_wrong": {"train_accuracy": lambda n: 0.5 + 0 * n},
    "rate_too_low": {"train_loss": lambda n: 2 - 1e-3 * n},
    "overfitting": {"train_loss": lambda n: 2 / (1 + n), "test_loss": lambda n: 1 + n / 10},
    "gap": {"test_accuracy": lambda n: 0.5 + 0 * n},
    "underfitting": {"train_accuracy": lambda n: 0.5 + 0 * n, "test_accuracy": lambda n: 0.5 + 0 * n},
    "plateau": {"train_accuracy": lambda n: 0.93 + 0 * n, "test_accuracy": lambda n: 0.93 + 0 * n},
}


def case_with(code, count):
    """A training with `count` evaluations that has the fault of the rule `code`."""
    each = 200  # iterations from one evaluation to the next
    evaluations, iterations = np.arange(count), np.arange(1, count * each + 1, dtype=float)
    norms = np.where(iterations > 1, 4.0 if code == "penalty_too_strong" else 10.0, 10.0)
    train = {"iteration": iterations, "loss": np.full(len(iterations), 2.0)}
    train["learning_rate"] = np.full(len(iterations), 0.1)
    for layer in "123":
        train |= {f"weight_norm/{layer}": norms, f"gradient_norm/{layer}": np.ones(len(iterations))}
    healthy = {"train_loss": 2.0, "test_loss": 2.0, "train_accuracy": 0.97, "test_accuracy": 0.97}
    columns = {name: np.full(count, value) for name, value in healthy.items()}
    columns |= {name: of(evaluations) for name, of in SOONEST[code].items()}
    evaluation = {"iteration": (evaluations + 1.0) * each, **columns}
    needs_its_own = code in ("penalty_too_strong", "batch_norm_small_batches")
    document = FAULTY[code][0] if needs_its_own else experiment()
    return Case(Rows(train, evaluation), ExperimentConfig.from_dict(document))


@pytest.mark.parametrize("code", [code for code, rule in RULES.items() if rule.stream == "evaluation"])
def test_a_finding_on_evaluations_comes_first_with_as_many_as_its_rule_says(code):
    held = histories(case_with(code, EVALUATIONS))[code].held
    assert np.flatnonzero(held)[0] == RULES[code].least_evaluations - 1


# -- measurements ----------------------------------------------------------------------------------


def measured_with(changes, times=2):
    """A healthy run with other facts at the end, and 50 iterations before, and so on."""
    case = case_of(HEALTHY["SGD 0.1"])
    facts = {"sample": 360, "layers": [], "labels": [36] * 10, "predicted": [36] * 10, **changes}
    iterations = range(650 - 50 * times, 601, 50)
    return Case(case.rows, case.config, [Measured(iteration, facts) for iteration in iterations])


def units(**shares):
    layers = [{"name": name, "units": 40, "dead": None, "saturated": None} for name in "12"]
    layers[1].update(shares)
    return {"layers": layers}


@pytest.mark.parametrize(("name", "share"), [("dead", 0.41), ("saturated", 0.6)])
def test_units_are_found_from_their_share_on_and_only_after_two_measurements(name, share):
    case = measured_with(units(**{name: share}))
    (finding,) = find(case)
    assert finding.code == f"{name}_units"
    assert finding.values == {"share": share, "layer": "2", "units": 40}
    assert (finding.sample.part, finding.sample.images) == ("test", 360)
    assert finding.evidence.layer == "2"
    assert find(measured_with(units(**{name: 0.39}))) == []
    assert find(Case(case.rows, case.config, case.measured[:1])) == []


def test_classes_that_are_never_predicted_are_named_where_there_are_enough_images_of_them():
    labels = [10, 10, 10, 10, 10, 10, 10, 9, 10, 0]  # too few, and none of the last one
    predicted = [20, 20, 20, 20, 0, 20, 20, 0, 9, 0]
    changes = {"labels": labels, "predicted": predicted}
    assert find(measured_with(changes)) == []
    (finding,) = find(measured_with(changes, times=3))
    assert finding.code == "classes_never_predicted"
    assert finding.values == {"count": 1, "classes": ["4"], "total": 10}


def test_without_rows_nothing_is_said():
    config = ExperimentConfig.from_dict(experiment())
    assert find(Case(Rows.of({}), config)) == []
    assert find(case_of(experiment(), until=1)) == []
    whole = case_of(experiment()).rows
    for stream in (whole.train, whole.evaluation):  # as some imports have them
        for name in stream:
            parts = {"train": whole.train, "evaluation": whole.evaluation}
            parts["train" if stream is whole.train else "evaluation"] = {
                other: column for other, column in stream.items() if other in ("iteration", name)
            }
            assert find(Case(Rows(**parts), config)) == []


# -- remedies --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "index"), FAULTY_RUNS)
def test_every_remedy_is_another_valid_experiment(code, index):
    document = FAULTY[code][index]
    last = int(case_of(document).rows.train["iteration"][-1])
    offered = 0
    for case in (case_of(document), case_of(document, last - 20)):
        for finding in find(case, most=100):
            for remedy in finding.remedies:
                better = applied(case.config, remedy.changes)
                assert better.to_dict() != case.config.to_dict()
                assert ExperimentConfig.from_dict(better.to_dict()) == better
                if remedy.kind == "fork":
                    check_fork(case.config, better, remedy.iteration)
                offered += 1
    assert offered


#: a finding, the index of its run, and remedies that are known to help against it
HELP = [
    ("initial_weights_small", 1, ["he_normal", "batch_norm"]),
    ("vanishing_gradients", 0, ["relu", "glorot_normal", "batch_norm", "adam"]),
    ("dead_network", 0, ["learning_rate"]),
    ("rate_too_high", 0, ["learning_rate"]),
    ("rate_too_low", 0, ["learning_rate"]),
    ("classes_never_predicted", 0, ["learning_rate"]),
    ("classes_never_predicted", 1, ["learning_rate"]),
    ("penalty_too_strong", 0, ["weaker_penalty"]),
    ("batch_norm_small_batches", 0, ["batch_size"]),
    ("labels_look_wrong", 0, ["label_noise"]),
    ("underfitting", 0, ["hidden_layer"]),
    ("plateau", 0, ["schedule"]),
    ("gap", 0, ["more_images"]),
]


@pytest.mark.parametrize(("code", "index", "names"), HELP)
def test_a_known_remedy_removes_the_fault_and_raises_the_accuracy(code, index, names):
    case = case_of(FAULTY[code][index])
    (finding,) = [finding for finding in find(case, most=100) if finding.code == code]
    remedies = {remedy.code: remedy for remedy in finding.remedies}
    for name in names:
        better = case_of(applied(case.config, remedies[name].changes).to_dict())
        before, after = (float(ended.rows.evaluation["test_accuracy"][-1]) for ended in (case, better))
        assert code not in codes(better), name
        assert after > before + 0.02, name


# -- the table -------------------------------------------------------------------------------------


def test_each_threshold_has_a_source_and_each_rule_a_number_of_rows():
    assert list(RULES) == [rule.code for rule in RULES.values()]
    for rule in RULES.values():
        assert rule.rows >= 1
        assert all(threshold.source for threshold in rule.thresholds.values())
        assert {*rule.unless, *rule.never_after} <= set(list(RULES)[: list(RULES).index(rule.code)])
