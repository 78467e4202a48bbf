"""The ways in which lessons are played: in two languages, at a desk and on a phone, rightly and wrongly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.lesson_answers import Aim

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@dataclass(frozen=True)
class Way:
    """A way to play a lesson.

    Attributes:
        context: options of the browser's tab.
    """

    language: str
    place: str
    aim: Aim
    context: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.language} {self.place} {self.aim}"


#: The first one does not know the result yet, so its prediction is a guess.
WAYS = (
    Way("en", "desk", "right", {**DESK, "locale": "en-US"}),
    Way("ja", "phone", "wrong", {**PHONE, "locale": "ja-JP", "color_scheme": "dark"}),
    Way("en", "phone", "right", {**PHONE, "locale": "en-US"}),
    Way("ja", "desk", "wrong", {**DESK, "locale": "ja-JP", "color_scheme": "dark"}),
)
