"""What takes a second or two to make and does not change while tests run; whoever needs it shares it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from app.lessons.lesson import Lesson
from app.lessons.library import Library
from app.main import create_app


@functools.cache
def openapi() -> dict[str, Any]:
    """The OpenAPI document of all routes. Do not change it."""
    return create_app().openapi()


@functools.cache
def lessons() -> Mapping[str, Lesson]:
    """All lessons of Lossroom by their slugs."""
    return Library().shelf().lessons
