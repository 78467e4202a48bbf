"""One thread for NumPy's products, because the last bits of a product depend on how many threads compute it.

Environment variables such as OMP_NUM_THREADS only work before NumPy is imported, so the number is set at run time.
"""

from __future__ import annotations


def one_thread() -> None:
    """Let the linear algebra libraries that this process has loaded use one thread, from now on."""
    # here, because importing it takes long and not every process needs it
    from threadpoolctl import ThreadpoolController

    for library in ThreadpoolController().select(user_api="blas").lib_controllers:
        library.set_num_threads(1)
