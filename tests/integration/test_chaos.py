"""The short form of `make chaos`: every victim at every moment, once."""

import random

import pytest

from tests.chaos import MOMENTS, VICTIMS, Chaos


@pytest.fixture(scope="module")
def chaos(tmp_path_factory):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    state_dir = tmp_path_factory.mktemp("chaos") / "state"
    state_dir.mkdir()
    chaos = Chaos(state_dir, seed)
    yield chaos
    chaos.close()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("victim", VICTIMS)
def test_a_killed(chaos, victim, moment):
    """... leaves no hole, no duplicate and no other number in any curve."""
    run = chaos.trial(victim, moment)

    if victim in ("tab", "socket"):
        assert run["attempt"] == 1  # training does not notice
