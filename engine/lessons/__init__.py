"""The lessons, by slug. Settings are those of the course that the lab follows; see docs/lessons.md."""

from __future__ import annotations

from engine.lessons import choosing, convolution, optimizers, overfitting, vanishing
from engine.lessons.lesson import Lesson

__all__ = ["LESSONS", "Lesson"]

LESSONS: dict[str, Lesson] = {
    lesson.slug: lesson
    for lesson in (
        *vanishing.LESSONS,
        *optimizers.LESSONS,
        *overfitting.LESSONS,
        *choosing.LESSONS,
        *convolution.LESSONS,
    )
}
