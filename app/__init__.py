"""The Lossroom server: launch, queue, run, store and stream training runs."""

import os

__version__ = "0.1.0"

#: Environment variables that set how many cores the linear algebra libraries under NumPy use.
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def one_thread() -> None:
    """Let NumPy begin with one thread, in this process and in those it starts; call it before NumPy is imported.

    The lab trains many runs beside each other. A trainer takes one thread in any case (`engine.threads`); this spares
    each process threads that it would not use.
    """
    for name in THREAD_VARIABLES:
        os.environ[name] = "1"
