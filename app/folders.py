"""Folders that something will be written to: made, and proved by writing, before the work begins."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from app.mistake import Mistake


class FolderError(Mistake):
    """A folder that cannot be made or written; the message names it."""


def make_writable(folder: Path, purpose: str) -> None:
    """Make the folder where there is none, and make a file in it, which is gone again at once.

    Args:
        purpose: what the folder is, for the message: "the state folder".

    Raises:
        FolderError: it cannot be made, or no file can be made in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise FolderError(unwritable(folder, purpose, error)) from error


def unwritable(path: Path, purpose: str, error: OSError) -> str:
    """One line on what cannot be written; where rights are missing, who misses them."""
    text = f"{purpose} {path} cannot be written: {error.strerror or error}"
    if isinstance(error, PermissionError) and hasattr(os, "geteuid"):
        text += f" (this is user {os.geteuid()})"
    return text
