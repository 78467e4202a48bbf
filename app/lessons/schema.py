"""JSON Schemas of lessons and courses, for editors and other programs."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from app.lessons.document import Course, Settings, Translation

#: What a schema can be had of.
KINDS: dict[str, Any] = {"lesson": Settings | Translation, "course": Course}
_TITLES = {
    "lesson": "Front matter of a Lossroom lesson: its settings, or its texts in another language",
    "course": "A Lossroom course: lessons in an order",
}


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind of file."""
    made = TypeAdapter(KINDS[kind]).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": _TITLES[kind]}


def schema_text(kind: str) -> str:
    """The schema as it lies in docs/."""
    return json.dumps(schema(kind), ensure_ascii=False, indent=2) + "\n"
