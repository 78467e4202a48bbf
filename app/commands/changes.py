"""Changes of an experiment document from the command line: `--set network.layers.0.units=50`."""

from __future__ import annotations

import json
from typing import Any

from app.mistake import Mistake
from engine.paths import PathError, put


def apply_change(document: dict[str, Any], change: str) -> None:
    """Apply `path.to.key=value` to an experiment document."""
    path, equals, text = change.partition("=")
    if not equals or not path:
        raise Mistake(f"--set takes key=value, such as optimizer.name=adam, not {change!r}")
    try:
        value = json.loads(text)
    except ValueError:
        value = text  # optimizer.name=adam needs no quotes
    try:
        put(document, path, value)
    except PathError as error:
        raise Mistake(f"--set {change}: {error}") from None
