"""Fingerprints: everything that decides a curve changes them, and nothing else."""

import os
import subprocess
import sys
from typing import Any

import pytest

from engine import ExperimentConfig
from engine.fingerprint import _decisive, _digest, after_change, after_fork, of_arithmetic, of_experiment
from tests.support.experiments import QUICK

LAYERS = [{"type": "dense", "units": 8}, {"type": "dense", "units": 10}]
DENSE = {**QUICK, "network": {"layers": LAYERS}}
#: Other curves than that of `DENSE`, the last two by their rounding only.
CHANGES: list[dict[str, Any]] = [
    {"seed": 1},
    {"dtype": "float64"},
    {"dataset": {"name": "digits", "train_size": 500}},
    {"dataset": {"name": "digits", "label_noise": 0.1}},
    {"optimizer": {"name": "sgd", "learning_rate": 0.11}},
    {"optimizer": {"name": "momentum", "learning_rate": 0.1}},
    {"regularization": {"l2": 1e-4}},
    {"training": {**QUICK["training"], "iterations": 201}},
    {"training": {**QUICK["training"], "evaluate_every": 21}},
    {"training": {**QUICK["training"], "early_stopping": {"patience": 5}}},
    {"network": {"layers": [{"type": "dense", "units": 9}, {"type": "dense", "units": 10}]}},
    {"network": {"layers": [{"type": "flatten"}, *LAYERS]}},
    {"network": {"layers": [LAYERS[0], {"type": "activation", "name": "identity"}, LAYERS[1]]}},
]


def of(experiment, data="d", arithmetic="a"):
    document = ExperimentConfig.from_dict(experiment).to_dict()
    return of_experiment(document, data=data, arithmetic=arithmetic)


def test_what_decides_the_curve_changes_the_fingerprint():
    found = [of({**DENSE, **change}) for change in [{}, *CHANGES]]
    found += [of(DENSE, data="e"), of(DENSE, arithmetic="b")]
    assert len(set(found)) == len(found)


def test_the_name_and_the_order_of_keys_do_not():
    shuffled = {name: DENSE[name] for name in reversed(DENSE)}
    explicit = ExperimentConfig.from_dict(DENSE).to_dict()
    assert {of({**DENSE, "name": "other"}), of(shuffled), of(explicit)} == {of(DENSE)}


def test_a_setting_of_a_later_version_that_is_not_set_does_not():
    document = ExperimentConfig.from_dict(DENSE).to_dict()
    later = {**document, "dataset": {**document["dataset"], "later": None}}
    assert of_experiment(later, data="d", arithmetic="a") == of(DENSE)


def test_changes_by_hand_change_it_by_their_values_iterations_and_order():
    before = of(DENSE)
    changed = [
        before,
        after_change(before, 10, {"l2": 0.1}),
        after_change(before, 11, {"l2": 0.1}),
        after_change(before, 10, {"l2": 0.2}),
        after_change(after_change(before, 10, {"l2": 0.1}), 10, {"l1": 0.1}),
        after_change(after_change(before, 10, {"l1": 0.1}), 10, {"l2": 0.1}),
    ]
    assert len(set(changed)) == len(changed)


def arithmetic_with(**environment):
    code = "from engine.fingerprint import of_arithmetic; print(of_arithmetic())"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def test_arithmetic_is_the_same_in_every_process_however_many_threads_it_begins_with():
    assert arithmetic_with(OPENBLAS_NUM_THREADS="2", OMP_NUM_THREADS="2") == of_arithmetic()


@pytest.mark.parametrize(
    "other", [{"OPENBLAS_CORETYPE": "Prescott"}, {"NPY_DISABLE_CPU_FEATURES": "X86_V4 X86_V3"}]
)
def test_arithmetic_is_another_with_other_kernels_or_another_simd_width(other):
    from threadpoolctl import threadpool_info

    kernels = {info.get("architecture") for info in threadpool_info()}
    if not kernels & {"SkylakeX", "Haswell", "Zen", "Cooperlake", "Sapphirerapids"}:
        pytest.skip("this processor, or this NumPy, has no other kernels to choose from")
    assert arithmetic_with(**other) != of_arithmetic()


def test_a_fork_changes_it_by_its_iteration_experiment_and_seed_but_not_by_its_name():
    before, origin, document = of(DENSE), with_optimizer("sgd"), with_optimizer("adam")
    forked = after_fork(before, 10, origin, document, None)
    assert after_fork(before, 10, origin, {**document, "name": "other"}, None) == forked
    others = [
        before,
        of({**DENSE, "optimizer": {"name": "adam"}}),
        after_fork(of({**DENSE, "seed": 1}), 10, origin, document, None),
        after_fork(before, 11, origin, document, None),
        after_fork(before, 10, origin, document, 0),
        after_fork(before, 10, origin, origin, None),
        after_fork(forked, 10, document, document, None),
    ]
    assert len({forked, *others}) == len(others) + 1


def with_optimizer(name, **hyperparameters):
    return ExperimentConfig.from_dict({**DENSE, "optimizer": {"name": name, **hyperparameters}}).to_dict()


@pytest.mark.parametrize(
    ("origin", "document", "is_known"),
    [
        (with_optimizer("adam"), with_optimizer("adam", beta1=0.5), False),
        (with_optimizer("adamw"), with_optimizer("adamw", beta2=0.99), False),
        (with_optimizer("adam"), with_optimizer("adam", epsilon=1e-3), True),
        (with_optimizer("sgd"), with_optimizer("adam", beta1=0.5), True),
        (with_optimizer("nadam"), with_optimizer("nadam", beta1=0.5), True),
    ],
)
def test_only_a_fork_that_changes_beta_of_adam_has_another_one_than_in_the_versions_that_trained_it_wrongly(
    origin, document, is_known
):
    earlier = _digest(["before", "fork", 10, _decisive(document), None])
    assert (after_fork("before", 10, origin, document, None) == earlier) == is_known
