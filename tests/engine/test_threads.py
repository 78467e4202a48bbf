"""The last bits of a matrix product depend on the number of threads; a curve must not depend on it."""

import os
import subprocess
import sys

import pytest

#: Its matrices are larger than a level of the processor's cache, and no tile divides their odd sizes.
SCRIPT = """
import hashlib
from engine import ExperimentConfig, Trainer

config = ExperimentConfig.from_dict({
    "network": {"preset": "mlp", "hidden": [301, 299]},
    "training": {"iterations": 5, "batch_size": 501},
})
trainer = Trainer(config)
curve = [event.values for event in trainer.run()]
print(hashlib.sha256(repr(curve).encode() + trainer.network.vector.tobytes()).hexdigest())
"""


def bits(**variables):
    """A digest of the curve and the weights, trained with these environment variables."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, env={**kept, **variables}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="with one processor there is only one thread")
def test_the_engine_alone_trains_the_same_bits_whatever_the_environment_says_of_threads():
    expected = bits(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    assert bits(OMP_NUM_THREADS="2") == expected
    assert bits(OPENBLAS_NUM_THREADS="2", OMP_NUM_THREADS="2") == expected
    assert bits() == expected
