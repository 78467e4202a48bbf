"""The folder of this project, and that of the real data sets of this machine."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def find_data_dir() -> Path | None:
    """The folder with real data sets; None where this machine has none."""
    for folder in (os.environ.get("LOSSROOM_DATA_DIR"), ROOT.parent / "shared" / "data"):
        if folder and (Path(folder) / "mnist").is_dir():
            return Path(folder)
    return None
