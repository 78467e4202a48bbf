"""Which texts the lab accepts, wherever they come in. It returns an accepted text unchanged."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from engine.fields import join
from engine.reasons import Reason, declare

declare({"not_utf8": ("byte",), "not_text": ("field",)})

#: Halves of surrogate pairs are in no encoding; at NUL, C, HTML and SQLite's functions end a text or change it.
_UNFIT = re.compile("[\x00\ud800-\udfff]")

_MONTH = (
    "(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?"
    "|oct(ober)?|nov(ember)?|dec(ember)?)"
)
#: What a spreadsheet computes, or reads as a number, a time or a date: 1e5, 0010, 1/2, 12:30, 5 PM, 3月4日, (5), £5,
#: Mar 1, 1 March.
_COMPUTED = re.compile(
    rf"""['=+\-@\t\r\n]|[\s(¥$€£.,]*\d[\s\d.,:/%¥$€£()eE年月日時分秒-]*([ap]m)?$|true$|false$
    |(\d+[\s./-]*)?{_MONTH}[\s./,-]*\d[\s\d./,-]*$|\d+[\s./-]*{_MONTH}$""",
    re.IGNORECASE | re.VERBOSE,
)


def decode(data: bytes) -> str:
    """UTF-8, with or without a byte order mark.

    Raises:
        ValueError: it is something else; the message is a `Reason`.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = f"this must be UTF-8 text; byte {error.start:,} is invalid"
        raise ValueError(Reason("not_utf8", text, byte=error.start)) from None


def find_unfit(value: Any, field: str = "") -> tuple[str, Reason] | None:
    """The path of the first text in a JSON-like value, keys included, that the lab does not accept, and the reason."""
    # One pair for each level that is being looked through, with the key of the level and what is left of it. The path
    # is made only where something is found: one for each part would take the square of the document's size.
    levels: list[tuple[str | int, Iterator[tuple[str | int, Any]]]] = [("", iter([(field, value)]))]
    while levels:
        for key, part in levels[-1][1]:
            if isinstance(part, str):
                if unfit := _UNFIT.search(part):
                    path = _path(levels, key)
                    return path, _reason(path, "", unfit.group())
            elif isinstance(part, Mapping):
                for name in part:
                    if isinstance(name, str) and (unfit := _UNFIT.search(name)):
                        path = _path(levels, key)
                        return path, _reason(path, "a key of ", unfit.group())
                levels.append((key, iter(part.items())))
                break
            elif isinstance(part, Sequence) and not isinstance(part, bytes):
                levels.append((key, enumerate(part)))
                break
        else:
            levels.pop()
    return None


def fit(text: str) -> str:
    """A text with ? for each character that the lab does not accept: what is said of a wrong text can be sent."""
    return _UNFIT.sub("?", text)


def file_name(text: str) -> str:
    """A text as a name that every file system takes: letters of any language stay, with their marks such as the vowels
    of Hindi; the rest becomes a hyphen."""
    composed = unicodedata.normalize("NFC", text)
    plain = ""
    for c in composed:
        is_mark = unicodedata.category(c)[0] == "M" and plain[-1:] not in ("", "-")
        plain += c if c.isalnum() or c in "._" or is_mark else "-"
    return re.sub("-+", "-", plain)[:60].strip("-.") or "run"


def cell(text: str) -> str:
    """A text as a spreadsheet's cell that stays a text: an apostrophe before a formula, and before what reads as a
    number or a date. One that begins with an apostrophe gets another, so that the text can be had back."""
    return f"'{text}" if _COMPUTED.match(unicodedata.normalize("NFKC", text)) else text


def _reason(path: str, what: str, unfit: str) -> Reason:
    where = path or "the document"
    text = f"{what}{where} holds U+{ord(unfit):04X}, which is not a character of a text"
    return Reason("not_text", text, field=where)


def _path(levels: Sequence[tuple[str | int, Any]], key: str | int) -> str:
    return reduce(join, [*(str(name) for name, _ in levels), str(key)])
