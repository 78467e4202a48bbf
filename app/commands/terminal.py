"""The terminal: output in any encoding, no control characters from data, and no error if a pipe is closed."""

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

#: Exit statuses as shells report them for a program that SIGPIPE or Ctrl-C has ended.
CLOSED, INTERRUPTED = 128 + 13, 130

#: Characters that control a terminal or turn the writing direction.
_COMMANDS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Ended(Exception):
    """The program must end with this status: its output is no longer read, or Ctrl-C was pressed."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@contextlib.contextmanager
def terminal() -> Iterator[None]:
    """Surrounds a whole command: characters that the encoding lacks are escaped, as `\\u2013`, and no interruption
    prints a traceback.

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
        # the rest of the buffer must go nowhere, or Python would report an error at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Ended(CLOSED) from None
    except KeyboardInterrupt:
        complain("interrupted")
        raise Ended(INTERRUPTED) from None


def console() -> Console:
    """Rich's console, with Rich's markup and emoji codes turned off."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise  # rich calls this after it has caught the error; `terminal` handles it

    return Plain(markup=False, emoji=False)


def colored(lines: list[str]) -> list[str]:
    """Lines in white on black where a terminal shows them, so that a QR code is dark on light in every theme."""
    return [f"\x1b[97;40m{line}\x1b[0m" for line in lines] if sys.stdout.isatty() else lines


def can_show(text: str) -> bool:
    """Whether the output's encoding has all characters of a text; others would be escaped."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def visible(text: str) -> str:
    """A text without characters that move the cursor or turn the writing direction: they are escaped, as `\\x1b`."""
    return _COMMANDS.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


def complain(message: object) -> None:
    """Print an error in one line."""
    print(f"lossroom: {visible(str(message))}", file=sys.stderr)
