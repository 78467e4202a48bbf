"""The schema of an answer, as a lab's OpenAPI document has it."""

from __future__ import annotations

import copy
from typing import Any


def shape_of(document: dict[str, Any], method: str, path: str, status: int) -> dict[str, Any]:
    """The schema of an answer. It allows no key beside those that it names."""
    content = document["paths"][path][method]["responses"][str(status)]["content"]["application/json"]
    schema = {**content["schema"], "components": copy.deepcopy(document["components"])}
    _make_strict(schema)
    return schema


def _make_strict(schema: Any) -> None:
    if isinstance(schema, dict):
        if "properties" in schema:
            schema["additionalProperties"] = False
        for inner in schema.values():
            _make_strict(inner)
    elif isinstance(schema, list):
        for inner in schema:
            _make_strict(inner)
