"""Errors that a command reports in one line, without a traceback."""

from __future__ import annotations


class Mistake(Exception):
    """The request is wrong, and the user can correct it: an argument, an experiment file, a folder. The message is one
    line. `Failure` is for a request that is right but could not be carried out, such as a damaged file or a full disk.

    Attributes:
        status: the program's exit status: 2 for a Mistake, 1 for a Failure.
    """

    status = 2


class Failure(Mistake):
    """The request is right, but it could not be carried out."""

    status = 1
