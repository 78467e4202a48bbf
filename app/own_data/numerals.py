"""Numbers as people write them in tables."""

from __future__ import annotations

import math
import re
import unicodedata

#: Cells that stand for a missing value in every column, in small letters.
MISSING = frozenset(
    [
        "",
        "?",
        "na",
        "n/a",
        "#n/a",
        "<na>",
        "nan",
        "null",
        "nil",
        "missing",
        "欠損",
        "欠損値",
        "欠測",
        "欠測値",
    ]
)
#: Cells that stand for a missing value in a column of numbers. In a column of classes they may be names of classes.
MISSING_NUMBERS = MISSING | frozenset(
    ["-", "--", "---", "–", "—", "ー", "none", "*", "**", "不明", "なし", "無し", "x", "."]
)

_PLAIN = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
#: 1,234,567.8: thousands in groups.
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_WITH_COMMA = re.compile(r"[-+]?\d*,\d+(?:[eE][-+]?\d+)?", re.ASCII)
_WITH_POINT = re.compile(r"[-+]?\d*\.\d+(?:[eE][-+]?\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+", re.ASCII)
#: The largest number that is read: differences of two are still 32-bit numbers.
MAX_NUMBER = 1e38


def tidy(text: str) -> str:
    """A cell as it is compared: without spaces around it, and with ordinary characters for full-width ones (NFKC)."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def number(text: str, comma: bool = False) -> float | None:
    """The number in a cell; None if there is none, or one that is not finite or too large.

    Args:
        text: as `tidy` gives it.
        comma: whether numbers have a decimal comma: 1.234,5.
    """
    text = text.replace("\N{MINUS SIGN}", "-")
    if comma:
        text = text.translate(_EXCHANGED)
    if not _PLAIN.fullmatch(text):
        if not _GROUPED.fullmatch(text):
            return None
        text = text.replace(",", "")
    value = float(text)
    return value if math.isfinite(value) and abs(value) <= MAX_NUMBER else None


_EXCHANGED = str.maketrans(",.", ".,")


def is_missing(text: str, *, in_numbers: bool) -> bool:
    """Whether a cell, as `tidy` gives it, stands for a missing value."""
    return text.lower() in (MISSING_NUMBERS if in_numbers else MISSING)


def has_decimal_comma(cells: list[str], *, separated_by_comma: bool) -> bool:
    """Whether the numbers among these cells are written with a decimal comma. If commas separate the cells, 1,234 in
    quotation marks is read as 1234, and not as 1.234."""
    texts = [tidy(cell).replace("\N{MINUS SIGN}", "-") for cell in cells]
    if any(_GROUPED.fullmatch(text) and (text.count(",") > 1 or "." in text) for text in texts):
        return False  # 1,234,567 or 1,234.5: commas group thousands
    if any("," in text and "." in text and _GROUPED.fullmatch(text.translate(_EXCHANGED)) for text in texts):
        return True  # 1.234,5
    commas = [text for text in texts if _WITH_COMMA.fullmatch(text)]
    if not commas or any(_WITH_POINT.fullmatch(text) for text in texts):
        return False
    return not separated_by_comma or not all(_THOUSANDS.fullmatch(text) for text in commas)


def as_class(text: str, comma: bool = False) -> str:
    """The name of the class in a cell. A number has one name, so that 1, 1.0 and １ are the same class."""
    value = number(text, comma)
    # more digits than a float holds are an identifier, and no two of them are one class
    return " ".join(text.split()) if value is None or abs(value) >= 1e15 else plain(value)


def plain(value: float) -> str:
    """A number as a name: 3 for 3.0."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
