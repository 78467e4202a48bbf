"""How fast the engine trains one run on one thread, compared with PyTorch, JAX and the formulas in plain NumPy."""

import os

# NumPy's library reads these when NumPy is first imported, so every module of this package runs these lines before
# that.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
