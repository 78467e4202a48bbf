"""What a command says in one line, in place of a traceback."""

from __future__ import annotations


class Mistake(Exception):
    """Something that its user can put right: an argument, an experiment file, a folder. The message is one line.

    Attributes:
        status: the program's exit status: 2 for what was asked for, 1 for what could not be done.
    """

    status = 2


class Failure(Mistake):
    """What was asked for is right, and it cannot be done."""

    status = 1
