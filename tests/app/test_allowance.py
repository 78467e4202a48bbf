"""What a student may have the lab do: refused exactly beyond a bound, with field, bound and value."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Conflict, Invalid
from app.people.allowance import MAX_STEP, Allowance, Cost
from app.settings import Settings

BOUNDS = {"iterations": 1000, "parameters": 1000, "memory_bytes": 2_000_000, "seconds": 60}
FIELDS = {
    "iterations": "training.iterations",
    "parameters": "network",
    "memory_bytes": "network",
    "seconds": "training.iterations",
}
FREE = Cost(1, 1, 1, 1.0)


def allowance(**settings: Any) -> Allowance:
    """Of a class in which all but the teacher are students."""
    bounds: dict[str, Any] = {f"max_{name}_per_person": bound for name, bound in BOUNDS.items()}
    return Allowance(Settings(**bounds, **settings), lambda owner: owner not in (None, "teacher"))


@given(
    st.sampled_from(sorted(BOUNDS)),
    st.integers(-2, 2),
    st.integers(0, 3),
    st.sampled_from(["ada", "teacher", None]),
)
def test_an_experiment_is_refused_if_it_costs_more_than_a_student_may_have(name, more, before, owner):
    given = [FREE] * before + [Cost(**{**vars_of(FREE), name: BOUNDS[name] + more})]
    if more <= 0 or owner != "ada":
        allowance().demand_costs(owner, given)
        return
    with pytest.raises(Invalid) as refused:
        allowance().demand_costs(owner, given)
    within = f"experiments.{before}." if before else ""
    assert refused.value.field == within + FIELDS[name]
    assert refused.value.bounds == {"maximum": BOUNDS[name], "value": BOUNDS[name] + more}


def vars_of(cost):
    return {name: getattr(cost, name) for name in BOUNDS}


def test_what_is_trained_already_costs_nothing():
    allowance().demand_costs("ada", [None, FREE, None])


@given(st.integers(0, 20), st.integers(1, 20), st.sampled_from(["ada", "teacher", None]))
def test_a_student_has_no_more_runs_than_allowed_whatever_they_cost(owned, more, owner):
    checks = allowance(max_runs_per_person=10)
    if owner != "ada" or owned + more <= 10:
        checks.demand_runs(owner, owned, more)
        return
    with pytest.raises(Conflict) as refused:
        checks.demand_runs(owner, owned, more)
    assert refused.value.code == "own_runs"
    assert refused.value.bounds == {"maximum": 10, "value": owned + more}


@given(st.integers(1, 100_000), st.sampled_from(["ada", "teacher", None]))
def test_a_student_does_no_longer_step_than_allowed_as_it_takes_no_turn(iterations, person):
    if person != "ada" or iterations <= MAX_STEP:
        allowance().demand_steps(person, iterations)
        return
    with pytest.raises(Invalid) as refused:
        allowance().demand_steps(person, iterations)
    assert refused.value.field == "iterations"
    assert refused.value.bounds == {"minimum": 1, "maximum": MAX_STEP, "value": iterations}


@given(st.integers(0, 20), st.integers(0, 20), st.sampled_from(["ada", "teacher", None]))
def test_a_student_lets_no_more_wait_than_allowed(queued, more, owner):
    checks = allowance(max_queued_per_person=10)
    if owner != "ada" or not more or queued + more <= 10:
        checks.demand_queued(owner, queued, more)
        return
    with pytest.raises(Conflict) as refused:
        checks.demand_queued(owner, queued, more)
    assert refused.value.bounds == {"maximum": 10, "value": queued + more}
