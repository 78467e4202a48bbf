"""Loss landscapes."""

from __future__ import annotations

from typing_extensions import TypedDict

from app.answers.shape import answer


@answer
class PathPoint(TypedDict):
    """A network of a training in a landscape: its place in the plane, its distance from it, and its own loss, null
    where that is not finite."""

    iteration: int
    a: float
    b: float
    off: float
    loss: float | None


@answer
class LandscapeAnswer(TypedDict):
    """The last line of a landscape. `losses` has a row for each value of `b`, null where a loss is not finite.
    `images`: on how many images of the `part` it was measured. `inside`: the share of the squared distances between the
    points of the paths that lies in the plane. `paths`: one for each run, in order."""

    a: list[float]
    b: list[float]
    losses: list[list[float | None]]
    images: int
    part: str
    directions: str
    inside: float
    paths: list[list[PathPoint]]
