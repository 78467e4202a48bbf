"""The Lossroom server: launch, queue, run, store and stream training runs."""

__version__ = "0.1.0"

#: What tells the linear algebra libraries under NumPy to use one core: the lab trains many runs beside each other,
#: and curves must not depend on the number of threads. Set before NumPy is imported.
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
