"""Reading JSON as it comes, value by value: a document of runs may be longer than the memory."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

#: Bytes that are read at a time.
PART = 1 << 18
#: Characters of one value that is read as a whole: a config, notes, a row. Rows of numbers are read one by one.
MAX_VALUE_CHARACTERS = 4_000_000

#: An error in this many last characters may only mean that the rest is not read yet: `-Infinity`, `\ud83d\ude00`.
BREAK = 16

_SPACE = " \t\n\r"


class NotJson(ValueError):
    """The file breaks off, or is not JSON, or not in UTF-8; the message says where."""


class JsonReader:
    """A cursor in a JSON document. Each method reads what must come next; anything else raises `NotJson`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._scan = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._before = 0  # characters that are read and dropped
        self._ended = False

    def object(self) -> Iterator[str]:
        """The keys of the next object; the value of each must be read before the next key."""
        return self._parts("{", "}")

    def array(self) -> Iterator[str]:
        """One turn for each item of the next array; each turn must read its item."""
        return self._parts("[", "]")

    def value(self) -> Any:
        """The next value, as a whole."""
        self._next()
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except json.JSONDecodeError as error:
                broken_off = error.msg.startswith("Unterminated") or error.pos > len(self._text) - BREAK
                if self._ended or not broken_off:
                    self._fail(error.msg, error.pos)
            except RecursionError:
                self._fail("nested too deeply", self._at)
            except ValueError as error:  # a number of thousands of digits
                self._fail(str(error), self._at)
            else:
                if (
                    end < len(self._text) - 2 or self._ended
                ):  # else it may be half a number: "1.", "1e" or "1e+"
                    self._at = end
                    return value
            if len(self._text) - self._at > MAX_VALUE_CHARACTERS:
                self._fail(f"a value of more than {MAX_VALUE_CHARACTERS:,} characters", self._at)
            self._read(max(PART, len(self._text) - self._at))

    def end(self) -> None:
        """Nothing may come any more."""
        if self._next():
            self._fail("something after the end", self._at)

    def _parts(self, opening: str, closing: str) -> Iterator[str]:
        self._expect(opening)
        if self._next() == closing:
            self._at += 1
            return
        while True:
            key = ""
            if opening == "{":
                if self._next() != '"':
                    self._fail("a key is missing", self._at)
                key = self.value()
                self._expect(":")
            yield key
            if self._next() == closing:
                self._at += 1
                return
            self._expect(",")

    def _expect(self, character: str) -> None:
        if self._next() != character:
            self._fail(f"{character!r} is missing", self._at)
        self._at += 1

    def _next(self) -> str:
        """The next character that is not space, which stays; nothing at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if self._ended:
                return ""
            self._read(PART)

    def _read(self, size: int) -> None:
        data = self._file.read(size)
        self._ended = not data
        waiting = len(self._decoder.getstate()[0])  # bytes of a character that was cut
        try:
            more = self._decoder.decode(data, final=self._ended)
        except UnicodeDecodeError as error:
            raise NotJson(
                f"not text in UTF-8 (byte {self._file.tell() - len(data) - waiting + error.start:,})"
            ) from None
        self._before += self._at
        self._text, self._at = self._text[self._at :] + more, 0

    def _fail(self, why: str, at: int) -> NoReturn:
        raise NotJson(f"{why} (character {self._before + at + 1:,})")
