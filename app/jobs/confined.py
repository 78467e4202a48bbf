"""What holds for every process that works for the server, beside the engine and the standard library: it comes after
the server, its memory is bounded, it leaves no core dump, and its environment has nothing that it does not need.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Mapping

if sys.platform != "win32":
    import resource

#: What Python, NumPy and the system's libraries read. Everything else, such as passwords of proxies and clouds, stays
#: with the server.
NEEDED = frozenset(
    [
        *("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "VIRTUAL_ENV"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "USERPROFILE"),  # Windows
    ]
)
NEEDED_BEGINNINGS = (
    "LC_",
    "LD_",
    "DYLD_",
    "PYTHON",
    "OMP_",
    "OPENBLAS_",
    "MKL_",
    "VECLIB_",
    "BLIS_",
    "NPY_",
    "COV_",
)
#: Further variables for a process that writes checkpoints: names and passwords of a store (`app.jobs.address_store`).
STORES = "FSSPEC_"
#: NumPy's products, threads and messages reserve this much beside a run's arrays, most of which they never touch.
SPARE_BYTES = 256 << 20


def confine(niceness: int, memory_bytes: int) -> None:
    """Confine this process, before it does its work.

    Args:
        memory_bytes: what its arrays may take. A process that wants clearly more gets a `MemoryError`, before the
            system kills something else.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the server
    if hasattr(os, "nice"):
        os.nice(niceness)
    if sys.platform != "win32":  # a core dump would hold what the server's memory held, and fill the disk
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # Of the limits that Linux has, this one does not count the images that all workers share.
        most = _data_bytes() + memory_bytes + memory_bytes // 4 + SPARE_BYTES
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def needed_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Those variables of an environment that a process for the server needs."""
    return {
        name: value
        for name, value in variables.items()
        if name in NEEDED or name.startswith(NEEDED_BEGINNINGS)
    }


@contextlib.contextmanager
def environment() -> Iterator[None]:
    """Training processes that are started in this block get only what they need of the environment, and import nothing
    from the folder that the lab was started in.

    multiprocessing's helpers start as `python -c`, which would look there first. This process's own `os.environ` stays
    as it is, for what reads it meanwhile in other threads; only the system's copy changes, which children inherit.
    """
    needed = needed_variables(os.environ)
    dropped = [name for name in os.environ if name not in needed and not name.startswith(STORES)]
    for name in dropped:
        os.unsetenv(name)
    os.putenv("PYTHONSAFEPATH", "1")
    try:
        yield
    finally:
        for name in dropped:
            os.putenv(name, os.environ[name])
        if "PYTHONSAFEPATH" in os.environ:
            os.putenv("PYTHONSAFEPATH", os.environ["PYTHONSAFEPATH"])
        else:
            os.unsetenv("PYTHONSAFEPATH")


def _data_bytes() -> int:
    """What the limit counts already: the memory that this process alone can write."""
    with open("/proc/self/statm", encoding="ascii") as file:
        pages = int(file.read().split()[5])
    return pages * resource.getpagesize()
