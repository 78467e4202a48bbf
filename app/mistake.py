"""Errors that a command reports in one line, without a traceback."""

from __future__ import annotations


class Mistake(Exception):
    """A mistake that the user can correct: an argument, an experiment file, a folder. The message is one line.

    Attributes:
        status: the program's exit status: 2 if the request is wrong, 1 if it is right but failed.
    """

    status = 2


class Failure(Mistake):
    """The request is right, but it failed."""

    status = 1
