"""How fast the engine trains, against PyTorch, JAX and its own formulas in plain NumPy: one run, one thread each."""

import os

# Before NumPy is imported, by whatever in this package comes first.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
