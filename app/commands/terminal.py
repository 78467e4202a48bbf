"""The terminal: data is printed as data, in whatever encoding there is, and whoever stops reading is no fault."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

#: As shells report a program that SIGPIPE has ended, and one that Ctrl-C has.
CLOSED, INTERRUPTED = 128 + 13, 130

#: What would command a terminal or turn the direction of writing.
_COMMANDS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Ended(Exception):
    """The program has to end with this status: nobody reads what it writes, or somebody has pressed Ctrl-C."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@contextlib.contextmanager
def terminal() -> Iterator[None]:
    """For a whole command: what an encoding does not have is escaped, as `\\u2013`, and no end is a traceback.

    Raises:
        Ended: see there.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # what is left in the buffer goes nowhere, or Python would complain of it at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Ended(CLOSED) from None
    except KeyboardInterrupt:
        complain("interrupted")
        raise Ended(INTERRUPTED) from None


def console() -> Console:
    """Rich's, which takes nothing in a text for a command of its own."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise  # rich calls this where it has caught the error; `terminal` knows what to do

    return Plain(markup=False, emoji=False)


def visible(text: str) -> str:
    """A text in one line that neither moves the cursor nor turns the direction: such characters as `\\x1b`."""
    return _COMMANDS.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def complain(message: object) -> None:
    """One line to those who sit at the terminal."""
    print(f"lossroom: {visible(str(message))}", file=sys.stderr)
