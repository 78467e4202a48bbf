"""The Lossroom server: launch, queue, run, store and stream training runs."""

import os

__version__ = "0.1.0"

#: What tells the linear algebra libraries under NumPy how many cores to use.
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def one_thread() -> None:
    """Let NumPy use one core, unless somebody has said otherwise; call it before NumPy is imported.

    The lab trains many runs beside each other, and the last bits of a curve depend on the number of threads.
    """
    for name in THREAD_VARIABLES:
        os.environ.setdefault(name, "1")
