"""The name of a lab, by which a cluster and a store of checkpoints know it from others."""

from __future__ import annotations

import uuid
from pathlib import Path

#: The file in the state folder that has it.
FILE = "lab-name"


def lab_name(file: Path) -> str:
    """The name in this file; it is made when it is first needed."""
    if not file.is_file():
        file.write_text(uuid.uuid4().hex, "utf-8")
    return file.read_text("utf-8").strip()
