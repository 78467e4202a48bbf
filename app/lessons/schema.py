"""JSON Schemas of lessons and courses, for editors and other programs."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from app.lessons import functions
from app.lessons.document import Course, Settings, Translation

#: The kinds of files that have a schema.
KINDS: dict[str, Any] = {"lesson": Settings | Translation, "course": Course}
_TITLES = {
    "lesson": "Front matter of a Lossroom lesson: its settings, or its texts in another language",
    "course": "A Lossroom course: lessons in an order",
}


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind of file."""
    schema = TypeAdapter(KINDS[kind]).json_schema()
    about = {"title": _TITLES[kind], **({"description": _expressions()} if kind == "lesson" else {})}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, **about}


def _expressions() -> str:
    """What an expression may have, in one line."""
    course = ", ".join(functions.OF_CURVES)
    return (
        "Expressions (holds, value, at, reach, compared) have numbers, + - * / **, comparisons, and, or, not, names of "
        f"runs in quotation marks, the functions {', '.join(functions.signatures())}, and of their values "
        f"{', '.join(functions.OF_VALUES)}. Layer 1 is the nearest to the input, -1 the nearest to the output. "
        f"Claims and tables may not use {course}."
    )


def schema_text(kind: str) -> str:
    """The schema as it lies in docs/."""
    return json.dumps(schema(kind), ensure_ascii=False, indent=2) + "\n"
