"""What the process that starts workers has loaded, so that no worker has to load it: it imports this module, and each
worker begins as its copy."""

from __future__ import annotations

import gc

import numpy.random  # NumPy loads it at its first use

from app.jobs import replaying, worker
from engine.threads import blas

__all__ = ["numpy", "replaying", "worker"]

blas()

# A worker's garbage collector does not look through these objects: that would also copy the memory that has them.
gc.collect()
gc.freeze()
