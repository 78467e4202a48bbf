"""Reference curves: when one changes, the version of the mathematics must, or labs would answer with the old ones."""

import numpy as np
import pytest

from engine.fingerprint import MATHEMATICS_VERSION, of_arithmetic
from tests.support import reference_curves
from tests.support.reference_curves import EXPERIMENTS, curve

STORED = reference_curves.read()
RENEW = "run python -m scripts.reference_curves"


def test_the_stored_curves_are_of_this_version_of_the_mathematics():
    assert STORED["mathematics"] == MATHEMATICS_VERSION, RENEW
    assert STORED["losses"].keys() == EXPERIMENTS.keys(), RENEW


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_curve_changes_only_with_the_version_of_the_mathematics(name):
    """To the bit on a kind of machine whose digests are stored; on others as closely as they round."""
    losses, digest = curve(EXPERIMENTS[name])

    np.testing.assert_allclose(losses, STORED["losses"][name], rtol=1e-3)
    exact = STORED["digests"].get(of_arithmetic())
    assert exact is None or digest == exact[name], (
        "the curve has changed: increase engine.fingerprint.MATHEMATICS_VERSION, and " + RENEW
    )


def test_a_changed_curve_is_not_stored_under_the_same_version(monkeypatch):
    name = next(iter(EXPERIMENTS))
    known = reference_curves.renewed(STORED)
    changed = {**EXPERIMENTS[name], "seed": 6}
    monkeypatch.setitem(EXPERIMENTS, name, changed)
    with pytest.raises(ValueError, match=r"increase engine\.fingerprint\.MATHEMATICS_VERSION"):
        reference_curves.renewed(known)
