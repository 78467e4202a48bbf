"""One thread for NumPy's products, because the last bits of a product depend on how many threads compute it.

Environment variables such as OMP_NUM_THREADS only work before NumPy is imported, so the number is set at run time.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import LibController


def one_thread() -> None:
    """Let NumPy's linear algebra library use one thread in this process, from now on."""
    for library in blas():
        library.set_num_threads(1)


@lru_cache(maxsize=1)
def blas() -> tuple[LibController, ...]:
    """The linear algebra libraries of this process, of which NumPy has loaded one. Finding them takes 3 ms, so it is
    done once; processes that are forked afterwards know them."""
    # here, because importing it takes long and not every process needs it
    from threadpoolctl import ThreadpoolController

    return tuple(ThreadpoolController().select(user_api="blas").lib_controllers)
