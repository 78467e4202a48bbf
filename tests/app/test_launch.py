"""Launches that are prepared at the same moment."""

from typing import cast

from app.data_sets import DataSets
from app.jobs.launch import Launch, prepare
from engine import ConfigError, ExperimentConfig
from engine.limits import Limits
from engine.stretches import Stretch
from tests.support.experiments import QUICK


class Digests:
    """Data sets that count how often they are read."""

    def __init__(self):
        self.read = []

    def digest(self, name):
        self.read.append(name)
        return "d" * 64


ANY = Limits()


def prepared(*wanted, limits=ANY, digests=None):
    return prepare(wanted, limits, cast(DataSets, digests or Digests()))


def config(**changes):
    return ExperimentConfig.from_dict({**QUICK, **changes})


def test_of_launches_at_the_same_moment_each_data_set_is_read_once():
    digests = Digests()
    found = prepared(([config(seed=1), config(seed=2)], []), ([config(seed=3)], []), digests=digests)
    launches = [launch for result in found for launch in cast(list[Launch], result)]
    assert [launch.document["seed"] for launch in launches] == [1, 2, 3]
    assert digests.read == [QUICK["dataset"]["name"]]


def test_a_launch_beyond_the_limits_is_refused_by_itself():
    large = config(network={"preset": "mlp", "hidden": [4000]})
    limits = Limits(multiply_adds=200_000)
    small, refusal = prepared(([config()], []), ([config(), large], []), limits=limits)
    assert len(cast(list[Launch], small)) == 1
    assert isinstance(refusal, ConfigError)
    assert refusal.code == "too_large"


def test_what_is_trained_before_a_fork_counts_among_the_costs_of_a_launch():
    whole, large = config(), config(training={**QUICK["training"], "batch_size": 1000})
    (alone,), (forked,) = cast(
        list[list[Launch]], prepared(([whole], []), ([whole], [Stretch(whole.iterations - 1, large)]))
    )
    assert forked.summary.memory_bytes > alone.summary.memory_bytes
    assert forked.expected_seconds > alone.expected_seconds
