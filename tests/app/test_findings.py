"""The words of findings, and when a remedy has helped."""

import re
from pathlib import Path

import pytest

from app.findings.identity import digest, identity_of, offer
from app.findings.tried import Outcome, has_helped
from app.i18n import LANGUAGES, Messages
from engine import ExperimentConfig
from engine.findings import RULES, Case, Remedy, Rows
from engine.findings import remedies as made
from tests.support.experiments import QUICK
from tests.support.stored_runs import make_run

MESSAGES = Messages()


def placeholders(text):
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_finding_has_a_text_with_exactly_its_values(language):
    texts = MESSAGES.of_part("views", language)
    for rule in RULES.values():
        assert placeholders(texts[f"findings.{rule.code}"]) == rule.values.keys(), rule.code
    for part in ("train", "validation", "test"):
        assert placeholders(texts[f"findings.sample.{part}"]) == {"images", "rows"}
        assert f"findings.part.{part}" in texts
    assert placeholders(texts["findings.sample.batch"]) == {"images", "rows"}


#: An experiment for which each remedy is a change.
FITTING = [
    {"training": {"schedule": {"name": "cosine"}}, "dataset": {"train_size": 100, "label_noise": 0.1}},
    {
        "network": {"preset": "mlp", "activation": "sigmoid", "initializer": {"name": "zeros"}},
        "regularization": {"l1": 0.1},
    },
]


def test_each_remedy_that_a_rule_names_has_a_text_with_exactly_its_values():
    found = set()
    for document in FITTING:
        case = Case(Rows.of({}), ExperimentConfig.from_dict(document))
        for rule in RULES.values():
            for make in rule.remedies:
                remedy = make(case, 1, 1)
                if remedy is not None:
                    found.add(make)
                    for language in LANGUAGES:
                        text = MESSAGES.of_part("views", language)[f"findings.remedy.{remedy.code}"]
                        assert placeholders(text) == remedy.values.keys(), remedy.code
    assert found == {make for rule in RULES.values() for make in rule.remedies}


def test_the_decision_states_each_rule_with_its_thresholds_and_its_rows():
    text = (
        Path(__file__).resolve().parents[2] / "docs/decisions/0024-a-finding-holds-for-some-rows.md"
    ).read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \|(.* \|.*)\|.*\|$", text, flags=re.MULTILINE))
    assert list(rows) == list(RULES)
    for code, rule in RULES.items():
        said = {float(number) for number in re.findall(r"\d+\.?\d*", rows[code])}
        assert {rule.rows, *rule.limits.values()} - {0} <= said, code


def outcome(accuracy, *faults, images=360, **others):
    accuracies = {} if accuracy is None else {"test": (accuracy, images)}
    return Outcome(frozenset(faults), {**accuracies, **others}, 0.1, {})


def test_a_remedy_has_helped_if_the_fault_is_gone_and_the_accuracy_is_higher_by_more_than_the_spread():
    before = outcome(0.80, "gap", "plateau")
    # two standard errors of 0.80 and 0.86 of 360 images are 5.6 points
    assert has_helped("gap", before, outcome(0.87))
    assert not has_helped("gap", before, outcome(0.85))
    assert not has_helped("gap", before, outcome(0.95, "gap"))
    assert has_helped("gap", before, outcome(0.95, "plateau"))
    assert has_helped("gap", outcome(0.80, images=10_000), outcome(0.82, images=10_000))
    # one that was never evaluated guesses, and of another nothing is known
    assert has_helped("diverged", outcome(None, "diverged"), outcome(0.3))
    assert not has_helped("diverged", outcome(None, "diverged"), outcome(None))
    # images of the same part are compared, validation images where both have some
    early = outcome(0.81, validation=(0.99, 100))
    assert not has_helped("overfitting", outcome(0.80, "overfitting"), early)
    assert has_helped("overfitting", outcome(0.80, "overfitting", validation=(0.9, 100)), early)
    assert not has_helped("overfitting", outcome(0.80, "overfitting"), outcome(None, validation=(0.99, 100)))


def training(**changes):
    config = ExperimentConfig.from_dict({**QUICK, **changes})
    return make_run("a", config.to_dict(), iterations=200, at=200).training


def test_a_training_tries_a_remedy_if_its_experiment_differs_by_exactly_the_remedys_changes():
    sick = training(optimizer={"name": "sgd", "learning_rate": 3.0})
    config = ExperimentConfig.from_dict(sick.config)
    slower = made.slower(Case(Rows.of({}), config), 1, 1)
    offered = offer(sick, 200, config, slower)
    assert offered.document["optimizer"]["learning_rate"] == 1.0
    assert (
        identity_of(training(optimizer={"name": "sgd", "learning_rate": 1.0}, name="other"))
        == offered.identity
    )
    for changes in ({"seed": 1}, {"optimizer": {"name": "sgd", "learning_rate": 1.1}}):
        assert identity_of(training(**{"optimizer": {"name": "sgd", "learning_rate": 1.0}, **changes})) != (
            offered.identity
        )
    healed = training(optimizer={"name": "sgd", "learning_rate": 1.0})
    healed.annotations = [{"kind": "live", "iteration": 3, "changes": {"l1": [0, 1]}}]
    assert identity_of(healed) != offered.identity


def test_a_fork_tries_a_remedy_wherever_it_was_forked():
    sick = training(optimizer={"name": "sgd", "learning_rate": 3.0})
    config = ExperimentConfig.from_dict(sick.config)
    remedy = Remedy("learning_rate", "fork", {"optimizer.learning_rate": 1.0}, iteration=100)
    offered = offer(sick, 150, config, remedy)
    fork = training(optimizer={"name": "sgd", "learning_rate": 1.0})
    fork.stretches = [{"until": 70, "config": sick.config, "seed": None}]
    assert identity_of(fork) == offered.identity == ("fork", digest(sick.config), digest(fork.config))
    fork.stretches = [{"until": 70, "config": fork.config, "seed": None}]
    assert identity_of(fork) != offered.identity
