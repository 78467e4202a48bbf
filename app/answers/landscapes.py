"""Answers about loss landscapes. `engine.landscape` computes them."""

from __future__ import annotations

from typing_extensions import TypedDict

from app.answers.shape import answer


@answer
class PathPoint(TypedDict):
    """The network of a training after `iteration`, in a landscape. `a`, `b`: the coordinates of its projection onto the
    plane. `off`: its distance from the plane. `loss`: of the network itself, not of the projection; null if it is not
    finite."""

    iteration: int
    a: float
    b: float
    off: float
    loss: float | None


@answer
class LandscapeAnswer(TypedDict):
    """A whole landscape; it is the last line of the stream that measures it. `a`, `b`: the coordinates of the grid's
    columns and rows. `losses`: row by row; null where a loss is not finite. `images`: on how many images of the
    `part` (`test`, `validation` or `train`) they were measured. `directions`: `paths`, the plane of the runs' weights,
    or `random`. `inside`: the share of the paths' variance that lies in the plane, from 0 to 1. `paths`: one for each
    run, in the order of the runs."""

    a: list[float]
    b: list[float]
    losses: list[list[float | None]]
    images: int
    part: str
    directions: str
    inside: float
    paths: list[list[PathPoint]]
