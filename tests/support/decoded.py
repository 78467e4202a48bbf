"""Decoded data sets that the tests' labs share."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import shutil
import tempfile
from pathlib import Path

from engine import datasets
from tests.support.folders import find_data_dir


def lend_decoded(data_dir: Path, state_dir: Path) -> None:
    """Link the decoded real data sets into the cache of a new lab, so that it need not decode them at its start.

    Decoding takes half a second of the processor and 110 MB of the disk, linking the files nearly nothing. The built-in
    data sets are left out, because a test cuts their files short.
    """
    cache = state_dir / "cache"
    if data_dir != find_data_dir() or not state_dir.parent.is_dir() or cache.exists():
        return
    state_dir.mkdir(mode=0o700, exist_ok=True)
    cache.mkdir(mode=0o700)
    for decoded in _decoded(data_dir):
        with contextlib.suppress(OSError):  # as between two file systems: the lab decodes it itself
            shutil.copytree(decoded, cache / decoded.name, copy_function=os.link)


@functools.cache
def _decoded(data_dir: Path) -> list[Path]:
    """Folders of the real data sets, decoded by this process; they are removed when it ends."""
    shared = Path(tempfile.mkdtemp(prefix="decoded"))
    atexit.register(shutil.rmtree, shared, ignore_errors=True)
    available = (name for name in datasets.catalog() if datasets.status(name, data_dir)["available"])
    real = [
        name
        for name in available
        if data_dir in (file.parents[1] for file in datasets.source(name).files(data_dir))
    ]
    return [datasets.prepare(name, data_dir, shared) for name in real]
