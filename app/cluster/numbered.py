"""Messages that arrive once and in order over a connection that may break: numbered by the sender, kept until they are
acknowledged, and sent again after a break. Both ends of a training use it, for what it reports and for its commands."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")

#: A message with its number; the first one has number 1.
Numbered = tuple[int, T]


class Outbox(Generic[T]):
    """The sender's end. For several threads; `send` is called while it is locked, so messages keep their order.

    Args:
        send: gets numbered messages to send, and must not wait.
        most, most_bytes: how many messages, and how many bytes of them, may wait for their acknowledgement.
    """

    def __init__(
        self, send: Callable[[list[Numbered[T]]], None], *, most: int, most_bytes: int = 1 << 62
    ) -> None:
        self._send = send
        self._most = most
        self._most_bytes = most_bytes
        self._kept: deque[tuple[int, T, int]] = deque()
        self._bytes = 0
        self._last = 0
        self._closed = False
        self._room = threading.Condition()

    @property
    def is_full(self) -> bool:
        return len(self._kept) >= self._most or self._bytes >= self._most_bytes

    @property
    def is_empty(self) -> bool:
        """Whether all messages have arrived."""
        return not self._kept

    def put(self, message: T, size: int = 0) -> None:
        """Send a message of about `size` bytes. Waits while too many wait for their acknowledgement."""
        with self._room:
            self._room.wait_for(lambda: self._closed or not self.is_full)
            self._add(message, size)

    def put_now(self, message: T, *, always: bool = False) -> bool:
        """Send a message if there is room for it. False: there was none, and the message was dropped. `always`: send
        it even if there is no room."""
        with self._room:
            if self.is_full and not always:
                return False
            self._add(message, 0)
            return True

    def acknowledge(self, number: int) -> None:
        """All messages up to this one have arrived."""
        with self._room:
            while self._kept and self._kept[0][0] <= number:
                self._bytes -= self._kept.popleft()[2]
            self._room.notify_all()

    def send_again(self) -> None:
        """Send all that is not acknowledged: messages may have been lost."""
        with self._room:
            if self._kept and not self._closed:
                self._send([(number, message) for number, message, _ in self._kept])

    def close(self) -> None:
        """These messages are not needed any more: forget them, and drop those that are still put in."""
        with self._room:
            self._closed = True
            self._kept.clear()
            self._room.notify_all()

    def _add(self, message: T, size: int) -> None:
        if self._closed:
            return
        self._last += 1
        self._kept.append((self._last, message, size))
        self._bytes += size
        self._send([(self._last, message)])


class Inbox(Generic[T]):
    """The receiver's end.

    Attributes:
        last: the number of the last message that was taken.
    """

    def __init__(self) -> None:
        self.last = 0

    def take(self, messages: Iterable[Numbered[T]]) -> list[Numbered[T]]:
        """The new messages among these, in order. What comes twice is dropped, and so is what comes after a gap: it
        will be sent again."""
        new: list[Numbered[T]] = []
        for number, message in messages:
            if number == self.last + 1:
                self.last = number
                new.append((number, message))
        return new
